"""as_layer(): arrays and tensors of any library; those libraries are mimicked, and tried where they are installed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.layer_arrays import as_layer

RNG = np.random.default_rng(0)


class Tensor:
    """What a PyTorch tensor shows of itself."""

    def __init__(self, array, *, dtype=None, device="cpu", requires_grad=False, layout="torch.strided"):
        self.array = array
        self.dtype = dtype or f"torch.{array.dtype}"
        self.device, self.requires_grad, self.layout = device, requires_grad, layout

    def numpy(self):
        assert self.device == "cpu"
        assert not self.requires_grad
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array

    def float(self):
        return Tensor(self.array.astype(np.float32), device=self.device)

    def cpu(self):
        return Tensor(self.array)


class OnlyDlpack:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **kwargs):
        return self.array.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class OnGpu:
    __cuda_array_interface__ = None

    def get(self):
        return np.ones((2, 2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_that_is_ready_is_not_copied(dtype):
    values = RNG.standard_normal((5, 3)).astype(dtype)
    layer = as_layer(values, "conv1")
    assert layer.values is values or np.shares_memory(layer.values, values)
    assert (layer.name, layer.dtype, layer.values.dtype) == ("conv1", np.dtype(dtype).name, dtype)


@pytest.mark.parametrize(
    ("dtype", "working"),
    [
        ("float16", "float32"),
        (">f4", "float32"),
        (">f8", "float64"),
        ("int64", "float64"),
        ("uint8", "float64"),
        ("bool", "float64"),
    ],
)
def test_other_real_types_are_widened(dtype, working):
    values = RNG.integers(0, 2, (6, 2)).astype(dtype)
    layer = as_layer(values, "x")
    assert layer.values.dtype == np.dtype(working)
    assert layer.values.flags.c_contiguous
    assert layer.dtype == np.dtype(dtype).name
    np.testing.assert_array_equal(layer.values, values)


@pytest.mark.parametrize(
    "values",
    [
        np.asfortranarray(RNG.standard_normal((5, 3))),
        RNG.standard_normal((10, 6))[::2, ::-2],
        np.broadcast_to(np.float32(2), (4, 3)),
        np.zeros((0, 3)),
        np.zeros((3, 0), np.float16),
    ],
    ids=["columns first", "strided", "broadcast", "no nodes", "no columns"],
)
def test_any_layout_becomes_c_order(values):
    layer = as_layer(values, "x")
    assert layer.values.flags.c_contiguous
    np.testing.assert_array_equal(layer.values, values)


@pytest.mark.parametrize("values", [np.arange(4.0), np.arange(8.0)[::2], np.arange(4, dtype=np.float16)])
def test_one_dimension_is_one_column(values):
    layer = as_layer(values, "x")
    assert layer.values.shape == (4, 1)
    assert layer.values.flags.c_contiguous
    np.testing.assert_array_equal(layer.values[:, 0], values)


def test_nan_and_infinity_come_through():
    values = np.array([[np.nan, np.inf], [-np.inf, 0]], np.float16)
    np.testing.assert_array_equal(as_layer(values, "x").values, values)


def test_tensors_come_in_without_their_library():
    values = RNG.standard_normal((4, 2)).astype(np.float32)
    layer = as_layer(Tensor(values), "x")
    assert np.shares_memory(layer.values, values)
    half = as_layer(Tensor(values, dtype="torch.bfloat16"), "x")
    assert (half.dtype, half.values.dtype) == ("bfloat16", np.float32)


def test_dlpack_alone_is_enough():
    values = RNG.standard_normal((4, 2))
    np.testing.assert_array_equal(as_layer(OnlyDlpack(values), "x").values, values)


def test_subclasses_of_arrays_lose_what_they_add():
    layer = as_layer(np.ma.masked_invalid(np.ones((2, 2))), "x")
    assert type(layer.values) is np.ndarray


SPARSE_TENSOR = type("SparseTensor", (), {"dense_shape": (2, 2)})()
SPARSE_ARRAY = type("COO", (), {"todense": lambda self: None, "shape": (2, 2)})()
REFUSED = {
    "gradient": (
        Tensor(np.ones((2, 2)), requires_grad=True),
        r"requires a gradient; pass \.detach\(\) of it",
    ),
    "device": (Tensor(np.ones((2, 2)), device="cuda:0"), r"on the device cuda:0; pass \.cpu\(\) of it"),
    "both": (
        Tensor(np.ones((2, 2)), device="mps:0", requires_grad=True),
        r"mps:0 that requires a gradient; pass \.detach\(\)\.cpu\(\) of it",
    ),
    "half on a device": (
        Tensor(np.ones((2, 2)), dtype="torch.bfloat16", device="cuda:0"),
        r"pass \.cpu\(\) of it",
    ),
    "meta": (Tensor(np.ones((2, 2)), device="meta"), "meta device, which has no values"),
    "array on a GPU": (OnGpu(), r"on a GPU; pass \.get\(\) of it"),
    "sparse tensor": (Tensor(np.ones((2, 2)), layout="torch.sparse_coo"), r"pass \.to_dense\(\) of it"),
    "sparse matrix": (sparse.eye_array(3).tocsr(), r"sparse matrix; .* pass \.toarray\(\) of it"),
    "sparse array": (SPARSE_ARRAY, r"pass \.todense\(\) of it"),
    "tensorflow's sparse tensor": (SPARSE_TENSOR, r"tensorflow\.sparse\.to_dense"),
    "masked": (np.ma.masked_less(np.arange(4.0), 2), r"masked entries; fill them first"),
    "heads": (np.ones((4, 2, 3)), r"\(4, 2, 3\); .* reshape attention heads to \(nodes, heads\*columns\)"),
    "no dimension": (np.float64(3), r"shape \(\); expected \(nodes, columns\)"),
    "four dimensions": (np.ones((1, 1, 1, 1)), r"reshape it to one row a node"),
    "complex": (np.ones((2, 2), complex), r"complex128; expected real numbers"),
    "objects": (np.array([[None, 1]]), r"Python objects"),
    "text": (np.array([["a", "b"]]), r"has type <U1; expected float16"),
    "times": (np.zeros((2, 2), "datetime64[s]"), r"datetime64"),
    "fields": (np.zeros(3, [("a", "f4"), ("b", "f4")]), r"fields a, b; .* array\['a'\]"),
    "two bytes": (np.zeros((2, 2), "V2"), r"what numpy\.save leaves of bfloat16"),
    "list": ([[1.0, 2.0]], r"is a list; expected an array or tensor"),
    "nothing": (None, r"is a NoneType"),
    "path": ("layers/x.npy", r"is the path 'layers/x\.npy'; .* alone, not in a list"),
    "dlpack of a type NumPy lacks": (
        type("Odd", (), {"__dlpack__": lambda self, **_: 1, "__dlpack_device__": lambda self: (1, 0)})(),
        r"cannot be made a NumPy array",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_layer_is_refused_in_one_sentence(values, sentence):
    with pytest.raises(InputError, match=r"^layer 'conv1' .*" + sentence) as caught:
        as_layer(values, "conv1")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(np.finfo(np.longdouble).bits == 64, reason="long double is double here")
def test_long_double_is_refused():
    with pytest.raises(InputError, match="or float64"):
        as_layer(np.ones((2, 2), np.longdouble), "x")


@pytest.mark.parametrize("values", [np.ones(3), np.ones((2, 2), np.float16), np.ones((3, 2)).T])
def test_a_layer_checks_its_values(values):
    with pytest.raises(InputError, match="expected two dimensions of float32 or float64 in C order"):
        Layer("x", values, "float32")


def test_a_layer_prints_as_a_sentence():
    layer = as_layer(np.ones((1200, 3), np.float16), "conv1")
    assert str(layer) == "layer 'conv1': 1,200 nodes, 3 columns, stored as float16"
    assert repr(layer) == f"<{layer}>"


def test_tensors_of_pytorch():
    torch = pytest.importorskip("torch")
    values = torch.arange(12, dtype=torch.float32).reshape(4, 3)
    assert np.shares_memory(as_layer(values, "x").values, values.numpy())
    np.testing.assert_array_equal(as_layer(values.T, "x").values, values.numpy().T)
    for dtype in (torch.bfloat16, torch.float16, torch.int32, torch.bool):
        layer = as_layer(values.to(dtype), "x")
        assert layer.dtype == str(dtype).removeprefix("torch.")
        np.testing.assert_array_equal(layer.values, values.to(dtype).double().numpy())
    with torch.inference_mode():
        assert as_layer(torch.nn.Linear(3, 2)(values), "x").values.shape == (4, 2)
    refused = {
        r"\.detach\(\)": torch.nn.Linear(3, 2)(values),
        r"\.to_dense\(\)": values.to_sparse(),
        r"meta device": values.to("meta"),
        r"complex64": values.to(torch.complex64),
        r"is a Linear; expected an array": torch.nn.Linear(3, 2),
    }
    for sentence, tensor in refused.items():
        with pytest.raises(InputError, match=sentence):
            as_layer(tensor, "x")


def test_bfloat16_of_numpy():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    values = RNG.standard_normal((4, 3)).astype(ml_dtypes.bfloat16)
    layer = as_layer(values, "x")
    assert (layer.dtype, layer.values.dtype) == ("bfloat16", np.float32)
    np.testing.assert_array_equal(layer.values, values.astype(np.float32))
    with pytest.raises(InputError, match="float8"):
        as_layer(values.astype(ml_dtypes.float8_e4m3fn), "x")


def test_arrays_of_jax():
    numpy = pytest.importorskip("jax.numpy")
    assert as_layer(numpy.ones((4, 3)), "x").values.shape == (4, 3)
    assert as_layer(numpy.ones((4, 3), numpy.bfloat16), "x").dtype == "bfloat16"
