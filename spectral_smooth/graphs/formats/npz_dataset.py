"""The npz layout of this package: edge_index, num_nodes, features, labels, masks, edge_weight.

Keys: ``edge_index`` int [2, E], one or both directions; ``num_nodes``; features either dense ``x`` [N, F]
or CSR parts ``x_data, x_indices, x_indptr, x_shape``; ``y`` int [N], −1 unknown; ``train_mask, val_mask,
test_mask`` bool [N] or [N, splits]; ``edge_weight`` [E]; ``node_id`` or ``node_names`` [N].
"""

from __future__ import annotations

import re
from typing import Any

from numpy.typing import NDArray
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.assemble import check_node_count, graph_from_edges
from spectral_smooth.graphs.columns import MASK_NAMES, as_features, choose_masks, own_labels
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.formats.npz_archive import NpzArchive
from spectral_smooth.graphs.formats.sparse_parts import csr_from_parts, matrix_shape
from spectral_smooth.graphs.policies import Policies

_SPARSE_PARTS = ("x_data", "x_indices", "x_indptr", "x_shape")
_NODE_NAMES = ("node_names", "node_name", "node_id")
_TYPES = ("edge_type", "node_type")
_KNOWN = {
    "edge_index",
    "num_nodes",
    "x",
    "y",
    *_SPARSE_PARTS,
    *_NODE_NAMES,
    *(f"{m}_mask" for m in MASK_NAMES),
}


def recognises(archive: NpzArchive) -> bool:
    """Whether the archive has this layout."""
    return "edge_index" in archive


def read_npz_dataset(archive: NpzArchive, name: str, policies: Policies) -> Dataset:
    """Read a graph with its features, labels and masks.

    Raises
    ------
    InputError
        If an array has a wrong type or shape, or a value that cannot be used.
    """
    _refuse_objects(archive)
    ends = _edge_index(archive.read("edge_index"))
    n = _num_nodes(archive)
    per_edge = [
        key for key in archive.names if key not in _KNOWN and _is_per_edge(archive, key, ends.shape[1])
    ]
    # a weight of a wrong length must be refused and not ignored
    named = [key for key in ("edge_weight", "weight") if key in archive]
    weight, notes = policies.choose_weight({*per_edge, *named}, "the file")
    weights = None if weight is None else _one_column(archive.read(weight))
    graph, edge_notes = graph_from_edges(ends[0], ends[1], n, weights, policies=policies, name=name)
    labels, label_notes = own_labels(archive.read_optional("y"), n, policies)
    stored = {mask: archive.read(f"{mask}_mask") for mask in MASK_NAMES if f"{mask}_mask" in archive}
    masks, mask_notes = choose_masks(stored, n, policies.split)
    used = _KNOWN | set(named) | {weight or ""}
    return Dataset(
        graph,
        features=_features(archive),
        labels=labels,
        masks=masks,
        node_names=_names(archive),
        notes=(*notes, *edge_notes, *label_notes, *mask_notes, *_unused_notes(archive, used, per_edge)),
    )


def _refuse_objects(archive: NpzArchive) -> None:
    for key in archive.names:
        if archive.header(key)[1].hasobject:
            raise InputError(
                f"the array {key!r} holds Python objects, which could run code when loaded; "
                f"save it again as numbers or strings"
            )


def _edge_index(ends: NDArray[Any]) -> NDArray[Any]:
    if ends.ndim != 2 or ends.shape[0] != 2:
        hint = "; transpose it" if ends.ndim == 2 and ends.shape[1] == 2 else ""
        raise InputError(f"edge_index has shape {ends.shape}; expected (2, number of edges){hint}")
    return ends


def _num_nodes(archive: NpzArchive) -> int:
    if "num_nodes" not in archive:
        raise InputError(
            "there is no num_nodes beside edge_index; without it isolated nodes would be lost, so add it"
        )
    stored = archive.read("num_nodes")
    if stored.size != 1 or stored.dtype.kind not in "iu":
        raise InputError(f"num_nodes is {stored.dtype} of shape {stored.shape}; expected one whole number")
    return check_node_count(stored.item())


def _features(archive: NpzArchive) -> NDArray[Any] | csr_array | None:
    parts = [key for key in _SPARSE_PARTS if key in archive]
    if "x" in archive:
        return as_features(archive.read("x"))
    if not parts:
        return None
    missing = sorted(set(_SPARSE_PARTS) - set(parts))
    if missing:
        raise InputError(f"sparse features lack {', '.join(missing)}; expected {', '.join(_SPARSE_PARTS)}")
    shape = matrix_shape(archive.read("x_shape"), "the features")
    data, indices, indptr = (archive.read(key) for key in _SPARSE_PARTS[:3])
    return as_features(csr_from_parts(data, indices, indptr, shape, "the features"))


def _names(archive: NpzArchive) -> tuple[str, ...] | None:
    for key in _NODE_NAMES:
        if key in archive:
            return tuple(archive.read(key).ravel().astype(str).tolist())
    return None


def _is_per_edge(archive: NpzArchive, key: str, edges: int) -> bool:
    shape, dtype = archive.header(key)
    return shape in ((edges,), (edges, 1)) and dtype.kind in "iufb"


def _one_column(weights: NDArray[Any]) -> NDArray[Any]:
    return weights[:, 0] if weights.ndim == 2 and weights.shape[1] == 1 else weights


def _unused_notes(archive: NpzArchive, used: set[str], per_edge: list[str]) -> tuple[Note, ...]:
    notes = []
    typed = [key for key in _TYPES if key in archive]
    if typed:
        text = f"{' and '.join(typed)} are collapsed to one relation"
        notes.append(Note("types", text.replace("are", "is", 1) if len(typed) == 1 else text, "notice"))
    rest = [
        key
        for key in archive.names
        if key not in used and key not in typed and not re.fullmatch(r"arr_\d+", key)
    ]
    if rest:
        weights = [key for key in rest if key in per_edge]
        use = f"; weight={weights[0]!r} would use that one as edge weights" if weights else ""
        notes.append(Note("other arrays", f"not used: {', '.join(rest)}{use}"))
    return tuple(notes)
