"""read(): open a graph file by its content."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.formats import npz_dataset, npz_heterophilous, npz_scipy, npz_shchur
from spectral_smooth.graphs.formats.edgelist import read_edgelist
from spectral_smooth.graphs.formats.npz_archive import NpzArchive
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.policies import Policies

MAX_DECOMPRESSED = 4 * 2**30
"""Largest content, in bytes, that a .gz file may unpack to."""

_ZIP, _GZIP, _NPY = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b", b"\x93NUMPY"
# Protocols 2 and up start with \x80; protocol 0 starts with an opcode that no edge list starts with.
_PICKLE = re.compile(rb"\x80[\x02-\x05]|c[\w.]+\n[\w.]+\n|\([dl]p\d|\(i[\w.]+\n|[}\]]q")

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")

_ArchiveReader = Callable[[NpzArchive, str, Policies], Dataset]
_LAYOUTS: tuple[tuple[Callable[[NpzArchive], bool], _ArchiveReader], ...] = (
    (npz_dataset.recognises, npz_dataset.read_npz_dataset),
    (npz_scipy.recognises, npz_scipy.read_npz_scipy),
    (npz_shchur.recognises, npz_shchur.read_npz_shchur),
    (npz_heterophilous.recognises, npz_heterophilous.read_npz_heterophilous),
)


def read(path: str | Path, *, policies: Policies | None = None) -> Dataset:
    r"""Read a graph, with features and labels where the file has them.

    The format is told by the first bytes and never by the extension: an .npz archive (this package's
    layout, ``scipy.sparse.save_npz``, or the layouts of two benchmark collections), an edge list in
    text, either of them perhaps compressed by gzip. Nothing is ever unpickled.

    Parameters
    ----------
    path : str or Path
        The file.
    policies : Policies, optional
        Direction, weights, self-loops, split and unusable labels.

    Returns
    -------
    Dataset
        Its notes say what was done on the way in.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, of another kind, or holds values that cannot be used.
    UsageError
        If a weight or split asked for does not exist.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "triangle.txt"
    >>> _ = path.write_text("# three nodes\n0 1\n1 2\n2 0\n")
    >>> read(path)
    Dataset 'triangle': 3 nodes, 3 edges
    """
    file = Path(path)
    with _located(file):
        return _read(file, policies or Policies())


def read_graph(path: str | Path, *, policies: Policies | None = None) -> Graph:
    r"""Read only the graph of a file; see `read` for formats, policies and errors.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "path.csv"
    >>> _ = path.write_text("0,1\n1,2\n")
    >>> read_graph(path)
    Graph 'path': 3 nodes, 2 edges
    """
    return read(path, policies=policies).graph


@contextmanager
def _located(file: Path) -> Iterator[None]:
    """Put the name of the file in front of every error's sentence."""
    try:
        yield
    except (InputError, UsageError) as error:
        raise type(error)(f"{file}: {error}") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from error
    except MemoryError as error:
        raise InputError(f"{file}: does not fit in memory") from error


def _read(file: Path, policies: Policies) -> Dataset:
    if not file.exists():
        raise InputError("there is no such file; check the path")
    if file.is_dir():
        raise InputError("this is a directory; name one of the files in it")
    if not file.is_file():
        raise InputError("this is not a regular file; write the data to one first")
    if file.stat().st_size == 0:
        raise InputError("the file is empty; expected an .npz archive or an edge list")
    name = _name(file)
    with file.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(_ZIP):
        with NpzArchive(file) as archive:
            return _read_archive(archive, name, policies)
    if head.startswith(_GZIP):
        return _read_content(_unpack(file), name, policies)
    _refuse_kind(head)
    return _read_content(file.read_bytes(), name, policies)


def _name(file: Path) -> str:
    name = file.name.removesuffix(".gz")
    return Path(name).stem or file.name


def _unpack(file: Path) -> bytes:
    try:
        with gzip.open(file, "rb") as stream:
            data = stream.read(MAX_DECOMPRESSED + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"the gzip file is truncated or damaged ({error}); copy it again") from error
    if len(data) > MAX_DECOMPRESSED:
        raise InputError(
            f"the file unpacks to more than {MAX_DECOMPRESSED:,} bytes; unpack it yourself if you trust it"
        )
    if not data:
        raise InputError("the file is empty once unpacked; expected an .npz archive or an edge list")
    return data


def _read_content(data: bytes, name: str, policies: Policies) -> Dataset:
    if data.startswith(_ZIP):
        with NpzArchive(data) as archive:
            return _read_archive(archive, name, policies)
    _refuse_kind(data)
    _check_text(data)
    return read_edgelist(data, name, policies)


def _refuse_kind(data: bytes) -> None:
    if _PICKLE.match(data):
        raise InputError(
            "this is a Python pickle, which could run code when loaded and is never opened; save the arrays as .npz"
        )
    if data.startswith(_NPY):
        raise InputError(
            "this is a single .npy array; expected an .npz archive with edge_index and num_nodes"
        )
    if data.lstrip()[:1] in (b"{", b"["):
        raise InputError(
            "this is JSON, not a graph; a result of analyze is shown again by spectral-smooth report, a graph must "
            "be an .npz archive or an edge list"
        )
    if data.lstrip()[:1] == b"<":
        raise InputError(
            "this is a page of HTML or XML, not a graph; expected an .npz archive or an edge list"
        )


def _check_text(data: bytes) -> None:
    try:
        data.decode("utf-8")
        control = _CONTROL.search(data) is not None
    except UnicodeDecodeError:
        control = True
    if control:
        raise InputError("the file is neither an .npz archive nor text in UTF-8; expected one of them")


def _read_archive(archive: NpzArchive, name: str, policies: Policies) -> Dataset:
    for recognises, reader in _LAYOUTS:
        if recognises(archive):
            return reader(archive, name, policies)
    raise InputError(
        f"the npz archive holds {', '.join(archive.names[:6])}; expected edge_index and num_nodes, "
        f"or a matrix written by scipy.sparse.save_npz"
    )
