"""Signal and noise from moments, against dense powers of the layer."""

import json

import cases
import naive
import numpy as np
import pytest
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.random_models import csbm
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.theory.csbm import CSBM
from spectral_smooth.theory.noise import noise_gain
from spectral_smooth.theory.signal import SignalNoise, signal_and_noise

DEPTHS = np.array([0, 1, 2, 5, 9])
LINEAR = [name for name in cases.RULES if name != "concat"]


def responses(op, rule, depth):
    """h_k(P) as a dense matrix, on nodes that take part."""
    alive = np.diag((naive.degrees(op) > 0).astype(float))
    return naive.propagate(op, rule, alive, depth)[depth] * rule.growth**-depth


def labelled(n, seed=0):
    rng = np.random.default_rng([seed, n])
    return rng.integers(-1, 3, size=n)


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS))
def test_exact_noise_is_that_of_the_dense_powers(op):
    alive = naive.degrees(op) > 0
    t = naive.similarity(op)[:, None]
    fixed = naive.fixed_basis(op)
    for name in LINEAR:
        rule = cases.RULES[name]
        gain = noise_gain(op, DEPTHS, rule, probes=None)
        assert gain.source == "exact"
        for at, k in enumerate(DEPTHS):
            h = responses(op, rule, k)
            rows = np.sum(h**2) / max(alive.sum(), 1)
            mass = max(np.sum(t**2), 1e-300)
            off = t * h - fixed @ (fixed.T @ (t * h))
            allowed = {"rtol": 1e-9, "atol": 1e-12, "err_msg": f"{name} {k}"}
            np.testing.assert_allclose(gain.rows[:, at], rows, **allowed)
            np.testing.assert_allclose(gain.weighted[:, at], np.sum((t * h) ** 2) / mass, **allowed)
            np.testing.assert_allclose(gain.varying[:, at], np.sum(off**2) / mass, **allowed)


def test_for_the_symmetric_operator_it_is_the_trace_of_a_power():
    op = symmetric(cases.GRAPHS["karate"])
    gain = noise_gain(op, DEPTHS, cases.RULES["sgc"], probes=None)
    trace = [np.sum(naive.eigenvalues(op) ** (2.0 * k)) / 34 for k in DEPTHS]
    np.testing.assert_allclose(gain.rows[0], trace, rtol=1e-10)
    np.testing.assert_allclose(gain.weighted, gain.rows, rtol=1e-10)


@pytest.mark.parametrize("name", ["gcn", "random walk", "transposed walk"])
@pytest.mark.parametrize("graph", ["karate", "component and isolated edges"])
def test_probes_cover_the_exact_noise(name, graph):
    op, rule = cases.operator(graph, name), cases.RULES["lazy"]
    exact = noise_gain(op, DEPTHS, rule, probes=None)
    covered = 0
    for seed in range(20):
        gain = noise_gain(op, DEPTHS, rule, probes=16, rng=seed)
        assert gain.source == "estimate"
        pairs = [(getattr(gain, part), getattr(exact, part)[0]) for part in ("rows", "weighted", "varying")]
        covered += all(
            np.all((sides[0] <= truth * (1 + 1e-9)) & (truth <= sides[1] * (1 + 1e-9)))
            for sides, truth in pairs
        )
    assert covered >= 17


@pytest.mark.parametrize(
    "op", cases.operator_params(graphs=["karate", "weighted self-loops", "isolated nodes"])
)
def test_exact_signal_is_that_of_the_dense_powers(op):
    n = op.graph.num_nodes
    x, labels = cases.features(n, 4), labelled(n)
    alive = naive.degrees(op) > 0
    known = alive & (labels >= 0)
    means = np.zeros_like(x)
    for c in range(3):
        means[known & (labels == c)] = x[known & (labels == c)].mean(axis=0)
    means[known] -= means[known].mean(axis=0)
    within = np.sum((x[known] - means[known] - x[known].mean(axis=0)) ** 2) / (known.sum() - 3)
    t = naive.similarity(op)[:, None]
    fixed = naive.fixed_basis(op)
    for name in ("sgc", "lazy", "ppr", "residual", "mean"):
        rule = cases.RULES[name]
        found = signal_and_noise(op, x, labels, DEPTHS, rule=rule)
        assert found.ratio.source == "exact"
        assert found.variance == pytest.approx(within)
        assert found.between == pytest.approx(np.sum(means**2) / known.sum())
        for at, k in enumerate(DEPTHS):
            h = responses(op, rule, k)
            y = t * (h @ means)
            signal = np.linalg.norm(y - fixed @ (fixed.T @ y)) / np.linalg.norm(t)
            noise = (within * np.sum((t * h) ** 2) / np.sum(t**2)) ** 0.5
            assert found.signal.value[at] == pytest.approx(signal, rel=1e-7, abs=1e-10)
            assert found.noise.value[at] == pytest.approx(noise, rel=1e-9)
            assert found.ratio.value[at] == pytest.approx(signal / noise, rel=1e-7, abs=1e-9)


def test_a_large_graph_gets_a_bracket_and_an_estimate():
    data = csbm(1500, 0.02, 0.005, 1.0, 1.0, 5, rng=0)
    op = gcn(data.graph)
    found = signal_and_noise(op, data.features, data.labels, np.arange(13), products=12, rng=1)
    assert (found.signal.source, found.noise.source, found.ratio.source) == (
        "bracket",
        "estimate",
        "estimate",
    )
    whole = noise_gain(op, np.arange(13), cases.RULES["sgc"], probes=None)
    truth = np.sqrt(found.variance * whole.weighted[0])
    assert np.all(found.noise.lower <= truth * (1 + 1e-9))
    assert np.all(truth <= found.noise.upper * (1 + 1e-9))
    assert np.all(found.signal.lower <= found.signal.upper)


def test_the_two_ratios_differ_as_the_block_model_says():
    """Fixed in advance: a maximum at n*. Fitted at each depth: it keeps rising, for scale and shift are fitted."""
    data, depths = csbm(rng=0), np.arange(33)
    found = signal_and_noise(random_walk(data.graph), data.features, data.labels, depths)
    assert found.best_fixed == CSBM(2000, 0.0114, 0.0038, 0.5).best_depth == 3
    assert found.best_fitted > 10
    assert np.all(np.diff(found.ratio.value[4:]) < 0)
    assert np.all(np.diff(found.ratio_fitted.value[:10]) > 0)
    model = CSBM(2000, 0.0114, 0.0038, 0.5)
    np.testing.assert_allclose(found.row_norm.value, model.row_norm(depths).value, rtol=0.08)
    # 16 features of variance one: √16 times the block model's 1/z at depth 0
    assert found.ratio.value[0] == pytest.approx(0.25 / 4, rel=0.3)


def test_a_fitted_threshold_keeps_rising_where_one_fixed_in_advance_has_had_its_best():
    fixed, fitted = [], []
    for seed in range(6):
        data = csbm(2000, features=1, rng=seed)
        sign, state = data.labels > 0, data.features[:, 0]
        a, d = data.graph.adjacency(), data.graph.degrees
        rows = []
        for _ in range(11):
            rows.append((np.mean((state > 0) == sign), np.mean((state > np.median(state)) == sign)))
            state = (a @ state) / np.maximum(d, 1)
        fixed.append([r[0] for r in rows])
        fitted.append([r[1] for r in rows])
    fixed, fitted = np.mean(fixed, axis=0), np.mean(fitted, axis=0)
    assert np.argmax(fixed) in (2, 3, 4)
    assert np.argmax(fitted) >= 8
    assert fitted[10] > 0.94 > fixed.max()


def test_bipartite_noise_keeps_its_oscillating_part():
    op = random_walk(cases.GRAPHS["bipartite"])
    gain = noise_gain(op, np.array([50, 51]), cases.RULES["sgc"], probes=None)
    for at, k in enumerate((50, 51)):
        dense = np.linalg.matrix_power(naive.dense_layer(op), k)
        assert gain.rows[0, at] == pytest.approx(np.sum(dense**2) / 8)


def test_sparse_features_are_the_same_features():
    op, x, labels = gcn(cases.GRAPHS["karate"]), cases.features(34), labelled(34)
    one, two = (signal_and_noise(op, data, labels, DEPTHS) for data in (x, csr_array(x)))
    np.testing.assert_allclose(one.ratio.value, two.ratio.value, rtol=1e-9)


def test_one_class_and_constant_features_have_no_signal():
    op = gcn(cases.GRAPHS["karate"])
    one = signal_and_noise(op, cases.features(34), np.zeros(34, dtype=int), DEPTHS)
    assert "one class" in one.notes[0]
    assert one.best_fixed is None
    assert "no signal" in str(one)
    two = signal_and_noise(op, np.ones((34, 2)), np.arange(34) % 2, DEPTHS)
    for found in (one, two):
        assert np.all(found.signal.value == 0)
        assert np.all(found.ratio.value == 0)
    assert np.all(two.noise.value == 0)


def test_features_that_are_the_labels_have_no_noise():
    found = signal_and_noise(
        gcn(cases.GRAPHS["karate"]), np.eye(2)[np.arange(34) % 2], np.arange(34) % 2, DEPTHS
    )
    assert found.variance == 0
    assert np.all(np.isinf(found.ratio.value))
    assert any("no noise" in note for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)


def test_what_limits_the_reading_is_said():
    op, labels = symmetric(cases.GRAPHS["isolated nodes"]), np.full(17, -1)
    labels[:8] = np.arange(8) % 2
    text = " ".join(signal_and_noise(op, cases.features(17, 30), labels, DEPTHS).notes)
    for part in ("sampling", "8 of", "isolated nodes"):
        assert part in text


def test_plain_json_and_back():
    found = signal_and_noise(gcn(cases.GRAPHS["karate"]), cases.features(34), labelled(34), DEPTHS)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert SignalNoise.from_dict(data).to_dict() == data


def test_a_seed_is_a_result():
    data = csbm(500, 0.05, 0.01, 1.0, 1.0, 3, rng=0)
    one, two = (
        signal_and_noise(gcn(data.graph), data.features, data.labels, DEPTHS, rng=4).to_dict()
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"labels": np.full(34, -1)}, UsageError),
        ({"labels": np.arange(34)}, UsageError),
        ({"labels": np.zeros(33, dtype=int)}, InputError),
        ({"features": np.full((34, 1), np.nan)}, InputError),
        ({"depths": np.array([2, 1])}, UsageError),
        ({"depths": np.array([-1])}, UsageError),
        ({"depths": np.array([0.5])}, UsageError),
        ({"rule": cases.RULES["concat"]}, UsageError),
    ],
)
def test_refuses_what_does_not_fit(change, error):
    given = {"features": cases.features(34), "labels": np.arange(34) % 2, "depths": DEPTHS, **change}
    with pytest.raises(error):
        signal_and_noise(gcn(cases.GRAPHS["karate"]), **given)


def test_probes_need_an_error():
    with pytest.raises(UsageError, match="two probes"):
        noise_gain(gcn(cases.GRAPHS["karate"]), DEPTHS, cases.RULES["sgc"], probes=1)


@pytest.mark.parametrize(
    ("graph", "make"), [("no edges", symmetric), ("one node", symmetric), ("one node", gcn)]
)
def test_where_nothing_takes_part_it_says_so(graph, make):
    n = cases.GRAPHS[graph].num_nodes
    with pytest.raises(UsageError, match=r"no node with a label|one labelled node"):
        signal_and_noise(make(cases.GRAPHS[graph]), cases.features(n), np.arange(n) % 2, DEPTHS)


def test_the_two_components_of_a_graph_keep_their_part():
    """Off the fixed space nothing is left of classes that are whole components: they are told apart for ever."""
    op, labels = random_walk(cases.GRAPHS["two equal components"]), np.repeat([0, 1], 10)
    found = signal_and_noise(op, cases.features(20), labels, DEPTHS)
    assert np.all(found.signal.value < 1e-12)
    assert found.between > 0
    assert any("fixed space" in note for note in found.notes)
