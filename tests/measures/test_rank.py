import numpy as np
import pytest

from spectral_smooth.measures import rank
from spectral_smooth.measures.rank import (
    effective_rank,
    factorise,
    gram_effective_rank,
    rank_one_distance,
    singular_values,
    stable_rank,
)


def decaying(n, columns, ratio, seed=0):
    """Random matrix with singular values ratio^j."""
    rng = np.random.default_rng(seed)
    size = min(n, columns)
    left = np.linalg.qr(rng.standard_normal((n, size)))[0]
    right = np.linalg.qr(rng.standard_normal((columns, size)))[0]
    return left * ratio ** np.arange(size) @ right.T


def published_distance(x):
    """The definition of arXiv 2407.11876, step by step."""
    x = np.asarray(x, dtype=np.float64)
    x = x / np.linalg.norm(x, "nuc")
    i, j = np.abs(x).sum(axis=1).argmax(), np.abs(x).sum(axis=0).argmax()
    row = -x[i] if x[i, j] < 0 else x[i]
    outer = np.outer(x[:, j], row)
    return np.linalg.norm(x - outer / np.linalg.norm(outer, "nuc"), "nuc")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (30, 4), (4, 30), (17, 17), (3000, 3)])
def test_ranks_are_their_definitions(shape, dtype):
    x = np.random.default_rng(2).standard_normal(shape).astype(dtype)
    s = np.linalg.svd(x.astype(np.float64), compute_uv=False)
    values, sketched = singular_values(x)
    assert not sketched
    np.testing.assert_allclose(values, s, rtol=1e-12, atol=1e-13 * s[0])
    p = s / s.sum()
    assert stable_rank(x).value == pytest.approx(np.sum(s**2) / s[0] ** 2, rel=1e-12)
    assert effective_rank(x).value == pytest.approx(np.exp(-np.sum(p * np.log(p))), rel=1e-12)
    assert rank_one_distance(x).value == pytest.approx(published_distance(x), rel=1e-10, abs=1e-14)
    assert stable_rank(x).standard_error == effective_rank(x).standard_error == 0.0


@pytest.mark.parametrize("rank_is", [1, 3])
def test_exact_low_rank_is_seen(rank_is):
    rng = np.random.default_rng(0)
    left = np.linalg.qr(rng.standard_normal((40, rank_is)))[0]
    right = np.linalg.qr(rng.standard_normal((9, rank_is)))[0]
    x = 1e-20 * left @ right.T
    assert stable_rank(x).value == pytest.approx(rank_is, rel=1e-12)
    assert effective_rank(x).value == pytest.approx(rank_is, rel=1e-12)
    assert (rank_one_distance(x).value < 1e-13) == (rank_is == 1)


def test_rank_one_distance_falls_with_the_second_singular_value_far_below_the_root_of_eps():
    rng = np.random.default_rng(1)
    base = np.outer(rng.random(20) + 1, rng.random(6) + 1)
    noise = rng.standard_normal((20, 6))
    distances = [rank_one_distance(base + size * noise).value for size in (1e-6, 1e-9, 1e-12)]
    np.testing.assert_allclose(np.array(distances) / distances[0], [1, 1e-3, 1e-6], rtol=1e-2)


def test_the_sign_of_the_outer_product_follows_the_entry():
    assert rank_one_distance(-np.outer([1.0, 2.0], [1.0, 3.0])).value < 1e-15
    assert rank_one_distance(np.outer([1.0, -2.0], [1.0, 3.0])).value < 1e-15


@pytest.mark.parametrize(
    "x", [np.zeros((4, 3)), np.zeros((3, 0)), np.zeros((1, 1))], ids=["zero", "no columns", "single zero"]
)
def test_zero_states_have_rank_zero(x):
    assert stable_rank(x).value == effective_rank(x).value == rank_one_distance(x).value == 0.0


def test_constant_rows_have_rank_one():
    x = np.tile([[1.0, 2.0, -3.0]], (8, 1))
    assert stable_rank(x).value == pytest.approx(1.0)
    assert effective_rank(x).value == pytest.approx(1.0)
    assert rank_one_distance(x).value < 1e-14


def test_a_sketch_keeps_what_decays_and_says_what_it_left_out():
    x = decaying(120, 90, 0.7)
    exact, _ = singular_values(x, max_columns=None)
    found, sketched = singular_values(x, max_columns=30)
    assert sketched
    assert len(found) == 30
    assert np.all(found <= exact[:30] * (1 + 1e-12))
    np.testing.assert_allclose(found[:10], exact[:10], rtol=1e-6)
    factor = factorise(x, max_columns=30)
    assert factor.lost == pytest.approx(np.sum(exact**2) - np.sum(found**2), rel=1e-6, abs=1e-13)
    assert "30 of 90" in factor.note
    for measure in (stable_rank, effective_rank, rank_one_distance):
        sketch, whole = measure(x, factor).value, measure(x, factorise(x, max_columns=None)).value
        assert sketch == pytest.approx(whole, rel=5e-3)


@pytest.mark.parametrize("ratio", [0.99, 0.95, 0.9])
def test_the_effective_rank_of_a_sketch_holds_the_truth_within_its_error(ratio):
    x = decaying(200, 150, ratio)
    found = effective_rank(x, factorise(x, max_columns=40))
    exact = effective_rank(x, factorise(x, max_columns=None))
    assert abs(found.value - exact.value) <= found.standard_error
    assert exact.standard_error == 0.0


def test_a_sketch_of_low_rank_is_exact():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 4)) @ rng.standard_normal((4, 50))
    factor = factorise(x, max_columns=10)
    assert factor.lost == 0.0
    whole = factorise(x, max_columns=None)
    for measure in (stable_rank, effective_rank, rank_one_distance):
        assert measure(x, factor).value == pytest.approx(measure(x, whole).value, rel=1e-10)


def test_tall_matrices_are_factorised_block_by_block(monkeypatch):
    x = np.random.default_rng(0).standard_normal((500, 6))
    monkeypatch.setattr(rank, "_TALL_BLOCK", 100)
    np.testing.assert_allclose(singular_values(x)[0], np.linalg.svd(x, compute_uv=False), rtol=1e-12)


def test_tiny_states_have_the_ranks_of_their_multiples():
    x = np.random.default_rng(8).standard_normal((12, 5))
    for measure in (stable_rank, effective_rank, rank_one_distance):
        assert measure(1e-200 * x).value == pytest.approx(measure(x).value, rel=1e-10)


@pytest.mark.parametrize("shape", [(40, 15), (15, 40)])
@pytest.mark.parametrize("size", [1.0, 1e-200, 1e150])
def test_the_gram_matrix_gives_the_same_effective_rank(shape, size):
    x = np.random.default_rng(3).standard_normal(shape) * 0.8 ** np.arange(shape[1]) * size
    assert gram_effective_rank(x).value == pytest.approx(
        effective_rank(x, factorise(x, max_columns=None)).value
    )
    assert gram_effective_rank(np.zeros(shape)).value == 0.0
