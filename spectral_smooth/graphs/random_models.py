"""Seeded random models: a Dataset each, with features, labels and masks where the model has them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, IntArray
from spectral_smooth.graphs.closed_forms import LARGEST_SIZE, symmetric_graph
from spectral_smooth.graphs.closed_forms import ring_of_cliques as ring_of_cliques_family
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.random_edges import (
    Edges,
    independent_pairs,
    labelled_pairs,
    recursive_matrix,
    regular_pairs,
)

Seed: TypeAlias = np.random.Generator | int | None

LABELLED_PER_CLASS = 20


def csbm(
    nodes: int = 2000,
    inside: float = 0.0114,
    outside: float = 0.0038,
    distance: float = 0.5,
    noise: float = 1.0,
    features: int = 16,
    *,
    rng: Seed = 0,
) -> Dataset:
    """Return a contextual stochastic block model of two equal classes, with features and labels.

    Parameters
    ----------
    nodes : int
        The classes have ⌈n/2⌉ and ⌊n/2⌋ nodes, in random order.
    inside, outside : float
        Probability of an edge within a class and between the classes.
    distance : float
        Distance of the two class means; they are ±distance/2 along one random unit direction.
    noise : float
        Standard deviation of every feature around its class mean.
    features : int
        Number of features.
    rng : Generator or seed

    Returns
    -------
    Dataset
        With masks ``train`` (20 nodes of each class, a third of it where it is small) and ``test`` (the rest).

    Notes
    -----
    Wu et al., arXiv 2212.10701, whose single feature is ``features=1``. The defaults are their mixing
    against denoising example, in which the walk without loops is best at depth 3.

    Examples
    --------
    >>> from spectral_smooth.graphs.models import csbm
    >>> data = csbm(nodes=200, inside=0.1, outside=0.02)
    >>> data.features.shape, int(data.masks["train"].sum())
    ((200, 16), 40)
    """
    _check_nodes(nodes)
    _check_probability(inside=inside, outside=outside)
    _check_number("features", features, 1, 1_000_000)
    _check_finite(distance=distance, noise=noise)
    generator = np.random.default_rng(rng)
    labels = generator.permutation(np.arange(nodes) % 2)
    _check_edges(nodes * nodes / 4 * (inside + outside))
    direction = generator.standard_normal(features) if features > 1 else np.ones(1)
    direction /= np.linalg.norm(direction)
    means = np.outer(labels - 0.5, distance * direction)
    values = means + noise * generator.standard_normal((nodes, features))
    edges = labelled_pairs(labels, inside, outside, generator)
    train = _training_nodes(labels, generator)
    masks = {"train": train, "test": ~train}
    return _dataset("csbm", edges, nodes, features=values, labels=labels, masks=masks)


def planted_partition(
    classes: int = 4, size: int = 100, inside: float = 0.1, outside: float = 0.01, *, rng: Seed = 0
) -> Dataset:
    """Return equal classes with edges of probability ``inside`` within and ``outside`` between; labelled."""
    _check_number("classes", classes, 1, LARGEST_SIZE)
    _check_nodes(classes * size)
    _check_probability(inside=inside, outside=outside)
    generator = np.random.default_rng(rng)
    nodes = classes * size
    # pairs are drawn with the higher probability first and thinned after
    _check_edges(nodes * nodes / 2 * max(inside, outside))
    labels = generator.permutation(np.repeat(np.arange(classes), size))
    return _dataset(
        "planted_partition", labelled_pairs(labels, inside, outside, generator), nodes, labels=labels
    )


def erdos_renyi(nodes: int = 1000, probability: float = 0.01, *, rng: Seed = 0) -> Dataset:
    """Return G(n, p): each pair is an edge with the same probability."""
    _check_nodes(nodes)
    _check_probability(probability=probability)
    _check_edges(nodes * nodes / 2 * probability)
    return _dataset("erdos_renyi", independent_pairs(nodes, probability, np.random.default_rng(rng)), nodes)


def random_regular(nodes: int = 1000, degree: int = 3, *, rng: Seed = 0) -> Dataset:
    """Return a random graph with all degrees equal; n·degree must be even."""
    _check_nodes(nodes)
    _check_number("degree", degree, 0, nodes - 1)
    if nodes * degree % 2:
        raise UsageError(f"nodes times degree must be even, got {nodes} and {degree}")
    _check_edges(nodes * degree / 2 if 2 * degree < nodes else nodes * nodes / 2)
    return _dataset("random_regular", regular_pairs(nodes, degree, np.random.default_rng(rng)), nodes)


def rmat(
    scale: int = 12,
    edge_factor: int = 8,
    a: float = 0.57,
    b: float = 0.19,
    c: float = 0.19,
    *,
    rng: Seed = 0,
) -> Dataset:
    """Return an R-MAT graph of 2^scale nodes from edge_factor·2^scale draws; duplicates and loops dropped.

    Notes
    -----
    Chakrabarti, Zhan and Faloutsos (SDM 2004); a, b, c (and d = 1 − a − b − c) as in Graph500. Node
    numbers are permuted, so that they say nothing about degrees.
    """
    _check_number("scale", scale, 0, 26)
    _check_number("edge_factor", edge_factor, 0, LARGEST_SIZE)
    _check_probability(a=a, b=b, c=c)
    if a + b + c > 1.0 + 1e-12:
        raise UsageError(f"a + b + c must be at most 1, got {a + b + c:g}")
    count = edge_factor << scale
    _check_edges(count)
    edges = recursive_matrix(scale, count, (a, b, c), np.random.default_rng(rng))
    return _dataset("rmat", edges, 1 << scale)


def ring_of_cliques(count: int = 8, size: int = 5) -> Dataset:
    """Return complete graphs joined in a ring by single edges; the labels say which clique. Not random."""
    graph = ring_of_cliques_family(count, size).graph
    return Dataset(replace(graph, name="cliques"), labels=np.repeat(np.arange(count), size))


def _dataset(name: str, edges: Edges, nodes: int, **more: Any) -> Dataset:
    return Dataset(symmetric_graph(*edges, nodes, name), **more)


def _training_nodes(labels: IntArray, rng: np.random.Generator) -> BoolArray:
    train = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = min(LABELLED_PER_CLASS, math.ceil(len(members) / 3))
        train[rng.choice(members, size=count, replace=False)] = True
    return train


def _check_nodes(nodes: int) -> None:
    _check_number("the number of nodes", nodes, 1, LARGEST_SIZE)


def _check_number(what: str, value: int, smallest: int, largest: int) -> None:
    if not smallest <= value <= largest:
        raise UsageError(f"{what} must lie between {smallest:,} and {largest:,}, got {value:,}")


def _check_probability(**values: float) -> None:
    for name, value in values.items():
        if not 0.0 <= value <= 1.0:
            raise UsageError(f"{name} must lie between 0 and 1, got {value}")


def _check_finite(**values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value) or value < 0:
            raise UsageError(f"{name} must be finite and at least 0, got {value}")


def _check_edges(expected: float) -> None:
    if expected > LARGEST_SIZE:
        raise UsageError(
            f"about {expected:.1g} edges were asked for; models stop at {LARGEST_SIZE:.0e}, ask for fewer"
        )
