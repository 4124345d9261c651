"""The deflated view on an engine that sums up while it multiplies: one sweep a depth, and no other pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.types import BoundOperator, SupportsWalk
from spectral_smooth.engines.walk import Means, Step
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.quadratic import Parts
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.known_parts import KnownParts
from spectral_smooth.simulate.views import Look, View

# Below these Rayleigh quotients ⟨u, u − Pu⟩ cancels too far (its error is about eps/λ): edges are summed instead.
CANCELLED = {"float64": 1e-6, "float32": 1e-2}
# A group's norm is kept within 2^±FAR, so that float32 does not run out of exponents at E/E_0 = 1e-76.
FAR = 16
STILL = 8


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
    two per row group keeps float32 in range. When norm and energy have not changed over `STILL` depths, to the rounding
    of the state, they do not change any more: no further product is taken.
    """

    def __init__(self, bound: BoundOperator, core: FloatArray, rule: Rule, depth: int, dtype: str) -> None:
        if not isinstance(bound, SupportsWalk):
            raise TypeError(f"{type(bound).__name__} has no fused steps")
        self.bound, self.rule, self.dtype = bound, rule, np.dtype(dtype)
        signal = deflate(bound, core)
        self.known = KnownParts.of(bound.operator.fixed_space, signal, rule, depth)
        exponents = -_rounded_log2(np.sqrt(signal.mass))
        bound.scale_rows(signal.rest, np.ldexp(1.0, exponents))
        self._walk = bound.walk(core.shape[1], self.dtype, depth)
        self._state = _State(self._walk.enter(signal.rest), self._walk.nothing, exponents)
        self._anchor = _State(self._state.block.copy(), self._walk.nothing, exponents) if rule.c else None
        self._dead: BoolArray = signal.mass == 0
        self._still_from: int | None = None

    @property
    def notes(self) -> list[str]:
        """Say from which depth on nothing was computed any more."""
        if self._still_from is None:
            return []
        return [
            f"norm and energy do not change any more from depth {self._still_from} on: no products beyond"
        ]

    def follow(self, depth: int, look: Look) -> Iterator[FloatArray]:
        """Yield deviation² and energy per row group at each depth; ``look`` may see the states in passing."""
        yield from self.rule.readout.quadratics(self._parts(depth, look), lambda parts: parts)

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `follow` yielded."""
        return self.known.closed(parts)

    def floor(self, parts: Parts) -> FloatArray | float:
        """Return the level of rounding of the norm at each depth; there is none."""
        del parts
        return 0.0

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        return self.known.added(state, depth)

    def _parts(self, depth: int, look: Look) -> Iterator[FloatArray]:
        spare = self._walk.empty()
        # Norms that the state had one product ago, and the power of two that the product brought.
        before: FloatArray = np.zeros(len(self._dead))
        factor: IntArray = np.zeros(len(self._dead), dtype=np.int64)
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
                parts, before = self._measured(now, step, before, factor)
                look(k, lambda: self._whole(now, k))  # noqa: B023 - seen at once
                recent.append(parts)
                if _unchanged(recent, self.dtype):
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

    def _measured(
        self, state: _State, step: Step, before: FloatArray, factor: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return deviation² and energy per group, and the norms in the scale of the state that follows."""
        norms = np.sqrt(step.norm)
        energy = step.energy
        if np.any(energy < CANCELLED[self.dtype.name] * step.norm):
            energy = self._walk.edge_energy(state.block, state.means)
        # A product smaller than the rounding of its terms is nothing but rounding.
        noise = norms < 32.0 * float(np.finfo(self.dtype).eps) * before
        if not self.rule.c:
            self._dead = self._dead | noise
        alive = ~(noise | self._dead)
        squares = np.where(alive, step.norm, 0.0), np.where(alive, np.maximum(energy, 0.0), 0.0)
        parts = np.stack([np.ldexp(one, -2 * state.exponents) for one in squares])
        return parts, np.where(alive, np.ldexp(norms, factor), 0.0)

    def _whole(self, state: _State, depth: int) -> FloatArray:
        rest = self._walk.leave(state.block, state.means)
        factors = np.where(self._dead, 0.0, np.ldexp(1.0, -state.exponents))
        groups = self.bound.operator.fixed_space.groups
        rest *= factors[groups, None] if len(factors) > 1 else factors[0]
        return self.assemble(rest, depth)


def _rounded_log2(values: FloatArray) -> IntArray:
    return np.asarray(np.frexp(values)[1], dtype=np.int64)


def _correction(norms: FloatArray) -> IntArray:
    """Return the powers of two that bring far norms back to about one; zero for those that are near it, or zero."""
    exponents = _rounded_log2(norms)
    return np.where((np.abs(exponents) > FAR) & (norms > 0), -exponents, 0)


def _unchanged(recent: deque[FloatArray], dtype: np.dtype[np.floating]) -> bool:
    """Whether nothing is left, or all of the last parts are the same to the rounding of the state."""
    if not recent[-1].any():
        return True
    if len(recent) < STILL:
        return False
    values = np.stack(recent)
    high = values.max(axis=0)
    return bool(np.all(high - values.min(axis=0) <= 4.0 * float(np.finfo(dtype).eps) * high))
