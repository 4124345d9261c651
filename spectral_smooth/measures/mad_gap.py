"""mad_gap(): how much farther apart, as directions, the states of remote nodes are than those of near ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.classes import check_state
from spectral_smooth.measures.neighbourhoods import Words, batches, members, reach
from spectral_smooth.measures.pairs import ZERO_DISTANCE, squared_distances
from spectral_smooth.measures.plain import given_fields, plain_fields
from spectral_smooth.measures.rows import BLOCK_VALUES, nonzero_rows, unit_row_blocks, unit_rows
from spectral_smooth.measures.sampling import Seed, choose_sample


@dataclass(frozen=True)
class MadGap:
    """MAD of remote pairs minus MAD of near pairs.

    Attributes
    ----------
    name : str
        ``mad_gap`` or ``mad_gap_nonzero``.
    value : float or None
        None where there is no remote or no near pair.
    standard_error : float or None
        0 where all nodes were looked at.
    near, remote : float or None
        The two MADs.
    near_hops, remote_hops : int
        Near is up to, remote is from that many hops on.
    near_nodes, remote_nodes : int
        Nodes among those looked at that have a near or a remote partner.
    sampled, nodes : int
        Nodes looked at, of those with a non-zero state.
    sentence : str

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> found = mad_gap(np.eye(4), ss.as_graph(nx.path_graph(4)))
    >>> print(found)
    no two nodes with a path between them are 8 or more hops apart: no MADGap is defined
    >>> MadGap.from_dict(found.to_dict()) == found
    True
    """

    name: str
    value: float | None
    standard_error: float | None
    near: float | None
    remote: float | None
    near_hops: int
    remote_hops: int
    near_nodes: int
    remote_nodes: int
    sampled: int
    nodes: int
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> MadGap:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


@dataclass(frozen=True, eq=False)
class _RowMeans:
    """Per looked-at node the mean 1 − cos to its partners, and whether it has any."""

    means: FloatArray
    present: BoolArray

    @property
    def value(self) -> float | None:
        return float(self.means[self.present].mean()) if self.present.any() else None

    @property
    def influence(self) -> FloatArray:
        """What each looked-at node adds to the value's error: the mean over those present is a ratio."""
        value = self.value
        if value is None:
            return np.zeros(len(self.means))
        return np.asarray(np.where(self.present, self.means - value, 0.0) / self.present.mean())


def mad_gap(
    x: FloatArray, graph: Graph, near: int = 3, remote: int = 8, *, rows: int | None = None, rng: Seed = 0
) -> MadGap:
    """Return MADGap with the corrected MAD: equal directions count as distance zero.

    ``MADGap = MAD(remote) − MAD(near)``, MAD(M) = mean over nodes i with a partner in M of
    mean_{j in M(i)} (1 − cos(x_i, x_j))

    Parameters
    ----------
    x : float array, shape (num_nodes, columns)
        The state itself; zero rows have no direction and are left out.
    graph : Graph
        A hop is an edge, whatever its weight.
    near, remote : int
        Partners up to ``near`` hops away, and from ``remote`` hops on. Nodes without a path between them
        are neither: their distance is not a number of hops.
    rows : int, optional
        Nodes to look at, each against all; by default all up to 512, see `choose_sample`.
    rng : Generator or seed
        For the sample.

    Returns
    -------
    MadGap

    Raises
    ------
    UsageError
        If not 1 ≤ near < remote, ``rows`` is below 1, or x has another number of rows than the graph nodes.
    InputError
        If x is not finite.

    Notes
    -----
    Large and positive: neighbours are alike and remote nodes are not. Zero: the state no longer knows
    how far apart nodes are, whether because all are alike or because none are. No labels are used. The
    mean over sampled nodes is a ratio estimate; its error is linearised. Memory is linear in nodes and edges.
    Source: Chen et al., arXiv 1909.03211, whose code drops zero distances: `mad_gap_nonzero`.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> ends = np.array([[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2)
    >>> found = mad_gap(ends, ss.as_graph(nx.path_graph(4)), near=1, remote=2)
    >>> round(found.near, 12), found.remote
    (0.25, 1.0)
    """
    return _gap("mad_gap", x, graph, near, remote, rows, rng)


def mad_gap_nonzero(
    x: FloatArray, graph: Graph, near: int = 3, remote: int = 8, *, rows: int | None = None, rng: Seed = 0
) -> MadGap:
    """Return MADGap as its authors compute it: zero distances are dropped before every mean.

    Parameters
    ----------
    x, graph, near, remote, rows, rng
        As in `mad_gap`.

    Returns
    -------
    MadGap

    Raises
    ------
    UsageError, InputError
        As in `mad_gap`.

    Notes
    -----
    Distances up to `pairs.ZERO_DISTANCE` count as zero; a node whose partners all have its own direction
    leaves the mean. A MAD without any non-zero distance is 0. Source: Chen et al., arXiv 1909.03211. Use
    `mad_gap` unless you compare with published figures.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> ends = np.array([[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2)
    >>> mad_gap_nonzero(ends, ss.as_graph(nx.path_graph(4)), near=1, remote=2).near
    1.0
    """
    return _gap("mad_gap_nonzero", x, graph, near, remote, rows, rng)


def _gap(
    name: str, x: FloatArray, graph: Graph, near: int, remote: int, rows: int | None, rng: Seed
) -> MadGap:
    if not 1 <= near < remote:
        raise UsageError(f"near and remote must be hops with 1 <= near < remote, got {near} and {remote}")
    if rows is not None and rows < 1:
        raise UsageError(f"at least one row is needed, got {rows}")
    x = check_state(x)
    if len(x) != graph.num_nodes:
        raise UsageError(
            f"the state has {len(x)} rows, but the graph has {graph.num_nodes} nodes; expected as many"
        )
    nodes = np.flatnonzero(nonzero_rows(x))
    sampled = choose_sample(len(nodes), x.shape[1], np.random.default_rng(rng), rows)
    nonzero = name == "mad_gap_nonzero"
    (close, has_close), (far, has_far) = _row_means(x, graph, nodes, sampled, near, remote, nonzero=nonzero)
    found = [_mad(means, present) for means, present in ((close, has_close), (far, has_far))]
    value = found[1] - found[0] if found[0] is not None and found[1] is not None else None
    gap = MadGap(
        name=name,
        value=value,
        standard_error=None if value is None else _error(close, far, len(nodes)),
        near=found[0],
        remote=found[1],
        near_hops=near,
        remote_hops=remote,
        near_nodes=int(np.count_nonzero(has_close)),
        remote_nodes=int(np.count_nonzero(has_far)),
        sampled=len(sampled),
        nodes=len(nodes),
        sentence="",
    )
    return replace(gap, sentence=_sentence(gap))


def _mad(means: _RowMeans, partners: BoolArray) -> float | None:
    """Return the MAD: None without a pair, 0 where there are pairs but none counts (all distances zero)."""
    if not partners.any():
        return None
    return means.value or 0.0


def _error(close: _RowMeans, far: _RowMeans, population: int) -> float:
    size = len(close.means)
    if size >= population or size < 2:
        return 0.0
    spread = float(np.std(far.influence - close.influence, ddof=1))
    return spread * math.sqrt((1.0 - size / population) / size)


def _row_means(
    x: FloatArray, graph: Graph, nodes: IntArray, sampled: IntArray, near: int, remote: int, *, nonzero: bool
) -> Iterator[tuple[_RowMeans, BoolArray]]:
    """Yield for near and remote partners the row means, and which rows have a partner at all."""
    size = len(sampled)
    close, within = _searches(graph, nodes[sampled], near, remote)
    component = graph.components.labels
    sums, counts, partners = np.zeros((2, size)), np.zeros((2, size)), np.zeros((2, size), dtype=np.int64)
    chosen = unit_rows(x[nodes[sampled]])
    low = 0
    for squares in squared_distances(chosen, sampled, _short(unit_row_blocks(x), size)):
        others = nodes[low : low + squares.shape[1]]
        low += len(others)
        own = others[None, :] == nodes[sampled][:, None]
        joined = component[others][None, :] == component[nodes[sampled]][:, None]
        masks = (
            members(close[others], size).T & ~own,
            joined & ~members(within[others], size).T,
        )
        counted = squares > 2.0 * ZERO_DISTANCE if nonzero else np.ones_like(own)
        for kind, mask in enumerate(masks):
            partners[kind] += mask.sum(axis=1)
            mask &= counted
            sums[kind] += 0.5 * np.where(mask, squares, 0.0).sum(axis=1)
            counts[kind] += mask.sum(axis=1)
    for kind in range(2):
        means = np.divide(sums[kind], counts[kind], out=np.zeros(size), where=counts[kind] > 0)
        yield _RowMeans(means, counts[kind] > 0), partners[kind] > 0


def _searches(graph: Graph, sources: IntArray, near: int, remote: int) -> tuple[Words, Words]:
    """Return who is within near hops, and within remote − 1 hops, of each node: words, 64 sources each."""
    close, within = [], []
    for batch in batches(sources):
        for k, words in enumerate(reach(graph, batch, remote - 1), start=1):
            if k == near:
                close.append(words)
        within.append(words)
    empty = np.zeros((graph.num_nodes, 0), dtype=np.uint64)
    if not close:
        return empty, empty
    return np.stack(close, axis=1), np.stack(within, axis=1)


def _short(blocks: Iterator[FloatArray], width: int) -> Iterator[FloatArray]:
    """Cut blocks so that a table of their rows against ``width`` others stays within a block's size."""
    step = max(1, BLOCK_VALUES // max(width, 1))
    for block in blocks:
        for low in range(0, len(block), step):
            yield block[low : low + step]


def _sentence(gap: MadGap) -> str:
    if gap.nodes < 2:
        return "fewer than two nodes have a non-zero state: no MADGap is defined"
    sampled = "" if gap.sampled == gap.nodes else f" ({gap.sampled:,} of {gap.nodes:,} nodes looked at)"
    if gap.remote is None:
        reason = f"no two nodes with a path between them are {gap.remote_hops} or more hops apart"
        return f"{reason}: no MADGap is defined{sampled}"
    if gap.value is None:
        return f"no node has another one within {gap.near_hops} hops: no MADGap is defined{sampled}"
    error = f" ± {gap.standard_error:.1g}" if gap.standard_error else ""
    clear = gap.value > max(2.0 * (gap.standard_error or 0.0), ZERO_DISTANCE)
    return (
        f"{gap.name} is {gap.value:.4g}{error}: mean cosine distance {gap.remote:.4g} from {gap.remote_hops} hops on "
        f"and {gap.near:.4g} up to {gap.near_hops} hops; remote nodes are told apart {'' if clear else 'no '}better "
        f"than near ones{sampled}"
    )
