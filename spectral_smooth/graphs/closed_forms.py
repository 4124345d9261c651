"""Families of graphs, most of them with a spectrum that is known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs import family_spectra as spectra
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph

LARGEST_SIZE = 100_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Family:
    """A graph of a named family, with the eigenvalues of its core where they are known.

    Attributes
    ----------
    name : str
        The spec that makes it, such as ``cycle:12``.
    graph : Graph
    formula : callable
        Loops to eigenvalues; `spectrum` calls it.
    loop_free : bool
        True where the closed form (if there is one at all) holds only without added loops.

    Examples
    --------
    >>> from spectral_smooth.graphs.families import family
    >>> family("complete:3").spectrum().tolist()
    [1.0, -0.5, -0.5]
    >>> family("complete:3").spectrum(loops=3).tolist()
    [1.0, 0.4, 0.4]
    """

    name: str
    graph: Graph
    formula: Callable[[float], FloatArray]
    loop_free: bool = False

    def __repr__(self) -> str:
        return f"Family {self.name}: {self.graph.num_nodes:,} nodes, {self.graph.num_edges:,} edges"

    def spectrum(self, loops: float = 0.0) -> FloatArray:
        """Return all eigenvalues of S = D̃^(-1/2)(A + loops·I)D̃^(-1/2), descending, with multiplicity.

        Parameters
        ----------
        loops : float
            The same weight γ ≥ 0 added to every node.

        Raises
        ------
        UsageError
            If no closed form is known for these loops.
        """
        loops = float(loops)
        if not math.isfinite(loops) or loops < 0:
            raise UsageError(f"loops must be finite and at least 0, got {loops}")
        if self.loop_free and loops:
            raise spectra.no_closed_form(self.name, loops)
        return self.formula(loops)


def cycle(size: int) -> Family:
    """Return the cycle on n ≥ 3 nodes: 2-regular, 2·cos(2πj/n)."""
    return circulant(size, (1,), name=f"cycle:{size}", smallest=3)


def circulant(size: int, offsets: Sequence[int], *, name: str = "", smallest: int = 2) -> Family:
    """Return the graph that joins i to i ± s (mod n) for every offset s in 1, ..., n/2."""
    label = name or f"circulant:{size}:{','.join(str(s) for s in offsets)}"
    _at_least(label, size, smallest)
    steps = sorted(set(offsets))
    if not steps or steps[0] < 1 or 2 * steps[-1] > size:
        raise UsageError(f"{label}: offsets must lie between 1 and {size // 2}, got {list(offsets)}")
    _small_enough(label, size * len(steps))
    nodes = np.arange(size)
    edges = [(nodes[: size // 2] if 2 * s == size else nodes, s) for s in steps]
    sources = np.concatenate([start for start, _ in edges])
    targets = np.concatenate([(start + s) % size for start, s in edges])
    return _regular(label, sources, targets, size, lambda: spectra.circulant(size, steps))


def path(size: int) -> Family:
    """Return the path on n nodes; closed form without loops (with any loops for n ≤ 2)."""
    return grid((size,), name=f"path:{size}")


def grid(shape: Sequence[int], *, name: str = "") -> Family:
    """Return the plain grid. Its core is not separable: closed forms only where it is a path or cube."""
    label = name or f"grid:{_times(shape)}"
    sources, targets, size = _lattice(label, shape)
    graph = symmetric_graph(sources, targets, size, label)
    sides = [s for s in shape if s > 1]
    if all(s == 2 for s in sides):
        degree = len(sides)
        return Family(label, graph, lambda loops: spectra.regular(spectra.hypercube(degree), degree, loops))
    if len(sides) == 1:
        return Family(label, graph, lambda _: spectra.path(sides[0]), loop_free=True)
    return _unknown(label, graph)


def reflecting_grid(shape: Sequence[int], *, name: str = "") -> Family:
    """Return the grid with a self-loop for every missing neighbour; separable for any loops.

    All degrees are 2D (a loop of weight w adds w); the eigenvalues are
    (γ + 2·Σ_i cos(πk_i/n_i))/(2D + γ).
    """
    label = name or f"reflecting_grid:{_times(shape)}"
    sources, targets, size = _lattice(label, shape)
    degree = 2 * len(shape)
    missing = degree - np.bincount(np.concatenate([sources, targets]), minlength=size)
    border = np.flatnonzero(missing)
    weights = None
    if np.any(missing > 1):
        weights = np.concatenate([np.ones(len(sources)), missing[border].astype(np.float64)])
    graph = symmetric_graph(
        np.concatenate([sources, border]), np.concatenate([targets, border]), size, label, weights
    )
    parts = [spectra.reflecting(s) for s in shape]
    return Family(label, graph, lambda loops: spectra.regular(spectra.cartesian_sum(parts), degree, loops))


def reflecting_path(size: int) -> Family:
    """Return the path with a self-loop at both ends."""
    return reflecting_grid((size,), name=f"reflecting_path:{size}")


def torus(shape: Sequence[int]) -> Family:
    """Return the periodic grid, every side at least 3: 2D-regular, Σ 2·cos(2πj_i/n_i)."""
    label = f"torus:{_times(shape)}"
    for side in shape:
        _at_least(label, side, 3)
    sources, targets, size = _lattice(label, shape, periodic=True)
    parts = [spectra.cycle(s) for s in shape]
    return _regular(label, sources, targets, size, lambda: spectra.cartesian_sum(parts))


def complete(size: int) -> Family:
    """Return the complete graph."""
    label = f"complete:{size}"
    _at_least(label, size, 1)
    _small_enough(label, size * size)
    sources, targets = np.triu_indices(size, 1)
    return _regular(label, sources, targets, size, lambda: spectra.complete(size))


def complete_bipartite(left: int, right: int, *, name: str = "") -> Family:
    """Return K_(a,b), which joins each of a nodes to each of b others; any loops (quotient matrix)."""
    label = name or f"bipartite:{left}x{right}"
    _at_least(label, min(left, right), 1)
    _small_enough(label, left * right)
    sources = np.repeat(np.arange(left), right)
    targets = left + np.tile(np.arange(right), left)
    graph = symmetric_graph(sources, targets, left + right, label)
    return Family(label, graph, lambda loops: spectra.bipartite(left, right, loops))


def star(leaves: int) -> Family:
    """Return a hub with the given number of leaves: K_(1,leaves)."""
    return complete_bipartite(1, leaves, name=f"star:{leaves}")


def hypercube(dimension: int) -> Family:
    """Return the hypercube of 2^d nodes: d-regular, d − 2k with multiplicity binomial(d, k)."""
    label = f"hypercube:{dimension}"
    _at_least(label, dimension, 1)
    _small_enough(label, dimension << min(dimension, 40))
    nodes = np.arange(1 << dimension)
    sources = np.concatenate([nodes[(nodes >> bit) & 1 == 0] for bit in range(dimension)])
    targets = np.concatenate([nodes[(nodes >> bit) & 1 == 1] for bit in range(dimension)])
    return _regular(label, sources, targets, len(nodes), lambda: spectra.hypercube(dimension))


def prism(size: int) -> Family:
    """Return two cycles of n ≥ 3 nodes joined rung by rung: 3-regular, 2·cos(2πj/n) ± 1."""
    label = f"prism:{size}"
    _at_least(label, size, 3)
    _small_enough(label, 3 * size)
    ring = np.arange(size)
    following = (ring + 1) % size
    sources = np.concatenate([ring, size + ring, ring])
    targets = np.concatenate([following, size + following, size + ring])
    rungs = np.array([1.0, -1.0])
    return _regular(
        label, sources, targets, 2 * size, lambda: spectra.cartesian_sum([spectra.cycle(size), rungs])
    )


def petersen() -> Family:
    """Return the Petersen graph: 3-regular, eigenvalues 3, 1 (5 times), −2 (4 times)."""
    ring = np.arange(5)
    sources = np.concatenate([ring, ring, 5 + ring])
    targets = np.concatenate([(ring + 1) % 5, 5 + ring, 5 + (ring + 2) % 5])
    return _regular("petersen", sources, targets, 10, lambda: np.repeat([3.0, 1.0, -2.0], [1, 5, 4]))


def barbell(size: int) -> Family:
    """Return two complete graphs of n nodes joined by one edge; no closed form here."""
    label = f"barbell:{size}"
    _at_least(label, size, 2)
    return _unknown(label, _cliques(label, 2, size, [size - 1], [size]))


def ring_of_cliques(count: int, size: int) -> Family:
    """Return complete graphs joined in a ring by single edges; no closed form here."""
    label = f"ring_of_cliques:{count}x{size}"
    _at_least(label, count, 3)
    _at_least(label, size, 1)
    first = np.arange(count) * size
    return _unknown(label, _cliques(label, count, size, first + size - 1, np.roll(first, -1)))


def symmetric_graph(
    sources: IntArray, targets: IntArray, size: int, name: str, weights: FloatArray | None = None
) -> Graph:
    """Build a graph from edges that are each listed once, in one direction."""
    sources, targets = np.asarray(sources, dtype=np.int64), np.asarray(targets, dtype=np.int64)
    both = sources != targets
    rows = np.concatenate([sources, targets[both]])
    columns = np.concatenate([targets, sources[both]])
    order = np.argsort(rows * size + columns, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))])
    values = None if weights is None else np.concatenate([weights, weights[both]])[order]
    return Graph(indptr, columns[order], values, name=name)


def _regular(
    label: str, sources: IntArray, targets: IntArray, size: int, adjacency: Callable[[], FloatArray]
) -> Family:
    graph = symmetric_graph(sources, targets, size, label)
    degree = float(graph.degrees[0])
    return Family(label, graph, lambda loops: spectra.regular(adjacency(), degree, loops))


def _unknown(label: str, graph: Graph) -> Family:
    def formula(loops: float) -> FloatArray:
        raise spectra.no_closed_form(label, loops)

    return Family(label, graph, formula, loop_free=True)


def _cliques(
    label: str, count: int, size: int, sources: Sequence[int] | IntArray, targets: IntArray | list[int]
) -> Graph:
    _small_enough(label, count * size * size)
    low, high = np.triu_indices(size, 1)
    offsets = size * np.arange(count)[:, None]
    return symmetric_graph(
        np.concatenate([(offsets + low).ravel(), np.asarray(sources)]),
        np.concatenate([(offsets + high).ravel(), np.asarray(targets)]),
        count * size,
        label,
    )


def _lattice(label: str, shape: Sequence[int], *, periodic: bool = False) -> tuple[IntArray, IntArray, int]:
    if not shape:
        raise UsageError(f"{label}: at least one side is needed")
    for side in shape:
        _at_least(label, side, 1)
    _small_enough(label, math.prod(shape) * len(shape))
    nodes = np.arange(math.prod(shape)).reshape(tuple(shape))
    sources, targets = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for axis, side in enumerate(shape):
        here = nodes if periodic else nodes.take(np.arange(side - 1), axis)
        there = np.roll(nodes, -1, axis) if periodic else nodes.take(np.arange(1, side), axis)
        sources.append(here.ravel())
        targets.append(there.ravel())
    return np.concatenate(sources), np.concatenate(targets), nodes.size


def _times(shape: Sequence[int]) -> str:
    return "x".join(str(side) for side in shape)


def _at_least(label: str, value: int, smallest: int) -> None:
    if value < smallest:
        raise UsageError(f"{label}: sizes must be at least {smallest}, got {value}")


def _small_enough(label: str, entries: int) -> None:
    if entries > LARGEST_SIZE:
        raise UsageError(
            f"{label} would have about {entries:.1g} edges; named families stop at {LARGEST_SIZE:.0e}, "
            "ask for a smaller one"
        )
