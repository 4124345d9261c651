"""Divisions of the nodes into named groups: components, degree bands, regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.operators.fixed_space import MAX_GROUPS
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.types import Spectrum

MODES = 3


POSITIVE = 1e-6


SAME = 1e-8


KINDS = ("component", "degree", "region")


@dataclass(frozen=True, eq=False)
class Division:
    """A division of the nodes into named groups.

    Attributes
    ----------
    kind : {"component", "degree", "region"}
    groups : int array, shape (num_nodes,)
        Group of each node; −1 is in none.
    names : tuple of str
    note : str
        What a reader must know.
    """

    kind: str
    groups: IntArray
    names: tuple[str, ...]
    note: str = ""

    @property
    def sizes(self) -> IntArray:
        """Number of nodes of each group."""
        return np.bincount(self.groups[self.groups >= 0], minlength=len(self.names))


def component_division(operator: Operator) -> Division:
    """Return the 32 largest components one by one and the others pooled; nodes with d̃ = 0 are in none.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> pair = ss.gcn(ss.as_graph(nx.disjoint_union(nx.path_graph(3), nx.path_graph(2))))
    >>> component_division(pair).names
    ('component 0', 'component 1')
    """
    space = operator.fixed_space
    groups = np.where(space.labels >= 0, space.groups.astype(np.int64), -1)
    count = min(space.dimension, MAX_GROUPS + 1)
    names = [f"component {g}" for g in range(min(count, MAX_GROUPS))]
    if count > MAX_GROUPS:
        names.append(f"the other {space.dimension - MAX_GROUPS:,} components")
    return Division("component", groups, tuple(names))


def degree_division(operator: Operator) -> Division:
    """Return bands of the number of neighbours, powers of two: 0, 1, 2–3, 4–7, ...; empty ones are left out.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> degree_division(ss.gcn(ss.as_graph(nx.star_graph(5)))).names
    ('1 neighbour', '4–7 neighbours')
    """
    graph = operator.graph
    neighbours = np.diff(graph.indptr) - (graph.self_loop_weights > 0)
    # exact for whole numbers: frexp gives 1 for 1, 2 for 2 and 3, 3 for 4 to 7
    bands = np.frexp(neighbours.astype(np.float64))[1].astype(np.int64)
    bands = np.where(operator.degrees > 0, bands, -1)
    found, place = np.unique(bands[bands >= 0], return_inverse=True)
    groups = np.full(graph.num_nodes, -1, dtype=np.int64)
    groups[bands >= 0] = place
    return Division("degree", groups, tuple(_band(int(b)) for b in found))


def _band(band: int) -> str:
    if band < 2:
        return ("no neighbour", "1 neighbour")[band]
    return f"{2 ** (band - 1):,}–{2**band - 1:,} neighbours"


def region_division(operator: Operator, pairs: Spectrum) -> Division:
    """Return the parts of the largest component that its slowest modes separate, by falling size.

    Nodes with the same signs in the (up to three) slowest eigenvectors at the positive end are one region: at most
    eight. Where an eigenvalue is multiple its vectors are one choice among many, and so are the regions.

    Parameters
    ----------
    operator : Operator
    pairs : Spectrum
        With vectors, of the slowest or the top end.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.gcn(ss.as_graph(nx.barbell_graph(5, 0)))
    >>> region_division(op, ss.eigenpairs(op, 1)).groups.tolist() in ([0] * 5 + [1] * 5, [1] * 5 + [0] * 5)
    True
    """
    largest = operator.fixed_space.labels == 0
    nothing = Division("region", np.full(len(largest), -1), (), "the slowest modes found separate no regions")
    if pairs.vectors is None or not largest.any():
        return nothing
    inside = np.einsum("ij,ij->j", pairs.vectors[largest], pairs.vectors[largest]) > 0.5
    own = np.flatnonzero(inside & (pairs.values > POSITIVE))
    own = own[np.argsort(-pairs.values[own], kind="stable")][: MODES + 1]
    if not len(own):
        return nothing
    values = pairs.values[own]
    multiple = bool(np.any(values[:-1] - values[1:] < SAME))
    own = own[:MODES]
    vectors = pairs.vectors[:, own]
    signs = vectors > 1e-9 * np.abs(vectors).max(axis=0)
    code = signs[largest] @ (2 ** np.arange(len(own)))
    found, place, sizes = np.unique(code, return_inverse=True, return_counts=True)
    rank = np.empty(len(found), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(found))
    groups = np.full(len(largest), -1, dtype=np.int64)
    groups[largest] = rank[place]
    note = f"regions are the parts of the largest component that its {len(own)} slowest modes separate"
    if multiple:
        note += "; some of these modes decay at the same rate, so that the regions are one choice among many"
    return Division("region", groups, tuple(f"region {g + 1}" for g in range(len(found))), note)


def group_divisions(
    operator: Operator, pairs: Spectrum, kinds: Sequence[str] = KINDS
) -> tuple[Division, ...]:
    """Return the divisions of the given kinds that have more than one group.

    Raises
    ------
    UsageError
        If a kind is unknown.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> [(d.kind, len(d.names)) for d in group_divisions(op, ss.eigenpairs(op, 4))]
    [('degree', 5), ('region', 7)]
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"unknown kind of group {unknown[0]!r}; there are: {', '.join(KINDS)}")
    makers = {
        "component": lambda: component_division(operator),
        "degree": lambda: degree_division(operator),
        "region": lambda: region_division(operator, pairs),
    }
    made = [makers[kind]() for kind in kinds]
    return tuple(d for d in made if len(d.names) > 1)
