"""Ground: what is prepared once of a graph, so that each layer costs a few sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from spectral_smooth.errors import InputError, NotConvergedError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, bin_sums
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.classes import Classes, find_classes
from spectral_smooth.operators.fixed_space import MAX_GROUPS
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.eigen import eigenpairs

# Chunks of rows a sweep hands out; each keeps sums of its own.
CHUNKS = 64
# Values that one thread sweeps over in a millisecond or two: less than waking another may cost on a busy machine.
SERIAL_SWEEP = 2_000_000
# Slow modes that a destination is looked for among, and their share of the nodes at most.
MODES = 8
MODES_SHARE = 8
# A small graph is given two, the fixed one among them, from this many nodes a mode on.
FEWEST_A_MODE = 4
# Eigenvalues that close belong to one eigenspace.
EQUAL = 1e-7


class Modes(NamedTuple):
    """Slow modes in the coordinates of the core, one row a measured node; and why some are missing.

    ``whole`` says after which of them an eigenspace is complete: of equal eigenvalues only all modes together mean
    anything.
    """

    vectors: FloatArray
    values: FloatArray
    whole: BoolArray
    note: str


@dataclass(frozen=True, eq=False)
class Ground:
    """The measured part of a graph under an operator: its nodes with a neighbour, sorted by component.

    A node without a neighbour has nobody to become alike with: it leaves all measures and is counted.

    Attributes
    ----------
    operator : Operator
        On the whole graph.
    order : int array, shape (rows,)
        Node that each row of a sweep stands for, component by component.
    classes : Classes or None
        Of the measured rows, in the order of the sweep.
    """

    operator: Operator
    order: IntArray
    classes: Classes | None

    @classmethod
    def of(cls, operator: Operator, labels: IntArray | None) -> Ground:
        """Prepare a graph.

        Raises
        ------
        InputError
            If no two nodes are joined, or there is not one label a node.
        """
        graph = operator.graph
        components = graph.components
        kept = np.flatnonzero(components.sizes[components.labels] > 1)
        if not len(kept):
            raise InputError(
                f"the graph {graph.name!r} has no edge between two nodes, so nothing can become alike over it; "
                "expected at least one edge"
            )
        known = None if labels is None else np.asarray(labels)
        if known is not None:
            find_classes(known, graph.num_nodes)
        order = kept[np.argsort(components.labels[kept], kind="stable")]
        classes = None if known is None else find_classes(known[order], len(order))
        if classes is not None and not classes.known:
            classes = None
        return cls(operator, order, classes)

    @property
    def whole(self) -> Graph:
        """The graph as it was given."""
        return self.operator.graph

    @property
    def rows(self) -> int:
        """Number of measured nodes."""
        return len(self.order)

    @property
    def left_out(self) -> int:
        """Number of nodes without a neighbour."""
        return self.whole.num_nodes - self.rows

    @cached_property
    def isolated(self) -> IntArray:
        """The nodes that are left out."""
        return np.setdiff1d(np.arange(self.whole.num_nodes), self.order, assume_unique=True)

    @cached_property
    def components(self) -> IntArray:
        """Component of each row; rising, since rows are sorted. Those that are left out have higher numbers."""
        return np.asarray(self.whole.components.labels[self.order])

    @cached_property
    def sizes(self) -> IntArray:
        """Nodes of each component, largest first."""
        return np.bincount(self.components)

    @property
    def count(self) -> int:
        """Number of components."""
        return len(self.sizes)

    @cached_property
    def groups(self) -> IntArray:
        """Row group of each component: the `MAX_GROUPS` largest alone, the rest together."""
        return np.minimum(np.arange(self.count), MAX_GROUPS)

    @property
    def num_groups(self) -> int:
        """Number of row groups."""
        return int(self.groups[-1]) + 1

    @cached_property
    def degrees(self) -> FloatArray:
        """Looped degree d̃ of each row."""
        return np.asarray(self.operator.degrees[self.order])

    @cached_property
    def bounds(self) -> IntArray:
        """Rows at which chunks begin."""
        return chunk_bounds(self.rows)

    @cached_property
    def slots(self) -> tuple[IntArray, IntArray]:
        """First slot of each chunk, and the component of each slot; a slot is a component's part in a chunk."""
        begins = np.zeros(self.rows, dtype=bool)
        begins[self.bounds[:-1]] = True
        begins[1:] |= self.components[1:] != self.components[:-1]
        at = np.flatnonzero(begins)
        return np.searchsorted(at, self.bounds[:-1]), self.components[at]

    @cached_property
    def roots(self) -> FloatArray:
        """√d̃ of each row."""
        return np.sqrt(self.degrees)

    @cached_property
    def root_sums(self) -> FloatArray:
        """Σ √d̃ per component."""
        return self.by_component(self.roots)

    @cached_property
    def degree_mass(self) -> FloatArray:
        """Σ d̃ per component."""
        return self.by_component(self.degrees)

    @cached_property
    def weights(self) -> FloatArray:
        """Weights that rows are summed with, shape (rows, 2 or 3): one, √d̃, and d̃^split where that is another."""
        split = self.operator.split
        last = [] if split == 0.5 else [self.degrees**split]
        return np.stack([np.ones(self.rows), self.roots, *last], axis=1)

    def by_component(self, values: FloatArray) -> FloatArray:
        """Return Σ of one value a row, per component."""
        if self.count == 1:
            return np.array([values.sum()])
        return bin_sums(self.components, values, self.count)

    def on_nodes(self, values: FloatArray) -> FloatArray:
        """Return one value a row as one value a node of the whole graph, zero where it is left out."""
        if self.in_order:
            return values
        out = np.zeros(self.whole.num_nodes)
        out[self.order] = values
        return out

    @cached_property
    def in_order(self) -> bool:
        """Whether the rows are the nodes as they are numbered."""
        return bool(np.array_equal(self.order, np.arange(self.whole.num_nodes)))

    @cached_property
    def row_of(self) -> IntArray:
        """Row of each node; −1 where it is left out."""
        out = np.full(self.whole.num_nodes, -1, dtype=np.int64)
        out[self.order] = np.arange(self.rows)
        return out

    @cached_property
    def similarity(self) -> FloatArray:
        """T = d̃^(split−1/2) of each row."""
        return np.asarray(self.operator.similarity[self.order])

    @cached_property
    def scales(self) -> tuple[FloatArray, tuple[int, int, int]]:
        """What rows are multiplied with before differences along edges are taken.

        One, d̃^(−1/2) and d̃^(split−1), for the plain, the normalised and the operator's own energy: those that are
        different, shape (num_nodes, 2 or 3), and the column of each of the three.
        """
        powers = [0.0, -0.5, self.operator.split - 1.0]
        different = list(dict.fromkeys(powers))
        out = np.zeros((self.whole.num_nodes, len(different)))
        out[self.order] = self.degrees[:, None] ** np.array(different)
        plain, normalised, own = (different.index(power) for power in powers)
        return out, (plain, normalised, own)

    @cached_property
    def edges(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Ends and weights of the edges between different nodes, each once, numbered as in the whole graph."""
        graph = self.whole
        once = np.flatnonzero(graph.rows < graph.indices)
        weights = np.ones(len(once)) if graph.weights is None else graph.weights[once]
        return graph.rows[once].astype(np.int64), graph.indices[once].astype(np.int64), weights

    @cached_property
    def modes(self) -> Modes:
        """The slowest modes off the fixed space, found at first use."""
        most = max(self.rows // MODES_SHARE, min(2, self.rows // FEWEST_A_MODE))
        count = min(MODES, most - self.count)
        if count < 1:
            return self._no_modes("the graph is too small, or in too many pieces, to look for slow modes")
        note = ""
        try:
            found = eigenpairs(
                self.operator, count + 1, "top", rng=0
            )  # one more tells where an eigenspace ends
        except NotConvergedError as error:
            found = error.partial
            note = f"the slow modes are not certain: {error}"
        if found.vectors is None:
            return self._no_modes(note)
        values = np.asarray(found.values)
        following = np.append(values[1:], -2.0)
        whole = values - following > EQUAL
        vectors = np.asarray(found.vectors)[self.order, :count]
        return Modes(np.ascontiguousarray(vectors), values[:count], whole[:count], note)

    def _no_modes(self, note: str) -> Modes:
        return Modes(np.zeros((self.rows, 0)), np.zeros(0), np.zeros(0, dtype=bool), note)


def chunk_bounds(rows: int) -> IntArray:
    """Return rows at which chunks of a sweep begin."""
    return np.linspace(0, rows, min(CHUNKS, rows) + 1).astype(np.int64)
