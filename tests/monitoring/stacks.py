"""Seeded stacks of layers with planted faults, and the judge that is to find them."""

from __future__ import annotations

from functools import cache

import numpy as np

from spectral_smooth.graphs.catalog import load
from spectral_smooth.graphs.families import family
from spectral_smooth.monitoring.judging.diagnosis import diagnose
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.layer_measures import measure_layer
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.reading.layer_arrays import as_layer
from spectral_smooth.operators.operator import gcn
from spectral_smooth.spectra.eigen import eigenpairs

# Connected and not, regular and not, with and without communities.
GRAPHS = {
    "karate": lambda: load("karate").graph,
    "communities": lambda: load("csbm:nodes=240,inside=0.1,outside=0.02", seed=1).graph,
    "grid": lambda: family("grid:20x20").graph,
    "pieces": lambda: family("grid:9x12+star:30+cycle:40+3*path:2+4*complete:1").graph,
    "skewed": lambda: load("rmat:scale=8,edge_factor=4", seed=2).graph,
}


@cache
def operator(name):
    """GCN operator of one of the graphs."""
    return gcn(GRAPHS[name]())


def measured(op, x, labels=None, *, seed=0):
    """What is measured of one layer."""
    ground = Ground.of(op, labels)
    return measure_layer(ground, Samples(ground, seed), as_layer(x, "layer"), 0)


class Judge:
    """Diagnoses many stacks on one graph, whose slow modes are found once."""

    def __init__(self, op, labels=None):
        self.ground = Ground.of(op, labels)
        self.samples = Samples(self.ground)

    def measure(self, layers):
        """Return the numbers of each layer."""
        return [
            measure_layer(self.ground, self.samples, as_layer(layer, str(index)), index)
            for index, layer in enumerate(layers)
        ]

    def __call__(self, layers, thresholds=None):
        return diagnose(self.measure(layers), thresholds=thresholds)


@cache
def judge(name):
    """Return the judge of one of the graphs, without labels."""
    return Judge(operator(name))


# --- smooth states ------------------------------------------------------------------------------------------------


def constants(op, rng, columns):
    """One row a component."""
    labels = op.graph.components.labels
    return rng.standard_normal((labels.max() + 1, columns))[labels]


def degrees(op, rng, columns):
    """Multiples of √d̃, one row a component."""
    return np.sqrt(op.degrees)[:, None] * constants(op, rng, columns)


def slow_modes(op, rng, columns, *, count=2, fixed=True):
    """A random state of the slowest modes, each as large as the part in the fixed space, if that is there too."""
    vectors = top_vectors(op, count)
    mix = np.linalg.qr(rng.standard_normal((columns, count)))[0].T
    state = vectors @ mix
    if fixed:
        state += op.fixed_space.vector[:, None] * constants(op, rng, columns) / columns**0.5
    return state


@cache
def top_vectors(op, count):
    """The slowest modes off the fixed space."""
    return eigenpairs(op, count, "top", rng=0).vectors


@cache
def neighboured(op):
    """Nodes with a neighbour: the others are not measured."""
    return np.sort(Ground.of(op, None).order)


def of_size_one(op, state):
    """A state whose values at measured nodes have mean square one."""
    return state / np.sqrt(np.mean(state[neighboured(op)] ** 2))


def with_noise(op, rng, state, relative):
    """State of size one, and Gaussian noise of that size relative to it."""
    return of_size_one(op, state) + relative * of_size_one(op, rng.standard_normal(state.shape))


# --- planted stacks -----------------------------------------------------------------------------------------------


def noise_layers(rng, n, count, columns):
    """Healthy layers: Gaussian values of size one with a small offset."""
    return [rng.standard_normal((n, columns)) + 0.3 * rng.standard_normal(columns) for _ in range(count)]


def sudden(op, rng, state, *, at, depth=8, columns=16, noise=0.02, **options):
    """Healthy layers, and from layer ``at`` on a smooth state with a little noise."""
    layers = noise_layers(rng, op.graph.num_nodes, at, columns)
    return layers + [with_noise(op, rng, state(op, rng, columns, **options), noise) for _ in range(at, depth)]


def gradual(op, rng, state, *, depth=10, columns=16, factor=0.5, **options):
    """A smooth state that stays, and three times as much noise that shrinks by a factor a layer."""
    target = of_size_one(op, state(op, rng, columns, **options))
    noise = of_size_one(op, rng.standard_normal(target.shape))
    return [target + 3.0 * factor**layer * noise for layer in range(depth)]


def by_class(rng, labels, *, depth=6, columns=16, factor=0.5, separation=1.0):
    """Distances within classes shrink by a factor a layer, those between stay."""
    means = separation * rng.standard_normal((labels.max() + 1, columns))
    within = rng.standard_normal((len(labels), columns))
    return [means[labels] + factor**layer * within for layer in range(depth)]


def rank_one(op, rng, *, at, depth=8, columns=16, noise=0.02, positive=False):
    """Healthy layers, and from layer ``at`` on multiples of one vector: of either sign, or positive ones."""
    n = op.graph.num_nodes
    layers = noise_layers(rng, n, at, columns)
    for _ in range(at, depth):
        sizes = rng.lognormal(size=n) if positive else rng.standard_normal(n)
        layers.append(with_noise(op, rng, np.outer(sizes, rng.standard_normal(columns)), noise))
    return layers


def correlated(op, rng, *, at, depth=8, columns=16, noise=0.3):
    """Healthy layers, and from layer ``at`` on columns that all follow one vector, each with noise of its own."""
    n = op.graph.num_nodes
    layers = noise_layers(rng, n, at, columns)
    for _ in range(at, depth):
        signs = rng.choice([-1.0, 1.0], size=columns)
        layers.append(np.outer(rng.standard_normal(n), signs) + noise * rng.standard_normal((n, columns)))
    return layers


def dead(op, rng, *, at, share, depth=6, columns=20):
    """ReLU layers, and from layer ``at`` on a share of columns that are zero at every node."""
    layers = [np.maximum(layer, 0.0) for layer in noise_layers(rng, op.graph.num_nodes, depth, columns)]
    for layer in layers[at:]:
        layer[:, rng.permutation(columns)[: round(share * columns)]] = 0.0
    return layers


def resized(op, rng, *, at, factor, depth=10, columns=16):
    """Healthy layers whose size changes by a factor each layer from layer ``at`` on."""
    layers = noise_layers(rng, op.graph.num_nodes, depth, columns)
    return [layer * factor ** max(0, index - at + 1) for index, layer in enumerate(layers)]
