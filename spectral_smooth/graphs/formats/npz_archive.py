"""An .npz file whose arrays are looked at before they are read, and never unpickled."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from spectral_smooth.errors import InputError

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    MemoryError,
    SyntaxError,
    tokenize.TokenError,
    OSError,
)


class NpzArchive:
    """The arrays of an .npz file by name.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.

    Raises
    ------
    InputError
        If it is not a whole zip archive of .npy arrays.
    """

    def __init__(self, source: Path | bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        except _DAMAGE as error:
            raise InputError(
                f"the npz archive is truncated or damaged ({error}); copy or write it again"
            ) from error
        self._members = {
            info.filename.removesuffix(".npy"): info
            for info in self._zip.infolist()
            if info.filename.endswith(".npy")
        }
        if not self._members:
            seen = ", ".join(self._zip.namelist()[:3]) or "nothing"
            self.close()
            raise InputError(
                f"the zip archive holds no NumPy arrays (it holds {seen}); expected an .npz file, "
                f"and files that need unpickling are never opened"
            )

    def __enter__(self) -> NpzArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all arrays."""
        return tuple(self._members)

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape and type of an array, from its first bytes."""
        try:
            with self._zip.open(self._members[name]) as stream:
                return _read_header(stream)
        except _DAMAGE as error:
            raise self._damaged(name, error) from error

    def read(self, name: str) -> NDArray[Any]:
        """Read one array; refuse objects, and a header that promises more than the file holds."""
        shape, dtype = self.header(name)
        if dtype.hasobject:
            raise InputError(
                f"the array {name!r} holds Python objects, which could run code when loaded; "
                f"save it again as numbers or strings"
            )
        info = self._members[name]
        if any(side < 0 for side in shape) or _bytes(shape, dtype) > info.file_size:
            raise InputError(
                f"the array {name!r} is cut off: its header promises shape {shape}; write the file again"
            )
        try:
            with self._zip.open(info) as stream:
                return np.asarray(npy.read_array(stream, allow_pickle=False))
        except _DAMAGE as error:
            raise self._damaged(name, error) from error

    def read_optional(self, name: str) -> NDArray[Any] | None:
        """Read one array, or None where there is no such array."""
        return self.read(name) if name in self else None

    @staticmethod
    def _damaged(name: str, error: BaseException) -> InputError:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return InputError(f"the array {name!r} is damaged ({reason}); copy or write the file again")


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = npy.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(stream)
    else:
        shape, _, dtype = npy.read_array_header_2_0(stream)
    return shape, dtype


def _bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    total = int(dtype.itemsize)
    for side in shape:
        total *= int(side)
    return total
