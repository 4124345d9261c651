"""How long the first call takes in a new environment, and in every process after it.

Run ``python -m benchmarks.startup``. Each figure is of a fresh process that imports numpy, SciPy and numba first (their
time is given beside), then the package, and propagates features of 1,433 columns over a graph of Cora's size; the same
call once more says how much of it was computing. First with an empty cache, then with the one that this has filled,
then with one that ``spectral-smooth warmup`` has filled. The result is checked against the reference engine. Writes
``results/startup.json``.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, run, write

NEW, LATER = 5, 15
TARGETS = {"first_call_seconds": 10.0, "later_call_seconds": 0.5}
CALL = """
import json, time
start = time.perf_counter()
import numpy as np, scipy.sparse.csgraph, numba
libraries = time.perf_counter() - start
start = time.perf_counter()
import spectral_smooth as ss
ss.propagate, ss.gcn, ss.Graph
package = time.perf_counter() - start
rng = np.random.default_rng(0)
graph = ss.model("csbm:nodes=2708,inside=0.0025,outside=0.0004", seed=0).graph
features = rng.standard_normal((graph.num_nodes, 1433))
operator, measures = ss.gcn(graph), ("energy", "deviation", "norm")
def call(**more):
    start = time.perf_counter()
    found = ss.propagate(operator, features, 2, measures=measures, **more)
    return time.perf_counter() - start, found
first, found = call()
again, _ = call()
_, expected = call(engine=ss.Reference())
for one, other in zip(found.curves, expected.curves, strict=True):
    np.testing.assert_allclose(one.value, other.value, rtol=1e-9)
from spectral_smooth.engines.compilation import compilations
print(json.dumps({
    "importing_numpy_scipy_numba": libraries, "importing_the_package": package,
    "first_call": first, "same_call_again": again,
    "compiled": compilations().compiled, "read_from_the_cache": compilations().loaded,
}))
"""


def main() -> int:
    """Measure and write."""
    with tempfile.TemporaryDirectory() as folder:
        new = [_call(Path(folder) / str(number)) for number in range(NEW)]
        later = [_call(Path(folder) / "0") for _ in range(LATER)]
        warm = Path(folder) / "warm"
        told = _warm_up(warm)
        warmed = [_call(warm) for _ in range(LATER)]
    result: dict[str, Any] = {
        "machine": machine(),
        "targets": TARGETS,
        "new_environment": _medians(new),
        "later_process": _medians(later),
        "warmup": told,
        "process_after_warmup": _medians(warmed),
    }
    result["first_call_seconds"] = _own(result["new_environment"])
    result["later_call_seconds"] = _own(result["later_process"])
    print(json.dumps({k: v for k, v in result.items() if k != "machine"}, indent=1))
    write("startup", result)
    return 0


def _call(cache: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads(run(["-c", CALL], NUMBA_CACHE_DIR=str(cache)).stdout)
    return found


def _warm_up(cache: Path) -> dict[str, Any]:
    said = run(["-m", "spectral_smooth", "warmup"], NUMBA_CACHE_DIR=str(cache)).stdout
    words = said.splitlines()[0].split()
    size = sum(path.stat().st_size for path in cache.rglob("*.nbc"))
    return {"compiled": int(words[1]), "seconds": float(words[-2]), "kilobytes_on_disk": size // 1024}


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in runs), 3) for name in runs[0]}


def _own(medians: dict[str, float]) -> float:
    """Seconds from the package's import to the first result, without the computing itself."""
    return round(medians["importing_the_package"] + medians["first_call"] - medians["same_call_again"], 3)


if __name__ == "__main__":
    sys.exit(main())
