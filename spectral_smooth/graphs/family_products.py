"""Families made of families: tensor products and disjoint unions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array, kron

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs import family_spectra as spectra
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.closed_forms import Family
from spectral_smooth.graphs.graph import Graph


def kronecker(left: Family, right: Family) -> Family:
    """Return the tensor product: A = A₁ ⊗ A₂, S = S₁ ⊗ S₂, eigenvalues multiply; without loops only."""
    label = f"kronecker({left.name}, {right.name})"
    product = csr_array(kron(left.graph.adjacency(), right.graph.adjacency(), format="csr"))
    product.sort_indices()
    weighted = left.graph.weights is not None or right.graph.weights is not None
    graph = Graph(product.indptr, product.indices, product.data if weighted else None, name=label)

    def formula(_: float) -> FloatArray:
        return spectra.descending(np.multiply.outer(left.spectrum(), right.spectrum()).ravel())

    return Family(label, graph, formula, loop_free=True)


def disjoint_union(families: Sequence[Family], *, name: str = "") -> Family:
    """Return the graphs side by side; their spectra are merged."""
    if not families:
        raise UsageError("a disjoint union needs at least one family")
    label = name or "+".join(f.name for f in families)
    graphs = [f.graph for f in families]
    starts = np.cumsum([0] + [g.num_nodes for g in graphs])
    entries = np.cumsum([0] + [g.num_entries for g in graphs])
    indices = np.concatenate([g.indices + start for g, start in zip(graphs, starts, strict=False)])
    tails = [g.indptr[1:] + entry for g, entry in zip(graphs, entries, strict=False)]
    weights = None
    if any(g.weights is not None for g in graphs):
        weights = np.concatenate([np.ones(g.num_entries) if g.weights is None else g.weights for g in graphs])
    graph = Graph(np.concatenate([np.zeros(1, dtype=np.int64), *tails]), indices, weights, name=label)
    return Family(
        label,
        graph,
        lambda loops: spectra.descending(np.concatenate([f.spectrum(loops) for f in families])),
        loop_free=any(f.loop_free for f in families),
    )
