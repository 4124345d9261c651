"""attention(): what exported attention does to a graph, layer by layer, beside uniform attention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from pathlib import Path
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.sampling import Seed
from spectral_smooth.monitoring.attention.matrix import AttentionMatrix
from spectral_smooth.monitoring.attention.report import AttentionReport
from spectral_smooth.monitoring.attention.run import AttentionRun
from spectral_smooth.monitoring.attention.source import attention_layers
from spectral_smooth.progress import Tick


def attention(
    graph: Any,
    layers: Iterable[Any] | Mapping[str, Any] | str | Path,
    *,
    edge_index: Any = None,
    probes: int = 16,
    rows: int = 64,
    rng: Seed = 0,
    progress: Tick | None = None,
) -> AttentionReport:
    """Measure how attention exported from a model mixes a graph, and compare it with uniform attention.

    ``P_l = A_l ... A_1``, with A_l the row-stochastic matrix of layer l (targets as rows), the mean over its heads.

    Parameters
    ----------
    graph : Graph, Dataset, or anything `as_dataset` takes
        That the model was run on.
    layers : iterable, mapping or path
        One item a layer, first layer first: (edge_index, weights) as PyTorch Geometric returns them, with
        edge_index of shape (2, E), row 0 the sources and row 1 the targets, and weights of shape (E,) or
        (E, heads); or the weights alone beside ``edge_index``. A mapping names the layers. A path to an .npz file
        or a folder of them: see `read_attention`. A generator is consumed one layer at a time.
    edge_index : int array, shape (2, E), optional
        Of all layers.
    probes : int
        Gaussian signals that contraction is measured on; at least 2. A graph of at most 256 nodes is given all
        unit vectors instead: nothing is sampled, and the deviation is ``‖(I − J)P_l‖_F``.
    rows : int
        Target nodes whose receptive field is looked at: a simple random sample.
    rng : Generator or seed
    progress : callable, optional
        Called with (done, total) layers; total is 0 where it is not known.

    Returns
    -------
    AttentionReport

    Raises
    ------
    InputError
        If there is no layer, a shape or type does not fit, an edge is not in the graph, or the weights into a node
        do not sum to one.
    UsageError
        If ``probes`` is below 2 or ``rows`` below 1.

    Notes
    -----
    The deviation from the component means is zero exactly where all rows of a component are equal, and falls to
    zero whatever the attention where it has weight on both directions of every edge and on loops (Wu et al.,
    arXiv 2305.16102). It is measured on signals without structure: a share of the deviation of a typical signal, not of
    the worst one; Dobrushin's coefficient is about the worst. Weights, activations and skip connections of the model
    play no part. Memory: one layer with all its heads, layers × edges for the means of heads, and rows × nodes.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> path = ss.as_graph(nx.path_graph(3))
    >>> ends = np.array([[0, 1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 1, 2, 2]])
    >>> weights = np.array([0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.9])
    >>> found = attention(path, [weights] * 4, edge_index=ends)
    >>> found.contraction[0].verdict, round(found.contraction[0].attention.rate[3], 3)
    ('slower', 0.867)
    """
    if probes < 2:
        raise UsageError(f"at least two probes are needed for an error, got {probes}")
    if rows < 1:
        raise UsageError(f"at least one row is needed, got {rows}")
    random = np.random.default_rng(rng)
    total = len(layers) if isinstance(layers, Sized) and not isinstance(layers, str) else 0
    graph = graph if isinstance(graph, Graph) else as_dataset(graph).graph
    run = AttentionRun(graph, probes, random)
    for done, layer in enumerate(attention_layers(layers, graph.num_nodes, edge_index), start=1):
        run.add(AttentionMatrix.of(layer, graph))
        if progress is not None:
            progress(done, total)
    return run.report(rows, random)
