"""Files of the safetensors format: read as its own library writes them, and refused in every way they can lie."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading import safetensors_files
from spectral_smooth.monitoring.reading.layer_files import read_layers

TYPES = {
    "F64": "f8", "F32": "f4", "F16": "f2", "I64": "i8", "I32": "i4", "I16": "i2", "I8": "i1", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def write(path, header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def store(path, arrays, padding=b""):
    """A file of arrays by name, in the order given; the test's own writer."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (kind, array) in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        header[name] = entry(kind, array.shape, len(data), len(data) + len(raw))
        data += raw
    return write(path, json.dumps(header).encode() + padding, data)


def both_ways(path):
    """Layers as read one by one, after the stream gave the same."""
    files = read_layers(path)
    fresh = list(files)
    for layer, again in zip(fresh, files.stream(), strict=True):
        np.testing.assert_array_equal(layer.values, again.values)
        assert (layer.name, layer.dtype) == (again.name, again.dtype)
    return fresh


@pytest.mark.parametrize("padding", [b"", b" " * 5])
def test_every_type_is_read(tmp_path, padding):
    rng = np.random.default_rng(0)
    arrays = {
        f"layer_{k}.{kind}": (kind, rng.integers(0, 2, (7, 3)).astype(code))
        for k, (kind, code) in enumerate(TYPES.items())
    }
    layers = both_ways(store(tmp_path / "a.safetensors", arrays, padding))
    assert [layer.name for layer in layers] == list(arrays)
    for layer, (kind, array) in zip(layers, arrays.values(), strict=True):
        assert layer.dtype == array.dtype.name
        assert layer.values.dtype == (np.float32 if kind in ("F32", "F16") else np.float64)
        np.testing.assert_array_equal(layer.values, array)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    values = np.random.default_rng(0).standard_normal((300, 301)).astype(np.float32)  # more than one chunk
    values[0, :3] = np.inf, -np.inf, np.nan
    upper = (values.view(np.uint32) >> 16).astype(np.uint16)
    (layer,) = both_ways(store(tmp_path / "a.safetensors", {"x": ("BF16", upper)}))
    assert (layer.dtype, layer.values.dtype) == ("bfloat16", np.float32)
    np.testing.assert_array_equal(layer.values.view(np.uint32), upper.astype(np.uint32) << 16)
    np.testing.assert_allclose(layer.values[1:], values[1:], rtol=2**-7)


def test_a_boolean_byte_is_true_where_it_is_not_zero(tmp_path):
    path = store(tmp_path / "a.safetensors", {"x": ("BOOL", np.array([[0, 1, 2, 255]], np.uint8))})
    assert both_ways(path)[0].values.tolist() == [[0, 1, 1, 1]]


def test_tensors_come_in_natural_order_wherever_they_lie(tmp_path):
    names = ["h1", "h02", "h9", "h10", "h" + "1" * 5000]  # the last is more than int() takes
    arrays = {name: ("F32", np.full((2, 1), len(name), np.float32)) for name in reversed(names)}
    layers = both_ways(store(tmp_path / "a.safetensors", arrays))
    assert [layer.name for layer in layers] == names
    assert [layer.values[0, 0] for layer in layers] == [len(name) for name in names]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (4,)])
def test_empty_and_single_columns(tmp_path, shape):
    path = store(tmp_path / "a.safetensors", {"x": ("F16", np.ones(shape, np.float16))})
    assert both_ways(path)[0].values.shape == (shape if len(shape) == 2 else (4, 1))


F32 = entry("F32", (2, 2), 0, 16)
LIES = {
    "short": (b"\x01\x02", "has 2 bytes"),
    "empty": (b"", "has 0 bytes"),
    "header longer than the file": ((2**62).to_bytes(8, "little") + b"{}", "not a whole .safetensors file"),
    "no JSON": (b"{]", "damaged"),
    "no UTF-8": (b"{\xff}", "damaged"),
    "deep": (b"[" * 100_000, "damaged"),
    "long number": (b'{"x": ' + b"1" * 5000 + b"}", "damaged"),
    "no object": (b"[1]", "not a JSON object"),
    "no tensors": ({"__metadata__": {}}, "there are no layers"),
    "tensor twice": (b'{"x": 1, "x": 2}', "names 'x' twice"),
    "no entry": ({"x": 3}, "'x' is malformed"),
    "no offsets": ({"x": {"dtype": "F32", "shape": [2, 2]}}, "'x' is malformed"),
    "more keys": ({"x": {**F32, "strides": [1]}}, "'x' is malformed"),
    "three offsets": ({"x": {**F32, "data_offsets": [0, 8, 16]}}, "'x' is malformed"),
    "negative side": ({"x": {**F32, "shape": [-2, -2]}}, "'x' is malformed"),
    "boolean side": ({"x": {**F32, "shape": [True, 4]}}, "'x' is malformed"),
    "fraction": ({"x": {**F32, "shape": [2.0, 2]}}, "'x' is malformed"),
    "type of no layer": ({"x": {**F32, "dtype": "F8_E4M3"}}, "has type F8_E4M3; expected one of F64"),
    "type no text": ({"x": {**F32, "dtype": ["F32"]}}, "has type"),
    "shape needs more": ({"x": {**F32, "shape": [2, 3]}}, "takes 16 bytes, but F32 of shape .2, 3. needs 24"),
    "backwards": ({"x": {**F32, "data_offsets": [16, 0]}}, "takes -16 bytes"),
    "huge": ({"x": {**F32, "shape": [2**80, 2**80]}}, "takes 16 bytes"),
    "overlap": ({"x": F32, "y": entry("F32", (2, 2), 8, 24)}, "'x' and 'y' overlap"),
    "same bytes": ({"x": F32, "y": F32}, "'x' and 'y' overlap"),
    "hole": ({"x": F32, "y": entry("F32", (2, 1), 24, 32)}, "8 bytes between 'x' and the tensor 'y' belong to no"),
    "hole before": ({"x": entry("F32", (2, 2), 8, 24)}, "8 bytes between the header and the tensor 'x'"),
    "cut off": ({"x": F32, "y": entry("F32", (4, 2), 16, 48)}, "cut off: its tensors need 48 bytes"),
    "too long": ({"x": entry("F32", (2, 1), 0, 8)}, "longer than its header says"),
    "no matrix": ({"x": entry("F32", (1, 2, 2), 0, 16), "y": entry("F32", (2, 2), 16, 32)}, "'x' has shape .1, 2, 2."),
    "scalar": ({"x": entry("F32", (), 0, 4), "y": entry("U8", (28, 1), 4, 32)}, r"'x' has shape \(\)"),
    "nodes differ": ({"x": F32, "y": entry("F32", (4, 1), 16, 32)}, "layer 'x' has 2 nodes, but layer 'y' has 4"),
}  # fmt: skip


@pytest.mark.parametrize(("header", "sentence"), LIES.values(), ids=LIES)
def test_a_file_that_lies_is_refused_by_its_header(tmp_path, header, sentence):
    path = tmp_path / "bad.safetensors"
    if isinstance(header, bytes) and sentence.startswith(("has", "not a whole")):
        path.write_bytes(header)
    else:
        write(path, header, b"" if sentence == "there are no layers" else bytes(32))
    with pytest.raises(InputError, match=rf"bad\.safetensors: .*{sentence}") as caught:
        read_layers(path)
    assert "\n" not in str(caught.value)


def test_a_header_may_not_be_endless(tmp_path, monkeypatch):
    monkeypatch.setattr(safetensors_files, "_MAX_HEADER", 10)
    with pytest.raises(InputError, match="expected at most 10"):
        read_layers(write(tmp_path / "a.safetensors", {"x": F32}, bytes(16)))


@given(position=st.integers(0, 200), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_header_is_an_error_or_still_a_layer(tmp_path_factory, position, byte, cut):
    path = tmp_path_factory.mktemp("damaged") / "a.safetensors"
    store(path, {"x": ("F32", np.ones((3, 2), np.float32)), "y": ("F16", np.ones((3, 1), np.float16))})
    content = bytearray(path.read_bytes())
    position %= len(content)
    content[position] = byte
    path.write_bytes(content[:position] if cut else content)
    try:
        layers = list(read_layers(path))
    except InputError as error:
        refused, layers = str(error), []
    else:
        refused = ""
    assert str(path) in refused if refused else {layer.values.shape[0] for layer in layers} == {3}
    assert refused or not cut


def test_files_of_the_library_itself(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    rng = np.random.default_rng(3)
    arrays = {
        f"layer_{k}": rng.integers(0, 2, (9, k + 1)).astype(code)
        for k, code in enumerate(("f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "?", "f4", "f2"))
    }
    library.save_file(arrays, tmp_path / "a.safetensors", metadata={"model": "gcn"})
    layers = both_ways(tmp_path / "a.safetensors")
    assert [layer.name for layer in layers] == list(arrays)
    for layer in layers:
        np.testing.assert_array_equal(layer.values, arrays[layer.name])
        assert layer.dtype == arrays[layer.name].dtype.name


def test_bfloat16_of_the_library_itself(tmp_path):
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("safetensors.torch")
    values = torch.randn(50, 8, generator=torch.Generator().manual_seed(0)).to(torch.bfloat16)
    library.save_file({"x": values}, tmp_path / "a.safetensors")
    (layer,) = both_ways(tmp_path / "a.safetensors")
    assert layer.dtype == "bfloat16"
    np.testing.assert_array_equal(layer.values, values.float().numpy())
