"""Connected operators for theorems about cuts and walks, and their exact ends."""

from __future__ import annotations

import numpy as np
from cases import graph_from_matrix, random_matrix
from naive import dense_core

from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.ends import EndBounds

LOOPS = (0.0, 1.0, 0.5, "per node")


def connected_operator(seed, n=None):
    """A small connected graph, weighted or not, with its own loops or not, under one of several loops."""
    rng = np.random.default_rng(seed)
    n = n or int(rng.integers(2, 11))
    a = random_matrix(
        n, rng.uniform(0, 4), seed, weighted=bool(seed % 2), self_loops=int(rng.integers(0, min(n, 3)))
    )
    order = rng.permutation(n)
    a[order[:-1], order[1:]] = a[order[1:], order[:-1]] = np.where(a[order[:-1], order[1:]] > 0, 1.5, 1.0)
    loops = LOOPS[seed % 4]
    return Operator(
        graph_from_matrix(a, weighted=True), loops=rng.uniform(0, 2, n) if loops == "per node" else loops
    )


def exact_ends(op):
    """EndBounds from dense algebra, as a certificate would give them."""
    mu = np.linalg.eigvalsh(dense_core(op))
    return EndBounds(top=(mu[-2] - 1e-13, mu[-2] + 1e-13, True), bottom=(mu[0] - 1e-13, mu[0] + 1e-13, True))


def assert_alike(one, two, relative=1e-9):
    """Nested plain types: equal words and whole numbers, numbers equal up to rounding."""
    if isinstance(one, dict):
        assert one.keys() == two.keys()
        for key in one:
            assert_alike(one[key], two[key], relative)
    elif isinstance(one, list | tuple):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert_alike(a, b, relative)
    elif isinstance(one, float):
        assert np.isclose(one, two, rtol=relative, atol=1e-9), (one, two)
    else:
        assert one == two
