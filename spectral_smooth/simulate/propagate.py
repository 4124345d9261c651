"""propagate(): what really happens, depth by depth; statistics are kept, states are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine, SupportsWalk
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import check_features
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.measures.state import STATE_MEASURES
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.entering import Entering
from spectral_smooth.simulate.estimate import panel_columns
from spectral_smooth.simulate.fused_view import FusedView, fusable
from spectral_smooth.simulate.run import Run
from spectral_smooth.simulate.views import DeflatedView, PlainView, View

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
    memory: int | None = None,
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
    dtype : {"float64", "float32", "bfloat16"}
        Storage of the state; sums are float64 always. bfloat16 (computed with as float32) is for a first look at
        large graphs: half the memory of float32, measures good to about a percent, and decay slower than 0.4 % a
        depth is not followed, which the curves' floor marks. It needs ``deflate`` and a read-out of single states.
    keep_final : bool
        Whether to return the state at the last depth (in feature coordinates).
    rng : numpy Generator or seed
        For measures that sample node pairs or columns.
    memory : int, optional
        Bytes that the run may take beside the features; by default a share of what the system calls available.
        Columns that do not fit at once run in panels, without measures of the state; see `estimate_run`.
    progress : callable, optional
        Called with (done, total) depths, of all panels.

    Returns
    -------
    Trajectory
        Curves with source ``measured``.

    Raises
    ------
    UsageError
        If the depth is negative, a measure or dtype is unknown, the read-out has no single state, or not even one
        column fits into memory.

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
    if dtype not in ("float64", "float32", "bfloat16"):
        raise UsageError(f"dtype must be float64, float32 or bfloat16, got {dtype!r}")
    wanted = log_spaced_depths(depth) if state_depths is None else np.asarray(state_depths)
    bound: BoundOperator = (engine or Numba()).bind(operator)
    check_features(features, operator.graph.num_nodes)
    fused = deflate and isinstance(bound, SupportsWalk) and fusable(rule)
    if dtype == "bfloat16" and not fused:
        raise UsageError("bfloat16 needs deflate=True, the default engine, and a read-out of single states")
    columns = features.shape[1]
    width = panel_columns(operator, columns, dtype, pulls=bool(rule.c), fused=fused, memory=memory)
    width = max(width, 1)
    panels = [slice(low, low + width) for low in range(0, max(columns, 1), width)]
    run = Run(
        bound,
        rule,
        depth,
        quadratic,
        state_names if len(panels) == 1 else [],
        set(wanted.tolist()),
        _seed(rng),
        keep_final,
    )
    ticks = Ticks(progress, depth, len(panels))
    for panel in panels:
        entering = Entering(bound, features[:, panel])
        view: View
        if fused:
            view = FusedView(entering, rule, depth, dtype)
        else:
            view = (DeflatedView if deflate else PlainView)(bound, entering.whole(), rule, depth, dtype)
        run.follow(view, ticks.next)
    notes = [rule.scale_note] if rule.scale_note else []
    notes += view.notes
    if run.state_values and len(wanted) <= depth:
        notes.append(f"measures of the state at {len(run.state_values)} log-spaced depths")
    if len(panels) > 1:
        notes.append(
            f"columns went through in {len(panels)} panels of {width}: all at once do not fit into memory"
        )
        if state_names:
            notes.append("measures of the state need all columns at once and are left out")
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
class Ticks:
    """Counts depths over panels."""

    progress: Tick | None
    depth: int
    panels: int
    done: int = -1

    def next(self, depth: int) -> None:
        """Report one more depth."""
        del depth
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.panels * (self.depth + 1) - 1)
