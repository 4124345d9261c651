"""read_layers(): the layers in a folder or file, known from their headers before a value is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.layer_stream import stream
from spectral_smooth.monitoring.reading.npy_files import npy_layers
from spectral_smooth.monitoring.reading.npz_files import npz_layers
from spectral_smooth.monitoring.reading.safetensors_files import safetensors_layers
from spectral_smooth.monitoring.reading.stored_layer import StoredLayer, located

_ENDINGS = (".npy", ".npz", ".safetensors")
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt")
_NEVER_RUN = "which are pickles, could run code when loaded and are never opened; save each layer with "
_SAVE = 'numpy.save(f"layer_{k}.npy", h.detach().cpu().float().numpy()), or all of them as .safetensors'


@dataclass(frozen=True)
class LayerFiles:
    """The layers of a trained network, in files.

    Iterating reads one layer at a time into new memory.

    Parameters
    ----------
    path : Path
        Folder or file.
    stored : tuple of StoredLayer
        One a layer, in order; all with the same number of nodes.
    """

    path: Path
    stored: tuple[StoredLayer, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each layer."""
        return tuple(layer.name for layer in self.stored)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Nodes and columns of each layer."""
        return tuple(layer.shape for layer in self.stored)

    @property
    def dtypes(self) -> tuple[str, ...]:
        """Type that each layer is stored in, such as ``bfloat16``."""
        return tuple(layer.dtype for layer in self.stored)

    def __len__(self) -> int:
        return len(self.stored)

    def __iter__(self) -> Iterator[Layer]:
        return (layer.read() for layer in self.stored)

    def stream(self) -> Iterator[Layer]:
        """Yield each layer in memory that is used again, the next one read meanwhile by a thread.

        Yields
        ------
        Layer
            Its values are valid until the next but one is taken.

        Raises
        ------
        InputError
            If a file changed since `read_layers`, or is damaged.
        """
        return stream(self.stored)

    def __str__(self) -> str:
        types = ", ".join(dict.fromkeys(self.dtypes))
        return f"{len(self)} layers of {self.shapes[0][0]:,} nodes in {self.path} ({types})"


def read_layers(path: str | Path) -> LayerFiles:
    """Find the layers in a folder or file.

    Parameters
    ----------
    path : str or Path
        A folder of ``.npy``, ``.npz`` and ``.safetensors`` files, in the natural order of their names (``layer_2``
        before ``layer_10``); hidden files, folders in it and other files are passed over. Or one file:
        ``.npz`` with its arrays in the order they were saved, ``.safetensors`` with its tensors in the natural
        order of their names, ``.npy`` with one layer or with three dimensions (layers, nodes, columns).
        An array of an ``.npz`` or ``.safetensors`` file in a folder is named ``file/array``.

    Returns
    -------
    LayerFiles
        Names, shapes and types; no values yet.

    Raises
    ------
    InputError
        If there are no layers, they differ in their number of nodes, or a file is damaged, pickled, of another
        kind, or of a type or shape that cannot be a layer.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for k in (1, 2, 10):
    ...     np.save(folder / f"conv_{k}.npy", np.full((4, 2), k, np.float32))
    >>> layers = read_layers(folder)
    >>> layers.names, layers.shapes[0], layers.dtypes[0]
    (('conv_1', 'conv_2', 'conv_10'), (4, 2), 'float32')
    >>> [float(layer.values[0, 0]) for layer in layers]
    [1.0, 2.0, 10.0]
    """
    place = Path(path)
    with located(place):
        if not place.exists():
            raise InputError("there is no such file or folder; check the path")
        files = _files(place) if place.is_dir() else [place]
    layers: list[StoredLayer] = []
    for file in files:
        with located(file):
            layers += _layers(file, alone=file == place)
    with located(place):
        _check(layers)
    return LayerFiles(place, tuple(layers))


def _files(folder: Path) -> list[Path]:
    seen = [entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    files = [file for file in seen if file.suffix.lower() in _ENDINGS]
    if files:
        return sorted(files, key=lambda file: (_natural(file.stem), file.name))
    if any(file.suffix.lower() in _PICKLES for file in seen):
        endings = ", ".join(sorted({file.suffix for file in seen if file.suffix.lower() in _PICKLES}))
        raise InputError(f"the folder holds no layers but {endings} files, {_NEVER_RUN}{_SAVE}")
    raise InputError(
        f"no layers: the folder holds no {', '.join(_ENDINGS[:2])} or {_ENDINGS[2]} files; save each layer with {_SAVE}"
    )


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Order numbers within names as numbers: by their length without leading zeros, then by their digits."""
    # Texts and numbers take turns, so the two kinds never meet in a comparison.
    parts = re.split(r"([0-9]+)", name)
    bare = [part.lstrip("0") if k % 2 else part for k, part in enumerate(parts)]
    return [(len(part) if k % 2 else 0, part) for k, part in enumerate(bare)], name


def _layers(file: Path, *, alone: bool) -> list[StoredLayer]:
    if not file.is_file():
        raise InputError("this is not a regular file; write the layers to one first")
    ending = file.suffix.lower()
    if ending == ".npy":
        return npy_layers(file, file.stem, stack=alone)
    if ending == ".npz":
        layers = npz_layers(file)
    elif ending == ".safetensors":
        layers = sorted(safetensors_layers(file), key=lambda layer: _natural(layer.name))
    elif ending in _PICKLES:
        raise InputError(f"this is one of the {ending} files, {_NEVER_RUN}{_SAVE}")
    else:
        raise InputError(
            "expected a folder, or a file ending in .npy, .npz or .safetensors; save each layer with " + _SAVE
        )
    return layers if alone else [replace(layer, name=f"{file.stem}/{layer.name}") for layer in layers]


def _check(layers: list[StoredLayer]) -> None:
    if not layers:
        raise InputError("there are no layers in it; save each layer with " + _SAVE)
    first = layers[0]
    names: dict[str, Path] = {}
    for layer in layers:
        if layer.name in names:
            raise InputError(
                f"two layers are named {layer.name!r}, in {names[layer.name].name} and {layer.file.name}; rename one"
            )
        names[layer.name] = layer.file
        if layer.shape[0] != first.shape[0]:
            raise InputError(
                f"layer {first.name!r} has {first.shape[0]:,} nodes, but layer {layer.name!r} has {layer.shape[0]:,}; "
                "expected one row a node in each: keep the layers of different graphs apart"
            )
