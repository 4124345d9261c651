"""The block model fitted to a graph: its own parameters come back, and every departure is said."""

import cases
import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.random_models import csbm, planted_partition, rmat
from spectral_smooth.theory.csbm_fit import CSBMFit, fit_csbm


@pytest.mark.parametrize(("inside", "outside"), [(0.03, 0.01), (0.01, 0.03)])
@pytest.mark.parametrize("features", [1, 40])
def test_parameters_come_back(inside, outside, features):
    data = csbm(2000, inside, outside, 0.8, 1.5, features, rng=2)
    found = fit_csbm(data.graph, data.labels, data.features)
    assert found.model.p == pytest.approx(inside, rel=0.04)
    assert found.model.q == pytest.approx(outside, rel=0.04)
    assert found.model.gap == pytest.approx(0.8, rel=0.15)
    assert found.model.sigma == pytest.approx(1.5, rel=0.05)
    assert found.degree_dispersion == pytest.approx(1.0, abs=0.15)
    assert found.anisotropy == pytest.approx(1.0, abs=0.15)
    assert (found.classes, found.class_sizes) == ((0, 1), (1000, 1000))
    swaps = [clause for clause in found.poor if "swap" in clause]
    assert len(found.poor) == len(swaps) == (outside > inside)


def test_class_means_by_definition():
    """p, q, gap and sigma on karate, pair by pair."""
    graph, rng = cases.GRAPHS["karate"], np.random.default_rng(0)
    labels, x = np.arange(34) % 3, cases.features(34, 4) + (np.arange(34) % 3)[:, None]
    labels = np.where(rng.random(34) < 0.2, -1, labels)
    found = fit_csbm(graph, labels, x)
    a = graph.adjacency().toarray()
    joined = {True: [], False: []}
    apart, along, weights = [], [], []
    classes = [x[labels == c] for c in range(3)]
    spread = sum(((c - c.mean(axis=0)) ** 2).sum() for c in classes) / (np.sum(labels >= 0) - 3)
    for i in range(34):
        for j in range(i):
            if min(labels[i], labels[j]) >= 0:
                joined[labels[i] == labels[j]].append(a[i, j])
    for one in range(3):
        for two in range(one):
            line = classes[one].mean(axis=0) - classes[two].mean(axis=0)
            sampling = spread * (1 / len(classes[one]) + 1 / len(classes[two]))
            unit = line / np.linalg.norm(line)
            weights.append(len(classes[one]) * len(classes[two]))
            apart.append(line @ line - sampling)
            inner = sum((((c - c.mean(axis=0)) @ unit) ** 2).sum() for c in classes)
            along.append(inner / (np.sum(labels >= 0) - 3))
    assert found.model.p / found.model.q == pytest.approx(np.mean(joined[True]) / np.mean(joined[False]))
    assert found.model.mean_degree == pytest.approx(a.sum() / 34)
    assert found.model.gap**2 == pytest.approx(np.average(apart, weights=weights))
    assert found.model.sigma**2 == pytest.approx(np.average(along, weights=weights))
    assert found.anisotropy == pytest.approx(found.model.sigma**2 / (spread / 4))


def test_more_classes_are_one_symmetric_partition():
    data = planted_partition(5, 200, 0.06, 0.01, rng=1)
    x = np.eye(5)[data.labels] * 2 + np.random.default_rng(1).standard_normal((1000, 5))
    found = fit_csbm(data.graph, data.labels, x)
    assert found.model.classes == 5
    assert found.model.p == pytest.approx(0.06, rel=0.05)
    assert found.model.q == pytest.approx(0.01, rel=0.05)
    assert found.model.gap == pytest.approx(2 * 2**0.5, rel=0.05)
    assert found.poor == ()


def test_sparse_features_and_shifts_change_nothing():
    data = csbm(400, 0.05, 0.02, 1.0, 1.0, 6, rng=3)
    one = fit_csbm(data.graph, data.labels, data.features).model
    for other in (csr_array(data.features), data.features + 1e5):
        two = fit_csbm(data.graph, data.labels, other).model
        assert two.gap == pytest.approx(one.gap, rel=1e-6)
        assert two.sigma == pytest.approx(one.sigma, rel=1e-6)


def test_node_order_and_class_names_change_nothing():
    data = csbm(300, 0.06, 0.02, 1.0, 1.0, 3, rng=4)
    order = np.random.default_rng(4).permutation(300)
    a = data.graph.adjacency()[order][:, order].tocsr()
    a.sort_indices()
    one = fit_csbm(data.graph, data.labels, data.features)
    two = fit_csbm(as_graph(a), 7 - 3 * data.labels[order], data.features[order])
    assert two.model.gap == pytest.approx(one.model.gap)
    assert two.model.p == pytest.approx(one.model.p)
    assert two.classes == (4, 7)


def test_unknown_nodes_count_for_degrees_only():
    data = csbm(3000, 0.02, 0.006, 1.0, 1.0, 4, rng=5)
    labels = np.where(np.random.default_rng(5).random(3000) < 0.7, -1, data.labels)
    found = fit_csbm(data.graph, labels, data.features)
    assert found.model.p == pytest.approx(0.02, rel=0.08)
    assert found.model.mean_degree == pytest.approx(data.graph.degrees.mean())
    assert sum(found.class_sizes) == np.sum(labels >= 0)


def test_departures_are_said():
    graph, rng = rmat(9, 8, rng=0).graph, np.random.default_rng(0)
    n = graph.num_nodes
    labels = (rng.random(n) < 0.2).astype(int)
    x = labels[:, None] * np.array([1.0, 0, 0]) + rng.standard_normal((n, 3)) * np.array([10.0, 0.1, 0.1])
    x[:, 0] += labels * 20
    found = fit_csbm(graph, labels, x)
    text = found.sentence
    for clause in ("variance of the degrees", "times the nodes of the smallest", "features vary"):
        assert clause in text
    assert "reading aid" in str(found)


def test_few_labels_are_said():
    """With 20 labelled nodes a class either nothing is found, or it is said how little it rests on."""
    found = []
    for seed in range(8):
        data = csbm(rng=seed)
        fit = fit_csbm(data.graph, np.where(data.masks["train"], data.labels, -1), data.features)
        found.append(
            "no farther apart" in fit.reason if fit.model is None else "hardly known" in fit.sentence
        )
        assert fit.model is None or "only" in fit.sentence
    assert all(found)


@pytest.mark.parametrize(
    ("labels", "features", "reason"),
    [
        (None, np.ones((34, 1)), "no labels"),
        (np.full(34, -1), np.ones((34, 1)), "no node has a label"),
        (np.zeros(34, dtype=int), np.eye(34), "one class"),
        (np.arange(34) % 2, None, "no features"),
        (np.arange(34) % 2, np.zeros((34, 0)), "no features"),
        (np.arange(34), np.eye(34), "one node only"),
        (np.arange(34) % 2, np.ones((34, 2)), "do not vary"),
        (np.arange(34) % 2, np.eye(2)[np.arange(34) % 2], "do not vary"),
        (np.arange(34) % 2, np.random.default_rng(1).standard_normal((34, 50)), "no farther apart"),
    ],
)
def test_no_model_with_a_reason(labels, features, reason):
    found = fit_csbm(cases.GRAPHS["karate"], labels, features)
    assert found.model is None
    assert reason in str(found)
    assert reason in found.sentence
    assert CSBMFit.from_dict(found.to_dict()) == found


def test_a_graph_without_edges_has_none_either():
    x = np.arange(5.0)[:, None]
    found = fit_csbm(cases.GRAPHS["no edges"], np.array([0, 0, 0, 1, 1]), x)
    assert "is joined" in found.reason
    assert fit_csbm(cases.GRAPHS["one node"], np.array([0]), np.ones((1, 1))).model is None


def test_weights_and_self_loops_are_not_looked_at():
    plain = nx.planted_partition_graph(2, 30, 0.4, 0.1, seed=1)
    heavy = plain.copy()
    nx.set_edge_attributes(heavy, 3.5, "weight")
    heavy.add_edges_from((i, i) for i in range(10))
    labels = np.repeat([0, 1], 30)
    x = np.random.default_rng(0).standard_normal((60, 2)) + 3 * labels[:, None]
    one, two = (fit_csbm(as_graph(g), labels, x).model for g in (plain, heavy))
    assert one == two


def test_refuses_what_does_not_fit():
    with pytest.raises(InputError):
        fit_csbm(cases.GRAPHS["karate"], np.zeros(33, dtype=int), np.ones((34, 1)))
    with pytest.raises(InputError):
        fit_csbm(cases.GRAPHS["karate"], np.zeros(34, dtype=int), np.full((34, 1), np.nan))
    with pytest.raises(InputError, match="float64"):
        fit_csbm(cases.GRAPHS["karate"], np.arange(34) % 2, cases.features(34) * 1e200)


def test_plain_json_and_back():
    data = csbm(200, 0.1, 0.02, 1.0, 1.0, 2, rng=0)
    found = fit_csbm(data.graph, data.labels, data.features)
    assert CSBMFit.from_dict(found.to_dict()) == found
