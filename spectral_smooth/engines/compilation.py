"""Compiled functions: kept on disk where there is room, counted, and compiled only for what is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numba import njit

from spectral_smooth.engines.kernel_files import KernelFiles

# Lets sums be taken in another order, and a·b + c be one operation; NaN and infinity stay what they are.
REASSOCIATE = {"reassoc", "contract", "nsz"}

_kernels: list[Any] = []


@dataclass(frozen=True)
class Compilations:
    """How many variants of kernels were compiled, and how many read from disk.

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

    def __sub__(self, before: Compilations) -> Compilations:
        return Compilations(self.compiled - before.compiled, self.loaded - before.loaded)


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a function at its first call with each new combination of types; it holds no interpreter lock.

    The machine code is kept on disk (see `kernel_files`). Where nothing can be written, it is compiled anew in every
    process, with one warning.

    Parameters
    ----------
    function : callable
        What it closes over must be plain numbers.
    **options
        Further options of `numba.njit`.
    """
    settings: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    compiled = njit(**settings)(function)
    # njit(cache=True) would put numba's own cache here, which is not safe between processes.
    compiled._cache = KernelFiles(function, settings)
    _kernels.append(compiled)
    return compiled


def compilations() -> Compilations:
    """Return what was compiled and what was read from the cache so far in this process.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> before = ss.compilations()
    >>> _ = ss.propagate(ss.gcn(ss.load("karate").graph), np.eye(34), 2)
    >>> _ = ss.propagate(ss.gcn(ss.load("karate").graph), np.eye(34), 2)
    >>> used = ss.compilations() - before  # the second call needed nothing that the first had not made ready
    >>> used.compiled + used.loaded < 12
    True
    """
    compiled = loaded = 0
    for one in _kernels:
        hits = sum(one.stats.cache_hits.values())
        loaded += hits
        compiled += len(one.signatures) - hits
    return Compilations(compiled, loaded)
