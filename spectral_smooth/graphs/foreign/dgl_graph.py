"""DGL graphs, by their methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.columns import MASK_NAMES, to_numpy
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.foreign.graph import ForeignGraph

_FEATURES = ("feat", "x", "features", "attr")
_LABELS = ("label", "y", "labels")


def recognises(obj: Any) -> bool:
    """Whether the object has DGL's methods."""
    return all(hasattr(obj, name) for name in ("edges", "num_nodes", "ndata")) and callable(obj.num_nodes)


def from_dgl(obj: Any) -> ForeignGraph:
    """Describe a DGL graph; several node or edge types are collapsed to one relation, without their data."""
    if len(getattr(obj, "canonical_etypes", ())) > 1 or len(getattr(obj, "ntypes", ())) > 1:
        return _from_hetero(obj)
    sources, targets = (to_numpy(ends, "the edge ends") for ends in obj.edges())
    nodes, edges = dict(obj.ndata), dict(getattr(obj, "edata", {}))
    masks = {mask: nodes[f"{mask}_mask"] for mask in MASK_NAMES if f"{mask}_mask" in nodes}
    return ForeignGraph(
        source="the DGL graph",
        sources=sources,
        targets=targets,
        num_nodes=obj.num_nodes(),
        weights={key: lambda key=key: _column(edges, key) for key in edges if _is_column(edges[key])},  # type: ignore[misc]  # mypy infers no lambda with a default
        features=_first(nodes, _FEATURES),
        labels=_first(nodes, _LABELS),
        masks=masks,
        attribute=lambda key: _attribute(nodes, key),
    )


def _from_hetero(obj: Any) -> ForeignGraph:
    kinds = list(obj.ntypes)
    sizes = [int(obj.num_nodes(kind)) for kind in kinds]
    first = dict(zip(kinds, np.concatenate([[0], np.cumsum(sizes)[:-1]]).tolist(), strict=True))
    ends: list[tuple[Any, Any]] = []
    for relation in obj.canonical_etypes:
        sources, targets = (to_numpy(values, "the edge ends") for values in obj.edges(etype=relation))
        ends.append((sources + first[relation[0]], targets + first[relation[2]]))
    text = (
        f"{len(kinds)} node types and {len(ends)} edge types are collapsed to one relation; "
        f"features, labels and weights of the types are not used"
    )
    return ForeignGraph(
        source="the DGL graph",
        sources=np.concatenate([pair[0] for pair in ends]),
        targets=np.concatenate([pair[1] for pair in ends]),
        num_nodes=sum(sizes),
        notes=(Note("types", text, "warning"),),
    )


def _is_column(values: Any) -> bool:
    shape = tuple(getattr(values, "shape", ()))
    return len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)


def _column(data: Mapping[str, Any], key: str) -> Any:
    return to_numpy(data[key], key).reshape(-1)


def _first(data: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[name] for name in names if name in data), None)


def _attribute(data: Mapping[str, Any], key: str) -> Any:
    if key not in data:
        raise InputError(
            f"the DGL graph has no node data {key!r}; there are: {', '.join(map(str, data)) or 'none'}"
        )
    return data[key]
