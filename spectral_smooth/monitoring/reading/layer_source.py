"""layers_of(): the layers to measure, from whatever holds them, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scipy.sparse import issparse

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.layer_arrays import as_layer
from spectral_smooth.monitoring.reading.layer_files import LayerFiles, read_layers

_EXPECTED = (
    "expected a list of arrays, a mapping of names to arrays, an array (layers, nodes, columns), or the path of a "
    "folder or file"
)


def layers_of(source: Any) -> Iterator[Layer]:
    """Yield the layers of a source, each when it is asked for.

    Parameters
    ----------
    source : path, LayerFiles, mapping, iterable, or array of shape (layers, nodes, columns)
        An iterable, perhaps a generator, gives arrays, pairs (name, array) or layers, and is not asked for the
        next before this one is taken. A mapping is taken in its own order. What has no name is numbered from 0.

    Yields
    ------
    Layer
        From files, its values are valid until the next but one is taken.

    Raises
    ------
    InputError
        If there are no layers, a name comes twice, or something is no array that can be a layer.

    Examples
    --------
    >>> import numpy as np
    >>> [layer.name for layer in layers_of({"input": np.ones((3, 2)), "conv1": np.ones((3, 4))})]
    ['input', 'conv1']
    >>> [layer.values.shape for layer in layers_of(np.ones((2, 5, 3)))]
    [(5, 3), (5, 3)]
    """
    if isinstance(source, str | Path):
        return read_layers(source).stream()
    if isinstance(source, LayerFiles):
        return source.stream()
    if isinstance(source, Layer):
        raise InputError(f"the layers are a single one, {source.name!r}; pass [layer]")
    if isinstance(source, Mapping):
        return _named((str(name), values) for name, values in source.items())
    if hasattr(source, "shape") or issparse(source):
        return _named(_numbered(_slices(source)))
    if not isinstance(source, Iterable):
        raise InputError(f"the layers are a {type(source).__name__}; {_EXPECTED}")
    return _named(_numbered(source))


def _slices(array: Any) -> Iterator[Any]:
    """Slices of a stack, made one by one: a conversion of the whole would double its memory."""
    shape = tuple(array.shape)
    if len(shape) == 3 and not issparse(array):
        return (array[k] for k in range(shape[0]))
    if len(shape) in (1, 2):
        raise InputError(f"the layers are a single array of shape {shape}; pass [array] if it is one layer")
    raise InputError(f"the layers are an array of shape {shape}; {_EXPECTED}")


def _numbered(source: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for k, item in enumerate(source):
        if isinstance(item, Layer):
            yield item.name, item
        elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield item
        else:
            yield str(k), item


def _named(pairs: Iterator[tuple[str, Any]]) -> Iterator[Layer]:
    seen: set[str] = set()
    for name, values in pairs:
        if name in seen:
            raise InputError(f"two layers are named {name!r}; give each its own name")
        seen.add(name)
        yield values if isinstance(values, Layer) else as_layer(values, name)
    if not seen:
        raise InputError(f"there are no layers; {_EXPECTED}")
