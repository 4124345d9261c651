"""Threads for kernels that release the interpreter lock: a pool of our own, asleep when idle.

The kernels hand out their chunks by an atomic counter, so every thread runs the same call. Unlike OpenMP's, these
threads do not spin between calls (BLAS has the cores then) and survive a fork.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

from spectral_smooth.engines.crew import Crew

# Waking another thread takes about 30 µs: worth it from this many multiplications on.
SERIAL_BELOW = 200_000

_crew: Crew | None = None


def default_threads() -> int:
    """Return the number of threads that kernels use.

    What numba was told (``NUMBA_NUM_THREADS``, `numba.set_num_threads`; joblib tells its workers), or else the
    processors that this process may use, counting a container's quota. In a worker process of
    `multiprocessing` one, for its parent uses the others.
    """
    import numba

    told = numba.get_num_threads()
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    if "NUMBA_NUM_THREADS" in os.environ or told < most:
        return int(told)
    if parent_process() is not None:
        return 1
    return max(1, min(int(told), _allowed_here()))


def allowed_processors(quota_file: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many processors this process may use: its affinity, and a container's quota rounded up."""
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    try:
        quota, period = quota_file.read_text().split()[:2]
        return count if quota == "max" else max(1, min(count, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return count


@cache
def _allowed_here() -> int:
    """Ask the system once: reading its file takes as long as a small product."""
    return allowed_processors()


def run_chunks(kernel: Callable[..., Any], arguments: tuple[Any, ...], work: int) -> None:
    """Call a kernel with the same arguments in as many threads as ``work`` multiplications are worth.

    Parameters
    ----------
    kernel : compiled function
        Takes chunks from a counter among its arguments until none is left.
    arguments : tuple
    work : int
        Multiplications of the whole call.
    """
    others = min(default_threads(), max(1, work // SERIAL_BELOW)) - 1
    if others < 1:
        kernel(*arguments)
        return
    calls = _threads().start(kernel, arguments, others)
    error: BaseException | None = None
    try:
        kernel(*arguments)
    finally:
        # Also after Ctrl-C: nobody may still be writing when the caller goes on.
        for call in calls:
            error = call.end() or error
    if error is not None:
        raise error


def _threads() -> Crew:
    global _crew
    if _crew is None:
        _crew = Crew()
    return _crew


def _forget_crew() -> None:
    global _crew
    _crew = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_crew)


@contextmanager
def few_threads(work: int, below: int = SERIAL_BELOW) -> Iterator[None]:
    """Keep small work of kernels that numba itself runs in parallel on one thread."""
    import numba

    before = numba.get_num_threads()
    wanted = 1 if work < below else default_threads()
    if wanted < before:
        numba.set_num_threads(wanted)
    try:
        yield
    finally:
        numba.set_num_threads(before)
