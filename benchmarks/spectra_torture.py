"""Each iterative eigen-solver, forced in turn, against dense LAPACK on thousands of small graphs, with certificates.

Run ``python -m benchmarks.spectra_torture --graphs 10000``: so many seeded graphs and the networkx atlas. For every
graph and solver a seeded number of values of a seeded end is computed and certified; counted are wrong values,
wrong multiplicities, crashes, certificates that the truth contradicts, and the share that is certified. Every third
spectrum is certified a second time by one forced method, and every ninth is taken without vectors, and spoiled (a value
dropped, copied, moved, a vector replaced) and certified again: no claim may be false then either.
Writes ``results/spectra_torture.json``. Exit code 1 if anything was wrong or fewer than 99 % were certified.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import machine, write
from benchmarks.torture_check import false_claims, sabotaged, truth, wrong_values
from benchmarks.torture_graphs import atlas, seeded
from spectral_smooth.errors import NotConvergedError
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.solvers.arpack import Arpack
from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov
from spectral_smooth.spectra.solvers.lanczos import Lanczos
from spectral_smooth.spectra.solvers.lobpcg import Lobpcg
from spectral_smooth.spectra.solvers.primme import Primme
from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert
from spectral_smooth.spectra.types import Spectrum

SOLVERS: dict[str, Any] = {
    "BlockKrylov": BlockKrylov(),
    "ShiftInvert": ShiftInvert(),
    "Arpack": Arpack(),
    "Lanczos": Lanczos(),
}
if Lobpcg.offered():
    SOLVERS["Lobpcg"] = Lobpcg()
if Primme.offered():
    SOLVERS["Primme"] = Primme()
ENDS = ("top", "bottom", "slowest")
METHODS = ("bunch-kaufman", "sparse", "diagonalise")
ENOUGH = 0.99


@dataclass(eq=False)
class Tally:
    """What one solver did."""

    spectra: int = 0
    crashed: int = 0
    not_converged: int = 0
    wrong_values: int = 0
    wrong_multiplicities: int = 0
    certified: int = 0
    false_certificates: int = 0
    forced_certificates: int = 0
    forced_certified: int = 0
    spoiled: int = 0
    spoiled_certified: int = 0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another one's numbers."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        self.examples = self.examples[:20]

    @property
    def share(self) -> float:
        """Share of the spectra whose every claim is proven."""
        return self.certified / self.spectra if self.spectra else 1.0


def trial(name: str, operator: ss.Operator, seed: int, expected: np.ndarray) -> Tally:
    """Compute, certify, compare, spoil, and compare again."""
    tally = Tally(spectra=1)
    rng = np.random.default_rng([seed, 11])
    which, count = ENDS[int(rng.integers(3))], int(rng.integers(1, 7))
    try:
        spectrum = _solved(operator, count, which, name, seed, tally)
    except (ArithmeticError, ValueError, NotImplementedError, RuntimeError) as error:
        tally.crashed += 1
        _note(tally, name, seed, [f"{which} {count} {type(error).__name__}: {error}"])
        return tally
    if spectrum.convergence.converged:
        wrong = wrong_values(spectrum, expected)
        tally.wrong_values += wrong == "value"
        tally.wrong_multiplicities += wrong == "multiplicity"
        _note(tally, name, seed, [wrong] if wrong else [])
    certificate = certify(operator, spectrum, rng=seed)
    tally.certified += certificate.obtained
    _compare(tally, name, seed, certificate, expected)
    turn = int(rng.integers(9))
    if turn < len(METHODS):
        forced = certify(operator, spectrum, method=METHODS[turn])  # type: ignore[arg-type]
        tally.forced_certificates += 1
        tally.forced_certified += forced.obtained
        _compare(tally, name, seed, forced, expected)
    elif turn == len(METHODS) and len(spectrum.values):
        bare = certify(operator, Spectrum(**{**vars(spectrum), "vectors": None}))
        _compare(tally, name, seed, bare, expected)
        for spoiled in sabotaged(spectrum, rng):
            after = certify(operator, spoiled, rng=seed)
            tally.spoiled += 1
            tally.spoiled_certified += after.obtained
            _compare(tally, name, seed, after, expected)
    return tally


def _solved(operator: ss.Operator, count: int, which: str, name: str, seed: int, tally: Tally) -> Spectrum:
    try:
        return ss.eigenpairs(operator, count, which, solver=SOLVERS[name], rng=seed)  # type: ignore[arg-type]
    except NotConvergedError as error:
        tally.not_converged += 1
        partial: Spectrum = error.partial
        return partial


def _compare(tally: Tally, name: str, seed: int, certificate: Any, expected: np.ndarray) -> None:
    false = false_claims(certificate, expected)
    tally.false_certificates += bool(false)
    _note(tally, name, seed, false)


def _note(tally: Tally, name: str, seed: int, problems: Iterable[str]) -> None:
    tally.examples += [f"{name}, seed {seed}: {problem}" for problem in problems]


def run(seeds: Iterable[int], operators: Iterable[ss.Operator]) -> dict[str, Tally]:
    """Try every solver on every operator."""
    tallies = {name: Tally() for name in SOLVERS}
    for seed, operator in zip(seeds, operators, strict=False):
        expected = truth(operator)
        for name in SOLVERS:
            start = time.perf_counter()
            one = trial(name, operator, seed, expected)
            one.seconds = time.perf_counter() - start
            tallies[name].add(one)
    return tallies


def _chunk(bounds: tuple[int, int]) -> dict[str, Tally]:
    low, high = bounds
    if low < 0:  # the atlas, every second graph of it
        graphs = list(atlas())[high::2]
        return run(range(10**6 + high, 10**7, 2), graphs)
    return run(range(low, high), map(seeded, range(low, high)))


def main() -> int:
    """Run all of it and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    host = machine()
    step = 100
    chunks = [(low, min(low + step, chosen.graphs)) for low in range(0, chosen.graphs, step)]
    whole = {name: Tally() for name in SOLVERS}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for done, part in enumerate(pool.map(_chunk, [(-1, 0), (-1, 1), *chunks])):
            print(f"{done + 1} of {len(chunks) + 2} parts", end="\r", file=sys.stderr, flush=True)
            for name, tally in part.items():
                whole[name].add(tally)
    columns = ("spectra", "crashed", "gave up", "wrong", "mult.", "false", "certified")
    print(f"{'solver':14s}" + "".join(f"{name:>10s}" for name in columns))
    for name, t in whole.items():
        numbers = (t.spectra, t.crashed, t.not_converged, t.wrong_values, t.wrong_multiplicities)
        numbers = (*numbers, t.false_certificates)
        print(f"{name:14s}" + "".join(f"{number:10d}" for number in numbers) + f"{100 * t.share:9.2f}%")
        for example in t.examples:
            print("   ", example)
    write(
        "spectra_torture",
        {
            "machine": host,
            "settings": {"graphs": chosen.graphs, "atlas": sum(1 for _ in atlas())},
            "solvers": {name: {**vars(t), "certified_share": t.share} for name, t in whole.items()},
        },
    )
    bad = any(
        t.crashed + t.wrong_values + t.wrong_multiplicities + t.false_certificates for t in whole.values()
    )
    return 1 if bad or min(t.share for t in whole.values()) < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main())
