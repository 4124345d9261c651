"""Small random operators, their eigenvalues by LAPACK, and what eigenvectors must be."""

from __future__ import annotations

import numpy as np
from cases import FAMILIES, graph_from_matrix, random_matrix
from naive import dense_core

from spectral_smooth.operators.operator import Operator, symmetric

CLOSED = [
    (name, loops) for name, one in FAMILIES.items() for loops in (0.0, 1.0) if not (loops and one.loop_free)
]


def closed_form(name, loops):
    """A family's operator and its eigenvalues off the fixed space as theory has them, descending."""
    one = FAMILIES[name]
    op = symmetric(one.graph, loops)
    closed = np.sort(one.spectrum(loops))[::-1]
    silent = np.argsort(np.abs(closed), kind="stable")[: op.silent]
    return op, np.delete(closed, silent)[op.fixed_space.dimension :]


def free_values(op):
    """All eigenvalues off the fixed space, nodes with d̃ = 0 left out, descending."""
    alive = op.degrees > 0
    core = dense_core(op)[np.ix_(alive, alive)]
    return np.linalg.eigvalsh(core)[::-1][op.fixed_space.dimension :] if alive.any() else np.zeros(0)


def assert_vectors(spectrum, op):
    vectors = spectrum.vectors
    assert vectors.shape == (op.graph.num_nodes, len(spectrum.values))
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), atol=1e-7)
    residuals = np.linalg.norm(dense_core(op) @ vectors - vectors * spectrum.values, axis=0)
    assert np.all(residuals <= 1e-10 + 1e-13)
    np.testing.assert_allclose(residuals, spectrum.convergence.residuals, atol=1e-13)
    fixed = op.fixed_space.basis[: op.fixed_space.dimension]
    np.testing.assert_allclose(fixed @ vectors, 0.0, atol=1e-9)


def random_operator(seed):
    """A random small graph, connected or not, weighted or not, and its loops."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 50))
    matrix = random_matrix(
        n, rng.uniform(0, 5), seed, weighted=bool(seed % 2), self_loops=int(rng.integers(0, min(n, 3)))
    )
    loops = (0.0, 1.0, 0.5, rng.uniform(0, 2, n) * (rng.random(n) < 0.5))[seed % 4]
    return Operator(graph_from_matrix(matrix, weighted=True), loops=loops)
