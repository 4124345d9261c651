"""LayerChart: one picture against the layer number as data, drawn alike by matplotlib and by Bokeh."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report.axes import INK
from spectral_smooth.report.selection import near_errors
from spectral_smooth.report.series import ValueAxis, value_axis

# A bar whose lower end is less than that share of its upper one reaches to zero.
NEAR_ZERO = 1e-3
MOST_POWERS = 7


@dataclass(frozen=True)
class LineLook:
    """How a line is drawn; dash and marker are places in `axes.DASHES` and `axes.MARKERS`, None is no marker."""

    color: str = INK
    dash: int = 0
    marker: int | None = None
    width: float = 1.6


@dataclass(frozen=True, eq=False)
class ChartLine:
    """One line against the layer number.

    Attributes
    ----------
    label : str
        Of the legend.
    layers : int array, shape (n,)
    middle, lower, upper : float array, shape (n,)
        Both sides are equal where nothing was sampled.
    look : LineLook
    sides : {"bars", "area"}
        How both sides are drawn.
    between : str
        What bars from one side to the other are.
    """

    label: str
    layers: IntArray
    middle: FloatArray
    lower: FloatArray
    upper: FloatArray
    look: LineLook = field(default_factory=LineLook)
    sides: str = "bars"
    between: str = "± 2 s.e."

    @classmethod
    def of(
        cls, label: str, curve: Curve, look: LineLook, *, first: int = 0, sides: str = "bars"
    ) -> ChartLine:
        """Make it from a curve; what is not finite is left out."""
        known = np.isfinite(curve.lower) & np.isfinite(curve.upper)
        lower, upper = curve.lower[known], curve.upper[known]
        middle = np.where(lower == upper, lower, 0.5 * lower + 0.5 * upper)
        return cls(label, curve.depths[known] + first, middle, lower, upper, look, sides)

    @classmethod
    def points(
        cls, label: str, values: Sequence[float | None], look: LineLook, *, first: int = 0
    ) -> ChartLine:
        """Make it from one value a layer; None and what is not finite is left out."""
        found = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        at = np.flatnonzero(np.isfinite(found))
        return cls(label, at + first, found[at], found[at], found[at], look)

    @property
    def places(self) -> FloatArray:
        """Layers as coordinates."""
        return self.layers.astype(np.float64)

    @property
    def wide(self) -> BoolArray:
        """Where both sides differ, shape (n,)."""
        return np.asarray(self.upper > self.lower)

    def zero(self, axis: ValueAxis) -> BoolArray:
        """Where a log axis has no place for it: what is zero is drawn at its foot."""
        return self.middle <= 0 if axis.log else np.zeros(len(self.middle), dtype=bool)

    def drawn(self, axis: ValueAxis) -> FloatArray:
        """Middles within the axis; NaN, which interrupts a line, where there is none or a log axis has no place."""
        lost = self.zero(axis) | np.isnan(self.middle)
        return np.where(lost, np.nan, axis.clip(self.middle))

    def broken(self, layers: Sequence[int]) -> ChartLine:
        """Return it with a gap at some layers, over which the line is not drawn on.

        Examples
        --------
        >>> ChartLine.points("x", [1.0, 0.0, 2.0], LineLook()).broken([1]).middle
        array([ 1., nan,  2.])
        """
        if not len(layers) or not len(self.layers):
            return self
        kept = ~np.isin(self.layers, layers)
        at = np.concatenate([self.layers[kept], np.array(layers, dtype=np.int64)])
        order = np.argsort(at)

        def holed(values: FloatArray) -> FloatArray:
            return np.concatenate([values[kept], np.full(len(layers), np.nan)])[order]

        sides = (holed(self.middle), holed(self.lower), holed(self.upper))
        return ChartLine(self.label, at[order], *sides, self.look, self.sides, self.between)


@dataclass(frozen=True)
class Level:
    """A horizontal line with its name."""

    value: float
    text: str


@dataclass(frozen=True)
class Onset:
    """A layer from which on something holds, and where other thresholds put it."""

    layer: int
    earliest: int
    latest: int
    text: str


@dataclass(frozen=True, eq=False)
class LayerChart:
    """One picture: lines over layers, a level, an onset.

    Attributes
    ----------
    title, y_label, x_label : str
    axis : ValueAxis
    lines : tuple of ChartLine
    names : tuple of str
        Of the layers, as they came: made harmless where ticks are made.
    first : int
        Number of the first of them.
    levels : tuple of Level
    onsets : tuple of Onset
    nothing : str
        What is said where there is no line.
    notes : tuple of str
        What a reader must know beside it.
    """

    title: str
    y_label: str
    axis: ValueAxis
    lines: tuple[ChartLine, ...]
    names: tuple[str, ...]
    first: int = 0
    x_label: str = "layer"
    levels: tuple[Level, ...] = ()
    onsets: tuple[Onset, ...] = ()
    nothing: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """Range of the layer axis, with room for marks at both ends."""
        last = self.first + len(self.names) - 1
        room = max(0.03 * (last - self.first), 0.15) if last > self.first else 0.5
        return self.first - room, last + room

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(np.isfinite(line.middle).any() for line in self.lines)

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of lines and onsets that a legend has, each once."""
        return tuple(
            dict.fromkeys([*(line.label for line in self.lines), *(onset.text for onset in self.onsets)])
        )


def foot_of(axis: ValueAxis) -> float:
    """Return where a mark stands that means zero, also where the ratio of both ends leaves float64."""
    if not axis.log:
        return axis.foot
    low, high = math.log10(axis.low), math.log10(axis.high)
    return float(10.0 ** (low + 0.025 * (high - low)))


def power_ticks(axis: ValueAxis) -> list[int]:
    """Return a few whole powers of ten between the ends of a log axis.

    Examples
    --------
    >>> power_ticks(ValueAxis(True, 1e-305, 1e305))
    [-300, -200, -100, 0, 100, 200, 300]
    """
    low, high = math.log10(axis.low), math.log10(axis.high)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high - low < MOST_POWERS * step)
    return [step * at for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def log_axis(lines: Sequence[ChartLine], levels: Sequence[float] = ()) -> ValueAxis:
    """Return a log axis for what falls by orders of magnitude; linear where nothing is positive."""
    return value_axis(_extent(lines), levels)


def free_axis(lines: Sequence[ChartLine], levels: Sequence[float] = ()) -> ValueAxis:
    """Return an axis that is log only where values span decades."""
    return value_axis([*_extent(lines), np.array(levels, dtype=np.float64)], decay=False)


def share_axis(lines: Sequence[ChartLine]) -> ValueAxis:
    """Return a linear axis from zero, or the lowest value, to one, or what bars reach beyond it."""
    values = np.concatenate([np.array([0.0, 1.0]), *_extent(lines)])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.035 * (high - low)
    return ValueAxis(False, low - room, high + room)


def _extent(lines: Sequence[ChartLine]) -> list[Any]:
    """Return what an axis must hold: values and their bars; an area may leave it, where it would flatten lines."""
    out: list[Any] = []
    for line in lines:
        low, high = line.lower[line.wide], line.upper[line.wide]
        out.append(line.middle)
        if line.sides == "area":
            out += near_errors(low, high, line.middle)
        elif len(low):
            # a bar that reaches to zero or below runs into the foot of an axis of what cannot be negative
            out += [low if np.nanmin(line.middle) < 0 else low[low > NEAR_ZERO * high], high]
    return out
