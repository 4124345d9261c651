"""safe_depth(): the largest depth at which every limit holds, as an interval with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.trajectory import Trajectory

ROUNDOFF = {"float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
BINDING_SHARE = 0.05
SHOWN_COMPONENTS = 8
NOTHING = "There is nothing to smooth: the features already lie in the fixed space of the operator."


@dataclass(frozen=True)
class Limit:
    """One limit on depth: a threshold on a curve, and where that curve crosses it.

    Attributes
    ----------
    kind : str
        ``collapse`` or ``resolution:float32`` / ``resolution:bfloat16`` / ``resolution:float16``.
    threshold : float
        The curve must stay at or above it.
    component : int or None
        Row group the limit belongs to; None is the whole graph.
    at_least : int or None
        Last depth before the lower curve first falls below the threshold; None if it never does
        within the horizon. −1 if it is below at depth 0 already.
    at_most : int or None
        First depth from which the upper curve stays below the threshold; None if never.
    measured : int or None
        Last depth before the measured curve first falls below the threshold; None if it does not
        within the measured depths.
    binding : bool
        Whether the limit counts for the safe depth; limits of small components are shown only.
    sentence : str
        The limit in words.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> limit = ss.safe_depth(ss.predict(op, np.eye(34), 256), precisions=()).limits[0]
    >>> limit.sentence
    'less than 1 % of the signal still tells nodes apart from depth 42 on'
    """

    kind: str
    threshold: float
    component: int | None
    at_least: int | None
    at_most: int | None
    measured: int | None
    binding: bool
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return the limit as plain JSON types."""
        return dict(vars(self))


@dataclass(frozen=True)
class SafeDepth:
    """The largest depth at which every limit holds, as an interval.

    This is not the depth of best accuracy; it is the depth at which nodes can no longer be told apart.

    Attributes
    ----------
    at_least, at_most : int or None
        Smallest of the limits' values; None if no limit is reached within the horizon.
    horizon : int
        Largest depth that was looked at.
    limits : tuple of Limit
        Empty where there is nothing to smooth.
    source : str
        Source of the curves behind it (``exact``, ``bracket``, ``estimate``).
    sentence : str

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> print(ss.safe_depth(ss.predict(op, np.ones((34, 1)) * np.sqrt(op.degrees)[:, None], 8)))
    There is nothing to smooth: the features already lie in the fixed space of the operator.
    """

    at_least: int | None
    at_most: int | None
    horizon: int
    limits: tuple[Limit, ...]
    source: str
    sentence: str

    @property
    def nothing_to_smooth(self) -> bool:
        """Whether the features have no part off the fixed space, at any depth."""
        return not self.limits

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return the interval and its limits as plain JSON types."""
        return {**vars(self), "limits": [limit.to_dict() for limit in self.limits]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SafeDepth:
        """Read what `to_dict` wrote."""
        return cls(**{**data, "limits": tuple(Limit(**limit) for limit in data["limits"])})


def safe_depth(
    predicted: Trajectory,
    measured: Trajectory | None = None,
    *,
    collapse: float = 1e-2,
    precisions: Sequence[str] = ("float32", "bfloat16", "float16"),
    component_shares: FloatArray | None = None,
) -> SafeDepth:
    """Find the largest depth at which every limit holds.

    ``at_least`` is the last depth before the lower curve first falls below the threshold, ``at_most`` the
    first depth from which the upper curve stays below it. The limits are on the curve
    c(k) = dev(X_k)/‖X_k‖ in the coordinates of the core: collapse (c < ``collapse``), on the whole graph
    and per component, and resolution: c below the unit roundoff of a number format, so that a plain forward
    pass in it cannot tell nodes apart. Absolute energy is never a limit.

    Parameters
    ----------
    predicted : Trajectory
        With ``collapse`` at depths 0 to the horizon.
    measured : Trajectory, optional
        Its crossings are reported beside the interval.
    collapse : float
        Threshold of the collapse limit.
    precisions : sequence of str
        Formats whose resolution is a limit, among float32, bfloat16, float16.
    component_shares : float array, optional
        Share of the nodes that the largest component of each row group holds. Those with at least
        `BINDING_SHARE` of the nodes bind; smaller ones (two connected nodes collapse at once), and the pooled
        rest of many small ones, are shown only.

    Returns
    -------
    SafeDepth

    Raises
    ------
    UsageError
        If the threshold is not between 0 and 1, a precision is unknown, or ``predicted`` has no collapse
        curve.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = safe_depth(ss.predict(ss.gcn(ss.load("karate").graph), np.eye(34), 256))
    >>> found.at_least, found.at_most
    (41, 42)
    """
    if not 0.0 < collapse < 1.0:
        raise UsageError(f"the collapse threshold must lie between 0 and 1, got {collapse}")
    unknown = [p for p in precisions if p not in ROUNDOFF]
    if unknown:
        raise UsageError(f"unknown precision {unknown[0]!r}; there are: {', '.join(ROUNDOFF)}")
    curve = predicted.curve("collapse")
    if np.all(curve.upper == 0):
        return SafeDepth(None, None, int(curve.depths[-1]), (), curve.source, NOTHING)
    seen = measured.curve("collapse") if measured is not None and measured.has("collapse") else None
    limits = [_limit("collapse", collapse, curve, seen, None, binding=True)]
    limits += _component_limits(predicted, measured, collapse, component_shares, limits[0])
    limits += [
        _limit(f"resolution:{name}", ROUNDOFF[name], curve, seen, None, binding=True) for name in precisions
    ]
    horizon = int(curve.depths[-1])
    binding = [limit for limit in limits if limit.binding]
    at_least = min((x.at_least for x in binding if x.at_least is not None), default=None)
    at_most = min((x.at_most for x in binding if x.at_most is not None), default=None)
    sentence = _sentence(at_least, at_most, horizon, binding)
    return SafeDepth(at_least, at_most, horizon, tuple(limits), curve.source, sentence)


def crossing(curve: Curve, threshold: float) -> tuple[int | None, int | None]:
    """Return (at_least, at_most) for one threshold: see `safe_depth`.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> falling = Curve("c", np.arange(5), 0.5 ** np.arange(1, 6), 0.5 ** np.arange(5), "bracket")
    >>> crossing(falling, 0.2)
    (1, 3)
    """
    below = ~(curve.lower >= threshold)  # NaN is not above anything
    first = int(np.argmax(below)) if below.any() else None
    at_least = None if first is None else (-1 if first == 0 else int(curve.depths[first - 1]))
    stays = np.flip(np.logical_and.accumulate(np.flip(curve.upper < threshold)))
    at_most = int(curve.depths[np.argmax(stays)]) if stays.any() else None
    return at_least, at_most


def _limit(
    kind: str, threshold: float, curve: Curve, seen: Curve | None, component: int | None, *, binding: bool
) -> Limit:
    at_least, at_most = crossing(curve, threshold)
    measured = None if seen is None else crossing(seen, threshold)[0]
    sentence = _limit_sentence(kind, threshold, at_least, at_most, int(curve.depths[-1]))
    where = "" if component is None else f"component {component}: "
    return Limit(kind, threshold, component, at_least, at_most, measured, binding, where + sentence)


def _component_limits(
    predicted: Trajectory,
    measured: Trajectory | None,
    threshold: float,
    shares: FloatArray | None,
    whole: Limit,
) -> list[Limit]:
    limits = []
    for curve in predicted.curves:
        if curve.name != "collapse" or curve.component is None:
            continue
        group = curve.component
        has = measured is not None and measured.has("collapse", group)
        seen = measured.curve("collapse", group) if measured is not None and has else None
        binding = shares is not None and bool(shares[group] >= BINDING_SHARE)
        limit = _limit("collapse", threshold, curve, seen, group, binding=binding)
        if binding or (limit.at_least, limit.at_most) != (whole.at_least, whole.at_most):
            limits.append(limit)
    shown = [limit for limit in limits if not limit.binding][:SHOWN_COMPONENTS]
    return [limit for limit in limits if limit.binding or limit in shown]


def _limit_sentence(
    kind: str, threshold: float, at_least: int | None, at_most: int | None, horizon: int
) -> str:
    if kind == "collapse":
        what = f"less than {100 * threshold:.3g} % of the signal still tells nodes apart"
    else:
        what = f"{kind.split(':')[1]} can no longer resolve what tells nodes apart"
    if at_least == -1:
        return f"{what} at depth 0 already"
    if at_least is None:
        return f"{what}: not within {horizon:,} layers"
    if at_most is None:
        return f"{what} from some depth after {at_least:,} on; by which depth is not decided within {horizon:,} layers"
    return f"{what} {_from(at_least, at_most)}"


def _from(at_least: int, at_most: int) -> str:
    return (
        f"from depth {at_most:,} on"
        if at_most == at_least + 1
        else f"from a depth between {at_least + 1:,} and {at_most:,} on"
    )


def _sentence(at_least: int | None, at_most: int | None, horizon: int, binding: Sequence[Limit]) -> str:
    if at_least is None:
        return f"No limit is reached within {horizon:,} layers: nodes can be told apart at every depth up to there."
    reason = next(limit for limit in binding if limit.at_least == at_least)
    tail = "This is where nodes can no longer be told apart, not where accuracy is best."
    if at_least == -1:
        return f"No depth is safe: {reason.sentence}. {tail}"
    upper = f"at most {at_most:,}" if at_most is not None else f"undecided up to {horizon:,}"
    if at_most is not None and at_most == at_least + 1:
        return f"Safe depth {at_least:,}: {reason.sentence}. {tail}"
    return f"Safe depth at least {at_least:,}, {upper}: {reason.sentence}. {tail}"
