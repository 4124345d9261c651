"""Row classes: which rows share what is subtracted from them when the known spaces are projected out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums, frozen
from spectral_smooth.operators.fixed_space import FixedSpace

FEW = 8


@dataclass(frozen=True, eq=False)
class RowClasses:
    """A class is a component, or one side of a component that alternates; silent rows are the last one.

    With c₊ and c₋ the weighted sums over the two sides' rows, the fixed part of a component has the coefficient
    c₊ + c₋ and its alternating part c₊ − c₋: one sum per class serves both spaces.

    Attributes
    ----------
    of_row : int32 array, shape (num_nodes,), or None
        None where all rows are of class 0.
    count : int
        Number of classes, silent rows not counted.
    component : int array, shape (count,)
    other : int array, shape (count,)
        The other side's class; the class itself where the component does not alternate.
    fused : int
        So many of the first classes are large and summed up by chunks; the others have their rows listed.
    """

    of_row: IntArray | None
    count: int
    component: IntArray
    other: IntArray
    fused: int

    @classmethod
    def whole(cls) -> RowClasses:
        """Return the one class of a connected graph without an alternating vector."""
        zero = np.zeros(1, dtype=np.int64)
        return cls(None, 1, zero, zero, 1)

    @classmethod
    def of(cls, space: FixedSpace, *, singles: bool) -> RowClasses:
        """Find the classes of a fixed space; without ``singles`` components of one node count as silent.

        Off the fixed space such a node is zero and stays so; there may be half a million of them.
        """
        kept = space.dimension if singles else int(np.count_nonzero(space.sizes > 1))
        first = np.concatenate([[0], np.cumsum(1 + space.alternating[:kept])]).astype(np.int64)
        count = int(first[-1])
        component = np.repeat(np.arange(kept), 1 + space.alternating[:kept])
        other = np.arange(count)
        two = first[:-1][space.alternating[:kept]]
        other[two], other[two + 1] = two + 1, two
        silent = (space.labels < 0) | (space.labels >= kept)
        of_row = None
        if count != 1 or silent.any():
            of_row = np.where(
                silent, count, first[np.where(silent, 0, space.labels)] + (space.sides < 0)
            ).astype(np.int32)
            of_row = frozen(of_row)
        large = np.count_nonzero(space.sizes[:kept] * FEW >= len(space.labels))
        return cls(of_row, count, component, other, count if count <= FEW else int(first[large]))

    def reordered(self, order: IntArray) -> RowClasses:
        """Return the same classes with the row ``order[p]`` at position p."""
        return self if self.of_row is None else replace(self, of_row=frozen(self.of_row[order]))

    @cached_property
    def alternates(self) -> bool:
        """Whether some class has another side."""
        return bool(np.any(self.other != np.arange(self.count)))

    @cached_property
    def listed(self) -> tuple[IntArray, IntArray]:
        """Rows of the classes that are not fused, class by class, and where each class begins."""
        if self.of_row is None or self.fused == self.count:
            return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
        rows = np.flatnonzero((self.of_row >= self.fused) & (self.of_row < self.count))
        order = rows[np.argsort(self.of_row[rows], kind="stable")]
        starts = np.searchsorted(self.of_row[order], np.arange(self.fused, self.count + 1))
        return frozen(order), frozen(starts.astype(np.int64))

    def masses(self, weights: FloatArray) -> FloatArray:
        """Return the sum of weights over each class's component, shape (count,)."""
        if self.of_row is None:
            return np.array([weights.sum()])
        own = bin_sums(self.of_row, weights, self.count + 1)[: self.count]
        per_component = bin_sums(self.component, own, int(self.component.max(initial=-1)) + 1)
        return np.asarray(per_component[self.component])

    def parts(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the fixed and the alternating part of every class, as seen from its own side.

        Parameters
        ----------
        sums : float array, shape (count, columns)
            Weighted sums over classes.

        Returns
        -------
        fixed, swing : float array, shape (count + 1, columns)
            Zero in the last row, which silent rows read.
        """
        nothing = np.zeros((1, sums.shape[1]))
        if not self.alternates:
            fixed = np.concatenate([sums, nothing])
            return fixed, np.broadcast_to(nothing, fixed.shape)
        alone = (self.other == np.arange(self.count))[:, None]
        others = np.where(alone, 0.0, sums[self.other])
        fixed, swing = sums + others, np.where(alone, 0.0, sums - others)
        return np.concatenate([fixed, nothing]), np.concatenate([swing, nothing])
