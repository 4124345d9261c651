"""Compiled functions: cached on disk where there is room, counted, and compiled only for what is used."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from numba import njit

# Lets sums be taken in another order, and a·b + c be one operation; NaN and infinity stay what they are.
REASSOCIATE = {"reassoc", "contract", "nsz"}

_kernels: list[Any] = []


@dataclass(frozen=True)
class Compilations:
    """How many variants of kernels this process has compiled, and how many it has read from disk.

    Examples
    --------
    >>> print(Compilations(compiled=2, loaded=5))
    7 kernel variants in use: 2 compiled, 5 read from the cache
    """

    compiled: int
    loaded: int

    def __str__(self) -> str:
        total = self.compiled + self.loaded
        return f"{total} kernel variants in use: {self.compiled} compiled, {self.loaded} read from the cache"


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a function at its first call with each new combination of types; it holds no interpreter lock.

    The machine code is kept on disk, beside the source or, where that may not be written, in the user's cache folder;
    numba keys it by processor and replaces files as a whole, so other processes and other machines do no harm.
    Without any folder to write to, it is compiled anew in every process.

    Parameters
    ----------
    function : callable
    **options
        Further options of `numba.njit`.
    """
    settings: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    try:
        compiled = njit(cache=True, **settings)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        warnings.warn(
            "compiled kernels cannot be kept: neither the package's folder nor the user's cache folder can be "
            "written; set NUMBA_CACHE_DIR to a folder that can, or every process compiles for some seconds",
            stacklevel=2,
        )
        compiled = njit(**settings)(function)
    _kernels.append(compiled)
    return compiled


def compilations() -> Compilations:
    """Return what was compiled and what was read from the cache so far in this process."""
    compiled = loaded = 0
    for one in _kernels:
        hits = sum(one.stats.cache_hits.values())
        loaded += hits
        compiled += len(one.signatures) - hits
    return Compilations(compiled, loaded)


@cache
def source_stamp() -> int:
    """Return a number that changes with the kernels' sources.

    numba looks at the file of the compiled function only, not at those of the functions it is composed of.
    """
    stamp = 0
    for path in sorted((Path(__file__).parent / "kernels").glob("*.py")):
        stamp = crc32(path.read_bytes(), stamp)
    return stamp
