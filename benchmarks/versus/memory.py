"""Peak memory of one step: a fresh process for each contender, the imported library not counted."""

from __future__ import annotations

from typing import Any

from benchmarks.versus.pool import Pool


def peak(pool: Pool, contender: str, threads: int, graph: str, columns: int, dtype: str) -> dict[str, Any]:
    """Return ``step_bytes`` (graph or matrix, blocks, and what the step takes) and ``prepare_bytes``, or an error."""
    pool.end(contender, threads)
    answer = pool.ask(contender, threads, "memory", graph=graph, columns=columns, dtype=dtype)
    pool.end(contender, threads)
    return answer
