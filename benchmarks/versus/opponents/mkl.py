"""Intel MKL's inspector-executor through ctypes: the plan is made once, the output is reused.

sparse-dot-mkl makes a new handle at every call, without hint or plan, hence the calls are made here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, version
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from benchmarks.versus.opponents.types import Variant

NON_TRANSPOSE, GENERAL, ROW_MAJOR, ZERO_BASED = 10, 20, 101, 0
MEMORY = {"aggressive": 81, "none": 80}


class _Description(ctypes.Structure):
    _fields_ = (("type", ctypes.c_int), ("mode", ctypes.c_int), ("diagonal", ctypes.c_int))


@dataclass(frozen=True)
class MKL:
    """``mkl_sparse_?_mm`` (``_mv`` for one column) with hint and optimisation, and without."""

    name: str = "mkl"

    def about(self) -> str:
        """Return the version, and the code path: the processor's library that MKL loaded."""
        library = _library()
        library.MKL_Get_Max_Threads()
        buffer = ctypes.create_string_buffer(200)
        library.MKL_Get_Version_String(buffer, 200)
        found = re.findall(r"libmkl_(avx\w*|def|mc3)\.so", Path("/proc/self/maps").read_text())
        path = found[0] if found else "unknown"
        return f"mkl {version('mkl')}, code path {path} ({buffer.value.decode().strip()})"

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield: planned with all memory it likes, planned without more memory, and not planned."""
        _library().MKL_Set_Num_Threads(threads)
        for memory in ("aggressive", "none", None):
            yield _variant(matrix, blocks, memory)


def _variant(matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], memory: str | None) -> Variant:
    library, width = _library(), blocks[0].shape[1]
    letter, number = ("s", ctypes.c_float) if matrix.dtype == np.float32 else ("d", ctypes.c_double)
    handle, general = ctypes.c_void_p(), _Description(GENERAL, 0, 0)
    rows, columns = matrix.shape
    arrays = [matrix.indptr[:-1], matrix.indptr[1:], matrix.indices, matrix.data]
    create = getattr(library, f"mkl_sparse_{letter}_create_csr")
    _call(create, ctypes.byref(handle), ZERO_BASED, rows, columns, *map(_address, arrays))
    setting = "not planned"
    if memory is not None:
        setting = f"hint, optimize, memory {memory}"
        if width == 1:
            _call(library.mkl_sparse_set_mv_hint, handle, NON_TRANSPOSE, general, 10_000)
        else:
            _call(library.mkl_sparse_set_mm_hint, handle, NON_TRANSPOSE, general, ROW_MAJOR, width, 10_000)
        _call(library.mkl_sparse_set_memory_hint, handle, MEMORY[memory])
        _call(library.mkl_sparse_optimize, handle)
    addresses = [_address(block) for block in blocks]
    one, zero = number(1.0), number(0.0)
    if width == 1:
        kernel = getattr(library, f"mkl_sparse_{letter}_mv")

        def multiply(k: int) -> None:
            _call(kernel, NON_TRANSPOSE, one, handle, general, addresses[k], zero, addresses[1 - k])
    else:
        kernel = getattr(library, f"mkl_sparse_{letter}_mm")

        def multiply(k: int) -> None:
            _call(
                kernel, NON_TRANSPOSE, one, handle, general, ROW_MAJOR,
                addresses[k], width, width, zero, addresses[1 - k], width,
            )  # fmt: skip

    def close() -> None:
        library.mkl_sparse_destroy(handle)
        arrays.clear()  # MKL reads them for as long as the handle lives, so this function holds them

    called = "mv" if width == 1 else "mm, row major"
    return Variant(
        f"inspector-executor {called}, {setting}, int32",
        multiply,
        blocks.__getitem__,
        close=close,
    )


def _call(function, *arguments: object) -> None:
    status = function(*arguments)
    if status != 0:
        raise RuntimeError(f"{function.__name__} answered with status {status}")


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


@cache
def _library() -> ctypes.CDLL:
    """Load MKL and the OpenMP of its threads from the installed wheels."""
    _load("intel-openmp", r"libiomp5\.so$", ctypes.RTLD_GLOBAL)
    return _load("mkl", r"libmkl_rt\.so[.\d]*$", ctypes.RTLD_GLOBAL)


def _load(package: str, pattern: str, mode: int) -> ctypes.CDLL:
    files = distribution(package).files or ()
    path = next(Path(file.locate()).resolve() for file in files if re.search(pattern, file.name))
    return ctypes.CDLL(str(path), mode=mode)
