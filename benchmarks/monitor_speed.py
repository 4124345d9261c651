"""Time and memory of ``monitor`` on 64 layers of 100,000 nodes × 64 float32, beside reading the files.

Run ``python -m benchmarks.monitor_speed``. The files (1.6 GB) are made in a temporary folder. In one process,
interleaved: ``numpy.load`` of every file, and ``monitor(graph, folder)`` with everything it does (preparing the graph,
every measure of every layer, plain smoothing, diagnosis); once with the files in the page cache and once after they
were dropped from it. Peak memory is that of fresh processes with 8 and with 64 layers. The answer is checked before a
time is printed: the planted onset and destination, and the distances of two layers against a plain computation. Writes
``results/monitor_speed.json``.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import machine, run, write

NODES, COLUMNS, LAYERS, COLLAPSED = 100_000, 64, 64, 40
RUNS = 7
COLD_RUNS = 7
GRAPH = f"csbm:nodes={NODES},inside=0.000114,outside=0.000038"  # mean degree 7.6


def main() -> int:
    """Measure and write."""
    data = ss.model(GRAPH, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), data.graph)
        found = ss.monitor(data.graph, folder, data.labels)
        _check(found, data.graph, Path(folder))
        result: dict[str, Any] = {
            "machine": machine(),
            "nodes": NODES,
            "columns": COLUMNS,
            "layers": LAYERS,
            "edges": data.graph.num_edges,
            "megabytes": round(LAYERS * NODES * COLUMNS * 4 / 1e6),
            "threads": int(os.environ.get("NUMBA_NUM_THREADS", os.cpu_count() or 1)),
            "in_page_cache": _compare(data, Path(folder), RUNS, cold=False),
            "dropped_from_page_cache": _compare(data, Path(folder), COLD_RUNS, cold=True),
            "peak_megabytes_by_layers": {str(n): _peak(folder, data.graph, n) for n in (8, LAYERS)},
        }
    print(json.dumps({k: v for k, v in result.items() if k != "machine"}, indent=1))
    write("monitor_speed", result)
    return 0


def _make(folder: Path, graph: ss.Graph) -> None:
    """Write layers that collapse to √degree from layer `COLLAPSED` on."""
    rng = np.random.default_rng(0)
    root = np.sqrt(ss.gcn(graph).degrees)[:, None].astype(np.float32)
    for index in range(LAYERS):
        layer = rng.standard_normal((NODES, COLUMNS), dtype=np.float32)
        if index >= COLLAPSED:
            layer = 0.05 * layer + root * rng.standard_normal(COLUMNS, dtype=np.float32)
        np.save(folder / f"layer_{index}.npy", layer)


def _check(found: ss.Monitoring, graph: ss.Graph, folder: Path) -> None:
    """Hold the answer against what was planted and a plain computation."""
    diagnosis = found.diagnosis
    assert (diagnosis.kind, diagnosis.layer, diagnosis.destination) == ("smoothing", COLLAPSED, "√degree"), (
        diagnosis
    )
    operator = ss.gcn(graph)
    for index in (3, LAYERS - 1):
        x = np.load(folder / f"layer_{index}.npy").astype(np.float64)
        x[graph.degrees == 0] = 0.0  # nodes without a neighbour are left out
        space = operator.fixed_space
        outside = x - space.expand(space.coefficients(x))
        expected = np.linalg.norm(outside) / np.linalg.norm(x)
        values = found.layers[index].values
        assert abs(values["collapse"] - expected) < 1e-6 * expected
        difference = x[graph.rows] - x[graph.indices]
        energy = 0.5 * float(np.sum(difference**2))
        error = found.layers[index].errors.get("edge_energy", 0.0)
        assert abs(values["edge_energy"] - energy) <= 5 * error + 1e-9 * energy


def _compare(data: ss.Dataset, folder: Path, runs: int, *, cold: bool) -> dict[str, Any]:
    """Medians of both, and of their ratio, interleaved."""
    files = sorted(folder.glob("*.npy"))
    reading, monitoring = [], []
    for _ in range(runs):
        _prepare(files, cold)
        reading.append(_timed(lambda: [np.load(file).shape for file in files]))
        _prepare(files, cold)
        graph = ss.Graph(data.graph.indptr, data.graph.indices)  # nothing that an earlier run prepared
        monitoring.append(_timed(lambda graph=graph: ss.monitor(graph, folder, data.labels)))
    ratios = [m / r for m, r in zip(monitoring, reading, strict=True)]
    return {
        "reading_seconds_median": round(statistics.median(reading), 3),
        "monitor_seconds_median": round(statistics.median(monitoring), 3),
        "ratio_median": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
    }


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _prepare(files: list[Path], cold: bool) -> None:
    """Bring the files into the page cache, or drop them from it."""
    for file in files:
        if not cold:
            file.read_bytes()
            continue
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def _peak(folder: str, graph: ss.Graph, layers: int) -> int:
    """Peak memory in MB of a fresh process that reads the graph and monitors the first layers."""
    code = (
        "import re, sys, numpy as np, spectral_smooth as ss\n"
        "from itertools import islice\n"
        "with np.load(sys.argv[2]) as found: graph = ss.Graph(found['indptr'], found['indices'])\n"
        "files = ss.read_layers(sys.argv[1])\n"
        f"ss.monitor(graph, islice(((l.name, l.values) for l in files.stream()), {layers}))\n"
        # ru_maxrss would count the parent's memory, which a child holds for a moment
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)\n"
    )
    with tempfile.TemporaryDirectory() as other:
        path = str(Path(other) / "graph.npz")
        np.savez(path, indptr=graph.indptr, indices=graph.indices)
        return int(run(["-c", code, folder, path]).stdout)


if __name__ == "__main__":
    sys.exit(main())
