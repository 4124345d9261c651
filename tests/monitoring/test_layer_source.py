"""layers_of(): every kind of source gives the same layers, one at a time."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
from scipy import sparse

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.layer_files import read_layers
from spectral_smooth.monitoring.reading.layer_source import layers_of

ARRAYS = np.random.default_rng(1).standard_normal((3, 5, 2)).astype(np.float32)


def found(source):
    return [(layer.name, layer.values.copy()) for layer in layers_of(source)]


def assert_same(source, names=("0", "1", "2")):
    layers = found(source)
    assert [name for name, _ in layers] == list(names)
    np.testing.assert_array_equal([values for _, values in layers], ARRAYS)


@pytest.mark.parametrize(
    "source",
    [list(ARRAYS), tuple(ARRAYS), ARRAYS, np.asfortranarray(ARRAYS), iter(ARRAYS), memoryview(ARRAYS)],
    ids=["list", "tuple", "stack", "stack in Fortran order", "iterator", "buffer"],
)
def test_layers_without_names_are_numbered(source):
    assert_same(np.asarray(source) if isinstance(source, memoryview) else source)


def test_names_are_kept():
    names = ("input", "conv1", "conv2")
    assert_same(dict(zip(names, ARRAYS, strict=True)), names)
    assert_same(zip(names, ARRAYS, strict=True), names)
    assert_same([Layer(name, values, "float32") for name, values in zip(names, ARRAYS, strict=True)], names)
    assert_same([ARRAYS[0], ("conv1", ARRAYS[1]), ARRAYS[2]], ("0", "conv1", "2"))
    assert_same({10: ARRAYS[0], 9: ARRAYS[1], "out": ARRAYS[2]}, ("10", "9", "out"))


def test_files_come_in_by_path_and_by_what_was_read(tmp_path):
    for k, values in enumerate(ARRAYS):
        np.save(tmp_path / f"layer_{8 + k}.npy", values)
    names = ("layer_8", "layer_9", "layer_10")
    assert_same(tmp_path, names)
    assert_same(str(tmp_path), names)
    assert_same(read_layers(tmp_path), names)
    np.savez(tmp_path / "all.npz", **dict(zip(("b", "a", "c"), ARRAYS, strict=True)))
    with np.load(tmp_path / "all.npz") as archive:
        assert_same(archive, ("b", "a", "c"))


def test_a_generator_is_asked_for_one_at_a_time_and_nothing_is_kept():
    made, alive = [], []

    def layers():
        for values in ARRAYS:
            made.append(values)
            fresh = values.copy()
            alive.append(weakref.ref(fresh))
            yield fresh
            del fresh

    source = layers_of(layers())
    assert made == []
    for k, layer in enumerate(source):
        assert len(made) == k + 1
        assert layer.name == str(k)
        del layer
    assert [reference() for reference in alive] == [None, None, None]


def test_what_goes_wrong_in_a_generator_is_not_hidden():
    def layers():
        yield ARRAYS[0]
        raise KeyError("model")

    source = layers_of(layers())
    next(source)
    with pytest.raises(KeyError, match="model"):
        next(source)


@pytest.mark.parametrize(
    "source", [[], {}, iter(()), np.zeros((0, 4, 2))], ids=["list", "mapping", "iterator", "stack"]
)
def test_no_layers_are_refused(source):
    with pytest.raises(InputError, match="there are no layers; expected a list of arrays"):
        list(layers_of(source))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (ARRAYS[0], r"single array of shape \(5, 2\); pass \[array\]"),
        (np.ones(4), r"single array of shape \(4,\); pass \[array\]"),
        (sparse.eye_array(3).tocsr(), r"single array of shape \(3, 3\)"),
        (ARRAYS[None], r"array of shape \(1, 3, 5, 2\); expected a list"),
        (np.float64(1), r"array of shape \(\); expected a list"),
        (Layer("x", ARRAYS[0], "float32"), r"single one, 'x'; pass \[layer\]"),
        (3, r"are a int; expected a list of arrays"),
        (None, r"are a NoneType; expected a list of arrays"),
        ("nowhere/at/all", r"nowhere.*no such file or folder"),
    ],
)
def test_what_holds_no_layers_is_refused_at_once(source, sentence):
    with pytest.raises(InputError, match=sentence):
        layers_of(source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ([ARRAYS], r"layer '0' has shape \(3, 5, 2\)"),
        ([ARRAYS[0], [1.0]], r"layer '1' is a list"),
        (["a.npy", "b.npy"], r"layer '0' is the path 'a\.npy'"),
        ([("x", ARRAYS[0]), ("x", ARRAYS[1])], r"two layers are named 'x'"),
        ([ARRAYS[0], ("0", ARRAYS[1])], r"two layers are named '0'"),
        ({1: ARRAYS[0], "1": ARRAYS[1]}, r"two layers are named '1'"),
        ([("x", ARRAYS[0], 1)], r"layer '0' is a tuple"),
    ],
)
def test_a_wrong_layer_is_refused_when_its_turn_comes(source, sentence):
    layers = layers_of(source)
    with pytest.raises(InputError, match=sentence):
        list(layers)


def test_tensors_of_pytorch():
    torch = pytest.importorskip("torch")
    assert_same(torch.from_numpy(ARRAYS))
    assert_same(tuple(torch.from_numpy(ARRAYS)))
    with pytest.raises(InputError, match="is a Linear"):
        list(layers_of(torch.nn.Sequential(torch.nn.Linear(2, 2))))
    with pytest.raises(InputError, match="are a Linear; expected a list"):
        layers_of(torch.nn.Linear(2, 2))
