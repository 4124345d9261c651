"""The process of one contender: reads one JSON request a line, answers one JSON line.

A contender has a process of its own, because two OpenMP runtimes in one process disturb each other, a crash ends one
contender only, and memory can be told apart.
"""

from __future__ import annotations

import gc
import math
import sys
from pathlib import Path
from typing import Any

import spectral_smooth as ss
from benchmarks.graphs import VERSION, build
from benchmarks.serving import serve
from benchmarks.versus import runners
from benchmarks.versus.check import Expected, worst_error
from benchmarks.versus.core import core_matrix, multiplied_by, weighted
from benchmarks.versus.rss import high_water, reset_high_water, resident

BATCH = 0.03  # seconds that one timing lasts at least
COLD = 0.3  # a step longer than this needs no warm-up


class Worker:
    """Holds the prepared case between requests."""

    def __init__(self, contender: str, threads: int, cache: Path) -> None:
        self.contender, self.threads, self.cache = contender, threads, cache
        self.runner: runners.Runner | None = None
        self.estimates: dict[tuple[str, int], float] = {}

    def about(self) -> dict[str, Any]:
        """Return the version."""
        return {"about": runners.about(self.contender)}

    def prepare(self, graph: str, columns: int, dtype: str) -> dict[str, Any]:
        """Prepare a case and check its answer."""
        self.drop()
        built = build(graph, self.cache)
        self.runner = runners.prepare(self.contender, built, columns, dtype, self.threads)
        expected = self._expected(built, self.runner.kind)
        return {"setting": self.runner.setting, "worst_error": worst_error(expected, *self.runner.answer())}

    def prepare_unchecked(self, graph: str, columns: int, dtype: str) -> dict[str, Any]:
        """Prepare a case whose matrix in float64, which the check needs, would not fit."""
        self.drop()
        built = build(graph, self.cache)
        self.runner = runners.prepare(self.contender, built, columns, dtype, self.threads)
        return {"setting": self.runner.setting, "entries": built.num_entries, "nodes": built.num_nodes}

    def time(self, task: str, depth: int) -> dict[str, Any]:
        """Return the seconds of one task: a mean over a batch where it is short."""
        work = self.runner.tasks[task]
        estimate = self.estimates.get((task, depth))
        if estimate is None or estimate < COLD:
            estimate = runners.timed(work, depth)
            if estimate >= COLD and task == "run":  # as good as any: a run warms itself up
                self.estimates[task, depth] = estimate
                return {"seconds": estimate}
        repeats = max(1, math.ceil(BATCH / estimate)) if estimate < BATCH else 1
        seconds = runners.timed(lambda _: [work(depth) for _ in range(repeats)], 0) / repeats
        self.estimates[task, depth] = seconds
        return {"seconds": seconds}

    def memory(self, graph: str, columns: int, dtype: str) -> dict[str, Any]:
        """Return peak bytes of a step, and of preparing, above what the imported library takes."""
        small = runners.prepare(self.contender, build("tiny"), columns, dtype, self.threads)
        small.tasks["step"](1)
        del small
        base = resident()
        built = build(graph, self.cache)
        runner = runners.prepare(self.contender, built, columns, dtype, self.threads)
        prepared = high_water() - base
        if self.contender not in runners.OURS:
            del built  # the opponents have made what they need of it
        reset_high_water()
        runner.tasks["step"](1)
        return {"step_bytes": high_water() - base, "prepare_bytes": prepared}

    def drop(self) -> dict[str, Any]:
        """Free the case; a runner refers to itself, so the blocks would stay until Python happens to look."""
        self.runner = None
        self.estimates = {}
        gc.collect()
        return {}

    def _expected(self, graph: ss.Graph, kind: str) -> Expected:
        file = self.cache / f"{graph.name}-{kind}-check-{VERSION}.npz"
        if not file.exists():
            core = core_matrix(weighted(graph) if kind == "weighted" else graph)
            Expected.of(core if kind == "weighted" else multiplied_by(core, kind)).save(file)
        return Expected.load(file)


def main() -> int:
    """Answer requests until the input ends."""
    contender, threads, cache = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    return serve(lambda: Worker(contender, threads, cache))


if __name__ == "__main__":
    sys.exit(main())
