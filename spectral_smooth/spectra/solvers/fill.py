"""How large a sparse factor would become, before anything is factorised."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.spectra.solvers.signed import SignedCore


def fill_bound(matrix: csr_array, stop: int) -> int:
    """Return the entries of the Cholesky factor under the better of two simple orders, or ``stop`` + 1.

    Rising degree suits webs and hubs, reverse Cuthill–McKee meshes and strips. Minimum degree, which the
    factorisation uses, seldom needs more than either, so this bounds it in practice (not as a theorem).

    Parameters
    ----------
    matrix : csr_array
        Symmetric.
    stop : int
        Counting ends beyond this many.
    """
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    best = stop + 1
    for order in (
        np.argsort(np.diff(indptr), kind="stable"),
        reverse_cuthill_mckee(matrix, symmetric_mode=True),
    ):
        forward = np.asarray(order, dtype=np.int64)
        best = min(best, int(compiled_count()(indptr, indices, forward, np.argsort(forward), best)))
    return best


def fill_bound_of(core: SignedCore, stop: int) -> int:
    """Return `fill_bound` of a core without making its matrix."""
    graph = core.operator.graph
    present = np.ones(graph.num_entries, dtype=np.int8)
    return fill_bound(csr_array((present, graph.indices, graph.indptr), shape=(core.nodes, core.nodes)), stop)


@cache
def compiled_count() -> Any:
    """Return `count_factor`, compiled."""
    from spectral_smooth.engines.compilation import kernel

    return kernel(count_factor)


def count_factor(indptr: IntArray, indices: IntArray, order: IntArray, place: IntArray, stop: int) -> int:
    """Entries of the lower Cholesky factor in a given order, diagonal included; ``stop`` + 1 if more.

    Liu's elimination tree, then each row's subtree walked once (Gilbert, Ng and Peyton, 1994, section 2).
    """
    n = len(indptr) - 1
    parent = np.full(n, -1, np.int64)
    ancestor = np.full(n, -1, np.int64)
    for k in range(n):
        for p in range(indptr[order[k]], indptr[order[k] + 1]):
            j = place[indices[p]]
            while j != -1 and j < k:
                following = ancestor[j]
                ancestor[j] = k
                if following == -1:
                    parent[j] = k
                j = following
    mark = np.full(n, -1, np.int64)
    total = n
    for k in range(n):
        mark[k] = k
        for p in range(indptr[order[k]], indptr[order[k] + 1]):
            j = place[indices[p]]
            while j < k and mark[j] != k:
                mark[j] = k
                total += 1
                j = parent[j]
        if total > stop:
            return stop + 1
    return total
