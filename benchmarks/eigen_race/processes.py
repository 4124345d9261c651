"""The coordinator's side: one process a contender, ended when its time or the machine's memory runs out."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.versus.pool import THREAD_VARIABLES
from benchmarks.versus.rss import available

PREPARE = 300.0  # seconds to import and load
GRACE = 2.0  # seconds in which a process can end its work by itself, and go on
LOOK = 0.25  # seconds between looks at the memory
SPARE = 3 << 30  # bytes of the machine that are left to others


@dataclass
class Processes:
    """All contenders on one graph; a context manager that ends them."""

    graph: str
    cache: Path
    threads: int
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.running):
            self.end(name)

    def about(self, contender: str) -> dict[str, Any]:
        """Return the version, or why the contender takes no part."""
        found = self._ask(self._start(contender), contender, PREPARE, {"do": "about"})
        self.end(contender)
        return found

    def solve(
        self, contender: str, settings: dict[str, Any], tolerance: float, seed: int, limit: float
    ) -> dict[str, Any]:
        """Return one answer; ``{"error": ..., "late": True}`` where it took too much."""
        process = self.running.get(contender)
        if process is None:
            process = self._start(contender)
            made = self._ask(process, contender, PREPARE, {"do": "prepare", "graph": self.graph})
            if "error" in made:
                return made
        request = {
            "do": "solve",
            "settings": settings,
            "tolerance": tolerance,
            "seed": seed,
            "limit": limit,
        }
        return self._ask(process, contender, limit, request)

    def end(self, contender: str) -> None:
        """End one process, busy or not."""
        process = self.running.pop(contender, None)
        if process is not None:
            process.kill()
            process.wait()

    def _start(self, contender: str) -> subprocess.Popen[str]:
        self.running[contender] = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.eigen_race.worker", contender, str(self.cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(self.threads))},
            cwd=Path(__file__).parents[2],
        )
        return self.running[contender]

    def _ask(
        self, process: subprocess.Popen[str], contender: str, limit: float, request: dict[str, Any]
    ) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            print(json.dumps(request), file=process.stdin, flush=True)
        except BrokenPipeError:
            return self._gone(contender, process)
        began = time.perf_counter()
        while not select.select([process.stdout], [], [], LOOK)[0]:
            if time.perf_counter() - began > limit + GRACE:
                self.end(contender)
                return {"error": f"not within {limit:.0f} s", "late": True, "limit": limit}
            if available() < SPARE:
                taken = _resident(process.pid)
                self.end(contender)
                return {"error": f"needs more than {taken / 2**30:.1f} GiB of memory", "late": True}
        line = process.stdout.readline()
        if not line:
            return self._gone(contender, process)
        return dict(json.loads(line))

    def _gone(self, contender: str, process: subprocess.Popen[str]) -> dict[str, Any]:
        code = process.wait()
        self.end(contender)
        return {"error": f"the process ended with code {code}" if code >= 0 else f"killed by signal {-code}"}


def default_cache() -> Path:
    """Return where graphs are kept between runs."""
    return Path(tempfile.gettempdir()) / "spectral_smooth_race"


def _resident(pid: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
