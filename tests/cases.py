"""The registry of cases: a new graph, operator, rule or dtype is one line here.

Everything is small, seeded and read-only. ``operator_params`` and ``rule_params`` are ready for
``pytest.mark.parametrize``.
"""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from spectral_smooth.graphs.families import Family, family, kronecker
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator, gcn, random_walk, symmetric
from spectral_smooth.operators.rule import (
    Rule,
    concat,
    gcnii,
    heat,
    lazy,
    mean,
    ppr,
    residual,
    s2gc,
    sgc,
    weighted,
)

LOOPS = (0.0, 0.5, 1.0, 3.0)
DTYPES = (np.float64, np.float32)


def graph_from_matrix(a, name="graph", *, weighted=False) -> Graph:
    """Graph of a dense symmetric matrix."""
    a = np.asarray(a, dtype=np.float64)
    rows, columns = np.nonzero(a)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(a)))])
    return Graph(indptr, columns, a[rows, columns] if weighted else None, name=name)


def random_matrix(n, mean_degree, seed, *, weighted=False, self_loops=0):
    """Dense symmetric adjacency of a sparse random graph."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((n, n)) < mean_degree / max(n - 1, 1), 1).astype(float)
    if weighted:
        upper *= rng.uniform(0.1, 3.0, size=(n, n))
    a = upper + upper.T
    at = rng.choice(n, size=self_loops, replace=False)
    a[at, at] = rng.uniform(0.5, 2.0, size=self_loops) if weighted else 1.0
    return a


def _empty(n, name):
    return graph_from_matrix(np.zeros((n, n)), name)


def _karate():
    return graph_from_matrix(nx.to_numpy_array(nx.karate_club_graph(), weight=None), "karate")


FAMILY_SPECS = (
    "cycle:3",
    "cycle:12",
    "cycle:13",
    "path:1",
    "path:2",
    "path:9",
    "reflecting_path:1",
    "reflecting_path:7",
    "reflecting_grid:4x5",
    "reflecting_grid:1x3",
    "reflecting_grid:2x3x2",
    "grid:2x2",
    "grid:1x6",
    "torus:4x5",
    "torus:3x3x3",
    "complete:1",
    "complete:2",
    "complete:7",
    "star:1",
    "star:9",
    "bipartite:3x4",
    "hypercube:1",
    "hypercube:4",
    "circulant:12:1,3",
    "circulant:10:2,5",
    "prism:5",
    "petersen",
    "cycle:5+bipartite:2x3+complete:1",
    "cycle:8+10*path:2",
)

FAMILIES: dict[str, Family] = {spec: family(spec) for spec in FAMILY_SPECS}
FAMILIES["kronecker(path, cycle)"] = kronecker(family("path:4"), family("cycle:5"))
FAMILIES["kronecker(reflecting, star)"] = kronecker(family("reflecting_path:3"), family("star:3"))

# Without a closed form, or without a family at all.
GRAPHS: dict[str, Graph] = {
    "one node": _empty(1, "one node"),
    "no edges": _empty(5, "no edges"),
    "one edge": graph_from_matrix([[0, 1], [1, 0]], "one edge"),
    "one self-loop": graph_from_matrix([[1.0]], "one self-loop"),
    "karate": _karate(),
    "plain grid": family("grid:5x6").graph,
    "barbell": family("barbell:5").graph,
    "ring of cliques": family("ring_of_cliques:4x4").graph,
    "star hub": family("star:24").graph,
    "bipartite": family("bipartite:3x5").graph,
    "long path": family("path:24").graph,
    "tree": graph_from_matrix(nx.to_numpy_array(nx.balanced_tree(2, 3)), "tree"),
    "odd cycle": family("cycle:11").graph,
    "disjoint union": family("cycle:7+bipartite:2x4+complete:4").graph,
    "two equal components": family("2*petersen").graph,
    "component and isolated edges": family("grid:4x4+10*path:2").graph,
    "isolated nodes": graph_from_matrix(
        np.pad(random_matrix(14, 4, seed=1), ((0, 3), (0, 3))), "isolated nodes"
    ),
    "sparse random": graph_from_matrix(random_matrix(30, 2.0, seed=2), "sparse random"),
    "dense random": graph_from_matrix(random_matrix(20, 10.0, seed=3), "dense random"),
    "weighted": graph_from_matrix(random_matrix(22, 4.0, seed=4, weighted=True), "weighted", weighted=True),
    "self-loops": graph_from_matrix(random_matrix(20, 3.0, seed=5, self_loops=6), "self-loops"),
    "weighted self-loops": graph_from_matrix(
        random_matrix(18, 3.0, seed=6, weighted=True, self_loops=5), "weighted self-loops", weighted=True
    ),
}
GRAPHS.update({f"family {name}": one.graph for name, one in FAMILIES.items() if one.graph.num_nodes <= 30})


def per_node_loops(n: int):
    """Different loops at every node, some of them zero."""
    return np.random.default_rng(n).uniform(0.0, 2.0, size=n) * (np.arange(n) % 3 > 0)


OPERATORS: dict[str, Callable[[Graph], Operator]] = {
    "gcn": gcn,
    "symmetric": symmetric,
    "random walk": random_walk,
    "random walk with loops": lambda graph: random_walk(graph, loops=1.0),
    "gcn with loops 3": lambda graph: gcn(graph, loops=3.0),
    "transposed walk": lambda graph: Operator(graph, loops=1.0, split=0.0),
    "split 0.3": lambda graph: Operator(graph, loops=0.5, split=0.3),
    "per-node loops": lambda graph: Operator(graph, loops=per_node_loops(graph.num_nodes), split=0.5),
    "walk with per-node loops": lambda graph: Operator(
        graph, loops=per_node_loops(graph.num_nodes), split=1.0
    ),
}

RULES: dict[str, Rule] = {
    "sgc": sgc(),
    "lazy": lazy(0.5),
    "mostly lazy": lazy(0.9),
    "residual": residual(),
    "ppr": ppr(0.1),
    "gcnii": gcnii(0.5),
    "signed": Rule(-0.7, 0.2, 0.1, name="signed"),
    "mean": mean(),
    "concat": concat(),
    "heat": heat(2.0),
    "s2gc": s2gc(0.05),
    "weighted": weighted((0.5, 0.25, 0.0, 0.125)),
    "weighted with signs": weighted((1.0, -0.5, 0.25)),
}

# A handful that covers every kind of trouble, for tests where the full product would be slow.
FEW_GRAPHS = (
    "one node",
    "no edges",
    "karate",
    "plain grid",
    "bipartite",
    "component and isolated edges",
    "isolated nodes",
    "weighted self-loops",
)
FEW_OPERATORS = ("gcn", "symmetric", "random walk", "transposed walk", "walk with per-node loops")


def features(n: int, columns: int = 3, seed: int = 0, dtype=np.float64):
    """Seeded Gaussian features with a mean, so that the fixed space is excited."""
    rng = np.random.default_rng([seed, n, columns])
    return (rng.standard_normal((n, columns)) + 0.5).astype(dtype)


def operator(graph_name: str, operator_name: str) -> Operator:
    """One operator of the registry."""
    return OPERATORS[operator_name](GRAPHS[graph_name])


def operator_params(graphs=None, operators=None):
    """Pytest parameters for every graph and operator: ``@parametrize("op", operator_params())``."""
    return [
        pytest.param(operator(g, o), id=f"{g}-{o}".replace(" ", "_"))
        for g in (GRAPHS if graphs is None else graphs)
        for o in (OPERATORS if operators is None else operators)
    ]


def rule_params(rules=None):
    """Pytest parameters for every rule: ``@parametrize("rule", rule_params())``."""
    return [pytest.param(RULES[r], id=r.replace(" ", "_")) for r in (RULES if rules is None else rules)]
