"""compare(): whether the measured curve lies in the predicted one, and why rates differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.depth.rate import SMALLEST, RateFit, fit_rate
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve


@dataclass(frozen=True)
class Comparison:
    """A predicted curve against the measured one.

    Attributes
    ----------
    name : str
        Measure that was compared.
    component : int or None
    contained : bool
        Whether the measured values lie within the predicted sides at every common depth.
    largest_relative_difference : float
        Largest distance of the measurement from the predicted value, relative to the measurement.
    at_depth : int or None
        Where that is.
    predicted_rate : float or None
        Asymptotic factor per depth that the spectrum allows for this measure.
    fitted : RateFit
        What the measured curve does over the depths seen.
    reasons : tuple of str
        Why both differ: pre-asymptotic, floor, oscillation, components.

    Examples
    --------
    >>> from spectral_smooth.measures.curve import Curve
    >>> measured = Curve.points("energy", np.arange(9), 0.5 ** np.arange(9))
    >>> predicted = Curve("energy", measured.depths, 0.9 * measured.value, 1.1 * measured.value, "bracket")
    >>> found = compare(predicted, measured)
    >>> found.contained, Comparison.from_dict(found.to_dict()) == found
    (True, True)
    """

    name: str
    component: int | None
    contained: bool
    largest_relative_difference: float
    at_depth: int | None
    predicted_rate: float | None
    fitted: RateFit
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON types."""
        return {**vars(self), "fitted": self.fitted.to_dict(), "reasons": list(self.reasons)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Comparison:
        """Read what `to_dict` wrote."""
        return cls(**{**data, "fitted": RateFit(**data["fitted"]), "reasons": tuple(data["reasons"])})


def compare(
    predicted: Curve,
    measured: Curve,
    *,
    asymptotic_rate: float | None = None,
    components: int = 1,
    alternating: int = 0,
    tolerance: float = 0.0,
) -> Comparison:
    """Hold a measured curve against the predicted one at their common depths.

    Parameters
    ----------
    predicted, measured : Curve
        Of the same measure.
    asymptotic_rate : float, optional
        Factor per depth that the spectrum allows in the long run; see `spectral_smooth.depth.asymptotic`.
        None where there is no such factor or it is not known; nothing is guessed from a bracket.
    components, alternating : int
        Dimensions of the fixed and the alternating space, for the reasons.
    tolerance : float
        Relative slack on both sides beyond the rounding that the prediction states; use it for
        measurements in less than float64.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        If the measures differ or have no common depth.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> predicted, measured = ss.predict(op, np.eye(34), 64), ss.propagate(op, np.eye(34), 64)
    >>> found = compare(predicted.curve("energy"), measured.curve("energy"))
    >>> found.contained, found.largest_relative_difference < 1e-9, round(found.fitted.rate, 6)
    (True, True, 0.803068)
    """
    if predicted.name != measured.name:
        raise UsageError(f"cannot compare predicted {predicted.name} with measured {measured.name}")
    common, at_predicted, at_measured = np.intersect1d(predicted.depths, measured.depths, return_indices=True)
    if not len(common):
        raise UsageError(f"predicted and measured {predicted.name} have no common depth")
    low, high = predicted.lower[at_predicted], predicted.upper[at_predicted]
    middle = predicted.value[at_predicted]
    seen_low, seen_high = measured.lower[at_measured], measured.upper[at_measured]
    # Measured values at their floor say nothing about the prediction but an upper bound of it.
    floor = np.broadcast_to(np.asarray(measured.floor, dtype=np.float64), measured.lower.shape)[at_measured]
    above = seen_high > np.maximum(floor, SMALLEST)
    inside = (seen_high >= low * (1.0 - tolerance)) & (seen_low <= high * (1.0 + tolerance))
    seen = measured.value[at_measured]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(seen == middle, 0.0, np.abs(seen - middle) / np.abs(seen))
    distance = np.where(above & np.isfinite(distance), distance, 0.0)
    worst = int(np.argmax(distance))
    fitted = fit_rate(measured)
    return Comparison(
        name=measured.name,
        component=measured.component,
        contained=bool(np.all(inside | ~above)),
        largest_relative_difference=float(distance[worst]),
        at_depth=int(common[worst]),
        predicted_rate=asymptotic_rate,
        fitted=fitted,
        reasons=tuple(_reasons(measured, fitted, asymptotic_rate, components, alternating)),
    )


def _still_early(fitted: RateFit, rate: float) -> bool:
    """Whether the measured curve still falls faster than the slowest mode will."""
    if fitted.kind == "algebraic":
        return True
    return fitted.kind == "exponential" and fitted.rate is not None and fitted.rate < rate * (1.0 - 1e-3)


def _reasons(
    measured: Curve, fitted: RateFit, rate: float | None, components: int, alternating: int
) -> list[str]:
    reasons = []
    if rate is not None and rate > 0 and _still_early(fitted, rate):
        reasons.append(
            f"pre-asymptotic: early decay is faster than the asymptotic factor {rate:.6g}, because the signal "
            f"still has content in faster modes at depth {fitted.last}"
        )
    if fitted.last is not None and fitted.last < measured.depths[-1]:
        reasons.append(f"floor: values beyond depth {fitted.last} are rounding noise and were not fitted")
    if fitted.kind == "oscillating" or alternating:
        reasons.append(
            f"oscillation: {alternating:,} bipartite components without loops keep a part of period two that "
            "never decays"
            if alternating
            else "oscillation: modes with negative eigenvalues change sign at every depth"
        )
    if components > 1 and fitted.kind in ("exponential", "algebraic", "plateau"):
        reasons.append(
            f"components: {components:,} components decay at their own rates; the slowest one rules in the long run"
        )
    return reasons
