"""All eigenvalues of the small components, by dense algebra on stacks of blocks of one size."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.parts import entries_of
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.density.gather import CHUNK

# Largest component that is solved, and the sum of size³ beyond which larger ones are left to the probes.
LARGEST, BUDGET = 48, 300_000_000


def small_components(operator: Operator) -> tuple[BoolArray, FloatArray]:
    """Return which nodes belong to components that are solved, and their eigenvalues off the known spaces.

    Smallest components first, while they have at most `LARGEST` nodes and Σ size³ stays within `BUDGET`.

    Returns
    -------
    solved : bool array, shape (num_nodes,)
    values : float array
        With multiplicity, in no order.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> solved, values = small_components(ss.symmetric(ss.as_graph(nx.complete_graph(3))))
    >>> solved.tolist(), values.round(12).tolist()
    ([True, True, True], [-0.5, -0.5])
    """
    space = operator.fixed_space
    sizes = space.sizes.astype(np.int64)
    cost = np.cumsum(sizes[::-1] ** 3)
    count = min(int(np.searchsorted(cost, BUDGET, side="right")), int(np.count_nonzero(sizes <= LARGEST)))
    first = len(sizes) - count
    solved = space.labels >= first
    found: list[FloatArray] = [np.zeros(0)]
    nodes = np.flatnonzero(solved)
    nodes = nodes[np.argsort(space.labels[nodes], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(sizes[first:])])
    for size in np.unique(sizes[first:]):
        # Falling sizes: components of one size are neighbours. One node has nothing but its fixed vector.
        members = first + np.flatnonzero(sizes[first:] == size)
        if size == 1:
            continue
        step = max(1, CHUNK // int(size) ** 2)
        for low in range(0, len(members), step):
            part = members[low : low + step]
            rows = nodes[starts[part[0] - first] : starts[part[-1] - first + 1]]
            found.append(_free_values(operator, rows, int(size), space.alternating[part]))
    return solved, np.concatenate(found)


def _free_values(operator: Operator, rows: IntArray, size: int, alternating: BoolArray) -> FloatArray:
    """Return the eigenvalues of components of one size without +1 and, where it alternates, without −1."""
    owner, columns, weights = entries_of(operator.graph, rows)
    place = np.zeros(operator.graph.num_nodes, dtype=np.int64)
    place[rows] = np.arange(len(rows)) % size
    scale = operator.scale[rows]
    dense = np.zeros((len(rows), size))
    dense[owner, place[columns]] = weights * scale[owner] * operator.scale[columns]
    at = np.arange(len(rows))
    dense[at, at % size] += operator.loop_weights[rows] * scale**2
    values = np.linalg.eigvalsh(dense.reshape(-1, size, size))
    # A connected component has +1 exactly once, at its upper end, and −1 at most once.
    kept = np.ones(values.shape, dtype=bool)
    kept[:, -1] = False
    kept[alternating, 0] = False
    return np.asarray(values[kept])
