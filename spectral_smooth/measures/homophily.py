"""homophily(): how much more often than by chance neighbours are of one class, in five definitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.classes import Classes, find_classes, percent
from spectral_smooth.measures.plain import given_fields, plain_fields


@dataclass(frozen=True)
class Homophily:
    """Five homophilies of a labelled graph, and what they were counted on.

    Attributes
    ----------
    edge, node, class_insensitive, adjusted, label_informativeness : float or None
        See `homophily` for the formulas; None where the definition has no value.
    chance : float or None
        Σ p̄_c², the edge homophily of a graph with these class degrees and no other structure.
    nodes, labelled_nodes, labelled_edges : int
        Edges whose ends are both known, without self-loops.
    classes, class_counts : tuple of int
        Class numbers that occur and the known nodes of each.
    weighted : bool
        Whether edges counted by their weight.
    sentence : str

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> data = ss.load("karate")
    >>> found = homophily(data.graph, data.labels)
    >>> Homophily.from_dict(found.to_dict()) == found
    True
    """

    edge: float | None
    node: float | None
    class_insensitive: float | None
    adjusted: float | None
    label_informativeness: float | None
    chance: float | None
    nodes: int
    labelled_nodes: int
    labelled_edges: int
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    weighted: bool
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Homophily:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


@dataclass(frozen=True, eq=False)
class _Ends:
    """Stored entries (both directions of an edge) whose two different ends are known."""

    first: IntArray
    second: IntArray
    rows: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, graph: Graph, codes: IntArray) -> _Ends:
        first, second = codes[graph.rows], codes[graph.indices]
        kept = np.flatnonzero((first >= 0) & (second >= 0) & (graph.rows != graph.indices))
        weights = np.ones(len(kept)) if graph.weights is None else graph.weights[kept]
        # one power of two off: no sum of finite weights may overflow
        largest = float(np.max(weights, initial=1.0))
        return cls(first[kept], second[kept], graph.rows[kept], np.ldexp(weights, -np.frexp(largest)[1]))

    def same(self) -> FloatArray:
        return np.where(self.first == self.second, self.weights, 0.0)


def homophily(graph: Graph, labels: IntArray) -> Homophily:
    """Return the homophilies of a labelled graph.

    Over the edges ij with two known ends and i ≠ j, with m_cd the share of edge ends that lead from
    class c to class d and p̄_c = Σ_d m_cd (classes weighted by degree)::

        edge                   h = Σ_c m_cc
        node                   mean over nodes with a known neighbour of the same-class share of those
        class_insensitive      Σ_c max(m_cc/p̄_c − n_c/n, 0) / (C − 1),    n_c of the n known nodes
        adjusted               (h − Σ p̄_c²) / (1 − Σ p̄_c²)
        label_informativeness  Σ_cd m_cd log(m_cd/(p̄_c p̄_d)) / −Σ p̄_c log p̄_c

    Parameters
    ----------
    graph : Graph
        Weights, where there are any, count: every share above is a share of weight, as in a mean over
        neighbours. Self-loops are left out.
    labels : int array, shape (num_nodes,)
        −1 is unknown: such a node leaves, and its edges with it.

    Returns
    -------
    Homophily

    Raises
    ------
    InputError
        If there is not one integer label a node.

    Notes
    -----
    ``edge`` and ``node`` have no zero: with one class both are 1 on any graph, and with unequal classes chance
    alone gives ``chance``. ``adjusted`` and ``label_informativeness`` are 0 by chance and 1 when every
    edge stays in its class; the first is negative under heterophily, the second sees any dependence of
    the two ends, heterophily included. A class without a labelled edge adds nothing to ``class_insensitive``.
    Undefined values are None: without a labelled edge all five; with one class C − 1 = 0 and
    1 − Σ p̄² = 0. Sources: edge, Zhu et al. (arXiv 2006.11468); node, Pei et al. (2002.05287); class
    insensitive, Lim et al. (2110.14446); adjusted and informativeness, Platonov et al. (2209.06177). Linear time
    and memory, but for one sort of the edges.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> found = homophily(ss.as_graph(nx.cycle_graph(4)), np.array([0, 1, 0, 1]))
    >>> found.edge, found.adjusted, found.label_informativeness
    (0.0, -1.0, 1.0)
    """
    classes = find_classes(labels, graph.num_nodes)
    ends = _Ends.of(graph, classes.codes)
    counted: dict[str, Any] = {
        "nodes": graph.num_nodes,
        "labelled_nodes": classes.known,
        "labelled_edges": len(ends.first) // 2,
        "classes": classes.numbers,
        "class_counts": classes.counts,
        "weighted": graph.weights is not None,
    }
    total = float(ends.weights.sum())
    if not total:
        reason = "no edge has two labelled ends" if classes.known else "no node has a known label"
        return Homophily(
            None, None, None, None, None, None, **counted, sentence=f"{reason}: no homophily is defined"
        )
    degrees = bin_sums(ends.first, ends.weights, classes.count)
    within = bin_sums(ends.first, ends.same(), classes.count)
    share = degrees / total
    several = np.count_nonzero(degrees) > 1
    found = Homophily(
        edge=float(within.sum() / total),
        node=_node(ends, graph.num_nodes),
        class_insensitive=_class_insensitive(within, degrees, classes),
        # 1 − (1 − h)/Σ p̄(1 − p̄): nothing cancels when one class has nearly all edges
        adjusted=1.0 - _unlike(ends) / float(share @ ((total - degrees) / total)) / total
        if several
        else None,
        label_informativeness=_informativeness(ends, share, total) if several else None,
        chance=float(share @ share),
        **counted,
        sentence="",
    )
    return replace(found, sentence=_sentence(found))


def _node(ends: _Ends, n: int) -> float:
    known = bin_sums(ends.rows, ends.weights, n)
    some = known > 0
    return float(np.mean(bin_sums(ends.rows, ends.same(), n)[some] / known[some]))


def _class_insensitive(within: FloatArray, degrees: FloatArray, classes: Classes) -> float | None:
    if classes.count < 2:
        return None
    own = np.divide(within, degrees, out=np.zeros_like(within), where=degrees > 0)
    excess = np.maximum(own - classes.sizes / classes.known, 0.0)
    return float(excess[degrees > 0].sum() / (classes.count - 1))


def _unlike(ends: _Ends) -> float:
    return float(ends.weights[ends.first != ends.second].sum())


def _informativeness(ends: _Ends, share: FloatArray, total: float) -> float:
    # only pairs that occur: with many classes the full table would not be linear in memory
    count = len(share)
    pairs, where = np.unique(ends.first * count + ends.second, return_inverse=True)
    joint = bin_sums(where, ends.weights, len(pairs)) / total
    first, second = share[pairs // count], share[pairs % count]
    mutual = float(np.sum(joint * np.log(joint / first / second)))
    some = share[share > 0]
    return min(max(mutual / float(-np.sum(some * np.log(some))), 0.0), 1.0)


def _sentence(found: Homophily) -> str:
    of_what = "of the weight of the " if found.weighted else "of the "
    start = f"{percent(found.edge or 0.0)} {of_what}{found.labelled_edges:,} labelled edges join one class"
    adjusted, told = found.adjusted, found.label_informativeness
    if adjusted is None or told is None:
        one = len(found.classes) < 2
        only = "there is one class only" if one else "all of them have both ends in one and the same class"
        return f"{start}, but {only}: adjusted homophily and label informativeness are undefined"
    kind = next(name for least, name in _KINDS if adjusted >= least)
    return (
        f"{start}, {percent(found.chance or 0.0)} would by chance: {kind} (adjusted homophily {adjusted:.2f}); one end "
        f"tells {percent(told)} of what is open about the class of the other"
    )


_KINDS = (
    (0.5, "strongly homophilous"),
    (0.1, "homophilous"),
    (-0.1, "neighbours are of one class about as often as by chance"),
    (-np.inf, "heterophilous"),
)
