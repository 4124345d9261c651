"""Monitorings that reports meet: planted stacks on small graphs, each made once."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import networkx as nx
import numpy as np

from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.models import csbm
from spectral_smooth.monitoring.monitor import monitor
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.operators.operator import gcn

HOSTILE = "</script><b>x"
BAD = HOSTILE + "&\"'\x1b[31m\n$x_$ $$\\frac$$ \\(y\\) {{ 7*7 }} <!-- ]]> \u2028\u4e2d\ud800"


@functools.cache
def blocks():
    return csbm(nodes=120, inside=0.12, outside=0.03, distance=1.0, features=8, rng=0)


def noise(nodes, layers, columns=16, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((nodes, columns)) for _ in range(layers)]


def named(stack, names=None):
    return [(names[i] if names else f"conv{i}", x) for i, x in enumerate(stack)]


def smoothing():
    """Eight layers with names that end as constants."""
    stack = [x * 0.55**i + 0.7 * i for i, x in enumerate(noise(120, 8))]
    return monitor(blocks(), named(stack))


def healthy():
    return monitor(blocks(), noise(120, 4))


def clustering():
    rng = np.random.default_rng(1)
    means = rng.standard_normal((2, 16))
    return monitor(blocks(), [x * 0.5**i + 3.0 * means[blocks().labels] for i, x in enumerate(noise(120, 5))])


def deep():
    """Sixty-four layers of plain smoothing, without labels."""
    operator = gcn(blocks().graph)
    x, stack = noise(120, 1)[0], []
    for i in range(64):
        stack.append((f"model.encoder.layers.{i}.conv", x))
        x = operator.matrix() @ x
    return monitor(blocks().graph, stack)


def one_layer():
    return monitor(blocks(), [("embedding", noise(120, 1)[0])], plain=False)


def long_names():
    names = [f"model.encoder.layers.{i}.attention.output.dense" for i in range(12)]
    return monitor(blocks(), named([x * 0.3**i for i, x in enumerate(noise(120, 12))], names))


def exact_zeros():
    """Dead units first, then equal rows, then nothing but zeros."""
    first = noise(120, 5)
    dead = [np.where(np.arange(16) < 9, 0.0, x) for x in first[2:4]]
    return monitor(blocks(), [*first[:2], *dead, np.ones((120, 16)), np.zeros((120, 16))])


def many_classes():
    rng = np.random.default_rng(2)
    graph = as_graph(nx.connected_watts_strogatz_graph(600, 6, 0.2, seed=1))
    labels = rng.integers(0, 250, 600)
    labels[rng.random(600) < 0.1] = -1
    labels[-250:] = np.arange(250)
    means = rng.standard_normal((250, 12))
    stack = [x * 0.6**i + means[labels] for i, x in enumerate(noise(600, 6, 12))]
    return monitor(Dataset(graph, labels=labels), stack)


def many_components():
    parts = nx.disjoint_union_all([*(nx.complete_graph(k) for k in range(45, 1, -1)), nx.empty_graph(3)])
    graph = as_graph(parts)
    stack = [x * 0.4**i + 1.0 for i, x in enumerate(noise(graph.num_nodes, 6, 8))]
    return monitor(graph, stack)


def exploding():
    return monitor(blocks(), [x * 9.0**i for i, x in enumerate(noise(120, 6))])


def with_attention():
    graph = blocks().graph
    rng = np.random.default_rng(3)
    heads = graph.indices, np.repeat(np.arange(graph.num_nodes), np.diff(graph.indptr))
    loops = np.arange(graph.num_nodes)
    ends = np.stack([np.concatenate([heads[0], loops]), np.concatenate([heads[1], loops])])
    layers = []
    for spread in (0.5, 1.0, 3.0):
        raw = np.exp(spread * rng.standard_normal((ends.shape[1], 4)))
        sums = np.zeros((graph.num_nodes, 4))
        np.add.at(sums, ends[1], raw)
        layers.append((ends, raw / sums[ends[1]]))
    stack = [x * 0.5**i + 1.0 for i, x in enumerate(noise(120, 4))]
    return monitor(blocks(), named(stack), attention=layers)


def sampled():
    """A monitoring whose energies and cosines carry standard errors, as a large graph's do."""
    found = smoothing()
    names = ("edge_energy", "normalized_energy", "energy", "edge_cosine", "smv", "row_difference")
    layers = tuple(
        dataclasses.replace(layer, errors={name: 0.08 * abs(layer.values[name]) + 1e-3 for name in names})
        for layer in found.layers
    )
    return dataclasses.replace(found, layers=layers)


def unbounded():
    """A file in which some values were too large to be kept: null in JSON."""
    data = exploding().to_dict()
    for name in ("edge_energy", "norm", "rms"):
        data["layers"][-1]["values"][name] = None
    return Monitoring.from_dict(data)


def hostile():
    """Every text from outside is an attack on HTML, on a terminal, or on TeX."""
    stack = named([x * 0.5**i + 1.0 for i, x in enumerate(noise(120, 7))], [f"{BAD}{i}" for i in range(7)])
    found = monitor(blocks(), stack)
    data = replace_texts(dataclasses.replace(found, attention=with_attention().attention).to_dict())
    data["graph"]["name"] = HOSTILE
    return Monitoring.from_dict(data)


def replace_texts(value, *, key=""):
    """Put an attack in place of every text that is not a word of the format."""
    kept = ("source", "kind", "measure", "dtype", "destination", "verdict")
    if isinstance(value, dict):
        return {name: replace_texts(item, key=name) for name, item in value.items()}
    if isinstance(value, list):
        return [replace_texts(item, key=key) for item in value]
    return BAD if isinstance(value, str) and key not in (*kept, "name") else _name(value, key)


_counter = itertools.count()


def _name(value, key):
    # curves are found by their names, layers are shown by theirs
    return f"{BAD}{next(_counter)}" if key == "name" and value.startswith("component") else value


MAKERS = {
    "smoothing": smoothing, "healthy": healthy, "clustering": clustering, "deep": deep, "one-layer": one_layer,
    "long-names": long_names, "exact-zeros": exact_zeros, "many-classes": many_classes,
    "many-components": many_components, "exploding": exploding, "attention": with_attention, "sampled": sampled,
    "unbounded": unbounded, "hostile": hostile,
}  # fmt: skip


@functools.cache
def monitored(name):
    """Return a monitoring by name."""
    return MAKERS[name]()
