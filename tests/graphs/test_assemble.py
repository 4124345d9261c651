"""graph_from_edges: what each policy makes of an edge list, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.policies import Policies

UNION, MUTUAL, STRICT = (Policies(direction=direction) for direction in ("union", "mutual", "error"))
KEEP = Policies(self_loops="keep")


def dense(graph):
    return graph.adjacency().toarray()


def topics(notes):
    return [note.topic for note in notes]


def naive(pairs, n, weights, direction, self_loops):
    """The policies as loops over a dictionary."""
    directed = {}
    for (s, t), w in zip(pairs, weights or [1.0] * len(pairs), strict=True):
        directed[s, t] = directed.get((s, t), 0.0) + w if weights else 1.0
    symmetric = all(directed.get((t, s)) == w for (s, t), w in directed.items())
    matrix = np.zeros((n, n))
    for (s, t), w in directed.items():
        if s == t:
            matrix[s, s] = w if self_loops == "keep" else 0.0
        elif symmetric:
            matrix[s, t] = w
        elif direction == "mutual":
            if (t, s) in directed:
                matrix[s, t] = (w + directed[t, s]) / 2 if weights else 1.0
        else:
            matrix[s, t] = matrix[t, s] = w + directed.get((t, s), 0.0) if weights else 1.0
    return matrix


@st.composite
def edge_lists(draw):
    n = draw(st.integers(1, 7))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=20))
    if draw(st.booleans()):
        pairs += [(t, s) for s, t in pairs]
    # quarters add up exactly in any order
    quarters = st.integers(1, 40).map(lambda k: k / 4)
    weights = (
        draw(st.lists(quarters, min_size=len(pairs), max_size=len(pairs))) if draw(st.booleans()) else None
    )
    return n, pairs, None if weights and all(w == 1 for w in weights) else weights or None


@given(edge_lists(), st.sampled_from(["union", "mutual"]), st.sampled_from(["drop", "keep"]))
@settings(max_examples=150, deadline=None)
def test_agrees_with_the_policies_spelt_out(edges, direction, self_loops):
    n, pairs, weights = edges
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    policies = Policies(direction=direction, self_loops=self_loops)
    graph, _ = graph_from_edges(ends[:, 0], ends[:, 1], n, weights, policies=policies)
    # a lone loop is symmetric, whatever else there is: the naive code leaves it out of that question too
    np.testing.assert_array_equal(dense(graph), naive(pairs, n, weights, direction, self_loops))


@given(edge_lists(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_order_does_not_matter(edges, random):
    n, pairs, weights = edges
    order = list(range(len(pairs)))
    random.shuffle(order)
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    values = None if weights is None else np.array(weights)
    one, notes = graph_from_edges(ends[:, 0], ends[:, 1], n, values)
    shuffled = None if values is None else values[order]
    other, more = graph_from_edges(ends[order, 0], ends[order, 1], n, shuffled)
    np.testing.assert_array_equal(dense(one), dense(other))
    assert notes == more


@given(edge_lists(), st.lists(st.booleans(), min_size=80, max_size=80))
@settings(max_examples=80, deadline=None)
def test_direction_and_repetition_do_not_matter_without_weights(edges, flips):
    n, pairs, _ = edges
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    turned = [(t, s) if flip else (s, t) for (s, t), flip in zip(pairs, flips, strict=False)]
    again = np.array([*turned, *turned[:3]], dtype=int).reshape(-1, 2)
    one, _ = graph_from_edges(ends[:, 0], ends[:, 1], n)
    other, _ = graph_from_edges(again[:, 0], again[:, 1], n)
    np.testing.assert_array_equal(dense(one), dense(other))
    assert other.weights is None


def test_a_symmetric_source_is_not_doubled():
    graph, notes = graph_from_edges([0, 1, 1, 2], [1, 0, 2, 1], 3, [2.0, 2.0, 5.0, 5.0])
    assert dense(graph)[0, 1] == 2.0
    assert dense(graph)[1, 2] == 5.0
    assert "both directions" in notes[0].text


def test_symmetry_is_seen_through_the_rounding_of_sums():
    sources = [0, 0, 0, 1, 1, 1]
    targets = [1, 1, 1, 0, 0, 0]
    weights = [0.1, 0.2, 0.3, 0.3, 0.2, 0.1]
    assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    graph, _ = graph_from_edges(sources, targets, 2, weights)
    assert graph.weights == pytest.approx([0.6, 0.6])


def test_one_way_weights_are_kept_and_two_ways_are_summed():
    graph, _ = graph_from_edges([0, 1, 1], [1, 0, 2], 3, [1.0, 2.0, 4.0])
    assert dense(graph)[0, 1] == dense(graph)[1, 0] == 3.0
    assert dense(graph)[1, 2] == dense(graph)[2, 1] == 4.0


def test_mutual_takes_the_mean_of_both_directions():
    graph, notes = graph_from_edges([0, 1, 1], [1, 0, 2], 3, [1.0, 2.0, 4.0], policies=MUTUAL)
    assert dense(graph)[0, 1] == 1.5
    assert graph.num_edges == 1
    assert "1 of 2 edges are present in both directions" in notes[0].text


def test_mutual_without_any_pair_warns():
    graph, notes = graph_from_edges([0, 1], [1, 2], 3, policies=MUTUAL)
    assert graph.num_edges == 0
    assert notes[0].severity == "warning"


def test_undirected_sources_sum_parallel_edges_in_either_order():
    graph, notes = graph_from_edges([0, 1, 2], [1, 0, 2], 3, [2.0, 2.0, 3.0], policies=KEEP, undirected=True)
    assert dense(graph)[0, 1] == 4.0
    assert dense(graph)[2, 2] == 3.0
    assert topics(notes) == ["self-loops", "duplicates"]


@pytest.mark.parametrize("policies", [MUTUAL, STRICT])
def test_direction_does_not_apply_to_undirected_sources(policies):
    graph, _ = graph_from_edges([0], [1], 2, policies=policies, undirected=True)
    assert graph.num_edges == 1


def test_error_accepts_symmetric_sources():
    graph, _ = graph_from_edges([0, 1, 0], [1, 0, 0], 2, policies=STRICT)
    assert graph.num_edges == 1


@pytest.mark.parametrize(
    ("sources", "targets", "weights", "seen"),
    [
        ([0, 1, 1], [1, 0, 2], None, "only 1 of 2 edges"),
        ([0, 1], [1, 0], [1.0, 2.0], "different weights"),
    ],
)
def test_error_refuses_asymmetric_sources(sources, targets, weights, seen):
    with pytest.raises(InputError, match=seen):
        graph_from_edges(sources, targets, 3, weights, policies=STRICT)


def test_loops_are_dropped_and_counted():
    graph, notes = graph_from_edges([0, 0, 1], [0, 1, 1], 2)
    assert graph.num_edges == 1
    assert not graph.self_loop_weights.any()
    assert notes[0].topic == "self-loops"
    assert notes[0].text.startswith("2 self-loops dropped")
    assert "GCNConv" in notes[0].text


def test_kept_loops_count_once_without_weights_and_are_not_doubled_with():
    graph, _ = graph_from_edges([0, 0, 1], [0, 0, 0], 2, policies=KEEP)
    assert graph.weights is None
    assert graph.self_loop_weights.tolist() == [1.0, 0.0]
    graph, _ = graph_from_edges([0, 1], [0, 0], 2, [3.0, 5.0], policies=KEEP)
    assert graph.self_loop_weights.tolist() == [3.0, 0.0]


def test_duplicates_are_merged_or_summed():
    graph, notes = graph_from_edges([0, 0, 0], [1, 1, 2], 3)
    assert graph.weights is None
    assert notes[0].text == "1 entry repeats an edge: merged, not counted"
    graph, notes = graph_from_edges([0, 0, 0], [1, 1, 2], 3, [1.0, 2.0, 1.0])
    assert dense(graph)[0, 1] == 3.0
    assert "summed" in notes[0].text


def test_zero_weights_drop_the_edge_and_say_so():
    graph, notes = graph_from_edges([0, 1], [1, 2], 3, [0.0, 2.0])
    assert graph.num_edges == 1
    assert notes[0].text.startswith("1 entry of weight zero dropped")


def test_all_weights_zero_leaves_no_edge():
    graph, _ = graph_from_edges([0, 1], [1, 2], 3, [0.0, 0.0])
    assert graph.num_edges == 0


def test_unit_weights_are_no_weights_and_repetition_does_not_make_them_two():
    graph, _ = graph_from_edges([0, 0, 1], [1, 1, 0], 2, [1, 1, 1])
    assert graph.weights is None


def test_weights_that_become_one_are_no_weights():
    graph, _ = graph_from_edges([0, 0], [1, 1], 2, [0.5, 0.5])
    assert graph.weights is None


def test_weights_can_be_ignored():
    graph, notes = graph_from_edges([0], [1], 2, [np.nan], policies=Policies(weight="none"))
    assert graph.weights is None
    assert notes[0].topic == "weights"


@pytest.mark.parametrize("n", [1, 5])
def test_no_edges(n):
    graph, notes = graph_from_edges([], [], n)
    assert (graph.num_nodes, graph.num_edges) == (n, 0)
    assert topics(notes) == ["direction"]


def test_isolated_nodes_stay():
    graph, _ = graph_from_edges([0], [3], 6)
    assert graph.num_nodes == 6
    assert np.count_nonzero(graph.degrees == 0) == 4


@pytest.mark.parametrize(
    ("sources", "seen"),
    [
        ([0, 3], "a node id is 3, but the graph has 3 nodes"),
        ([0, -1], "never negative"),
        ([0, 1.5], "1.5; node ids must be whole numbers"),
        ([0, np.nan], "whole numbers"),
        ([0, np.inf], "whole numbers"),
        (["a", "b"], "whole numbers"),
        ([True, False], "whole numbers"),
        ([[0, 1]], "one dimension"),
        (np.array([0, 2**63], dtype=np.uint64), "but the graph has"),
    ],
)
def test_refused_node_ids(sources, seen):
    with pytest.raises(InputError, match=seen):
        graph_from_edges(sources, [0, 1], 3)


def test_whole_floats_are_node_ids():
    graph, _ = graph_from_edges(np.array([0.0, 1.0]), np.array([1.0, 2.0]), 3)
    assert graph.num_edges == 2


@pytest.mark.parametrize(
    ("weights", "seen"),
    [
        ([np.nan, 1.0], "1 weight is NaN or infinite"),
        ([np.inf, np.inf], "2 weights are NaN or infinite"),
        ([-1.0, 2.0], "a weight is -1"),
        ([1.0], "one weight an edge"),
        (["a", "b"], "real numbers"),
        ([1j, 1j], "real numbers"),
    ],
)
def test_refused_weights(weights, seen):
    with pytest.raises(InputError, match=seen):
        graph_from_edges([0, 1], [1, 2], 3, weights)


@pytest.mark.parametrize(("n", "seen"), [(0, "at least one"), (-2, "at least one"), (2.5, "whole number")])
def test_refused_node_counts(n, seen):
    with pytest.raises(InputError, match=seen):
        graph_from_edges([], [], n)


def test_ends_of_unequal_number_are_refused():
    with pytest.raises(InputError, match="2 edge sources and 1 targets"):
        graph_from_edges([0, 1], [1], 2)


@pytest.mark.parametrize(
    "settings_",
    [
        {"direction": "both"},
        {"self_loops": "maybe"},
        {"split": -1},
        {"split": True},
        {"weight": ""},
        {"labels": "drop"},
    ],
)
def test_policies_refuse_what_they_do_not_know(settings_):
    with pytest.raises(UsageError, match="expected"):
        Policies(**settings_)


def test_a_weight_is_chosen_by_its_name():
    assert Policies().choose_weight(["a", "weight"], "the file") == ("weight", ())
    assert Policies().choose_weight(["a"], "the file") == (None, ())
    assert Policies(weight="a").choose_weight(["a", "weight"], "the file")[0] == "a"
    assert Policies(weight="none").choose_weight(["weight"], "the file")[0] is None
    with pytest.raises(UsageError, match="no weights called 'b'; those it offers: a"):
        Policies(weight="b").choose_weight(["a"], "the file")
