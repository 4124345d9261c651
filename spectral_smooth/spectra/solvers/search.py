"""Collect eigenvalues from all components, and select the ends of the whole graph's spectrum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.solvers.auto import (
    BOUND_FROM,
    DENSE_ALWAYS,
    PLAIN_GAP,
    Auto,
    ComponentShape,
    Only,
    fill_allowed,
)
from spectral_smooth.spectra.solvers.blocks import Blocks
from spectral_smooth.spectra.solvers.chain import Ledger, clearly_below, solve_in_turn
from spectral_smooth.spectra.solvers.dense import Dense, vectors_between
from spectral_smooth.spectra.solvers.fill import fill_bound_of
from spectral_smooth.spectra.solvers.inverse import narrow_order
from spectral_smooth.spectra.solvers.lanczos import PROBE, Lanczos
from spectral_smooth.spectra.solvers.levels import gap_by_distance
from spectral_smooth.spectra.solvers.problem import ComponentProblem, ComponentSolver, Pairs
from spectral_smooth.spectra.types import Convergence, Place, Spectrum

ALTERNATING = -1
CLEARLY_POSITIVE = 1e-6
NEAR_ONE = 1e-4


@dataclass(eq=False)
class EndSearch:
    """Candidates for the result, from all components: value, component, and where its vector is.

    ``place`` is a column of the component's `Pairs` in ``found``, or for components solved densely in
    bulk an index into the ascending spectrum of S − 3·VVᵀ, or `ALTERNATING`.
    """

    blocks: Blocks
    count: int
    policy: Auto | Only
    rng: np.random.Generator
    ledger: Ledger = field(default_factory=Ledger)
    values: list[FloatArray] = field(default_factory=list)
    components: list[IntArray] = field(default_factory=list)
    places: list[IntArray] = field(default_factory=list)
    found: dict[int, Pairs] = field(default_factory=dict)
    large: list[int] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        operator: Operator,
        count: int,
        solver: Auto | ComponentSolver | None,
        rng: np.random.Generator | int | None,
    ) -> EndSearch:
        """Split the graph, add what is known in closed form and what dense algebra gives in bulk."""
        policy = Auto() if solver is None else solver if isinstance(solver, Auto) else Only(solver)
        solve = cls(Blocks.of(operator), count, policy, np.random.default_rng(rng))
        solve.add_known()
        return solve

    def add_known(self) -> None:
        """Add the −1 of bipartite components and all of the small ones; set the others aside."""
        two = np.flatnonzero(self.blocks.alternating)
        self._add(np.full(len(two), -1.0), two, np.full(len(two), ALTERNATING))
        self._add_small()

    def add_top(self) -> None:
        """Solve the top end of every large component."""
        for component in self.large:
            problem = self.blocks.top_problem(component)
            wanted = min(self.count, problem.free)
            pairs = self._solved(problem, wanted)
            self.ledger.converged &= pairs.converged
            self._keep(component, pairs)

    def _solved(self, problem: ComponentProblem, wanted: int) -> Pairs:
        """Solve once as the shape says and, where that shows a small gap, as gap and fill say."""
        shape = _shape(problem, self.policy)
        if shape.nodes < BOUND_FROM or shape.band is not None or not isinstance(self.policy, Auto):
            return solve_in_turn(problem, self.policy.choose(shape, wanted), wanted, self.rng, self.ledger)
        gap = _gap_by_distance(problem)
        if gap is None or gap >= PLAIN_GAP:
            looks = self.policy.choose(shape, 1)
            if wanted > 1:  # sixty steps are enough to tell a small gap
                looks = (Lanczos(self.policy.tolerance, max_steps=PROBE, least_gap=PLAIN_GAP),)
            first = solve_in_turn(problem, looks, 1, self.rng, self.ledger)
            if wanted == 1 and first.converged:
                return first
            gap = 1.0 - float(first.values[0])
        fill = _fill(problem) if gap < PLAIN_GAP else None
        solvers = self.policy.choose(replace(shape, gap=gap, fill=fill), wanted)
        return solve_in_turn(problem, solvers, wanted, self.rng, self.ledger)

    def add_bottom(self) -> None:
        """Solve the bottom end of every large component."""
        for component in self.large:
            self._add_bottom_of(component)

    def add_bottom_where_slow(self) -> None:
        """Solve the bottom end of those large components where it can reach among the slowest."""
        for component in self.large:
            sizes = np.sort(np.abs(np.concatenate(self.values)))[::-1]
            threshold = float(sizes[self.count - 1]) if len(sizes) >= self.count else 0.0
            if self.blocks.top_problem(component).lowest > -threshold:
                continue
            if not clearly_below(self._bottom_problem(component), threshold, self.rng, self.ledger):
                self._add_bottom_of(component)

    def spectrum(self, which: Place, vectors: bool) -> Spectrum:
        """Select, and compute the vectors and residuals of what was selected."""
        values = np.concatenate(self.values)
        chosen = np.argsort(self._rank(which, values), kind="stable")[: self.count]
        chosen = chosen[np.argsort(-values[chosen], kind="stable")]
        components = np.concatenate(self.components)[chosen]
        places = np.concatenate(self.places)[chosen]
        space = self.blocks.operator.fixed_space
        out = np.zeros((self.blocks.operator.graph.num_nodes, len(chosen))) if vectors else None
        residuals, distances = np.zeros(len(chosen)), 1.0 - values[chosen]
        for component in np.unique(components):
            columns = np.flatnonzero(components == component)
            local, errors = self._vectors(int(component), values[chosen][columns], places[columns], vectors)
            residuals[columns] = errors
            near = columns[distances[columns] < NEAR_ONE]
            if local is not None and len(near) and int(component) in self.found:
                distances[near] = self.blocks.core(int(component)).distances(local[:, np.isin(columns, near)])
            if out is not None and local is not None:
                out[np.ix_(self.blocks.nodes_of(int(component)), columns)] = local
        return Spectrum(
            values=np.clip(values[chosen], -1.0, 1.0),
            vectors=out,
            fixed_dimension=space.dimension,
            alternating_dimension=space.alternating_dimension,
            which=which,
            complete=len(chosen) == int(self.blocks.sizes.sum()) - space.dimension,
            convergence=Convergence(
                converged=self.ledger.converged,
                residuals=residuals,
                applications=self.ledger.applications,
                restarts=self.ledger.restarts,
                method=", ".join(self.ledger.methods) or "closed form",
            ),
            distances=distances,
        )

    def _rank(self, which: Place, values: FloatArray) -> FloatArray:
        """Return what is smallest for the values that are asked for."""
        return {"top": -values, "bottom": values, "slowest": -np.abs(values)}[which]

    def _add(self, values: FloatArray, components: IntArray, places: IntArray) -> None:
        self.values.append(np.asarray(values))
        self.components.append(np.asarray(components))
        self.places.append(np.asarray(places))

    def _add_small(self) -> None:
        """Diagonalise small components in stacks of equal size; set the others aside."""
        sizes = self.blocks.sizes
        cuts = np.concatenate([[0], np.flatnonzero(np.diff(sizes)) + 1, [len(sizes)]])
        for first, last in pairwise(cuts[: len(sizes) + 1]):
            group = range(int(first), int(last))
            if self._dense_in_bulk(int(sizes[first])):
                self._add_dense(group)
            else:
                self.large.extend(c for c in group if self.blocks.free[c] > 0)

    def _dense_in_bulk(self, size: int) -> bool:
        return size <= DENSE_ALWAYS and self.policy.choose(ComponentShape(size, size), self.count) == (
            Dense(),
        )

    def _add_dense(self, group: range) -> None:
        known = 1 + self.blocks.alternating[group.start : group.stop].astype(np.int64)
        size = int(self.blocks.sizes[group.start])
        if not np.any(known < size):
            return
        table = self.blocks.dense_values(group.start, group.stop)
        self.ledger.note(Dense().name)
        free = np.arange(size)[None, :] >= known[:, None]
        member, place = np.nonzero(free)
        self._add(table[member, place], member + group.start, place)

    def _add_bottom_of(self, component: int) -> None:
        if self._add_reflected(component):
            return
        problem = self._bottom_problem(component)
        wanted = min(self.count, problem.free)
        if wanted > 0:
            pairs = self._solved(problem, wanted)
            self.ledger.converged &= pairs.converged
            self._keep(component, pairs.mirrored())

    def _add_reflected(self, component: int) -> bool:
        """Take the bottom end from the top end: (μ, u) and (−μ, ±u by side) on bipartite components."""
        have = self.found.get(component)
        usable = have is not None and have.converged and float(have.values[-1]) > CLEARLY_POSITIVE
        if have is None or not usable or not self.blocks.alternating[component]:
            return False
        sides = self.blocks.operator.fixed_space.sides[self.blocks.nodes_of(component)]
        self._keep(component, replace(have.mirrored(), vectors=have.vectors * sides[:, None]))
        return True

    def _bottom_problem(self, component: int) -> ComponentProblem:
        """Return the bottom end without the pairs of the top end: where the two meet, no pair comes twice."""
        problem = self.blocks.bottom_problem(component)
        have = self.found.get(component)
        return problem if have is None else problem.without(have.mirrored())

    def _keep(self, component: int, pairs: Pairs) -> None:
        have = self.found.get(component)
        before = 0 if have is None else len(have.values)
        places = before + np.arange(len(pairs.values))
        self.found[component] = pairs if have is None else have.joined(pairs)
        self._add(pairs.values, np.full(len(places), component), places)

    def _vectors(
        self, component: int, values: FloatArray, places: IntArray, wanted: bool
    ) -> tuple[FloatArray | None, FloatArray]:
        """Local vectors of the chosen values of one component, and residuals."""
        pairs = self.found.get(component)
        if pairs is None and not wanted:
            return None, np.full(len(values), float(self.blocks.sizes[component]) * np.finfo(float).eps)
        core, nodes = self.blocks.core(component), self.blocks.nodes_of(component)
        local = np.zeros((len(nodes), len(values)))
        known = places == ALTERNATING
        if known.any():
            space = self.blocks.operator.fixed_space
            own = (space.vector * space.sides)[nodes] * (space.labels[nodes] == component)
            local[:, known] = own[:, None]
        if pairs is not None:
            local[:, ~known] = pairs.vectors[:, places[~known]]
        elif not known.all():
            local[:, ~known] = _selected(self.blocks.pushed_block(component), places[~known])
        return local, np.linalg.norm(core.apply(local) - local * values, axis=0)


def _shape(problem: ComponentProblem, policy: Auto | Only) -> ComponentShape:
    """Return the size and, for a policy that looks at it, what can cheaply be told of a factor."""
    shape = ComponentShape(problem.free + len(problem.known_values), problem.core.entries)
    if not isinstance(policy, Auto) or shape.nodes <= DENSE_ALWAYS:
        return shape
    narrow = narrow_order(problem.core)
    if narrow is not None:
        return replace(shape, band=narrow.band)
    small = shape.nodes < BOUND_FROM and problem.core.sign > 0
    return replace(shape, fill=_fill(problem)) if small else shape


def _gap_by_distance(problem: ComponentProblem) -> float | None:
    """Return a bound of the gap that a glance at the graph gives, if it gives one."""
    if problem.core.sign < 0:
        return None
    return gap_by_distance(problem.core, int(np.argmax(problem.known[:, 0] != 0.0)))


def _fill(problem: ComponentProblem) -> int:
    """Return the bound on a factor's entries, as far as it matters."""
    return fill_bound_of(problem.core, fill_allowed(problem.nodes, problem.core.entries))


def _selected(matrix: FloatArray, places: IntArray) -> FloatArray:
    """Eigenvectors of a dense symmetric matrix at the given places of its ascending spectrum."""
    low = int(places.min())
    return vectors_between(matrix, low, int(places.max()))[:, places - low]
