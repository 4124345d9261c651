"""The process of one contender on one graph: reads one JSON request a line, answers one JSON line."""

from __future__ import annotations

import gc
import math
import signal
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.eigen_race.contenders.ours import GraphProblem, Ours
from benchmarks.eigen_race.contenders.registry import CONTENDERS
from benchmarks.eigen_race.problem import Problem, largest_component
from benchmarks.serving import serve
from benchmarks.versus.rss import high_water, reset_high_water, resident

WARM = "tiny"


class _LateError(Exception):
    """The alarm has gone off."""


def _late(*_: object) -> None:
    raise _LateError


class Worker:
    """Holds the problem between requests; memory is counted from before there was one."""

    def __init__(self, contender: str, cache: Path) -> None:
        self.contender, self.cache = CONTENDERS[contender], cache
        self.problem: Any = None
        self.base = 0

    def about(self) -> dict[str, Any]:
        """Return the version."""
        return {"about": self.contender.about()}

    def prepare(self, graph: str) -> dict[str, Any]:
        """Load the libraries by a first solution of a small graph, then the graph."""
        small = self._made(largest_component(WARM))
        answer = self.contender.solve(small, self.contender.variants()[0], 1e-6, 0)
        small.quotient(answer.vector)
        del small, answer
        gc.collect()
        self.base = resident()
        self.problem = self._made(largest_component(graph, self.cache))
        return {"nodes": self.problem.nodes}

    def solve(
        self, settings: dict[str, Any], tolerance: float, seed: int, limit: float = 0.0
    ) -> dict[str, Any]:
        """Return seconds, both values and the peak of bytes, the graph or matrix included.

        After ``limit`` an alarm ends what comes back to Python now and then, and the process can go on; the
        coordinator ends the process where that does not help.
        """
        gc.collect()
        reset_high_water()
        began = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            answer = self.contender.solve(self.problem, settings, tolerance, seed)
        except _LateError:
            return {"error": f"not within {limit:.0f} s", "late": True, "limit": limit}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        seconds = time.perf_counter() - began
        peak = high_water() - self.base
        stated, quotient = answer.value, self.problem.quotient(answer.vector)
        return {
            "seconds": seconds,
            "stated": stated if math.isfinite(stated) else None,
            "quotient": quotient if math.isfinite(quotient) else None,
            "peak_bytes": peak,
            "told": answer.told,
        }

    def _made(self, graph: Any) -> Any:
        """Return the problem in the form that the contender takes; the opponents' process keeps no graph."""
        return GraphProblem(graph) if isinstance(self.contender, Ours) else Problem.of(graph)


def main() -> int:
    """Answer requests until the input ends."""
    signal.signal(signal.SIGALRM, _late)
    return serve(lambda: Worker(sys.argv[1], Path(sys.argv[2])))


if __name__ == "__main__":
    sys.exit(main())
