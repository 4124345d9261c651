"""At which depth mixing overtakes denoising, as block models grow with mean degree d = c·log N.

For each number of nodes N the walk without loops is run on simulated block models and the nodes are classified with a
threshold fixed in advance. n* is the depth of the largest z = Φ⁻¹(accuracy), as a real number: the vertex of the
parabola through log z at the best depth and its neighbours. Beside it stands the mean-field n* of
`spectral_smooth.theory.csbm.CSBM`. Two laws are fitted to both by least squares, n* = α + β·log N and
n* = α + β·log N/log log N, and their residuals are shown; neither can be claimed from a range of N like this one.

    python csbm_transition.py --output csbm_transition.png
    python csbm_transition.py --small --output small.png      # some seconds

Model: Wu et al., arXiv 2212.10701.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from scipy.special import ndtri

from spectral_smooth.graphs.random_models import csbm
from spectral_smooth.theory.csbm import CSBM
from spectral_smooth.theory.peak import find_peak

RATIO = 3.0  # p/q
GAP, SIGMA = 0.5, 1.0
DEPTH = 10
BATCHES = 8  # of seeds, for the standard error

LAWS = {
    "log N": lambda n: np.log(n),
    "log N / log log N": lambda n: np.log(n) / np.log(np.log(n)),
}

# line, width and grey of a law, mark of its residuals and how far they stand aside
STYLES = (("-", 5.0, "0.8", "s", 0.95), ("--", 1.2, "black", "D", 1.05))


@dataclass(frozen=True)
class Point:
    """What was found at one number of nodes."""

    num_nodes: int
    theory: float
    measured: float
    error: float


@dataclass(frozen=True)
class Fit:
    """A least-squares law n* = offset + slope·x(N)."""

    law: str
    offset: float
    slope: float
    residuals: np.ndarray

    @property
    def spread(self) -> float:
        """Root mean square of the residuals."""
        return float(np.sqrt(np.mean(self.residuals**2)))


def model_of(num_nodes: int, c: float) -> CSBM:
    """Return the block model with mean degree c·log N and p = 3q."""
    degree = c * math.log(num_nodes)
    q = 2.0 * degree / (num_nodes * (1.0 + RATIO))
    return CSBM(num_nodes, RATIO * q, q, GAP, SIGMA)


def accuracy_by_depth(model: CSBM, seed: int, depth: int = DEPTH) -> np.ndarray:
    """Return the share of nodes on their own side of zero after 0, 1, ... layers of the walk."""
    data = csbm(model.num_nodes, model.p, model.q, model.gap, model.sigma, features=1, rng=seed)
    adjacency, degrees = data.graph.adjacency(), np.maximum(data.graph.degrees, 1.0)
    state, above = data.features[:, 0], data.labels > 0
    out = [np.mean((state > 0) == above)]
    for _ in range(depth):
        state = (adjacency @ state) / degrees
        out.append(np.mean((state > 0) == above))
    return np.array(out)


def peak_of(accuracies: np.ndarray) -> float:
    """Return the real-valued depth of the largest z = Φ⁻¹(accuracy)."""
    # an accuracy of one half or less, or of one, has no z of use: beyond the best depth, or beyond what is resolved
    z = np.maximum(ndtri(np.clip(accuracies, 0.5, 1.0 - 1e-9)), 0.0)
    found = find_peak(z).interpolated
    if found is None:
        raise ValueError("the accuracy still rises at the last depth: take more layers")
    return found


def measure(model: CSBM, seeds: int, first_seed: int = 0) -> tuple[float, float]:
    """Return n* from accuracies averaged over seeds, and its standard error by the jackknife over batches."""
    runs = np.array([accuracy_by_depth(model, first_seed + s) for s in range(seeds)])
    batches = np.array_split(runs, min(BATCHES, seeds))
    count = len(batches)
    left = [peak_of(np.concatenate(batches[:b] + batches[b + 1 :]).mean(axis=0)) for b in range(count)]
    error = math.sqrt((count - 1) / count * np.sum((np.array(left) - np.mean(left)) ** 2))
    return peak_of(runs.mean(axis=0)), error


def theory(model: CSBM) -> float:
    """Return the mean-field n*, read off the accuracies as the measured one is."""
    return peak_of(model.accuracy(np.arange(4 * DEPTH)).value)


def fit(law: str, sizes: np.ndarray, values: np.ndarray) -> Fit:
    """Fit one law by least squares, every N alike."""
    x = LAWS[law](sizes)
    slope, offset = np.polyfit(x, values, 1)
    return Fit(law, float(offset), float(slope), values - (offset + slope * x))


def run(sizes: list[int], seeds: int, c: float, first_seed: int = 0) -> list[Point]:
    """Measure and predict n* at every number of nodes."""
    points = []
    for at, n in enumerate(sizes):
        model = model_of(n, c)
        measured, error = measure(model, seeds, first_seed + 100_000 * at)
        points.append(Point(n, theory(model), measured, error))
        print(
            f"N = {n:,}: n* measured {measured:.3f} ± {error:.3f}, mean field {points[-1].theory:.3f}",
            file=sys.stderr,
        )
    return points


def figure(points: list[Point], c: float) -> Figure:
    """Draw n* against N with both laws, and the residuals of both."""
    n = np.array([p.num_nodes for p in points])
    measured = np.array([p.measured for p in points])
    errors = 2.0 * np.array([p.error for p in points])
    fine = np.geomspace(n[0], n[-1], 200)
    out = Figure(figsize=(9.0, 4.2), layout="constrained")
    left, right = out.subplots(1, 2)
    left.errorbar(
        n, measured, errors, fmt="o", color="black", capsize=3, label="measured, ± 2 standard errors"
    )
    left.plot(n, [p.theory for p in points], "^", color="0.45", mfc="white", ms=7, label="mean field")
    # the laws hardly differ: the second is drawn thin on the first, and its residuals are moved aside
    for (law, x), (line, width, shade, mark, aside) in zip(LAWS.items(), STYLES, strict=True):
        found = fit(law, n, measured)
        label = f"{found.offset:.2f} + {found.slope:.2f}·{law}".replace("-", "−")
        left.plot(
            fine, found.offset + found.slope * x(fine), line, color=shade, lw=width, label=label, zorder=1
        )
        label = f"{law}: rms {found.spread:.3f}"
        right.plot(n * aside, found.residuals, mark, color="black", mfc="white", label=label)
    right.errorbar(
        n,
        np.zeros(len(n)),
        errors,
        fmt="none",
        ecolor="0.8",
        elinewidth=10,
        zorder=0,
        label="± 2 standard errors",
    )
    right.axhline(0.0, color="0.6", lw=0.8, zorder=0)
    left.set(ylabel="n*, depth of the largest z", title=f"Mixing overtakes denoising, d = {c:g}·log N")
    right.set(ylabel="measured − fit", title="Residuals of both fits")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(n, [f"{v:,}" for v in n], fontsize=8)
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("number of nodes N")
        axes.legend(fontsize=8, loc="best")
    low, high = right.get_ylim()
    right.set_ylim(low, high + 0.45 * (high - low))  # room for the legend
    return out


def summary(points: list[Point]) -> str:
    """Say how well both laws describe what was measured and what theory says."""
    n = np.array([p.num_nodes for p in points])
    lines = []
    for what in ("measured", "theory"):
        values = np.array([getattr(p, what) for p in points])
        for law in LAWS:
            found = fit(law, n, values)
            lines.append(
                f"{what}: n* = {found.offset:.3f} + {found.slope:.3f}·({law}), residuals {found.spread:.4f} rms"
            )
    error = np.sqrt(np.mean([p.error**2 for p in points]))
    lines.append(f"standard error of a measured n*: {error:.4f} rms; N from {n[0]:,} to {n[-1]:,}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> list[Point]:
    """Run the script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--small", action="store_true", help="few nodes and seeds, some seconds")
    parser.add_argument("--output", type=Path, help="PNG to write")
    parser.add_argument("--seeds", type=int, help="graphs per number of nodes (200, small: 24)")
    parser.add_argument("--degree-factor", type=float, default=2.0, help="c in d = c·log N (default 2)")
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args(arguments)
    sizes = [250, 1000, 4000] if given.small else [250, 500, 1000, 2000, 4000, 8000, 16000, 32000]
    seeds = given.seeds or (24 if given.small else 200)
    points = run(sizes, seeds, given.degree_factor, given.first_seed)
    print(summary(points))
    if given.output is not None:
        figure(points, given.degree_factor).savefig(given.output, dpi=150)
    return points


if __name__ == "__main__":
    main()
