"""PyTorch Geometric's Data and HeteroData, by their attributes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.columns import MASK_NAMES, to_numpy
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.foreign.graph import ForeignGraph

_NOT_WEIGHTS = {"edge_index", "edge_type", "edge_label", "edge_label_index"}


def recognises(obj: Any) -> bool:
    """Whether the object has the attributes of Data or HeteroData."""
    return _is_hetero(obj) or hasattr(obj, "edge_index") or hasattr(obj, "adj_t")


def from_pyg(obj: Any) -> ForeignGraph:
    """Describe a Data object; a HeteroData is collapsed by its own ``to_homogeneous``."""
    if _is_hetero(obj):
        return _from_hetero(obj)
    if getattr(obj, "edge_index", None) is None:
        raise InputError(
            "the Data object has no edge_index (a transposed adj_t is not read); pass one with edge_index"
        )
    ends = edge_index(obj.edge_index)
    n, features, labels = _get(obj, "num_nodes"), _get(obj, "x"), _get(obj, "y")
    if n is None and features is not None:
        n = len(features)
    if n is None:
        raise InputError(
            "the Data object has neither num_nodes nor x; set num_nodes, or isolated nodes would be lost"
        )
    notes = []
    if _get(obj, "edge_type") is not None:
        notes.append(Note("types", "edge_type is collapsed to one relation", "notice"))
    if labels is not None and int(n) > 1 and _shape(labels) in ((), (1,)):
        notes.append(
            Note("labels", "y holds one value for the whole graph: it is not a label of nodes", "notice")
        )
        labels = None
    masks = {mask: _get(obj, f"{mask}_mask") for mask in MASK_NAMES}
    return ForeignGraph(
        source="the Data object",
        sources=ends[0],
        targets=ends[1],
        num_nodes=n,
        name=str(_get(obj, "name") or ""),
        weights={key: lambda key=key: _column(obj, key) for key in _weight_names(obj, ends.shape[1])},  # type: ignore[misc]  # mypy infers no lambda with a default
        features=features,
        labels=labels,
        masks={mask: values for mask, values in masks.items() if values is not None},
        attribute=lambda key: _attribute(obj, key),
        notes=tuple(notes),
    )


def edge_index(values: Any) -> Any:
    """Return a (2, E) array of node ids; refuse another shape."""
    ends = to_numpy(values, "edge_index")
    if ends.ndim != 2 or ends.shape[0] != 2:
        hint = "; pass its transpose" if ends.ndim == 2 and ends.shape[1] == 2 else ""
        raise InputError(f"edge_index has shape {ends.shape}; expected (2, number of edges){hint}")
    return ends


def _is_hetero(obj: Any) -> bool:
    return hasattr(obj, "edge_types") and hasattr(obj, "node_types")


def _from_hetero(obj: Any) -> ForeignGraph:
    kinds, relations = list(obj.node_types), list(obj.edge_types)
    try:
        flat = obj.to_homogeneous()
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"the HeteroData object with {len(kinds)} node types and {len(relations)} edge types cannot be collapsed "
            f"to one relation ({error}); pass one Data object"
        ) from error
    text = f"{len(kinds)} node types and {len(relations)} edge types are collapsed to one relation"
    own = from_pyg(flat)
    notes = tuple(note for note in own.notes if note.topic != "types")
    return replace(own, source="the HeteroData object", notes=(Note("types", text, "notice"), *notes))


def _weight_names(obj: Any, edges: int) -> list[str]:
    keys = getattr(obj, "keys", None)  # a method since PyG 2.4, a list before
    own = list(keys() if callable(keys) else keys or getattr(obj, "__dict__", {}))
    names = dict.fromkeys(
        ("edge_weight", "weight", "edge_attr", *(key for key in own if isinstance(key, str)))
    )
    return [
        key
        for key in names
        if key not in _NOT_WEIGHTS
        and (key.startswith("edge_") or key == "weight")
        and _shape(_get(obj, key)) in ((edges,), (edges, 1))
    ]


def _column(obj: Any, key: str) -> Any:
    return to_numpy(_get(obj, key), key).reshape(-1)


def _shape(values: Any) -> tuple[int, ...] | None:
    shape = getattr(values, "shape", None)
    return None if shape is None else tuple(int(side) for side in shape)


def _get(obj: Any, key: str) -> Any:
    return getattr(obj, key, None)


def _attribute(obj: Any, key: str) -> Any:
    if _get(obj, key) is None:
        raise InputError(f"the Data object has no {key!r}")
    return _get(obj, key)
