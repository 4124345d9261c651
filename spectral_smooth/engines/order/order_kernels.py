"""Compiled loops that find node orders: arrays in, arrays out, nothing else.

One thread each: every one of them walks a queue or updates labels in sequence, and that sequence is what makes
the result the same every time. Node ids have the type of ``indices``.
"""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.graphs.arrays import IntArray

SHORT = 64  # rows up to here count their labels by comparing all with all


@kernel
def rank_by_degree(indptr: IntArray, order: IntArray) -> None:
    """Write the nodes by falling number of entries; equal ones stay as they were."""
    n = len(indptr) - 1
    largest = 0
    for i in range(n):
        largest = max(largest, indptr[i + 1] - indptr[i])
    # starts[k]: where the nodes with largest − k entries begin
    starts = np.zeros(largest + 2, dtype=np.int64)
    for i in range(n):
        starts[largest - (indptr[i + 1] - indptr[i]) + 1] += 1
    for k in range(largest + 1):
        starts[k + 1] += starts[k]
    for i in range(n):
        k = largest - (indptr[i + 1] - indptr[i])
        order[starts[k]] = i
        starts[k] += 1


@kernel
def breadth_first(
    indptr: IntArray, indices: IntArray, seeds: IntArray, order: IntArray, heads: IntArray
) -> int:
    """Write the nodes breadth first, from each seed not yet seen; return the number of components.

    ``heads[c]`` becomes where component c begins; ``seeds`` holds every node once, ``heads`` one place more than
    there are nodes.
    """
    n = len(indptr) - 1
    seen = np.zeros(n, dtype=np.uint8)
    head = 0
    tail = 0
    components = 0
    for seed in seeds:
        if seen[seed]:
            continue
        heads[components] = tail
        components += 1
        seen[seed] = 1
        order[tail] = seed
        tail += 1
        while head < tail:
            u = order[head]
            head += 1
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                if not seen[v]:
                    seen[v] = 1
                    order[tail] = v
                    tail += 1
    heads[components] = tail
    return components


@kernel
def join_blocks(source: IntArray, heads: IntArray, by: IntArray, out: IntArray) -> None:
    """Write the blocks source[heads[b]:heads[b + 1]] one after the other, b as in ``by``."""
    at = 0
    for b in by:
        for k in range(heads[b], heads[b + 1]):
            out[at] = source[k]
            at += 1


@kernel
def spread_labels(
    indptr: IntArray,
    indices: IntArray,
    labels: IntArray,
    sizes: IntArray,
    active: IntArray,
    votes: IntArray,
    largest: int,
    longest_row: int,
) -> int:
    """Let each active node take the label most frequent among its neighbours, in place; return how many changed.

    Nodes come one by one, each sees what those before it took, and wakes its neighbours when it changes.
    ``sizes`` counts the nodes of each label: one that ``largest`` nodes have takes no more. A row of more than
    ``longest_row`` entries keeps its label: a hub belongs everywhere. Of equally frequent labels the own one
    wins, then the one met first. ``votes`` is all zeros before and after.
    """
    near = np.empty(SHORT, dtype=labels.dtype)
    changed = 0
    for u in range(len(indptr) - 1):
        if not active[u]:
            continue
        active[u] = 0
        low = indptr[u]
        count = indptr[u + 1] - low
        if count > longest_row:
            continue
        own = labels[u]
        best = own
        most = 0
        if count <= SHORT:
            # every label against every other: more work than counting, but all of it in vector registers
            for k in range(count):
                near[k] = labels[indices[low + k]]
            for k in range(count):
                label = near[k]
                same = 0
                for j in range(count):
                    same += near[j] == label
                if same > most or (same == most and label == own):  # noqa: SIM102
                    if label == own or sizes[label] < largest:
                        most = same
                        best = label
        else:
            for e in range(low, low + count):
                votes[labels[indices[e]]] += 1
            for e in range(low, low + count):
                label = labels[indices[e]]
                same = votes[label]
                if same > most or (same == most and label == own):  # noqa: SIM102
                    if label == own or sizes[label] < largest:
                        most = same
                        best = label
            for e in range(low, low + count):
                votes[labels[indices[e]]] = 0
        if best != own:
            sizes[own] -= 1
            sizes[best] += 1
            labels[u] = best
            changed += 1
            for e in range(low, low + count):
                active[indices[e]] = 1
    return changed


@kernel
def gather_labels(walk: IntArray, labels: IntArray, order: IntArray) -> None:
    """Write the nodes label by label: labels as they first appear on the walk, nodes of one as on the walk."""
    n = len(walk)
    starts = np.zeros(n + 1, dtype=np.int64)
    rank = np.full(n, -1, dtype=labels.dtype)
    found = 0
    for u in walk:
        label = labels[u]
        if rank[label] < 0:
            rank[label] = found
            found += 1
        starts[rank[label] + 1] += 1
    for k in range(found):
        starts[k + 1] += starts[k]
    for u in walk:
        k = rank[labels[u]]
        order[starts[k]] = u
        starts[k] += 1
