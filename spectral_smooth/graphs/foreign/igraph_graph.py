"""igraph graphs, by their methods."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.foreign.graph import ForeignGraph


def recognises(obj: Any) -> bool:
    """Whether the object has igraph's methods."""
    return all(hasattr(obj, name) for name in ("get_edgelist", "vcount", "is_directed", "es", "vs"))


def from_igraph(obj: Any) -> ForeignGraph:
    """Describe an igraph graph; the vertex attribute ``name`` becomes the node names."""
    pairs = np.array(obj.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    name = obj["name"] if "name" in obj.attributes() else ""
    names = tuple(str(value) for value in obj.vs["name"]) if "name" in obj.vs.attributes() else None
    return ForeignGraph(
        source="the igraph graph",
        sources=pairs[:, 0],
        targets=pairs[:, 1],
        num_nodes=obj.vcount(),
        undirected=not obj.is_directed(),
        name=str(name or ""),
        weights={key: lambda key=key: _numbers(obj.es[key], key) for key in obj.es.attributes()},  # type: ignore[misc]  # mypy infers no lambda with a default
        node_names=names,
        attribute=lambda key: _attribute(obj, key),
    )


def _numbers(values: Any, key: str) -> Any:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"the edge attribute {key!r} is not a number on every edge ({error})") from error


def _attribute(obj: Any, key: str) -> Any:
    if key not in obj.vs.attributes():
        raise InputError(
            f"no vertex has the attribute {key!r}; there are: {', '.join(obj.vs.attributes()) or 'none'}"
        )
    return np.array(obj.vs[key])
