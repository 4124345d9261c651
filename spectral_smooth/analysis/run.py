"""analyze(): everything about one graph, composed; Plan in, Analysis out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spectral_smooth.analysis.certified import budget_of
from spectral_smooth.analysis.clock import Clock, Progress
from spectral_smooth.analysis.ends import EndsFound, with_probable
from spectral_smooth.analysis.first import first_to_go
from spectral_smooth.analysis.labels import report_labels
from spectral_smooth.analysis.plan import Plan, check_plan
from spectral_smooth.analysis.prediction import predict_to_horizon, spectrum_dict
from spectral_smooth.analysis.result import Analysis
from spectral_smooth.analysis.signal import SKETCH, signal_of
from spectral_smooth.analysis.versions import versions
from spectral_smooth.depth.asymptotic import measure_rate
from spectral_smooth.depth.compare import Comparison, compare
from spectral_smooth.depth.grid import grid_to
from spectral_smooth.depth.recommend import recommend_depth
from spectral_smooth.depth.safe import safe_depth
from spectral_smooth.depth.training import check_training
from spectral_smooth.depth.verdict import verdict
from spectral_smooth.graphs.audit import audit
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.facts import graph_facts
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.spectra.certify.counting import Budget

# Of float32: the relative rounding of one stored value.
FLOAT32_EPS = 2.0**-23


def analyze(
    data: Any,
    features: Any = None,
    labels: Any = None,
    plan: Plan | None = None,
    *,
    certify: bool | Budget = False,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse one graph: audit, spectrum, decay, safe and recommended depth, who goes first, verdict.

    Parameters
    ----------
    data : Dataset, Graph, or anything `as_dataset` takes
    features, labels : array, optional
        Override what the data set has.
    plan : Plan, optional
        Settings.
    certify : bool or Budget
        Whether to prove the ends of the spectrum, and what that may cost. The predictions then use what is proven,
        the result's ``certificate`` says what is, and it is ``incomplete`` where that is not all.
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
    check_plan(plan)
    budget = budget_of(certify)
    clock = Clock(progress)
    with clock.stage("audit"):
        dataset = as_dataset(data, features=features, labels=labels)
        check_training(dataset)
        notes = list(audit(dataset))
        operator = Operator(dataset.graph, loops=plan.loops, split=plan.split)
        signal, more, applied = signal_of(dataset, plan)
        sketched = tuple(note.text for note in more if note.topic == SKETCH)
        notes += [note for note in [*more, *_operator_notes(operator)] if note not in notes]
    with clock.stage("spectrum"):
        found = EndsFound.of(operator, plan, budget)
    with clock.stage("prediction"):
        predicted, horizon_curves, spectral = predict_to_horizon(operator, signal, plan, found.ends, clock)
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
    with clock.stage("labels"):
        told = report_labels(dataset, operator, signal, grid_to(plan.depth), plan.rule, plan.seed)
    with clock.stage("advice"):
        advice = recommend_depth(
            dataset,
            operator=operator,
            rule=plan.rule,
            features=plan.features,
            rng=plan.seed,
            progress=lambda done, total: clock.tick(done / max(total, 1)),
        )
    with clock.stage("who goes first"):
        first = first_to_go(
            operator,
            signal,
            None if told is None else dataset.labels,
            rule=plan.rule,
            depth=plan.depth,
            horizon=plan.horizon,
            collapse=plan.collapse,
            spectral=spectral,
            tick=clock.tick,
        )
    space = operator.fixed_space
    safe = safe_depth(horizon_curves, measured, collapse=plan.collapse, component_shares=space.group_shares)
    certificate = with_probable(found.certificate, spectral, operator, plan, measured)
    spectrum = spectrum_dict(found.top, found.bottom)
    facts = {**graph_facts(dataset.graph), "silent": operator.silent}
    return Analysis(
        name=dataset.name,
        plan=_plan_dict(plan, operator, applied),
        provenance={**versions(), "seconds": clock.seconds},
        audit=tuple(notes),
        graph=facts,
        spectrum=spectrum,
        predicted=replace(predicted, notes=(*predicted.notes, *sketched, *found.notes(spectral))),
        measured=replace(measured, notes=(*measured.notes, *sketched)),
        comparisons=tuple(_comparisons(predicted, measured, plan, spectrum, operator)),
        safe_depth=safe,
        verdict=verdict(
            safe,
            rate=_slowest(plan, spectrum, "collapse"),
            density=facts["density"],
            outside_largest=1.0 - float(dataset.graph.components.sizes[0]) / dataset.graph.num_nodes,
            alternating=space.alternating_dimension,
            collapse=plan.collapse,
            advice=advice,
            found=spectrum["converged"],
        ),
        warnings=found.warnings,
        incomplete=bool(found.warnings),
        advice=advice,
        labels=told,
        first=first,
        certificate=certificate,
    )


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


def _comparisons(
    predicted: Trajectory, measured: Trajectory, plan: Plan, spectrum: dict[str, Any], operator: Operator
) -> Iterator[Comparison]:
    space = operator.fixed_space
    # Rounding of a float32 run is relative to the deflated state and grows with depth at most linearly.
    tolerance = 0.0 if plan.dtype == "float64" else 4.0 * (plan.depth + 16) * FLOAT32_EPS
    for name in ("energy", "deviation", "collapse", "rayleigh_quotient"):
        yield compare(
            predicted.curve(name),
            measured.curve(name),
            asymptotic_rate=_slowest(plan, spectrum, name),
            components=space.dimension,
            alternating=space.alternating_dimension,
            tolerance=tolerance,
        )


def _slowest(plan: Plan, spectrum: dict[str, Any], measure: str) -> float | None:
    """Return what the slowest mode keeps a layer; None where it was not found, for what was may be far from it."""
    if not spectrum["converged"]:
        return None
    return measure_rate(plan.rule, spectrum["top"], spectrum["bottom"], measure)


def _plan_dict(plan: Plan, operator: Operator, applied: str) -> dict[str, Any]:
    settings = {key: value for key, value in vars(plan).items() if key != "rule"}
    return {**settings, "rule": plan.rule.name, "operator": operator.label, "features": applied}
