"""Compiled loops that look at samples of a pattern; see `locality.py` for what they are for."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.graphs.arrays import IntArray

LEVELS = 17  # a node of a growing cluster is ranked by its share of entries that lead into it, in sixteenths


@kernel
def count_distinct(
    indices: IntArray, nodes: int, shift: int, starts: IntArray, lengths: IntArray, distinct: IntArray
) -> None:
    """distinct[w, k] ← number of different blocks of 2^shift nodes among the lengths[k] entries from starts[w]."""
    window_of = np.zeros((nodes >> shift) + 1, dtype=np.uint8)
    for w in range(len(starts)):
        at = starts[w]
        found = 0
        done = 0
        mark = np.uint8(w + 1)
        for k in range(len(lengths)):
            while done < lengths[k]:
                block = indices[at + done] >> shift
                done += 1
                if window_of[block] != mark:
                    window_of[block] = mark
                    found += 1
            distinct[w, k] = found


@kernel
def walk_breadth_first(
    indptr: IntArray,
    indices: IntArray,
    seeds: IntArray,
    lengths: IntArray,
    distinct: IntArray,
    read: IntArray,
) -> None:
    """Walk from each seed; when lengths[k] entries were read or the walk ended, note how many and the nodes met."""
    n = len(indptr) - 1
    walk_of = np.zeros(n, dtype=np.uint8)
    queue = np.empty(lengths[-1] + 1, dtype=np.int64)
    for s in range(len(seeds)):
        mark = np.uint8(s + 1)
        queue[0] = seeds[s]
        walk_of[seeds[s]] = mark
        head = 0
        tail = 1
        done = 0
        k = 0
        while k < len(lengths) and head < tail:
            u = queue[head]
            head += 1
            for e in range(indptr[u], indptr[u + 1]):
                if k == len(lengths):
                    break
                v = indices[e]
                if walk_of[v] != mark:
                    walk_of[v] = mark
                    queue[tail] = v
                    tail += 1
                done += 1
                if done == lengths[k]:
                    distinct[s, k] = tail
                    read[s, k] = done
                    k += 1
        for rest in range(k, len(lengths)):
            distinct[s, rest] = tail
            read[s, rest] = done


@kernel
def grow_clusters(
    indptr: IntArray,
    indices: IntArray,
    seeds: IntArray,
    sizes: IntArray,
    budget: int,
    inside: IntArray,
    volume: IntArray,
) -> None:
    """From each seed add the node that has the largest share of its entries in the cluster, one by one.

    Whenever a cluster has sizes[k] nodes, inside[s, k] becomes the number of its entries that stay inside and
    volume[s, k] that of all its entries. It ends when its part is done or ``budget`` entries were read. Of nodes
    with equal shares the one that came first is taken, which keeps the cluster round on a grid.
    """
    n = len(indptr) - 1
    cluster_of = np.zeros(n, dtype=np.uint8)
    links = np.zeros(n, dtype=np.int32)
    level_of = np.full(n, -1, dtype=np.int8)
    queued = np.empty(budget + 1, dtype=np.int64)
    following = np.empty(budget + 1, dtype=np.int64)
    first = np.empty(LEVELS, dtype=np.int64)
    last = np.empty(LEVELS, dtype=np.int64)
    for s in range(len(seeds)):
        mark = np.uint8(s + 1)
        first[:] = -1
        last[:] = -1
        queued[0] = seeds[s]
        following[0] = -1
        first[0] = 0
        last[0] = 0
        level_of[seeds[s]] = 0
        used = 1
        read = 0
        kept = 0
        total = 0
        count = 0
        top = 0
        k = 0
        while k < len(sizes):
            while top >= 0 and first[top] < 0:
                top -= 1
            if top < 0:
                break
            u = queued[first[top]]
            first[top] = following[first[top]]
            if cluster_of[u] == mark or level_of[u] != top:
                continue
            low = indptr[u]
            high = indptr[u + 1]
            if read + high - low > budget:
                break
            cluster_of[u] = mark
            read += high - low
            total += high - low
            kept += 2 * links[u]
            count += 1
            for e in range(low, high):
                v = indices[e]
                if v == u:
                    kept += 1
                elif cluster_of[v] != mark:
                    links[v] += 1
                    # no more than all, whatever an unsymmetric pattern says: it is a place in an array
                    degree = max(indptr[v + 1] - indptr[v], links[v])
                    level = (LEVELS - 1) * links[v] // degree
                    if level != level_of[v]:
                        level_of[v] = level
                        queued[used] = v
                        following[used] = -1
                        if first[level] < 0:
                            first[level] = used
                        else:
                            following[last[level]] = used
                        last[level] = used
                        used += 1
                        top = max(top, level)
            if count == sizes[k]:
                inside[s, k] = kept
                volume[s, k] = total
                k += 1
        # what this cluster left behind on the nodes around it
        for q in range(used):
            links[queued[q]] = 0
            level_of[queued[q]] = -1
