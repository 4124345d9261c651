"""Both ends of the spectrum, and the quadratic measures predicted at every depth to the horizon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spectral_smooth.analysis.clock import Clock
from spectral_smooth.analysis.plan import Plan
from spectral_smooth.errors import NotConvergedError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.eigen import both_ends
from spectral_smooth.spectra.quadrature import Ends, SpectralMeasure, spectral_measure
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.predict import EXACT_BELOW, predict_from

ENDS_COUNT = 6


def find_ends(
    operator: Operator, seed: int, *, vectors: bool = False
) -> tuple[Spectrum, Spectrum, list[str]]:
    """Return both ends; where an iteration gave up, what it reached and a warning that says so."""
    try:
        top, bottom, _ = both_ends(operator, ENDS_COUNT, rng=np.random.default_rng(seed), vectors=vectors)
    except NotConvergedError as error:
        top, bottom, _ = error.partial
        return top, bottom, [f"the spectrum is not certain: {error}"]
    return top, bottom, []


def predict_to_horizon(
    operator: Operator, signal: FloatArray, plan: Plan, ends: Ends | None, clock: Clock
) -> tuple[Trajectory, Trajectory, SpectralMeasure]:
    """Predict from one spectral measure: at the shown depths, and at every depth to the horizon; and the measure."""
    exact = operator.graph.num_nodes <= EXACT_BELOW
    measure = spectral_measure(
        operator,
        signal,
        products=None if exact else plan.products,
        ends=ends,
        progress=lambda done, total: clock.tick(done / total),
    )
    return *_to_horizon(measure, operator, plan), measure


def predict_again(
    measure: SpectralMeasure, operator: Operator, plan: Plan, ends: Ends
) -> tuple[Trajectory, Trajectory]:
    """Predict from a measure at hand with other ends: at the shown depths, and at every depth to the horizon."""
    return _to_horizon(replace(measure, ends=ends), operator, plan)


def _to_horizon(measure: SpectralMeasure, operator: Operator, plan: Plan) -> tuple[Trajectory, Trajectory]:
    everything = predict_from(
        measure, operator, np.arange(plan.horizon + 1), rule=plan.rule, measures=QUADRATIC
    )
    shown = _shown_depths(plan)
    shown_curves = tuple(curve.thinned(shown) for curve in everything.curves)
    return replace(everything, curves=shown_curves), everything


def proven_ends(operator: Operator, top: Spectrum, bottom: Spectrum) -> Ends | None:
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


def spectrum_dict(top: Spectrum, bottom: Spectrum) -> dict[str, Any]:
    """Return both ends as plain JSON types; gap and rate are None where an iteration gave up."""
    converged = top.convergence.converged and bottom.convergence.converged
    known = converged and len(top.values) and len(bottom.values)
    rate = (
        float(max(abs(top.values[0]), abs(bottom.values[-1])))
        if known
        else (0.0 if converged and top.complete else None)
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
        "converged": converged,
        "convergence": [str(top.convergence), str(bottom.convergence)],
    }
