"""Twin nodes: nodes with the same neighbours, which force an eigenvalue of known multiplicity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, bin_sums
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.parts import entries_of
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.density.gather import pieces

SEED = 20190804


@dataclass(frozen=True, eq=False)
class Twins:
    """Classes of twins, and the eigenvalue that each forces.

    Attributes
    ----------
    of_node : int array, shape (num_nodes,)
        Class of each node, −1 where it has no twin.
    sizes : int array, shape (count,)
        Nodes of each class: it forces its eigenvalue size − 1 times.
    values : float array, shape (count,)
    """

    of_node: IntArray
    sizes: IntArray
    values: FloatArray

    def filter(self, block: FloatArray) -> None:
        """Project the forced eigenvectors out of a block, in place: every class gets its mean."""
        members = np.flatnonzero(self.of_node >= 0)
        classes = self.of_node[members]
        for f in range(block.shape[1] if len(members) else 0):
            means = bin_sums(classes, block[members, f], len(self.sizes)) / self.sizes
            block[members, f] = means[classes]


def find_twins(operator: Operator, among: BoolArray) -> Twins:
    """Find all twins among some nodes.

    Nodes with one neighbourhood N, equal weights and equal diagonal Ã_ii have equal d̃, and every vector on
    them that sums to zero is an eigenvector of S::

        not joined to each other   μ = Ã_ii / d̃          such as the leaves of one hub: 0 without loops
        all joined to each other   μ = (Ã_ii − 1) / d̃    a clique with the same neighbours outside

    Rows are hashed, and those of one hash compared entry by entry: nothing rests on the hash. Joined twins
    are looked for in unweighted graphs only.

    Parameters
    ----------
    operator : Operator
    among : bool array, shape (num_nodes,)
        Whole components of at least three nodes.

    Returns
    -------
    Twins

    Notes
    -----
    Source: Dong, Benson and Bindel, Network density of states, KDD 2019 (section on motifs).

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> star = ss.symmetric(ss.as_graph(nx.star_graph(4)))
    >>> twins = find_twins(star, np.ones(5, dtype=bool))
    >>> twins.sizes.tolist(), twins.values.tolist()
    ([4], [0.0])
    """
    n = operator.graph.num_nodes
    of_node, sizes, values = np.full(n, -1, dtype=np.int64), [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    keys = np.random.default_rng(SEED).integers(0, 2**64, size=n, dtype=np.uint64)
    hashes, diagonal = _row_hashes(operator.graph, keys)
    diagonal += operator.loop_weights
    nodes = np.flatnonzero(among & (operator.degrees > 0))
    kinds = (False, True) if operator.graph.weights is None else (False,)
    for joined in kinds:
        hashed = hashes[nodes] + keys[nodes] if joined else hashes[nodes]
        groups = _groups(operator.graph, nodes, hashed, diagonal, joined=joined)
        first = sum(len(part) for part in sizes)
        count = int(groups.max(initial=-1)) + 1
        twins = groups >= 0
        of_node[nodes[twins]] = groups[twins] + first
        representative = np.zeros(count, dtype=np.int64)
        representative[groups[twins]] = nodes[twins]
        sizes.append(np.bincount(groups[twins], minlength=count))
        values.append((diagonal[representative] - float(joined)) / operator.degrees[representative])
    return Twins(of_node, np.concatenate(sizes), np.concatenate(values))


def _row_hashes(graph: Graph, keys: IntArray) -> tuple[IntArray, FloatArray]:
    """Return a sum of random numbers over each row off the diagonal, and the diagonal."""
    hashes, diagonal = np.zeros(graph.num_nodes, dtype=np.uint64), np.zeros(graph.num_nodes)
    lengths = np.diff(graph.indptr)
    for rows in pieces(lengths):
        span = slice(int(graph.indptr[rows.start]), int(graph.indptr[rows.stop]))
        columns = graph.indices[span]
        terms = keys[columns]
        if graph.weights is not None:
            terms *= graph.weights[span].view(np.uint64) | np.uint64(1)
        owner = np.repeat(np.arange(rows.start, rows.stop, dtype=columns.dtype), lengths[rows])
        loops = np.flatnonzero(columns == owner)
        diagonal[columns[loops]] = 1.0 if graph.weights is None else graph.weights[span][loops]
        terms[loops] = 0
        filled = rows.start + np.flatnonzero(lengths[rows])
        if len(filled):
            hashes[filled] = np.add.reduceat(terms, graph.indptr[filled] - span.start)
    return hashes, diagonal


def _groups(
    graph: Graph, nodes: IntArray, hashed: IntArray, diagonal: FloatArray, *, joined: bool
) -> IntArray:
    """Return the class of each of some nodes, −1 where it is alone in it."""
    order = np.lexsort((diagonal[nodes], hashed))
    ordered = nodes[order]
    alike = (hashed[order][1:] == hashed[order][:-1]) & (diagonal[ordered][1:] == diagonal[ordered][:-1])
    pairs = np.flatnonzero(alike)
    alike[pairs] = _same_rows(graph, ordered[pairs], ordered[pairs + 1], joined=joined)
    # Runs of nodes each of which equals the one before.
    run = np.cumsum(np.concatenate([[True], ~alike])[: len(ordered)]) - 1
    sizes = np.bincount(run, minlength=1)
    number = np.where(sizes > 1, np.cumsum(sizes > 1) - 1, -1)
    found = np.empty(len(nodes), dtype=np.int64)
    found[order] = number[run]
    return found


def _same_rows(graph: Graph, first: IntArray, second: IntArray, *, joined: bool) -> BoolArray:
    """Return whether both nodes of each pair have the same row off the diagonal (each with itself, where joined)."""
    lengths = np.diff(graph.indptr)
    same = np.zeros(len(first), dtype=bool)
    for part in pieces(lengths[first] + lengths[second] + 2):
        (owner, columns, weights), other = (
            _neighbourhoods(graph, nodes[part], joined=joined) for nodes in (first, second)
        )
        count = part.stop - part.start
        sizes = np.bincount(owner, minlength=count)
        fits = sizes == np.bincount(other[0], minlength=count)
        mine, theirs = fits[owner], fits[other[0]]
        differ = (columns[mine] != other[1][theirs]) | (weights[mine] != other[2][theirs])
        same[part] = fits & (np.bincount(owner[mine], weights=differ, minlength=count) == 0)
    return same


def _neighbourhoods(graph: Graph, nodes: IntArray, *, joined: bool) -> tuple[IntArray, IntArray, FloatArray]:
    owner, columns, weights = entries_of(graph, nodes)
    off = columns != nodes[owner]
    owner, columns, weights = owner[off], columns[off], weights[off]
    if joined:
        owner = np.concatenate([owner, np.arange(len(nodes))])
        columns, weights = np.concatenate([columns, nodes]), np.concatenate([weights, np.ones(len(nodes))])
        order = np.lexsort((columns, owner))
        owner, columns, weights = owner[order], columns[order], weights[order]
    return owner, columns, weights
