"""analyze(): everything about one graph, composed; Plan in, Analysis out, JSON both ways."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from spectral_smooth.depth.asymptotic import measure_rate
from spectral_smooth.depth.compare import Comparison, compare
from spectral_smooth.depth.safe import SafeDepth, safe_depth
from spectral_smooth.depth.verdict import Verdict, verdict
from spectral_smooth.errors import InputError, NotConvergedError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.audit import audit
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.facts import graph_facts
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.spectra.eigen import both_ends
from spectral_smooth.spectra.quadrature import Ends, spectral_measure
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.predict import EXACT_BELOW, predict_from

SCHEMA_VERSION = 1
SKETCH_ABOVE = 20_000_000
SKETCH_COLUMNS = 128
SKETCH = "sketch"
ENDS_COUNT = 6

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Plan:
    """All settings of one analysis.

    Attributes
    ----------
    depth : int
        Largest depth that is propagated and measured.
    horizon : int
        Largest depth that the prediction and the limits look at.
    rule : Rule
    loops, split : float
        The operator, see `Operator`.
    features : {"auto", "raw", "rows", "standard"}
        How features are scaled.
    products : int
        Lanczos steps of the prediction, one sparse product each; enough to say when a limit is reached.
    sketch : int or None or "auto"
        Columns that wide features are sketched to; None keeps all of them.
    collapse : float
        Threshold of the collapse limit on dev(X_k)/‖X_k‖.
    dtype : {"float64", "float32"}
        Storage of the propagated state; sums are float64 always.
    seed : int
    threads : int or None
        As it was set for the process, for the record; the plan itself starts no threads.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> ss.Plan(depth=32, rule=ss.ppr(0.1)).rule.name
    'ppr:alpha=0.1'
    """

    depth: int = 64
    horizon: int = 1024
    rule: Rule = field(default_factory=sgc)
    loops: float = 1.0
    split: float = 0.5
    features: str = "auto"
    products: int = 64
    sketch: int | str | None = "auto"
    collapse: float = 1e-2
    dtype: str = "float64"
    seed: int = 0
    threads: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """All results of one analysis, with provenance.

    Attributes
    ----------
    name : str
        Name of the graph.
    plan : dict
        Settings as plain JSON types: depth, horizon, rule (name), operator (label), loops, split,
        features (policy applied), products, sketch, collapse, dtype, seed, threads.
    provenance : dict
        Versions of ``python``, ``spectral_smooth``, ``numpy``, ``scipy``, ``numba``, and ``seconds``
        (stage name to seconds).
    audit : tuple of Note
    graph : dict
        num_nodes, num_edges, density, mean_degree, max_degree, min_degree, isolated, self_loops,
        weighted, components, component_sizes (largest 50), bipartite_components, silent,
        degree_histogram {"degree": left edges, "count": counts} (log-spaced bins beyond 64 degrees).
    spectrum : dict
        ``top`` and ``bottom``: eigenvalues of both ends, descending, with ``top_residuals`` and
        ``bottom_residuals``; ``gap``, ``rate`` (None where not known), ``fixed_dimension``,
        ``alternating_dimension``, ``complete``, ``converged``, ``convergence`` (sentences).
    predicted, measured : Trajectory
        Curves named energy, deviation, norm, collapse, rayleigh_quotient (quadratic, both sides) and in
        ``measured`` all others; collapse also per row group.
    comparisons : tuple of Comparison
    safe_depth : SafeDepth
    verdict : Verdict
    warnings : tuple of str
        Everything that did not converge or is not certified; not empty means exit code 3 only if
        ``incomplete``.
    incomplete : bool
        Whether something did not converge.
    """

    name: str
    plan: dict[str, Any]
    provenance: dict[str, Any]
    audit: tuple[Note, ...]
    graph: dict[str, Any]
    spectrum: dict[str, Any]
    predicted: Trajectory
    measured: Trajectory
    comparisons: tuple[Comparison, ...]
    safe_depth: SafeDepth
    verdict: Verdict
    warnings: tuple[str, ...] = ()
    incomplete: bool = False

    def __repr__(self) -> str:
        return f"Analysis of {self.name!r}: {self.verdict}. {self.safe_depth}"

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as plain JSON types (schema version `SCHEMA_VERSION`)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "plan": self.plan,
            "provenance": self.provenance,
            "audit": [vars(note) for note in self.audit],
            "graph": self.graph,
            "spectrum": self.spectrum,
            "predicted": self.predicted.to_dict(),
            "measured": self.measured.to_dict(),
            "comparisons": [c.to_dict() for c in self.comparisons],
            "safe_depth": self.safe_depth.to_dict(),
            "verdict": self.verdict.to_dict(),
            "warnings": list(self.warnings),
            "incomplete": self.incomplete,
        }

    def to_json(self) -> str:
        """Return the analysis as a JSON document."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Analysis:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If the schema version is not one this package reads, or keys are missing.
        """
        version = data.get("schema_version") if isinstance(data, dict) else None
        if version != SCHEMA_VERSION:
            raise InputError(
                f"this is not an analysis of schema version {SCHEMA_VERSION} (found {version!r})"
            )
        try:
            return cls(
                name=data["name"],
                plan=data["plan"],
                provenance=data["provenance"],
                audit=tuple(Note(**note) for note in data["audit"]),
                graph=data["graph"],
                spectrum=data["spectrum"],
                predicted=Trajectory.from_dict(data["predicted"]),
                measured=Trajectory.from_dict(data["measured"]),
                comparisons=tuple(Comparison.from_dict(c) for c in data["comparisons"]),
                safe_depth=SafeDepth.from_dict(data["safe_depth"]),
                verdict=Verdict.from_dict(data["verdict"]),
                warnings=tuple(data["warnings"]),
                incomplete=data["incomplete"],
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"the analysis file is damaged: {error!r}") from error


def analyze(
    data: Any,
    features: Any = None,
    labels: Any = None,
    plan: Plan | None = None,
    *,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse one graph: audit, spectrum, predicted and measured decay, safe depth, verdict.

    Parameters
    ----------
    data : Dataset, Graph, or anything `as_dataset` takes
    features, labels : array, optional
        Override what the data set has.
    plan : Plan, optional
        Settings.
    progress : callable, optional
        Called with (stage, share done) as work goes on.

    Returns
    -------
    Analysis

    Raises
    ------
    InputError, UsageError
        If the data or the plan cannot be used.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> result = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=16))
    >>> round(result.spectrum["gap"], 5)
    0.10386
    >>> all(comparison.contained for comparison in result.comparisons)
    True
    """
    plan = plan or Plan()
    _check(plan)
    clock = _Clock(progress)
    with clock.stage("audit"):
        dataset = as_dataset(data, features=features, labels=labels)
        notes = list(audit(dataset))
        operator = Operator(dataset.graph, loops=plan.loops, split=plan.split)
        signal, more, applied = _signal(dataset, plan)
        sketched = tuple(note.text for note in more if note.topic == SKETCH)
        notes += [note for note in [*more, *_operator_notes(operator)] if note not in notes]
    with clock.stage("spectrum"):
        top, bottom, warnings = _both_ends(operator, plan.seed)
    with clock.stage("prediction"):
        predicted, horizon_curves = _predict(operator, signal, plan, top, bottom, clock)
    with clock.stage("propagation"):
        measured = propagate(
            operator,
            signal,
            plan.depth,
            rule=plan.rule,
            dtype=plan.dtype,
            rng=plan.seed,
            progress=lambda done, total: clock.tick(done / max(total, 1)),
        )
    space = operator.fixed_space
    safe = safe_depth(horizon_curves, measured, collapse=plan.collapse, component_shares=space.group_shares)
    spectrum = _spectrum_dict(top, bottom)
    facts = {**graph_facts(dataset.graph), "silent": operator.silent}
    return Analysis(
        name=dataset.name,
        plan=_plan_dict(plan, operator, applied),
        provenance={**_versions(), "seconds": clock.seconds},
        audit=tuple(notes),
        graph=facts,
        spectrum=spectrum,
        predicted=replace(predicted, notes=(*predicted.notes, *sketched)),
        measured=replace(measured, notes=(*measured.notes, *sketched)),
        comparisons=tuple(_comparisons(predicted, measured, plan, spectrum, operator)),
        safe_depth=safe,
        verdict=verdict(
            safe,
            rate=measure_rate(plan.rule, spectrum["top"], spectrum["bottom"]),
            density=facts["density"],
            outside_largest=1.0 - float(dataset.graph.components.sizes[0]) / dataset.graph.num_nodes,
            alternating=space.alternating_dimension,
            collapse=plan.collapse,
        ),
        warnings=tuple(warnings),
        incomplete=bool(warnings),
    )


class _Clock:
    """Times stages and passes progress on."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self.name = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.name = name
        self.tick(0.0)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 4)
        self.tick(1.0)

    def tick(self, share: float) -> None:
        if self.progress is not None:
            self.progress(self.name, share)


def _check(plan: Plan) -> None:
    if plan.depth < 1:
        raise UsageError(f"depth must be at least 1, got {plan.depth}")
    if plan.horizon < plan.depth:
        raise UsageError(f"the horizon ({plan.horizon}) must be at least the depth ({plan.depth})")
    if plan.products < 1:
        raise UsageError(f"at least one product is needed, got {plan.products}")
    sketch = plan.sketch
    if sketch is not None and sketch != "auto" and not (isinstance(sketch, int) and sketch >= 1):
        raise UsageError(f"sketch must be a number of columns, None or 'auto', got {sketch!r}")
    if not (isinstance(plan.depth, int) and isinstance(plan.horizon, int)):
        raise UsageError(f"depth and horizon must be whole numbers, got {plan.depth!r} and {plan.horizon!r}")
    if plan.seed < 0:
        raise UsageError(f"the seed must be at least 0, got {plan.seed}")


def _signal(dataset: Dataset, plan: Plan) -> tuple[FloatArray, list[Note], str]:
    """Return dense features as they are propagated, what was done to them, and the policy's name."""
    n = dataset.graph.num_nodes
    prepared, notes, applied = prepare_features(
        dataset.features, plan.features, num_nodes=n, rng=np.random.default_rng(plan.seed)
    )
    columns = prepared.shape[1]
    sketch = plan.sketch
    if sketch == "auto":
        sketch = SKETCH_COLUMNS if n * columns > SKETCH_ABOVE else None
    if isinstance(sketch, int) and columns > sketch:
        gaussian = np.random.default_rng(plan.seed).normal(scale=sketch**-0.5, size=(columns, sketch))
        error = 100.0 * np.sqrt(2.0 / sketch)
        note = Note(
            SKETCH,
            f"{columns:,} features sketched to {sketch} random combinations: squared quantities carry a relative "
            f"standard error of at most {error:.2g} % against the original features (--exact keeps all)",
            "notice",
        )
        return np.asarray(prepared @ gaussian, dtype=np.float64), [*notes, note], applied
    dense = prepared if isinstance(prepared, np.ndarray) else prepared.toarray()
    return np.asarray(dense, dtype=np.float64), list(notes), applied


def _operator_notes(operator: Operator) -> list[Note]:
    notes = []
    if operator.silent:
        notes.append(
            Note(
                "operator",
                f"{operator.silent} isolated nodes have no loop under this operator: they receive nothing and leave "
                "all measures",
                "warning",
            )
        )
    if operator.fixed_space.alternating_dimension:
        count = operator.fixed_space.alternating_dimension
        notes.append(
            Note(
                "operator",
                f"{count} bipartite component(s) without loops: a part of the signal with period two never decays",
                "warning",
            )
        )
    return notes


def _both_ends(operator: Operator, seed: int) -> tuple[Spectrum, Spectrum, list[str]]:
    """Return both ends; where an iteration gave up, what it reached and a warning that says so."""
    try:
        top, bottom, _ = both_ends(operator, ENDS_COUNT, rng=np.random.default_rng(seed), vectors=False)
    except NotConvergedError as error:
        top, bottom, _ = error.partial
        return top, bottom, [f"the spectrum is not certain: {error}"]
    return top, bottom, []


def _predict(
    operator: Operator, signal: FloatArray, plan: Plan, top: Spectrum, bottom: Spectrum, clock: _Clock
) -> tuple[Trajectory, Trajectory]:
    """Predict from one spectral measure: at the shown depths, and at every depth to the horizon."""
    exact = operator.graph.num_nodes <= EXACT_BELOW
    measure = spectral_measure(
        operator,
        signal,
        products=None if exact else plan.products,
        ends=_proven_ends(operator, top, bottom),
        progress=lambda done, total: clock.tick(done / total),
    )
    everything = predict_from(
        measure, operator, np.arange(plan.horizon + 1), rule=plan.rule, measures=QUADRATIC
    )
    shown = _shown_depths(plan)
    return _thinned(everything, shown), everything


def _proven_ends(operator: Operator, top: Spectrum, bottom: Spectrum) -> Ends | None:
    """Return ends that are proven tighter than [−1, 1]: where LAPACK found the whole end (backward stable)."""
    dense = top.convergence.applications == 0 and bottom.convergence.applications == 0
    sure = top.convergence.converged and bottom.convergence.converged
    if not (dense and sure and len(top.values) and len(bottom.values)):
        return None
    slack = 64.0 * operator.graph.num_nodes * float(np.finfo(np.float64).eps)
    low = max(float(bottom.values.min()) - slack, operator.lower_end)
    return Ends(low, min(float(top.values.max()) + slack, 1.0), proven=True)


def _shown_depths(plan: Plan) -> IntArray:
    """Return every depth that is measured, and log-spaced ones beyond it."""
    beyond = np.geomspace(plan.depth, plan.horizon, 49).round().astype(np.int64)
    return np.unique(np.concatenate([np.arange(plan.depth + 1), beyond]))


def _thinned(trajectory: Trajectory, depths: IntArray) -> Trajectory:
    curves = tuple(
        replace(c, depths=depths, lower=c.lower[depths], upper=c.upper[depths]) for c in trajectory.curves
    )
    return replace(trajectory, curves=curves)


def _comparisons(
    predicted: Trajectory, measured: Trajectory, plan: Plan, spectrum: dict[str, Any], operator: Operator
) -> Iterator[Comparison]:
    space = operator.fixed_space
    # Rounding of a float32 run is relative to the deflated state and grows with depth at most linearly.
    tolerance = 0.0 if plan.dtype == "float64" else 4.0 * (plan.depth + 16) * float(np.finfo(np.float32).eps)
    for name in ("energy", "deviation", "collapse", "rayleigh_quotient"):
        yield compare(
            predicted.curve(name),
            measured.curve(name),
            asymptotic_rate=measure_rate(plan.rule, spectrum["top"], spectrum["bottom"], name),
            components=space.dimension,
            alternating=space.alternating_dimension,
            tolerance=tolerance,
        )


def _spectrum_dict(top: Spectrum, bottom: Spectrum) -> dict[str, Any]:
    known = len(top.values) and len(bottom.values)
    rate = (
        float(max(abs(top.values[0]), abs(bottom.values[-1]))) if known else (0.0 if top.complete else None)
    )
    return {
        "gap": top.gap,
        "rate": rate,
        "top": [float(v) for v in top.values[:ENDS_COUNT]],
        "bottom": [float(v) for v in bottom.values[-ENDS_COUNT:]],
        "top_residuals": [float(v) for v in top.convergence.residuals[:ENDS_COUNT]],
        "bottom_residuals": [float(v) for v in bottom.convergence.residuals[-ENDS_COUNT:]],
        "fixed_dimension": top.fixed_dimension,
        "alternating_dimension": top.alternating_dimension,
        "complete": top.complete,
        "converged": top.convergence.converged and bottom.convergence.converged,
        "convergence": [str(top.convergence), str(bottom.convergence)],
    }


def _plan_dict(plan: Plan, operator: Operator, applied: str) -> dict[str, Any]:
    settings = {key: value for key, value in vars(plan).items() if key != "rule"}
    return {**settings, "rule": plan.rule.name, "operator": operator.label, "features": applied}


def _versions() -> dict[str, Any]:
    packages = ("spectral_smooth", "numpy", "scipy", "numba")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
