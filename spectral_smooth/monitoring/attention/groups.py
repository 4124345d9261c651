"""What is reported together: the whole graph, its largest components one by one, and the smaller ones pooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.graphs.components import Components
from spectral_smooth.operators.fixed_space import MAX_GROUPS


@dataclass(frozen=True, eq=False)
class ComponentGroup:
    """Some components of two nodes or more.

    Attributes
    ----------
    name : str
    components : int array
        Their numbers.
    nodes : int
    """

    name: str
    components: IntArray
    nodes: int


def component_groups(components: Components) -> tuple[ComponentGroup, ...]:
    """Return all components of two nodes or more, then the `MAX_GROUPS` largest alone, then the rest.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> pieces = ss.as_graph(nx.disjoint_union(nx.path_graph(3), nx.path_graph(2)))
    >>> [(group.name, group.nodes) for group in component_groups(pieces.components)]
    [('all', 5), ('component 0', 3), ('component 1', 2)]
    """
    large = np.flatnonzero(components.sizes > 1)
    parts = [("all", large)]
    if len(large) > 1:
        parts += [(f"component {c}", large[c : c + 1]) for c in range(min(len(large), MAX_GROUPS))]
    if len(large) > MAX_GROUPS:
        parts.append(("smaller components", large[MAX_GROUPS:]))
    return tuple(ComponentGroup(name, own, int(components.sizes[own].sum())) for name, own in parts)
