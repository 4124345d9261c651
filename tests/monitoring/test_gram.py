"""Gram: ranks and columns from squares, against singular values and loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monitoring.naive_layers import ranks
from naive import column_difference

from spectral_smooth.monitoring.measuring import gram
from spectral_smooth.monitoring.measuring.gram import Gram


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 12),
    columns=st.integers(1, 12),
    rank=st.integers(1, 4),
    offset=st.sampled_from([0.0, 1.0, 100.0]),
    seed=st.integers(0, 10**6),
)
def test_ranks_and_columns_are_their_definitions(n, columns, rank, offset, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, columns)) + offset
    found, expected = Gram.of(x, n), ranks(x)
    # singular values below √eps·σ₁ are rounding of squares: each may add √eps, and √eps·log √eps to the entropy
    close = 1e-6 * min(n, columns)
    assert found.stable_rank() == pytest.approx(expected["stable_rank"], rel=1e-9)
    assert found.effective_rank() == pytest.approx(expected["effective_rank"], rel=close)
    assert found.rank_one_distance() == pytest.approx(expected["rank_one_distance"], abs=close)
    assert found.column_correlation() == pytest.approx(expected["column_correlation"], rel=1e-6, abs=1e-9)
    assert found.column_difference() == pytest.approx(column_difference(x), rel=1e-6, abs=1e-7)


def test_tall_and_wide_blocks_have_the_same_singular_values():
    x = np.random.default_rng(0).standard_normal((9, 5))
    expected = np.linalg.svd(x / np.abs(x).max(), compute_uv=False)
    np.testing.assert_allclose(Gram.of(x, 9).singular, expected)
    np.testing.assert_allclose(Gram.of(np.ascontiguousarray(x.T), 5).singular[:5], expected)
    assert Gram.of(x, 9).tall
    assert not Gram.of(x.T, 5).tall


def test_rank_one_is_rank_one_whatever_the_signs():
    rng = np.random.default_rng(1)
    for shape in ((40, 6), (6, 40)):
        found = Gram.of(np.outer(rng.standard_normal(shape[0]), rng.standard_normal(shape[1])), shape[0])
        assert found.stable_rank() == pytest.approx(1.0)
        assert found.effective_rank() == pytest.approx(1.0, abs=1e-5)
        assert found.rank_one_distance() == pytest.approx(0.0, abs=1e-6)
        assert found.column_correlation() == pytest.approx(1.0)


def test_nothing_and_constants():
    zero = Gram.of(np.zeros((5, 3)), 5)
    assert (zero.stable_rank(), zero.effective_rank(), zero.rank_one_distance()) == (0.0, 0.0, 0.0)
    assert (zero.column_correlation(), zero.column_difference()) == (0.0, 0.0)
    assert not zero.varying.any()
    # 0.1 has rounding in its mean; it does not vary
    constants = Gram.of(np.full((1000, 3), 0.1), 1000)
    assert not constants.varying.any()
    assert constants.column_correlation() == 0.0
    one_varies = np.full((1000, 3), 0.1)
    one_varies[4, 1] += 1e-9
    assert Gram.of(one_varies, 1000).varying.tolist() == [False, True, False]


def test_parallel_columns_are_no_distance_apart():
    x = np.outer(np.arange(1.0, 9.0), [1.0, 2.0, 0.25])
    assert Gram.of(x, 8).column_difference() == pytest.approx(0.0, abs=1e-8)
    assert Gram.of(x, 8).column_correlation() == pytest.approx(1.0)


def test_of_very_many_columns_some_are_compared(monkeypatch):
    monkeypatch.setattr(gram, "MOST_COLUMNS", 50)
    x = np.random.default_rng(2).standard_normal((40, 90))
    found = Gram.of(x, 40)
    assert found.column_correlation() == pytest.approx(ranks(x)["column_correlation"], rel=0.1)
    assert found.stable_rank() == pytest.approx(ranks(x)["stable_rank"])
    assert len(found.varying) == 50


def test_a_sample_is_said():
    assert not Gram.of(np.ones((3, 2)), 3).note
    assert Gram.of(np.ones((3, 2)), 4000).note == "3 of 4,000 rows sampled"
