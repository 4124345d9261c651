"""PyTorch: a sparse CSR tensor times a dense one, into a reused output."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant


@dataclass(frozen=True)
class Torch:
    """``torch.mm(S, X, out=)``, which calls the MKL inside torch, and torch's own kernel of ``reduce="sum"``."""

    name: str = "torch"

    def about(self) -> str:
        """Return the version and the instructions that its own kernels use."""
        import torch

        return f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield int32 into ``out=``, and int64 with torch's own kernel, which takes no int32."""
        import torch

        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support", category=UserWarning)
        torch.sparse.check_sparse_tensor_invariants.disable()
        dense = [torch.from_numpy(block) for block in blocks]
        narrow = _tensor(matrix, np.int32)
        if blocks[0].shape[1] == 1:
            lines = [block[:, 0] for block in dense]
            yield Variant(
                "mv(out=), int32",
                lambda k: torch.mv(narrow, lines[k], out=lines[1 - k]),
                blocks.__getitem__,
            )
        yield Variant(
            "mm(out=), int32",
            lambda k: torch.mm(narrow, dense[k], out=dense[1 - k]),
            blocks.__getitem__,
        )
        wide = _tensor(matrix, np.int64)
        kept = list(dense)

        def reduce(k: int) -> None:
            kept[1 - k] = torch.sparse.mm(wide, kept[k], reduce="sum")

        yield Variant("sparse.mm(reduce='sum'), int64", reduce, lambda k: kept[k].numpy())


def _tensor(matrix: csr_array, index: type):
    import torch

    return torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr.astype(index)),
        torch.from_numpy(matrix.indices.astype(index)),
        torch.from_numpy(matrix.data),
        size=matrix.shape,
    )
