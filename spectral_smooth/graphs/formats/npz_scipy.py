"""What ``scipy.sparse.save_npz`` writes: one adjacency matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.formats.npz_archive import NpzArchive
from spectral_smooth.graphs.formats.sparse_parts import compressed_rows, matrix_shape
from spectral_smooth.graphs.policies import Policies

_Entries = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def recognises(archive: NpzArchive) -> bool:
    """Whether the archive has this layout."""
    return {"format", "shape", "data"} <= set(archive.names)


def read_npz_scipy(archive: NpzArchive, name: str, policies: Policies) -> Dataset:
    """Read an adjacency matrix; its values are weights unless all are one.

    Raises
    ------
    InputError
        If the matrix is not square, or its parts do not fit together.
    """
    shape = matrix_shape(archive.read("shape"), "the matrix")
    if shape[0] != shape[1]:
        raise InputError(f"the matrix has shape {shape}; expected a square adjacency matrix")
    rows, columns, values = _entries(archive, shape)
    policies, notes = matrix_policies(policies)
    graph, edge_notes = graph_from_edges(rows, columns, shape[0], values, policies=policies, name=name)
    return Dataset(graph, notes=(*notes, *edge_notes))


def matrix_policies(policies: Policies) -> tuple[Policies, tuple[Note, ...]]:
    """Check that a weight asked for by name is one that a matrix of values has."""
    _, notes = policies.choose_weight(("weight", "edge_weight", "data"), "a sparse matrix")
    return policies, tuple(note for note in notes if policies.weight != "none")


def _entries(archive: NpzArchive, shape: tuple[int, int]) -> _Entries:
    stored = archive.read("format").item()
    kind = stored.decode("ascii", "replace") if isinstance(stored, bytes) else str(stored)
    keys = {"csr": ("indices", "indptr"), "csc": ("indices", "indptr"), "coo": ("row", "col")}.get(kind)
    if keys is None:
        raise InputError(
            f"the matrix is stored as {kind!r}; expected csr, csc or coo, so save matrix.tocsr()"
        )
    missing = [key for key in keys if key not in archive]
    if missing:
        raise InputError(
            f"the {kind} matrix lacks {', '.join(missing)}; save it again with scipy.sparse.save_npz"
        )
    first, second = (archive.read(key) for key in keys)
    values = archive.read("data")
    if kind == "coo":
        return first, second, values
    rows = compressed_rows(second, first, shape, "the matrix")
    if values.shape != first.shape:
        raise InputError(
            f"the matrix has {values.shape} values for {len(first)} column indices; expected as many"
        )
    return (rows, first, values) if kind == "csr" else (np.asarray(first), rows, values)
