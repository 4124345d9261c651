"""Series: one measure made ready to be drawn, predicted beside measured; shared by all pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report.terms import term

MAX_POINTS = 400
LOG_SPAN = 30.0
ROOM = 2.0


@dataclass(frozen=True, eq=False)
class Series:
    """One measure of the whole graph or of one row group.

    Attributes
    ----------
    name : str
    component : int or None
    predicted, measured : Curve or None
    relative : bool
        Whether values are shown as a share of the value at depth 0.
    scale : float
        What values are divided by: that value, or 1.
    """

    name: str
    component: int | None
    predicted: Curve | None
    measured: Curve | None
    relative: bool
    scale: float

    @property
    def axis_label(self) -> str:
        """Label of the value axis, with the formula where there is one."""
        known = term(self.name)
        symbol = known.symbol
        if self.relative and symbol:
            return f"{known.title}  {symbol} / {symbol.replace('_k', '_0')}"
        if self.relative:
            return f"{known.title} / its value at depth 0"
        return f"{known.title}  {symbol}" if symbol else known.title

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about either curve."""
        return tuple(
            dict.fromkeys(c.note for c in (self.predicted, self.measured) if c is not None and c.note)
        )

    @property
    def last_measured(self) -> int | None:
        """Largest measured depth, None without measurements."""
        return (
            int(self.measured.depths[-1]) if self.measured is not None and len(self.measured.depths) else None
        )

    def band(self, last: int | None = None) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return depths, lower and upper values of the prediction, thinned where there are very many."""
        return self._values(self.predicted, last)

    def points(self) -> tuple[IntArray, FloatArray]:
        """Return depths and values of the measurement: where it was sampled, the middle of its error."""
        depths, lower, upper = self._values(self.measured, None)
        return depths, np.where(lower == upper, lower, 0.5 * lower + 0.5 * upper)

    def errors(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return depths and both ends of the error of the measurement, where it has one."""
        depths, lower, upper = self._values(self.measured, None)
        wide = upper > lower
        return depths[wide], lower[wide], upper[wide]

    def floor(self) -> float:
        """Return the largest level of rounding noise of the measurement, 0 where there is none."""
        if self.measured is None:
            return 0.0
        levels = np.atleast_1d(np.asarray(self.measured.floor, dtype=np.float64))
        finite = levels[np.isfinite(levels)]
        return float(np.max(finite)) / self.scale if len(finite) else 0.0

    def _values(self, curve: Curve | None, last: int | None) -> tuple[IntArray, FloatArray, FloatArray]:
        if curve is None:
            return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
        keep = thinned(curve.depths, last)
        return curve.depths[keep], curve.lower[keep] / self.scale, curve.upper[keep] / self.scale


def pair(predicted: Iterable[Curve], measured: Iterable[Curve]) -> list[Series]:
    """Put the predicted and the measured curve of each measure and row group together.

    Measures that are divided by their value at depth 0 are divided by the measured one on both sides,
    so that the prediction is not made to agree there by its own scaling.
    """
    first = {(c.name, c.component): c for c in predicted}
    second = {(c.name, c.component): c for c in measured}
    return [
        series(key[0], key[1], first.get(key), second.get(key)) for key in dict.fromkeys([*first, *second])
    ]


def series(name: str, component: int | None, predicted: Curve | None, measured: Curve | None) -> Series:
    """Make one series, with its scale."""
    start = _first(measured) or _first(predicted) or 0.0
    relative = term(name).relative and start > 0
    return Series(name, component, predicted, measured, relative, start if relative else 1.0)


def thinned(depths: IntArray, last: int | None = None) -> BoolArray:
    """Return which depths to draw: all of a few hundred, else log-spaced ones with both ends."""
    keep = np.ones(len(depths), dtype=bool) if last is None else depths <= last
    shown = np.flatnonzero(keep)
    if len(shown) > MAX_POINTS:
        chosen = np.unique(np.geomspace(1, len(shown), MAX_POINTS).astype(np.int64)) - 1
        keep = np.zeros(len(depths), dtype=bool)
        keep[shown[chosen]] = True
    return keep


@dataclass(frozen=True)
class ValueAxis:
    """Range of a value axis.

    Attributes
    ----------
    log : bool
    low, high : float
        Ends; on a log axis both are positive, and what is smaller (zero too) is drawn at ``low``.
    """

    log: bool
    low: float
    high: float

    def clip(self, values: FloatArray) -> FloatArray:
        """Return values within the axis; what is not finite above goes to the upper end."""
        inside = np.nan_to_num(values, nan=self.high, posinf=self.high, neginf=self.low)
        return np.asarray(np.clip(inside, self.low, self.high))

    @property
    def foot(self) -> float:
        """Where a mark stands that means zero on a log axis: just above the lower end, so that it is whole."""
        return float(self.low * (self.high / self.low) ** 0.025) if self.log else self.low

    def share(self, value: float) -> float:
        """Return where a value lies between both ends, 0 to 1."""
        if self.log:
            return float(np.log(max(value, self.low) / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)


def value_axis(values: Iterable[FloatArray], lines: Iterable[float] = (), *, decay: bool = True) -> ValueAxis:
    """Choose the range and the kind of a value axis.

    Log where values decay (``decay``: whenever one is positive; otherwise where they span more than
    a factor of `LOG_SPAN` and none is negative), linear else.
    """
    parts = [np.ravel(v) for v in values]
    everything = np.concatenate(parts) if parts else np.empty(0)
    finite = everything[np.isfinite(everything)]
    positive = finite[finite > 0]
    if len(positive) and not np.any(finite < 0):
        drawn = np.concatenate([positive, [line for line in lines if line > 0]])
        low, high = float(drawn.min()), float(drawn.max())
        if decay or high > LOG_SPAN * low:
            return ValueAxis(True, max(low / ROOM, 1e-307), min(high * ROOM, 1e307))
    return _linear(finite)


def _linear(finite: FloatArray) -> ValueAxis:
    if not len(finite):
        return ValueAxis(False, 0.0, 1.0)
    low, high = min(float(finite.min()), 0.0), float(finite.max())
    span = (high - low) or 1.0
    return ValueAxis(False, low - 0.05 * span, max(high, low + span) + 0.08 * span)


def _first(curve: Curve | None) -> float:
    """Value at depth 0, or 0 where there is none to divide by."""
    if curve is None or not len(curve.depths) or curve.depths[0] != 0:
        return 0.0
    value = float(curve.value[0])
    return value if np.isfinite(value) and value > 0 else 0.0
