"""How many of a sweep's row gathers a cache will miss, now and in other orders, from a sample of the pattern."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from spectral_smooth.graphs.arrays import IntArray

WINDOWS = 4
WINDOW = 1 << 17
SHORTEST = 1 << 8
SEEDS = 4
SEED_ENTRIES = 1 << 15
DEGREE_SAMPLE = 1 << 18
BLOCKS = (1, 4, 16, 64, 256)  # rows per block

Points: TypeAlias = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Locality:
    """What a sample says about the gathers of a product; found by `estimate_locality`.

    Attributes
    ----------
    nodes, entries : int
        Of the pattern.
    touched : tuple of curves of (entries, blocks)
        How many different blocks of 1, 4, 16, 64 and 256 rows in a row so many entries read, on average.
    walked : curve of (entries, nodes)
        How many different nodes so many entries read where the rows lie breadth first.
    clusters : curve of (nodes, share)
        Share of the entries that stay inside clusters of so many nodes, grown around the sampled nodes.
    hubs : curve of (nodes, share)
        Share of the entries that lead to the so many nodes with most entries.
    uneven : float
        Share of the nodes that have another number of entries than the node before.
    """

    nodes: int
    entries: int
    touched: tuple[Points, ...]
    walked: Points
    clusters: Points
    hubs: Points
    uneven: float = 0.0

    def __str__(self) -> str:
        rows = min(self.nodes - 1, 4096)
        return (
            f"A cache of {rows:,} rows misses about {100 * self.missed(rows):.0f} % of the gathers in the order "
            f"at hand, {100 * self.missed_breadth_first(rows):.0f} % breadth first and "
            f"{100 * self.missed_clustered(rows):.0f} % where clusters lie together"
        )

    def missed(self, rows: float, block: int = 1) -> float:
        """Return the share of row gathers that miss a cache of so many rows in blocks of ``block``, 0 to 1.

        The slope of different blocks against entries where as many were met as fit (Denning, 1968; Xiang et al.,
        2013). Beyond the sample it falls in proportion to the blocks that do not fit, as it does where neighbours are
        anywhere. What fits whole misses nothing from one product to the next. Of the sampled block sizes the
        largest that is not above ``block`` is used.
        """
        if not self.touched:
            return 0.0
        size = max(b for b in BLOCKS if b <= max(block, 1))
        return _slope(self.touched[BLOCKS.index(size)], rows / size, self.nodes / size)

    def missed_breadth_first(self, rows: float) -> float:
        """Return the share that would miss it if the rows lay breadth first, as near the seeds of the sample."""
        return _slope(self.walked, rows, self.nodes)

    def missed_clustered(self, rows: float) -> float:
        """Return the share that would miss it if clusters that fit into it lay together.

        Each row is read once per cluster; an entry that leaves the cluster misses as often as it does now.
        """
        if rows >= self.nodes or not self.entries:
            return 0.0
        now = self.missed(rows)
        inside = max((share for size, share in self.clusters if size <= rows), default=0.0)
        return min(now, self.nodes / self.entries + (1.0 - inside) * now)

    def missed_hubs(self, rows: float) -> float:
        """Return the share that misses a cache that holds the so many nodes with most entries."""
        if rows >= self.nodes or not self.entries:
            return 0.0
        sizes, shares = zip((0, 0.0), *self.hubs, (self.nodes, 1.0), strict=True)
        return 1.0 - float(np.interp(rows, sizes, shares))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Locality:
        """Build it from what `to_dict` returned."""
        return cls(
            nodes=values["nodes"],
            entries=values["entries"],
            touched=tuple(_points(curve) for curve in values["touched"]),
            walked=_points(values["walked"]),
            clusters=_points(values["clusters"]),
            hubs=_points(values["hubs"]),
            uneven=values["uneven"],
        )


def estimate_locality(indptr: IntArray, indices: IntArray) -> Locality:
    """Look at a sample of a symmetric CSR pattern.

    Parameters
    ----------
    indptr, indices : int array
        The pattern. About a million entries are read, whatever its size.

    Returns
    -------
    Locality
        The same for the same pattern: windows and seeds lie at even distances, nothing is drawn.

    Examples
    --------
    >>> import numpy as np
    >>> n = 10_000
    >>> indptr = np.arange(0, 2 * n + 1, 2)  # a ring
    >>> ring = np.stack([np.arange(-1, n - 1) % n, np.arange(1, n + 1) % n], axis=1).ravel().astype(np.int32)
    >>> print(estimate_locality(indptr, ring))
    A cache of 4,096 rows misses about 50 % of the gathers in the order at hand, 50 % breadth first and 50 % where
    clusters lie together
    """
    n, entries = len(indptr) - 1, len(indices)
    if not entries:
        return Locality(n, 0, (), (), (), ())
    # rows of evenly spaced entries: nodes that have neighbours, in proportion to how many
    at = (np.arange(SEEDS) * 2 + 1) * entries // (2 * SEEDS)
    seeds = np.searchsorted(indptr, at, side="right") - 1
    return Locality(
        n,
        entries,
        _touched(indices, n),
        _walked(indptr, indices, seeds),
        _clusters(indptr, indices, seeds),
        _hubs(indptr),
        _uneven(indptr),
    )


def _slope(curve: Points, met: float, total: float) -> float:
    """Return the slope of the curve where it reaches ``met``, of ``total`` that there are."""
    if met >= total or len(curve) < 2:
        return 0.0
    slope = 0.0
    for (length, seen), (longer, more) in pairwise(curve):
        if longer > length:
            slope = (more - seen) / (longer - length)
        if more >= met:
            return slope
    return slope * (total - met) / (total - curve[-1][1])


def _points(values: Any) -> Points:
    return tuple((int(at), float(value)) for at, value in values)


def _lengths(longest: int) -> IntArray:
    """Return doubling lengths up to the longest."""
    powers = SHORTEST << np.arange(32)
    return np.append(powers[powers < longest], longest)


def _touched(indices: IntArray, n: int) -> tuple[Points, ...]:
    from spectral_smooth.engines.order.locality_kernels import count_distinct

    entries = len(indices)
    windows = WINDOWS if entries > WINDOWS * WINDOW else 1
    lengths = _lengths(WINDOW if windows > 1 else entries)
    starts = np.linspace(0, entries - lengths[-1], windows).astype(np.int64)
    distinct = np.empty((windows, len(lengths)), dtype=np.int64)
    curves = []
    for block in BLOCKS:
        count_distinct(indices, n, block.bit_length() - 1, starts, lengths, distinct)
        curves.append(((0, 0.0), *_points(zip(lengths, distinct.mean(axis=0), strict=True))))
    return tuple(curves)


def _walked(indptr: IntArray, indices: IntArray, seeds: IntArray) -> Points:
    from spectral_smooth.engines.order.locality_kernels import walk_breadth_first

    lengths = _lengths(SEED_ENTRIES)
    distinct = np.empty((len(seeds), len(lengths)), dtype=np.int64)
    read = np.empty_like(distinct)
    walk_breadth_first(indptr, indices, seeds, lengths, distinct, read)
    return ((0, 0.0), *_points(zip(read.mean(axis=0), distinct.mean(axis=0), strict=True)))


def _clusters(indptr: IntArray, indices: IntArray, seeds: IntArray) -> Points:
    from spectral_smooth.engines.order.locality_kernels import grow_clusters

    sizes = 1 << np.arange(4, 18)
    inside = np.zeros((len(seeds), len(sizes)), dtype=np.int64)
    volume = np.zeros_like(inside)
    grow_clusters(indptr, indices, seeds, sizes, SEED_ENTRIES, inside, volume)
    reached = volume.sum(axis=0) > 0
    shares = inside.sum(axis=0)[reached] / volume.sum(axis=0)[reached]
    return _points(zip(sizes[reached], shares, strict=True))


def _hubs(indptr: IntArray) -> Points:
    """From the number of entries of every node, or of evenly spaced ones where there are very many."""
    n = len(indptr) - 1
    step = -(-n // DEGREE_SAMPLE)
    low = np.arange(0, n, step)
    frequency = np.bincount(indptr[low + 1] - indptr[low])
    counts = np.flatnonzero(frequency)[::-1]
    rows = np.cumsum(frequency[counts])
    ends = np.cumsum(frequency[counts] * counts)
    if not ends[-1]:
        return ()
    sizes = 1 << np.arange(4, 19)
    sizes = sizes[sizes <= len(low)]
    shares = np.interp(sizes, np.append(0, rows), np.append(0, ends)) / ends[-1]
    return _points(zip(sizes * step, shares, strict=True))


def _uneven(indptr: IntArray) -> float:
    """From all nodes, or evenly spaced ones where there are very many."""
    step = -(-len(indptr) // DEGREE_SAMPLE)
    at = np.arange(1, len(indptr) - 1, step)
    if not len(at):
        return 0.0
    return float(np.mean(indptr[at + 1] - indptr[at] != indptr[at] - indptr[at - 1]))
