"""SciPy: the compiled loop behind ``csr_array @ dense``, single-threaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant


@dataclass(frozen=True)
class SciPy:
    """``csr_matvecs`` straight into the output: what ``@`` calls, without its new array each time."""

    name: str = "scipy"

    def about(self) -> str:
        """Return the version."""
        return f"scipy {version('scipy')}"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield the one setting; SciPy has no threads to set."""
        del threads
        from scipy.sparse import _sparsetools

        rows, columns = matrix.shape
        width = blocks[0].shape[1]
        flat = [block.reshape(-1) for block in blocks]
        arrays = (matrix.indptr, matrix.indices, matrix.data)

        def multiply(k: int) -> None:
            flat[1 - k].fill(0)
            if width == 1:
                _sparsetools.csr_matvec(rows, columns, *arrays, flat[k], flat[1 - k])
            else:
                _sparsetools.csr_matvecs(rows, columns, width, *arrays, flat[k], flat[1 - k])

        kernel = "csr_matvec" if width == 1 else "csr_matvecs"
        yield Variant(f"{kernel}, int32, output reused, one thread", multiply, blocks.__getitem__)
