"""The deflated view on an engine that sums up while it multiplies: one sweep a depth, and no other pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.engines.bfloat16 import NAME, ROUNDING, number_type, storage_type
from spectral_smooth.engines.deflation import PRODUCT_NOISE, Deflated
from spectral_smooth.engines.types import SupportsWalk
from spectral_smooth.engines.walk import Means, Step
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.quadratic import Parts
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.entering import PANEL_VALUES, Entering
from spectral_smooth.simulate.known_parts import KnownParts
from spectral_smooth.simulate.views import Look, View

# Below these Rayleigh quotients ⟨u, u − Pu⟩ cancels too far (its error is about eps/λ): edges are summed instead.
CANCELLED = {"float64": 1e-6, "float32": 1e-2, NAME: 1e-2}
# A product smaller than the rounding of its terms is nothing but rounding; bfloat16's is coarse, no more can be asked.
NOISE = {"float64": PRODUCT_NOISE * 2.0**-52, "float32": PRODUCT_NOISE * 2.0**-23, NAME: 2.0**-7}
# Falling by less than this in one depth, a state may be held where it is by rounding.
HELD = {"float32": 2.0**-24, NAME: ROUNDING}
# A group's norm is kept within 2^±FAR, so that float32 does not run out of exponents at E/E_0 = 1e-76.
FAR = 16
STILL = 8
COARSE = "measures are good to about a percent, and a decay of less than 0.4 % a depth is not followed (see the floor)"


def fusable(rule: Rule) -> bool:
    """Whether a rule's read-out needs the single states only."""
    return isinstance(rule.readout, (Last, Concat))


@dataclass(frozen=True, eq=False)
class _State:
    """A block, what recentres it, and the power of two per row group that it was multiplied by."""

    block: FloatArray
    means: Means
    exponents: IntArray


class FusedView(View):
    """The deflated recurrence in walk coordinates.

    Each sweep yields norm and energy of the state it reads and the means of the state it writes, which the next sweep
    subtracts from what it reads (P leaves constants alone, so that is as good as subtracting them at once). A power of
    two per row group keeps float32 in range. When nothing is left, or under a rule that pulls towards the features norm
    and energy have not changed over `STILL` depths, no further product is taken.
    """

    def __init__(self, entering: Entering, rule: Rule, depth: int, dtype: str) -> None:
        bound = entering.bound
        if not isinstance(bound, SupportsWalk):
            raise TypeError(f"{type(bound).__name__} has no fused steps")
        self.bound, self.rule, self._storage = bound, rule, dtype
        self.dtype = number_type(storage_type(dtype))
        self._walk = bound.walk(entering.columns, dtype, depth)
        block, signal, exponents = self._entered(entering)
        self.known = KnownParts.of(bound.operator.fixed_space, signal, rule, depth)
        self._state = _State(block, self._walk.nothing, exponents)
        self._anchor = _State(block.copy(), self._walk.nothing, exponents) if rule.c else None
        self._dead: BoolArray = signal.mass == 0
        self._still_from: int | None = None

    def _entered(self, entering: Entering) -> tuple[FloatArray, Deflated, IntArray]:
        """Return the features as a block of about norm one in each row group, their known parts, and the powers of two.

        A block of many values goes in by panels, twice: its size must be known before it is rounded.
        """
        block = self._walk.empty()
        panels = list(entering.deflated()) if block.shape[0] * entering.columns <= PANEL_VALUES else None
        signal = entering.summary(iter(panels) if panels is not None else entering.deflated())
        exponents = -_rounded_log2(np.sqrt(signal.mass))
        for columns, panel in entering.deflated() if panels is None else panels:
            self.bound.scale_rows(panel.rest, np.ldexp(1.0, exponents))
            self._walk.fill(block, columns, panel.rest)
        return block, signal, exponents

    @property
    def notes(self) -> list[str]:
        """Say from which depth on nothing was computed any more."""
        choice, found = self._walk.choice, []
        if choice is not None and choice.name != "none":
            found.append(f"inside the run nodes were in {choice.name} order: {choice.reason}")
        if self._storage == NAME:
            found.append(f"{NAME} keeps 8 bits of every number: {COARSE}")
        if self._still_from is not None:
            found.append(
                f"norm and energy do not change any more from depth {self._still_from} on: no products beyond"
            )
        return found

    def follow(self, depth: int, look: Look) -> Iterator[FloatArray]:
        """Yield deviation² and energy per row group at each depth; ``look`` may see the states in passing."""
        yield from self.rule.readout.quadratics(self._parts(depth, look), lambda parts: parts)

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `follow` yielded."""
        return self.known.closed(parts)

    def floor(self, parts: Parts) -> FloatArray | float:
        """Return the level of rounding of the norm at each depth.

        There is none for float64. Where a state of float32 or bfloat16 falls by less than half the distance between two
        of its numbers in one depth, rounding may hold it where it is, and from there on all of it is called rounding.
        A rule that pulls towards the features moves it on.
        """
        if self._storage not in HELD or self.rule.c:
            return 0.0
        swing = np.outer(self.known.alternating, self.known.squares[:, 1])
        deviation = np.sqrt(np.maximum((parts.deviation2 - swing).sum(axis=0), 0.0))
        held = deviation[1:] > (1.0 - HELD[self._storage]) * deviation[:-1]
        held = np.concatenate([[False], np.logical_or.accumulate(held)])
        return np.where(held, deviation, 0.0)

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        return self.known.added(state, depth)

    def _parts(self, depth: int, look: Look) -> Iterator[FloatArray]:
        spare = self._walk.empty()
        # Norms that the state had one product ago, and the power of two that the product brought.
        before: FloatArray = np.zeros(len(self._dead))
        factor: IntArray = np.zeros(len(self._dead), dtype=np.int32)
        recent: deque[FloatArray] = deque(maxlen=STILL)
        parts: FloatArray = np.zeros((2, len(self._dead)))
        for k in range(depth + 1):
            if self._still_from is None:
                now = self._state
                step = self._walk.step(
                    now.block,
                    spare,
                    means=now.means,
                    coefficients=self._coefficients(k, factor),
                    anchor=None if self._anchor is None else self._anchor.block,
                )
                if np.any(step.energy < CANCELLED[self._storage] * step.norm):
                    now, step = self._by_edges(now, step)
                parts, before = self._measured(now, step, before, factor)
                look(k, lambda: self._whole(now, k))  # noqa: B023 - seen at once
                recent.append(parts)
                if _settled(recent, self._storage, pulls=self._anchor is not None):
                    self._still_from = k
                else:
                    self._state = _State(spare, step.means, now.exponents + factor)
                    spare = now.block
                    factor = _correction(before)
            else:
                look(k, lambda: self._whole(self._state, k))  # noqa: B023
            yield parts

    def _coefficients(self, k: int, factor: IntArray) -> FloatArray:
        """Return a, b and c of the step from depth k for each class, the power of two included."""
        rule, alive = self.rule, ~self._dead
        more = np.ldexp(1.0, factor)
        table = np.stack([more * (rule.a / rule.growth), more * (rule.b / rule.growth), np.zeros_like(more)])
        table[:2] *= alive
        if self._anchor is not None:
            shift = self._state.exponents + factor - self._anchor.exponents
            table[2] = np.ldexp(rule.c * rule.growth ** -float(k + 1), shift)
        return np.ascontiguousarray(table[:, self._walk.class_groups].T)

    def _by_edges(self, state: _State, step: Step) -> tuple[_State, Step]:
        """Take the energy edge by edge instead; recentred for it where constants are not all that is subtracted."""
        if self._walk.pattern.classes.alternates:
            self._walk.recentre(state.block, state.means)
            state = replace(state, means=self._walk.nothing)
        return state, replace(step, energy=self._walk.edge_energy(state.block))

    def _measured(
        self, state: _State, step: Step, before: FloatArray, factor: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return deviation² and energy per group, and the norms in the scale of the state that follows."""
        norms = np.sqrt(step.norm)
        noise = norms < NOISE[self._storage] * before
        if not self.rule.c:
            self._dead = self._dead | noise
        alive = ~(noise | self._dead)
        squares = np.where(alive, step.norm, 0.0), np.where(alive, np.maximum(step.energy, 0.0), 0.0)
        parts = np.stack([np.ldexp(one, -2 * state.exponents) for one in squares])
        return parts, np.where(alive, np.ldexp(norms, factor), 0.0)

    def _whole(self, state: _State, depth: int) -> FloatArray:
        rest = self._walk.leave(state.block, state.means)
        factors = np.where(self._dead, 0.0, np.ldexp(1.0, -state.exponents))
        groups = self.bound.operator.fixed_space.groups
        rest *= factors[groups, None] if len(factors) > 1 else factors[0]
        return self.assemble(rest, depth)


def _rounded_log2(values: FloatArray) -> IntArray:
    return np.asarray(np.frexp(values)[1], dtype=np.int32)


def _correction(norms: FloatArray) -> IntArray:
    """Return the powers of two that bring far norms back to about one; zero for those that are near it, or zero."""
    exponents = _rounded_log2(norms)
    return np.where((np.abs(exponents) > FAR) & (norms > 0), -exponents, 0)


def _settled(recent: deque[FloatArray], storage: str, *, pulls: bool) -> bool:
    """Whether nothing is left, or a rule that pulls has reached its plateau, to the rounding of the state.

    Without a pull a state that seems to stand still is falling, too slowly for its type: see `floor`. With one it may
    pass through zero, and goes on from there.
    """
    if not pulls:
        return not recent[-1].any()
    # bfloat16 is too coarse to tell a plateau from what comes before it.
    if len(recent) < STILL or storage == NAME:
        return False
    values = np.stack(recent)
    high = values.max(axis=0)
    return bool(np.all(high - values.min(axis=0) <= 4.0 * float(np.finfo(storage).eps) * high))
