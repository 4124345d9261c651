"""Folds: how training nodes are left out, a part of every class at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray

PARTS = 4
REPEATS = 8
NODES_REPEATED = 1600
"""Repetitions times training nodes: more nodes need fewer repetitions."""


@dataclass(frozen=True, eq=False)
class Folds:
    """Partitions of the training nodes, each into parts that hold the same share of every class.

    Leaving out a single node leaves its class one short of the others, so that a read-out without any signal
    always guesses wrong. Several partitions average out the accident of one.

    Attributes
    ----------
    codes : int array, shape (n,)
        Class of each training node, 0, 1, ...
    partitions : tuple of tuple of int array
        For each repetition its parts, as positions among the training nodes.
    """

    codes: IntArray
    partitions: tuple[tuple[IntArray, ...], ...]

    @classmethod
    def draw(cls, codes: IntArray, rng: np.random.Generator, repeats: int | None = None) -> Folds:
        """Draw partitions into `PARTS` parts; a class with fewer nodes is left out of some parts.

        Parameters
        ----------
        codes : int array, shape (n,)
        rng : numpy Generator
        repeats : int, optional
            `REPEATS`, or fewer where there are many nodes.

        Examples
        --------
        >>> folds = Folds.draw(np.repeat([0, 1], 8), np.random.default_rng(0))
        >>> len(folds.partitions), [part.tolist() for part in folds.partitions[0]][0]
        (8, [0, 4, 9, 10])
        """
        sizes = np.bincount(codes)
        if repeats is None:
            repeats = int(np.clip(NODES_REPEATED // max(len(codes), 1), 1, REPEATS))
        drawn = []
        for _ in range(repeats):
            place = np.empty(len(codes), dtype=np.int64)
            first = rng.integers(PARTS)
            for code, size in enumerate(sizes):
                # Every class begins in the same part: those of one size are left out in equal numbers.
                dealt = (np.arange(size) + first) % PARTS
                place[rng.permutation(np.flatnonzero(codes == code))] = dealt
            drawn.append(tuple(np.flatnonzero(place == part) for part in np.unique(place)))
        return cls(codes, tuple(drawn))

    @cached_property
    def batches(self) -> tuple[tuple[IntArray, IntArray], ...]:
        """Parts of one size together: repetition of each, shape (parts,), and its nodes, shape (parts, size)."""
        sized: dict[int, list[tuple[int, IntArray]]] = {}
        for repetition, parts in enumerate(self.partitions):
            for part in parts:
                sized.setdefault(len(part), []).append((repetition, part))
        return tuple(
            (np.array([r for r, _ in some]), np.stack([part for _, part in some])) for some in sized.values()
        )

    @cached_property
    def targets(self) -> FloatArray:
        """One column a class, 1 where a node belongs to it: shape (n, classes)."""
        return np.eye(int(self.codes.max()) + 1)[self.codes]

    @cached_property
    def weights(self) -> FloatArray:
        """Weight of each node in a balanced mean, 1/(classes · nodes of its class); they sum to one."""
        sizes = np.bincount(self.codes)
        return np.asarray(1.0 / (len(sizes) * sizes[self.codes]))
