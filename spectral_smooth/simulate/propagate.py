"""propagate(): what really happens, depth by depth; statistics are kept, states are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.quadratic import QUADRATIC, Parts, quadratic_curves
from spectral_smooth.measures.state import STATE_MEASURES, measure_state
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, iterate, sgc
from spectral_smooth.spectra.quadrature import Tick

if TYPE_CHECKING:
    from spectral_smooth.measures.sampling import Estimate

# The matched energy is the quadratic `energy`, measured on the whole state.
DEFAULT_MEASURES = (*QUADRATIC, *(name for name in STATE_MEASURES if name != "matched_energy"))
REFRESH = 64
FALL = 1e-3


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
    run = _Run(bound, rule, depth, quadratic, state_names, set(wanted.tolist()), _seed(rng))
    core = operator.enter(features)
    view: _View = (
        _Deflated(bound, core, rule, depth, dtype) if deflate else _Plain(bound, core, rule, depth, dtype)
    )
    run.follow(view, progress)
    notes = [rule.scale_note] if rule.scale_note else []
    if state_names and len(wanted) <= depth:
        notes.append(f"measures of the state at {len(run.state_values)} log-spaced depths")
    if isinstance(rule.readout, Concat) and any(m in STATE_MEASURES for m in measures):
        notes.append("concatenated depths have no single state: quadratic measures only")
    final = operator.leave(view.assemble(run.last, depth)) if keep_final and run.last is not None else None
    curves = run.curves(view)
    return Trajectory(tuple(curves), operator.label, rule.name, depth, final=final, notes=tuple(notes))


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


class _View:
    """How the recurrence is run and how a read-out is turned into parts and into a whole state."""

    def __init__(self, bound: BoundOperator, start: FloatArray, rule: Rule, dtype: str) -> None:
        self.bound, self.rule = bound, rule
        self.start = start.astype(dtype)
        self.dtype = np.dtype(dtype)

    def states(self, depth: int) -> Iterator[FloatArray]:
        return iterate(self.rule, self.bound.apply, self.start, depth)

    def parts(self, state: FloatArray) -> FloatArray:
        raise NotImplementedError  # pragma: no cover - both views have their own

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        raise NotImplementedError  # pragma: no cover

    def closed(self, parts: FloatArray) -> Parts:
        raise NotImplementedError  # pragma: no cover

    def floor(self, parts: Parts) -> FloatArray | float:
        raise NotImplementedError  # pragma: no cover


class _Deflated(_View):
    """The part off the known spaces is propagated; the known parts are numbers, h_k(1) and h_k(−1)."""

    def __init__(self, bound: BoundOperator, core: FloatArray, rule: Rule, depth: int, dtype: str) -> None:
        signal = deflate(bound, core)
        self.coefficients = signal.coefficients
        self.masses = signal.fixed, signal.alternating
        super().__init__(bound, signal.rest, rule, dtype)
        depths = np.arange(depth + 1)
        self.atoms = rule.gains(np.array([1.0, -1.0]), depths)
        additive = isinstance(rule.readout, Concat)
        self.known: tuple[FloatArray, FloatArray] = self.start, signal.mass
        self.factors = np.sqrt(self.atoms) if additive else rule.responses(np.array([1.0, -1.0]), depths)

    def states(self, depth: int) -> Iterator[FloatArray]:
        """Yield states, cleaned of rounding.

        Rounding puts eps of the state into the known spaces, where it does not decay: it is removed once a
        row group has fallen to `FALL` since the last removal, or after `REFRESH` steps; being orthogonal to
        the rest it counts squared, (eps/`FALL`)². A product that is smaller than the rounding of its terms
        is nothing but rounding: zero.
        """
        reference = before = np.zeros(self.bound.operator.fixed_space.num_groups)
        age = 0
        for state in super().states(depth):
            squares = self.bound.inner(state, state)
            norms = np.sqrt(squares)
            noise = norms < 32.0 * float(np.finfo(self.dtype).eps) * before
            if np.any(noise & (norms > 0)):
                self.bound.scale_rows(state, np.where(noise, 0.0, 1.0))
                norms, squares = np.where(noise, 0.0, norms), np.where(noise, 0.0, squares)
            age += 1
            if np.any(norms < FALL * reference) or age >= REFRESH:
                self.bound.project_out(state)
                squares = self.bound.inner(state, state)
                reference, age = norms, 0
            reference = np.maximum(reference, norms)
            before = norms
            self.known = state, squares
            yield state

    def parts(self, state: FloatArray) -> FloatArray:
        cleaned, squares = self.known
        # A read-out of the last depth is the state itself, whose norm is known.
        deviation2 = squares if state is cleaned else self.bound.inner(state, state)
        return np.stack([deviation2, self.bound.edge_energy(state)])

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        space = self.bound.operator.fixed_space
        factors = np.full(len(self.coefficients), self.factors[depth, 0])
        factors[space.dimension :] = self.factors[depth, 1]
        return state.astype(np.float64) + space.expand(self.coefficients * factors[:, None])

    def closed(self, parts: FloatArray) -> Parts:
        fixed = np.outer(self.masses[0], self.atoms[:, 0])
        swing = np.outer(self.masses[1], self.atoms[:, 1])
        return Parts(parts[:, 0].T + swing, parts[:, 1].T + 2.0 * swing, fixed)

    def floor(self, parts: Parts) -> FloatArray | float:
        del parts
        return 0.0


class _Plain(_View):
    """The forward pass as a network does it: everything in one array of the given precision."""

    def __init__(self, bound: BoundOperator, core: FloatArray, rule: Rule, depth: int, dtype: str) -> None:
        del depth
        super().__init__(bound, core, rule, dtype)

    def parts(self, state: FloatArray) -> FloatArray:
        space = self.bound.operator.fixed_space
        whole = state.astype(np.float64)
        coefficients = space.coefficients(whole)
        fixed = space.group_mass(coefficients)[0]
        coefficients[space.dimension :] = 0.0
        rest = whole - space.expand(coefficients)
        return np.stack([self.bound.inner(rest, rest), self.bound.edge_energy(whole), fixed])

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        del depth
        return state.astype(np.float64)

    def closed(self, parts: FloatArray) -> Parts:
        return Parts(parts[:, 0].T, parts[:, 1].T, parts[:, 2].T)

    def floor(self, parts: Parts) -> FloatArray | float:
        norm = np.sqrt((parts.deviation2 + parts.fixed2).sum(axis=0))
        return np.asarray(float(np.finfo(self.dtype).eps) * norm)


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
    parts: list[FloatArray] = field(default_factory=list)
    state_values: dict[int, dict[str, Estimate]] = field(default_factory=dict)
    last: FloatArray | None = None

    def follow(self, view: _View, progress: Tick | None) -> None:
        at = 0

        def measure(state: FloatArray) -> FloatArray:
            nonlocal at
            if self.state_names and at in self.wanted:
                whole = self.bound.operator.leave(view.assemble(state, at))
                self.state_values[at] = measure_state(
                    self.bound.operator, whole, self._names_at(at), rng=self.seed
                )
            self.last = state
            at += 1
            return view.parts(state)

        for depth, parts in enumerate(self.rule.readout.quadratics(view.states(self.depth), measure)):
            self.parts.append(parts)
            if progress is not None:
                progress(depth, self.depth)

    def curves(self, view: _View) -> list[Curve]:
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
