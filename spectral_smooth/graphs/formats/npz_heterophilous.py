"""The npz layout of the heterophilous benchmark: edges [E, 2], node_features, node_labels, masks [splits, N]."""

from __future__ import annotations

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.columns import MASK_NAMES, as_features, choose_masks, own_labels
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.formats.npz_archive import NpzArchive
from spectral_smooth.graphs.policies import Policies


def recognises(archive: NpzArchive) -> bool:
    """Whether the archive has this layout."""
    return {"edges", "node_features"} <= set(archive.names)


def read_npz_heterophilous(archive: NpzArchive, name: str, policies: Policies) -> Dataset:
    """Read a graph; the number of nodes is the number of feature rows."""
    features = as_features(archive.read("node_features"))
    edges = archive.read("edges")
    if edges.ndim != 2 or edges.shape[1] != 2:
        raise InputError(f"edges have shape {edges.shape}; expected (number of edges, 2)")
    _, notes = policies.choose_weight((), "the file")
    n = features.shape[0]
    graph, edge_notes = graph_from_edges(edges[:, 0], edges[:, 1], n, policies=policies, name=name)
    labels, label_notes = own_labels(archive.read_optional("node_labels"), n, policies)
    stored = {mask: archive.read(f"{mask}_masks").T for mask in MASK_NAMES if f"{mask}_masks" in archive}
    masks, mask_notes = choose_masks(stored, n, policies.split)
    return Dataset(
        graph,
        features=features,
        labels=labels,
        masks=masks,
        notes=(*notes, *edge_notes, *label_notes, *mask_notes),
    )
