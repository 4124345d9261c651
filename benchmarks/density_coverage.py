"""How often the error bars of the density of states hold where the spectrum is known.

Run ``python -m benchmarks.density_coverage``. A torus and a Kronecker product without loops, both methods, 200
seeds each: the Wasserstein distance to the true distribution against its bar, the band of the whole curve, and
numbers of eigenvalues against their sides. Writes ``results/density_coverage.json``; exit code 1 if a bar holds
in fewer than 95 %.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import machine, write
from spectral_smooth.graphs.families import Family, family, kronecker
from spectral_smooth.spectra.density.states import density_of_states
from spectral_smooth.spectra.density.types import DensityOfStates

SEEDS, ERROR = 200, 0.02
THRESHOLDS = (-0.93, -0.41, 0.33, 0.87)
METHODS = ("lanczos", "kernel_polynomial")


def _families() -> dict[str, Family]:
    product = kronecker(family("cycle:31"), family("path:30"))
    return {"torus 31x32": family("torus:31x32"), "kronecker product of cycle 31 and path 30": product}


def wasserstein(found: DensityOfStates, values: np.ndarray) -> float:
    """Return ∫|F − F_true| dt over 2, each stretch between two jumps at its middle."""
    places = np.unique(np.concatenate([found.grid, values, np.linspace(-1.0, 1.0, 4001)]))
    middle = 0.5 * (places[1:] + places[:-1])
    true = np.searchsorted(np.sort(values), middle, side="right") / len(values)
    return 0.5 * float(np.diff(places) @ np.abs(found.cumulative(middle)[0] - true))


def _case(one: Family, method: str) -> dict[str, Any]:
    operator, values = ss.symmetric(one.graph), one.spectrum()
    at = np.linspace(-0.997, 0.997, 101)
    at = at[np.min(np.abs(values[:, None] - at), axis=0) > 1e-8]
    true = np.searchsorted(np.sort(values), at, side="right") / len(values)
    distances, bars, bands, counts, sizes = [], [], [], [], []
    for seed in range(SEEDS):
        found = density_of_states(operator, method=method, error=ERROR, rng=seed)
        distances.append(wasserstein(found, values))
        bars.append(found.error)
        _, lower, upper = found.cumulative(at)
        bands.append(bool(np.all((lower <= true + 1e-12) & (true <= upper + 1e-12))))
        for t in THRESHOLDS:
            sides = found.count_above(t)
            counts.append(sides.low <= int(np.sum(values >= t)) <= sides.high)
        sizes.append((found.probes, found.products))
    share = np.array(distances) / np.array(bars)
    return {
        "seeds": SEEDS,
        "bar_held": float(np.mean(share <= 1.0)),
        "band_held": float(np.mean(bands)),
        "counts_held": float(np.mean(counts)),
        "median_bar": float(np.median(bars)),
        "median_distance": float(np.median(distances)),
        "largest_distance_over_bar": float(share.max()),
        "median_probes": float(np.median([s[0] for s in sizes])),
        "median_products": float(np.median([s[1] for s in sizes])),
    }


def main() -> int:
    """Measure and write."""
    result: dict[str, Any] = {"machine": machine(), "settings": {"error": ERROR}, "cases": {}}
    for name, one in _families().items():
        for method in METHODS:
            found = _case(one, method)
            result["cases"][f"{name}, {method}"] = found
            print(f"{name}, {method}: {found}", flush=True)
    write("density_coverage", result)
    return int(any(case["bar_held"] < 0.95 for case in result["cases"].values()))


if __name__ == "__main__":
    sys.exit(main())
