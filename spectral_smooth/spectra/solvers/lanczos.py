"""Lanczos: one vector, two sweeps a step, nothing reorthogonalised; for one eigenvalue of a large component."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.linalg import eigh_tridiagonal

from spectral_smooth.graphs.arrays import BoolArray, FloatArray
from spectral_smooth.spectra.lockstep import EXHAUSTED, FusedSteps
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget, davidson
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed
from spectral_smooth.spectra.solvers.signed import PRODUCTS

FIRST_LOOK = 20
PROBE = 60
# Tolerance from which on kept vectors may be in single precision.
SINGLE = 1e-6
# Ritz values closer than this are taken for copies of one: without reorthogonalisation, found values come back.
COPIES = 1e-9
# Of a copy on its way the start vector has next to nothing; of a vector at random it has a share of about 1/nodes.
ON_ITS_WAY = 1e-7


@dataclass(frozen=True)
class Lanczos:
    """Lanczos' method without reorthogonalisation (Paige, 1980; Cullum and Willoughby, 1985).

    The known spaces leave in closed form in every sweep. Converged values stay right when orthogonality is lost; they
    merely come again, and such copies are recognised. One start vector sees one copy of a multiple value: where more
    than one value is asked for, the remainder is searched by the block iteration.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    max_steps : int
        Products after which it gives up.
    memory : int
        Bytes of Lanczos vectors that are kept; beyond it the vectors are made a second time, for twice the products.
    least_gap : float
        Gives up after 60 steps if the largest Ritz value is closer to 1 than this: on such graphs an inverse is
        quicker.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.solvers.lanczos import Lanczos
    >>> op = ss.gcn(ss.as_graph(nx.cycle_graph(400)))
    >>> spectrum = ss.eigenpairs(op, 1, "top", solver=Lanczos(), rng=0)
    >>> bool(abs(spectrum.values[0] - (1 + 2 * np.cos(2 * np.pi / 400)) / 3) < 1e-12)
    True
    """

    tolerance: float = 1e-10
    max_steps: int = 20_000
    memory: int = 1 << 30
    least_gap: float = 0.0

    @property
    def name(self) -> str:
        """Name in reports."""
        return "Lanczos iteration"

    def fits(self, free: int, count: int) -> bool:
        """Any component will do."""
        return count <= free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``."""
        run = _Run(problem, self, rng.standard_normal((problem.nodes, 1)))
        # After so many steps a start vector has nothing left to show but copies.
        limit = 4 * problem.free + PROBE
        pairs = self._settle(run, problem, count, min(self.max_steps, limit))
        seen_all = run.exhausted or run.steps >= limit
        if not (pairs.converged or seen_all) or (count == 1 and pairs.converged):
            return pairs
        expander = ChebyshevFilter(problem.core, problem.lowest)
        budget = Budget(self.tolerance, self.max_steps, max(4, min(count, 8)))
        if not pairs.converged:
            pairs = pairs.where(_alike(pairs.values, pairs.residuals, self.tolerance))
            pairs = _completed(problem, pairs, count, expander, budget, rng)
        found = with_missed(problem, pairs, count, expander, budget, rng)
        if found.converged or limit > self.max_steps:
            return found
        # Values so close that those projected out were not exact enough for the others: all at once, it is small.
        nothing = replace(Pairs.none(problem.nodes), applications=found.applications, restarts=found.restarts)
        pairs = _completed(problem, nothing, count, expander, budget, rng)
        return with_missed(problem, pairs, count, expander, budget, rng)

    def _settle(self, run: _Run, problem: ComponentProblem, count: int, limit: int) -> Pairs:
        """Go on until estimated residuals, and then measured ones, are within the tolerance."""
        aim, target = self.tolerance, FIRST_LOOK
        while True:
            run.extend(min(target, limit))
            values, estimates, combinations = run.ritz(count)
            # A Ritz value may exceed 1 by rounding: without a least gap nothing is hopeless.
            hopeless = 0.0 < self.least_gap > 1.0 - values[0] and run.steps >= PROBE
            last = run.exhausted or run.steps >= limit or hopeless
            if last or (len(values) == count and _alike(values, estimates, aim).all()):
                vectors = run.vectors(combinations)
                found, residuals = problem.measure(vectors)
                enough = settled if last else _alike
                done = len(found) == count and bool(enough(found, residuals, self.tolerance).all())
                if done or last:
                    return Pairs(found, vectors, residuals, done, run.products, 0).descending()
                aim *= 0.1
            target = run.steps + max(FIRST_LOOK // 2, run.steps // 8)


@dataclass(eq=False)
class _Run:
    """The recurrence so far, with its vectors while they fit."""

    problem: ComponentProblem
    settings: Lanczos
    start: FloatArray
    alpha: list[float] = field(default_factory=list)
    beta: list[float] = field(default_factory=list)
    kept: list[FloatArray] | None = field(default_factory=list)
    products: int = 0

    def __post_init__(self) -> None:
        self.start = self.problem.project(self.start)
        self._steps = self._fresh()

    @property
    def steps(self) -> int:
        """Steps taken."""
        return len(self.alpha)

    @property
    def exhausted(self) -> bool:
        """Whether nothing new is left in the start vector's Krylov space."""
        return bool(self.beta) and self.beta[-1] <= EXHAUSTED

    @property
    def _stored(self) -> type[np.floating]:
        """What kept vectors are stored in: their rounding may be a tenth of the residual that is asked for."""
        return np.float32 if self.settings.tolerance >= SINGLE else np.float64

    def extend(self, steps: int) -> None:
        """Go on to so many steps in all."""
        while self.steps < steps and not self.exhausted:
            if self.kept is not None:
                self.kept.append(self._steps.vector().astype(self._stored, copy=False))
                if (len(self.kept) + 1) * self.kept[0].nbytes > self.settings.memory:
                    self.kept = None
            alpha, beta = _advance(self._steps)
            self.alpha.append(alpha)
            self.beta.append(beta)
            self.products += 1

    def ritz(self, count: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the largest different Ritz values, their residuals as the recurrence has them, and combinations."""
        wanted = min(self.steps, 3 * count + 3)
        while True:
            values, vectors = self._largest_of_recurrence(wanted)
            residuals = self.beta[-1] * np.abs(vectors[-1])
            chosen = self._different(values, residuals, vectors[0] ** 2, count)
            if len(chosen) == count or wanted == self.steps:
                return values[chosen], residuals[chosen], vectors[:, chosen]
            wanted = min(2 * wanted, self.steps)

    def _largest_of_recurrence(self, wanted: int) -> tuple[FloatArray, FloatArray]:
        sign, size = self.problem.core.sign, self.steps
        values, vectors = eigh_tridiagonal(
            sign * np.array(self.alpha),
            sign * np.array(self.beta[:-1]),
            select="i",
            select_range=(size - wanted, size - 1),
        )
        return values[::-1], vectors[:, ::-1]

    def _different(
        self, values: FloatArray, residuals: FloatArray, weights: FloatArray, count: int
    ) -> list[int]:
        """Choose one of each set of copies; pass over those on their way, of which the start vector has nothing."""
        chosen: list[int] = []
        for place in range(len(values)):
            if chosen and values[chosen[-1]] - values[place] <= COPIES:
                if residuals[place] < residuals[chosen[-1]]:
                    chosen[-1] = place
            elif len(chosen) == count:
                break
            elif not chosen or weights[place] > ON_ITS_WAY / self.problem.nodes:
                chosen.append(place)
        return chosen

    def vectors(self, combinations: FloatArray) -> FloatArray:
        """Return unit Ritz vectors in core coordinates, off the known vectors."""
        walk = self._steps.walk
        total = np.zeros((walk.pattern.rows, combinations.shape[1]))
        if self.kept is not None:
            for vector, weights in zip(self.kept, combinations, strict=True):
                total += vector[:, :1] * weights
        else:
            again = self._fresh()
            for weights in combinations:
                total += again.vector()[:, :1] * weights
                _advance(again)
            self.products += self.steps
        core: FloatArray = total * np.sqrt(walk.pattern.degrees)[:, None]
        if walk.pattern.order is not None:
            core[walk.pattern.order] = core.copy()
        core = self.problem.project(core)
        return np.asarray(core / np.maximum(np.linalg.norm(core, axis=0), 1e-300))

    def _fresh(self) -> FusedSteps:
        groups = self.problem.core.operator.fixed_space.num_groups
        mass = np.zeros(groups)
        mass[0] = float(np.vdot(self.start, self.start))
        return FusedSteps(self.problem.core.bound, self.start, mass, min(self.settings.max_steps, PRODUCTS))


def _alike(values: FloatArray, residuals: FloatArray, tolerance: float) -> BoolArray:
    """Return which pairs are as exact as the one nearest to 1 has to be.

    The others are projected out when its copies are looked for, and what they are off by is left in there.
    """
    return settled(np.full(len(values), values.max(initial=-1.0)), residuals, tolerance)


def _completed(
    problem: ComponentProblem,
    pairs: Pairs,
    count: int,
    expander: ChebyshevFilter,
    budget: Budget,
    rng: np.random.Generator,
) -> Pairs:
    """Return ``count`` pairs, those that are missing by the block iteration off the others."""
    more = davidson(problem.without(pairs), count - len(pairs.values), expander, budget, rng)
    return replace(pairs, converged=True).joined(more).descending()


def _advance(steps: FusedSteps) -> tuple[float, float]:
    """Take one step; return its alpha and beta."""
    alpha = steps.multiply()
    beta = np.sqrt(np.maximum(steps.orthogonalise(alpha), 0.0))
    beta[beta <= EXHAUSTED] = 0.0
    steps.advance(beta)
    return float(alpha[0]), float(beta[0])
