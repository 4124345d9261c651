"""Primme: as honest as the other solvers where it is installed, and one sentence where it is not."""

import sys

import numpy as np
import pytest
from eigen_cases import assert_vectors, free_values, random_operator
from naive import dense_core

from spectral_smooth.errors import MissingLibraryError, NotConvergedError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.solvers.primme import Primme

installed = pytest.mark.skipif(
    not Primme.offered(), reason="primme is an optional library (no wheels everywhere)"
)


def test_without_its_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "primme", None)
    with pytest.raises(MissingLibraryError, match="pip install primme"):
        eigenpairs(gcn(family("grid:9x9").graph), 1, solver=Primme(), rng=0)


def test_components_that_are_too_small_for_its_basis_are_solved_densely(monkeypatch):
    monkeypatch.setitem(sys.modules, "primme", None)
    found = eigenpairs(gcn(family("path:6").graph), 2, solver=Primme())
    assert found.convergence.method == "dense LAPACK"


@installed
@pytest.mark.parametrize("first", [0, 20, 40])
def test_random_graphs_against_lapack(first):
    for seed in range(first, first + 20):
        op = random_operator(seed)
        which, count = ("top", "bottom", "slowest")[seed % 3], (1, 4, 9)[seed // 3 % 3]
        found = eigenpairs(op, count, which, solver=Primme(), rng=seed)
        truth = free_values(op)
        key = {"top": -truth, "bottom": truth, "slowest": -np.abs(truth)}[which]
        expected = truth[np.argsort(key, kind="stable")[:count]]
        sizes = (np.abs(found.values), np.abs(expected)) if which == "slowest" else (found.values, expected)
        np.testing.assert_allclose(np.sort(sizes[0]), np.sort(sizes[1]), atol=1e-9)
        assert_vectors(found, op)


@installed
@pytest.mark.parametrize(
    "spec", ["complete:90", "hypercube:7", "torus:10x10", "ring_of_cliques:8x8", "grid:25x30"]
)
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_multiple_values_come_with_their_multiplicity(spec, loops):
    op = Operator(family(spec).graph, loops=loops)
    found = eigenpairs(op, 9, solver=Primme(), rng=3)
    assert "PRIMME" in found.convergence.method
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(dense_core(op))[::-1][1:10], atol=1e-10)


@installed
def test_giving_up_keeps_what_was_reached():
    with pytest.raises(NotConvergedError, match="gave up") as caught:
        eigenpairs(gcn(family("path:1500").graph), 4, solver=Primme(max_applications=60), rng=0)
    assert len(caught.value.partial.values) == 4


@installed
def test_same_seed_same_bits():
    op = gcn(family("torus:7x9").graph)
    one, two = (eigenpairs(op, 4, "slowest", solver=Primme(), rng=11) for _ in range(2))
    np.testing.assert_array_equal(one.vectors, two.vectors)


@installed
def test_a_tiny_gap_keeps_its_digits():
    found = eigenpairs(gcn(family("path:1500").graph), 1, solver=Primme(), rng=0)
    assert abs(found.gap / (4.0 / 3.0 * np.sin(np.pi / 3000) ** 2) - 1.0) < 1e-3
    assert found.convergence.residuals[0] <= 0.01 * found.gap
