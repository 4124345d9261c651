"""One pass over the depths, panel of columns by panel, collecting what is measured at each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.quadratic import Parts, quadratic_curves
from spectral_smooth.measures.state import STATE_MEASURES, measure_state
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.views import View

if TYPE_CHECKING:
    from spectral_smooth.measures.sampling import Estimate


@dataclass(eq=False)
class Run:
    """One pass over the depths, collecting parts at each and state measures at some."""

    bound: BoundOperator
    rule: Rule
    depth: int
    quadratic: list[str]
    state_names: list[str]
    wanted: set[int]
    seed: int
    keep_final: bool
    parts: Parts | None = None
    state_values: dict[int, dict[str, Estimate]] = field(default_factory=dict)
    final: FloatArray | None = None

    def follow(self, view: View, progress: Callable[[int], object]) -> None:
        """Go through all depths with one panel of columns; its parts are added to those of the panels before."""
        collected = []
        for depth, parts in enumerate(view.follow(self.depth, self._look)):
            collected.append(parts)
            progress(depth)
        found = view.closed(np.stack(collected))
        self.parts = found if self.parts is None else self.parts.added(found)

    def _look(self, depth: int, whole: Callable[[], FloatArray]) -> None:
        measured = bool(self.state_names) and depth in self.wanted
        if not measured and not (self.keep_final and depth == self.depth):
            return
        operator = self.bound.operator
        state = operator.leave(whole())
        if measured:
            self.state_values[depth] = measure_state(operator, state, self._names_at(depth), rng=self.seed)
        if self.keep_final and depth == self.depth:
            self.final = state if self.final is None else np.hstack([self.final, state])

    def curves(self, view: View) -> list[Curve]:
        """Return all curves; ``view`` knows the level of rounding."""
        parts = self.parts or view.closed(np.zeros((self.depth + 1, 3, 1)))
        depths = np.arange(self.depth + 1)
        floor = view.floor(parts)
        curves = quadratic_curves(
            parts, parts, depths, "measured", self.quadratic, note=self.rule.scale_note, floor=floor
        )
        return curves + [self._state_curve(name) for name in self.state_names]

    def _names_at(self, depth: int) -> list[str]:
        """Return what is measured at one depth: the costly measures at the first and every third one."""
        every_third = {min(self.wanted), *sorted(self.wanted)[::-3]}
        return [n for n in self.state_names if depth in every_third or not STATE_MEASURES[n].costly]

    def _state_curve(self, name: str) -> Curve:
        depths = np.array(
            [k for k in sorted(self.state_values) if name in self.state_values[k]], dtype=np.int64
        )
        found = [self.state_values[int(k)][name] for k in depths]
        values = np.array([f.value for f in found])
        errors = np.array([f.standard_error for f in found])
        note = next((f.note for f in found if f.note), "")
        if np.any(errors > 0):
            note = f"{note}, ± 2 standard errors" if note else "± 2 standard errors"
        scale_free = STATE_MEASURES[name].scale_free
        if self.rule.scale_note and not scale_free:
            note = "; ".join(filter(None, [self.rule.scale_note, note]))
        return Curve(name, depths, values - 2 * errors, values + 2 * errors, "measured", note=note)
