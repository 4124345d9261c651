"""Thresholds: where the diagnosis draws its lines, all in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spectral_smooth.errors import UsageError


@dataclass(frozen=True)
class Thresholds:
    """Where the diagnosis draws its lines; every one is a number that a report shows beside what was measured.

    Attributes
    ----------
    smooth : float
        Distance to a destination, as a share of the layer's size, from which on it counts as reached: 0.1 leaves 1 %
        of the squared norm for what tells nodes apart. With one common offset and one spread for all columns that is
        an offset of ten standard deviations.
    rank : float
        Distance to the nearest matrix of rank one, as a share of the layer's size: 0.07 leaves half a per cent of the
        squared norm.
    effective_rank : float
        Effective rank at which a layer has one direction left, whatever the noise around it.
    correlation : float
        Mean absolute correlation of columns from which on they count as copies of one another.
    dead : float
        Share of columns that are zero at every node; a quarter and more is told, and is no fault yet.
    norm : float
        Factor by which the size of the values shrinks or grows over several layers.
    jump : float
        The same within a single layer.
    large : float
        Size of the values, rms, below which growth is no explosion: logits of a trained model are of size 10.
    clustering : float
        Share of the scatter between classes from which on a layer is gathered by class.
    merged : float
        Distance of two class means over the spread of their nodes, below which the classes lie at one place.
    columns : int
        Fewer columns than this have no rank or correlation to lose (a read-out of two classes has rank one).
    rows : int
        Fewer nodes than this have neither, nor dead units: few values are zero or in a line by chance.

    Raises
    ------
    UsageError
        If one of them is not a positive number.
    """

    smooth: float = 0.1
    rank: float = 0.07
    effective_rank: float = 1.5
    correlation: float = 0.8
    dead: float = 0.5
    norm: float = 30.0
    jump: float = 1000.0
    large: float = 100.0
    clustering: float = 0.5
    merged: float = 0.5
    columns: int = 4
    rows: int = 8

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
                raise UsageError(f"the threshold {name!r} is {value!r}; expected a positive number")


DEFAULT = Thresholds()
# Each threshold is also halved and doubled: an onset that moves little is a confident one.
FACTORS = (0.5, 0.5**0.5, 1.0, 2.0**0.5, 2.0)
