"""Axes and thresholds of the picture of class contrasts; shared by all pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.classes import FLOAT64
from spectral_smooth.depth.safe import ROUNDOFF
from spectral_smooth.report.class_choice import contrasts
from spectral_smooth.report.series import ValueAxis

# What is smaller is destroyed in every number format: nothing below is worth a decade.
LOWEST = 1e-18


@dataclass(frozen=True)
class ContrastAxis:
    """Range of values and depths, and the levels that lie in it, highest first."""

    value: ValueAxis
    last: int
    levels: tuple[tuple[str, float], ...]


def contrast_axis(analysis: Analysis) -> ContrastAxis | None:
    """Return the axes on which the contrasts of an analysis are drawn; None where there are none."""
    found = analysis.first.classes if analysis.first is not None else None
    curves = [
        curve
        for one in contrasts(analysis)
        for curve in (one.found.predicted, one.found.measured)
        if curve is not None and len(curve.depths)
    ]
    if found is None or not curves:
        return None
    alive = [curve.depths[np.flatnonzero(curve.value >= LOWEST)] for curve in curves]
    last = max((int(depths[-1]) for depths in alive if len(depths)), default=1)
    values = np.concatenate([curve.value[curve.depths <= last] for curve in curves])
    shown = values[np.isfinite(values) & (values >= LOWEST)]
    high = float(shown.max()) if len(shown) else 1.0
    low = min(float(shown.min()) if len(shown) else 1.0, 0.3 * found.collapse)
    every = (
        ("small below", found.collapse),
        ("float32 does not resolve it below", ROUNDOFF["float32"]),
        ("destroyed below", FLOAT64),
    )
    axis = ValueAxis(True, max(0.5 * low, LOWEST), 3.0 * max(high, found.collapse))
    levels = tuple((name, value) for name, value in every if axis.low < value < axis.high)
    return ContrastAxis(axis, max(last, 1), levels)
