"""The part of the spectrum that structure gives away, and the filter that takes it out of the probes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.density.small import small_components
from spectral_smooth.spectra.density.spikes import ALTERNATING, FIXED, SILENT, SMALL, TWINS, Spike, spikes_of
from spectral_smooth.spectra.density.twins import Twins, find_twins


@dataclass(frozen=True, eq=False)
class KnownStates:
    """Eigenvalues that need no probes.

    Attributes
    ----------
    spikes : tuple of Spike
    rest : int
        Number of eigenvalues that are left.
    gone : bool array, shape (num_nodes,)
        Nodes of solved components and nodes with d̃ = 0.
    twins : Twins
    """

    spikes: tuple[Spike, ...]
    rest: int
    gone: BoolArray
    twins: Twins

    def filter(self, block: FloatArray) -> None:
        """Project everything but the fixed and the alternating space out of a block, in place."""
        block[self.gone] = 0.0
        self.twins.filter(block)


def known_states(operator: Operator) -> KnownStates:
    """Find fixed and alternating space, nodes with d̃ = 0, small components and twins.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> graph = nx.disjoint_union(nx.star_graph(60), nx.path_graph(2))
    >>> for spike in known_states(ss.gcn(ss.as_graph(graph))).spikes:
    ...     print(spike)
    2 × μ = 1 (fixed space)
    1 × μ = 0 (small components)
    59 × μ = 0.5 (twin nodes)
    """
    space, n = operator.fixed_space, operator.graph.num_nodes
    solved, values = small_components(operator)
    gone = solved | (space.labels < 0)
    # Two nodes and an edge are twins, but their vector is the alternating one.
    large = space.sizes > 2
    among = ~gone & (large[np.maximum(space.labels, 0)] if len(large) else False)
    twins = find_twins(operator, among)
    closed = (
        (1.0, space.dimension, FIXED),
        (-1.0, space.alternating_dimension, ALTERNATING),
        (0.0, operator.silent, SILENT),
    )
    spikes = tuple(Spike(value, float(count), why) for value, count, why in closed if count)
    spikes += spikes_of(values, np.ones(len(values)), SMALL)
    spikes += spikes_of(twins.values, twins.sizes - 1.0, TWINS)
    rest = n - round(sum(spike.mass for spike in spikes))
    return KnownStates(spikes, rest, gone, twins)
