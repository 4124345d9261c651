"""attention_layers(): layers of attention from a list, generator, mapping or path, consumed one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.attention.files import read_attention
from spectral_smooth.monitoring.attention.layer import AttentionLayer, as_attention_layer


def attention_layers(layers: Any, num_nodes: int, edge_index: Any = None) -> Iterator[AttentionLayer]:
    """Yield checked layers from whatever holds them.

    Parameters
    ----------
    layers : iterable, mapping or path
        One item a layer: (edge_index, weights), or the weights alone where ``edge_index`` is given. A mapping
        gives names too; a path is read by `read_attention`.
    num_nodes : int
    edge_index : int array, shape (2, E), optional
        Of all layers.

    Yields
    ------
    AttentionLayer

    Raises
    ------
    InputError
        If there is no layer, or one is not what was expected.

    Examples
    --------
    >>> import numpy as np
    >>> loops = np.array([[0, 1], [0, 1]])
    >>> [layer.name for layer in attention_layers({"conv1": (loops, np.ones(2))}, 2)]
    ['conv1']
    """
    empty = True
    for name, item in _named(layers):
        ends, weights = _pair(item, edge_index, name)
        yield as_attention_layer(ends, weights, num_nodes, name)
        empty = False
    if empty:
        raise InputError("there are no layers; pass one (edge_index, weights) a layer")


def _named(layers: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(layers, str | Path):
        return read_attention(layers)
    if isinstance(layers, Mapping):
        return ((str(name), item) for name, item in layers.items())
    if hasattr(layers, "shape") or not isinstance(layers, Iterable):
        raise InputError(
            f"layers is one {type(layers).__name__}; expected a list with one item a layer, so put it in a list"
        )
    return ((str(number), item) for number, item in enumerate(layers))


def _pair(item: Any, edge_index: Any, name: str) -> tuple[Any, Any]:
    if isinstance(item, tuple | list) and len(item) == 2:
        if isinstance(item[1], tuple):
            raise InputError(
                f"layer {name!r} is a pair whose second part is a tuple, as a layer returns it with "
                f"return_attention_weights=True; pass that second part, (edge_index, weights)"
            )
        return item[0], item[1]
    if edge_index is None:
        raise InputError(
            f"layer {name!r} is one {type(item).__name__} and there is no edge_index for all; pass a list of "
            f"(edge_index, weights), also where there is one layer, or edge_index="
        )
    return edge_index, item
