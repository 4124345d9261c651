import math

import cases
import naive
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.families import family
from spectral_smooth.measures.classes import find_classes
from spectral_smooth.measures.homophily import Homophily, homophily

FIELDS = ("edge", "node", "class_insensitive", "adjusted", "label_informativeness")


def oracle(graph, labels):
    """The five definitions, edge by edge and node by node."""
    a = naive.dense_adjacency(graph)
    np.fill_diagonal(a, 0.0)
    n = len(a)
    known = [i for i in range(n) if labels[i] >= 0]
    pairs = [(i, j) for i in known for j in known if a[i, j]]
    if not pairs:
        return dict.fromkeys(FIELDS)
    total = sum(a[i, j] for i, j in pairs)
    classes = sorted({labels[i] for i in known})
    end = {c: sum(a[i, j] for i, j in pairs if labels[i] == c) / total for c in classes}
    edge = sum(a[i, j] for i, j in pairs if labels[i] == labels[j]) / total
    nodes = []
    for i in known:
        mine = [j for j in known if a[i, j]]
        if mine:
            nodes.append(sum(a[i, j] for j in mine if labels[j] == labels[i]) / sum(a[i, j] for j in mine))
    insensitive = None
    if len(classes) > 1:
        insensitive = 0.0
        for c in classes:
            if end[c]:
                own = sum(a[i, j] for i, j in pairs if labels[i] == labels[j] == c) / (end[c] * total)
                insensitive += max(own - sum(labels[i] == c for i in known) / len(known), 0) / (
                    len(classes) - 1
                )
    adjusted = informativeness = None
    if sum(p > 0 for p in end.values()) > 1:
        chance = sum(p**2 for p in end.values())
        adjusted = (edge - chance) / (1 - chance)
        joint = {
            (c, d): sum(a[i, j] for i, j in pairs if (labels[i], labels[j]) == (c, d)) / total
            for c in classes
            for d in classes
        }
        informativeness = 2 - sum(p * math.log(p) for p in joint.values() if p) / sum(
            p * math.log(p) for p in end.values() if p
        )
    values = (edge, float(np.mean(nodes)), insensitive, adjusted, informativeness)
    return dict(zip(FIELDS, values, strict=True))


def agree(found, expected):
    for field in FIELDS:
        if expected[field] is None:
            assert getattr(found, field) is None, field
        else:
            assert getattr(found, field) == pytest.approx(expected[field], abs=1e-12), field


@pytest.mark.parametrize("name", cases.GRAPHS)
@pytest.mark.parametrize("classes", [1, 2, 4])
@pytest.mark.parametrize("unknown", [0.0, 0.3, 1.0])
def test_every_value_is_its_definition(name, classes, unknown):
    graph = cases.GRAPHS[name]
    rng = np.random.default_rng([classes, graph.num_nodes])
    labels = rng.integers(0, classes, graph.num_nodes) * 3
    labels[rng.random(graph.num_nodes) < unknown] = -1
    found = homophily(graph, labels)
    agree(found, oracle(graph, labels))
    assert Homophily.from_dict(found.to_dict()) == found
    assert found.labelled_nodes == np.count_nonzero(labels >= 0) == sum(found.class_counts)
    assert str(found)


def test_disjoint_cliques_of_one_class_each_are_the_extreme():
    graph = as_graph(nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(4)))
    found = homophily(graph, np.repeat([0, 1], 4))
    for field in FIELDS[:2] + FIELDS[3:]:
        assert getattr(found, field) == pytest.approx(1.0, abs=1e-15)
    # (1 − 1/2) + (1 − 1/2), over C − 1
    assert found.class_insensitive == pytest.approx(1.0)
    assert "strongly homophilous" in str(found)


def test_a_bipartite_graph_with_its_sides_is_heterophilous_and_informative():
    found = homophily(family("bipartite:4x4").graph, np.repeat([0, 1], 4))
    assert (found.edge, found.node, found.adjusted) == (0.0, 0.0, -1.0)
    assert found.label_informativeness == pytest.approx(1.0)
    assert "heterophilous" in str(found)


def test_published_values_of_a_small_graph():
    """The example of Platonov et al.'s measure in PyTorch Geometric's and DGL's tests."""
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5)]
    found = homophily(as_graph(nx.Graph(edges)), np.array([0, 0, 0, 0, 1, 1]))
    assert found.label_informativeness == pytest.approx(0.251776, abs=1e-6)


def test_imbalance_alone_scores_high_in_edge_and_zero_in_adjusted():
    # complete graph with loops of both kinds of pairs: neighbours are drawn from everyone
    graph = cases.graph_from_matrix(np.ones((50, 50)) - np.eye(50))
    found = homophily(graph, (np.arange(50) >= 45).astype(int))
    assert found.edge > 0.8
    assert abs(found.adjusted) < 0.03
    assert found.label_informativeness < 0.01


@pytest.mark.parametrize(
    ("labels", "text", "edge"),
    [
        ([-1, -1, -1, -1], "no node has a known label", None),
        ([0, -1, 1, -1], "no edge has two labelled ends", None),
        ([5, 5, 5, 5], "there is one class only", 1.0),
        ([0, 0, -1, 1], "both ends in one and the same class", 1.0),
    ],
)
def test_undefined_values_are_none_and_say_why(labels, text, edge):
    found = homophily(family("path:4").graph, np.array(labels))
    assert found.edge == edge
    assert found.adjusted is found.label_informativeness is None
    assert text in str(found)


def test_a_class_of_one_node_and_a_class_without_edges_count_as_classes():
    graph = as_graph(nx.disjoint_union(nx.path_graph(3), nx.empty_graph(1)))
    labels = np.array([0, 0, 1, 2])
    found = homophily(graph, labels)
    assert found.class_counts == (2, 1, 1)
    agree(found, oracle(graph, labels))


def test_self_loops_are_not_counted_and_weights_are():
    a = cases.random_matrix(14, 4, seed=3)
    labels = np.random.default_rng(0).integers(0, 3, 14)
    plain = homophily(cases.graph_from_matrix(a), labels)
    looped = homophily(cases.graph_from_matrix(a + np.eye(14)), labels)
    assert looped == plain
    heavy = homophily(cases.graph_from_matrix(a * 7.5, weighted=True), labels)
    agree(heavy, {field: getattr(plain, field) for field in FIELDS})
    assert heavy.weighted
    assert "of the weight of the" in str(heavy)
    huge = homophily(cases.graph_from_matrix(a * 1e308, weighted=True), labels)
    agree(huge, {field: getattr(plain, field) for field in FIELDS})


def test_as_many_classes_as_nodes():
    found = homophily(family("cycle:2000").graph, np.arange(2000))
    assert found.edge == found.class_insensitive == 0.0
    assert found.adjusted == pytest.approx(-1 / 1999)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_invariants(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 16))
    a = cases.random_matrix(n, 4.0, seed=seed, weighted=bool(seed % 2))
    labels = rng.integers(-1, 3, n)
    found = homophily(cases.graph_from_matrix(a, weighted=bool(seed % 2)), labels)
    order, names = rng.permutation(n), rng.permutation(3) * 2
    other = np.where(labels >= 0, names[labels], -1)[order]
    moved = homophily(cases.graph_from_matrix(a[np.ix_(order, order)], weighted=bool(seed % 2)), other)
    agree(moved, {field: getattr(found, field) for field in FIELDS})
    for field in FIELDS:
        value = getattr(found, field)
        assert value is None or -1.0 - 1e-12 <= value <= 1.0 + 1e-12
        assert value is None or field == "adjusted" or value >= 0.0


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (np.zeros(3, dtype=int), "shape"),
        (np.zeros(4), "expected integers"),
        (np.array([0, -2, 1, 1]), "a label is -2"),
    ],
)
def test_bad_labels_are_refused(labels, text):
    with pytest.raises(InputError, match=text):
        homophily(family("path:4").graph, labels)


def test_classes_are_those_that_occur():
    found = find_classes(np.array([9, 4, -1, 4], dtype=np.int8), 4)
    assert (found.numbers, found.counts, found.known, found.count) == ((4, 9), (2, 1), 3, 2)
    assert find_classes(np.array([1, 0], dtype=np.uint8), 2).codes.tolist() == [1, 0]
    assert find_classes(np.array([-1]), 1).count == 0
