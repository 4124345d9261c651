"""Where attention over given edges ends if its layers are repeated on and on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from spectral_smooth.graphs.arrays import BoolArray, IntArray
from spectral_smooth.graphs.components import Components


@dataclass(frozen=True)
class AttentionDestination:
    """Closed classes of the support: sets of nodes that attend to one another and to nothing else.

    Attributes
    ----------
    constants : bool or None
        Whether the rows of every component tend to one row. None where layers of different edges, not all with
        self-loops, leave it undecided.
    components : int
        Components of two nodes or more.
    split : int
        Those among them with more than one closed class.
    closed : int
        Closed classes in them; nodes that receive nothing count as one a component.
    periodic : int
        Closed classes that oscillate: without self-loops, and all closed walks multiples of one length.
    """

    constants: bool | None
    components: int
    split: int
    closed: int
    periodic: int


@dataclass
class Support:
    """The edges with weight, of one layer after another.

    A state sent through the layers over and over tends to constants on a component exactly when the product of all
    layers has one closed class there and that class is aperiodic. The closed classes of the product are those of the
    layers' union where all layers have the same edges, or all have all self-loops.
    """

    union: csr_array | None = None
    silent: BoolArray | None = None
    same: bool = True
    loops: bool = True
    silent_same: bool = True

    def add(self, matrix: csr_array, silent: BoolArray, alone: BoolArray) -> None:
        """Take a layer in; ``alone`` marks the nodes that are components of their own."""
        pattern = csr_array(matrix > 0)
        self.loops &= bool(np.all((pattern.diagonal() > 0) | alone))
        if self.union is None or self.silent is None:
            self.union, self.silent = pattern, silent
            return
        self.silent_same &= bool(np.array_equal(silent | alone, self.silent | alone))
        union = csr_array(self.union + pattern)
        self.same &= union.nnz == self.union.nnz == pattern.nnz
        self.union = union

    def destination(self, components: Components) -> AttentionDestination:
        """Return where layers like these end."""
        assert self.union is not None
        _, labels = connected_components(self.union, directed=True, connection="strong")
        closed, silent = self._closed(labels, components)
        home = np.zeros(int(labels.max()) + 1, dtype=np.int64)
        home[labels] = components.labels
        # Nodes that receive nothing all end at zero: one class for the component, however many they are.
        kinds = np.unique(np.stack([home[closed], np.where(silent[closed], -1, closed)]), axis=1)
        count = np.bincount(kinds[0], minlength=components.count)
        looped = np.zeros(len(home), dtype=bool)
        looped[labels[self.union.diagonal() > 0]] = True
        waiting = closed[~looped[closed] & ~silent[closed]]
        periodic = sum(_period(self.union, np.flatnonzero(labels == one)) > 1 for one in waiting)
        split = int(np.count_nonzero(count > 1))
        known = self.silent_same and (self.same or self.loops or split > 0)
        constants = (not split and not periodic) if known else None
        several = int(np.count_nonzero(components.sizes > 1))
        return AttentionDestination(constants, several, split, int(count.sum()), periodic)

    def _closed(self, labels: IntArray, components: Components) -> tuple[IntArray, BoolArray]:
        """Return the classes that no edge leaves, in components of two nodes or more, and which class is silent."""
        assert self.union is not None
        degrees = np.diff(self.union.indptr)
        rows = np.repeat(np.arange(len(labels)), degrees)
        left = np.unique(labels[rows[labels[rows] != labels[self.union.indices]]])
        inside = components.sizes[components.labels] > 1
        silent = np.zeros(int(labels.max()) + 1, dtype=bool)
        silent[labels[degrees == 0]] = True
        return np.setdiff1d(labels[inside], left), silent


def _period(pattern: csr_array, members: IntArray) -> int:
    """Return the greatest common divisor of the lengths of all closed walks of a strongly connected set."""
    part = csr_array(pattern[members][:, members])
    levels = dijkstra(part, directed=True, unweighted=True, indices=np.array([0]))[0]
    rows = np.repeat(np.arange(len(members)), np.diff(part.indptr))
    return int(np.gcd.reduce(np.abs(levels[rows] + 1 - levels[part.indices]).astype(np.int64)))
