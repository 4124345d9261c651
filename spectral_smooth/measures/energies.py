"""Edge energies of a plain feature state: sums of squared differences over edges, never of products."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.row_passes import scaled_edge_energy
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.rows import squared_norm
from spectral_smooth.operators.operator import Operator


def edge_energy(graph: Graph, x: FloatArray) -> float:
    """Return Σ_edges w‖x_i − x_j‖², every undirected edge once, without a factor ½.

    Parameters
    ----------
    graph : Graph
    x : float array, shape (num_nodes, columns)

    Returns
    -------
    float
        Zero exactly where every component of the graph has equal rows.

    Notes
    -----
    Kernel: constants on each component. Source: Rusch, Bronstein and Mishra, arXiv 2303.10993, who
    divide it by n and take the root. It is a function of the operator only for the random walk.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.graphs.families import family
    >>> edge_energy(family("path:3").graph, np.array([[0.0], [1.0], [3.0]]))
    5.0
    """
    return scaled_edge_energy(graph, np.ones(graph.num_nodes), x)


def normalized_energy(operator: Operator, x: FloatArray) -> float:
    """Return Σ_edges w‖x_i/√d̃_i − x_j/√d̃_j‖² with the operator's looped degrees d̃.

    Notes
    -----
    Kernel: √d̃ on each component. Source: Cai and Wang, arXiv 2006.13318 (with looped degrees). It is a
    function of the operator for the GCN's split ½.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> from spectral_smooth.graphs.families import family
    >>> star = ss.gcn(family("star:3").graph)
    >>> bool(normalized_energy(star, np.sqrt(star.degrees)[:, None]) < 1e-30)
    True
    """
    return scaled_edge_energy(operator.graph, operator.scale, x)


def matched_energy(operator: Operator, x: FloatArray) -> float:
    """Return Σ_edges w‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²: the core's own energy ⟨TX, (I − S)TX⟩.

    Notes
    -----
    Kernel: d̃^(1−split) on each component, the operator's fixed space; so this energy alone is a function
    of S at every depth. It is `edge_energy` for split 1 and `normalized_energy` for split ½.
    Derived in the documentation of measures.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> from spectral_smooth.graphs.families import family
    >>> walk = ss.random_walk(family("path:3").graph)
    >>> matched_energy(walk, np.array([[0.0], [1.0], [3.0]]))
    5.0
    """
    scale = np.zeros(operator.graph.num_nodes)
    alive = operator.degrees > 0
    scale[alive] = operator.degrees[alive] ** (operator.split - 1.0)
    return scaled_edge_energy(operator.graph, scale, x)


def edge_rayleigh(graph: Graph, x: FloatArray) -> float:
    """Return `edge_energy` / ‖X‖_F²: what is left of the energy once the shrinking norm is divided out.

    Notes
    -----
    Kernel: constants on each component. Zero for X = 0. Source: Di Giovanni et al., arXiv 2206.10991.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.graphs.families import family
    >>> edge_rayleigh(family("path:2").graph, np.array([[1.0], [-1.0]]))
    2.0
    """
    norm = squared_norm(x)
    return edge_energy(graph, x) / norm if norm > 0 else 0.0
