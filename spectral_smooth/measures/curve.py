"""Curve: a named quantity against depth, with its lower and upper values and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray

Source = Literal["measured", "exact", "bracket", "estimate", "bound", "mean-field"]
SOURCES: tuple[Source, ...] = ("measured", "exact", "bracket", "estimate", "bound", "mean-field")


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """A named quantity at increasing depths.

    Parameters
    ----------
    name : str
        Name of the measure, such as ``energy``.
    depths : int array, shape (n,)
        Strictly increasing depths.
    lower, upper : float array, shape (n,)
        Enclosing values; equal where the value is a point (measured or exact).
    source : str
        ``measured``; ``exact`` (full spectrum, up to rounding); ``bracket`` (proven on both sides);
        ``estimate`` (with a standard error or a stated tolerance); ``bound`` (one side proven, the
        other is 0 or infinity); ``mean-field``.
    component : int, optional
        Row group the curve belongs to; None is the whole graph.
    floor : float array or float
        Values at or below it are rounding noise; 0 where there is none.
    note : str
        What a reader must know, for instance "divided by 2^depth".

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> Curve.points("energy", np.arange(3), np.array([4.0, 1.0, 0.25]))
    Curve energy (measured): depths 0 to 2, from 4 to 0.25
    """

    name: str
    depths: IntArray
    lower: FloatArray
    upper: FloatArray
    source: Source
    component: int | None = None
    floor: FloatArray | float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        if not (len(self.depths) == len(self.lower) == len(self.upper)):
            raise UsageError(
                f"curve {self.name}: {len(self.depths)} depths, {len(self.lower)} lower and "
                f"{len(self.upper)} upper values; expected the same number of each"
            )
        if np.any(np.diff(self.depths) <= 0):
            raise UsageError(f"curve {self.name}: depths must increase")
        if self.source not in SOURCES:
            raise UsageError(f"curve {self.name}: unknown source {self.source!r}")

    @classmethod
    def points(cls, name: str, depths: Any, values: Any, source: Source = "measured", **more: Any) -> Curve:
        """Make a curve whose lower and upper values coincide.

        Parameters
        ----------
        name : str
        depths, values : array_like, shape (n,)
        source : str
            ``measured`` by default.
        **more
            ``component``, ``floor`` or ``note``.

        Raises
        ------
        UsageError
            If the lengths differ, the depths do not increase, or the source is unknown.
        """
        values = np.asarray(values, dtype=np.float64)
        return cls(name, np.asarray(depths, dtype=np.int64), values, values, source, **more)

    def __repr__(self) -> str:
        if not len(self.depths):
            return f"Curve {self.name} ({self.source}): no depths"
        first, last = self.value[0], self.value[-1]
        return (
            f"Curve {self.name} ({self.source}): depths {self.depths[0]} to {self.depths[-1]}, "
            f"from {first:.4g} to {last:.4g}"
        )

    @property
    def value(self) -> FloatArray:
        """One representative value: the geometric mean of both sides, or their mean where one is ≤ 0."""
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            geometric = np.sqrt(np.maximum(self.lower, 0.0)) * np.sqrt(np.maximum(self.upper, 0.0))
            middle = 0.5 * (self.lower + self.upper)
        exact = self.lower == self.upper
        return np.asarray(np.where(exact, self.lower, np.where(self.lower > 0, geometric, middle)))

    @property
    def relative_width(self) -> FloatArray:
        """(upper − lower) / |value|, shape (n,); 0 where both are equal.

        Examples
        --------
        >>> Curve("energy", np.arange(2), np.array([1.0, 1.0]), np.array([1.0, 4.0]), "bracket").relative_width
        array([0. , 1.5])
        """
        width = self.upper - self.lower
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = width / np.abs(self.value)
        return np.asarray(np.where(width == 0, 0.0, ratio))

    def at(self, depth: int) -> tuple[float, float]:
        """Return (lower, upper) at one depth of the curve.

        Raises
        ------
        UsageError
            If the curve has no value at that depth.

        Examples
        --------
        >>> Curve("energy", np.array([0, 8]), np.array([1.0, 0.1]), np.array([1.0, 0.2]), "bracket").at(8)
        (0.1, 0.2)
        """
        where = np.flatnonzero(self.depths == depth)
        if not len(where):
            raise UsageError(f"curve {self.name} has no value at depth {depth}")
        return float(self.lower[where[0]]), float(self.upper[where[0]])

    def thinned(self, depths: IntArray) -> Curve:
        """Return the curve at those of its depths that are among the given ones.

        Examples
        --------
        >>> Curve.points("energy", np.arange(9), 0.5 ** np.arange(9)).thinned(np.array([0, 1, 8, 99]))
        Curve energy (measured): depths 0 to 8, from 1 to 0.003906
        """
        at = np.flatnonzero(np.isin(self.depths, depths))
        floor = np.broadcast_to(np.asarray(self.floor, dtype=np.float64), self.depths.shape)[at]
        return replace(self, depths=self.depths[at], lower=self.lower[at], upper=self.upper[at], floor=floor)

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain JSON types."""
        point = self.source in ("measured", "exact") and np.array_equal(self.lower, self.upper)
        out: dict[str, Any] = {"name": self.name, "source": self.source, "depths": self.depths.tolist()}
        if point:
            out["value"] = _plain(self.lower)
        else:
            out["lower"], out["upper"] = _plain(self.lower), _plain(self.upper)
        if self.component is not None:
            out["component"] = self.component
        if np.any(self.floor):
            out["floor"] = _plain(np.broadcast_to(np.asarray(self.floor, dtype=np.float64), self.lower.shape))
        if self.note:
            out["note"] = self.note
        return out

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Curve:
        """Read what `to_dict` wrote."""
        lower = _numbers(data["value"] if "value" in data else data["lower"])
        upper = lower if "value" in data else _numbers(data["upper"])
        return cls(
            data["name"],
            np.asarray(data["depths"], dtype=np.int64),
            lower,
            upper,
            data["source"],
            component=data.get("component"),
            floor=_numbers(data["floor"]) if "floor" in data else 0.0,
            note=data.get("note", ""),
        )


def _plain(values: FloatArray) -> list[float | None]:
    """JSON has neither NaN nor infinity: both become null."""
    return [float(v) if np.isfinite(v) else None for v in values]


def _numbers(values: list[float | None]) -> FloatArray:
    return np.array([np.inf if v is None else v for v in values], dtype=np.float64)
