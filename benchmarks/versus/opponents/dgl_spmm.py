"""DGL's sparse kernel, called below the layer that makes a new output each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant


@dataclass(frozen=True)
class DGL:
    """``u_mul_e`` with S's values, or ``copy_u`` and a scaling of the rows; where ``bare``, ``copy_u`` alone.

    The bare kernel adds up neighbours and leaves the scaling to the caller, so it does less than the others:
    it computes (A + I)X, not SX, and is checked against that.
    """

    bare: bool = False

    @property
    def name(self) -> str:
        """``dgl`` or ``dgl_bare``."""
        return "dgl_bare" if self.bare else "dgl"

    def about(self) -> str:
        """Return the version."""
        import dgl

        return f"dgl {dgl.__version__}"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield DGL's own loop and that of libxsmm, with each operation."""
        import dgl
        import torch

        torch.set_num_threads(threads)
        dgl.utils.set_num_threads(threads)
        kernel = _kernel(matrix, blocks)
        dense = [torch.from_numpy(block) for block in blocks]
        inverse = torch.from_numpy((1.0 / np.diff(matrix.indptr)).astype(matrix.dtype)).reshape(-1, 1)

        def scaled(k: int) -> None:
            kernel("copy_lhs", k)
            dense[1 - k].mul_(inverse)

        works: dict[str, tuple[Callable[[int], None], str]] = {
            "copy_u, sum, without scaling": (lambda k: kernel("copy_lhs", k), "pattern"),
            "copy_u, sum, rows scaled after": (scaled, "walk"),
            "u_mul_e, sum": (lambda k: kernel("mul", k), "core"),
        }
        for libxsmm in (True, False):
            dgl.use_libxsmm(libxsmm)
            for name, (work, kind) in works.items():
                if self.bare != (kind == "pattern"):
                    continue
                setting = f"{name}, libxsmm {'on' if libxsmm else 'off'}, int32, output reused"
                yield Variant(setting, _with_libxsmm(libxsmm, work), blocks.__getitem__, kind)


def _with_libxsmm(libxsmm: bool, work: Callable[[int], None]) -> Callable[[int], None]:
    import dgl

    def multiply(k: int) -> None:
        if dgl.is_libxsmm_enabled() != libxsmm:
            dgl.use_libxsmm(libxsmm)
        work(k)

    return multiply


def _kernel(matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray]) -> Callable[[str, int], None]:
    """Return kernel(operation, k), which writes block 1 − k from block k."""
    import dgl
    import torch
    from dgl._sparse_ops import _CAPI_DGLKernelSpMM
    from dgl.backend import zerocopy_to_dgl_ndarray, zerocopy_to_dgl_ndarray_for_write
    from dgl.ndarray import array

    empty = torch.empty(0, dtype=torch.int32)
    pointers = torch.from_numpy(matrix.indptr), torch.from_numpy(matrix.indices)
    index = dgl.graph(("csc", (*pointers, empty)), num_nodes=matrix.shape[0])._graph
    dense = [torch.from_numpy(block) for block in blocks]
    reading = [zerocopy_to_dgl_ndarray(block) for block in dense]
    writing = [zerocopy_to_dgl_ndarray_for_write(block) for block in dense]
    nothing = array(np.empty(0, dtype=np.int32))
    edges: dict[str, Any] = {
        "copy_lhs": nothing,
        "mul": zerocopy_to_dgl_ndarray(torch.from_numpy(matrix.data).reshape(-1, 1)),
    }

    def kernel(operation: str, k: int) -> None:
        dense[1 - k].zero_()  # the kernel adds to what is there
        _CAPI_DGLKernelSpMM(
            index, operation, "sum", reading[k], edges[operation], writing[1 - k], nothing, nothing
        )

    return kernel
