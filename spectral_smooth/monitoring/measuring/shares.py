"""Distances as shares of a size, from their squares."""

from __future__ import annotations

import math

from spectral_smooth.graphs.arrays import FloatArray


def root_share(part: float, whole: float) -> float:
    """Return √(part/whole), at most 1; 0 where there is nothing.

    Examples
    --------
    >>> root_share(1.0, 4.0), root_share(1.0, 0.0)
    (0.5, 0.0)
    """
    return math.sqrt(min(float(part) / float(whole), 1.0)) if whole > 0 else 0.0


def root_shares(parts: FloatArray, wholes: FloatArray) -> tuple[float, ...]:
    """Return the same of several."""
    return tuple(root_share(p, w) for p, w in zip(parts, wholes, strict=True))
