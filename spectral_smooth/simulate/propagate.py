"""propagate(): what really happens, depth by depth; statistics are kept, states are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine, SupportsWalk
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.quadratic import QUADRATIC, quadratic_curves
from spectral_smooth.measures.state import STATE_MEASURES, measure_state
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.fused_view import FusedView, fusable
from spectral_smooth.simulate.views import DeflatedView, PlainView, View

if TYPE_CHECKING:
    from spectral_smooth.measures.sampling import Estimate

# The matched energy is the quadratic `energy`, measured on the whole state.
DEFAULT_MEASURES = (*QUADRATIC, *(name for name in STATE_MEASURES if name != "matched_energy"))


def log_spaced_depths(depth: int) -> IntArray:
    """Return 0, 1, 2, 4, 8, ..., and ``depth``: where state measures are taken.

    Examples
    --------
    >>> log_spaced_depths(20).tolist()
    [0, 1, 2, 4, 8, 16, 20]
    """
    marks = {0, depth, *(2**e for e in range(depth.bit_length()))}
    return np.array(sorted(k for k in marks if k <= depth))


def propagate(
    operator: Operator,
    features: FloatArray,
    depth: int,
    *,
    rule: Rule | None = None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    state_depths: IntArray | None = None,
    engine: Engine | None = None,
    deflate: bool = True,
    dtype: str = "float64",
    keep_final: bool = False,
    rng: np.random.Generator | int | None = None,
    progress: Tick | None = None,
) -> Trajectory:
    """Propagate features and measure them.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    depth : int
        Number of layers.
    rule : Rule, optional
        Plain propagation by default.
    measures : sequence of str
        Quadratic measures (at every depth) and state measures (at ``state_depths``); see
        `spectral_smooth.measures.quadratic` and `spectral_smooth.measures.state`.
    state_depths : int array, optional
        `log_spaced_depths` by default. Measures that need a factorisation of the whole state (ranks)
        are taken at the first and at every third of them, counted from the last.
    engine : Engine, optional
        `Numba` by default.
    deflate : bool
        True propagates the part off the fixed and alternating spaces and adds both in closed form: the
        decay stays visible far below the rounding of the norm. False is the plain forward pass of a
        network in ``dtype``, with its floor.
    dtype : {"float64", "float32"}
        Storage of the state; sums are float64 always.
    keep_final : bool
        Whether to return the state at the last depth (in feature coordinates).
    rng : numpy Generator or seed
        For measures that sample node pairs or columns.
    progress : callable, optional
        Called with (done, total) depths.

    Returns
    -------
    Trajectory
        Curves with source ``measured``.

    Raises
    ------
    UsageError
        If the depth is negative, a measure or dtype is unknown, or the read-out has no single state.

    Notes
    -----
    A rule that grows is divided by growth^depth throughout, and the curves that are not scale-free say so.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> ss.propagate(op, np.eye(34), 4, measures=["energy"]).curve("energy").lower.round(3).tolist()
    [25.965, 2.48, 0.533, 0.198, 0.103]
    """
    rule = rule or sgc()
    quadratic, state_names = _sort_measures(measures, rule)
    if depth < 0:
        raise UsageError(f"depth must be at least 0, got {depth}")
    if dtype not in ("float64", "float32"):
        raise UsageError(f"dtype must be float64 or float32, got {dtype!r}")
    wanted = log_spaced_depths(depth) if state_depths is None else np.asarray(state_depths)
    bound: BoundOperator = (engine or Numba()).bind(operator)
    run = _Run(bound, rule, depth, quadratic, state_names, set(wanted.tolist()), _seed(rng), keep_final)
    make: Callable[[BoundOperator, FloatArray, Rule, int, str], View] = PlainView
    if deflate:
        make = FusedView if isinstance(bound, SupportsWalk) and fusable(rule) else DeflatedView
    # No name for the block in core coordinates: it is let go when the view has its own.
    view = make(bound, operator.enter(features), rule, depth, dtype)
    run.follow(view, progress)
    notes = [rule.scale_note] if rule.scale_note else []
    notes += view.notes
    if state_names and len(wanted) <= depth:
        notes.append(f"measures of the state at {len(run.state_values)} log-spaced depths")
    if isinstance(rule.readout, Concat) and any(m in STATE_MEASURES for m in measures):
        notes.append("concatenated depths have no single state: quadratic measures only")

    curves = run.curves(view)
    return Trajectory(
        tuple(curves),
        operator.label,
        rule.name,
        depth,
        final=run.final if keep_final else None,
        notes=tuple(notes),
    )


def _seed(rng: np.random.Generator | int | None) -> int:
    """One seed for the whole run: every depth looks at the same pairs and columns."""
    return int(np.random.default_rng(rng).integers(2**62))


def _sort_measures(measures: Sequence[str], rule: Rule) -> tuple[list[str], list[str]]:
    unknown = [m for m in measures if m not in QUADRATIC and m not in STATE_MEASURES]
    if unknown:
        known = ", ".join((*QUADRATIC, *STATE_MEASURES))
        raise UsageError(f"unknown measure {unknown[0]!r}; there are: {known}")
    state = [] if isinstance(rule.readout, Concat) else [m for m in measures if m in STATE_MEASURES]
    return [m for m in measures if m in QUADRATIC], state


@dataclass(eq=False)
class _Run:
    """One pass over the depths, collecting parts at each and state measures at some."""

    bound: BoundOperator
    rule: Rule
    depth: int
    quadratic: list[str]
    state_names: list[str]
    wanted: set[int]
    seed: int
    keep_final: bool
    parts: list[FloatArray] = field(default_factory=list)
    state_values: dict[int, dict[str, Estimate]] = field(default_factory=dict)
    final: FloatArray | None = None

    def follow(self, view: View, progress: Tick | None) -> None:
        for depth, parts in enumerate(view.follow(self.depth, self._look)):
            self.parts.append(parts)
            if progress is not None:
                progress(depth, self.depth)

    def _look(self, depth: int, whole: Callable[[], FloatArray]) -> None:
        measured = bool(self.state_names) and depth in self.wanted
        if not measured and not (self.keep_final and depth == self.depth):
            return
        operator = self.bound.operator
        state = operator.leave(whole())
        if measured:
            self.state_values[depth] = measure_state(operator, state, self._names_at(depth), rng=self.seed)
        if depth == self.depth:
            self.final = state

    def curves(self, view: View) -> list[Curve]:
        parts = view.closed(np.stack(self.parts))
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
