"""Seeded graphs that the benchmarks run on: R-MAT, grids, random regular, communities, rings of cliques, real ones.

A name gives the same graph for any number of threads: random numbers are hashes of the edge's number, not draws
in an order. ``build(name, cache=folder)`` keeps the arrays of a graph in a file and reads them the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numba import njit, prange

import spectral_smooth as ss
from benchmarks.machine import DATA

VERSION = 1  # part of the cache's file names: raise it when a builder changes
QUADRANTS = (0.57, 0.19, 0.19)  # of the Graph500 benchmark; the rest is the fourth


def build(name: str, cache: Path | None = None) -> ss.Graph:
    """Return one of ``GRAPHS``."""
    if cache is None:
        return GRAPHS[name]()
    file = cache / f"{name}-{VERSION}.npz"
    if not file.exists():
        graph = GRAPHS[name]()
        cache.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half.npz")
        np.savez(half, indptr=graph.indptr, indices=graph.indices)
        half.replace(file)
        return graph
    with np.load(file) as found:
        return unchecked(found["indptr"], found["indices"], name)


def unchecked(indptr: np.ndarray, indices: np.ndarray, name: str) -> ss.Graph:
    """Return a graph without the constructor's checks, which take longer and more memory than building it.

    For arrays that this module made: a test holds them against the checks.
    """
    graph = object.__new__(ss.Graph)
    for array in (indptr, indices):
        array.flags.writeable = False
    fields = {"indptr": indptr, "indices": indices, "weights": None, "name": name}
    for field, value in fields.items():
        object.__setattr__(graph, field, value)
    return graph


def rmat(scale: int, edges: int, name: str, seed: int = 1) -> ss.Graph:
    """Return a power-law graph of 2^scale nodes: Graph500's quadrants, shuffled ids, duplicates merged."""
    shuffled = np.random.default_rng(seed).permutation(1 << scale).astype(np.int64)
    keys = np.empty(2 * edges, dtype=np.int64)
    _rmat_keys(np.uint64(seed), scale, shuffled, np.cumsum(QUADRANTS), keys)
    return _from_keys(keys, 1 << scale, name)


def grid(width: int, height: int) -> ss.Graph:
    """Return the 2-D grid, row by row, four neighbours inside."""
    at = np.arange(width * height, dtype=np.int64).reshape(height, width)
    ends = (
        np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()]),
        np.concatenate([at[:, 1:].ravel(), at[1:].ravel()]),
    )
    return _from_keys(_both_directions(*ends), at.size, "grid")


def regular(nodes: int, degree: int, name: str = "regular", seed: int = 2) -> ss.Graph:
    """Return a random simple regular graph of even degree.

    Random permutations give the edges i ~ p(i); a self-loop or a duplicate changes its end with that of a
    random edge, which leaves every degree as it is, until none is left.
    """
    rng = np.random.default_rng(seed)
    first = np.tile(np.arange(nodes, dtype=np.int64), degree // 2)
    second = np.concatenate([rng.permutation(nodes) for _ in range(degree // 2)]).astype(np.int64)
    while len(bad := _not_simple(first, second)):
        for edge, other in zip(bad, rng.integers(len(first), size=len(bad)), strict=True):
            second[edge], second[other] = second[other], second[edge]
    return _from_keys(_both_directions(first, second), nodes, name)


def communities(
    nodes: int, size: int, degree: int, inside: float = 0.9, name: str = "communities", seed: int = 3
) -> ss.Graph:
    """Return planted communities of about ``size`` nodes, hidden by shuffled ids.

    Of the edges the share ``inside`` has both ends in one community, the others go anywhere.
    """
    rng = np.random.default_rng(seed)
    edges = nodes * degree // 2
    groups = max(nodes // size, 1)
    starts = np.arange(groups + 1, dtype=np.int64) * nodes // groups
    first = rng.integers(nodes, size=edges)
    group = np.searchsorted(starts, first, side="right") - 1
    near = starts[group] + (rng.random(edges) * (starts[group + 1] - starts[group])).astype(np.int64)
    second = np.where(rng.random(edges) < inside, near, rng.integers(nodes, size=edges))
    shuffled = rng.permutation(nodes).astype(np.int64)
    return _from_keys(_both_directions(shuffled[first], shuffled[second]), nodes, name)


def ring_of_cliques(cliques: int, size: int) -> ss.Graph:
    """Return cliques in a ring, the last node of each joined to the first of the next.

    A bottleneck between any two neighbours: the gap falls with the squares of both numbers.
    """
    if cliques < 3 or size < 2:
        raise ValueError(
            f"a ring of cliques has 3 of them and 2 nodes in each at least, got {cliques}, {size}"
        )
    inside = np.stack(np.triu_indices(size, 1)).astype(np.int64)
    first = np.arange(cliques, dtype=np.int64) * size
    ends = (inside[:, None, :] + first[None, :, None]).reshape(2, -1)
    joints = np.stack([first + size - 1, np.roll(first, -1)])
    return _from_keys(_both_directions(*np.hstack([ends, joints])), cliques * size, "ring_of_cliques")


def real(name: str) -> ss.Graph:
    """Return a graph of the folder of real data."""
    return ss.read(DATA / "npz" / f"{name}.npz").graph


GRAPHS: dict[str, Callable[[], ss.Graph]] = {
    "rmat": partial(rmat, 20, 16 << 20, "rmat"),
    "grid": partial(grid, 1000, 1000),
    "regular": partial(regular, 1_000_000, 16),
    "communities": partial(communities, 1_000_000, 1000, 16),
    "strip": partial(grid, 10, 100_000),
    "ring_of_cliques": partial(ring_of_cliques, 1000, 100),
    "cora": partial(real, "cora"),
    "tolokers": partial(real, "tolokers"),
    "web_cnr2000": partial(real, "web_cnr2000"),
    "huge": partial(rmat, 24, 272 << 20, "huge"),
    "tiny": partial(rmat, 8, 1000, "tiny"),
    "rmat_small": partial(rmat, 14, 1 << 18, "rmat_small"),
    "grid_small": partial(grid, 100, 100),
    "regular_small": partial(regular, 20_000, 16, "regular_small"),
    "communities_small": partial(communities, 20_000, 500, 16, name="communities_small"),
    "strip_small": partial(grid, 10, 2000),
    "ring_of_cliques_small": partial(ring_of_cliques, 60, 20),
}


def _both_directions(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return row << 32 | column of both entries of every edge."""
    return np.concatenate([first << 32 | second, second << 32 | first])


def _not_simple(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the edges that are a self-loop or repeat another edge."""
    keys = np.minimum(first, second) << 32 | np.maximum(first, second)
    ordered = np.sort(keys)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    at = np.minimum(np.searchsorted(repeated, keys), max(len(repeated) - 1, 0))
    twice = repeated[at] == keys if len(repeated) else np.zeros(len(keys), dtype=bool)
    return np.flatnonzero((first == second) | twice)


def _from_keys(keys: np.ndarray, nodes: int, name: str) -> ss.Graph:
    """Sort the keys in place; drop repeated ones and self-loops."""
    keys.sort()
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    kept = _compact(keys, indptr)
    indices = np.empty(kept, dtype=np.int32)
    _columns(keys, indices)
    return unchecked(np.cumsum(indptr), indices, name)


@njit(cache=True)
def _compact(keys, counts):
    """Move the keys that are kept to the front; count those of row i in counts[i + 1]."""
    kept = 0
    last = np.int64(-1)
    for key in keys:
        row = key >> 32
        if key != last and row != key & 0xFFFFFFFF:
            keys[kept] = key
            counts[row + 1] += 1
            kept += 1
        last = key
    return kept


@njit(cache=True)
def _columns(keys, columns):
    for at in range(len(columns)):
        columns[at] = np.int32(keys[at] & 0xFFFFFFFF)


@njit(cache=True)
def _hash(x):
    """Mix the bits of a counter (splitmix64)."""
    x += np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(parallel=True, cache=True)
def _rmat_keys(seed, scale, shuffled, ends, keys):
    """Write row << 32 | column of both entries of every edge."""
    edges = len(keys) // 2
    for edge in prange(edges):
        row = np.int64(0)
        column = np.int64(0)
        state = _hash(_hash(seed) + np.uint64(edge))
        for _ in range(scale):
            state = _hash(state)
            u = np.float64(state >> np.uint64(11)) * 2.0**-53
            row = row << 1 | np.int64(u >= ends[1])
            column = column << 1 | np.int64((ends[0] <= u < ends[1]) or u >= ends[2])
        row, column = shuffled[row], shuffled[column]
        keys[2 * edge] = row << 32 | column
        keys[2 * edge + 1] = column << 32 | row
