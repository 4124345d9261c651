"""How features get into the block of a run: split off the known spaces, a few columns at a time if they are many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import Deflated, deflate
from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import FloatArray

# Values of a float64 panel: 128 MiB.
PANEL_VALUES = 1 << 24


@dataclass(frozen=True, eq=False)
class Entering:
    """Features on their way into core coordinates.

    Attributes
    ----------
    bound : BoundOperator
    features : float array or sparse matrix, shape (num_nodes, columns)
    """

    bound: BoundOperator
    features: FloatArray

    @property
    def columns(self) -> int:
        """Number of features."""
        return int(self.features.shape[1])

    def whole(self) -> FloatArray:
        """Return all of them as one float64 block in core coordinates."""
        return self.bound.operator.enter(self.features)

    def deflated(self, largest: int = PANEL_VALUES) -> Iterator[tuple[slice, Deflated]]:
        """Yield panels of columns off the known spaces, of at most so many values (or one column)."""
        width = max(1, min(self.columns, largest // max(self.features.shape[0], 1)))
        for low in range(0, max(self.columns, 1), width):
            panel = slice(low, low + width)
            yield panel, deflate(self.bound, self.bound.operator.enter(self.features[:, panel]))

    def summary(self, panels: Iterator[tuple[slice, Deflated]]) -> Deflated:
        """Return the parts in the known spaces and the mass of all panels together; the rest is left out."""
        found = [(one.coefficients, one.fixed, one.alternating, one.mass) for _, one in panels]
        coefficients, fixed, alternating, mass = zip(*found, strict=True)
        return Deflated(
            np.zeros((0, 0)),
            np.hstack(coefficients),
            np.sum(fixed, axis=0),
            np.sum(alternating, axis=0),
            np.sum(mass, axis=0),
        )
