import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs import models
from spectral_smooth.graphs.models import model, model_names
from spectral_smooth.graphs.random_edges import independent_pairs, recursive_matrix, regular_pairs


def within(found, expected, deviation, sigmas=5.0):
    return abs(found - expected) <= sigmas * deviation


def test_csbm_has_the_densities_means_and_noise_that_were_asked_for():
    n, p, q, distance, noise = 3000, 0.02, 0.005, 2.0, 0.5
    data = models.csbm(n, p, q, distance, noise, features=4, rng=1)
    labels = data.labels
    assert np.bincount(labels).tolist() == [n // 2, n // 2]
    graph = data.graph
    upper = graph.rows < graph.indices
    same = labels[graph.rows[upper]] == labels[graph.indices[upper]]
    inside_pairs, outside_pairs = 2 * (n // 2) * (n // 2 - 1) / 2, (n / 2) ** 2
    assert within(same.sum(), inside_pairs * p, np.sqrt(inside_pairs * p))
    assert within((~same).sum(), outside_pairs * q, np.sqrt(outside_pairs * q))
    means = np.array([data.features[labels == c].mean(axis=0) for c in (0, 1)])
    assert within(np.linalg.norm(means[1] - means[0]), distance, noise * np.sqrt(4 * 4 / n))
    np.testing.assert_allclose(means[0], -means[1], atol=5 * noise * np.sqrt(4 / n))
    rest = data.features - means[labels]
    np.testing.assert_allclose(rest.std(axis=0), noise, rtol=0.1)
    assert graph.self_loop_weights.sum() == 0


def test_csbm_labels_twenty_nodes_of_each_class_or_a_third_of_a_small_one():
    data = models.csbm(400, 0.05, 0.01)
    assert np.bincount(data.labels[data.masks["train"]]).tolist() == [20, 20]
    assert not np.any(data.masks["train"] & data.masks["test"])
    assert np.all(data.masks["train"] | data.masks["test"])
    small = models.csbm(9, 0.5, 0.1)
    assert np.bincount(small.labels[small.masks["train"]]).tolist() == [2, 2]


def test_csbm_with_one_feature_has_the_means_of_the_paper():
    data = models.csbm(500, 0.05, 0.01, distance=4.0, noise=0.0, features=1)
    np.testing.assert_array_equal(np.unique(data.features), [-2.0, 2.0])
    np.testing.assert_array_equal(data.features[:, 0] > 0, data.labels == 1)


@pytest.mark.parametrize("spec", [name.rpartition(" ")[2] for name in model_names().values()])
def test_models_are_seeded(spec):
    first, again, other = model(spec, seed=3), model(spec, seed=3), model(spec, seed=4)
    np.testing.assert_array_equal(first.graph.indices, again.graph.indices)
    same = np.array_equal(first.graph.indices, other.graph.indices)
    assert same == spec.startswith("cliques")
    if first.features is not None:
        np.testing.assert_array_equal(first.features, again.features)
    assert first.graph.name == spec
    assert first.notes[-1].topic == "model"


@pytest.mark.parametrize("name", model_names())
def test_every_model_works_without_parameters(name):
    data = model(name)
    assert data.graph.num_nodes > 1
    assert data.graph.weights is None


@pytest.mark.parametrize("probability", [0.0, 0.003, 0.4, 1.0])
def test_independent_pairs_are_distinct_and_as_many_as_expected(probability):
    n = 200
    low, high = independent_pairs(n, probability, np.random.default_rng(0))
    pairs = n * (n - 1) / 2
    assert within(len(low), pairs * probability, np.sqrt(pairs * probability * (1 - probability)))
    assert np.all((low >= 0) & (low < high) & (high < n))
    assert len(np.unique(low * n + high)) == len(low)


def test_every_pair_has_the_same_chance():
    n, draws = 6, 4000
    counts = np.zeros((n, n))
    rng = np.random.default_rng(1)
    for _ in range(draws):
        counts[independent_pairs(n, 0.3, rng)] += 1
    found = counts[np.triu_indices(n, 1)]
    assert np.all(np.abs(found - 0.3 * draws) < 5 * np.sqrt(draws * 0.3 * 0.7))


def test_pair_numbers_are_decoded_exactly_where_float64_rounds():
    n = 3_000_000_000
    low, high = independent_pairs(n, 1e-15, np.random.default_rng(0))
    assert len(low) > 1000
    assert np.all((low >= 0) & (low < high) & (high < n))


@pytest.mark.parametrize(
    ("nodes", "degree"), [(4, 3), (10, 0), (11, 4), (11, 6), (12, 11), (50, 3), (60, 29), (501, 8), (30, 14)]
)
def test_random_regular_graphs_are_regular_and_simple(nodes, degree):
    for seed in range(5):
        graph = models.random_regular(nodes, degree, rng=seed).graph
        np.testing.assert_array_equal(graph.degrees, degree)
        assert graph.self_loop_weights.sum() == 0


def test_regular_pairs_that_resist_are_switched():
    # dense and tiny: pairing anew alone often ends in a dead end here
    for seed in range(200):
        low, high = regular_pairs(9, 4, np.random.default_rng(seed))
        assert len(np.unique(low * 9 + high)) == 18
        assert np.all(np.bincount(np.concatenate([low, high])) == 4)


def test_rmat_bits_follow_the_table():
    low, high = recursive_matrix(1, 10_000, (1.0, 0.0, 0.0), np.random.default_rng(0))
    assert len(low) == 0  # only the diagonal corner: a self-loop, dropped
    low, high = recursive_matrix(1, 100, (0.0, 1.0, 0.0), np.random.default_rng(0))
    assert (low.tolist(), high.tolist()) == ([0], [1])
    skewed, even = (
        models.rmat(scale=11, rng=0).graph,
        models.rmat(scale=11, a=0.25, b=0.25, c=0.25, rng=0).graph,
    )
    assert skewed.degrees.max() > 3 * even.degrees.max()
    assert even.num_edges <= 8 << 11


def test_planted_partition_and_cliques_are_labelled():
    data = models.planted_partition(3, 40, 0.5, 0.01)
    graph = data.graph
    same = data.labels[graph.rows] == data.labels[graph.indices]
    assert same.mean() > 0.8
    cliques = models.ring_of_cliques(5, 4)
    assert cliques.graph.num_edges == 5 * 6 + 5
    assert np.bincount(cliques.labels).tolist() == [4] * 5


def test_the_edges_of_a_model_without_inside_edges_are_outside():
    data = models.planted_partition(2, 30, 0.0, 0.3)
    graph = data.graph
    assert graph.num_edges > 0
    assert np.all(data.labels[graph.rows] != data.labels[graph.indices])
    assert models.planted_partition(2, 30, 0.0, 0.0).graph.num_edges == 0


@pytest.mark.parametrize(
    ("spec", "seen"),
    [
        ("csmb", "did you mean csbm"),
        ("zzz", "known are csbm"),
        ("csbm:nodes", "expected csbm:nodes=2000,inside=0.0114"),
        ("csbm:node=3", "'node=3' does not fit"),
        ("csbm:nodes=3,nodes=4", "does not fit"),
        ("csbm:nodes=3.5", "whole number, got '3.5'"),
        ("csbm:nodes=0", "between 1 and"),
        ("csbm:features=0", "features must lie between 1"),
        ("csbm:inside=x", "must be a number, got 'x'"),
        ("csbm:inside=nan", "must be finite"),
        ("csbm:inside=1.5", "between 0 and 1, got 1.5"),
        ("csbm:noise=-1", "noise must be finite and at least 0"),
        ("csbm:rng=3", "does not fit"),
        ("random_regular:nodes=5,degree=3", "must be even"),
        ("random_regular:nodes=5,degree=5", "degree must lie between 0 and 4"),
        ("rmat:scale=40", "scale must lie between"),
        ("rmat:a=0.9,b=0.9", "at most 1"),
        ("erdos_renyi:nodes=1000000,probability=0.5", "ask for fewer"),
        ("cliques:count=2", "at least 3"),
    ],
)
def test_a_bad_spec_says_what_was_expected(spec, seen):
    with pytest.raises(UsageError, match=seen) as caught:
        model(spec)
    assert caught.value.exit_code == 2
