"""AttentionRun: what is kept of the layers, and the report about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.monitoring.attention.contraction import Decay, ProbeRun
from spectral_smooth.monitoring.attention.contrast import Contraction, contrast
from spectral_smooth.monitoring.attention.destination import Support
from spectral_smooth.monitoring.attention.dobrushin import Coefficients, Dobrushin
from spectral_smooth.monitoring.attention.groups import ComponentGroup, component_groups
from spectral_smooth.monitoring.attention.matrix import AttentionMatrix
from spectral_smooth.monitoring.attention.receptive_field import ReceptiveField, hop_table
from spectral_smooth.monitoring.attention.report import AttentionReport
from spectral_smooth.monitoring.attention.rows import row_depths, row_products
from spectral_smooth.monitoring.attention.words import NoteBook, attention_sentence

# Up to so many nodes every unit vector is sent through, and nothing is sampled.
ALL_SIGNALS = 256


@dataclass
class AttentionRun:
    """Layers taken in one by one: means of heads, statistics, and signals on their way.

    Parameters
    ----------
    graph : Graph
    probes : int
        Gaussian signals, where the graph is too large for all unit vectors.
    random : Generator
    """

    graph: Graph
    probes: int
    random: np.random.Generator
    names: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    entropy: list[tuple[float | None, ...]] = field(default_factory=list)
    means: list[csr_array] = field(default_factory=list)
    uniform: list[csr_array] = field(default_factory=list)
    notes: NoteBook = field(default_factory=NoteBook)
    support: Support = field(default_factory=Support)
    walk_differs: bool = False

    def __post_init__(self) -> None:
        n, parts = self.graph.num_nodes, self.graph.components
        self.exact = n <= ALL_SIGNALS
        self.signals = np.eye(n) if self.exact else self.random.standard_normal((n, self.probes))
        self.alone = parts.sizes[parts.labels] == 1
        self.silent = np.zeros(n, dtype=bool)
        self.looped_walk = _looped_walk(self.graph)
        self.runs = {name: ProbeRun(self.signals, parts) for name in ("attention", "uniform", "walk")}
        self.head_runs: list[ProbeRun] | None = None

    def add(self, matrix: AttentionMatrix) -> None:
        """Take one layer in."""
        mean, uniform = self._shared(matrix.mean()), self._shared(matrix.uniform())
        self._describe(matrix, mean)
        self.runs["attention"].step(mean, matrix.silent)
        self.runs["uniform"].step(uniform, matrix.silent)
        self.runs["walk"].step(self.looped_walk, np.zeros(self.graph.num_nodes, dtype=bool))
        self.walk_differs |= not _same(uniform, self.looped_walk, self.alone)
        if len(self.names) == 1 and matrix.heads > 1:
            self.head_runs = [ProbeRun(self.signals, self.graph.components) for _ in range(matrix.heads)]
        if self.head_runs is not None and len(self.head_runs) == matrix.heads:
            for head, run in enumerate(self.head_runs):
                run.step(matrix.head(head), matrix.silent)
        else:
            self.head_runs = None
        self.means.append(mean)
        self.uniform.append(uniform)

    def _describe(self, matrix: AttentionMatrix, mean: csr_array) -> None:
        self.names.append(matrix.name)
        self.heads.append(matrix.heads)
        self.entropy.append(matrix.relative_entropy())
        self.support.add(mean, matrix.silent, self.alone)
        self.silent |= matrix.silent
        carried = mean.nnz - np.count_nonzero(matrix.rows == matrix.indices)
        of_graph = self.graph.num_entries - np.count_nonzero(self.graph.self_loop_weights)
        self.notes.look_at(matrix, np.flatnonzero(matrix.silent).tolist(), int(of_graph - carried))

    def _shared(self, matrix: csr_array) -> csr_array:
        """Let a layer share the pattern of the layer before where they are equal."""
        if self.means:
            before = self.means[-1]
            if np.array_equal(before.indptr, matrix.indptr) and np.array_equal(
                before.indices, matrix.indices
            ):
                return csr_array((matrix.data, before.indices, before.indptr), shape=matrix.shape)
        return matrix

    def report(self, rows: int, random: np.random.Generator) -> AttentionReport:
        """Return the result for all layers taken in."""
        depths = row_depths(len(self.names))
        groups = component_groups(self.graph.components)
        ours, uniform, coefficients = self._rows(depths, rows, random)
        contraction = tuple(self._contraction(group) for group in groups)
        destination = self.support.destination(self.graph.components)
        return AttentionReport(
            graph=self.graph.name,
            num_nodes=self.graph.num_nodes,
            names=tuple(self.names),
            heads=tuple(self.heads),
            edges=tuple(int(matrix.nnz) for matrix in self.means),
            signals=self.signals.shape[1],
            exact=self.exact,
            contraction=contraction,
            dobrushin=tuple(_dobrushin(group, *coefficients) for group in groups),
            entropy=tuple(self.entropy),
            receptive_field=ours,
            uniform_receptive_field=uniform,
            destination=destination,
            notes=self.notes.lines(len(self.names)) + self._head_note(),
            sentence=attention_sentence(contraction[0], destination, ours, uniform),
        )

    def _head_note(self) -> tuple[str, ...]:
        if len(set(self.heads)) == 1:
            return ()
        shown = ", ".join(map(str, self.heads))
        return (f"heads are not followed one by one, for their number differs between layers ({shown})",)

    def _rows(
        self, depths: IntArray, rows: int, random: np.random.Generator
    ) -> tuple[ReceptiveField, ReceptiveField, tuple[Coefficients, Coefficients]]:
        hearing = np.flatnonzero(~self.silent)
        nodes = hearing if rows >= len(hearing) else np.sort(random.choice(hearing, size=rows, replace=False))
        distance = hop_table(self.graph, nodes, len(self.names))
        labels = self.graph.components.labels[nodes]
        fields, found = [], []
        for matrices in (self.means, self.uniform):
            bounds = Coefficients(self.graph, matrices, self.silent, depths)
            products = row_products(matrices, nodes, depths)
            watched = _watched(products, bounds, labels)
            fields.append(ReceptiveField.of(watched, distance, len(nodes), len(hearing)))
            found.append(bounds)
        return fields[0], fields[1], (found[0], found[1])

    def _contraction(self, group: ComponentGroup) -> Contraction:
        squares = {name: run.group(group.components) for name, run in self.runs.items()}
        decays = {name: Decay.of(own, exact=self.exact) for name, own in squares.items()}
        heads = [run.group(group.components) for run in self.head_runs or ()]
        return Contraction(
            name=group.name,
            nodes=group.nodes,
            components=len(group.components),
            attention=decays["attention"],
            uniform=decays["uniform"],
            walk=decays["walk"] if self.walk_differs else None,
            heads=tuple(Decay.of(own, exact=self.exact) for own in heads),
            **contrast(squares["attention"], squares["uniform"], exact=self.exact),
        )


def _watched(products: Any, bounds: Coefficients, labels: IntArray) -> Iterable[tuple[int, FloatArray]]:
    for depth, columns in products:
        bounds.take_rows(depth, columns, labels)
        yield depth, columns


def _dobrushin(group: ComponentGroup, ours: Coefficients, uniform: Coefficients) -> Dobrushin:
    def largest(table: FloatArray) -> tuple[float, ...]:
        return tuple(np.max(table[:, group.components], axis=1, initial=0.0).tolist())

    return Dobrushin(
        group.name,
        tuple(ours.depths.tolist()),
        largest(ours.lower),
        largest(ours.upper),
        largest(uniform.lower),
        largest(uniform.upper),
    )


def _looped_walk(graph: Graph) -> csr_array:
    """Return D̃⁻¹(A + I)."""
    n = graph.num_nodes
    looped = csr_array(
        graph.adjacency() + csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
    )
    looped.sort_indices()
    looped.data = looped.data / (graph.degrees + 1.0)[np.repeat(np.arange(n), np.diff(looped.indptr))]
    return looped


def _same(uniform: csr_array, walk: csr_array, alone: BoolArray) -> bool:
    """Whether two matrices agree to rounding, nodes that are alone left out."""
    difference = csr_array(uniform - walk)
    rows = np.repeat(np.arange(len(alone)), np.diff(difference.indptr))
    return not np.any((np.abs(difference.data) > 1e-12) & ~alone[rows])
