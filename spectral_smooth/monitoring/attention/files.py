"""read_attention(): layers of attention from one .npz file or a folder of them, one at a time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.formats.npz_archive import NpzArchive

_NUMBERED = re.compile(r"attention_(\d+)")
_PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"}


def read_attention(path: str | Path) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield (name, (edge_index, weights)) for each layer of a file or folder; nothing is ever unpickled.

    Parameters
    ----------
    path : str or Path
        An .npz with ``attention_0``, ``attention_1``, ... and one ``edge_index`` for all, or ``edge_index_0``,
        ...; an .npz with ``attention`` and ``edge_index`` (one layer); or a folder of such one-layer files, in
        natural order (layer_2 before layer_10). Other files of the folder are left alone.

    Yields
    ------
    tuple
        The arrays as they are stored; `attention` checks them.

    Raises
    ------
    InputError
        If there is nothing to read, an array is missing, or a file is damaged or pickled.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "model.npz"
    >>> loops = np.array([[0, 1], [0, 1]])
    >>> np.savez(file, edge_index=loops, attention_0=np.ones(2), attention_1=np.ones((2, 4)))
    >>> [(name, weights.shape) for name, (_, weights) in read_attention(file)]
    [('0', (2,)), ('1', (2, 4))]
    """
    place = Path(path)
    with _located(place):
        if not place.exists():
            raise InputError("there is no such file or folder; check the path")
        files = _npz_files(place) if place.is_dir() else None
    if files is None:
        yield from _read_file(place)
        return
    for file in files:
        with _located(file), NpzArchive(file) as archive:
            pair = _read_pair(archive, "edge_index", "attention")
        yield file.stem, pair


@contextmanager
def _located(file: Path) -> Iterator[None]:
    """Put the name of the file in front of every error's sentence."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from error


def _npz_files(folder: Path) -> list[Path]:
    found = [f for f in folder.iterdir() if f.is_file() and not f.name.startswith(".")]
    files = sorted((f for f in found if f.suffix == ".npz"), key=lambda f: _natural(f.name))
    if not files and any(f.suffix in _PICKLES for f in found):
        raise InputError(
            "the folder holds pickles, which could run code when loaded and are never opened; write each layer with "
            "numpy.savez(name, edge_index=..., attention=...)"
        )
    if not files:
        raise InputError("the folder holds no .npz file; expected one a layer with edge_index and attention")
    return files


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _read_file(file: Path) -> Iterator[tuple[str, tuple[Any, Any]]]:
    with _located(file):
        archive = NpzArchive(file)
    with archive:
        with _located(file):
            numbers = _numbers(archive)
        if not numbers:
            with _located(file):
                pair = _read_pair(archive, "edge_index", "attention")
            yield file.stem, pair
        for number in numbers:
            with _located(file):
                own = f"edge_index_{number}"
                pair = _read_pair(
                    archive, own if own in archive else "edge_index", f"attention_{number}", own
                )
            yield number, pair


def _numbers(archive: NpzArchive) -> list[str]:
    """Return the numbers of the layers as they are written, in their order; a gap is a layer that got lost."""
    found = sorted((m[1] for m in map(_NUMBERED.fullmatch, archive.names) if m), key=int)
    for before, after in itertools.pairwise(found):
        if int(after) != int(before) + 1:
            raise InputError(
                f"after attention_{before} comes attention_{after}; expected every layer, numbered one by one"
            )
    return found


def _read_pair(archive: NpzArchive, ends: str, weights: str, own: str = "") -> tuple[Any, Any]:
    for name in (weights, ends):
        if name not in archive:
            wanted = f"{name} or {own}" if own and name == ends else name
            raise InputError(
                f"there is no array {wanted} (there are {', '.join(archive.names[:6])}); expected edge_index of shape "
                f"(2, E) and attention of shape (E,) or (E, heads)"
            )
    return archive.read(ends), archive.read(weights)
