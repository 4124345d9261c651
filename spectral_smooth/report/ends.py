"""Both ends of the spectrum, placed on an axis that spreads what lies close to ±1; shared by all pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report.numbers import count

CLOSEST = 1e-15
MARGIN = 0.5


@dataclass(frozen=True, eq=False)
class SpectrumEnds:
    """Eigenvalues of both ends.

    Attributes
    ----------
    top, bottom : float arrays
        From the end inwards: ``top`` descending, ``bottom`` ascending.
    rate : float or None
    fixed : str
        Dimension of the fixed space, for people.
    complete : bool
        Whether these are all eigenvalues.
    """

    top: FloatArray
    bottom: FloatArray
    rate: float | None
    fixed: str
    complete: bool

    @property
    def edge(self) -> float:
        """Coordinate at which the axis ends on both sides, ±1 in the mind of the reader."""
        values = np.concatenate([self.top, self.bottom, [0.9]])
        inside = np.abs(values)[np.abs(values) < 1.0 - CLOSEST]
        return float(np.arctanh(inside.max())) + MARGIN

    def place(self, values: FloatArray) -> FloatArray:
        """Return artanh μ, within the edges."""
        inside = np.clip(values, -1.0 + CLOSEST, 1.0 - CLOSEST)
        return np.asarray(np.clip(np.arctanh(inside), -self.edge, self.edge))

    @property
    def unknown(self) -> tuple[float, float] | None:
        """The part of the axis between both ends in which nothing was computed."""
        if self.complete or not len(self.top) or not len(self.bottom):
            return None
        low, high = float(self.bottom.max()), float(self.top.min())
        return (low, high) if low < high else None

    def ticks(self) -> list[tuple[float, str]]:
        """Return coordinates and names of ticks: 0, ±0.5, ±0.9, ±0.99, ... (at most four a side), and ±1 on the edges.

        Examples
        --------
        >>> ends = SpectrumEnds(np.array([0.97]), np.array([-0.5]), 0.97, "1", False)
        >>> [label for _, label in ends.ticks()]
        ['−1', '−0.9', '−0.5', '0', '0.5', '0.9', '1']
        """
        room = int(np.floor(-np.log10(1.0 - np.tanh(min(self.edge - 0.6, 17.0)))))
        nines = np.arange(1, room + 1)[:: max(-(-room // 4), 1)]
        inner = [(0.5, "0.5"), *((1.0 - 10.0**-n, _nines(int(n))) for n in nines)]
        right = [*((float(np.arctanh(value)), label) for value, label in inner), (self.edge, "1")]
        left = [(-place, f"−{label}") for place, label in reversed(right)]
        return [*left, (0.0, "0"), *right]


def _nines(number: int) -> str:
    return f"0.{'9' * number}" if number < 5 else f"(1 − 1e-{number})"


def spectrum_ends(analysis: Analysis) -> SpectrumEnds:
    """Read both ends from an analysis."""
    spectrum = analysis.spectrum
    return SpectrumEnds(
        top=np.sort(np.asarray(spectrum["top"], dtype=np.float64))[::-1],
        bottom=np.sort(np.asarray(spectrum["bottom"], dtype=np.float64)),
        rate=spectrum.get("rate"),
        fixed=count(spectrum.get("fixed_dimension")),
        complete=bool(spectrum.get("complete")),
    )
