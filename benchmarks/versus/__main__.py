"""Us against SciPy, MKL, torch, DGL and GraphBLAS: one propagation step, interleaved, answers checked first.

Run ``python -m benchmarks.versus`` (about 25 minutes; ``--quick`` for a look). Install the opponents with
``pip install 'spectral_smooth[versus]'``; one that cannot be imported is named with its error. Writes
``results/versus.json`` after every case, so that it can be interrupted. A choice of graphs, columns, dtypes or tasks
runs their combinations only, without peak memory and float32 at depth.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.graphs import GRAPHS, build
from benchmarks.machine import RESULTS, machine, run
from benchmarks.versus import cases, record, table
from benchmarks.versus.memory import peak
from benchmarks.versus.opponents.registry import OPPONENTS
from benchmarks.versus.pool import Pool
from benchmarks.versus.rounds import measure
from benchmarks.versus.verdicts import huge, recentred
from benchmarks.versus.verdicts.all import verdicts

OURS = ("ours", "ours_plain", "ours_reordered", "ours_weighted")
WEIGHED = {
    ("rmat", 16),
    ("rmat", 64),
    ("regular", 64),
    ("regular", 128),
}  # where the cost of weights is measured
DEFAULT = [name for name in OPPONENTS if name != "numba_loop"]
ALONE = {"ours", "mkl", "dgl"}  # who takes part with one thread, where the share of the memory is looked at
SHARE = 0.03  # of the budget for the rounds of one case
BYTES_PER_ENTRY = 24  # of a contender's matrix while its settings are tried: guessed high
MEMORY = (("rmat", 64, "float32"),)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    given = _options(arguments)
    with Pool(given.cache) as pool:
        results = json.loads(given.output.read_text()) if given.again else _start(pool, given)
        try:
            _measure_all(pool, given, results)
        except KeyboardInterrupt:
            print("interrupted; what was measured is kept", file=sys.stderr)
    results["verdicts"] = [verdict.to_dict() for verdict in verdicts(results)]
    record.write(given.output, results)
    print("\n".join(["", *map(str, verdicts(results)), "", f"wrote {given.output}"]))
    return 0


def _start(pool: Pool, given: argparse.Namespace) -> dict[str, Any]:
    """Return the head of the results: machine, memory bandwidth, versions of the contenders."""
    results: dict[str, Any] = {"machine": machine(), "settings": {"threads": max(given.threads)}}
    results["opponents"] = {}
    for name in given.contenders:
        if name not in ("ours_plain", "ours_reordered", "ours_weighted"):
            results["opponents"][name] = pool.ask(name, max(given.threads), "about")
            print(f"{name}: {results['opponents'][name]}", flush=True)
    results["roofline"] = {}
    for threads in given.threads if not given.no_roofline else ():
        scale = "0.02" if given.quick else "1"
        done = run(["-m", "benchmarks.versus.roofline", str(threads), scale], NUMBA_NUM_THREADS=str(threads))
        results["roofline"][str(threads)] = json.loads(done.stdout)
        print(f"memory, GB/s: {results['roofline'][str(threads)]}", flush=True)
    return results | {"cases": [], "memory": []}


def _measure_all(pool: Pool, given: argparse.Namespace, results: dict[str, Any]) -> None:
    began = time.perf_counter()
    if given.complete:
        results["recentred"] = recentred.measure()
    wanted = _cases(given)
    for number, case in enumerate(wanted, 1):
        if time.perf_counter() - began > given.budget:
            results["settings"]["left_out"] = [str(one) for one in wanted[number - 1 :]]
            print(f"the budget is spent: {len(wanted) - number + 1} cases are left out")
            break
        graph = build(case.graph, given.cache)
        nodes, entries = graph.num_nodes, graph.num_entries
        del graph
        need = 3 * nodes * case.columns * np.dtype(case.dtype).itemsize + BYTES_PER_ENTRY * entries
        found = measure(pool, case, _contenders(given, case), given.rounds, given.budget * SHARE, need)
        record.put(results, record.case_record(case, nodes, entries, found))
        _ask_again(pool, given, results)
        record.write(given.output, results)
        clock = f"[{number}/{len(wanted)}, {time.perf_counter() - began:.0f} s]"
        print(clock, "\n".join(table.lines(record.named(results, str(case)))), flush=True)
    pool.close()
    if given.complete or given.quick:
        _memory(pool, given, results)
    if given.huge:
        results["huge"] = huge.measure(pool, max(given.threads))


def _ask_again(pool: Pool, given: argparse.Namespace, results: dict[str, Any]) -> None:
    """Ask for versions after the first case: MKL loads its code path, numba its threads, at the first call."""
    for name, known in results["opponents"].items():
        if "unknown" in known.get("about", "") and (name, max(given.threads)) in pool.workers:
            results["opponents"][name] = pool.ask(name, max(given.threads), "about")
            print(f"{name}: {results['opponents'][name]}", flush=True)


def _memory(pool: Pool, given: argparse.Namespace, results: dict[str, Any]) -> None:
    for graph, columns, dtype in [("tiny", 16, "float32")] if given.quick else MEMORY:
        found = {
            name: peak(pool, name, max(given.threads), graph, columns, dtype)
            for name in given.contenders
            if name not in ("ours_plain", "ours_weighted", "numba_loop")
        }
        results["memory"].append({"title": f"{graph}, F = {columns}, {dtype}", "contenders": found})
        for name, one in found.items():
            size = one.get("step_bytes")
            shown = one.get("error") if size is None else f"{size / 2**20:,.0f} MiB"
            print(f"peak memory, {graph}, F = {columns}: {table.SHOWN[name]} {shown}", flush=True)
        record.write(given.output, results)


def _cases(given: argparse.Namespace) -> list[cases.Case]:
    if given.quick:
        return cases.quick(max(given.threads))
    if not given.complete:
        return cases.chosen(
            given.graphs or cases.GRAPHS,
            given.columns or cases.COLUMNS,
            given.dtypes or ("float32",),
            given.threads,
            given.tasks or ("step",),
        )
    return cases.standard(max(given.threads))


def _contenders(given: argparse.Namespace, case: cases.Case) -> list[str]:
    """Return who takes part: no step without measures in a run, no bare kernel, which would overflow."""
    left_out = {"ours_plain", "dgl_bare", "numba_loop", "ours_weighted"} if case.task == "run" else set()
    if (case.graph, case.columns) not in WEIGHED or case.threads == 1:
        left_out |= {"ours_weighted"}
    if case.threads < max(given.threads):
        left_out |= set(given.contenders) - ALONE
    return [name for name in given.contenders if name not in left_out]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versus", description=__doc__.splitlines()[0])
    cores = os.cpu_count() or 1
    parser.add_argument("--graphs", nargs="+", choices=list(GRAPHS))
    parser.add_argument("--columns", nargs="+", type=int)
    parser.add_argument("--dtypes", nargs="+", choices=("float32", "float64"))
    parser.add_argument("--tasks", nargs="+", choices=("step", "run"))
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, min(2, cores)}))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--budget", type=float, default=1400.0, help="seconds after which no case begins")
    parser.add_argument("--quick", action="store_true", help="small cases only, to see that everything works")
    parser.add_argument("--only-us", action="store_true", help="no opponents")
    parser.add_argument("--opponents", nargs="+", choices=list(OPPONENTS), default=DEFAULT)
    parser.add_argument("--huge", action="store_true", help="also 2^24 nodes: 12 GiB of memory and minutes")
    parser.add_argument(
        "--again", action="store_true", help="replace the chosen cases in the output, and keep all else"
    )
    parser.add_argument("--no-roofline", action="store_true", help="do not measure the bandwidth")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "spectral_smooth_versus")
    parser.add_argument(
        "--output", type=Path, help="default: results/versus.json, or a scratch file if --quick"
    )
    given = parser.parse_args(arguments)
    given.complete = not (given.quick or given.graphs or given.columns or given.dtypes or given.tasks)
    given.contenders = [*OURS, *(() if given.only_us else given.opponents)]
    if given.output is None:
        given.output = given.cache / "quick.json" if given.quick else RESULTS / "versus.json"
    return given


if __name__ == "__main__":
    sys.exit(main())
