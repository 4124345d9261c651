"""The block model's theory against simulated block models: no figure here is taken on trust."""

import numpy as np
import pytest
from scipy.special import ndtr

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.random_models import csbm, erdos_renyi, planted_partition
from spectral_smooth.theory.csbm import CSBM
from spectral_smooth.theory.peak import Peak, find_peak
from spectral_smooth.theory.tree_walk import neighbour_counts, walk_statistics

QUOTED = CSBM(num_nodes=2000, p=0.0114, q=0.0038, gap=0.5, sigma=1.0)
DEPTHS = np.arange(11)


def walk_runs(graph, start, depth):
    """States of the walk without loops, by the definition; rows of isolated nodes are zero."""
    state, a, d = start, graph.adjacency(), np.maximum(graph.degrees, 1.0)[:, None]
    for k in range(depth + 1):
        yield state
        if k < depth:
            state = (a @ state) / d


def measured_accuracy(model, seeds, depth=10, first=0):
    """Share of nodes on the side of the threshold zero that theory names, per seed and depth."""
    rows = []
    for seed in range(first, first + seeds):
        data = csbm(model.num_nodes, model.p, model.q, model.gap, model.sigma, 1, rng=seed)
        sign, alive = 2.0 * data.labels - 1.0, data.graph.degrees > 0
        side = np.sign(model.correlation) ** np.arange(depth + 1)
        runs = walk_runs(data.graph, data.features, depth)
        rows.append(
            [np.mean((s * x[alive, 0] > 0) == (sign[alive] > 0)) for s, x in zip(side, runs, strict=True)]
        )
    return np.array(rows)


@pytest.fixture(scope="module")
def quoted_runs():
    return measured_accuracy(QUOTED, 60)


def test_the_quoted_figures_follow_from_the_parameters():
    """Gap .5 is the distance of the class means: with ± .5 accuracy would be .69 at depth 0."""
    assert (QUOTED.best_depth, QUOTED.break_even_depth) == (3, 7)
    assert QUOTED.accuracy(DEPTHS).value[0] == pytest.approx(ndtr(0.25))
    assert 0.81 < QUOTED.best_accuracy < 0.83
    assert QUOTED.mean_degree == pytest.approx(15.2)
    assert QUOTED.correlation == pytest.approx(0.5)
    assert QUOTED.peak.interpolated == pytest.approx(3.3, abs=0.1)
    assert 6 < QUOTED.peak.back_interpolated < 7


def test_the_quoted_figures_are_what_is_measured(quoted_runs):
    mean, error = quoted_runs.mean(axis=0), quoted_runs.std(axis=0, ddof=1) / len(quoted_runs) ** 0.5
    assert int(np.argmax(mean)) == 3
    assert mean[6] > mean[0] > mean[7]
    # the best accuracy of a fixed depth; if each graph chose its own best depth, it would be higher
    assert abs(mean[3] - 0.82) < 3 * error[3]
    assert quoted_runs.max(axis=1).mean() > mean[3]


def test_predicted_accuracy_matches_the_measured_at_every_depth(quoted_runs):
    mean, error = quoted_runs.mean(axis=0), quoted_runs.std(axis=0, ddof=1) / len(quoted_runs) ** 0.5
    curve = QUOTED.accuracy(DEPTHS)
    assert curve.source == "mean-field"
    assert np.all(np.abs(curve.value - mean) < 3.5 * error)
    # near the best depth that is sharp enough to refuse the plain mean field r^n
    plain = ndtr(0.25 * 0.5**DEPTHS / np.sqrt(QUOTED.row_norm(DEPTHS).value))
    assert np.any(np.abs(plain - mean)[2:6] > 10 * error[2:6])


@pytest.mark.parametrize(
    ("model", "coarse"),
    [
        (CSBM(1000, 0.05, 0.01, 0.5, 1.0), 0.004),
        (CSBM(1000, 0.01, 0.04, 0.7, 1.5), 0.004),
        (CSBM(800, 0.03, 0.025, 1.0, 1.0), 0.004),
        # the share of a class among some ten neighbours is not Gaussian, and with this gap little else counts
        (CSBM(1000, 0.02, 0.005, 3.0, 1.0), 0.010),
        (CSBM(1000, 0.008, 0.002, 0.5, 1.0), 0.020),
    ],
    ids=["dense", "heterophilous", "hardly any classes", "far apart", "few neighbours"],
)
def test_other_models_match_too(model, coarse):
    runs = measured_accuracy(model, 40, depth=6, first=500)
    mean, error = runs.mean(axis=0), runs.std(axis=0, ddof=1) / len(runs) ** 0.5
    assert np.all(np.abs(model.accuracy(np.arange(7)).value - mean) < 3.5 * error + coarse)


@pytest.mark.parametrize(("p", "q"), [(0.02, 0.006), (0.006, 0.02)])
def test_contrast_and_row_norm_against_whole_matrices(p, q):
    model, depths = CSBM(900, p, q, 1.0), np.arange(8)
    found = []
    for seed in range(4):
        data = csbm(900, p, q, 1.0, 1.0, 1, rng=seed)
        sign = (2.0 * data.labels - 1.0)[:, None]
        contrast = [np.mean(sign * h) for h in walk_runs(data.graph, sign, 7)]
        norms = [np.mean(np.sum(h**2, axis=1)) for h in walk_runs(data.graph, np.eye(900), 7)]
        found.append((contrast, norms))
    contrast, norms = np.mean(found, axis=0)
    np.testing.assert_allclose(model.contrast(depths).value, np.abs(contrast), rtol=0.1)
    np.testing.assert_allclose(model.row_norm(depths).value, norms, rtol=0.08)
    # classes mix more slowly than r^n
    assert np.all(np.abs(contrast[2:]) > 1.1 * abs(model.correlation) ** depths[2:])


def test_more_classes_are_told_apart_in_pairs():
    count, size, p, q, gap = 4, 300, 0.04, 0.008, 1.0
    model, depths, rows = CSBM(count * size, p, q, gap, 1.0, count), np.arange(6), []
    for seed in range(30):
        data = planted_partition(count, size, p, q, rng=seed)
        rng = np.random.default_rng(seed)
        # ± gap/2 for two of the classes, 0 for the rest: the coordinate along the line through their means
        side = np.array([0.5, -0.5, 0.0, 0.0])[data.labels] * gap
        x = (side + rng.standard_normal(count * size))[:, None]
        pair = data.labels < 2
        rows.append(
            [np.mean(np.sign(h[pair, 0]) == np.sign(side[pair])) for h in walk_runs(data.graph, x, 5)]
        )
    mean, error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / len(rows) ** 0.5
    assert np.all(np.abs(model.accuracy(depths).value - mean) < 3.5 * error + 0.005)
    assert "two classes apart" in str(model)


def test_more_nodes_of_the_same_degree_only_lower_the_floor():
    depths = np.array([1, 30])
    few, many = (CSBM(n, 10 / n, 2 / n, 1.0).row_norm(depths).value for n in (1000, 100_000))
    assert few[0] == pytest.approx(many[0], rel=0.02)
    assert few[1] == pytest.approx((1 + 1 / 6) / 1000, rel=0.02)
    assert many[1] < few[1] / 20


def test_swapping_p_and_q_changes_signs_only():
    one, two = CSBM(500, 0.05, 0.01, 1.0), CSBM(500, 0.01, 0.05, 1.0)
    assert two.correlation == -one.correlation
    assert two.best_depth == one.best_depth
    np.testing.assert_allclose(two.z(DEPTHS).value, one.z(DEPTHS).value, rtol=0.05)


def test_without_mixing_no_depth_is_best():
    for model in (CSBM(100, 0.2, 0.0, 1.0), CSBM(100, 0.0, 0.2, 1.0)):
        assert model.best_depth is None
        assert model.break_even_depth is None
        assert "no depth costs accuracy" in str(model)
        assert np.all(np.diff(model.accuracy(np.arange(5)).value) > 0)


def test_where_the_first_layer_already_costs():
    model = CSBM(1000, 0.011, 0.01, 1.0)
    assert (model.best_depth, model.best_depth_interpolated, model.break_even_depth) == (0, 0.0, 1)
    assert str(model).startswith("CSBM (mean-field): already the first layer")


def test_few_neighbours_are_said():
    assert "few neighbours" in CSBM(1000, 0.004, 0.001, 1.0).note
    assert "few neighbours" in CSBM(1000, 0.004, 0.001, 1.0).z(DEPTHS).note
    assert QUOTED.note == ""


def test_depths_may_be_any_increasing_grid():
    grid = np.array([0, 3, 10])
    np.testing.assert_array_equal(QUOTED.z(grid).value, QUOTED.z(DEPTHS).value[grid])
    for bad in (np.array([], dtype=int), np.array([-1, 2])):
        with pytest.raises(UsageError):
            QUOTED.z(bad)


@pytest.mark.parametrize(
    "bad",
    [
        {"p": 0.0, "q": 0.0},
        {"p": 1.1},
        {"gap": 0.0},
        {"sigma": 0.0},
        {"gap": np.inf},
        {"classes": 1},
        {"num_nodes": 1},
    ],
)
def test_bad_parameters(bad):
    with pytest.raises(UsageError):
        CSBM(**{"num_nodes": 100, "p": 0.1, "q": 0.05, "gap": 1.0, **bad})


def test_plain_json_and_back():
    data = QUOTED.to_dict()
    assert (data["best_depth"], data["break_even_depth"]) == (3, 7)
    assert CSBM.from_dict(data) == QUOTED
    assert Peak.from_dict(QUOTED.peak.to_dict()) == QUOTED.peak


def test_peak_of_a_parabola_is_its_vertex():
    depths = np.arange(9.0)
    found = find_peak(np.exp(-0.3 * (depths - 3.4) ** 2))
    assert found.depth == 3
    assert found.interpolated == pytest.approx(3.4)
    assert found.back == 7
    assert found.back_interpolated == pytest.approx(6.8, abs=0.05)


@pytest.mark.parametrize("bad", [[], [0.0, 1.0], [1.0, np.nan], [1.0, -1.0]])
def test_peak_refuses_what_it_cannot_read(bad):
    with pytest.raises(UsageError):
        find_peak(np.array(bad))


def test_peak_at_the_ends():
    assert find_peak(np.array([1.0, 2.0, 3.0])) == Peak(None, None, None, None)
    assert find_peak(np.array([1.0, 0.0])) == Peak(0, 0.0, 1, 1.0)
    assert find_peak(np.array([1.0, 2.0, 0.0])).interpolated == 1.0
    assert "rising" in str(find_peak(np.array([1.0])))
    assert "never below" in str(find_peak(np.array([1.0, 3.0, 2.0])))
    assert "from depth 1 on" in str(find_peak(np.array([1.0, 0.5])))


def test_walks_on_a_tree_against_walks_on_a_graph():
    """Erdős–Rényi graphs look like the tree from near: returns, meetings, and the mean of 1/degree."""
    n, degree, depth = 3000, 12.0, 4
    graph = erdos_renyi(n, degree / n, rng=3).graph
    norms = [np.mean(np.sum(h**2, axis=1)) for h in walk_runs(graph, np.eye(n)[:, :400], depth)]
    walk = walk_statistics(degree, 0.0, depth)
    counts, weights = neighbour_counts(degree)
    met = walk.meeting @ np.stack([weights @ (1 / counts), 1 - weights @ (1 / counts)])
    floor = (1 + 1 / degree) / n
    np.testing.assert_allclose(np.array(norms[1:]) * n / 400, met[1:] + (1 - met[1:]) * floor, rtol=0.1)


@pytest.mark.parametrize("degree", [0.3, 1.0, 30.0, 1e4])
def test_neighbour_counts_are_poisson_without_zero(degree):
    counts, weights = neighbour_counts(degree)
    assert counts[0] >= 1
    assert weights.sum() == pytest.approx(1.0)
    assert weights @ counts == pytest.approx(degree / -np.expm1(-degree))


def test_walk_statistics_are_probabilities_and_correlations():
    for correlation in (-1.0, -0.4, 0.0, 1.0):
        walk = walk_statistics(5.0, correlation, 12)
        assert np.all((walk.meeting >= 0) & (walk.meeting <= 1))
        assert np.all(np.abs(walk.contrast) <= 1 + 1e-12)
    np.testing.assert_allclose(np.abs(walk_statistics(5.0, 1.0, 9).contrast), 1.0)
    np.testing.assert_allclose(walk_statistics(5.0, -1.0, 9).contrast, (-1.0) ** np.arange(10))


@pytest.mark.parametrize("bad", [(0.0, 0.5), (np.inf, 0.5), (3.0, 1.5)])
def test_walk_statistics_refuse(bad):
    with pytest.raises(UsageError):
        walk_statistics(*bad, 3)
