"""float32 at great depth: energies of a run recentred at every step against the same run in float64.

Run ``python -m benchmarks.versus.verdicts.recentred``. Energies are followed until they have fallen to 1e-100.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.graphs import regular, rmat
from benchmarks.versus import ours
from benchmarks.versus.blocks import features
from benchmarks.versus.verdicts.types import Results, Verdict, at_most

DOWN_TO = 1e-100
LIMIT = 5e-6
COLUMNS = 16
GRAPHS = {"regular 100,000 nodes": (lambda: regular(100_000, 16), 190), "R-MAT 2^16 nodes": (
    lambda: rmat(16, 1 << 20, "rmat16"), 300
)}  # fmt: skip


def measure() -> Results:
    """Return, for each graph, the largest relative error above DOWN_TO and how deep it went."""
    found = {}
    for name, (make, depth) in GRAPHS.items():
        graph = make()
        x = features(graph.num_nodes, COLUMNS, "float32")
        single, double = (ours.energies(graph, x.astype(d), depth) for d in ("float32", "float64"))
        found[name] = compare(single, double)
    return found


def compare(single: list[tuple[float, int]], double: list[tuple[float, int]]) -> Results:
    """Return the largest relative error of the single run down to DOWN_TO of the first energy."""
    worst, deepest, lowest = 0.0, 0, 0.0
    first = _log10(*double[0])
    for depth, (one, two) in enumerate(zip(single, double, strict=True)):
        fallen = _log10(*two) - first
        if fallen < math.log10(DOWN_TO):
            break
        worst = max(worst, abs(math.ldexp(one[0], one[1] - two[1]) / two[0] - 1))
        deepest, lowest = depth, fallen
    return {"worst_relative_error": worst, "depth": deepest, "log10_of_energy": round(lowest, 1)}


def _log10(mantissa: float, exponent: int) -> float:
    return math.log10(mantissa) + exponent * math.log10(2) if mantissa > 0 else -math.inf


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each graph."""
    for name, found in results.get("recentred", {}).items():
        words = f"float32 recentred, {name}, to 1e{found['log10_of_energy']:.0f} at depth {found['depth']}"
        yield at_most(words, LIMIT, found["worst_relative_error"])


def main() -> int:
    """Print the lines."""
    np.seterr(all="ignore")
    for verdict in verdicts({"recentred": measure()}):
        print(verdict)
    return 0


if __name__ == "__main__":
    sys.exit(main())
