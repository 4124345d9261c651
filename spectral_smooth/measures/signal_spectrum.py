"""SignalSpectrum: where in the spectrum of S a signal lies, as shares with their sides and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.classes import percent
from spectral_smooth.measures.plain import given_fields, plain_fields
from spectral_smooth.spectra.cumulative import first_moment, mass_above
from spectral_smooth.spectra.quadrature import SpectralMeasure

# Digits of the median: halvings of [−1, 1].
HALVINGS = 18
NARROW = 0.02
# Standard errors on either side of a sketched share.
ERRORS = 3.0

Sides = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class SignalSpectrum:
    """Cumulative shares of a signal's squared norm in the spectrum of S.

    Attributes
    ----------
    name : str
        Such as ``class 0``, ``labels``, ``class means`` or ``features``.
    norm : float
        Squared norm in core coordinates, all columns.
    mean : float or None
        Σ w μ / Σ w, the mean eigenvalue: 1 − energy/‖·‖². From the first moment: not subject to the
        number of products. None for a signal that is zero, as all that follows.
    mean_error : float
        Standard error of ``mean``; 0 unless the signal was sketched.
    fixed_share, alternating_share : float or None
        Shares on the fixed space (μ = 1) and on the alternating one (μ = −1).
    median : tuple of two floats or None
        Enclose the largest t with at least half of the norm at μ ≥ t.
    lower, upper : tuple of float
        Enclose the share with μ ≥ t on the grid of the result.
    source : str
        ``exact`` (full spectrum), ``bracket`` (proven sides) or ``estimate`` (sketched columns).
    note : str

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.measures.label_spectrum import label_spectrum
    >>> data = ss.load("karate")
    >>> print(label_spectrum(ss.gcn(data.graph), data.labels).labels)
    half of the labels lies at or above μ = 0.896 (mean 0.74; 0.0 % on the fixed space)
    """

    name: str
    norm: float
    mean: float | None
    mean_error: float
    fixed_share: float | None
    alternating_share: float | None
    median: tuple[float, float] | None
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    source: str
    note: str = ""

    @property
    def energy_share(self) -> float | None:
        """1 − mean: the core's energy of the signal over its squared norm, from 0 (fixed) to 2."""
        return None if self.mean is None else 1.0 - self.mean

    def __str__(self) -> str:
        if self.mean is None or self.median is None or self.fixed_share is None:
            return f"{self.name}: nothing to look at ({self.note})"
        fixed = f"{percent(self.fixed_share)} on the fixed space"
        return f"half of the {self.name} lies {self.where} (mean {self.mean:.2f}; {fixed})"

    @property
    def where(self) -> str:
        """Where half of the signal lies, in words."""
        if self.median is None:
            return "nowhere"
        low, high = self.median
        if low >= 1.0 - 1e-9:
            return "on the fixed space (μ = 1)"
        if high - low > NARROW:
            return f"at or above some μ from {low:.2f} to {high:.2f}"
        return f"at or above μ = {0.5 * (low + high):.3f}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SignalSpectrum:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


def nothing(name: str, reason: str) -> SignalSpectrum:
    """Return the spectrum of a signal that is zero, with the reason."""
    return SignalSpectrum(name, 0.0, None, 0.0, None, None, None, (), (), "exact", reason)


def signal_spectrum(
    name: str,
    measures: Sequence[SpectralMeasure],
    grid: FloatArray,
    *,
    note: str = "",
    reason: str = "it is zero",
    batches: bool = False,
) -> SignalSpectrum:
    """Return the shares of a signal whose spectral measure is the sum of those given.

    Parameters
    ----------
    name : str
    measures : sequence of SpectralMeasure
    grid : float array
        Increasing values of t.
    note : str
    reason : str
        Why there is nothing to look at, in case there is not.
    batches : bool
        The measures are independent sketches of one signal: sides become ± 3 standard errors of
        their ratio.
    """
    total = sum(m.total for m in measures)
    if not total:
        return nothing(name, reason)

    def sides(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        pairs = [mass_above(m, at) for m in measures]
        low, high = (np.stack([pair[side] for pair in pairs]) for side in (0, 1))
        if batches:
            return _sketched_sides(low, high, np.array([m.total for m in measures]))
        return np.minimum(low.sum(axis=0) / total, 1.0), np.minimum(high.sum(axis=0) / total, 1.0)

    lower, upper = sides(grid)
    moments = np.array([first_moment(m) for m in measures])
    return SignalSpectrum(
        name=name,
        norm=float(total / len(measures)) if batches else float(total),
        mean=float(moments.sum() / total),
        mean_error=_ratio_error(moments, np.array([m.total for m in measures])) if batches else 0.0,
        fixed_share=float(sum(m.fixed.sum() for m in measures) / total),
        alternating_share=float(sum(m.alternating.sum() for m in measures) / total),
        median=_median(sides),
        lower=tuple(float(v) for v in lower),
        upper=tuple(float(v) for v in upper),
        source="estimate" if batches else "exact" if all(m.exact for m in measures) else "bracket",
        note=note,
    )


def _sketched_sides(low: FloatArray, high: FloatArray, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ratio of sums over batches ∓ standard errors of a ratio."""
    found = []
    for masses, sign in ((low, -1.0), (high, 1.0)):
        errors = np.array([_ratio_error(masses[:, t], totals) for t in range(masses.shape[1])])
        found.append(np.clip(masses.sum(axis=0) / totals.sum() + sign * ERRORS * errors, 0.0, 1.0))
    # the shares fall with t, the errors need not
    return np.maximum.accumulate(found[0][::-1])[::-1], np.minimum.accumulate(found[1])


def _ratio_error(parts: FloatArray, totals: FloatArray) -> float:
    left = parts - parts.sum() / totals.sum() * totals
    return float(np.std(left, ddof=1) / totals.mean() / len(totals) ** 0.5) if len(totals) > 1 else 0.0


def _median(sides: Sides) -> tuple[float, float]:
    """Return the largest t at which each side is at least one half, to 2^(1 − `HALVINGS`)."""
    found = [1.0 if side[0] >= 0.5 else None for side in sides(np.array([1.0]))]
    low, high = (_last_half(sides, k) if value is None else value for k, value in enumerate(found))
    return low, high


def _last_half(sides: Sides, side: int) -> float:
    low, high = -1.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if sides(np.array([middle]))[side][0] >= 0.5:
            low = middle
        else:
            high = middle
    return low if side == 0 else high
