"""LayerChart: one picture against the layer number as data, drawn alike by matplotlib and by Bokeh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report.axes import INK
from spectral_smooth.report.selection import near_errors
from spectral_smooth.report.series import ValueAxis, value_axis


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

    @property
    def ends(self) -> tuple[float, float]:
        """Range of the layer axis, with room for marks at both ends."""
        last = self.first + len(self.names) - 1
        room = max(0.03 * (last - self.first), 0.15) if last > self.first else 0.5
        return self.first - room, last + room

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(len(line.layers) for line in self.lines)


def log_axis(lines: Sequence[ChartLine], levels: Sequence[float] = ()) -> ValueAxis:
    """Return a log axis for what falls by orders of magnitude; linear where nothing is positive."""
    return value_axis(_extent(lines), levels)


def free_axis(lines: Sequence[ChartLine], levels: Sequence[float] = ()) -> ValueAxis:
    """Return an axis that is log only where values span decades."""
    return value_axis([*_extent(lines), np.array(levels, dtype=np.float64)], decay=False)


def share_axis(lines: Sequence[ChartLine]) -> ValueAxis:
    """Return a linear axis from zero, or the lowest value, to one."""
    values = np.concatenate([np.zeros(1), *(line.middle for line in lines)])
    return ValueAxis(False, float(values.min()) - 0.03, max(float(values.max()), 1.0) + 0.04)


def _extent(lines: Sequence[ChartLine]) -> list[Any]:
    return [
        part
        for line in lines
        for part in (
            line.middle,
            *near_errors(line.lower[line.wide], line.upper[line.wide], line.middle),
        )
    ]
