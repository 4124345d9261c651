"""Layers of a .safetensors file: 8 bytes of length, a header in JSON, raw values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading.layer import matrix_shape, working_type
from spectral_smooth.monitoring.reading.stored_layer import RawSource, StoredLayer, stamp_of

_MAX_HEADER = 100_000_000  # bytes: the limit of the format's own library

# Name of the format: type of the bytes, and the name of what they stand for.
_TYPES = {
    "F64": ("<f8", "float64"),
    "F32": ("<f4", "float32"),
    "F16": ("<f2", "float16"),
    "BF16": ("<u2", "bfloat16"),
    "I64": ("<i8", "int64"),
    "I32": ("<i4", "int32"),
    "I16": ("<i2", "int16"),
    "I8": ("|i1", "int8"),
    "U8": ("|u1", "uint8"),
    "BOOL": ("|u1", "bool"),
}


@dataclass(frozen=True)
class _Tensor:
    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def safetensors_layers(file: Path) -> list[StoredLayer]:
    """Return the layers of a .safetensors file, one a tensor, in the order of its header.

    Parameters
    ----------
    file : Path

    Returns
    -------
    list of StoredLayer

    Raises
    ------
    InputError
        If the header is damaged or does not fit the file, or a tensor cannot be a layer.

    Notes
    -----
    The rules are those of the format's description: every byte after the header belongs to exactly one tensor,
    and no name comes twice (https://github.com/huggingface/safetensors, "Format").
    """
    stamp = stamp_of(file)
    header, start = _read_header(file, stamp[0])
    tensors = [_tensor(name, entry) for name, entry in header.items() if name != "__metadata__"]
    _check_offsets(tensors, stamp[0] - start)
    layers = []
    for tensor in tensors:
        stored, dtype = (np.dtype(_TYPES[tensor.dtype][0]), _TYPES[tensor.dtype][1])
        try:
            shape = matrix_shape(tensor.shape)
        except InputError as error:
            raise InputError(f"the tensor {tensor.name!r} {error}") from error
        working = np.dtype(np.float32) if dtype == "bfloat16" else working_type(np.dtype(dtype))
        source = RawSource(file, start + tensor.begin, stored, dtype)
        layers.append(StoredLayer(tensor.name, shape, dtype, working, file, stamp, source))
    return layers


def _read_header(file: Path, size: int) -> tuple[dict[str, Any], int]:
    """Return the header, and the byte where the values begin."""
    with file.open("rb") as stream:
        first = stream.read(8)
        length = int.from_bytes(first, "little")
        if len(first) < 8:
            raise InputError(
                f"the file has {size} bytes; expected a whole .safetensors file: copy or write it again"
            )
        if length > size - 8:
            raise InputError(
                f"this is not a whole .safetensors file: its header would take {length:,} of {size:,} bytes; "
                "copy or write it again"
            )
        if length > _MAX_HEADER:
            raise InputError(
                f"the header takes {length:,} bytes; expected at most {_MAX_HEADER:,}: write it again"
            )
        content = stream.read(length)
    try:
        header = json.loads(content.decode("utf-8"), object_pairs_hook=_without_repeats)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"the header of the .safetensors file is damaged ({reason}); copy or write it again"
        ) from error
    if not isinstance(header, dict):
        raise InputError("the header of the .safetensors file is not a JSON object; write it again")
    return header, 8 + length


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the header of the .safetensors file names {key!r} twice; write it again")
        found[key] = value
    return found


def _tensor(name: str, entry: Any) -> _Tensor:
    valid = isinstance(entry, dict) and set(entry) == {"dtype", "shape", "data_offsets"}
    valid = valid and _are_sizes(entry["shape"]) and _are_sizes(entry["data_offsets"])
    if not valid or len(entry["data_offsets"]) != 2:
        raise InputError(
            f"the header of the tensor {name!r} is malformed; expected dtype, shape and two data_offsets: "
            "write the file again"
        )
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in _TYPES:
        raise InputError(
            f"the tensor {name!r} has type {entry['dtype']}; expected one of {', '.join(_TYPES)}: "
            "save .float() of it"
        )
    begin, end = entry["data_offsets"]
    tensor = _Tensor(name, entry["dtype"], tuple(entry["shape"]), begin, end)
    needed = prod(tensor.shape) * np.dtype(_TYPES[tensor.dtype][0]).itemsize
    if end - begin != needed:
        raise InputError(
            f"the tensor {name!r} takes {end - begin:,} bytes, but {tensor.dtype} of shape {tensor.shape} needs "
            f"{needed:,}; write the file again"
        )
    return tensor


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _check_offsets(tensors: list[_Tensor], size: int) -> None:
    """Every byte belongs to one tensor: otherwise the file is cut off, or was put together wrongly."""
    position, before = 0, "the header"
    for tensor in sorted(tensors, key=lambda tensor: (tensor.begin, tensor.end)):
        if tensor.begin < position:
            raise InputError(f"the tensors {before} and {tensor.name!r} overlap; write the file again")
        if tensor.begin > position:
            raise InputError(
                f"{tensor.begin - position:,} bytes between {before} and the tensor {tensor.name!r} belong to no "
                "tensor; write the file again"
            )
        position, before = tensor.end, repr(tensor.name)
    if position != size:
        kind = "cut off" if position > size else "longer than its header says"
        raise InputError(
            f"the file is {kind}: its tensors need {position:,} bytes, but there are {size:,}; "
            "copy or write it again"
        )
