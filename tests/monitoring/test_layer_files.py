"""read_layers(): folders and files of layers, known by their headers, read one by one or as a stream."""

from __future__ import annotations

import gc
import os
import pickle
import threading
import time
import zipfile

import numpy as np
import pytest

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading import npy_files, npz_files
from spectral_smooth.monitoring.reading.layer_files import read_layers

RNG = np.random.default_rng(0)
DTYPES = ["<f4", "<f8", ">f4", ">f8", "<f2", "<i8", ">i4", "|i1", "|u1", "?"]


def checked(path, arrays):
    """The layers of a path, which must be these arrays, by both ways of reading."""
    files = read_layers(path)
    assert len(files) == len(files.names) == len(arrays)
    for layers in (files, files.stream(), files):
        count = 0
        for layer, array, name, shape, dtype in zip(
            layers, arrays, files.names, files.shapes, files.dtypes, strict=True
        ):
            np.testing.assert_array_equal(layer.values, array)
            assert layer.values.flags.c_contiguous
            assert (layer.name, layer.values.shape, layer.dtype) == (name, shape, dtype)
            assert dtype == array.dtype.name
            count += 1
        assert count == len(arrays)
    return files


def some(shape, dtype="<f4"):
    kind = np.dtype(dtype).kind
    return (RNG.standard_normal(shape) if kind == "f" else RNG.integers(0, 2, shape)).astype(dtype)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_and_order_of_npy_and_npz(tmp_path, dtype, order):
    arrays = [np.asarray(some((7, columns), dtype), order=order) for columns in (3, 5)]
    np.save(tmp_path / "x.npy", arrays[0])
    files = checked(tmp_path / "x.npy", arrays[:1])
    assert files.names == ("x",)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "all.npz", b=arrays[0], a=arrays[1])
        assert checked(tmp_path / "all.npz", arrays).names == ("b", "a")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_stack_is_its_slices(tmp_path, dtype, order):
    stack = np.asarray(some((4, 6, 3), dtype), order=order)
    np.save(tmp_path / "stack.npy", stack)
    assert checked(tmp_path / "stack.npy", stack).names == ("0", "1", "2", "3")


def test_values_are_converted_in_more_than_one_chunk(tmp_path):
    values = some((1000, 150), "<f2")
    np.save(tmp_path / "x.npy", values)
    np.savez_compressed(tmp_path / "x.npz", x=values)
    checked(tmp_path / "x.npy", [values])
    checked(tmp_path / "x.npz", [values])


def test_values_are_read_in_more_than_one_piece(tmp_path):
    values = some((300_000, 8))
    np.save(tmp_path / "x.npy", values)
    checked(tmp_path / "x.npy", [values])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (5,)])
def test_empty_and_single_columns(tmp_path, shape):
    values = some(shape)
    np.save(tmp_path / "x.npy", values)
    checked(tmp_path / "x.npy", [values.reshape(values.shape[0], -1) if values.ndim == 1 else values])


def test_an_empty_stack_in_fortran_order(tmp_path):
    (tmp_path / "x.npy").write_bytes(header_of((2, 0, 3)).replace(b"False,", b"True, "))
    checked(tmp_path / "x.npy", np.zeros((2, 0, 3), np.float32))


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header(tmp_path, version):
    values = some((4, 2))
    with (tmp_path / "x.npy").open("wb") as stream:
        np.lib.format.write_array(stream, values, version=version)
    checked(tmp_path / "x.npy", [values])


def test_a_folder_is_read_in_natural_order_and_the_rest_passed_over(tmp_path):
    values = {k: some((4, k)) for k in (1, 2, 3, 10)}
    for k in (10, 1, 2):
        np.save(tmp_path / f"layer_{k}.npy", values[k])
    np.savez(tmp_path / "layer_3.npz", relu=values[3], conv=values[10])
    np.save(tmp_path / ".hidden.npy", some((9, 9)))
    (tmp_path / "model.pt").write_bytes(b"never looked at")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "older.npy").mkdir()
    files = checked(tmp_path, [values[1], values[2], values[3], values[10], values[10]])
    assert files.names == ("layer_1", "layer_2", "layer_3/relu", "layer_3/conv", "layer_10")
    assert files.shapes == ((4, 1), (4, 2), (4, 3), (4, 10), (4, 10))
    assert str(files) == f"5 layers of 4 nodes in {tmp_path} (float32)"


def test_numbers_in_names_count_as_numbers_wherever_they_stand(tmp_path):
    names = ["2_b3", "2_b20", "10_a1", "b", "b-1", "b02", "b2", "b_1"]
    for name in reversed(names):
        np.save(tmp_path / f"{name}.npy", some((2, 2)))
    found = read_layers(tmp_path).names
    assert found[:3] == ("2_b3", "2_b20", "10_a1")
    assert found.index("b") < found.index("b02") < found.index("b2")
    assert set(found) == set(names)


def test_endings_may_be_capitals(tmp_path):
    values = some((3, 2))
    with (tmp_path / "X.NPY").open("wb") as stream:
        np.save(stream, values)
    checked(tmp_path, [values])


@pytest.mark.parametrize("second", ["npy", "npz"])
def test_node_counts_are_compared_before_anything_is_read(tmp_path, second, monkeypatch):
    np.save(tmp_path / "layer_1.npy", some((5, 2)))
    if second == "npy":
        np.save(tmp_path / "layer_2.npy", some((1234, 2)))
    else:
        np.savez(tmp_path / "layer_2.npz", some((1234, 2)))
    name = "layer_2" if second == "npy" else "layer_2/arr_0"
    with pytest.raises(
        InputError, match=rf"layer 'layer_1' has 5 nodes, but layer '{name}' has 1,234; expected"
    ):
        read_layers(tmp_path)


def test_names_that_meet_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", some((2, 2)))
    (tmp_path / "a").mkdir()
    np.save(tmp_path / "b.npy", some((2, 2)))
    with (tmp_path / "b.NPY").open("wb") as stream:
        np.save(stream, some((2, 2)))
    with pytest.raises(InputError, match=r"two layers are named 'b', in b\.NPY and b\.npy; rename one"):
        read_layers(tmp_path)


def test_two_of_the_same_name_in_an_archive_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", some((2, 2)))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.write(tmp_path / "x.npy", "x.npy")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.write(tmp_path / "x.npy", "x.npy")
    with pytest.raises(InputError, match=r"holds 'x\.npy' twice"):
        read_layers(tmp_path / "a.npz")


def header_of(shape, descr="<f4", data=b""):
    """An .npy file that says what it is told to say."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    return b"\x93NUMPY\x01\x00" + (len(text) + 1).to_bytes(2, "little") + text + b"\n" + data


def saved(tmp_path, values, **options):
    np.save(tmp_path / "saved.npy", values, **options)
    return (tmp_path / "saved.npy").read_bytes()


ONES = np.ones((3, 2))
FIELDS = np.zeros(3, [("a", "f4"), ("b", "f4")])
DAMAGED = {
    "empty": (lambda t: b"", "this is not an .npy array"),
    "text": (lambda t: b"1,2,3\n4,5,6\n", "this is not an .npy array"),
    "pickle": (lambda t: pickle.dumps(np.ones(3)), "this is not an .npy array"),
    "zip": (lambda t: b"PK\x03\x04" + bytes(30), "this is not an .npy array"),
    "version": (lambda t: b"\x93NUMPY\x09\x00" + bytes(40), "version is 9.0"),
    "header cut off": (lambda t: saved(t, ONES)[:30], "header is damaged"),
    "header no dictionary": (lambda t: saved(t, ONES).replace(b"{'descr'", b"['descr'"), "header is damaged"),
    "header of code": (lambda t: header_of((2, 2)).replace(b"False", b"int()"), "header is damaged"),
    "unknown type": (lambda t: header_of((2, 2), "<q9"), "header is damaged"),
    "shorter": (lambda t: saved(t, ONES)[:-1], "float64 and shape .3, 2. need 176 bytes, but there are 175"),
    "longer": (lambda t: saved(t, ONES) + b"\0", "longer than its header says"),
    "negative": (lambda t: header_of((-2, -2), data=bytes(16)), "promises shape .-2, -2."),
    "astronomic": (lambda t: header_of((10**30, 10**30)), "cut off"),
    "objects": (lambda t: saved(t, np.array([[1, None]]), allow_pickle=True), "objects, which a file keeps pickled"),
    "fields": (lambda t: saved(t, FIELDS), "structured array with the fields a, b"),
    "bfloat16 unnamed": (lambda t: saved(t, np.zeros((2, 2), "V2")), "what numpy.save leaves of bfloat16; save"),
    "other bytes": (lambda t: saved(t, np.zeros((2, 2), "V3")), r"has type \|V3"),
    "complex": (lambda t: saved(t, np.ones((2, 2), complex)), "expected real numbers"),
    "text array": (lambda t: saved(t, np.array([["a"]])), "has type <U1"),
    "scalar": (lambda t: saved(t, np.float32(1)), r"has shape \(\)"),
    "four dimensions": (lambda t: saved(t, np.ones((1, 2, 2, 2))), "has shape .1, 2, 2, 2."),
    "stack of none": (lambda t: saved(t, np.ones((0, 2, 2))), "there are no layers"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_npy_file_is_refused_by_its_header(tmp_path, content, sentence):
    (tmp_path / "bad.npy").write_bytes(content(tmp_path))
    with pytest.raises(InputError, match=rf"bad\.npy: .*{sentence}") as caught:
        read_layers(tmp_path / "bad.npy")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", [name for name in DAMAGED if name not in ("four dimensions", "stack of none")]
)
def test_a_damaged_array_in_an_archive_is_refused_by_its_header(tmp_path, name):
    content, sentence = DAMAGED[name]
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("good.npy", saved(tmp_path, np.ones((3, 2))))
        archive.writestr("x.npy", content(tmp_path))
    with pytest.raises(InputError, match=rf"bad\.npz: the array 'x'.*{sentence}") as caught:
        read_layers(tmp_path / "bad.npz")
    assert "\n" not in str(caught.value)


def test_three_dimensions_are_a_stack_in_one_npy_file_only(tmp_path):
    values = np.ones((2, 4, 3))
    np.savez(tmp_path / "a.npz", values)
    with pytest.raises(InputError, match=r"'arr_0' has shape \(2, 4, 3\); .* reshape attention heads"):
        read_layers(tmp_path / "a.npz")
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "folder" / "heads.npy", values)
    with pytest.raises(
        InputError, match=r"heads\.npy: the array has shape \(2, 4, 3\); .* reshape attention heads"
    ):
        read_layers(tmp_path / "folder")


def test_a_damaged_archive_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, some((50, 20)))
    whole = path.read_bytes()
    for content in (whole[:-40], whole[: len(whole) // 2], b"PK\x03\x04", b"", b"text"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.npz: the npz archive is truncated or damaged"):
            read_layers(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"x")
    with pytest.raises(InputError, match=r"holds no arrays \(it holds data\.pkl\)"):
        read_layers(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", "<f2"])
def test_a_checksum_that_does_not_fit_is_noticed_when_the_values_are_read(tmp_path, save, order, dtype):
    path = tmp_path / "a.npz"
    save(path, first=some((200, 20)), second=np.asarray(some((200, 60), dtype), order=order))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("second.npy")
    content[info.header_offset + 60 + info.compress_size - 30] ^= 0x55
    path.write_bytes(content)
    files = read_layers(path)
    for layers in (iter(files), files.stream()):
        assert next(layers).name == "first"
        with pytest.raises(InputError, match=r"a\.npz: the array 'second' is truncated or damaged"):
            next(layers)


@pytest.mark.parametrize("ending", [".pt", ".pth", ".pkl", ".bin"])
def test_pickles_are_never_opened(tmp_path, ending):
    sentence = rf"{ending} files, which are pickles, .* never opened; save each layer with numpy\.save\(.*\.safetensors"
    (tmp_path / f"layer{ending}").write_bytes(pickle.dumps(np.ones(3)))
    with pytest.raises(InputError, match=sentence):
        read_layers(tmp_path)
    with pytest.raises(InputError, match=sentence):
        read_layers(tmp_path / f"layer{ending}")


def test_places_without_layers_are_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"no layers: the folder holds no \.npy, \.npz or \.safetensors files"
    ):
        read_layers(tmp_path)
    with pytest.raises(InputError, match="there is no such file or folder"):
        read_layers(tmp_path / "missing")
    (tmp_path / "layers.csv").write_text("1,2\n")
    with pytest.raises(InputError, match=r"layers\.csv: expected a folder, or a file ending in \.npy"):
        read_layers(tmp_path / "layers.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.npy")
        with pytest.raises(InputError, match="not a regular file"):
            read_layers(tmp_path / "pipe.npy")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.safetensors"])
def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / name).chmod(0)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\)"):
        read_layers(tmp_path)


def test_an_archive_the_system_refuses_is_not_called_damaged(tmp_path, monkeypatch):
    def refuse(file):
        raise PermissionError(13, "Permission denied")

    np.savez(tmp_path / "a.npz", some((2, 2)))
    monkeypatch.setattr(npz_files.zipfile, "ZipFile", refuse)
    with pytest.raises(InputError, match=r"a\.npz: cannot be read \(Permission denied\)"):
        read_layers(tmp_path)


# The stream


def folder_of(tmp_path, count, nodes=20):
    arrays = [some((nodes, 3 + k % 2), "<f4" if k % 3 else "<f8") for k in range(count)]
    for k, array in enumerate(arrays):
        np.save(tmp_path / f"layer_{k}.npy", array)
    return arrays


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_a_layer_of_the_stream_stays_valid_while_the_next_is_used(tmp_path, count):
    arrays = folder_of(tmp_path, count)
    before = None
    for k, layer in enumerate(read_layers(tmp_path).stream()):
        time.sleep(0.002)  # the following layer is in memory by now
        np.testing.assert_array_equal(layer.values, arrays[k])
        if before is not None:
            np.testing.assert_array_equal(before.values, arrays[k - 1])
        before = layer


def test_the_stream_uses_three_pieces_of_memory_and_iterating_uses_new_ones(tmp_path):
    folder_of(tmp_path, 7)
    files = read_layers(tmp_path)
    assert len({layer.values.__array_interface__["data"][0] for layer in files.stream()}) == 3
    kept = list(files)
    assert not any(np.shares_memory(a.values, b.values) for a in kept for b in kept if a is not b)


def reading_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("reads ")]


def test_the_next_layer_is_read_by_a_thread_while_this_one_is_used(tmp_path, monkeypatch):
    folder_of(tmp_path, 3)
    files = read_layers(tmp_path)
    readers = []
    fill = npy_files.RawSource.fill
    monkeypatch.setattr(
        npy_files.RawSource,
        "fill",
        lambda self, target: (readers.append(threading.current_thread()), fill(self, target)),
    )
    stream = files.stream()
    assert readers == []
    next(stream)
    while len(readers) < 2:
        time.sleep(0.001)
    time.sleep(0.01)
    assert len(readers) == 2  # the next, and no further
    assert threading.current_thread() not in readers
    assert len(list(stream)) == 2
    assert len(readers) == 3


@pytest.mark.parametrize("how", ["closed", "forgotten", "used up", "never begun"])
def test_an_abandoned_stream_leaves_no_thread(tmp_path, how):
    folder_of(tmp_path, 4)
    stream = read_layers(tmp_path).stream()
    if how == "used up":
        assert len(list(stream)) == 4
    elif how != "never begun":
        next(stream)
    if how == "closed":
        stream.close()
    elif how == "forgotten":
        del stream
        gc.collect()
    assert reading_threads() == []


def test_an_iterator_left_alone_keeps_no_thread_either(tmp_path):
    folder_of(tmp_path, 4)
    stream = read_layers(tmp_path).stream()
    next(stream)
    for thread in reading_threads():
        thread.join()
    assert reading_threads() == []
    assert len(list(stream)) == 3


@pytest.mark.parametrize("change", ["removed", "cut off", "written again"])
def test_what_happens_to_a_file_meanwhile_is_raised_when_its_layer_is_taken(tmp_path, change):
    arrays = folder_of(tmp_path, 3)
    files = read_layers(tmp_path)
    path = tmp_path / "layer_2.npy"
    if change == "removed":
        path.unlink()
    elif change == "cut off":
        path.write_bytes(path.read_bytes()[:-4])
    else:
        np.save(path, arrays[2] + 1)
        os.utime(path, ns=(0, 1))
    sentence = "cannot be read" if change == "removed" else "changed since its header was read"
    for layers in (iter(files), files.stream()):
        assert [next(layers).name, next(layers).name] == ["layer_0", "layer_1"]
        with pytest.raises(InputError, match=rf"layer_2\.npy: .*{sentence}"):
            next(layers)
    assert reading_threads() == []


def test_a_file_cut_off_in_between_is_noticed(tmp_path):
    values = some((5, 2))
    np.save(tmp_path / "x.npy", values)
    (layer,) = read_layers(tmp_path).stored
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:-1])
    with pytest.raises(InputError, match="the values are cut off"):
        layer.source.fill(np.empty((5, 2), np.float32))


def test_two_streams_of_the_same_files_do_not_disturb_each_other(tmp_path):
    arrays = folder_of(tmp_path, 6)
    files = read_layers(tmp_path)
    for one, other, array in zip(files.stream(), files.stream(), arrays, strict=True):
        np.testing.assert_array_equal(one.values, array)
        np.testing.assert_array_equal(other.values, array)


def test_an_error_of_any_kind_crosses_the_thread(tmp_path, monkeypatch):
    folder_of(tmp_path, 2)
    files = read_layers(tmp_path)

    def fail(self, target):
        raise ZeroDivisionError("in the thread")

    monkeypatch.setattr(npy_files.RawSource, "fill", fail)
    with pytest.raises(ZeroDivisionError, match="in the thread"):
        next(files.stream())
    monkeypatch.setattr(
        npy_files.RawSource, "fill", lambda self, target: (_ for _ in ()).throw(MemoryError())
    )
    with pytest.raises(InputError, match="does not fit in memory"):
        next(files.stream())
