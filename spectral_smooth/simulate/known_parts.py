"""The parts of a propagation that are known in closed form: in the fixed and in the alternating space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import Deflated
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.quadratic import Parts
from spectral_smooth.operators.fixed_space import FixedSpace
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule


@dataclass(frozen=True, eq=False)
class KnownParts:
    """Coefficients on the known vectors at depth 0, and the factors h_k(1), h_k(−1) on them at every depth.

    Attributes
    ----------
    space : FixedSpace
    coefficients : float array, shape (dimension + alternating_dimension, columns)
    fixed, alternating : float array, shape (num_groups,)
        Their squares per row group.
    squares, factors : float array, shape (depths, 2)
        Factors on squares, and on the coefficients themselves.
    """

    space: FixedSpace
    coefficients: FloatArray
    fixed: FloatArray
    alternating: FloatArray
    squares: FloatArray
    factors: FloatArray

    @classmethod
    def of(cls, space: FixedSpace, signal: Deflated, rule: Rule, depth: int) -> KnownParts:
        """Follow the known parts of a signal to a depth."""
        depths, ends = np.arange(depth + 1), np.array([1.0, -1.0])
        squares = rule.gains(ends, depths)
        additive = isinstance(rule.readout, Concat)
        factors = np.sqrt(squares) if additive else rule.responses(ends, depths)
        return cls(space, signal.coefficients, signal.fixed, signal.alternating, squares, factors)

    def added(self, rest: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates: ``rest`` and the known parts at a depth."""
        factors = np.full(len(self.coefficients), self.factors[depth, 0])
        factors[self.space.dimension :] = self.factors[depth, 1]
        return np.asarray(rest + self.space.expand(self.coefficients * factors[:, None]))

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from deviation² and energy of the rest, shape (depths, 2, groups)."""
        fixed = np.outer(self.fixed, self.squares[:, 0])
        swing = np.outer(self.alternating, self.squares[:, 1])
        return Parts(parts[:, 0].T + swing, parts[:, 1].T + 2.0 * swing, fixed)
