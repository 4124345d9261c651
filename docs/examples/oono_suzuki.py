"""How deep graph convolutions with random weights and ReLU approach the fixed space, on Erdős–Rényi graphs.

X ← ReLU(S X W) with S the GCN operator and W random with largest singular value s. The distance to the fixed space,
d_M(X) = min over members of it of ‖X − member‖_F, obeys d_M(X_l) ≤ (s·λ)^l d_M(X_0), λ the largest |μ| of S off it.
Left: distance by layer and that bound for several s. Right: what is left of the distance per layer (s = 1), against the
density of the graph.

    python oono_suzuki.py --output oono_suzuki.png
    python oono_suzuki.py --small --output small.png      # some seconds

Bound and setting: Oono and Suzuki, arXiv 1905.10947.
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

import spectral_smooth as ss
from spectral_smooth.graphs.random_models import erdos_renyi

LINES = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"))


@dataclass(frozen=True)
class Run:
    """Distances to the fixed space by layer, and what bounds them."""

    scale: float
    rate: float
    distances: np.ndarray

    @property
    def bound(self) -> np.ndarray:
        """(s·λ)^l d_M(X_0)."""
        return self.distances[0] * (self.scale * self.rate) ** np.arange(len(self.distances))

    @property
    def per_layer(self) -> float:
        """Geometric mean of the factor per layer on d_M, over all layers after the first."""
        return float((self.distances[-1] / self.distances[1]) ** (1.0 / (len(self.distances) - 2)))


def graph_operator(nodes: int, probability: float, seed: int) -> ss.Operator:
    """Return the GCN operator of a random graph."""
    return ss.gcn(erdos_renyi(nodes, probability, rng=seed).graph)


def slowest_rate(operator: ss.Operator) -> float:
    """Return λ, the largest |μ| off the fixed space."""
    return float(ss.eigenpairs(operator, 2, which="slowest", rng=0).rate)


def weights(size: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return a random matrix whose largest singular value is ``scale``."""
    drawn = rng.standard_normal((size, size))
    return drawn * (scale / np.linalg.norm(drawn, 2))


def distance(operator: ss.Operator, state: np.ndarray) -> float:
    """Return d_M: the norm of what is left without the fixed vectors √d̃ of all components."""
    space = operator.fixed_space
    coefficients = space.coefficients(state)
    coefficients[space.dimension :] = 0.0
    return float(np.linalg.norm(state - space.expand(coefficients)))


def run(operator: ss.Operator, rate: float, scale: float, layers: int, features: int, seed: int) -> Run:
    """Propagate random features through random layers."""
    rng = np.random.default_rng(seed)
    core = operator.matrix()
    state = rng.standard_normal((operator.graph.num_nodes, features))
    distances = [distance(operator, state)]
    for _ in range(layers):
        state = np.maximum(core @ (state @ weights(features, scale, rng)), 0.0)
        distances.append(distance(operator, state))
    return Run(scale, rate, np.array(distances))


def by_density(
    nodes: int, factors: list[float], layers: int, features: int, seed: int
) -> list[tuple[float, Run]]:
    """Return runs with s = 1 on graphs of mean degree factor·log N, with their edge probabilities."""
    found = []
    for factor in factors:
        probability = factor * math.log(nodes) / nodes
        operator = graph_operator(nodes, probability, seed)
        found.append((probability, run(operator, slowest_rate(operator), 1.0, layers, features, seed)))
        print(f"p = {probability:.4f}: λ = {found[-1][1].rate:.4f}", file=sys.stderr)
    return found


def figure(runs: list[Run], densities: list[tuple[float, Run]]) -> Figure:
    """Draw distances and bounds by layer, and the factor per layer against the density."""
    out = Figure(figsize=(9.0, 4.2), layout="constrained")
    left, right = out.subplots(1, 2)
    for (mark, line), one in zip(LINES, runs, strict=False):
        layers = np.arange(len(one.distances))
        shade = str(0.55 * LINES.index((mark, line)) / len(LINES))
        label = f"s = {one.scale:.3g} (s·λ = {one.scale * one.rate:.2f})"
        left.plot(layers, one.distances / one.distances[0], mark, color=shade, ms=5)
        left.plot(layers, one.bound / one.bound[0], line, color=shade, lw=1.2)
        left.plot([], [], mark + line, color=shade, ms=5, lw=1.2, label=label)
    left.set_yscale("log")
    left.set(xlabel="layer", ylabel="distance to the fixed space / its start")
    left.set_title("Distance (marks) and bound (lines)")
    left.set_xticks(np.arange(0, len(runs[0].distances), max(1, len(runs[0].distances) // 8)))
    left.legend(fontsize=8)
    p = [probability for probability, _ in densities]
    right.plot(p, [one.rate for _, one in densities], "--", color="black", label="bound: λ (s = 1)")
    right.plot(
        p,
        [one.per_layer for _, one in densities],
        "o",
        color="0.35",
        label="geometric mean, first layer left out",
    )
    right.set_xscale("log")
    right.set_yscale("log")
    right.set_xticks(p, [f"{value:.2g}" for value in p])
    right.xaxis.set_minor_formatter(NullFormatter())
    right.set(xlabel="edge probability p", ylabel="factor on the distance per layer")
    right.set_title("Factor per layer against density")
    right.legend(fontsize=8)
    return out


def main(arguments: list[str] | None = None) -> tuple[list[Run], list[tuple[float, Run]]]:
    """Run the script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--small", action="store_true", help="a small graph, some seconds")
    parser.add_argument("--output", type=Path, help="PNG to write")
    parser.add_argument("--nodes", type=int, help="number of nodes (2000, small: 300)")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--features", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    nodes = given.nodes or (300 if given.small else 2000)
    operator = graph_operator(nodes, 2.0 * math.log(nodes) / nodes, given.seed)
    rate = slowest_rate(operator)
    runs = []
    for scale in (0.5, 1.0, 1.0 / rate, 3.0):
        runs.append(run(operator, rate, round(scale, 12), given.layers, given.features, given.seed))
        left_over = runs[-1].distances[-1] / runs[-1].distances[0]
        print(f"s = {scale:.4g}: s·λ = {scale * rate:.4f}, left after {given.layers} layers: {left_over:.3g}")
    factors = [1.5, 4.0, 10.0] if given.small else [1.5, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0]
    factors = [factor for factor in factors if factor * math.log(nodes) < 0.9 * nodes]
    densities = by_density(nodes, factors, given.layers, given.features, given.seed)
    for probability, one in densities:
        print(f"p = {probability:.4f}: λ = {one.rate:.4f}, factor per layer {one.per_layer:.4f}")
    if given.output is not None:
        figure(runs, densities).savefig(given.output, dpi=150)
    return runs, densities


if __name__ == "__main__":
    main()
