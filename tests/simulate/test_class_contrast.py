"""Class contrast against its definition written out node by node, and what never changes it."""

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.operators.rule import Rule, concat, sgc
from spectral_smooth.simulate.class_contrast import ClassContrasts, ClassSplit, measure_class_contrast

DEPTHS = np.array([0, 1, 2, 5, 9])


def some_labels(n, classes=3, seed=0):
    """Seeded labels with unknown ones among them, and one class of a single node."""
    rng = np.random.default_rng([seed, n])
    labels = rng.integers(-1, classes, size=n)
    if n > 4:
        labels[:2] = 0, 1
        labels[4] = classes
    return labels


def known_projector(op):
    """Projectors on the fixed and on the alternating space, from eigenvectors of the dense core."""
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    alive = naive.degrees(op) > 0
    fixed = vectors[:, values > 1 - 1e-9]
    swing = vectors[:, values < -1 + 1e-9]
    assert not fixed[~alive].any()
    return fixed @ fixed.T, swing @ swing.T


def naive_contrasts(op, x, labels, depths, rule):
    """The definition: class means node by node, states as dense powers, known parts by eigenvectors."""
    s, t = naive.dense_core(op), naive.similarity(op)
    y = t[:, None] * x
    fixed, swing = known_projector(op)
    out = []
    for k in depths:
        states = naive_states(rule, s, y, int(k))
        out.append(naive_contrast(states, labels, t, np.eye(len(t)) - fixed - swing))
    return np.array(out).T


def naive_states(rule, s, y, depth):
    states = [y]
    for _ in range(depth):
        states.append(rule.a * s @ states[-1] + rule.b * states[-1] + rule.c * y)
    return states if rule.name == "concat" else states[-1:]


def naive_contrast(states, labels, t, projector):
    alive = t > 0
    classes = sorted({int(c) for c, a in zip(labels, alive, strict=True) if a and c >= 0})
    values = []
    for c in classes:
        square = norm = 0.0
        for y in states:
            rest = projector @ y
            own = [rest[i] / t[i] for i in range(len(t)) if alive[i] and labels[i] == c]
            others = [rest[i] / t[i] for i in range(len(t)) if alive[i] and labels[i] not in (-1, c)]
            square += np.sum((np.mean(own, axis=0) - np.mean(others, axis=0)) ** 2)
            norm += np.sum(y**2)
        values.append(np.sqrt(square / (norm / np.sum(t**2))) if norm > 0 else 0.0)
    return values


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=(
            "karate",
            "bipartite",
            "component and isolated edges",
            "isolated nodes",
            "weighted self-loops",
        ),
        operators=cases.FEW_OPERATORS,
    ),
)
@pytest.mark.parametrize("rule", [sgc(), Rule(0.6, 0.3, 0.1, name="mixed"), concat()], ids=lambda r: r.name)
def test_the_definition(op, rule):
    n = op.graph.num_nodes
    x, labels = cases.features(n), some_labels(n)
    found = measure_class_contrast(op, x, labels, DEPTHS, rule=rule)
    expected = naive_contrasts(op, x, labels, DEPTHS, rule)
    for curve, values in zip(found.curves, expected, strict=True):
        assert curve.source == "measured"
        assert np.array_equal(curve.depths, DEPTHS)
        np.testing.assert_allclose(curve.value, values, rtol=1e-7, atol=1e-10)


def test_under_the_connected_walk_nothing_is_taken_away():
    """There the fixed part is a constant row, which class means do not differ in."""
    op = random_walk(cases.GRAPHS["karate"], loops=1.0)
    x, labels = cases.features(34), some_labels(34)
    found = measure_class_contrast(op, x, labels, DEPTHS)
    pi = naive.degrees(op) / naive.degrees(op).sum()
    for c, curve in zip(found.labels, found.curves, strict=True):
        for k, seen in zip(DEPTHS, curve.value, strict=True):
            state = np.linalg.matrix_power(naive.dense_layer(op), int(k)) @ x
            difference = state[labels == c].mean(axis=0) - state[(labels >= 0) & (labels != c)].mean(axis=0)
            assert seen == pytest.approx(np.linalg.norm(difference) / np.sqrt(pi @ np.sum(state**2, axis=1)))
    assert max(found.plateaus) < 1e-14


def test_the_plateau_is_the_contrast_of_what_never_decays():
    op = gcn(cases.GRAPHS["karate"])
    x, labels = cases.features(34), some_labels(34)
    found = measure_class_contrast(op, x, labels, np.array([0, 400]))
    last = np.linalg.matrix_power(naive.dense_core(op), 400) @ x
    for c, plateau in zip(found.labels, found.plateaus, strict=True):
        difference = last[labels == c].mean(axis=0) - last[(labels >= 0) & (labels != c)].mean(axis=0)
        assert plateau == pytest.approx(np.linalg.norm(difference) / np.sqrt(np.sum(last**2) / 34), rel=1e-8)
        assert plateau > 1e-3


def test_deflation_shows_what_a_plain_pass_cannot():
    """Far below eps of the norm the contrast still falls by the factor of the slowest mode."""
    op = gcn(cases.GRAPHS["karate"])
    rate = np.sort(np.abs(naive.eigenvalues(op)))[-2]
    found = measure_class_contrast(op, cases.features(34), some_labels(34), np.array([400, 401, 402]))
    for curve in found.curves:
        assert curve.value[0] < 1e-17
        np.testing.assert_allclose(curve.value[1:] / curve.value[:-1], rate, rtol=1e-6)


def test_classes_that_are_components_differ_only_in_what_lasts():
    op = random_walk(cases.GRAPHS["two equal components"])
    labels = op.graph.components.labels
    found = measure_class_contrast(op, cases.features(20), labels, DEPTHS)
    assert all(np.all(curve.value < 1e-14) for curve in found.curves)
    assert min(found.plateaus) > 0.01


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-3, 1.0, 1e4]))
def test_the_names_of_nodes_and_the_scale_of_features_do_not_matter(seed, scale):
    rng = np.random.default_rng(seed)
    a = cases.random_matrix(16, 3.0, seed)
    x, labels, order = rng.standard_normal((16, 2)), some_labels(16, seed=seed), rng.permutation(16)
    make = (gcn, random_walk, symmetric)[seed % 3]
    one = measure_class_contrast(make(cases.graph_from_matrix(a)), x, labels, DEPTHS)
    moved = cases.graph_from_matrix(a[np.ix_(order, order)])
    two = measure_class_contrast(make(moved), scale * x[order], labels[order], DEPTHS)
    assert one.labels == two.labels
    for first, second in zip(one.curves, two.curves, strict=True):
        np.testing.assert_allclose(first.value, second.value, rtol=1e-6, atol=1e-9)


def test_two_classes_have_one_contrast():
    labels = np.arange(34) % 2
    found = measure_class_contrast(gcn(cases.GRAPHS["karate"]), cases.features(34), labels, DEPTHS)
    np.testing.assert_allclose(found.curve(0).value, found.curve(1).value, rtol=1e-12)


@pytest.mark.parametrize("labels", [np.full(34, -1), np.zeros(34, dtype=int)])
def test_without_two_classes_there_is_nothing_to_compare(labels):
    found = measure_class_contrast(gcn(cases.GRAPHS["karate"]), cases.features(34), labels, DEPTHS)
    assert found.curves == ()
    with pytest.raises(UsageError, match="no contrast of class 0"):
        found.curve(0)


def test_silent_nodes_are_in_no_class():
    op = symmetric(cases.GRAPHS["isolated nodes"])
    labels = np.zeros(17, dtype=int)
    labels[:5] = 1
    labels[-3:] = 2
    split = ClassSplit.of(op, labels)
    assert split.labels == (0, 1)
    assert split.silent == np.count_nonzero(naive.degrees(op) == 0) >= 3


def test_no_edges_and_no_loops_leave_nothing():
    op = symmetric(cases.GRAPHS["no edges"])
    found = measure_class_contrast(op, cases.features(5), np.array([0, 1, 0, 1, 0]), DEPTHS)
    assert found.curves == ()


def test_features_of_zeros_have_no_contrast():
    found = measure_class_contrast(gcn(cases.GRAPHS["karate"]), np.zeros((34, 2)), np.arange(34) % 3, DEPTHS)
    assert all(np.all(curve.value == 0) for curve in found.curves)
    assert found.plateaus == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("labels", [np.zeros(33, dtype=int), np.zeros(34), np.zeros((34, 1), dtype=int)])
def test_labels_of_another_shape_or_type_are_refused(labels):
    with pytest.raises(InputError, match="one whole number a node"):
        measure_class_contrast(gcn(cases.GRAPHS["karate"]), cases.features(34), labels, DEPTHS)


def test_plain_types_and_back():
    found = measure_class_contrast(gcn(cases.GRAPHS["karate"]), cases.features(34), some_labels(34), DEPTHS)
    again = ClassContrasts.from_dict(found.to_dict())
    assert again.to_dict() == found.to_dict()
    assert "measured" in repr(again)
