"""λ_2 to 1e-8 relative: us against SciPy, pyamg, PRIMME and SLEPc, interleaved, every answer checked first.

Run ``python -m benchmarks.eigen_race`` (about an hour; ``--small`` for a look). Install the opponents with ``pip
install 'spectral_smooth[race]'``; one that cannot be imported is named with its error. Writes
``results/eigen_race.json`` after every graph, so that it can be interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.eigen_race import table
from benchmarks.eigen_race.contenders.ours import FORCED
from benchmarks.eigen_race.contenders.registry import OPPONENTS
from benchmarks.eigen_race.problem import largest_component
from benchmarks.eigen_race.processes import Processes, default_cache
from benchmarks.eigen_race.reference import NoReferenceError, reference
from benchmarks.eigen_race.rounds import LIMIT, measure, ratios
from benchmarks.eigen_race.verdicts import verdicts
from benchmarks.machine import RESULTS, machine
from benchmarks.versus.record import put, write

GRAPHS = ("rmat", "communities", "regular", "grid", "strip", "ring_of_cliques", "web_cnr2000")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    given = _options(arguments)
    given.cache.mkdir(parents=True, exist_ok=True)
    results = json.loads(given.output.read_text()) if given.output.exists() and given.again else {}
    results |= {"machine": machine(), "settings": {"threads": given.threads, "limit": given.limit}}
    results = {"opponents": {}, "cases": []} | results
    began = time.perf_counter()
    present = _present(given, results)
    for number, graph in enumerate(given.graphs):
        if number and time.perf_counter() - began > given.budget:
            print(f"the budget is spent: left out {', '.join(given.graphs[number:])}")
            break
        try:
            put(results, _case(given, graph, present, results))
        except NoReferenceError as error:
            print(f"  {error}")
            continue
        results["verdicts"] = [one.to_dict() for one in verdicts(results)]
        write(given.output, results)
        clock = f"[{number + 1}/{len(given.graphs)}, {time.perf_counter() - began:.0f} s]"
        print(clock, "\n".join(table.lines(results["cases"], graph)), flush=True)
    print("\n".join(["", *map(str, verdicts(results)), "", f"wrote {given.output}"]))
    return 0


def _present(given: argparse.Namespace, results: dict[str, Any]) -> list[str]:
    """Return who can be loaded; all are named in the results."""
    with Processes(given.graphs[0], given.cache, given.threads) as running:
        for name in given.contenders:
            results["opponents"][name] = running.about(name)
            print(f"{name}: {results['opponents'][name]}", flush=True)
    return [name for name in given.contenders if "about" in results["opponents"][name]]


def _case(
    given: argparse.Namespace, graph: str, present: list[str], results: dict[str, Any]
) -> dict[str, Any]:
    """Return the record of one graph."""
    print(f"{graph}:", flush=True)
    component = largest_component(graph, given.cache)  # so that no contender pays for building it
    nodes, entries = component.num_nodes, component.num_entries
    del component
    known = next((one for one in results["cases"] if one["title"] == graph), None)
    with Processes(graph, given.cache, given.threads) as running:
        expected = reference(running, graph, given.cache)
        found = measure(
            running,
            present,
            expected["value"],
            given.rounds,
            given.seconds,
            given.limit,
            known["contenders"] if known and given.keep_settings else None,
        )
    kept = known["contenders"] if known else {}
    return {
        "title": graph,
        "nodes": nodes,
        "entries": entries,
        "reference": expected,
        "contenders": kept | found,
        "ratios": ratios(kept | found),
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.eigen_race", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--graphs", nargs="+", help=f"default: {' '.join(GRAPHS)}")
    parser.add_argument("--opponents", nargs="*", choices=list(OPPONENTS), default=list(OPPONENTS))
    parser.add_argument("--forced", nargs="*", choices=list(FORCED), default=[], help="our solvers by name")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for one answer, or 4 × ours")
    parser.add_argument("--seconds", type=float, default=300.0, help="after which no round of a graph begins")
    parser.add_argument("--budget", type=float, default=6000.0, help="seconds after which no graph begins")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--small", action="store_true", help="small graphs, to see that everything works")
    parser.add_argument("--again", action="store_true", help="keep in the output what is not measured now")
    parser.add_argument(
        "--keep-settings", action="store_true", help="with --again: take the settings that the output has"
    )
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--output", type=Path, help="default: results/eigen_race.json; scratch if --small")
    given = parser.parse_args(arguments)
    given.again = given.again or given.keep_settings
    names = [f"{name}_small" for name in GRAPHS if name != "web_cnr2000"] if given.small else GRAPHS
    given.graphs = given.graphs or list(names)
    given.contenders = ["ours", *given.forced, *given.opponents]
    if given.output is None:
        given.output = given.cache / "small.json" if given.small else RESULTS / "eigen_race.json"
    return given


if __name__ == "__main__":
    sys.exit(main())
