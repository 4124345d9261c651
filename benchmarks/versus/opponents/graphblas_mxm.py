"""SuiteSparse:GraphBLAS: sparse times full, by rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant


@dataclass(frozen=True)
class GraphBLAS:
    """``mxm`` over plus-times, into a new result and, by accumulation, into a zeroed full one."""

    name: str = "graphblas"

    def about(self) -> str:
        """Return the version."""
        gb = _graphblas()
        return f"SuiteSparse:GraphBLAS {'.'.join(map(str, gb.ss.about['library_version']))}"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield both ways."""
        gb = _graphblas()
        gb.ss.config["nthreads"] = threads
        core = gb.Matrix.from_csr(matrix.indptr, matrix.indices, matrix.data, ncols=matrix.shape[1])
        full = [gb.Matrix.from_dense(block) for block in blocks]

        def block(k: int) -> np.ndarray:
            return full[k].to_dense()

        def replace(k: int) -> None:
            full[1 - k] << gb.semiring.plus_times(core @ full[k])

        def accumulate(k: int) -> None:
            full[1 - k] << 0
            full[1 - k](accum=gb.binary.plus) << gb.semiring.plus_times(core @ full[k])

        yield Variant("mxm, plus-times, by row, full, new result", replace, block)
        yield Variant("mxm, plus-times, by row, accumulated into a zeroed result", accumulate, block)


def _graphblas():
    import graphblas as gb

    gb.init("suitesparse", blocking=True)
    return gb
