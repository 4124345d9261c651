"""The npz layout of the GNN benchmark and PPNP collections: CSR parts of adjacency and attributes, labels."""

from __future__ import annotations

from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.columns import as_features, own_labels
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.formats.npz_archive import NpzArchive
from spectral_smooth.graphs.formats.npz_scipy import matrix_policies
from spectral_smooth.graphs.formats.sparse_parts import csr_from_parts, matrix_shape
from spectral_smooth.graphs.policies import Policies

_PREFIXES = (("adj_", "attr_"), ("adj_matrix.", "attr_matrix."))
_PARTS = ("data", "indices", "indptr", "shape")


def recognises(archive: NpzArchive) -> bool:
    """Whether the archive has this layout."""
    return _prefixes(archive) is not None


def read_npz_shchur(archive: NpzArchive, name: str, policies: Policies) -> Dataset:
    """Read a graph, its attributes and labels; arrays of Python objects beside them are not opened."""
    prefixes = _prefixes(archive)
    if prefixes is None:
        raise ValueError(archive.names)
    adjacency = _matrix(archive, prefixes[0], "the adjacency matrix").tocoo()
    policies, notes = matrix_policies(policies)
    graph, edge_notes = graph_from_edges(
        adjacency.row, adjacency.col, adjacency.shape[0], adjacency.data, policies=policies, name=name
    )
    features: FloatArray | csr_array | None = None
    if all(prefixes[1] + part in archive for part in _PARTS):
        features = as_features(_matrix(archive, prefixes[1], "the attribute matrix"))
    labels, label_notes = own_labels(archive.read_optional("labels"), graph.num_nodes, policies)
    names = archive.read_optional("node_names")
    skipped = [key for key in archive.names if archive.header(key)[1].hasobject]
    if skipped:
        notes = (*notes, Note("other arrays", f"not opened, they hold Python objects: {', '.join(skipped)}"))
    return Dataset(
        graph,
        features=features,
        labels=labels,
        node_names=None if names is None else tuple(names.astype(str).tolist()),
        notes=(*notes, *edge_notes, *label_notes),
    )


def _prefixes(archive: NpzArchive) -> tuple[str, str] | None:
    found = (pair for pair in _PREFIXES if all(pair[0] + part in archive for part in _PARTS))
    return next(found, None)


def _matrix(archive: NpzArchive, prefix: str, what: str) -> csr_array:
    shape = matrix_shape(archive.read(prefix + "shape"), what)
    data, indices, indptr = (archive.read(prefix + part) for part in _PARTS[:3])
    return csr_from_parts(data, indices, indptr, shape, what)
