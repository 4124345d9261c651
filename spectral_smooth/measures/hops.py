"""information_noise_ratio(): how many of the nodes within k hops are of one's own class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.classes import Classes, find_classes, percent
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.neighbourhoods import WORD, Words, batches, members, reach
from spectral_smooth.measures.plain import given_fields, plain_fields
from spectral_smooth.measures.rows import BLOCK_VALUES
from spectral_smooth.measures.sampling import Seed

# Work that may be spent on the searches, in edge visits (some 4 ns each): about a second.
SEARCH_WORK = 250_000_000
# Reading the 64 bits of a node costs as much as this many edge visits.
NODE_WORK = 50
FEWEST_SOURCES = 256


@dataclass(frozen=True)
class InformationNoise:
    """Share of same-class pairs among the pairs within k hops, by k.

    Attributes
    ----------
    hops : tuple of int
    shares : tuple of float or None
        None where no labelled pair is that close.
    standard_errors : tuple of float or None
        0 where all sources were searched from.
    pairs_per_node : tuple of float
        Mean number of other labelled nodes within k hops of a source.
    chance : float or None
        The same share among all pairs of labelled nodes; None with fewer than two.
    sources, labelled_nodes : int
        Searched from, and population.
    sentence : str

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> data = ss.load("karate")
    >>> found = information_noise_ratio(data.graph, data.labels, 3)
    >>> InformationNoise.from_dict(found.to_dict()) == found, found.exact
    (True, True)
    """

    hops: tuple[int, ...]
    shares: tuple[float | None, ...]
    standard_errors: tuple[float | None, ...]
    pairs_per_node: tuple[float, ...]
    chance: float | None
    sources: int
    labelled_nodes: int
    sentence: str

    @property
    def exact(self) -> bool:
        """Whether every labelled node was a source."""
        return self.sources == self.labelled_nodes

    def __str__(self) -> str:
        return self.sentence

    def curve(self) -> Curve:
        """Return the shares against hops: measured, or an estimate ± 2 standard errors where sampled.

        Examples
        --------
        >>> import spectral_smooth as ss
        >>> data = ss.load("karate")
        >>> information_noise_ratio(data.graph, data.labels, 3).curve()
        Curve information_noise_ratio (measured): depths 1 to 3, from 0.859 to 0.5667
        """
        found = [
            row
            for row in zip(self.hops, self.shares, self.standard_errors, strict=True)
            if row[1] is not None
        ]
        table = np.array(found, dtype=np.float64).reshape(len(found), 3)
        depths, value, error = table[:, 0].astype(np.int64), table[:, 1], table[:, 2]
        if self.exact:
            return Curve.points("information_noise_ratio", depths, value)
        lower, upper = np.maximum(value - 2 * error, 0.0), np.minimum(value + 2 * error, 1.0)
        note = f"{self.sources:,} of {self.labelled_nodes:,} nodes sampled"
        return Curve("information_noise_ratio", depths, lower, upper, "estimate", note=note)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> InformationNoise:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


def information_noise_ratio(
    graph: Graph,
    labels: IntArray,
    hops: int | Sequence[int] = 6,
    *,
    sources: int | None = None,
    rng: Seed = 0,
) -> InformationNoise:
    """Return the share of same-class pairs among the labelled pairs within k hops, by k.

    ``r_k = #{(i, j): 0 < hops(i, j) ≤ k, y_i = y_j} / #{(i, j): 0 < hops(i, j) ≤ k}``

    Parameters
    ----------
    graph : Graph
        A hop is an edge; weights and self-loops play no part.
    labels : int array, shape (num_nodes,)
        −1 is unknown: such a node is in no pair, but paths lead through it.
    hops : int or sequence of int
        Largest k, or the values of k wanted; each at least 1.
    sources : int, optional
        Nodes to search from. By default all where `SEARCH_WORK` allows, else a simple random sample of
        labelled nodes.
    rng : Generator or seed
        For the sample.

    Returns
    -------
    InformationNoise

    Raises
    ------
    UsageError
        If a number of hops or sources is below 1.
    InputError
        If there is not one integer label a node.

    Notes
    -----
    A sample of s of n sources gives r = Σ same_i/Σ all_i, a ratio estimate with the standard error
    sd(same_i − r·all_i)/mean(all_i)/√s·√(1 − s/n); r_1 is counted on all edges. After
    k layers a node has mixed with all nodes within k hops: the ratio says how much of that was of its own class,
    not with which weights. r_k goes to ``chance`` once everything is within reach (per component).
    Breadth-first search from 64 sources at a time, memory linear in nodes and edges. Source: Chen et al.,
    arXiv 1909.03211.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> path = ss.as_graph(nx.path_graph(4))
    >>> information_noise_ratio(path, np.array([0, 0, 1, 1]), 3).shares
    (0.6666666666666666, 0.4, 0.3333333333333333)
    """
    wanted = _wanted(hops)
    if sources is not None and sources < 1:
        raise UsageError(f"at least one source is needed, got {sources}")
    classes = find_classes(labels, graph.num_nodes)
    chosen = _choose(classes, graph, wanted[-1], sources, np.random.default_rng(rng))
    every, same = _pairs(graph, classes, chosen, wanted)
    shares, errors = _ratios(every, same, classes.known)
    if 1 in wanted and len(chosen) < classes.known:
        # the edges themselves are all looked at: nothing is sampled at one hop
        shares, errors = (_first_hop(graph, classes), *shares[1:]), (0.0, *errors[1:])
    sizes = classes.sizes.astype(np.float64)
    pairs = classes.known * (classes.known - 1.0)
    chance = float(np.sum(sizes * (sizes - 1.0)) / pairs) if pairs else None
    found = InformationNoise(
        hops=wanted,
        shares=shares,
        standard_errors=errors,
        pairs_per_node=tuple(float(row.mean()) if len(row) else 0.0 for row in every),
        chance=chance,
        sources=len(chosen),
        labelled_nodes=classes.known,
        sentence="",
    )
    return replace(found, sentence=_sentence(found))


def _wanted(hops: int | Sequence[int]) -> tuple[int, ...]:
    wanted = (
        tuple(sorted({int(k) for k in hops}))
        if isinstance(hops, Iterable)
        else tuple(range(1, int(hops) + 1))
    )
    if not wanted or wanted[0] < 1:
        raise UsageError(f"hops must be at least 1, got {hops}")
    return wanted


def _choose(
    classes: Classes, graph: Graph, hops: int, size: int | None, rng: np.random.Generator
) -> IntArray:
    known = np.flatnonzero(classes.codes >= 0)
    if size is None:
        search = hops * (graph.num_entries + NODE_WORK * graph.num_nodes)
        size = max(FEWEST_SOURCES, WORD * (SEARCH_WORK // search))
    if size >= len(known):
        return known
    return np.sort(rng.choice(known, size=size, replace=False))


def _pairs(
    graph: Graph, classes: Classes, sources: IntArray, wanted: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return per wanted k and source the labelled nodes within k hops, and those of its class; not itself."""
    every, same = np.zeros((len(wanted), len(sources))), np.zeros((len(wanted), len(sources)))
    order = np.argsort(classes.codes, kind="stable")[graph.num_nodes - classes.known :]
    low = 0
    for batch in batches(sources):
        at = slice(low, low + len(batch))
        for k, words in enumerate(reach(graph, batch, wanted[-1]), start=1):
            if k in wanted:
                counts = _class_counts(words, order, classes, len(batch))
                every[wanted.index(k), at] = counts.sum(axis=0) - 1
                own = classes.codes[batch]
                same[wanted.index(k), at] = counts[own, np.arange(len(batch))] - 1
        low += len(batch)
    return every, same


def _first_hop(graph: Graph, classes: Classes) -> float | None:
    first, second = classes.codes[graph.rows], classes.codes[graph.indices]
    pairs = (first >= 0) & (second >= 0) & (graph.rows != graph.indices)
    count = np.count_nonzero(pairs)
    return float(np.count_nonzero(pairs & (first == second)) / count) if count else None


def _class_counts(words: Words, order: IntArray, classes: Classes, count: int) -> IntArray:
    """Return how many nodes of each class have each source's bit, shape (classes, count)."""
    counts = np.zeros((classes.count, count), dtype=np.int64)
    step = BLOCK_VALUES // WORD
    for low in range(0, len(order), step):
        nodes = order[low : low + step]
        codes = classes.codes[nodes]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        inside = members(words[nodes], count).view(np.uint8)
        counts[codes[starts]] += np.add.reduceat(inside, starts, axis=0, dtype=np.int64)
    return counts


def _ratios(
    every: FloatArray, same: FloatArray, population: int
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    shares: list[float | None] = []
    errors: list[float | None] = []
    for total, own in zip(every, same, strict=True):
        if not total.sum():
            shares.append(None)
            errors.append(None)
            continue
        ratio, size = float(own.sum() / total.sum()), len(total)
        shares.append(ratio)
        if size >= population or size < 2:
            errors.append(0.0)
            continue
        spread = float(np.std(own - ratio * total, ddof=1)) / float(total.mean())
        errors.append(spread * ((1.0 - size / population) / size) ** 0.5)
    return tuple(shares), tuple(errors)


def _sentence(found: InformationNoise) -> str:
    at = [i for i, share in enumerate(found.shares) if share is not None]
    if not at:
        reason = (
            "no node has a known label" if not found.labelled_nodes else "no two labelled nodes are so close"
        )
        return f"{reason}: no information-to-noise ratio is defined within {found.hops[-1]} hops"
    words = [
        f"{percent(found.shares[i] or 0.0)} within {found.hops[i]} hop{'s' if found.hops[i] > 1 else ''}"
        for i in sorted({at[0], at[-1]})
    ]
    sampled = "" if found.exact else f" ({found.sources:,} of {found.labelled_nodes:,} nodes sampled)"
    chance = percent(found.chance or 0.0)
    return f"pairs of one class are {' and '.join(words)}, {chance} among all labelled pairs{sampled}"
