"""Onset: the depth from which a falling quantity stays below a threshold, predicted and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.depth.safe import crossing
from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.measures.curve import Curve


@dataclass(frozen=True)
class Onset:
    """The depth from which a falling quantity stays below a threshold, predicted and measured.

    Attributes
    ----------
    threshold : float
    predicted : int or None
        From the curve's value; None if it does not stay below within the horizon, or nothing was predicted.
    at_least : int or None
        Last depth at which the lower side is not below: the onset comes later. −1 if there is none; None without a
        prediction.
    at_most : int or None
        First depth from which the upper side stays below: the onset comes at it or before.
    measured : int or None
        Measured depth from which it stays below up to the last one; None if it does not.
    agrees : bool or None
        Whether both are within one step of the grid (neither within it counts too), see `agreement_grid`; None
        where only one of both was made.
    reason : str
        Why they do not agree; empty otherwise.
    """

    threshold: float
    predicted: int | None
    at_least: int | None
    at_most: int | None
    measured: int | None
    agrees: bool | None = None
    reason: str = ""

    @property
    def depth(self) -> int | None:
        """The predicted depth, or the measured one where there is no prediction."""
        return self.predicted if self.predicted is not None else self.measured

    def to_dict(self) -> dict[str, Any]:
        """Return the onset as plain JSON types."""
        return dict(vars(self))


def onset(
    threshold: float,
    predicted: Curve | None,
    measured: Curve | None,
    *,
    middle: Curve | None = None,
    grid: IntArray | None = None,
) -> Onset:
    """Find where both curves come to stay below a threshold, and whether they agree on it.

    Parameters
    ----------
    threshold : float
    predicted : Curve or None
        At every depth to the horizon, or on a grid of its own.
    measured : Curve or None
        At some depths.
    middle : Curve, optional
        The predicted value where it is not the mean of the sides.
    grid : int array, optional
        Depths whose steps decide about agreement; those of ``measured`` by default.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> grid = np.array([0, 1, 2, 4, 8])
    >>> every = Curve.points("c", np.arange(9), 0.5 ** np.arange(9), "exact")
    >>> found = onset(0.1, every, Curve.points("c", grid, 0.5**grid))
    >>> found.predicted, found.measured, found.agrees
    (4, 4, True)
    """
    seen = None if measured is None else stays_below(measured, threshold)
    if predicted is None:
        return Onset(threshold, None, None, None, seen)
    guess = stays_below(middle or predicted, threshold)
    above = np.flatnonzero(predicted.lower >= threshold)
    at_least = int(predicted.depths[above[-1]]) if len(above) else -1
    at_most = crossing(predicted, threshold)[1]
    if measured is None or not len(measured.depths):
        return Onset(threshold, guess, at_least, at_most, seen)
    grid = measured.depths if grid is None else grid
    if abs(_place(grid, guess) - _place(grid, seen)) <= 1:
        return Onset(threshold, guess, at_least, at_most, seen, True)
    inside = _inside(measured.depths, seen, at_least, at_most)
    reason = _reason(guess, seen, inside, predicted, int(measured.depths[-1]))
    return Onset(threshold, guess, at_least, at_most, seen, False, reason)


def stays_below(curve: Curve, threshold: float) -> int | None:
    """Return the first depth from which the curve's value stays below a threshold, None if there is none."""
    return crossing(Curve.points(curve.name, curve.depths, curve.value), threshold)[1]


def _place(grid: IntArray, depth: int | None) -> int:
    return len(grid) if depth is None else int(np.searchsorted(grid, depth))


def _inside(grid: IntArray, seen: int | None, at_least: int, at_most: int | None) -> bool:
    """Whether what was measured can be true while the sides are: it only says between which depths it is."""
    place = _place(grid, seen)
    before = -1 if place == 0 else int(grid[place - 1])
    return (seen is None or at_least < seen) and (at_most is None or before < at_most)


def _reason(guess: int | None, seen: int | None, inside: bool, predicted: Curve, measured_to: int) -> str:
    told = [
        "never within the depths looked at" if depth is None else f"from depth {depth:,}"
        for depth in (guess, seen)
    ]
    text = f"predicted {told[0]}, measured {told[1]}: more than a step of the grid apart"
    if inside:
        return f"{text}, but the measurement lies between the sides of the prediction"
    if seen is not None and (guess is None or guess > measured_to) and predicted.depths[-1] > measured_to:
        return f"{text}; the measurement ends at depth {measured_to:,} and does not see what comes after"
    return f"{text}, and outside of the sides of the prediction ({predicted.source})"
