"""Attention as PyTorch Geometric's layers return it; skipped where that is not installed."""

import warnings

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.attention.attention import attention

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")
    nn = pytest.importorskip("torch_geometric.nn")

KARATE = ss.load("karate").graph
ENDS = np.stack([KARATE.indices, KARATE.rows]).astype(np.int64)


@pytest.fixture
def exported():
    """A function that runs a seeded layer on karate and returns its (edge_index, weights)."""

    def run(name, **settings):
        torch.manual_seed(0)
        layer = getattr(nn, name)(34, 5, heads=4, **settings).eval()
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return layer(torch.eye(34), torch.tensor(ENDS), return_attention_weights=True)

    return run


@pytest.mark.parametrize("name", ["GATConv", "GATv2Conv", "TransformerConv"])
def test_attention_of_each_layer_is_taken_as_it_comes(exported, name):
    _, pair = exported(name)
    found = attention(KARATE, [pair] * 3)
    ends, weights = (values.numpy() for values in pair)
    product, start = np.eye(34), np.eye(34) - 1 / 34
    one = np.zeros((34, 34))
    for (source, target), value in zip(ends.T, weights.mean(axis=1), strict=True):
        one[target, source] += value
    one /= one.sum(axis=1, keepdims=True)
    for depth in range(3):
        product = one @ product
        expected = np.linalg.norm(product - product.mean(axis=0)) / np.linalg.norm(start)
        assert found.contraction[0].attention.deviation[depth] == pytest.approx(expected, rel=1e-6)
    assert found.heads == (4, 4, 4)
    assert found.destination.constants is True


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_types_are_the_same_attention_rounded(exported, dtype):
    _, (ends, weights) = exported("GATConv")
    exact = attention(KARATE, [(ends, weights)])
    found = attention(KARATE, [(ends, weights.to(dtype))])
    assert found.contraction[0].attention.deviation == pytest.approx(
        exact.contraction[0].attention.deviation, rel=0.01
    )


def test_what_goes_wrong_has_its_sentence(exported):
    result = exported("GATConv")
    ends, weights = result[1]
    with pytest.raises(InputError, match="pass that second part"):
        attention(KARATE, [result])
    with pytest.raises(InputError, match=r"edge_index\[\[1, 0\]\]"):
        attention(KARATE, [(ends.flip(0), weights)])
    with pytest.raises(InputError, match=r"detach\(\)"):
        attention(KARATE, [(ends, weights.requires_grad_())])


def test_dropout_is_noticed():
    torch.manual_seed(0)
    layer = nn.GATConv(34, 5, heads=2, dropout=0.5)
    _, (ends, weights) = layer(torch.eye(34), torch.tensor(ENDS), return_attention_weights=True)
    with pytest.raises(InputError, match=r"model\.eval\(\)"):
        attention(KARATE, [(ends, weights.detach())])


def test_without_loops_of_the_layer(exported):
    _, pair = exported("GATConv", add_self_loops=False)
    found = attention(KARATE, [pair])
    assert found.edges == (KARATE.num_entries,)
    assert found.contraction[0].walk is not None
