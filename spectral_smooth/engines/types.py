"""What an engine is: anything that can multiply by S and sum up what falls out of it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from spectral_smooth.engines.order.choose import OrderChoice
from spectral_smooth.engines.walk import Walk
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator


class BoundOperator(Protocol):
    """An operator whose arrays live where the engine computes.

    All blocks are C-ordered, shape (num_nodes, columns), in core coordinates Y = T X. Sums are float64,
    one per row group of ``operator.fixed_space`` (the largest components, the rest pooled).
    """

    @property
    def operator(self) -> Operator:
        """The operator that is bound."""
        ...

    def apply(self, x: FloatArray, out: FloatArray) -> None:
        """Write S x into ``out``."""
        ...

    def inner(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return Σ_{i in group} ⟨x_i, y_i⟩, shape (num_groups,)."""
        ...

    def edge_energy(self, x: FloatArray) -> FloatArray:
        """Return ½ Σ_ij Ã_ij ‖x_i/√d̃_i − x_j/√d̃_j‖² per group: never negative, nothing cancels."""
        ...

    def project_out(self, x: FloatArray) -> None:
        """Remove the fixed and the alternating space from ``x`` in place."""
        ...

    def recombine(
        self, y: FloatArray, x: FloatArray, out: FloatArray, alpha: FloatArray, beta: FloatArray
    ) -> None:
        """Three-term step out ← y − alpha·x − beta·out, with one alpha and beta per row group."""
        ...

    def scale_rows(self, x: FloatArray, factors: FloatArray) -> None:
        """Multiply the rows of each group by that group's factor, in place."""
        ...


@runtime_checkable
class SupportsWalk(Protocol):
    """What a bound operator has beside `BoundOperator` if it can multiply and sum up in one sweep."""

    def order(self, columns: int, dtype: Any, depth: int) -> OrderChoice:
        """Return the order that nodes would have in such a run, and why."""
        ...

    def walk(self, columns: int, dtype: Any, depth: int) -> Walk:
        """Return steps between blocks of so many columns; ``depth`` products are expected."""
        ...


class Engine(Protocol):
    """Makes bound operators; a frozen dataclass with the engine's settings."""

    def bind(self, operator: Operator) -> BoundOperator:
        """Prepare the arrays of an operator."""
        ...
