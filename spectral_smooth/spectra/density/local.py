"""Local densities: the spectrum as classes and single nodes see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.column_measure import column_measures
from spectral_smooth.spectra.density.assemble import of_measure
from spectral_smooth.spectra.density.spikes import SILENT, Spike
from spectral_smooth.spectra.density.types import DensityOfStates


def class_densities(
    operator: Operator, labels: IntArray, *, products: int | None = 64
) -> tuple[DensityOfStates, ...]:
    """Return the spectral density of the indicator vector of each class.

    ``x_i = [y_i = c]``, Y = T x: the share ‖u_iᵀ Y‖²/‖Y‖² at each eigenvalue μ_i. Not centred: what the class has
    in common with all nodes is its spike on the fixed space. `label_spectrum` centres them and compares them with
    features.

    Parameters
    ----------
    operator : Operator
    labels : int array, shape (num_nodes,)
        −1 is unknown and belongs to no class.
    products : int or None
        Products with S for each class, all classes at once; None is the full spectrum, cubic in the nodes.

    Returns
    -------
    tuple of DensityOfStates
        Named ``class c``, ascending; empty where no label is known. Sides are proven.

    Raises
    ------
    UsageError
        If ``products`` is less than 1.
    InputError
        If there is not one integer label a node.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> data = ss.load("karate")
    >>> for density in class_densities(ss.gcn(data.graph), data.labels):
    ...     print(density.name, density.share_above(0.8).estimate > 0.5)
    class 0 True
    class 1 True
    """
    labels = np.asarray(labels)
    Dataset(operator.graph, labels=labels)  # checks them
    numbers = np.unique(labels[labels >= 0])
    columns = (labels[:, None] == numbers[None, :]).astype(np.float64)
    names = [f"class {number}" for number in numbers]
    return _signals(operator, columns, names, products)


def node_densities(
    operator: Operator, nodes: Sequence[int] | IntArray, *, products: int | None = 64
) -> tuple[DensityOfStates, ...]:
    """Return the local density of states of some nodes: u_j(i)² at each eigenvalue μ_j.

    Its 2k-th moment is the chance to be back at the node after 2k steps. Averaged over all nodes it is
    the density of states of the graph.

    Parameters
    ----------
    operator : Operator
        Its split plays no part.
    nodes : sequence of int
    products : int or None
        Products with S; each sees one hop farther. None is the full spectrum, cubic in the nodes.

    Returns
    -------
    tuple of DensityOfStates
        Named ``node i``; total 1. A node with d̃ = 0 is all spike at 0. Sides are proven.

    Raises
    ------
    UsageError
        If ``products`` is less than 1.
    InputError
        If a number is not that of a node.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> hub, leaf = node_densities(ss.symmetric(ss.as_graph(nx.star_graph(4))), [0, 1])
    >>> round(hub.share_between(-0.5, 0.5).estimate, 9), round(leaf.share_between(-0.5, 0.5).estimate, 9)
    (0.0, 0.75)
    """
    n = operator.graph.num_nodes
    chosen = np.asarray(nodes)
    if chosen.ndim != 1 or (len(chosen) and chosen.dtype.kind not in "iu"):
        raise InputError("nodes must be a list of whole numbers, such as [0, 5]")
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < n):
        raise InputError(
            f"nodes must lie between 0 and {n - 1}, got {int(chosen.min())} to {int(chosen.max())}"
        )
    chosen = chosen.astype(np.int64)
    columns = np.zeros((n, len(chosen)))
    # one in core coordinates
    columns[chosen, np.arange(len(chosen))] = operator.inverse_similarity[chosen]
    found = _signals(operator, columns, [f"node {i}" for i in chosen], products)
    silent = Spike(0.0, 1.0, SILENT)
    return tuple(
        density if operator.degrees[i] > 0 else _only(density, silent)
        for i, density in zip(chosen, found, strict=True)
    )


def _signals(
    operator: Operator, columns: FloatArray, names: Sequence[str], products: int | None
) -> tuple[DensityOfStates, ...]:
    if products is not None and products < 1:
        raise UsageError(f"at least one product is needed, got {products}")
    if not names:
        return ()
    measures = column_measures(operator, columns, products=products, engine=Numba())
    return tuple(of_measure(name, operator, measure) for name, measure in zip(names, measures, strict=True))


def _only(density: DensityOfStates, spike: Spike) -> DensityOfStates:
    return replace(density, total=spike.mass, spikes=(spike,), note="")
