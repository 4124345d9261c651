"""Which curves of an analysis a picture shows, and how far; shared by all pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.report.numbers import percent
from spectral_smooth.report.series import Series, pair
from spectral_smooth.report.wording import drawable, limit_label

NOTHING = "zero at every depth: there is nothing to smooth"


def state_series(source: Analysis | Trajectory) -> list[Series]:
    """Return the whole graph's measures that are measured and not predicted."""
    return [one for one in all_series([source]) if one.component is None and one.predicted is None]


def extent(one: Series) -> list[FloatArray]:
    """Return the values that decide an axis: measured, upper, and lower where it is not far below them."""
    _, lower, upper = one.band(one.last_measured)
    _, values = one.points()
    known = np.concatenate(
        [values[np.isfinite(values) & (values > 0)], upper[np.isfinite(upper) & (upper > 0)]]
    )
    near = lower[lower >= known.min() * 1e-3] if len(known) else lower
    return [values, upper, near, *near_errors(*one.errors()[1:], values)]


def near_errors(low: FloatArray, high: FloatArray, values: FloatArray) -> list[FloatArray]:
    """Return ends of errors, cut where they would flatten the curve, and at zero where nothing is negative."""
    middle = values[np.isfinite(values)]
    if not len(low) or not len(middle):
        return []
    smallest, largest = float(middle.min()), float(middle.max())
    room = 0.5 * ((largest - smallest) or abs(largest) or 1.0)
    bottom = max(smallest - room, 0.0) if smallest >= 0 else smallest - room
    return [np.clip(low, bottom, None), np.clip(high, None, largest + room)]


def limit_levels(analysis: Analysis) -> list[tuple[str, float]]:
    """Return the levels of the limits, each once, highest first."""
    found = {(drawable(limit_label(one.kind)), one.threshold): None for one in analysis.safe_depth.limits}
    return sorted(found, key=lambda pair: -pair[1])


def collapse_reach(analysis: Analysis, one: Series) -> int:
    """Return the depth that a collapse picture ends at: all that is measured, and some way past the safe depth."""
    depths = [c.depths[-1] for c in (one.predicted, one.measured) if c is not None and len(c.depths)]
    far = int(max(depths, default=1))
    seen, safe = one.last_measured or far, analysis.safe_depth
    end = safe.at_most if safe.at_most is not None else safe.at_least
    return max(far if end is None else min(far, max(seen, 4 * end)), 1)


def all_series(sources: Sequence[Analysis | Trajectory]) -> list[Series]:
    """Return every measure of what is given, predicted and measured put together."""
    curves = [
        curve
        for source in sources
        for run in ((source.predicted, source.measured) if isinstance(source, Analysis) else (source,))
        for curve in run.curves
    ]
    return pair(
        [c for c in curves if c.source != "measured"],
        [c for c in curves if c.source == "measured"],
    )


def last_depth(one: Series) -> int:
    """Last depth to draw: what was measured, for that is where both can be compared."""
    if one.last_measured is not None:
        return one.last_measured
    return int(one.predicted.depths[-1]) if one.predicted is not None and len(one.predicted.depths) else 1


def all_zero(one: Series) -> bool:
    """Return whether a series has no positive value at all."""
    _, _, upper = one.band()
    _, values = one.points()
    return not np.any(upper) and not np.any(values)


def sides(curve: Curve, last: int | None = None) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return depths and both sides of a curve, up to a depth."""
    kept = np.ones(len(curve.depths), dtype=bool) if last is None else curve.depths <= last
    return curve.depths[kept], curve.lower[kept], curve.upper[kept]


def shares(curve: Curve) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return depths, middles and both sides of a share with symmetric errors, the sides cut at 0 and 1.

    Where a side was cut in the curve itself the middle of both is not the value: it is NaN there.
    """
    cut = (curve.lower < curve.upper) & ((curve.lower == 0.0) | (curve.upper == 1.0))
    middle = np.where(cut, np.nan, 0.5 * (curve.lower + curve.upper))
    return curve.depths, middle, np.maximum(curve.lower, 0.0), np.minimum(curve.upper, 1.0)


def share_texts(middle: FloatArray, lower: FloatArray, upper: FloatArray) -> list[str]:
    """Return shares in percent with their errors; both sides where the middle is not known.

    Examples
    --------
    >>> share_texts(np.array([0.83, np.nan, 1.0]), np.array([0.78, 0.92, 1.0]), np.array([0.88, 1.0, 1.0]))
    ['83 % ± 5 %', '92 % to 100 %', '100 %']
    """
    out = []
    for value, low, high in zip(middle, lower, upper, strict=True):
        if np.isnan(value):
            out.append(f"{percent(float(low))} to {percent(float(high))}")
        else:
            error = f" ± {percent(0.5 * float(high - low), 2)}" if high > low else ""
            out.append(f"{percent(float(value))}{error}")
    return out
