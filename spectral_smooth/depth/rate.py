"""fit_rate(): how a curve falls over its last depths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.curve import Curve

Kind = Literal["exponential", "algebraic", "plateau", "oscillating", "growing", "zero", "undetermined"]


@dataclass(frozen=True)
class RateFit:
    """How a curve behaves over its last depths.

    Attributes
    ----------
    kind : str
    rate : float or None
        Factor per depth (``exponential``, ``growing``).
    exponent : float or None
        Power of the depth (``algebraic``).
    level : float or None
        Value it settles at (``plateau``, ``oscillating``).
    first, last : int or None
        Depths the fit used.
    sentence : str

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> found = fit_rate(Curve.points("energy", np.arange(16), 1.0 + 0.0 * np.arange(16)))
    >>> found.kind, found.level
    ('plateau', 1.0)
    """

    kind: Kind
    rate: float | None
    exponent: float | None
    level: float | None
    first: int | None
    last: int | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as plain JSON types."""
        return dict(vars(self))


SMALLEST = 1e-290
FEWEST = 5


def fit_rate(curve: Curve, *, tail: float = 0.5) -> RateFit:
    """Say what a curve does over the last part of its depths, and how fast.

    The kinds, in the order in which they are tried: ``zero`` (no positive value), ``oscillating`` (steps
    change sign), ``plateau`` (v = p + c·r^k through three equally spaced depths has p above nine tenths of
    the last value), ``growing``, ``algebraic`` (v ~ depth^exponent fits at least five times better than
    v ~ rate^depth) and ``exponential``.

    Parameters
    ----------
    curve : Curve
        Its ``floor`` is respected: values from the first one at the floor on are never used.
    tail : float
        Share of the usable depths that is fitted, the last ones.

    Returns
    -------
    RateFit
        Kind ``undetermined`` where fewer than five usable depths remain.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> print(fit_rate(Curve.points("energy", np.arange(20), 0.5 ** np.arange(20))))
    exponential: a factor 0.5 per depth (depths 10 to 19)
    >>> print(fit_rate(Curve.points("energy", np.arange(1, 65), np.arange(1.0, 65.0) ** -2)))
    algebraic: like depth^-2 (depths 33 to 64)
    """
    values = curve.value
    floor = np.broadcast_to(np.asarray(curve.floor, dtype=np.float64), values.shape)
    usable = np.isfinite(values) & (values > np.maximum(floor, SMALLEST))
    end = len(values) if usable.all() else int(np.argmin(usable))
    if not end and np.all(values[np.isfinite(values)] <= floor[np.isfinite(values)]):
        return RateFit("zero", None, None, None, None, None, "zero at every depth: nothing there to decay")
    if _blinks(usable[end:]):
        level = float(np.median(values[usable]))
        sentence = f"oscillating between 0 and about {level:.4g}"
        return RateFit("oscillating", None, None, level, end, int(curve.depths[-1]), sentence)
    start = max(min(int(end * (1.0 - tail)), end - FEWEST), 0)
    x, v = curve.depths[start:end].astype(np.float64), values[start:end]
    if len(x) < FEWEST:
        return RateFit("undetermined", None, None, None, None, None, "too few depths above the floor to fit")
    return _classify(x, v, float(values[0]))


def _classify(x: FloatArray, v: FloatArray, start: float) -> RateFit:
    first, last = int(x[0]), int(x[-1])
    span = f"(depths {first} to {last})"
    steps = np.diff(np.log(v))
    if _alternates(steps):
        middle = float(np.exp(np.mean(np.log(v))))
        return RateFit(
            "oscillating", None, None, middle, first, last, f"oscillating around {middle:.4g} {span}"
        )
    settled = _plateau(x, v, start)
    if settled is not None:
        level = settled * float(v[-1])
        return RateFit("plateau", None, None, level, first, last, f"plateau at {level:.4g} {span}")
    slope, off_exponential = _line(x, np.log(v))
    rate = float(np.exp(slope))
    if slope > 0:
        return RateFit(
            "growing", rate, None, None, first, last, f"growing by a factor {rate:.6g} per depth {span}"
        )
    if x[0] > 0:
        # Depths counted from 0 or from 1: a mean over k + 1 states falls like a power of k + 1.
        power, off_algebraic = min(
            (_line(np.log(x + shift), np.log(v)) for shift in (0, 1)), key=lambda f: f[1]
        )
        if off_algebraic < 0.2 * off_exponential:
            return RateFit(
                "algebraic", None, power, None, first, last, f"algebraic: like depth^{power:.3g} {span}"
            )
    return RateFit(
        "exponential", rate, None, None, first, last, f"exponential: a factor {rate:.6g} per depth {span}"
    )


def _blinks(usable: np.ndarray) -> bool:
    """Whether values vanish and come back at nearly every other depth."""
    return len(usable) >= FEWEST and bool(np.mean(usable[1:] != usable[:-1]) > 0.8)


def _alternates(steps: FloatArray) -> bool:
    big = np.abs(steps) > 1e-9
    turns = steps[1:] * steps[:-1] < 0
    return bool(big.mean() > 0.8 and turns.mean() > 0.8)


def _plateau(x: FloatArray, v: FloatArray, start: float) -> float | None:
    """Level p of v = p + c·r^k, as a share of the last value, where the curve has settled; else None.

    Settled: p is within a tenth of the last value, what remains to it is at most a tenth of the way that
    the curve has come, and the second half of the depths gives the same p; slow decay alone is no plateau.
    """
    v, start = v / v[-1], start / v[-1]
    if float(np.ptp(v)) <= 1e-9:
        return 1.0
    level, later = _limit_of(x, v), _limit_of(x[len(x) // 2 :], v[len(x) // 2 :])
    if level is None or later is None or not 0.9 < level < 1.0 / 0.9:
        return None
    remains = abs(1.0 - level)
    settled = remains <= 0.1 * abs(start - 1.0) and abs(later - level) <= max(0.35 * remains, 1e-4)
    return level if settled else None


def _limit_of(x: FloatArray, v: FloatArray) -> float | None:
    """Limit of p + c·r^k through the first, middle and last depth; the last value is one."""
    v0, v1 = float(v[0]), float(np.interp(0.5 * (x[0] + x[-1]), x, v))
    first, second = v1 - v0, 1.0 - v1
    if max(abs(first), abs(second)) <= 1e-9:
        return 1.0
    if first == 0 or not 0.0 < second / first < 1.0 or abs(second - first) <= 1e-12:
        return None
    return (v0 - v1**2) / (second - first)


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope of the least-squares line and its root mean square residual."""
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    residual = y - y.mean() - slope * centred
    return slope, float(np.sqrt(np.mean(residual**2)))
