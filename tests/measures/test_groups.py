import itertools

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError
from spectral_smooth.measures import class_distances
from spectral_smooth.measures.groups import (
    GroupDistance,
    group_distance_ratio,
    group_distance_ratio_squared,
)
from spectral_smooth.measures.scatter import ClassScatter, class_scatter


def labelled(n=23, columns=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, classes, n) * 2
    labels[labels < 0] = -1
    return rng.standard_normal((n, columns)) + labels[:, None] * 0.3, labels


def scatter_oracle(x, labels):
    known = [i for i in range(len(x)) if labels[i] >= 0]
    mean = np.mean(x[known], axis=0)
    between = within = 0.0
    for c in sorted({labels[i] for i in known}):
        own = [i for i in known if labels[i] == c]
        center = np.mean(x[own], axis=0)
        between += len(own) * np.sum((center - mean) ** 2)
        within += sum(np.sum((x[i] - center) ** 2) for i in own)
    return between, within, sum(np.sum((x[i] - mean) ** 2) for i in known)


def ratio_oracle(x, labels, distance):
    """Numerator without its prefactor, as a mean over ordered pairs of classes, and denominator."""
    classes = sorted(set(labels[labels >= 0]))
    rows = {c: x[labels == c] for c in classes}

    def mean(a, b):
        return np.mean([[distance(p, q) for q in rows[b]] for p in rows[a]])

    between = np.mean([mean(a, b) for a, b in itertools.permutations(classes, 2)])
    return between, np.mean([mean(a, a) for a in classes if len(rows[a]) > 1])


def euclid(p, q):
    return np.linalg.norm(p - q)


def square(p, q):
    return np.sum((p - q) ** 2)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_scatter_is_its_definition_and_adds_up(seed, dtype):
    x, labels = labelled(seed=seed, classes=1 + seed)
    x = x.astype(dtype)
    found = class_scatter(x, labels)
    expected = scatter_oracle(x.astype(np.float64), labels)
    assert (found.between, found.within, found.total) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert found.total == found.between + found.within
    assert sum(found.within_by_class) == pytest.approx(found.within, rel=1e-14)
    assert ClassScatter.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("scale", [1e-9, 1e-12])
def test_scatter_of_nearly_equal_states_does_not_cancel(scale):
    x, labels = labelled(60, 5)
    # whole multiples of one unit in the last place: the state is exact
    steps = np.round(x * 100)
    unit = 2.0 ** np.round(np.log2(scale / 100))
    near = 1.0 + steps * max(unit, 2.0**-52)
    exact = scatter_oracle(steps * max(unit, 2.0**-52), labels)
    found = class_scatter(near, labels)
    assert (found.between, found.within, found.total) == pytest.approx(exact, rel=1e-12)


def test_scatter_in_blocks(monkeypatch):
    from spectral_smooth.measures import rows

    x, labels = labelled(50, 3)
    whole = class_scatter(x, labels)
    monkeypatch.setattr(rows, "BLOCK_VALUES", 9)
    split = class_scatter(x, labels)
    assert split.between == pytest.approx(whole.between, rel=1e-13)
    assert split.within == pytest.approx(whole.within, rel=1e-13)


def test_degenerate_scatter():
    x = np.arange(8.0).reshape(4, 2)
    assert "no node has a known label" in str(class_scatter(x, np.full(4, -1)))
    one = class_scatter(x, np.zeros(4, int))
    assert one.between == 0.0
    assert "one class only" in str(one)
    constant = class_scatter(np.full((4, 2), 0.1), np.array([0, 0, 1, 1]))
    assert (constant.total, constant.between_share) == (0.0, None)
    assert "no scatter" in str(constant)
    single = class_scatter(x, np.arange(4))
    assert single.within == 0.0
    assert single.between_share == 1.0
    assert class_scatter(np.zeros((3, 0)), np.array([0, 1, 1])).total == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_both_ratios_are_their_definitions(seed):
    x, labels = labelled(30, 3, classes=2 + seed % 4, seed=seed)
    count = len(set(labels[labels >= 0]))
    between, within = ratio_oracle(x, labels, euclid)
    found = group_distance_ratio(x, labels)
    assert found.between == pytest.approx(between, rel=1e-7)
    assert found.within == pytest.approx(within, rel=1e-7)
    assert found.value == pytest.approx(count / (count - 1) * between / within, rel=1e-7)
    assert found.mean_ratio == pytest.approx(between / within, rel=1e-7)
    assert found.standard_error == 0.0
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    between, within = ratio_oracle(unit, labels, square)
    squared = group_distance_ratio_squared(x, labels)
    assert (squared.between, squared.within) == pytest.approx((between, within), rel=1e-12)
    assert squared.value == pytest.approx(between / within, rel=1e-12)
    for one in (found, squared):
        assert GroupDistance.from_dict(one.to_dict()) == one


def test_zero_rows_stay_zero_in_the_squared_form():
    x, labels = labelled(20, 3, seed=4)
    x[::3] = 0.0
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    between, within = ratio_oracle(x / np.where(norms > 0, norms, 1.0), labels, square)
    found = group_distance_ratio_squared(x, labels)
    assert (found.between, found.within) == pytest.approx((between, within), rel=1e-12)


def test_without_structure_the_paper_scores_c_over_c_minus_one():
    x = np.random.default_rng(0).standard_normal((900, 4))
    for classes in (2, 3):
        labels = np.arange(900) % classes
        found = group_distance_ratio(x, labels, rows=900)
        assert found.value == pytest.approx(classes / (classes - 1), rel=0.02)
        assert found.mean_ratio == pytest.approx(1.0, rel=0.02)
        assert group_distance_ratio_squared(x, labels).value == pytest.approx(1.0, rel=0.02)


def test_a_tight_class_is_measured_by_its_own_spread():
    rng = np.random.default_rng(1)
    x = np.concatenate([1e-9 * rng.standard_normal((8, 2)), 1.0 + 1e-9 * rng.standard_normal((8, 2))])
    labels = np.repeat([0, 1], 8)
    between, within = ratio_oracle(x, labels, euclid)
    assert group_distance_ratio(x, labels).mean_ratio == pytest.approx(between / within, rel=1e-6)


@pytest.mark.parametrize("ratio", [group_distance_ratio, group_distance_ratio_squared])
@pytest.mark.parametrize(
    ("x", "labels", "text"),
    [
        (np.eye(4), [-1, -1, -1, -1], "no node has a known label"),
        (np.eye(4), [2, 2, -1, 2], "there is one class only"),
        (np.eye(4), [0, 1, 2, 3], "every class has a single node"),
        (np.full((4, 2), 0.3), [0, 0, 1, 1], "the classes lie at the same place"),
        (np.repeat([[0.1, 0.2], [0.7, 0.1]], [3, 3], axis=0), [0, 0, 0, 1, 1, 1], "the classes lie apart"),
    ],
)
def test_undefined_ratios_are_none_and_say_why(ratio, x, labels, text):
    found = ratio(x, np.array(labels))
    assert found.value is found.standard_error is None
    assert text in str(found)
    assert GroupDistance.from_dict(found.to_dict()) == found


def test_a_class_of_one_node_stays_in_the_numerator():
    x, labels = np.array([[0.0], [2.0], [10.0]]), np.array([0, 0, 1])
    found = group_distance_ratio(x, labels)
    assert found.within == 1.0
    assert found.between == 9.0


def test_sampled_ratios_estimate_all_within_their_error_even_for_small_classes():
    rng = np.random.default_rng(3)
    labels = np.repeat([0, 1, 2], [400, 180, 20])
    x = rng.standard_normal((600, 3)) * (1.0 + labels[:, None]) + labels[:, None]
    whole = group_distance_ratio(x, labels, rows=600).value
    z = []
    for seed in range(40):
        found = group_distance_ratio(x, labels, rows=90, rng=seed)
        z.append((found.value - whole) / found.standard_error)
    assert found.sampled == 80
    assert abs(np.mean(z)) < 0.6
    assert 0.6 < np.std(z) < 1.6
    assert "80 of 600 rows sampled" in str(found)


def test_the_default_sample_and_blocks(monkeypatch):
    x, labels = labelled(700, 2)
    monkeypatch.setattr(class_distances, "SAMPLE_WORK", 1)
    found = group_distance_ratio(x, labels)
    assert found.sampled == 3 * 11
    monkeypatch.setattr(class_distances, "BLOCK_VALUES", 100)
    assert group_distance_ratio(x, labels).value == pytest.approx(found.value, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3))
def test_invariants(seed, factor):
    rng = np.random.default_rng(seed)
    x, labels = labelled(int(rng.integers(6, 20)), 3, seed=seed)
    order = rng.permutation(len(x))
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    base = class_scatter(x, labels)
    moved = class_scatter(factor * (x @ turn + 2.0)[order], labels[order])
    assert moved.total == pytest.approx(factor**2 * base.total, rel=1e-9, abs=1e-12)
    assert moved.between_share == (
        None if base.between_share is None else pytest.approx(base.between_share, abs=1e-9)
    )
    for ratio in (group_distance_ratio, group_distance_ratio_squared):
        one, other = ratio(x, labels).value, ratio(factor * (x @ turn)[order], labels[order]).value
        assert (one is None) == (other is None)
        assert one is None or other == pytest.approx(one, rel=1e-6)


@pytest.mark.parametrize("measure", [class_scatter, group_distance_ratio, group_distance_ratio_squared])
@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.array([[1.0], [np.nan]]), "NaN"),
        (np.array([[1.0], [np.inf]]), "NaN"),
        (np.array([[1e200], [0.0]]), "rescale"),
        (np.array([[1e-200], [0.0]]), "rescale"),
        (np.zeros(2), "two dimensions"),
        (np.array([["a"], ["b"]]), "real numbers"),
        (np.zeros((3, 1)), "expected one label a node"),
    ],
)
def test_bad_states_are_refused(measure, x, text):
    with pytest.raises(InputError, match=text):
        measure(x, np.array([0, 1]))
