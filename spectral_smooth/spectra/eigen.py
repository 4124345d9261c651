"""eigenpairs(): the ends of the spectrum of S off its fixed space, over the whole graph."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np

from spectral_smooth.errors import NotConvergedError, UsageError
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.solvers.auto import Auto
from spectral_smooth.spectra.solvers.problem import ComponentSolver
from spectral_smooth.spectra.solvers.search import EndSearch
from spectral_smooth.spectra.types import Spectrum, Which


def eigenpairs(
    operator: Operator,
    count: int,
    which: Which = "top",
    *,
    solver: Auto | ComponentSolver | None = None,
    rng: np.random.Generator | int | None = None,
    vectors: bool = True,
    certify: bool = False,
) -> Spectrum:
    """Return eigenvalues μ of S = D̃^(-1/2) (A + loops·I) D̃^(-1/2) off its fixed space.

    Each connected component is solved by itself, with its fixed vector √d̃ (μ = 1) and, where it is bipartite
    and loop-free, its alternating vector (μ = −1) projected out in closed form; the −1 are put back among
    the results. A value that several components share is listed once for each.

    Parameters
    ----------
    operator : Operator
        Its split plays no part.
    count : int
        Number of values; more than there are gives all of them.
    which : {"top", "bottom", "slowest"}
        Largest, smallest, or largest in size (what decays last).
    solver : Auto or one of Dense, BlockKrylov, ShiftInvert, Arpack, optional
        `Auto` by default, see there. A component for which the given solver is unfit is solved densely.
    rng : numpy Generator or int, optional
        For the start vectors; the result depends on it only within the tolerance.
    vectors : bool
        Whether to return the unit eigenvectors too.
    certify : bool
        Whether to look for proofs that no value is missing and how far each may be off: the result's
        ``certificate``, whose ``obtained`` says whether all of it is proven. See `certify`.

    Returns
    -------
    Spectrum
        Values descending, with the residual ‖S u − μ u‖ of each (for dense algebra without vectors
        its backward error bound, nodes × 2.2e-16).

    Raises
    ------
    UsageError
        If ``count`` is below one, ``which`` unknown, or dense algebra would be needed beyond 20,000 nodes.
    NotConvergedError
        If an iteration gave up. Its ``partial`` is the Spectrum reached: each value with a residual that
        bounds its distance to some eigenvalue.

    Notes
    -----
    Nodes with d̃ = 0 are rows of zeros in S; they belong to no component here and their eigenvalue 0 is
    not listed. Iterative solvers search the remainder for missed copies of multiple values before they
    report convergence; that is strong evidence, not a certificate.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.gcn(ss.as_graph(nx.cycle_graph(6)))
    >>> ss.eigenpairs(op, 3, "top").values.round(6) + 0.0
    array([0.666667, 0.666667, 0.      ])
    """
    _check(count, which)
    solve = EndSearch.start(operator, count, solver, rng)
    if which == "bottom":
        solve.add_bottom()
    else:
        solve.add_top()
    if which == "slowest":
        solve.add_bottom_where_slow()
    found = solve.spectrum(which, vectors or certify)
    if certify:
        from spectral_smooth.spectra.certify.certify import certify as prove

        proof = prove(operator, found, rng=rng)
        found = replace(found, certificate=proof, vectors=found.vectors if vectors else None)
    return _delivered(found)


def both_ends(
    operator: Operator,
    count: int,
    *,
    solver: Auto | ComponentSolver | None = None,
    rng: np.random.Generator | int | None = None,
    vectors: bool = True,
) -> tuple[Spectrum, Spectrum, Spectrum]:
    """Return the ``count`` largest, smallest and slowest values, each as `eigenpairs` would.

    Components are split, and small ones diagonalised, once; the slowest come for free from the
    other two.

    Raises
    ------
    UsageError, NotConvergedError
        As `eigenpairs`; ``partial`` is then the tuple of three.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.eigen import both_ends
    >>> top, bottom, slowest = both_ends(ss.symmetric(ss.as_graph(nx.path_graph(5))), 1)
    >>> [round(float(s.values[0]), 6) for s in (top, bottom, slowest)]
    [0.707107, -1.0, -1.0]
    """
    _check(count, "top")
    solve = EndSearch.start(operator, count, solver, rng)
    solve.add_top()
    solve.add_bottom()
    top, bottom, slowest = (solve.spectrum(which, vectors) for which in get_args(Which))
    if not solve.ledger.converged:
        raise NotConvergedError(_complaint(top), (top, bottom, slowest))
    return top, bottom, slowest


def _check(count: int, which: str) -> None:
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise UsageError(f"count must be a whole number of at least 1, got {count!r}")
    if which not in get_args(Which):
        raise UsageError(f"which must be one of {', '.join(get_args(Which))}, got {which!r}")


def _delivered(spectrum: Spectrum) -> Spectrum:
    if not spectrum.convergence.converged:
        raise NotConvergedError(_complaint(spectrum), spectrum)
    return spectrum


def _complaint(spectrum: Spectrum) -> str:
    return (
        f"the eigenvalue iteration gave up ({spectrum.convergence}); its values are in the error's `partial`, "
        "or try another solver or a looser tolerance"
    )
