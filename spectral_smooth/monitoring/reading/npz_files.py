"""Layers of an .npz file, in the order of its arrays; never unpickled."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import cast

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.reading.npy_files import (
    NpyHeader,
    plain_bytes,
    read_npy_header,
    shape_from,
    working_from,
)
from spectral_smooth.monitoring.reading.stored_layer import Stamp, StoredLayer, pour, stamp_of

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError,
    OverflowError, OSError,
)  # fmt: skip


def npz_layers(file: Path) -> list[StoredLayer]:
    """Return the layers of an .npz file, named and ordered as its arrays were saved.

    Parameters
    ----------
    file : Path

    Returns
    -------
    list of StoredLayer

    Raises
    ------
    InputError
        If it is not a whole zip archive of .npy arrays, or an array in it cannot be a layer.
    """
    stamp = stamp_of(file)
    with _intact("the npz archive"), zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        if not members:
            seen = ", ".join(archive.namelist()[:3]) or "nothing"
            raise InputError(f"the zip archive holds no arrays (it holds {seen}); save it with numpy.savez")
        names = [info.filename for info in members]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"the npz archive holds {name!r} twice; write the file again")
        return [_layer(archive, info, file, stamp) for info in members]


def _layer(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: Path, stamp: Stamp) -> StoredLayer:
    name = info.filename.removesuffix(".npy")
    what = f"the array {name!r}"
    with _intact(what), archive.open(info) as stream:
        try:
            header = read_npy_header(stream, info.file_size)
        except InputError as error:
            raise InputError(f"{what}: {error}") from error
    working, shape = working_from(header, what), shape_from(header, what)
    return StoredLayer(
        name, shape, header.stored.name, working, file, stamp, _ZippedSource(file, info.filename, header)
    )


@dataclass(frozen=True)
class _ZippedSource:
    """Values of a member of a zip archive, whose checksum is compared."""

    file: Path
    member: str
    header: NpyHeader

    def fill(self, target: FloatArray) -> None:
        header = self.header
        what = f"the array {self.member.removesuffix('.npy')!r}"
        with _intact(what), zipfile.ZipFile(self.file) as archive, archive.open(self.member) as stream:
            stream.read(header.offset)
            pour(
                cast("BufferedIOBase", stream),
                plain_bytes(header.stored),
                header.stored.name,
                target,
                columns_first=header.columns_first,
            )
            stream.read(1)  # the checksum is compared at the end, which zipfile may not have seen yet


@contextmanager
def _intact(what: str) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the system, and no damage
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{what} is truncated or damaged ({reason}); copy or write the file again"
        ) from error
