import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.attention.attention import attention
from spectral_smooth.monitoring.attention.layer import as_attention_layer
from spectral_smooth.monitoring.attention.source import attention_layers
from spectral_smooth.monitoring.attention.sums import tolerance

PATH = ss.as_graph(nx.path_graph(3))
ENDS = np.array([[0, 1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 1, 2, 2]])
WEIGHTS = np.array([0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.9])


class Tensor:
    """What torch's tensors look like from outside."""

    def __init__(self, values, dtype="torch.float32", *, requires_grad=False, device="cpu"):
        self.values, self.dtype, self.requires_grad, self.device = values, dtype, requires_grad, device
        self.shape = values.shape

    def numpy(self):
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values

    def float(self):
        return Tensor(self.values, requires_grad=self.requires_grad, device=self.device)


def refusal(layers, graph=PATH, **more):
    with pytest.raises(InputError) as caught:
        attention(graph, layers, **more)
    text = str(caught.value)
    assert "\n" not in text
    assert not text.endswith(".")
    return text


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ((ENDS.T, WEIGHTS), "edge_index has shape (7, 2); expected (2, number of edges); pass its transpose"),
        ((ENDS[0], WEIGHTS), "edge_index has shape (7,)"),
        ((ENDS.astype(float), WEIGHTS), "edge_index has type float64; expected integers"),
        ((ENDS + 1, WEIGHTS), "edge_index names node 3, but the graph has nodes 0 to 2"),
        ((ENDS - 1, WEIGHTS), "edge_index names node -1"),
        (
            (ENDS, WEIGHTS[:6]),
            "attention has shape (6,), but edge_index has 7 edges; expected (7,) or (7, heads)",
        ),
        ((ENDS, np.ones((7, 2, 2))), "attention has shape (7, 2, 2)"),
        ((ENDS, np.ones((7, 0))), "attention has shape (7, 0)"),
        ((ENDS, np.where(WEIGHTS > 0.85, np.nan, WEIGHTS)), "2 attention weights are NaN or infinite"),
        ((ENDS, np.where(WEIGHTS > 0.85, np.inf, WEIGHTS)), "2 attention weights are NaN or infinite"),
        ((ENDS, WEIGHTS - 0.5), "4 attention weights are negative"),
        ((ENDS, WEIGHTS.astype(complex)), "attention has type complex128; expected real numbers"),
        ((ENDS, WEIGHTS.astype(str)), "expected real numbers"),
        ((ENDS, np.zeros(7, dtype="V2")), "what NumPy keeps of bfloat16"),
        ((ENDS, Tensor(WEIGHTS, requires_grad=True)), "pass .detach().numpy() of it"),
        ((ENDS, Tensor(WEIGHTS, "torch.bfloat16", device="cuda:0")), "pass .cpu() of it"),
    ],
)
def test_each_thing_that_is_wrong_with_a_layer_has_its_sentence(pair, words):
    text = refusal({"conv7": pair})
    assert "layer 'conv7'" in text
    assert words in text


def test_edges_that_are_not_in_the_graph_are_counted_and_the_first_is_named():
    ends = np.array([[0, 2, 0, 1, 2], [0, 0, 2, 1, 2]])
    text = refusal([(ends, np.array([0.5, 0.5, 0.5, 1.0, 0.5]))])
    assert "2 of 5 edges are not in the graph, the first from 2 to 0" in text


def test_a_graph_without_edges_refuses_every_edge_but_loops():
    lonely = ss.Graph(np.zeros(3, dtype=int), np.array([], dtype=int))
    assert "1 of 1 edges" in refusal([(np.array([[0], [1]]), np.ones(1))], lonely)
    found = attention(lonely, [(np.array([[0, 1], [0, 1]]), np.ones(2))])
    assert "nothing that attention could contract" in str(found)


def test_weights_that_do_not_sum_to_one_are_refused_with_head_and_worst_node():
    heads = np.stack([WEIGHTS, np.where(ENDS[1] == 1, 2 * WEIGHTS, WEIGHTS)], axis=1)
    text = refusal([(ENDS, heads)])
    assert "layer '0', head 1: the weights into 1 of 3 nodes do not sum to one (worst 2, node 1)" in text
    assert "after softmax" in text
    assert "model.eval()" in text


def test_edges_the_wrong_way_round_are_told_apart():
    star = ss.as_graph(nx.star_graph(4))
    ends = np.stack([star.indices, star.rows]).astype(int)
    weights = 1.0 / np.diff(star.indptr)[ends[1]]
    assert attention(star, [(ends, weights)]).edges == (8,)
    assert "pass edge_index[[1, 0]]" in refusal([(ends[::-1], weights)], star)


def test_weights_of_short_types_may_be_rougher():
    n = 60
    complete = ss.as_graph(nx.complete_graph(n))
    ends = np.stack([complete.indices, complete.rows]).astype(int)
    rough = np.full(len(ends[0]), 1.01 / (n - 1))
    assert "do not sum to one" in refusal([(ends, rough)], complete)
    found = attention(complete, [(ends, rough.astype(np.float16))])
    assert any("divided by their sum" in note for note in found.notes)
    assert found.contraction[0].uniform == found.contraction[0].attention
    short = attention(complete, [(ends, Tensor(rough, "torch.bfloat16"))])
    assert short.contraction[0].verdict == "alike"


def test_the_tolerance_grows_with_spacing_and_degree_and_ends():
    degrees = np.array([1, 100, 10**6])
    assert tolerance("float32", degrees[:2]).tolist() == [1e-3, 1e-3]
    assert tolerance("float16", degrees)[0] < tolerance("bfloat16", degrees)[0]
    assert np.all(np.diff(tolerance("bfloat16", degrees)) > 0)
    assert tolerance("bfloat16", degrees)[2] == 0.5


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([], "there are no layers"),
        ({}, "there are no layers"),
        (WEIGHTS, "put it in a list"),
        (5, "layers is one int"),
        ([WEIGHTS], "there is no edge_index for all"),
        ((ENDS, WEIGHTS), "pass a list of (edge_index, weights), also where there is one layer"),
        ([(np.ones((3, 4)), (ENDS, WEIGHTS))], "pass that second part"),
    ],
)
def test_what_is_no_list_of_layers_is_refused(layers, words):
    assert words in refusal(layers)


def test_layers_come_from_lists_mappings_generators_and_with_shared_edges():
    pairs = [(ENDS, WEIGHTS), (ENDS, np.stack([WEIGHTS, WEIGHTS], axis=1))]
    by_list = attention(PATH, pairs)
    assert attention(PATH, iter(pairs)) == by_list
    assert attention(PATH, [list(pair) for pair in pairs]) == by_list
    assert attention(PATH, [weights for _, weights in pairs], edge_index=ENDS) == by_list
    assert attention(PATH, [(ENDS, w[..., None] if w.ndim == 2 else w) for _, w in pairs]) == by_list
    assert attention(PATH, {"a": pairs[0], "b": pairs[1]}).names == ("a", "b")
    tensors = [(Tensor(ends), Tensor(weights)) for ends, weights in pairs]
    assert attention(PATH, tensors) == by_list


def test_a_generator_is_consumed_one_layer_at_a_time():
    taken = []

    def layers():
        for name in range(3):
            taken.append(name)
            yield (ENDS, WEIGHTS) if name == 0 else (ENDS, -WEIGHTS)

    with pytest.raises(InputError, match="layer '1'"):
        attention(PATH, layers())
    assert taken == [0, 1]


def test_integer_and_boolean_weights_are_numbers():
    loops = np.array([[0, 1, 2], [0, 1, 2]])
    for weights in (np.ones(3, dtype=int), np.ones(3, dtype=bool), [1.0, 1.0, 1.0]):
        assert as_attention_layer(loops, weights, 3).weights.dtype == np.float64
    (layer,) = attention_layers([(loops.astype(np.uint8), np.ones(3, np.float16))], 3)
    assert (layer.heads, layer.dtype, layer.weights.dtype) == (1, "float16", np.float32)
