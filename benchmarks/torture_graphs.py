"""Small graphs that eigen-solvers fail on: random models, families, unions, weights, isolated nodes, loops."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np

import spectral_smooth as ss
from spectral_smooth.graphs.families import family

FAMILIES = (
    "cycle:{n}",
    "path:{n}",
    "star:{n}",
    "complete:{n}",
    "bipartite:{a}x{b}",
    "grid:{a}x{b}",
    "torus:{c}x{d}",
    "hypercube:4",
    "petersen",
    "prism:{c}",
    "reflecting_path:{n}",
    "ring_of_cliques:{c}x{d}",
    "barbell:{c}",
    "cycle:{n}+{a}*path:2",
    "{a}*complete:{c}",
    "grid:{a}x{b}+{a}*path:2+complete:1",
    "2*petersen+star:{n}",
)


def seeded(seed: int) -> ss.Operator:
    """Return one operator; the same for the same seed."""
    rng = np.random.default_rng([seed, 7])
    kind = seed % 5
    matrix = _family(rng) if kind == 0 else _random(rng)
    if kind == 2:
        matrix = _union(matrix, _random(rng), _random(rng))
    if kind == 3:
        matrix = _union(matrix, matrix, np.zeros((int(rng.integers(1, 4)),) * 2))
    if rng.random() < 0.35:
        matrix = _weighted(matrix, rng)
    if rng.random() < 0.25:
        matrix = _with_loops(matrix, rng)
    return ss.Operator(graph_of(matrix), loops=_loops(len(matrix), rng))


def atlas() -> Iterator[ss.Operator]:
    """Yield the graphs of the networkx atlas, without loops and with, the empty one left out."""
    for number, graph in enumerate(nx.graph_atlas_g()):
        if len(graph):
            yield ss.Operator(graph_of(nx.to_numpy_array(graph)), loops=float(number % 2))


def graph_of(matrix: np.ndarray) -> ss.Graph:
    """Return the graph of a dense symmetric matrix; weighted if an entry is neither zero nor one."""
    rows, columns = np.nonzero(matrix)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(matrix)))])
    values = matrix[rows, columns]
    return ss.Graph(indptr, columns, None if (values == 1.0).all() else values)


def _family(rng: np.random.Generator) -> np.ndarray:
    sizes = {
        "n": int(rng.integers(3, 24)),
        "a": int(rng.integers(2, 6)),
        "b": int(rng.integers(2, 7)),
        "c": int(rng.integers(3, 6)),
        "d": int(rng.integers(3, 6)),
    }
    spec = FAMILIES[int(rng.integers(len(FAMILIES)))].format(**sizes)
    return family(spec).graph.adjacency().toarray()


def _random(rng: np.random.Generator) -> np.ndarray:
    n = int(rng.integers(2, 36))
    kind = int(rng.integers(6))
    seed = int(rng.integers(1 << 30))
    if kind == 0:
        graph = nx.gnp_random_graph(n, float(rng.uniform(0.5, 4.0)) / n, seed=seed)
    elif kind == 1:
        graph = nx.gnp_random_graph(n, float(rng.uniform(0.3, 0.95)), seed=seed)
    elif kind == 2:
        graph = nx.barabasi_albert_graph(n, min(n - 1, int(rng.integers(1, 4))), seed=seed)
    elif kind == 3:
        graph = nx.random_regular_graph(min(4, 2 * (n // 2) - 2) if n > 3 else 0, n, seed=seed)
    elif kind == 4:
        graph = nx.random_labeled_tree(n, seed=seed)
    else:
        sizes = [max(n // 3, 1)] * 3
        graph = nx.random_partition_graph(sizes, 0.7, 0.03, seed=seed)
    return np.asarray(nx.to_numpy_array(graph, weight=None))


def _union(*parts: np.ndarray) -> np.ndarray:
    total = sum(len(part) for part in parts)
    whole, at = np.zeros((total, total)), 0
    for part in parts:
        whole[at : at + len(part), at : at + len(part)] = part
        at += len(part)
    return whole


def _weighted(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spread = (0.5, 3.0, 10.0)[int(rng.integers(3))]
    factors = np.exp(spread * rng.standard_normal(matrix.shape))
    upper = np.triu(matrix * factors)
    return upper + np.triu(upper, 1).T


def _with_loops(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    matrix = matrix.copy()
    at = np.flatnonzero(rng.random(len(matrix)) < 0.3)
    matrix[at, at] = 1.0
    return matrix


def _loops(n: int, rng: np.random.Generator) -> float | np.ndarray:
    kind = int(rng.integers(5))
    per_node = rng.uniform(0.0, 2.0, n) * (rng.random(n) < 0.5)
    return (0.0, 1.0, 2.0, 0.5, per_node)[kind]
