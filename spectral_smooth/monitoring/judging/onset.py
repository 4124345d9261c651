"""Onset: from which layer on a measure stays beyond its threshold, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spectral_smooth.monitoring.judging.thresholds import FACTORS

CLOSE = 1


@dataclass(frozen=True)
class LayerOnset:
    """The layer from which on something holds, to the last layer.

    Attributes
    ----------
    layer : int
        First layer of the unbroken stretch that reaches the end, at the threshold itself.
    earliest, latest : int or None
        The same at the most lenient and the strictest of the thresholds tried; None where it does not hold to the end.
    confidence : float
        Share of the thresholds tried (half to twice) whose onset lies within one layer of ``layer``.

    Examples
    --------
    >>> onset_below([1.0, 0.9, 0.02, 0.01], 0.1)
    LayerOnset(layer=2, earliest=2, latest=2, confidence=1.0)
    """

    layer: int
    earliest: int | None
    latest: int | None
    confidence: float


def onset_below(values: Sequence[float], threshold: float) -> LayerOnset | None:
    """Return from which layer on the values stay at or below a threshold; None if the last one does not.

    Examples
    --------
    >>> onset_below([1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125], 0.1)
    LayerOnset(layer=4, earliest=3, latest=5, confidence=1.0)
    >>> onset_below([1.0, 0.01, 0.9], 0.1) is None
    True
    """
    return onset_from(lambda factor: lasting([v <= threshold * factor for v in values]))


def onset_above(values: Sequence[float], threshold: float) -> LayerOnset | None:
    """Return from which layer on the values stay at or above a threshold; None if the last one does not.

    A threshold on a share is moved as its distance to one: 0.8 is tried from 0.6 to 0.9.

    Examples
    --------
    >>> onset_above([0.1, 0.2, 0.95, 0.99], 0.8)
    LayerOnset(layer=2, earliest=2, latest=2, confidence=1.0)
    """
    return onset_from(lambda factor: lasting([v >= 1.0 - (1.0 - threshold) * factor for v in values]))


def onset_of(flags_at: Callable[[float], list[bool]]) -> LayerOnset | None:
    """Return the onset of a condition whose flags per layer depend on the factor its threshold is moved by."""
    return onset_from(lambda factor: lasting(flags_at(factor)))


def lasting(flags: Sequence[bool]) -> int | None:
    """Return the first index of the unbroken stretch of true flags that ends with the last; None without one.

    Examples
    --------
    >>> lasting([True, False, True, True]), lasting([True, False])
    (2, None)
    """
    first = None
    for index in range(len(flags) - 1, -1, -1):
        if not flags[index]:
            break
        first = index
    return first


def longest_run(flags: Sequence[bool]) -> tuple[int, int] | None:
    """Return first and last index of the longest stretch of true flags, the later one of two; None without one.

    Examples
    --------
    >>> longest_run([True, False, True, True, False]), longest_run([False])
    ((2, 3), None)
    """
    best, first = None, None
    for index, flag in enumerate([*flags, False]):
        if flag and first is None:
            first = index
        elif not flag and first is not None:
            if best is None or index - first >= best[1] - best[0] + 1:
                best = (first, index - 1)
            first = None
    return best


def onset_from(at: Callable[[float], int | None]) -> LayerOnset | None:
    """Return the onset from what each factor of the threshold gives.

    Examples
    --------
    >>> onset_from(lambda factor: 3 if factor > 0.8 else None)
    LayerOnset(layer=3, earliest=3, latest=None, confidence=0.6)
    """
    tried = [at(factor) for factor in FACTORS]
    nominal = tried[FACTORS.index(1.0)]
    if nominal is None:
        return None
    votes = [layer is not None and abs(layer - nominal) <= CLOSE for layer in tried]
    return LayerOnset(nominal, tried[-1], tried[0], sum(votes) / len(votes))
