"""The coordinator's side of the workers: one process a contender and number of threads, started at first use."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TIMEOUT = 900.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
SPIN = {
    "KMP_BLOCKTIME": "10"
}  # milliseconds for which MKL's threads wait busily: the next contender needs the core


@dataclass
class Pool:
    """All workers of a run; a context manager that ends them."""

    cache: Path
    workers: dict[tuple[str, int], subprocess.Popen[str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, contender: str, threads: int, do: str, **request: Any) -> dict[str, Any]:
        """Return a worker's answer; ``{"error": ...}`` where it failed, crashed or did not answer."""
        worker = self._worker(contender, threads)
        try:
            print(json.dumps({"do": do, **request}), file=worker.stdin, flush=True)
            ready, _, _ = select.select([worker.stdout], [], [], TIMEOUT)
            line = worker.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        if worker.poll() is None:
            worker.kill()
        code = worker.wait()
        del self.workers[contender, threads]
        return {"error": f"the process ended with code {code}" if code >= 0 else f"killed by signal {-code}"}

    def end(self, contender: str, threads: int) -> None:
        """End one worker."""
        worker = self.workers.pop((contender, threads), None)
        if worker is not None:
            worker.stdin.close()
            worker.wait()

    def close(self) -> None:
        """End all workers."""
        for contender, threads in list(self.workers):
            self.end(contender, threads)

    def _worker(self, contender: str, threads: int) -> subprocess.Popen[str]:
        if (contender, threads) not in self.workers:
            self.workers[contender, threads] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.versus.worker", contender, str(threads), str(self.cache)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads)), **SPIN},
                cwd=Path(__file__).parents[2],
            )
        return self.workers[contender, threads]
