"""Time and memory of statistical certificates and of everything that a spectrum says, at a million nodes.

Run ``python -m benchmarks.trust_time [--cache FOLDER] [JOB ...]``. Each job is a process of its own, so that its peak
memory is its own, kernels compiled:

- ``certificate:rmat``: six values of R-MAT (2^20 nodes) and the certificate, statistical because no factor is
  affordable. The same values without the third have to be refused, or enclosed wide enough to hold what is missing.
- ``certificate:hypercube``: the 20 copies of the largest value of the hypercube with 2^20 nodes, certified without a
  factorisation; every claim is held against its 2^20 known eigenvalues.
- ``facts:torus``, ``facts:grid``, ``facts:rmat``: `spectral_facts`; on the torus both ends are known, elsewhere each
  cut must lie between its two sides.

Writes ``results/trust_time.json``, a job at a time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.graphs import build
from benchmarks.machine import RESULTS, machine, run, write
from benchmarks.torture_check import false_claims
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.structure.facts import spectral_facts
from spectral_smooth.spectra.types import Spectrum

JOBS = ("certificate:rmat", "certificate:hypercube", "facts:torus", "facts:grid", "facts:rmat")
FAMILIES = {"hypercube": "hypercube:20", "torus": "torus:1000x1000"}
COUNTS = {"hypercube": 20, "rmat": 6}
KINDS = ("proven", "statistical")
FEW = 100  # where a value is missing no number of products is enough


def _graph(name: str, cache: Path | None) -> ss.Graph:
    return ss.family(FAMILIES[name]).graph if name in FAMILIES else build(name, cache)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return round(time.perf_counter() - start, 2), found


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _certificate(name: str, cache: Path | None) -> dict[str, Any]:
    operator = ss.gcn(_graph(name, cache))
    solving, spectrum = _timed(lambda: ss.eigenpairs(operator, COUNTS[name], "top", rng=0))
    before = _peak()
    certifying, found = _timed(lambda: certify(operator, spectrum, method=_method(name), rng=1))
    after = _peak()
    assert found.kind == "statistical", found
    assert not found.obtained
    if name in FAMILIES:
        known = ss.family(FAMILIES[name]).spectrum(loops=1.0)[1:]
        assert np.all(np.abs(spectrum.values - known[: len(spectrum.values)]) <= 1e-10)
        false = false_claims(found, known, KINDS)
        assert not false, false
    spoiled = _without(spectrum, 2)
    less = certify(operator, spoiled, method="statistical", budget=Budget(products=FEW), rng=1)
    assert _holds(less, spectrum.values), less
    return {
        "nodes": operator.graph.num_nodes,
        "entries": operator.graph.num_entries,
        "values": len(spectrum.values),
        "solving_seconds": solving,
        "certifying_seconds": certifying,
        "peak_mib_before_and_after_certifying": [before, after],
        "widest_enclosure": max(one.width for one in found.enclosures),
        "clusters": [str(one) for one in found.clusters],
        "sentence": str(found),
        "with_a_value_missing": str(less),
    }


def _method(name: str) -> Any:
    return "statistical" if name in FAMILIES else "auto"


def _without(spectrum: Spectrum, place: int) -> Spectrum:
    assert spectrum.vectors is not None
    kept = np.arange(len(spectrum.values)) != place
    convergence = replace(spectrum.convergence, residuals=spectrum.convergence.residuals[kept])
    return replace(
        spectrum, values=spectrum.values[kept], vectors=spectrum.vectors[:, kept], convergence=convergence
    )


def _holds(certificate: Certificate, values: np.ndarray) -> bool:
    """Whether each enclosure by rank holds the value of that rank, or nothing is claimed."""
    return all(
        one.kind == "none" or one.low - 1e-10 <= value <= one.high + 1e-10
        for one, value in zip(certificate.enclosures, values, strict=False)
    )


def _facts(name: str, cache: Path | None) -> dict[str, Any]:
    operator = ss.gcn(_graph(name, cache))
    seconds, found = _timed(lambda: spectral_facts(operator, rng=0))
    one = found.components[0]
    for sides in (one.cheeger, one.bipartiteness):
        assert sides.lower.value <= sides.upper.value <= sides.promised.value * (1.0 + 1e-9), sides
    if name in FAMILIES:
        known = ss.family(FAMILIES[name]).spectrum(loops=1.0)
        assert abs(one.cheeger.gap - (1.0 - known[1])) <= 1e-8 * (1.0 - known[1]) + 1e-15
        assert abs(one.bipartiteness.distance - (1.0 + known[-1])) <= 1e-8
        modes = np.array(one.communities.slow_modes[1:])
        assert np.all(np.abs(modes - (1.0 - known[1 : 1 + len(modes)])) <= 1e-6)
    return {
        "nodes": operator.graph.num_nodes,
        "entries": operator.graph.num_entries,
        "seconds": seconds,
        "peak_mib": _peak(),
        "gap": one.cheeger.gap,
        "conductance": [one.cheeger.lower.value, one.cheeger.upper.value],
        "first_component": str(one),
    }


def _one(job: str, cache: Path | None) -> dict[str, Any]:
    what, name = job.split(":")
    certificate = what == "certificate"
    small = ss.gcn(build("grid_small"))  # kernels are compiled
    certify(small, ss.eigenpairs(small, 6, rng=0), method="statistical", rng=0)
    spectral_facts(small, rng=0)
    return _certificate(name, cache) if certificate else _facts(name, cache)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", nargs="*", default=JOBS)
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--here", action="store_true", help="one job in this process, its result printed")
    given = parser.parse_args()
    if given.here:
        print(json.dumps(_one(given.jobs[0], given.cache)))
        return 0
    file = RESULTS / "trust_time.json"
    jobs: dict[str, Any] = json.loads(file.read_text())["jobs"] if file.exists() else {}
    for job in given.jobs:
        host = machine()
        cache = [] if given.cache is None else ["--cache", str(given.cache)]
        done = run(["-m", "benchmarks.trust_time", job, "--here", *cache])
        jobs[job] = json.loads(done.stdout.splitlines()[-1]) | {"load": host["load_average_at_start"]}
        print(job, jobs[job], flush=True)
        write("trust_time", {"machine": host, "jobs": jobs})
    return 0


if __name__ == "__main__":
    sys.exit(main())
