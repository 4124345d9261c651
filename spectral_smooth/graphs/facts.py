"""What a graph is, in numbers: sizes, density, degrees, components."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.graphs.graph import Graph

SHOWN_SIZES = 50


def graph_facts(graph: Graph) -> dict[str, Any]:
    """Return nodes, edges, density, degrees and components as plain JSON types.

    Examples
    --------
    >>> from spectral_smooth.graphs.families import family
    >>> facts = graph_facts(family("cycle:5+path:2").graph)
    >>> facts["num_nodes"], facts["components"], facts["component_sizes"], facts["bipartite_components"]
    (7, 2, [5, 2], 1)
    """
    n, parts = graph.num_nodes, graph.components
    neighbours = np.diff(graph.indptr) - (graph.self_loop_weights > 0)
    return {
        "num_nodes": n,
        "num_edges": graph.num_edges,
        "density": graph.density,
        "mean_degree": float(neighbours.mean()),
        "min_degree": int(neighbours.min()),
        "max_degree": int(neighbours.max()),
        "isolated": int(np.count_nonzero(neighbours == 0)),
        "self_loops": int(np.count_nonzero(graph.self_loop_weights)),
        "weighted": graph.weights is not None,
        "components": parts.count,
        "component_sizes": parts.sizes[:SHOWN_SIZES].tolist(),
        "bipartite_components": int(np.count_nonzero(parts.bipartite)),
        "degree_histogram": _histogram(neighbours),
    }


def _histogram(degrees: IntArray) -> dict[str, list[int]]:
    """Count nodes by degree: one bin per degree up to 64, log-spaced bins beyond."""
    largest = int(degrees.max())
    edges = np.arange(min(largest, 64) + 2)
    if largest > 64:
        beyond = np.unique(np.geomspace(66, largest + 1, 25).round().astype(np.int64))
        edges = np.unique(np.concatenate([edges, beyond]))
    counts, _ = np.histogram(degrees, bins=edges)
    return {"degree": edges[:-1].tolist(), "count": counts.tolist()}
