"""Whether the size of the values shrinks or grows without end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from spectral_smooth.monitoring.judging.finding import Finding, Kind, finding
from spectral_smooth.monitoring.judging.onset import LayerOnset, onset_of
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers

_DIRECTIONS: tuple[tuple[Kind, float], ...] = (("shrinking norm", -1.0), ("exploding norm", 1.0))


def find_norm_change(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether the size of the values shrinks or grows without end.

    ``rms_l`` is compared with that of the first layer, or of the second where the first has another width: inputs
    are no reference. The factor must be ``limits.norm`` over at least two steps, or ``limits.jump`` at once;
    growth counts only where the values are beyond ``limits.large``. Zeros at the end are dead units.
    """
    while layers and not layers[-1].values["rms"]:
        layers = layers[:-1]
    if not layers:
        return None
    start = 1 if len(layers) > 2 and layers[0].columns != layers[1].columns else 0
    sizes = [layer.values["rms"] for layer in layers]
    for kind, sign in _DIRECTIONS:
        onset = onset_of(partial(_beyond, sizes, start, sign, limits))
        if onset is None:
            continue
        first = _begin(sizes, onset.layer, start, sign)
        moved = LayerOnset(first, onset.earliest, onset.latest, onset.confidence)
        name = layers[first].name
        before = sizes[first - 1] if first else sizes[0]
        ratio = sizes[-1] / before if before > 0 else math.inf
        steps = max(len(layers) - first, 1)
        a_layer = ratio ** (1.0 / steps) if 0 < ratio < math.inf else ratio
        verb = "shrink" if sign < 0 else "grow"
        return finding(
            kind,
            moved,
            len(layers) - 1,
            name,
            "rms",
            sizes[-1],
            before / limits.norm if sign < 0 else before * limits.norm,
            f"the values {verb} from layer {first} ({name}) on, from {before:.2g} to {sizes[-1]:.2g}, by "
            f"{a_layer:.2g} a layer: sizes change, what tells nodes apart does not",
        )
    return None


def _beyond(sizes: list[float], start: int, sign: float, limits: Thresholds, factor: float) -> list[bool]:
    # a larger factor is a more lenient threshold, as everywhere
    norm, jump = limits.norm / factor, limits.jump / factor
    out = [False] * len(sizes)
    single = 1.0
    for index in range(start + 1, len(sizes)):
        change = _change(sizes[start], sizes[index], sign)
        single = max(single, _change(sizes[index - 1], sizes[index], sign))
        # at least two steps: the largest one alone makes up less than the whole change
        out[index] = change >= jump or (change >= norm and single <= change / 1.5)
        if sign > 0:
            out[index] = out[index] and sizes[index] >= limits.large / factor
    return out


def _begin(sizes: list[float], layer: int, start: int, sign: float) -> int:
    """Walk back to where the run began that led to the threshold: each step changes by a tenth or more."""
    first = layer
    while first - 1 > start and _change(sizes[first - 2], sizes[first - 1], sign) >= 1.1:
        first -= 1
    return first


def _change(before: float, after: float, sign: float) -> float:
    """Return the factor of growth, or of shrinking for a negative sign."""
    a, b = (before, after) if sign < 0 else (after, before)
    if b > 0:
        return a / b
    return math.inf if a > 0 else 1.0
