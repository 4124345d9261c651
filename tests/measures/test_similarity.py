import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.measures import rows, sampling
from spectral_smooth.measures.columns import column_correlation, column_difference
from spectral_smooth.measures.pairs import ZERO_DISTANCE, PairSample
from spectral_smooth.measures.similarity import (
    mad,
    mad_nonzero,
    mean_cosine,
    mean_deviation,
    row_difference,
    smv,
)

NINE_AND_ONE = np.array([[1.0, 0.0]] * 9 + [[0.0, 1.0]])


def states():
    rng = np.random.default_rng(7)
    plain = rng.standard_normal((23, 5)) + 0.3
    with_zeros = plain.copy()
    with_zeros[[2, 11, 12]] = 0.0
    with_zeros[:, 3] = 0.0
    repeated = plain[rng.integers(0, 6, size=23)]
    return {
        "plain": plain,
        "float32": plain.astype(np.float32),
        "zero rows and column": with_zeros,
        "repeated rows": repeated,
        "one column": plain[:, :1],
        "two rows": plain[:2],
        "nine and one": NINE_AND_ONE,
        "tiny": plain * 1e-170,
        "nearly parallel": 1.0 + 1e-6 * plain,
    }


STATES = states()


@pytest.mark.parametrize("name", STATES)
def test_similarities_are_their_definitions(name):
    x = STATES[name]
    # repeated rows: a distance that is zero is known to √eps of the spread only
    close = {"rtol": 1e-7 if name in ("repeated rows", "nine and one") else 1e-9, "atol": 0.0}
    np.testing.assert_allclose(mean_cosine(x), naive.mean_cosine(x), rtol=0, atol=1e-14)
    np.testing.assert_allclose(mad(x), 1 - naive.mean_cosine(x), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(smv(x).value, naive.smv(x), **close)
    np.testing.assert_allclose(
        mad_nonzero(x).value, naive.mad_nonzero(x, ZERO_DISTANCE), rtol=1e-9, atol=1e-14
    )
    if name != "tiny":  # squares of 1e-170 are zero in float64
        centred = x - x.mean(axis=0, dtype=np.float64)
        np.testing.assert_allclose(mean_deviation(x), np.linalg.norm(centred), rtol=1e-12)
        np.testing.assert_allclose(row_difference(x).value, naive.row_difference(x), **close)
        np.testing.assert_allclose(
            column_difference(x).value, naive.column_difference(x), rtol=1e-7, atol=1e-15
        )
    assert smv(x).standard_error == row_difference(x).standard_error == 0.0


@pytest.mark.parametrize("name", ["plain", "float32", "zero rows and column", "nearly parallel"])
def test_column_correlation_is_pearson(name):
    x = STATES[name]
    varying = [j for j in range(x.shape[1]) if np.ptp(x[:, j]) > 0]
    r = np.abs(np.corrcoef(x[:, varying].astype(np.float64), rowvar=False))
    expected = (r.sum() - len(varying)) / (len(varying) * (len(varying) - 1))
    assert column_correlation(x).value == pytest.approx(expected, rel=1e-9)


def test_published_mad_forgets_equal_rows_and_the_corrected_one_does_not():
    assert mad_nonzero(NINE_AND_ONE).value == pytest.approx(1.0, abs=1e-14)
    assert mad(NINE_AND_ONE) == pytest.approx(0.2, abs=1e-14)


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9, 1e-12])
def test_nothing_cancels_when_rows_are_almost_parallel(distance):
    x = np.array([[1.0, distance], [1.0, 0.0], [1.0, -distance], [1.0, 2 * distance]])
    gaps = [1, 1, 2, 1, 3, 2]  # |differences| of the second entries in units of distance
    assert mad(x) == pytest.approx(0.5 * distance**2 * np.mean(np.square([1, 2, 1, 1, 2, 3])), rel=1e-3)
    assert smv(x).value == pytest.approx(0.5 * distance * np.mean(gaps), rel=1e-3)


def test_a_common_offset_does_not_spoil_row_difference():
    x = np.random.default_rng(0).standard_normal((40, 3))
    assert row_difference(x + 1e6).value == pytest.approx(row_difference(x).value, rel=1e-8)
    assert mean_deviation(x + 1e6) == pytest.approx(mean_deviation(x), rel=1e-8)


@pytest.mark.parametrize(
    ("x", "cosine", "distance"),
    [
        (np.zeros((4, 3)), 1.0, 0.0),
        (np.ones((1, 3)), 1.0, 0.0),
        (np.full((5, 2), 3.0), 1.0, 0.0),
        (np.zeros((3, 0)), 1.0, 0.0),
        (np.array([[0.0, 0.0], [1.0, 2.0]]), 1.0, 0.0),
    ],
    ids=["zero", "one row", "constant", "no columns", "one non-zero row"],
)
def test_degenerate_states_have_decided_values(x, cosine, distance):
    assert mean_cosine(x) == pytest.approx(cosine, abs=1e-15)
    assert mad(x) == pytest.approx(distance, abs=1e-15)
    assert mad_nonzero(x).value == 0.0
    assert smv(x).value == pytest.approx(distance, abs=1e-15)
    if not np.any(x[0] != x[-1]):
        assert mean_deviation(x) == 0.0
        assert row_difference(x).value == 0.0
    assert column_correlation(x).value == 0.0 or x.shape[0] == 2


def test_identical_columns_have_no_difference_and_full_correlation():
    column = np.random.default_rng(1).random((12, 1))
    x = column @ np.array([[1.0, 3.0, 0.5]])
    assert column_difference(x).value < 1e-15
    assert column_correlation(x - 7.0).value == pytest.approx(1.0, abs=1e-12)


def test_blocks_do_not_change_anything(monkeypatch):
    x = STATES["zero rows and column"]
    functions = [mean_cosine, mad, mean_deviation]
    sampled = [smv, mad_nonzero, row_difference, column_difference, column_correlation]
    before = [f(x) for f in functions] + [f(x).value for f in sampled]
    monkeypatch.setattr(rows, "BLOCK_VALUES", 11)
    after = [f(x) for f in functions] + [f(x).value for f in sampled]
    np.testing.assert_allclose(after, before, rtol=1e-12)


@pytest.mark.parametrize("measure", [smv, mad_nonzero, row_difference])
def test_sampled_rows_estimate_all_rows_within_their_error(measure):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((700, 4)) * rng.lognormal(size=(700, 1)) + 0.5
    exact = measure(x, PairSample(x, rows=700))
    assert exact.standard_error == 0.0
    found = [measure(x, PairSample(x, seed, rows=60)) for seed in range(40)]
    z = [(e.value - exact.value) / e.standard_error for e in found]
    # 40 draws: mean of z is within ±0.5, its spread near 1, if the error is what it says
    assert abs(np.mean(z)) < 0.5
    assert 0.6 < np.std(z) < 1.6
    assert "60 of 700 rows sampled" in str(found[0])


def test_sampled_columns_estimate_all_columns_within_their_error():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((30, 8)) @ rng.standard_normal((8, 300)) + rng.random(300)
    for measure in (column_difference, column_correlation):
        exact = measure(x).value
        z = []
        for seed in range(40):
            found = measure(x, rng=seed, columns=40)
            z.append((found.value - exact) / found.standard_error)
        assert abs(np.mean(z)) < 0.5
        assert 0.6 < np.std(z) < 1.6


def test_the_default_sample_is_everything_up_to_512_rows_and_a_budget_above():
    rng = np.random.default_rng(0)
    assert len(sampling.choose_sample(512, 10, rng)) == 512
    assert len(sampling.choose_sample(513, 10, rng)) == 512
    assert len(sampling.choose_sample(10**6, 1000, rng)) == sampling.FEWEST_MEMBERS
    chosen = sampling.choose_sample(2708, 1433, rng)
    assert len(chosen) == sampling.SAMPLE_WORK // (2708 * 1433)
    assert np.all(np.diff(chosen) > 0)


def test_what_is_asked_first_does_not_change_what_is_drawn():
    x = np.random.default_rng(0).standard_normal((900, 2))
    one, other = PairSample(x, 5, rows=50), PairSample(x, 5, rows=50)
    first = (one.mean_distance(), one.mean_unit_distance())
    second = (other.mean_unit_distance(), other.mean_distance())
    assert first == second[::-1]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3))
def test_invariants(seed, factor):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rng.integers(2, 12), rng.integers(1, 5)))
    order = rng.permutation(len(x))
    turn = np.linalg.qr(rng.standard_normal((x.shape[1], x.shape[1])))[0]
    for measure in (mad, mean_cosine):
        assert measure(factor * x) == pytest.approx(measure(x), abs=1e-12)
        assert measure(x[order]) == pytest.approx(measure(x), abs=1e-12)
        assert measure(x @ turn) == pytest.approx(measure(x), abs=1e-12)
    assert row_difference(factor * x).value == pytest.approx(factor * row_difference(x).value, rel=1e-8)
    assert mean_deviation(x @ turn) == pytest.approx(mean_deviation(x), rel=1e-12)
    assert -1.0 / max(len(x) - 1, 1) - 1e-12 <= mean_cosine(x) <= 1.0 + 1e-12
    assert 0.0 <= smv(x).value <= 1.0 + 1e-12


def test_row_differences_of_a_case_are_those_of_the_oracle():
    x = cases.features(50, 6)
    assert row_difference(x).value == pytest.approx(naive.row_difference(x), rel=1e-9)
