"""Eigenvalues and multiplicities that the structure of the graph forces: components, and nodes that are twins."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.claims import Multiplicity

SEED = 0x5EED
LISTED = 32


def structural_multiplicities(operator: Operator) -> tuple[Multiplicity, ...]:
    """Return the eigenvalues of S that are known without computing any, with their multiplicity or a lower bound.

    - μ = 1 once per component with d̃ > 0, μ = −1 once per bipartite component without loops; no more (Perron and
      Frobenius).
    - Twins, nodes i and j with the same weights to all others, the same loop γ and the weight w between them (0 for
      open twins): the vector that is √d̃ on i, −√d̃ on j and zero elsewhere has ``μ = (γ − w)/d̃``. A class of m twins
      gives m − 1 of them.

    Twins are found by hashing rows and then compared entry by entry: no claim rests on a hash. Of each kind the
    32 values with most copies are returned; under weights classes are joined only at μ = 0, where rounding plays no
    part.

    Parameters
    ----------
    operator : Operator

    Returns
    -------
    tuple of Multiplicity
        By falling value.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> for one in structural_multiplicities(ss.gcn(ss.as_graph(nx.star_graph(4)))):
    ...     print(one)
    1 exactly 1 times (components)
    0.5 at least 3 times (open twins)
    """
    space = operator.fixed_space
    found = []
    if space.dimension:
        found.append(Multiplicity(1.0, space.dimension, "components", True))
    if space.alternating_dimension:
        found.append(
            Multiplicity(-1.0, space.alternating_dimension, "bipartite components without loops", True)
        )
    for closed in (False, True):
        found += _twins(operator, closed)
    return tuple(sorted(found, key=lambda one: (-one.value, one.source)))


def _twins(operator: Operator, closed: bool) -> list[Multiplicity]:
    labels, weights = twin_classes(operator, closed)
    sizes = np.bincount(labels)
    if len(sizes) == operator.graph.num_nodes:
        return []
    first = np.unique(labels, return_index=True)[1]
    classes = np.flatnonzero(sizes > 1)
    nodes = first[classes]
    graph = operator.graph
    keys = zip(
        graph.self_loop_weights[nodes].tolist(),
        operator.loop_weights[nodes].tolist(),
        weights[nodes].tolist(),
        (graph.degrees[nodes] if graph.weights is None else nodes).tolist(),
        (sizes[classes] - 1).tolist(),
        operator.degrees[nodes].tolist(),
        strict=True,
    )
    exact: Counter[Fraction | tuple[float, int]] = Counter()
    for own, loop, joined, degree, copies, rounded in keys:
        top = Fraction(own) + Fraction(loop) - Fraction(joined)
        if graph.weights is None or not top:  # degrees are whole numbers: the same ratio is the same value
            exact[top / (Fraction(degree) + Fraction(loop)) if top else Fraction(0)] += copies
        else:
            exact[(float(top) / rounded, degree)] += copies
    source = "closed twins" if closed else "open twins"
    most = sorted(exact.items(), key=lambda item: -item[1])[:LISTED]
    return [
        Multiplicity(float(value) if isinstance(value, Fraction) else value[0], copies, source, False)
        for value, copies in most
    ]


def twin_classes(operator: Operator, closed: bool) -> tuple[IntArray, FloatArray]:
    """Return a class label for each node, twins sharing one, and the weight within each node's class.

    Parameters
    ----------
    operator : Operator
    closed : bool
        Whether twins are joined (their weight is then the same throughout a class) or not.
    """
    graph = operator.graph
    pairs = _joined_pairs(operator) if closed else _open_pairs(operator)
    left, right, weights = pairs
    same = _same_rows(graph, left, right, joined=closed)
    left, right, weights = left[same], right[same], weights[same]
    n = graph.num_nodes
    if not len(left):
        return np.arange(n), np.zeros(n)
    links = csr_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    labels = connected_components(links, directed=False)[1].astype(np.int64)
    inside = np.zeros(n)
    inside[left] = weights
    inside[right] = weights
    return labels, inside


def _hashes(operator: Operator) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the hash of each row (off-diagonal entries, loops), a random number per node, and who has neighbours."""
    graph = operator.graph
    rng = np.random.default_rng(SEED)
    names = rng.integers(0, 2**63, graph.num_nodes, dtype=np.uint64)
    rows, columns = graph.rows, graph.indices
    off = rows != columns
    terms: IntArray = names[columns]
    if graph.weights is not None:
        terms = _mixed(terms, graph.weights)
    terms = np.where(off, terms, np.uint64(0))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])
    keys = sums[graph.indptr[1:]] - sums[graph.indptr[:-1]]
    keys = keys + _mixed(
        _mixed(np.full(graph.num_nodes, 17, np.uint64), graph.self_loop_weights), operator.loop_weights
    )
    neighbours = np.bincount(rows[off], minlength=graph.num_nodes) > 0
    return keys, names, neighbours


def _mixed(names: IntArray, weights: FloatArray) -> IntArray:
    """Hash a number together with a weight (the finaliser of splitmix64)."""
    x = names ^ (weights + 0.0).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(x ^ (x >> np.uint64(31)))


def _open_pairs(operator: Operator) -> tuple[IntArray, IntArray, FloatArray]:
    """Neighbouring nodes in the order of their hashes that have the same hash."""
    keys, _, neighbours = _hashes(operator)
    nodes = np.flatnonzero(neighbours)
    nodes = nodes[np.argsort(keys[nodes], kind="stable")]
    left, right = nodes[:-1], nodes[1:]
    same = keys[left] == keys[right]
    same &= _same_loops(operator, left, right)
    return left[same], right[same], np.zeros(int(np.count_nonzero(same)))


def _joined_pairs(operator: Operator) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs that span the classes of joined nodes whose rows, each with its own node put in, have the same hash."""
    graph = operator.graph
    keys, names, _ = _hashes(operator)
    forward = graph.rows < graph.indices
    left, right = graph.rows[forward].astype(np.int64), graph.indices[forward].astype(np.int64)
    weights = np.ones(len(left)) if graph.weights is None else graph.weights[forward]
    own: tuple[IntArray, IntArray] = (names[left], names[right])
    if graph.weights is not None:
        own = (_mixed(names[left], weights), _mixed(names[right], weights))
    same = keys[left] + own[0] == keys[right] + own[1]
    same &= _same_loops(operator, left, right)
    left, right, weights = left[same], right[same], weights[same]
    # a clique of m twins has m² such pairs: m − 1 of them, those that lead to its first node, are enough
    order = np.lexsort((left, right))
    kept = order[np.concatenate([[True], np.diff(right[order]) > 0])] if len(order) else order
    return left[kept], right[kept], weights[kept]


def _same_loops(operator: Operator, left: IntArray, right: IntArray) -> BoolArray:
    own, added = operator.graph.self_loop_weights, operator.loop_weights
    return np.asarray((own[left] == own[right]) & (added[left] == added[right]))


def _same_rows(graph: Graph, left: IntArray, right: IntArray, *, joined: bool) -> BoolArray:
    """Whether the rows of each pair agree in every column but the pair's own two, and it is joined or not as said."""
    one, of_one = _entries(graph, left, left, right)
    two, of_two = _entries(graph, right, left, right)
    lengths = np.diff(graph.indptr)
    same = np.ones(len(left), dtype=bool)
    for nodes, of_pair in ((left, of_one), (right, of_two)):
        own = (graph.self_loop_weights[nodes] > 0).astype(np.int64) + int(joined)
        same &= np.bincount(of_pair, minlength=len(left)) + own == lengths[nodes]
    one, of_one = one[same[of_one]], of_one[same[of_one]]
    two = two[same[of_two]]
    differ = graph.indices[one] != graph.indices[two]
    if graph.weights is not None:
        differ |= graph.weights[one] != graph.weights[two]
    same[of_one[differ]] = False
    return same


def _entries(graph: Graph, nodes: IntArray, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Places of the entries of some rows without columns ``left`` and ``right``, and which pair each belongs to."""
    lengths = np.diff(graph.indptr)[nodes]
    pair = np.repeat(np.arange(len(nodes)), lengths)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(pair)) - starts[pair] + graph.indptr[nodes][pair]
    columns = graph.indices[place]
    kept = (columns != left[pair]) & (columns != right[pair])
    return place[kept], pair[kept]
