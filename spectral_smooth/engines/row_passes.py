"""Passes over a block, row by row: inner products, projections and updates; see `kernels.row_sums`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spectral_smooth.engines.pattern import Pattern
from spectral_smooth.engines.row_classes import RowClasses
from spectral_smooth.engines.schedule import Schedule, balanced_rows
from spectral_smooth.engines.threads import run_chunks
from spectral_smooth.graphs.arrays import FloatArray, IntArray, frozen
from spectral_smooth.graphs.graph import Graph


@dataclass(frozen=True, eq=False)
class RowPasses:
    """Passes over blocks of one operator.

    Attributes
    ----------
    schedule : Schedule
    classes : RowClasses
    """

    schedule: Schedule
    classes: RowClasses

    def inner(
        self, x: FloatArray, y: FloatArray, weights: FloatArray | None, groups: IntArray, count: int
    ) -> FloatArray:
        """Return Σ weights_i⟨x_i, y_i⟩ per group."""
        parts = np.zeros((self._chunks, count))
        self._run_over("group_inner", (x, y), (weights, groups), (parts,))
        return np.asarray(parts.sum(axis=0))

    def class_sums(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Return Σ weights_i x_i per class, shape (classes, columns)."""
        fused = self.classes.fused
        sums = np.zeros((self._chunks, fused, x.shape[1]))
        self._run_over("class_sums", (x,), (weights, self.classes.of_row, fused), (sums,))
        return self.with_listed_sums(sums.sum(axis=0), x, weights)

    def with_listed_sums(self, fused: FloatArray, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Return Σ weights_i x_i of all classes, those of the fused ones given."""
        if self.classes.fused == self.classes.count:
            return fused
        from spectral_smooth.engines.kernels import row_sums

        sums = np.zeros((self.classes.count, x.shape[1]))
        sums[: len(fused)] = fused
        order, starts = self.classes.listed
        counter = np.zeros(1, dtype=np.int64)
        run_chunks(
            row_sums.listed_sums,
            (x, weights, order, starts, self._listed_bounds, counter, sums[len(fused) :]),
            len(order) * x.shape[1],
        )
        return sums

    @cached_property
    def _listed_bounds(self) -> IntArray:
        return frozen(balanced_rows(self.classes.listed[1], 1))

    def subtract(self, x: FloatArray, weights: FloatArray, table: FloatArray) -> None:
        """Subtract weights_i · table of the row's class from every row."""
        self._run("subtract_classes", x, (x, weights, self.classes.of_row, table), ())

    def three_term(
        self,
        y: FloatArray,
        x: FloatArray,
        out: FloatArray,
        alpha: FloatArray,
        beta: FloatArray,
        groups: IntArray,
    ) -> None:
        """Write y − alpha·x − beta·out into ``out``."""
        self._run("three_term", x, (y, x, out, alpha, beta, groups), ())

    def scale(self, x: FloatArray, factors: FloatArray, groups: IntArray) -> None:
        """Multiply the rows of each group by its factor."""
        self._run("scale_groups", x, (x, np.asarray(factors, dtype=np.float64), groups), ())

    def orthogonalise(
        self,
        w: FloatArray,
        v: FloatArray,
        degrees: FloatArray,
        alpha: FloatArray,
        shift: FloatArray,
        class_groups: IntArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Subtract alpha·v and shift (a row of each per class) from w in place.

        Returns
        -------
        squares : float array, shape (groups,)
            Σ d̃_i‖w_i‖².
        sums : float array, shape (classes, columns)
            Σ d̃_i w_i.
        """
        fused = self.classes.fused
        parts = np.zeros((self._chunks, int(class_groups.max(initial=0)) + 1))
        sums = np.zeros((self._chunks, fused, w.shape[1]))
        before = degrees, self.classes.of_row, alpha, shift, class_groups, fused
        self._run_over("orthogonalise", (w, v), before, (parts, sums))
        return parts.sum(axis=0), self.with_listed_sums(sums.sum(axis=0), w, degrees)

    @property
    def _chunks(self) -> int:
        return len(self.schedule.bounds) - 1

    def _run(self, name: str, x: FloatArray, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        from spectral_smooth.engines.kernels import row_sums

        step: Callable[..., Any] = getattr(row_sums, name)
        counter = np.zeros(1, dtype=np.int64)
        run_chunks(step, (*before, self.schedule.bounds, counter, *after), x.size)

    def _run_over(
        self, name: str, blocks: tuple[FloatArray, ...], before: tuple[Any, ...], after: tuple[Any, ...]
    ) -> None:
        """Run a pass over blocks that has a form of its own for one column."""
        if any(block.shape[1] != 1 or block.strides[0] != block.itemsize for block in blocks):
            self._run(name, blocks[0], (*blocks, *before), after)
            return
        from spectral_smooth.engines.kernels import column_passes

        step: Callable[..., Any] = getattr(column_passes, f"column_{name}")
        flat = (block[:, 0] for block in blocks)
        counter = np.zeros(1, dtype=np.int64)
        run_chunks(step, (*flat, *before, self.schedule.bounds, counter, *after), 4 * blocks[0].size)


def scaled_edge_sums(
    pattern: Pattern, scale: FloatArray | None, x: FloatArray, groups: IntArray, count: int
) -> FloatArray:
    """Return ½ Σ_ij w_ij‖s_i x_i − s_j x_j‖² per group; without ``scale`` s = 1."""
    return _edge_sums(
        pattern.indptr, pattern.indices, pattern.weights, pattern.schedule.bounds, scale, x, groups, count
    )


def scaled_edge_energy(graph: Graph, scale: FloatArray, x: FloatArray) -> float:
    """Return Σ_edges w‖scale_i x_i − scale_j x_j‖², every undirected edge once."""
    one_group = np.zeros(graph.num_nodes, dtype=np.int64)
    bounds = Schedule(graph.indptr).bounds
    return float(_edge_sums(graph.indptr, graph.indices, graph.weights, bounds, scale, x, one_group, 1).sum())


def _edge_sums(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    bounds: IntArray,
    scale: FloatArray | None,
    x: FloatArray,
    groups: IntArray,
    count: int,
) -> FloatArray:
    from spectral_smooth.engines.kernels.edge_energy import group_edge_energy

    parts = np.zeros((len(bounds) - 1, count))
    counter = np.zeros(1, dtype=np.int64)
    # Read-only or not is two types to the compiler.
    fixed_scale = None if scale is None else frozen(scale)
    run_chunks(
        group_edge_energy,
        (indptr, indices, weights, fixed_scale, x, frozen(groups), bounds, counter, parts),
        (len(indices) + len(x)) * x.shape[1],
    )
    return np.asarray(parts.sum(axis=0))
