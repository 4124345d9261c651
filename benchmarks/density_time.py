"""Time the density of states of large graphs.

Run ``python -m benchmarks.density_time [--cache FOLDER] [NAME ...]``; by default R-MAT with 2^20 nodes, random
regular, planted communities and a grid of a million nodes. From the graph's arrays to the answer: components,
twins and small components are found, then probes and products chosen for an error of 1 % of the width of [−1, 1].
Kernels are compiled. Every answer is held against one of a different seed and method: their distance may not
exceed the sum of their bars. Writes ``results/density_time.json``.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.graphs import build, unchecked
from benchmarks.machine import machine, write
from spectral_smooth.spectra.density.states import density_of_states
from spectral_smooth.spectra.density.types import DensityOfStates

RUNS, ERROR = 3, 0.01
NAMES = ("rmat", "regular", "communities", "grid")
OPERATORS = {"gcn": ss.gcn, "symmetric": ss.symmetric}
METHODS = ("lanczos", "kernel_polynomial")


def _once(graph: ss.Graph, operator: str, method: str, seed: int) -> tuple[float, DensityOfStates]:
    # nothing that was found before is remembered
    fresh = unchecked(graph.indptr, graph.indices, graph.name)
    gc.collect()
    start = time.perf_counter()
    found = density_of_states(OPERATORS[operator](fresh), method=method, error=ERROR, rng=seed)
    return time.perf_counter() - start, found


def _distance(one: DensityOfStates, other: DensityOfStates) -> float:
    at = np.unique(np.concatenate([one.grid, other.grid, np.linspace(-1.0, 1.0, 4001)]))
    middle = 0.5 * (at[1:] + at[:-1])
    return 0.5 * float(np.diff(at) @ np.abs(one.cumulative(middle)[0] - other.cumulative(middle)[0]))


def _case(graph: ss.Graph, operator: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    answers = []
    for method in METHODS:
        seconds = []
        for seed in range(RUNS):
            taken, found = _once(graph, operator, method, seed)
            seconds.append(round(taken, 2))
        assert found.error <= ERROR, found.error
        answers.append(found)
        slow = found.slow_modes(0.9)
        shown[method] = {
            "seconds": seconds,
            "error": found.error,
            "probes": found.probes,
            "products": found.products,
            "block_products_in_all": found.applications,
            "in_known_spikes": 1.0 - found.rest / found.total,
            "slow_modes_beyond_0.9": list(slow),
        }
        print(f"{graph.name} {operator} {method}: {shown[method]}", flush=True)
    apart = _distance(*answers)
    assert apart <= sum(answer.error for answer in answers), apart
    shown["distance_between_methods"] = apart
    return shown


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--cache", type=Path, default=None)
    given = parser.parse_args()
    host = machine()
    for operator in OPERATORS:  # kernels are compiled
        for method in METHODS:
            _once(build("tiny"), operator, method, 0)
    graphs: dict[str, Any] = {}
    for name in given.names:
        graph = build(name, given.cache)
        graphs[name] = {"nodes": graph.num_nodes, "entries": graph.num_entries}
        graphs[name] |= {operator: _case(graph, operator) for operator in OPERATORS}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {"machine": host, "settings": {"error": ERROR}, "graphs": graphs, "peak_memory_mib": round(peak)}
    write("density_time", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
