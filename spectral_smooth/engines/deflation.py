"""A signal split into its parts in the known spaces, as numbers, and the rest, as a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import BoolArray, FloatArray

EPS = float(np.finfo(np.float64).eps)
# A product that is smaller than so many eps of its terms is nothing but their rounding.
PRODUCT_NOISE = 32.0


@dataclass(frozen=True, eq=False)
class Deflated:
    """A block in core coordinates without its parts in the fixed and the alternating space.

    Attributes
    ----------
    rest : float array, shape (num_nodes, columns)
        What is left; zero in row groups where that is nothing but rounding.
    coefficients : float array, shape (dimension + alternating_dimension, columns)
        Coefficients of the known vectors.
    fixed, alternating, mass : float array, shape (num_groups,)
        Squared norms of the three parts.
    """

    rest: FloatArray
    coefficients: FloatArray
    fixed: FloatArray
    alternating: FloatArray
    mass: FloatArray


def deflate(bound: BoundOperator, core: FloatArray) -> Deflated:
    """Split a float64 block, in place; twice projected, for the rounding of the first pass."""
    space = bound.operator.fixed_space
    coefficients = space.coefficients(core)
    fixed, alternating = space.group_mass(coefficients)
    bound.project_out(core)
    bound.project_out(core)
    left = bound.inner(core, core)
    # What remains of a group that lies in the known spaces is rounding: nothing to smooth.
    noise = (8.0 * EPS) ** 2 * bound.operator.graph.num_nodes * (fixed + alternating)
    mass = np.where(left > noise, left, 0.0)
    if np.any(left != mass):
        bound.scale_rows(core, np.where(left > noise, 1.0, 0.0))
    return Deflated(core, coefficients, fixed, alternating, mass)


def silence_noise(
    bound: BoundOperator, state: FloatArray, norms: FloatArray, before: FloatArray
) -> BoolArray:
    """Set row groups to zero that one product left smaller than the rounding of its terms; return which.

    ``norms`` are the groups' norms now, ``before`` those one product earlier.
    """
    noise: BoolArray = (norms > 0) & (norms < PRODUCT_NOISE * float(np.finfo(state.dtype).eps) * before)
    if np.any(noise):
        bound.scale_rows(state, np.where(noise, 0.0, 1.0))
    return noise
