"""Search what is left: whether a solver has missed a value, such as a copy of a multiple one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spectral_smooth.spectra.solvers.davidson import Budget, Expander, davidson
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs

SAME = 1e-12
LOOSE = 1e-4
# (what is left, threshold) -> whether a value is above it, whether that is settled, what it took
Glance = Callable[[ComponentProblem, float], tuple[bool, bool, int]]
# (what is left) -> its largest pairs
More = Callable[[ComponentProblem], Pairs]


def with_missed(
    problem: ComponentProblem,
    pairs: Pairs,
    count: int,
    expander: Expander,
    budget: Budget,
    rng: np.random.Generator,
) -> Pairs:
    """Return the ``count`` largest pairs after `completed` has looked at the rest by the block iteration."""
    loose = replace(budget, tolerance=LOOSE, block=min(budget.block, 3))

    def glance(rest: ComponentProblem, threshold: float) -> tuple[bool, bool, int]:
        look = davidson(rest, 1, expander, loose, rng, enough=threshold)
        return bool(look.values[0] > threshold), look.converged, look.applications

    def more(rest: ComponentProblem) -> Pairs:
        return davidson(rest, min(rest.free, budget.block), expander, budget, rng)

    return completed(problem, pairs, count, glance, more)


def completed(problem: ComponentProblem, pairs: Pairs, count: int, glance: Glance, more: More) -> Pairs:
    """Return the ``count`` largest pairs after looking for larger ones off those that were found.

    A Krylov method started from one vector sees one copy of a multiple eigenvalue. With the found vectors
    projected out, a new start runs until either a Ritz value exceeds the smallest one found (Ritz values
    are lower bounds: something was missed; it is then computed and the search repeated), or the
    largest value left has settled below. The second outcome is evidence, not proof.
    """
    applications, restarts = pairs.applications, pairs.restarts
    converged = pairs.converged
    while converged:
        rest = problem.without(pairs)
        if rest.free == 0:
            break
        smallest = float(pairs.values[count - 1])
        above, converged, cost = glance(rest, smallest + min(SAME, 1e-3 * max(1.0 - smallest, SAME)))
        applications += cost
        if not above:
            break
        missed = more(rest)
        applications += missed.applications
        restarts += missed.restarts
        pairs = pairs.joined(missed).descending()
        converged = missed.converged
    return replace(pairs.first(count), converged=converged, applications=applications, restarts=restarts)
