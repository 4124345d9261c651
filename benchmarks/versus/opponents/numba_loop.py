"""The loop that everyone writes first: numba over rows in parallel. Shown beside the libraries, not one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from numba import njit, prange, set_num_threads
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant


@dataclass(frozen=True)
class NumbaLoop:
    """Three nested loops with ``prange`` and fast-math."""

    name: str = "numba_loop"

    def about(self) -> str:
        """Return the version."""
        return f"numba {version('numba')}"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield the one setting."""
        set_num_threads(threads)

        def multiply(k: int) -> None:
            _multiply(matrix.indptr, matrix.indices, matrix.data, blocks[k], blocks[1 - k])

        yield Variant("prange over rows, fast-math, int32", multiply, blocks.__getitem__)


@njit(parallel=True, fastmath=True, cache=True)
def _multiply(indptr, indices, values, x, out):
    columns = x.shape[1]
    for i in prange(len(indptr) - 1):
        out[i, :] = 0
        for e in range(indptr[i], indptr[i + 1]):
            value = values[e]
            j = indices[e]
            for f in range(columns):
                out[i, f] += value * x[j, f]
