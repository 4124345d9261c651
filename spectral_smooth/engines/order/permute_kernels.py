"""Compiled loops that permute a graph and its blocks; each does the rows from ``low`` to ``high``.

No range writes what another one reads or writes: ranges may run on different threads.
"""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.graphs.arrays import FloatArray, IntArray

SHORT = 128  # rows up to here are sorted by comparing all with all
AHEAD = 128  # rows whose starts are read together


@kernel
def invert(order: IntArray, position: IntArray, low: int, high: int) -> None:
    """position[order[k]] ← k."""
    for k in range(low, high):
        position[order[k]] = k


@kernel
def count_entries(indptr: IntArray, order: IntArray, out: IntArray) -> None:
    """Row pointers of the permuted graph."""
    out[0] = 0
    for k in range(len(order)):
        u = order[k]
        out[k + 1] = out[k] + (indptr[u + 1] - indptr[u])


@kernel
def place_short(keys: IntArray, count: int, places: IntArray) -> None:
    """places[i] ← where key i goes when they are sorted, by comparing all with all: no branch to mispredict."""
    for i in range(count):
        key = keys[i]
        place = 0
        for j in range(i):
            place += keys[j] <= key
        for j in range(i + 1, count):
            place += keys[j] < key
        places[i] = place


@kernel
def place_long(keys: IntArray, count: int, largest: int, places: IntArray) -> None:
    """Do what `place_short` does, by one pass per byte of the ``largest`` key, lowest first."""
    source = np.arange(count)
    target = np.empty(count, dtype=np.int64)
    starts = np.empty(257, dtype=np.int64)
    shift = 0
    while shift == 0 or largest >> shift:
        starts[:] = 0
        for i in range(count):
            starts[((keys[i] >> shift) & 255) + 1] += 1
        for b in range(256):
            starts[b + 1] += starts[b]
        for i in range(count):
            byte = (keys[source[i]] >> shift) & 255
            target[starts[byte]] = source[i]
            starts[byte] += 1
        source, target = target, source
        shift += 8
    for i in range(count):
        places[source[i]] = i


@kernel
def move_rows(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    order: IntArray,
    position: IntArray,
    new_indptr: IntArray,
    new_indices: IntArray,
    new_weights: FloatArray | None,
    low: int,
    high: int,
) -> int:
    """Row k of the new matrix ← the entries of row order[k] of the old one under their new ids, sorted.

    Returns a number that means nothing: without it the compiler would leave out the reads ahead.
    """
    longest = SHORT
    for k in range(low, high):
        longest = max(longest, new_indptr[k + 1] - new_indptr[k])
    keys = np.empty(longest, dtype=new_indices.dtype)
    places = np.empty(longest, dtype=new_indices.dtype)
    sources = np.empty(AHEAD, dtype=np.int64)
    nothing = 0
    for first in range(low, high, AHEAD):
        last = min(first + AHEAD, high)
        # The old rows lie anywhere. Reading where they start, then their ends, in loops that depend on nothing
        # lets the processor wait for many of them at once.
        for k in range(first, last):
            sources[k - first] = indptr[order[k]]
        for k in range(first, last):
            count = new_indptr[k + 1] - new_indptr[k]
            if count:
                nothing += indices[sources[k - first]] + indices[sources[k - first] + count - 1]
        for k in range(first, last):
            source = sources[k - first]
            start = new_indptr[k]
            count = new_indptr[k + 1] - start
            for i in range(count):
                keys[i] = position[indices[source + i]]
            if count <= SHORT:
                place_short(keys, count, places)
            else:
                place_long(keys, count, len(position), places)
            for i in range(count):
                new_indices[start + places[i]] = keys[i]
            if weights is not None and new_weights is not None:
                for i in range(count):
                    new_weights[start + places[i]] = weights[source + i]
    return nothing


@kernel
def take_rows(x: FloatArray, order: IntArray, out: FloatArray, low: int, high: int) -> None:
    """out[k] ← x[order[k]]; ``out`` may be wider than x, the rest of a row stays as it is."""
    columns = x.shape[1]
    for k in range(low, high):
        u = order[k]
        for f in range(columns):
            out[k, f] = x[u, f]


@kernel
def put_rows(x: FloatArray, order: IntArray, out: FloatArray, low: int, high: int) -> None:
    """out[order[k]] ← x[k]; x may be wider than ``out``."""
    columns = out.shape[1]
    for k in range(low, high):
        u = order[k]
        for f in range(columns):
            out[u, f] = x[k, f]
