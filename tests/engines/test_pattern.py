"""What a pattern says about itself: whether neighbours lie together, which decides what is asked for ahead."""

import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.engines import sweeping
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.pattern import Pattern


def _pattern(graph):
    return Pattern.of(ss.gcn(ss.as_graph(graph)))


def test_a_ring_reads_few_lines_and_a_random_graph_one_an_entry():
    n = 20_000
    assert _pattern(nx.cycle_graph(n)).scattered(8) < 0.15
    assert _pattern(nx.random_regular_graph(4, n, seed=0)).scattered(8) > 0.9
    assert _pattern(nx.random_regular_graph(4, n, seed=0)).scattered(n) < 0.01


@pytest.mark.parametrize("graph", [nx.empty_graph(1), nx.empty_graph(5), nx.path_graph(2), nx.path_graph(9)])
def test_graphs_shorter_than_a_stretch(graph):
    assert 0.0 <= _pattern(graph).scattered(8) <= 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_asking_ahead_changes_no_bit(monkeypatch, dtype):
    op = ss.gcn(ss.as_graph(nx.random_regular_graph(8, 3000, seed=1)))
    x = np.random.default_rng(0).standard_normal((3000, 1)).astype(dtype)
    found = []
    for cache, scattered in ((0, 0.0), (0, 2.0), (1 << 30, 0.0)):
        monkeypatch.setattr(sweeping, "cache_bytes", lambda size=cache: size)
        monkeypatch.setattr(sweeping, "SCATTERED", scattered)
        out = np.empty_like(x)
        Numba(reorder="none").bind(op).apply(x, out)
        found.append(out.tobytes())
    assert found[0] == found[1] == found[2]
