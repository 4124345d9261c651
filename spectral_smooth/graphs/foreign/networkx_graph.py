"""NetworkX graphs: Graph, DiGraph, MultiGraph and MultiDiGraph."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.foreign.graph import ForeignGraph


def recognises(obj: Any) -> bool:
    """Whether the object is a NetworkX graph, told without importing NetworkX."""
    modules = {kind.__module__.partition(".")[0] for kind in type(obj).__mro__}
    return "networkx" in modules and hasattr(obj, "adj") and hasattr(obj, "is_directed")


def from_networkx(obj: Any) -> ForeignGraph:
    """Describe a NetworkX graph; nodes keep their order, and their names where these are not 0 to n − 1."""
    nodes = list(obj)
    number = {node: k for k, node in enumerate(nodes)}
    ends, attributes = [], []
    for source, target, data in obj.edges(data=True):
        ends.append((number[source], number[target]))
        attributes.append(data)
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    plain = all(isinstance(node, int) and node == k for k, node in enumerate(nodes))
    keys = dict.fromkeys(key for data in attributes for key in data)
    return ForeignGraph(
        source="the NetworkX graph",
        sources=pairs[:, 0],
        targets=pairs[:, 1],
        num_nodes=len(nodes),
        undirected=not obj.is_directed(),
        name=str(obj.name or ""),
        weights={str(key): lambda key=key: _weights(attributes, key) for key in keys},  # type: ignore[misc]  # mypy infers no lambda with a default
        node_names=None if plain else tuple(str(node) for node in nodes),
        attribute=lambda name: _attribute(obj, name),
        notes=_missing(attributes, keys),
    )


def _weights(attributes: list[dict[Any, Any]], key: Any) -> FloatArray:
    values = [data.get(key, 1.0) for data in attributes]
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"the edge attribute {key!r} is not a number on every edge ({error})") from error


def _missing(attributes: list[dict[Any, Any]], keys: dict[Any, None]) -> tuple[Note, ...]:
    notes = []
    for key in keys:
        count = sum(key not in data for data in attributes)
        if key in ("weight", "edge_weight") and count:
            text = (
                f"{count:,} edges have no {key!r} while others do; where weights are used they count as one"
            )
            notes.append(Note("weights", text, "warning"))
    return tuple(notes)


def _attribute(obj: Any, name: str) -> Any:
    values = [data.get(name) for _, data in obj.nodes(data=True)]
    absent = sum(value is None for value in values)
    if absent:
        raise InputError(
            f"{absent:,} of {len(values):,} nodes have no attribute {name!r}; expected it on every node"
        )
    return np.array(values)
