"""Solvers tried in turn on one component, and what they cost together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget, davidson
from spectral_smooth.spectra.solvers.problem import ComponentProblem, ComponentSolver, Pairs


@dataclass(eq=False)
class Ledger:
    """Work done and methods used in one call of the front door."""

    converged: bool = True
    applications: int = 0
    restarts: int = 0
    methods: list[str] = field(default_factory=list)

    def note(self, method: str) -> None:
        """Record that a method was used."""
        if method not in self.methods:
            self.methods.append(method)


def solve_in_turn(
    problem: ComponentProblem,
    solvers: Sequence[ComponentSolver],
    count: int,
    rng: np.random.Generator,
    ledger: Ledger,
) -> Pairs:
    """Return the first converged result, or else the best of the others."""
    best = Pairs.none(problem.nodes)
    for solver in solvers:
        pairs = solver.largest(problem, count, rng)
        ledger.note(solver.name)
        ledger.applications += pairs.applications
        ledger.restarts += pairs.restarts
        if pairs.converged:
            return pairs
        best = min(best, pairs, key=_badness)
    return best


def _badness(pairs: Pairs) -> tuple[int, float]:
    return -len(pairs.values), float(np.max(pairs.residuals, initial=0.0))


def clearly_below(
    problem: ComponentProblem, threshold: float, rng: np.random.Generator, ledger: Ledger
) -> bool:
    """Whether a few filtered steps put the largest value of the problem well below ``threshold``.

    The Ritz value plus three residuals must stay 0.02 below; when in doubt the answer is no, and the
    values are computed.
    """
    probe = davidson(problem, 1, ChebyshevFilter(problem.core, problem.lowest), Budget(1e-2, 600, 2), rng)
    ledger.applications += probe.applications
    return bool(probe.converged and probe.values[0] + 3.0 * probe.residuals[0] < threshold - 0.02)
