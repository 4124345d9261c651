"""Time ``spectral-smooth depth`` and ``recommend_depth`` on Cora and tolokers, warm.

Run ``python -m benchmarks.depth_time``. Whole processes of ``spectral-smooth depth GRAPH --json`` (reading, recommended
depth from the labels of the training mask, safe depth with 64 products), and ``recommend_depth`` alone inside one
process. The answer is checked before a time is printed. Writes ``results/depth_time.json``.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

import spectral_smooth as ss
from benchmarks.machine import DATA, machine, run, write

RUNS = 5
GRAPHS = {"cora": (2, 16), "tolokers": (0, 96)}


def _process(name: str) -> float:
    """Seconds of one whole process, its answer checked: within the window of measured accuracy, labels used."""
    start = time.perf_counter()
    done = run(["-m", "spectral_smooth", "depth", str(DATA / "npz" / f"{name}.npz"), "--json", "-q"])
    seconds = time.perf_counter() - start
    found = json.loads(done.stdout)
    low, high = GRAPHS[name]
    assert low <= found["recommended_depth"] <= high, found["recommended_depth"]
    assert found["safe_depth"]["at_least"] > 0
    return seconds


def _inside(name: str) -> float:
    """Seconds of ``recommend_depth`` alone, everything loaded."""
    dataset = ss.read(DATA / "npz" / f"{name}.npz")
    start = time.perf_counter()
    advice = ss.recommend_depth(dataset)
    seconds = time.perf_counter() - start
    assert advice.recommended_depth is not None
    return seconds


def main() -> int:
    """Measure and write."""
    if not (DATA / "npz").is_dir():
        print(f"no graphs in {DATA / 'npz'}: set SPECTRAL_SMOOTH_DATA", file=sys.stderr)
        return 2
    result: dict[str, Any] = {"machine": machine()}
    for name in GRAPHS:
        _process(name)  # kernels are compiled, files are in memory
        whole = [_process(name) for _ in range(RUNS)]
        _inside(name)
        alone = [_inside(name) for _ in range(RUNS)]
        result[name] = {
            "depth_seconds": [round(s, 2) for s in whole],
            "depth_seconds_median": round(statistics.median(whole), 2),
            "recommend_depth_seconds_median": round(statistics.median(alone), 2),
        }
        print(f"{name}: {result[name]}")
    write("depth_time", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
