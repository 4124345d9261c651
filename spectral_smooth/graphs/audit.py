"""audit(): what a dataset is, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.graph import Graph

SHOWN_SIZES = 4
HUB_FACTOR = 10.0
DENSE_FROM = 0.5
SMALL_CLASS = 20


def audit(dataset: Dataset) -> tuple[Note, ...]:
    """Tell what was done on the way in, and what the graph, features, labels and masks are.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    tuple of Note
        The dataset's own notes first. A ``warning`` bears on what smoothing does (bipartite components,
        constant features); a ``notice`` is unusual; all else is ``info``.

    Examples
    --------
    >>> import networkx as nx
    >>> from spectral_smooth.graphs.convert import as_dataset
    >>> for note in audit(as_dataset(nx.star_graph(4), name="star"))[:3]:
    ...     print(note.severity, note.text)
    info 5 nodes and 4 edges, unweighted
    info one connected component
    warning the graph is bipartite: without loops the signal oscillates and a part of it never decays
    """
    graph = dataset.graph
    return (
        *dataset.notes,
        *_size(graph),
        *_components(graph),
        *_degrees(graph),
        *_features(dataset.features),
        *_labels(dataset),
        *_masks(dataset),
    )


def _size(graph: Graph) -> Iterator[Note]:
    weighted = "unweighted"
    if graph.weights is not None:
        weighted = (
            f"weights from {graph.weights.min():.4g} to {graph.weights.max():.4g}"
            if len(graph.weights)
            else ""
        )
    text = f"{_count(graph.num_nodes, 'node', 'nodes')} and {_count(graph.num_edges, 'edge', 'edges')}, {weighted}"
    yield Note("graph", text)
    if graph.num_edges == 0:
        yield Note("graph", "there are no edges: nothing is ever smoothed", "warning")
    loops = int(np.count_nonzero(graph.self_loop_weights))
    if loops:
        yield Note(
            "self-loops",
            f"{_count(loops, 'node has a self-loop', 'nodes have a self-loop')} of its own",
            "notice",
        )


def _components(graph: Graph) -> Iterator[Note]:
    parts = graph.components
    n = graph.num_nodes
    if parts.count == 1:
        yield Note("components", "one connected component")
    else:
        sizes = ", ".join(f"{size:,}" for size in parts.sizes[:SHOWN_SIZES])
        more = ", ..." if parts.count > SHOWN_SIZES else ""
        share = 100.0 * float(parts.sizes[0]) / n
        text = (
            f"{parts.count:,} connected components of {sizes}{more} nodes; the largest has {share:.1f} % of all. "
            f"Smoothing never crosses them"
        )
        yield Note("components", text, "notice")
    isolated = int(np.count_nonzero(np.diff(graph.indptr) == 0))
    if isolated and n > 1:
        text = f"{_count(isolated, 'node has', 'nodes have')} no edge: a layer with loops leaves them as they are"
        yield Note("isolated nodes", text, "notice")
    bipartite = int(np.count_nonzero(parts.bipartite))
    if bipartite:
        which = "the graph is" if parts.count == 1 else f"{bipartite:,} of {parts.count:,} components are"
        which = "1 component is" if bipartite == 1 and parts.count > 1 else which
        covered = int(parts.sizes[parts.bipartite].sum())
        of = "" if parts.count == 1 else f" ({covered:,} nodes)"
        text = f"{which} bipartite{of}: without loops the signal oscillates and a part of it never decays"
        yield Note("bipartite", text, "warning" if parts.bipartite[0] else "notice")


def _degrees(graph: Graph) -> Iterator[Note]:
    if graph.num_edges == 0:
        return
    counts = np.diff(graph.indptr)
    degrees = counts if graph.weights is None else graph.degrees
    kind = "degrees" if graph.weights is None else "weighted degrees"
    mean, top = float(degrees.mean()), float(degrees.max())
    yield Note("degrees", f"{kind} from {degrees.min():.6g} to {top:.6g}, {mean:.4g} on average")
    hubs = int(np.count_nonzero(degrees > HUB_FACTOR * mean))
    if hubs:
        share = 100.0 * float(degrees[degrees > HUB_FACTOR * mean].sum() / degrees.sum())
        text = (
            f"{_count(hubs, 'hub has', 'hubs have')} more than {HUB_FACTOR:g} times the mean degree "
            f"and {share:.0f} % of all edge ends"
        )
        yield Note("hubs", text, "notice")
    n, density = graph.num_nodes, graph.density
    if n > 1:
        dense = density >= DENSE_FROM and n > 10
        tail = ": a dense graph" if dense else ""
        yield Note(
            "density", f"{100 * density:.3g} % of all pairs are joined{tail}", "notice" if dense else "info"
        )


def _features(features: FloatArray | csr_array | None) -> Iterator[Note]:
    if features is None:
        yield Note("features", "there are no features")
        return
    n, columns = features.shape
    size = n * columns
    stored = int(np.count_nonzero(features.data)) if issparse(features) else int(np.count_nonzero(features))
    kind = "sparse" if issparse(features) else "dense"
    filled = f", {100 * stored / size:.3g} % not zero" if size else ""
    yield Note("features", f"{_count(columns, 'feature', 'features')} a node, stored {kind}{filled}")
    if size == 0:
        return
    zero = int(np.count_nonzero(~_rows_with_values(features)))
    if zero:
        text = f"{_count(zero, 'node has', 'nodes have')} only zero features"
        yield Note("features", text, "notice")
    constant = int(np.count_nonzero(_column_range(features) == 0))
    if constant == columns and n > 1:
        yield Note("features", "every feature is the same on all nodes: they tell no nodes apart", "warning")
    elif constant and n > 1:
        text = f"{_count(constant, 'feature is', 'features are')} the same on all nodes"
        yield Note("features", text, "notice")


def _rows_with_values(features: FloatArray | csr_array) -> np.ndarray:
    if not issparse(features):
        return np.asarray(features.any(axis=1))
    rows = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    return np.bincount(rows[features.data != 0], minlength=features.shape[0]) > 0


def _column_range(features: FloatArray | csr_array) -> FloatArray:
    if not issparse(features):
        return np.asarray(features.max(axis=0) != features.min(axis=0), dtype=np.float64)
    top, bottom = features.max(axis=0), features.min(axis=0)
    return np.asarray((top - bottom).toarray() != 0, dtype=np.float64).ravel()


def _labels(dataset: Dataset) -> Iterator[Note]:
    if dataset.labels is None:
        yield Note("labels", "there are no labels")
        return
    known = dataset.labels[dataset.labels >= 0]
    if not len(known):
        yield Note("labels", "all labels are unknown", "notice")
        return
    counts = np.bincount(known)
    sizes = counts[counts > 0]
    text = f"{_count(len(sizes), 'class', 'classes')} of {sizes.min():,} to {sizes.max():,} nodes"
    unknown = len(dataset.labels) - len(known)
    if unknown:
        text += f", {unknown:,} labels unknown"
    yield Note("labels", text)
    if len(sizes) == 1:
        yield Note("labels", "all labels are the same: there is nothing to classify", "notice")
    elif sizes.min() < SMALL_CLASS and dataset.graph.num_nodes >= SMALL_CLASS * len(sizes) * 2:
        yield Note(
            "labels", f"the smallest class has {_count(int(sizes.min()), 'node', 'nodes')} only", "notice"
        )


def _masks(dataset: Dataset) -> Iterator[Note]:
    if not dataset.masks:
        return
    sizes = {name: int(np.count_nonzero(mask)) for name, mask in dataset.masks.items()}
    yield Note("masks", ", ".join(f"{name} {size:,} nodes" for name, size in sizes.items()))
    names = list(dataset.masks)
    for k, first in enumerate(names):
        for second in names[k + 1 :]:
            both = int(np.count_nonzero(dataset.masks[first] & dataset.masks[second]))
            if both:
                text = f"the masks {first} and {second} share {_count(both, 'node', 'nodes')}"
                yield Note("masks", text, "warning")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
