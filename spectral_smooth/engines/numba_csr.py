"""The default engine: compiled kernels on the graph's own arrays, all cores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spectral_smooth.engines.bfloat16 import storage_type
from spectral_smooth.engines.blocks import cut_as_given
from spectral_smooth.engines.order.choose import OrderChoice
from spectral_smooth.engines.order.engine_orders import REORDER, Orders, Reorder
from spectral_smooth.engines.pattern import Pattern
from spectral_smooth.engines.row_classes import RowClasses
from spectral_smooth.engines.row_passes import RowPasses, scaled_edge_sums
from spectral_smooth.engines.sweeping import Extras, sweep
from spectral_smooth.engines.walk import Walk
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator

# Columns of a block in column order that are copied at a time.
PANEL = 16


@dataclass(frozen=True)
class Numba:
    """Engine of compiled kernels; S is never materialised.

    An unweighted graph has no value array: the kernel scales by s = D̃^(-1/2). Results have the same
    bits for any number of threads.

    Parameters
    ----------
    vectors : bool
        False computes without the vector kernels: several times slower, the oracle of the others.
    reorder : {"auto", "none", "degree", "bfs", "communities"}
        Order of the nodes inside long runs (`propagate`, `spectral_measure`). ``auto`` weighs what an order costs
        against what it saves, see `spectral_smooth.engines.order.choose`. Nothing that comes out is in another order.

    Raises
    ------
    UsageError
        If ``reorder`` is none of these.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> bound = ss.Numba().bind(ss.gcn(ss.as_graph(nx.path_graph(3))))
    >>> x = np.eye(3)
    >>> out = np.empty_like(x)
    >>> bound.apply(x, out)
    >>> np.round(out[1], 4).tolist()
    [0.4082, 0.3333, 0.4082]
    """

    vectors: bool = True
    reorder: Reorder = "auto"

    def __post_init__(self) -> None:
        if self.reorder not in REORDER:
            raise UsageError(f"reorder must be one of {', '.join(REORDER)}, got {self.reorder!r}")

    def bind(self, operator: Operator) -> BoundNumba:
        """Return the operator bound to the kernels; the graph's arrays are used as they are."""
        return BoundNumba(operator, self)


@dataclass(frozen=True, eq=False)
class BoundNumba:
    """An operator bound to the kernels; see `spectral_smooth.engines.types.BoundOperator`."""

    operator: Operator
    engine: Numba = Numba()

    @cached_property
    def pattern(self) -> Pattern:
        """The operator's arrays in the graph's own order."""
        return Pattern.of(self.operator)

    @cached_property
    def _orders(self) -> Orders:
        return Orders(self.pattern, self.engine.reorder)

    @cached_property
    def _passes(self) -> RowPasses:
        return RowPasses(self.pattern.schedule, RowClasses.of(self.operator.fixed_space, singles=True))

    def apply(self, x: FloatArray, out: FloatArray) -> None:
        """Write S x into ``out``.

        Rows may be apart (a slice of columns); a block in column order is copied a few columns at a time.

        Raises
        ------
        UsageError
            If the blocks differ in shape or type, are not float32 or float64, or share memory.
        """
        self._check(x, out)
        if x.shape[1] == 0:
            return
        if all(_has_plain_rows(block) for block in (x, out)):
            self._sweep(x, out)
            return
        for low in range(0, x.shape[1], PANEL):
            columns = slice(low, low + PANEL)
            part = np.ascontiguousarray(x[:, columns])
            image = np.empty_like(part)
            self._sweep(part, image)
            out[:, columns] = image

    def order(self, columns: int, dtype: Any, depth: int) -> OrderChoice:
        """Return the order that nodes would have in such a run, and why."""
        return self._orders.choose(columns, storage_type(dtype), depth)

    def walk(self, columns: int, dtype: Any, depth: int) -> Walk:
        """Return steps between blocks of so many columns; ``depth`` products are expected."""
        choice = self.order(columns, dtype, depth)
        pattern = self._orders.pattern_in(choice.name)
        return Walk(self.operator, pattern, columns, storage_type(dtype), not self.engine.vectors, choice)

    def inner(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the inner products per row group."""
        space = self.operator.fixed_space
        return self._passes.inner(x, y, None, space.groups, space.num_groups)

    def edge_energy(self, x: FloatArray) -> FloatArray:
        """Return the core's energy per row group, edge by edge."""
        op, space = self.operator, self.operator.fixed_space
        return scaled_edge_sums(self.pattern, op.scale, x, space.groups, space.num_groups)

    def project_out(self, x: FloatArray) -> None:
        """Remove the fixed and the alternating space in place."""
        vector = self.operator.fixed_space.vector
        fixed, swing = self._passes.classes.parts(self._passes.class_sums(x, vector))
        self._passes.subtract(x, vector, fixed + swing)

    def recombine(
        self, y: FloatArray, x: FloatArray, out: FloatArray, alpha: FloatArray, beta: FloatArray
    ) -> None:
        """Write y − alpha·x − beta·out into ``out``."""
        self._passes.three_term(y, x, out, alpha, beta, self.operator.fixed_space.groups)

    def scale_rows(self, x: FloatArray, factors: FloatArray) -> None:
        """Multiply the rows of each group by its factor."""
        self._passes.scale(x, factors, self.operator.fixed_space.groups)

    def _sweep(self, x: FloatArray, out: FloatArray) -> None:
        rows, columns = x.shape
        stride = x.strides[0] // x.itemsize
        if columns == 1 and rows > 1 and not x.strides[0] == out.strides[0] == x.itemsize:
            column = x[:, 0].copy()[:, None]
            image = np.empty_like(column)
            self._sweep(column, image)
            out[...] = image
            return
        if out.strides[0] < x.strides[0]:
            part = np.empty_like(out, order="C", shape=(rows, out.strides[0] // out.itemsize))[:, :columns]
            part[...] = x
            self._sweep(part, out)
            return
        if out.strides[0] > x.strides[0]:
            image = np.empty_like(x, order="C", shape=(rows, stride))[:, :columns]
            self._sweep(x, image)
            out[...] = image
            return
        cut = cut_as_given(columns, x.itemsize, stride)
        extras = Extras(scale=self.pattern.scale_as(x.dtype))
        sweep(self.pattern, cut, _flat(x, writeable=False), _flat(out), extras, plain=not self.engine.vectors)

    def _check(self, x: FloatArray, out: FloatArray) -> None:
        shape = self.operator.graph.num_nodes
        if x.ndim != 2 or x.shape[0] != shape or x.shape != out.shape:
            raise UsageError(f"blocks must have shape ({shape}, columns), got {x.shape} and {out.shape}")
        if x.dtype != out.dtype or x.dtype not in (np.float32, np.float64):
            raise UsageError(f"blocks must both be float32 or float64, got {x.dtype} and {out.dtype}")
        if not out.flags.writeable:
            raise UsageError("out is read-only; S x needs a block that can be written")
        # Exactly: two halves of the columns of one block lie between each other and share nothing.
        if np.shares_memory(x, out):
            raise UsageError("x and out must not share memory: rows are read after others were written")


def _has_plain_rows(block: FloatArray) -> bool:
    """Whether the columns of a block lie side by side, and its rows whole numbers apart without overlap."""
    apart, size = block.strides[0], block.itemsize
    side_by_side = block.strides[1] == size or block.shape[1] == 1
    return side_by_side and apart >= block.shape[1] * size and apart % size == 0


def _flat(block: FloatArray, *, writeable: bool = True) -> FloatArray:
    """Return the memory of a block, from its first to its last number, as one array: one type for the compiler."""
    rows, columns = block.shape
    stride = block.strides[0] // block.itemsize
    if rows == 1:
        stride = columns
    return np.lib.stride_tricks.as_strided(
        block, ((rows - 1) * stride + columns,), (block.itemsize,), writeable=writeable
    )
