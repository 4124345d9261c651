"""The default engine: compiled CSR kernels on pattern-only graphs, all cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator

CHUNKS = 128
SERIAL_BELOW = 200_000
COMPONENT_BUFFER = 1 << 20


def balanced_rows(indptr: IntArray) -> IntArray:
    """Return rows at which chunks of about equal work begin: an entry and a row count one each."""
    work = indptr + np.arange(len(indptr))
    marks = np.linspace(0, work[-1], min(CHUNKS, len(indptr) - 1) + 1)
    bounds = np.searchsorted(work, marks)
    bounds[0], bounds[-1] = 0, len(indptr) - 1
    return np.asarray(bounds, dtype=np.int64)


@contextmanager
def few_threads(work: int, below: int = SERIAL_BELOW) -> Iterator[None]:
    """Keep small work on one thread: waking the others costs more than it saves."""
    import numba

    before = numba.get_num_threads()
    if work < below and before > 1:
        numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def scaled_edge_energy(graph: Graph, scale: FloatArray, x: FloatArray) -> float:
    """Return Σ_edges w‖scale_i x_i − scale_j x_j‖², every undirected edge once."""
    from spectral_smooth.engines import kernels

    one_group = np.zeros(graph.num_nodes, dtype=np.int64)
    bounds = balanced_rows(graph.indptr)
    with few_threads((graph.num_entries + len(x)) * x.shape[1]):
        parts = kernels.group_edge_energy(
            graph.indptr, graph.indices, graph.weights, scale, x, one_group, 1, bounds
        )
    return float(parts.sum())


@dataclass(frozen=True)
class Numba:
    """Engine of compiled kernels; S is never materialised.

    An unweighted graph has no value array: the kernel scales by s = D̃^(-1/2). Results have the same
    bits for any number of threads.

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

    def bind(self, operator: Operator) -> BoundNumba:
        """Return the operator bound to the kernels; the graph's arrays are used as they are."""
        return BoundNumba(operator)


@dataclass(frozen=True, eq=False)
class BoundNumba:
    """An operator bound to the kernels; see `spectral_smooth.engines.types.BoundOperator`."""

    operator: Operator

    @cached_property
    def _bounds(self) -> IntArray:
        return balanced_rows(self.operator.graph.indptr)

    @cached_property
    def _kernels(self) -> Any:
        from spectral_smooth.engines import kernels

        return kernels

    def _threads(self, x: FloatArray) -> AbstractContextManager[None]:
        return few_threads((self.operator.graph.num_entries + len(x)) * x.shape[1])

    def apply(self, x: FloatArray, out: FloatArray) -> None:
        """Write S x into ``out``."""
        op, graph = self.operator, self.operator.graph
        with self._threads(x):
            self._kernels.apply_core(
                graph.indptr, graph.indices, graph.weights, op.scale, op.loop_weights, x, out, self._bounds
            )

    def inner(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the inner products per row group."""
        space = self.operator.fixed_space
        with self._threads(x):
            parts = self._kernels.group_inner(x, y, space.groups, space.num_groups, self._bounds)
        return np.asarray(parts.sum(axis=0))

    def edge_energy(self, x: FloatArray) -> FloatArray:
        """Return the core's energy per row group, edge by edge."""
        op, graph, space = self.operator, self.operator.graph, self.operator.fixed_space
        with self._threads(x):
            parts = self._kernels.group_edge_energy(
                graph.indptr,
                graph.indices,
                graph.weights,
                op.scale,
                x,
                space.groups,
                space.num_groups,
                self._bounds,
            )
        return np.asarray(parts.sum(axis=0))

    def project_out(self, x: FloatArray) -> None:
        """Remove the fixed and the alternating space in place."""
        space = self.operator.fixed_space
        width = int(np.clip(COMPONENT_BUFFER // max(space.dimension, 1), 1, 64))
        width = min(width, max(8, -(-x.shape[1] // 16)))
        with self._threads(x):
            self._kernels.remove_fixed(
                x,
                space.labels,
                space.vector,
                space.sides,
                space.dimension,
                space.alternating_dimension > 0,
                width,
            )

    def recombine(
        self, y: FloatArray, x: FloatArray, out: FloatArray, alpha: FloatArray, beta: FloatArray
    ) -> None:
        """Write y − alpha·x − beta·out into ``out``."""
        with self._threads(x):
            self._kernels.three_term(y, x, out, alpha, beta, self.operator.fixed_space.groups, self._bounds)

    def scale_rows(self, x: FloatArray, factors: FloatArray) -> None:
        """Multiply the rows of each group by its factor."""
        with self._threads(x):
            self._kernels.scale_groups(x, factors, self.operator.fixed_space.groups, self._bounds)
