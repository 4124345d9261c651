"""The problem that all solve: λ_2 of L = I − S on the largest component of a graph, with √d̃ known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numba import njit, prange
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import connected_components

import spectral_smooth as ss
from benchmarks.graphs import VERSION, build, unchecked
from benchmarks.versus.core import core_matrix

CHUNKS = 256  # sums of the edge-wise quotient: the same order for any number of threads


@dataclass(frozen=True, eq=False)
class Problem:
    """S of a connected graph without weights and loops, as the opponents get it.

    Attributes
    ----------
    core : csr_array
        S in float64 with int32 indices, its diagonal stored.
    """

    core: csr_array

    @classmethod
    def of(cls, graph: ss.Graph) -> Problem:
        """Return the problem of a connected graph."""
        return cls(core_matrix(graph))

    @property
    def nodes(self) -> int:
        """Number of rows."""
        return self.core.shape[0]

    @cached_property
    def fixed(self) -> np.ndarray:
        """The unit vector √d̃/‖√d̃‖ of eigenvalue 1 of S."""
        root = np.sqrt(np.diff(self.core.indptr).astype(np.float64))
        return root / np.linalg.norm(root)

    def laplacian(self) -> csr_array:
        """Return L = I − S."""
        found = csr_array(eye_array(self.nodes, format="csr") - self.core)
        found.indices, found.indptr = found.indices.astype(np.int32), found.indptr.astype(np.int32)
        return found

    def quotient(self, vector: np.ndarray) -> float:
        """Return λ of a vector in the coordinates of S, see `edge_quotient`."""
        return edge_quotient(self.core.indptr, self.core.indices, vector, loops=0)


def largest_component(name: str, cache: Path | None = None) -> ss.Graph:
    """Return the largest component of a graph of `benchmarks.graphs`, its nodes in their old order."""
    file = None if cache is None else cache / f"{name}-connected-{VERSION}.npz"
    if file is not None and file.exists():
        with np.load(file) as found:
            return unchecked(found["indptr"], found["indices"], name)
    graph = _largest(build(name, cache), name)
    if file is not None:
        half = file.with_suffix(".half.npz")
        np.savez(half, indptr=graph.indptr, indices=graph.indices)
        half.replace(file)
    return graph


def _largest(graph: ss.Graph, name: str) -> ss.Graph:
    nodes = graph.num_nodes
    ones = np.ones(graph.num_entries, dtype=np.int8)
    pattern = csr_array((ones, graph.indices, graph.indptr), shape=(nodes, nodes))
    count, labels = connected_components(pattern, directed=False)
    if count == 1:
        return unchecked(graph.indptr, graph.indices, name)
    kept = labels == np.argmax(np.bincount(labels))
    degrees = np.diff(graph.indptr)
    renamed = (np.cumsum(kept) - 1).astype(np.int32)
    indices = renamed[graph.indices[np.repeat(kept, degrees)]]
    indptr = np.concatenate([[0], np.cumsum(degrees[kept])])
    return unchecked(indptr.astype(np.int64), indices, name)


def edge_quotient(indptr: np.ndarray, indices: np.ndarray, vector: np.ndarray, loops: int) -> float:
    """Return Σ_edges (z_i − z_j)² / Σ d̃_i z_i², z = D̃^(-1/2) u without its d̃-weighted mean.

    Sums of squares, in which nothing cancels: right to many digits at any gap, where 1 − uᵀSu has an error of
    1e-16 whatever the gap is. Never below λ_2, but for rounding. ``loops`` is what d̃ has beyond the rows' entries.
    """
    degrees = np.diff(indptr).astype(np.float64) + loops
    z = np.asarray(vector, dtype=np.float64).ravel() / np.sqrt(degrees)
    z -= np.dot(degrees, z) / degrees.sum()
    mass = float(np.dot(degrees, z * z))
    if not (np.isfinite(mass) and mass > 0):
        return np.nan
    z -= np.dot(degrees, z) / degrees.sum()
    mass = float(np.dot(degrees, z * z))
    sums = np.zeros(CHUNKS)
    _edge_sums(indptr, indices, z, sums)
    return float(sums.sum() / 2 / mass)


@njit(parallel=True, cache=True)
def _edge_sums(indptr, indices, z, sums):
    nodes = len(z)
    for chunk in prange(len(sums)):
        total = 0.0
        for i in range(chunk * nodes // len(sums), (chunk + 1) * nodes // len(sums)):
            for e in range(indptr[i], indptr[i + 1]):
                total += (z[i] - z[indices[e]]) ** 2
        sums[chunk] = total
