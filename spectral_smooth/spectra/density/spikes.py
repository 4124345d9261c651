"""Spikes: eigenvalues whose multiplicity is known exactly, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray

FIXED = "fixed space"
ALTERNATING = "alternating space"
SILENT = "nodes without edges"
TWINS = "twin nodes"
SMALL = "small components"
# Closer than this two computed eigenvalues are one.
SAME = 1e-9


@dataclass(frozen=True)
class Spike:
    """An atom that is known in closed form or by dense algebra on a small part.

    Attributes
    ----------
    value : float
        The eigenvalue μ.
    mass : float
        How many times it occurs, a whole number; of a signal, the squared norm on it.
    why : str
        Such as ``fixed space`` or ``twin nodes``.

    Examples
    --------
    >>> print(Spike(0.0, 19.0, "twin nodes"))
    19 × μ = 0 (twin nodes)
    """

    value: float
    mass: float
    why: str

    def __str__(self) -> str:
        return f"{self.mass:,.6g} × μ = {self.value:.6g} ({self.why})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Spike:
        """Read what `to_dict` wrote."""
        return cls(**data)


def merged(values: FloatArray, masses: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return distinct values, ascending, with their masses added: values within `SAME` of the one before are one.

    Examples
    --------
    >>> [part.tolist() for part in merged(np.array([0.5, 0.0, 0.5]), np.ones(3))]
    [[0.0, 0.5], [1.0, 2.0]]
    """
    order = np.argsort(values, kind="stable")
    values, masses = np.asarray(values)[order], np.asarray(masses, dtype=np.float64)[order]
    if not len(values):
        return values, masses
    starts = np.flatnonzero(np.diff(values, prepend=-np.inf) > SAME)
    sums = np.add.reduceat(masses, starts)
    means = np.add.reduceat(values * masses, starts) / np.where(sums > 0, sums, 1.0)
    return np.where(sums > 0, means, values[starts]) + 0.0, sums


def spikes_of(values: FloatArray, masses: FloatArray, why: str) -> tuple[Spike, ...]:
    """Return one spike for each distinct value, largest value first."""
    found = merged(values, masses)
    return tuple(Spike(float(v), float(m), why) for v, m in zip(*found, strict=True))[::-1]
