"""2^24 nodes and half a billion entries: does it fit, and is it as fast per entry as a graph a sixteenth of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.versus.pool import Pool
from benchmarks.versus.verdicts.types import Results, Verdict, at_most

COLUMNS, DTYPE = 64, "float32"
MOST_GIB = 11.0
MOST_RATIO = 1.5
STEPS = 5


def measure(pool: Pool, threads: int) -> Results:
    """Return entries, seconds a step and peak bytes on both graphs, or the error."""
    found: Results = {}
    for graph in ("rmat", "huge"):
        asked: dict[str, Any] = {"graph": graph, "columns": COLUMNS, "dtype": DTYPE}
        peak = pool.ask("ours", threads, "memory", **asked)
        pool.end("ours", threads)
        answer = pool.ask("ours", threads, "prepare_unchecked", **asked)
        times = [pool.ask("ours", threads, "time", task="step", depth=1) for _ in range(STEPS)]
        pool.end("ours", threads)
        failed = next((a["error"] for a in (peak, answer, *times) if "error" in a), None)
        if failed is not None:
            return {"error": failed}
        seconds = statistics.median(time["seconds"] for time in times)
        found[graph] = {"entries": answer["entries"], "seconds": seconds, **peak}
    return found


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield memory and time per entry."""
    found = results.get("huge")
    if not found or "error" in found:
        return
    large, small = found["huge"], found["rmat"]
    name = f"2^24 nodes, {large['entries']:,} entries, F = {COLUMNS}"
    yield at_most(f"{name}, peak", MOST_GIB, large["step_bytes"] / 2**30, " GiB")
    per_entry = (large["seconds"] / large["entries"]) / (small["seconds"] / small["entries"])
    yield at_most(f"{name}, time per entry over that of 2^20 nodes", MOST_RATIO, per_entry)
