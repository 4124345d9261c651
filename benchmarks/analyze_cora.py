"""Time ``analyze`` on Cora, warm and in a brand-new environment, and take its memory.

Run ``python -m benchmarks.analyze_cora``. Each figure is a whole process: ``spectral-smooth analyze
cora.npz -o ... --html ...`` (1,433 features, 64 depths, all measures, report). Cold means an empty folder
for compiled kernels. The answer (gap, components, containment) is checked before a time is printed.
Also ``--help`` and ``import spectral_smooth``. Writes ``results/analyze_cora.json``.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import DATA, machine, run, write

RUNS = 5
PEAK = (
    "import resource, sys; from spectral_smooth.cli.main import main; code = main(sys.argv[1:]); "
    "print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
)


def _analyze(folder: Path, cache: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process, its answer checked."""
    json_file = folder / "cora.json"
    command = ["-c", PEAK, "analyze", str(DATA / "npz" / "cora.npz"), "-o", str(json_file)]
    start = time.perf_counter()
    done = run([*command, "--html", str(folder / "cora.html"), "--force"], NUMBA_CACHE_DIR=str(cache))
    seconds = time.perf_counter() - start
    found = json.loads(json_file.read_text())
    assert found["graph"]["components"] == 78, found["graph"]
    assert abs(found["spectrum"]["gap"] - 0.0036206) < 5e-8, found["spectrum"]["gap"]
    assert all(comparison["contained"] for comparison in found["comparisons"])
    assert (folder / "cora.html").stat().st_size < 3_000_000
    peak = next(line for line in done.stderr.splitlines() if line.startswith("PEAK"))
    return seconds, int(peak.split()[1]) / 1024


def _median(command: list[str]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run(command)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> int:
    """Measure and write."""
    host = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = [_analyze(folder, folder / f"cache{i}") for i in range(2)]
        warm = [_analyze(folder, folder / "cache0") for _ in range(RUNS)]
    result = {
        "machine": host,
        "cold_seconds": [round(seconds, 2) for seconds, _ in cold],
        "warm_seconds": [round(seconds, 2) for seconds, _ in warm],
        "warm_seconds_median": round(statistics.median(seconds for seconds, _ in warm), 2),
        "peak_mib": round(max(peak for _, peak in warm + cold)),
        "help_seconds_median": round(_median(["-m", "spectral_smooth", "--help"]), 3),
        "import_seconds_median": round(_median(["-c", "import spectral_smooth"]), 3),
        "bare_python_seconds_median": round(_median(["-c", "pass"]), 3),
    }
    for key, value in result.items():
        print(f"{key}: {value}")
    write("analyze_cora", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
