"""Folds and closed-form cross-validation against read-outs that are trained anew, one fold at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from spectral_smooth.depth.crossval import BANDWIDTH, read_out
from spectral_smooth.depth.folds import NODES_REPEATED, PARTS, REPEATS, Folds

RIDGES = np.array([1e-6, 1e-3, 1.0])


def problem(sizes, columns=5, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(size=(len(codes), columns)) + 0.7 * rng.normal(size=(len(sizes), columns))[codes]
    return x @ x.T, codes


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=6), seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_every_partition_covers_each_node_once_and_spreads_every_class_evenly(sizes, seed):
    codes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    folds = Folds.draw(codes, np.random.default_rng(seed))
    assert 1 <= len(folds.partitions) <= REPEATS
    for parts in folds.partitions:
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(codes)))
        for code, size in enumerate(sizes):
            held = [np.count_nonzero(codes[part] == code) for part in parts]
            assert max(held) - min(held) <= 1 or size < PARTS
            assert max(held) <= -(-size // PARTS)
    assert folds.weights.sum() == pytest.approx(1.0)
    for code in range(len(sizes)):
        assert folds.weights[codes == code].sum() == pytest.approx(1 / len(sizes))


def test_many_nodes_are_repeated_less_often():
    assert len(Folds.draw(np.zeros(NODES_REPEATED, dtype=int), np.random.default_rng(0)).partitions) == 1


@pytest.mark.parametrize("sizes", [(9, 9), (12, 5, 8), (2, 20), (7, 3, 4, 6)])
def test_closed_form_equals_read_outs_trained_without_each_part(sizes):
    kernel, codes = problem(sizes)
    folds = Folds.draw(codes, np.random.default_rng(3), repeats=2)
    found = read_out(kernel, folds, RIDGES)
    targets, n = np.eye(len(sizes))[codes], len(codes)
    for at, ridge in enumerate(RIDGES):
        hits, soft, squares = np.zeros(n), np.zeros(n), 0.0
        for parts in folds.partitions:
            told = np.empty_like(targets)
            for part in parts:
                rest = np.setdiff1d(np.arange(n), part)
                regular = kernel[np.ix_(rest, rest)] + ridge * np.trace(kernel) / n * np.eye(len(rest))
                told[part] = kernel[np.ix_(part, rest)] @ np.linalg.solve(regular, targets[rest])
            margin = np.array([row[c] - np.delete(row, c).max() for row, c in zip(told, codes, strict=True)])
            hits += (margin > 0) / 2
            soft += ndtr(margin / (BANDWIDTH * np.median(np.abs(margin)))) / 2
            squares += float(((told - targets) ** 2).sum(axis=1) @ folds.weights) / 2
        np.testing.assert_allclose(found.hits(codes)[at], hits)
        np.testing.assert_allclose(found.votes[at].sum(axis=1), 1.0)
        np.testing.assert_allclose(found.soft_hits[at], soft, atol=1e-6)
        assert found.squares[at] == pytest.approx(squares, rel=1e-6)


def test_the_evidence_is_the_likelihood_with_the_best_amplitude():
    kernel, codes = problem((6, 6))
    found = read_out(kernel, Folds.draw(codes, np.random.default_rng(0)), RIDGES)
    targets, n = np.eye(2)[codes], len(codes)
    for at, ridge in enumerate(RIDGES):
        shape = kernel + ridge * np.trace(kernel) / n * np.eye(n)
        _, logdet = np.linalg.slogdet(shape)
        likelihoods = []
        for amplitude in np.geomspace(1e-4, 1e8, 6001):
            fit = np.sum(targets * np.linalg.solve(amplitude * shape, targets))
            likelihoods.append(-0.5 * fit - (logdet + n * np.log(amplitude)))
        constant = -0.5 * 2 * n + 0.5 * 2 * n * np.log(2 * n)
        assert max(likelihoods) == pytest.approx(found.evidence[at] + constant, abs=1e-3)


@given(scale=st.floats(1e-100, 1e100))
@settings(max_examples=20, deadline=None)
def test_the_scale_of_the_features_does_not_matter(scale):
    kernel, codes = problem((8, 8))
    folds = Folds.draw(codes, np.random.default_rng(0))
    one, other = read_out(kernel, folds), read_out(scale * kernel, folds)
    np.testing.assert_allclose(one.votes, other.votes)
    np.testing.assert_allclose(one.soft_hits, other.soft_hits, atol=1e-6)


@pytest.mark.parametrize("kernel", [np.zeros((40, 40)), np.ones((40, 40)), 1e-12 + np.ones((40, 40))])
@pytest.mark.parametrize("classes", [2, 4])
def test_a_kernel_that_tells_nothing_apart_gives_chance_and_no_rounding_is_read_as_signal(kernel, classes):
    codes = np.arange(40) % classes
    for seed in range(5):
        found = read_out(kernel, Folds.draw(codes, np.random.default_rng(seed)))
        np.testing.assert_allclose(found.votes, 1.0 / classes)
        np.testing.assert_allclose(found.soft_hits, 1.0 / classes)


def test_a_few_huge_margins_do_not_make_all_others_count_a_half():
    """A collapsed kernel: nodes differ by rounding-like noise, one pair by a lot."""
    rng = np.random.default_rng(0)
    codes = np.arange(140) % 7
    x = np.ones((140, 5)) + 1e-5 * rng.standard_t(1.5, size=(140, 5))
    found = read_out(x @ x.T, Folds.draw(codes, rng))
    assert found.soft_hits.mean(axis=1).max() < 0.3
