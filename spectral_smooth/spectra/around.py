"""eigenpairs_around(): the eigenvalues of S nearest to any value, over the whole graph."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from spectral_smooth.errors import NotConvergedError, UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.solvers.auto import Auto
from spectral_smooth.spectra.solvers.blocks import Blocks
from spectral_smooth.spectra.solvers.nearest import Nearest
from spectral_smooth.spectra.solvers.search import EndSearch
from spectral_smooth.spectra.types import Place, Spectrum


def eigenpairs_around(
    operator: Operator,
    count: int,
    value: float,
    *,
    solver: Nearest | None = None,
    rng: np.random.Generator | int | None = None,
    vectors: bool = True,
    certify: bool = False,
) -> Spectrum:
    """Return the eigenvalues μ of S off its fixed space with the smallest |μ − value|.

    Each component is solved by itself: by LAPACK, by a block iteration with one factorisation of S − σI, or, where
    the factor would be too large, with a polynomial in (S − σI)². A multiple eigenvalue comes as often as there are
    copies, up to ``count``; the known spaces are treated as by `eigenpairs`. Of two values at one distance either may
    be left out at the end of the list.

    Parameters
    ----------
    operator : Operator
        Its split plays no part.
    count : int
        Number of values; more than there are gives all of them.
    value : float
        Between −1 and 1. It may be an eigenvalue: the factorisation is at a point 1e-7 beside it, and what is nearest
        is judged from the value itself.
    solver : Nearest, optional
        Tolerance, memory and budgets.
    rng, vectors, certify :
        As for `eigenpairs`. The certificate is by two counts of eigenvalues: that there are no others as near.

    Returns
    -------
    Spectrum
        Values descending, ``which`` is ``around`` and ``target`` the value. Gap and rate are known only where
        these are all values.

    Raises
    ------
    UsageError
        If ``count`` is below one, ``value`` is not between −1 and 1, or dense algebra would need too much memory.
    NotConvergedError
        If an iteration gave up: far inside the spectrum of a large graph eigenvalues are too dense for a polynomial.
        ``partial`` is what was reached; `density_of_states` and `count_above` say how many values are there.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.cycle_graph(12)))
    >>> ss.eigenpairs_around(op, 3, 0.6).values.round(6)
    array([0.866025, 0.5     , 0.5     ])
    """
    _check(count, value)
    search = AroundSearch.of(operator, count, float(value), solver or Nearest(), np.random.default_rng(rng))
    found = replace(search.spectrum("around", vectors or certify), target=float(value))
    if certify:
        from spectral_smooth.spectra.certify.certify import certify as prove

        proof = prove(operator, found, rng=rng)
        found = replace(found, certificate=proof, vectors=found.vectors if vectors else None)
    if not found.convergence.converged:
        raise NotConvergedError(
            f"the search around {value:g} gave up ({found.convergence}); its values are in the error's `partial`, or "
            "allow a larger factor with Nearest(memory=), or ask density_of_states how many values are there",
            found,
        )
    return found


@dataclass(eq=False)
class AroundSearch(EndSearch):
    """Candidates from all components, the nearest to a target first."""

    target: float = 0.0
    solver: Nearest = field(default_factory=Nearest)

    @classmethod
    def of(
        cls, operator: Operator, count: int, target: float, solver: Nearest, rng: np.random.Generator
    ) -> AroundSearch:
        """Split the graph, and solve all of its components."""
        search = cls(Blocks.of(operator), count, Auto(), rng, target=target, solver=solver)
        search.add_known()
        for component in search.large:
            problem = search.blocks.top_problem(component)
            wanted = min(count, problem.free)
            pairs, method = solver.pairs(problem, target, wanted, rng)
            search.ledger.note(method)
            search.ledger.applications += pairs.applications
            search.ledger.restarts += pairs.restarts
            search.ledger.converged &= pairs.converged
            search._keep(component, pairs)
        return search

    def _dense_in_bulk(self, size: int) -> bool:
        return size <= self.solver.dense_up_to

    def _rank(self, which: Place, values: FloatArray) -> FloatArray:  # noqa: ARG002  (there is one place)
        return np.asarray(np.abs(values - self.target))


def _check(count: int, value: float) -> None:
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise UsageError(f"count must be a whole number of at least 1, got {count!r}")
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating) or not -1 <= value <= 1:
        raise UsageError(f"value must be a number between -1 and 1, where all eigenvalues lie, got {value!r}")
