"""Quadratic measures: functions of S in the coordinates Y = T X, measured and predicted alike.

Each is made of three parts per row group: deviation², the core's energy, and the squared norm of the
part in the fixed space. The same code turns parts into curves whether they were measured or enclosed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve, Source

# Sums of squares below this are made of numbers that have lost digits, or all of them.
UNDERFLOW = 1e-290


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of the quadratic measures per row group and depth, each of shape (groups, depths).

    Attributes
    ----------
    deviation2 : squared distance of Y to the fixed space (the alternating space counts as deviation)
    energy : ½ Σ_ij Ã_ij ‖y_i/√d̃_i − y_j/√d̃_j‖²
    fixed2 : squared norm of the part in the fixed space
    """

    deviation2: FloatArray
    energy: FloatArray
    fixed2: FloatArray

    def total(self) -> Parts:
        """Add all groups up: shape (1, depths)."""
        return Parts(*(np.sum(part, axis=0, keepdims=True) for part in vars(self).values()))

    def added(self, other: Parts) -> Parts:
        """Return the parts of two blocks of columns side by side."""
        return Parts(
            self.deviation2 + other.deviation2, self.energy + other.energy, self.fixed2 + other.fixed2
        )

    def group(self, index: int) -> Parts:
        """Return the parts of one group: shape (1, depths)."""
        return Parts(*(part[index : index + 1] for part in vars(self).values()))

    def lowered(self, slack: FloatArray) -> Parts:
        """Return lower sides: divided by one slack per depth, and zero where squares underflow."""
        return Parts(*(np.where(part < UNDERFLOW, 0.0, part / slack) for part in vars(self).values()))

    def raised(self, slack: FloatArray) -> Parts:
        """Return upper sides: multiplied by one slack per depth, and not so small that squares lose digits."""
        return Parts(
            *(np.where(part > 0, np.maximum(part * slack, UNDERFLOW), part) for part in vars(self).values())
        )

    @classmethod
    def estimate(cls, lows: Sequence[Parts], highs: Sequence[Parts], errors: float) -> tuple[Parts, Parts]:
        """Average batches and widen by ``errors`` standard errors of the mean, never below zero."""
        sides = []
        for batch, sign in ((lows, -1.0), (highs, 1.0)):
            parts = []
            for name in ("deviation2", "energy", "fixed2"):
                stack = np.stack([getattr(b, name) for b in batch])
                error = stack.std(axis=0, ddof=1) / np.sqrt(len(batch)) if len(batch) > 1 else stack[0]
                parts.append(np.maximum(stack.mean(axis=0) + sign * errors * error, 0.0))
            sides.append(cls(*parts))
        return sides[0], sides[1]


def _energy(low: Parts, high: Parts) -> tuple[FloatArray, FloatArray]:
    return low.energy, high.energy


def _deviation(low: Parts, high: Parts) -> tuple[FloatArray, FloatArray]:
    return np.sqrt(low.deviation2), np.sqrt(high.deviation2)


def _norm(low: Parts, high: Parts) -> tuple[FloatArray, FloatArray]:
    return np.sqrt(low.deviation2 + low.fixed2), np.sqrt(high.deviation2 + high.fixed2)


def _collapse(low: Parts, high: Parts) -> tuple[FloatArray, FloatArray]:
    # dev²/(dev² + fixed²) rises with dev² and falls with fixed².
    lower = _ratio(low.deviation2, low.deviation2 + high.fixed2)
    upper = _ratio(high.deviation2, high.deviation2 + low.fixed2)
    # inf/inf is a side that is not known
    return np.sqrt(np.nan_to_num(lower, nan=0.0)), np.sqrt(np.nan_to_num(np.minimum(upper, 1.0), nan=1.0))


def _rayleigh(low: Parts, high: Parts) -> tuple[FloatArray, FloatArray]:
    lower = _ratio(low.energy, high.deviation2 + high.fixed2)
    upper = _ratio(high.energy, low.deviation2 + low.fixed2)
    # μ ≥ −1, so no Rayleigh quotient of I − S exceeds two.
    return np.nan_to_num(lower, nan=0.0), np.nan_to_num(np.minimum(upper, 2.0), nan=2.0)


_FUNCTIONS: dict[str, Callable[[Parts, Parts], tuple[FloatArray, FloatArray]]] = {
    "energy": _energy,
    "deviation": _deviation,
    "norm": _norm,
    "collapse": _collapse,
    "rayleigh_quotient": _rayleigh,
}
QUADRATIC = tuple(_FUNCTIONS)
SCALE_FREE = ("collapse", "rayleigh_quotient")


def quadratic_curves(
    low: Parts,
    high: Parts,
    depths: IntArray,
    source: Source,
    names: Sequence[str] = QUADRATIC,
    *,
    note: str = "",
    floor: FloatArray | float = 0.0,
) -> list[Curve]:
    """Turn parts into curves of the whole graph, and of ``collapse`` per row group where there are several.

    Names
    -----
    energy
        ½ Σ_ij Ã_ij ‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²: weight 1 − μ.
    deviation
        Distance of T X to the fixed space (weight 1, square root taken).
    norm
        ‖T X‖_F.
    collapse
        deviation / norm, between 0 and 1; also per row group.
    rayleigh_quotient
        energy / norm².

    Raises
    ------
    UsageError
        If a name is not a quadratic measure.
    """
    unknown = [name for name in names if name not in _FUNCTIONS]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not a quadratic measure; there are: {', '.join(QUADRATIC)}")
    curves = []
    total = low.total(), high.total()
    for name in names:
        lower, upper = _FUNCTIONS[name](*total)
        text = "" if name in SCALE_FREE else note
        at = floor if name in ("deviation", "collapse") else 0.0
        curves.append(Curve(name, depths, lower[0], upper[0], source, note=text, floor=at))
    groups = len(low.deviation2)
    if "collapse" in names and groups > 1:
        for group in range(groups):
            if not np.any(high.group(group).deviation2[:, 0] > 0):
                continue
            lower, upper = _collapse(low.group(group), high.group(group))
            curves.append(Curve("collapse", depths, lower[0], upper[0], source, component=group))
    return curves


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; 0/0 is 0 (nothing there), and a positive part of a norm that underflowed is infinite."""
    empty = np.where(top > 0, np.inf, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.divide(top, bottom, out=empty, where=bottom > 0))
