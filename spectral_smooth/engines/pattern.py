"""What a sweep reads of an operator: the graph's arrays, degrees and loops, in the graph's order or another."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from spectral_smooth.engines.row_classes import RowClasses
from spectral_smooth.engines.schedule import Schedule
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, frozen
from spectral_smooth.operators.operator import Operator, degree_power

SMALLEST, LARGEST = 1e-18, 1e18
# Short stretches of the entries that tell whether neighbours lie together.
STRETCHES, STRETCH = 64, 256


@dataclass(frozen=True, eq=False)
class Pattern:
    """The arrays of an operator as kernels want them; nothing is copied but what has another type.

    Attributes
    ----------
    indptr, indices, weights : as in `Graph`
    loops : float array, shape (num_nodes,) or (1,)
        Added loops; one number where all nodes have the same.
    degrees : float array, shape (num_nodes,)
        d̃.
    classes : RowClasses
        Without those of one node.
    order : int array, shape (num_nodes,), or None
        Node at each position; None where that is the graph's own order.
    """

    indptr: IntArray
    indices: IntArray
    weights: FloatArray | None
    loops: FloatArray
    degrees: FloatArray
    classes: RowClasses
    order: IntArray | None = None
    _converted: dict[tuple[str, str], FloatArray] = field(default_factory=dict, repr=False)
    _scattered: dict[int, float] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, operator: Operator) -> Pattern:
        """Return the operator's arrays in the graph's own order."""
        graph = operator.graph
        loops = np.array([operator.loops]) if isinstance(operator.loops, float) else operator.loop_weights
        return cls(
            graph.indptr,
            graph.indices,
            graph.weights,
            frozen(loops),
            operator.degrees,
            RowClasses.of(operator.fixed_space, singles=False),
        )

    @property
    def rows(self) -> int:
        """Number of nodes."""
        return len(self.degrees)

    @cached_property
    def scale(self) -> FloatArray:
        """D̃^(-1/2), zero where d̃ = 0; steps of a walk do without it."""
        return frozen(degree_power(self.degrees, -0.5))

    @cached_property
    def schedule(self) -> Schedule:
        """Chunks of rows."""
        return Schedule(self.indptr)

    def scattered(self, block: int) -> float:
        """Return how many blocks of so many rows an entry of short stretches reads: 1 if neighbours are far apart."""
        if block not in self._scattered:
            length = min(STRETCH, len(self.indices))
            if not length:
                return 0.0
            starts = np.linspace(0, len(self.indices) - length, STRETCHES).astype(np.int64)
            read = np.sort(self.indices[starts[:, None] + np.arange(length)] // block, axis=1)
            changes = np.count_nonzero(np.diff(read, axis=1)) + STRETCHES
            self._scattered[block] = float(changes / (STRETCHES * length))
        return self._scattered[block]

    def reordered(self, order: IntArray) -> Pattern:
        """Return the same operator with the node ``order[p]`` at position p."""
        from spectral_smooth.engines.order.permute import permute_pattern

        indptr, indices, weights = permute_pattern(self.indptr, self.indices, self.weights, order)
        return Pattern(
            frozen(indptr),
            frozen(indices),
            None if weights is None else frozen(weights),
            self.loops if len(self.loops) == 1 else frozen(self.loops[order]),
            frozen(self.degrees[order]),
            self.classes.reordered(order),
            frozen(order),
        )

    def check_range(self, dtype: np.dtype[Any]) -> None:
        """Refuse weights whose products with features leave the range of float32.

        Raises
        ------
        InputError
            If blocks are not float64 and a weight or degree is beyond 1e±18.
        """
        low, high = self._lowest_and_highest
        if dtype == np.float64 or (low >= SMALLEST and high <= LARGEST):
            return
        raise InputError(
            f"weights and degrees lie between {low:.3g} and {high:.3g}; float32 needs them between {SMALLEST:g} and "
            f"{LARGEST:g}: use float64, or rescale the weights and loops (nothing that matters here depends on it)"
        )

    @cached_property
    def _lowest_and_highest(self) -> tuple[float, float]:
        positive = self.degrees[self.degrees > 0]
        low, high = float(positive.min(initial=1.0)), float(positive.max(initial=1.0))
        if self.weights is not None:
            low = min(low, float(self.weights.min(initial=1.0)))
        return low, high

    def weights_as(self, dtype: np.dtype[np.floating]) -> FloatArray | None:
        """Return the weights in the type of a block: half the bytes to read where that is float32."""
        return None if self.weights is None else self._as("weights", self.weights, dtype)

    def scale_as(self, dtype: np.dtype[np.floating]) -> FloatArray:
        """Return D̃^(-1/2) in the type of a block."""
        return self._as("scale", self.scale, dtype)

    def _as(self, name: str, values: FloatArray, dtype: np.dtype[np.floating]) -> FloatArray:
        if values.dtype == dtype:
            return values
        key = name, dtype.name
        if key not in self._converted:
            self._converted[key] = frozen(values.astype(dtype))
        return self._converted[key]
