"""Edge lists to a Graph: direction, duplicates, weights and self-loops by stated policy."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array, diags_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.policies import Policies

# Sums of the same weights in another order differ by rounding only; a real asymmetry is larger.
_SYMMETRY_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class _Edges:
    """A list of entries; weights None means that every entry counts one."""

    sources: IntArray
    targets: IntArray
    weights: FloatArray | None

    def __len__(self) -> int:
        return len(self.sources)

    def where(self, keep: BoolArray) -> _Edges:
        weights = None if self.weights is None else self.weights[keep]
        return _Edges(self.sources[keep], self.targets[keep], weights)


def graph_from_edges(
    sources: ArrayLike,
    targets: ArrayLike,
    num_nodes: int,
    weights: ArrayLike | None = None,
    *,
    policies: Policies | None = None,
    name: str = "graph",
    undirected: bool = False,
) -> tuple[Graph, tuple[Note, ...]]:
    r"""Make an undirected graph of an edge list, by stated policies, with a note for each thing done.

    With W the directed weights after duplicates are summed (ones after they are merged),

    .. math:: A = W + W^T \; (\text{union}), \qquad A = (W + W^T) / 2 \; (\text{W symmetric, or mutual}).

    Parameters
    ----------
    sources, targets : int arrays, shape (num_entries,)
        The two ends of each entry, 0 to num_nodes − 1. Whole numbers stored as floats are accepted.
    num_nodes : int
        At least one. Nodes without an edge are isolated.
    weights : float array, shape (num_entries,), optional
        Finite and not negative. An entry of weight zero is dropped; if all are one there are none.
    policies : Policies, optional
        ``direction``, ``self_loops``, and ``weight="none"`` to ignore the weights.
    name : str
        What reports call the graph.
    undirected : bool
        The source itself says that an entry is an undirected edge (an undirected NetworkX graph), so
        that the direction policy does not apply and parallel edges are summed in either order.

    Returns
    -------
    graph : Graph
    notes : tuple of Note
        Topics ``weights``, ``self-loops``, ``duplicates``, ``direction``.

    Raises
    ------
    InputError
        If a node id is out of range, negative or fractional, a weight is NaN, infinite or negative,
        there is no node, or the source is not symmetric under ``direction="error"``.

    Notes
    -----
    A source whose weights are symmetric lists each edge in both directions; it is used as it is
    rather than doubled. An edge list without weights is merged, never counted: an edge listed three
    times is one edge. A kept self-loop of weight w adds A_ii = w.

    Examples
    --------
    >>> graph, notes = graph_from_edges([0, 1, 1, 2], [1, 0, 2, 2], 4)
    >>> graph
    Graph 'graph': 4 nodes, 2 edges
    >>> [note.topic for note in notes]
    ['self-loops', 'direction']
    """
    policies = policies or Policies()
    n = check_node_count(num_nodes)
    edges = _Edges(node_ids(sources, n), node_ids(targets, n), None)
    if len(edges.sources) != len(edges.targets):
        raise InputError(
            f"there are {len(edges.sources)} edge sources and {len(edges.targets)} targets; expected as many of each"
        )
    notes: list[Note] = []
    edges = _attach_weights(edges, weights, policies, notes)
    is_loop = edges.sources == edges.targets
    loops, between = edges.where(is_loop), edges.where(~is_loop)
    kept = _keep_loops(loops, policies, n, notes)
    matrix = _symmetrise(between, n, policies, undirected, notes)
    if kept is not None:
        matrix = csr_array(matrix + diags_array(kept, shape=(n, n)))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    weighted = edges.weights is not None and not np.all(matrix.data == 1.0)
    values = matrix.data if weighted else None
    return Graph(matrix.indptr, matrix.indices, values, name), tuple(notes)


def check_node_count(num_nodes: Any) -> int:
    """Return the number of nodes as an int; refuse fractions and less than one."""
    try:
        n = operator.index(num_nodes)
    except TypeError:
        raise InputError(f"num_nodes is {num_nodes!r}; expected a whole number") from None
    if n < 1:
        raise InputError(f"the graph has {n} nodes; at least one node is needed")
    return n


def node_ids(values: ArrayLike, num_nodes: int) -> IntArray:
    """Return node ids as an integer array; refuse what is not a whole number from 0 to num_nodes − 1."""
    ids = np.asarray(values)
    if ids.ndim != 1:
        raise InputError(f"node ids have shape {ids.shape}; expected one dimension")
    if ids.size == 0:
        return np.zeros(0, dtype=np.int64)
    if ids.dtype.kind == "f":
        fractional = ids[~(np.isfinite(ids) & (np.floor(ids) == ids))]
        if fractional.size:
            raise InputError(f"a node id is {fractional[0]:g}; node ids must be whole numbers")
    elif ids.dtype.kind not in "iu":
        raise InputError(f"node ids have type {ids.dtype}; expected whole numbers")
    low, high = ids.min(), ids.max()
    if low < 0:
        raise InputError(
            f"a node id is {low:.0f}; node ids must be from 0 to {num_nodes - 1}, never negative"
        )
    if high >= num_nodes:
        raise InputError(
            f"a node id is {high:.0f}, but the graph has {num_nodes} nodes, 0 to {num_nodes - 1}"
        )
    return ids if ids.dtype.kind == "i" else ids.astype(np.int64)


def _attach_weights(edges: _Edges, given: ArrayLike | None, policies: Policies, notes: list[Note]) -> _Edges:
    if given is None:
        return edges
    if policies.weight == "none":
        notes.append(Note("weights", "the weights are ignored, as asked"))
        return edges
    weights = check_weights(given, len(edges))
    if np.all(weights == 1.0):
        if len(weights):
            notes.append(Note("weights", "all weights are one: the graph is unweighted"))
        return edges
    zero = weights == 0
    if zero.any():
        text = f"{_count(int(zero.sum()), 'entry', 'entries')} of weight zero dropped: such an edge carries nothing"
        notes.append(Note("weights", text, "notice"))
    return _Edges(edges.sources, edges.targets, weights).where(~zero)


def check_weights(given: ArrayLike, entries: int) -> FloatArray:
    """Return weights as float64; refuse a wrong shape or type, NaN, infinity and negative values."""
    weights = np.asarray(given)
    if weights.shape != (entries,):
        raise InputError(
            f"weights have shape {weights.shape} for {entries} edges; expected one weight an edge"
        )
    if weights.dtype.kind not in "iufb":
        raise InputError(f"weights have type {weights.dtype}; expected real numbers")
    weights = weights.astype(np.float64)
    bad = int(np.count_nonzero(~np.isfinite(weights)))
    if bad:
        raise InputError(
            f"{_count(bad, 'weight is', 'weights are')} NaN or infinite; weights must be finite, "
            f"nothing is imputed here"
        )
    if np.any(weights < 0):
        raise InputError(
            f"a weight is {weights.min():g}; negative weights have no smoothing operator here, "
            f"drop those edges or take absolute values first"
        )
    return weights


def _keep_loops(loops: _Edges, policies: Policies, n: int, notes: list[Note]) -> FloatArray | None:
    """Diagonal of the self-loops to keep, or None."""
    if not len(loops):
        return None
    count = _count(len(loops), "self-loop", "self-loops")
    if policies.self_loops == "drop":
        text = (
            f"{count} dropped: a layer adds its own (GCNConv replaces those present); self_loops='keep' keeps"
        )
        notes.append(Note("self-loops", text, "notice"))
        return None
    notes.append(Note("self-loops", f"{count} kept, in addition to those that a layer adds", "notice"))
    diagonal = np.bincount(loops.sources, weights=loops.weights, minlength=n).astype(np.float64)
    return diagonal if loops.weights is not None else np.minimum(diagonal, 1.0)


def _symmetrise(edges: _Edges, n: int, policies: Policies, undirected: bool, notes: list[Note]) -> csr_array:
    """Symmetric matrix of the entries off the diagonal."""
    directed = _sum_entries(edges, n)
    reverse = directed.T.tocsr()
    union = csr_array(directed + reverse)
    pairs = union.nnz // 2
    if undirected:
        _note_duplicates(len(edges) - pairs, edges.weights is not None, notes)
        return _with_ones(union, edges)
    _note_duplicates(len(edges) - directed.nnz, edges.weights is not None, notes)
    mutual = directed.nnz - pairs
    symmetric = mutual == pairs and _same_weights(directed, reverse)
    if policies.direction == "error" and not symmetric:
        raise InputError(_asymmetry(directed.nnz, pairs, mutual))
    notes.append(_direction_note(directed.nnz, pairs, mutual, symmetric, policies))
    if policies.direction == "mutual" and not symmetric:
        return _with_ones(_mutual_mean(directed, reverse), edges)
    if edges.weights is None:
        return _with_ones(union, edges)
    return csr_array(union / 2) if symmetric else union


def _sum_entries(edges: _Edges, n: int) -> csr_array:
    """Directed matrix, duplicates summed where there are weights and merged where there are none."""
    narrow = np.int32 if max(n, len(edges)) < 2**31 - 1 else np.int64
    sources: IntArray = edges.sources.astype(narrow, copy=False)
    targets: IntArray = edges.targets.astype(narrow, copy=False)
    values = np.ones(len(edges)) if edges.weights is None else edges.weights
    matrix = coo_array((values, (sources, targets)), shape=(n, n)).tocsr()
    matrix.sum_duplicates()
    return _with_ones(csr_array(matrix), edges)


def _with_ones(matrix: csr_array, edges: _Edges) -> csr_array:
    """Set all stored values to one where the edges have no weights."""
    if edges.weights is None:
        matrix.data[:] = 1.0
    return matrix


def _same_weights(directed: csr_array, reverse: csr_array) -> bool:
    """Whether two matrices of equal, sorted pattern hold the same values up to the rounding of a sum."""
    return bool(np.allclose(directed.data, reverse.data, rtol=_SYMMETRY_TOLERANCE, atol=0.0))


def _mutual_mean(directed: csr_array, reverse: csr_array) -> csr_array:
    """Mean of the two directions where both are present."""
    one_way, other_way = directed.copy(), reverse.copy()
    one_way.data = np.ones_like(one_way.data)
    other_way.data = np.ones_like(other_way.data)
    total = directed.multiply(other_way) + reverse.multiply(one_way)
    return csr_array(total / 2)


def _note_duplicates(count: int, weighted: bool, notes: list[Note]) -> None:
    if count:
        done = "their weights are summed" if weighted else "merged, not counted"
        text = f"{_count(count, 'entry repeats', 'entries repeat')} an edge: {done}"
        notes.append(Note("duplicates", text, "notice"))


def _asymmetry(entries: int, pairs: int, mutual: int) -> str:
    if mutual == pairs:
        seen = "the two directions of an edge have different weights"
    else:
        seen = f"only {mutual:,} of {pairs:,} edges are listed in both directions"
    return (
        f"{seen} ({entries:,} directed edges), and direction='error' accepts symmetric sources only; "
        f"choose union or mutual"
    )


def _direction_note(entries: int, pairs: int, mutual: int, symmetric: bool, policies: Policies) -> Note:
    edges = _count(pairs, "undirected edge", "undirected edges")
    if symmetric:
        return Note("direction", f"every edge is listed in both directions: {edges}")
    if policies.direction == "mutual":
        text = f"{mutual:,} of {pairs:,} edges are present in both directions and are kept (mutual)"
        return Note("direction", text, "notice" if mutual else "warning")
    if mutual == 0:
        return Note(
            "direction", f"each edge is listed in one direction and read as undirected (union): {edges}"
        )
    text = (
        f"the source is directed: {entries:,} directed edges become {edges} (union); "
        f"{mutual:,} of them are present in both directions"
    )
    return Note("direction", text, "notice")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
