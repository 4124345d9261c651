"""apply() in every width, layout and type, what it refuses, and where NaN goes."""

from dataclasses import replace

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import Operator, gcn, symmetric

WIDTHS = (*range(41), 47, 48, 63, 64, 65, 100, 127, 128, 129, 200, 256, 257, 300)
LAYOUTS = {
    "as it is": lambda x: x,
    "columns of a wider block": lambda x: np.pad(x, ((0, 0), (3, 2)))[:, 3 : 3 + x.shape[1]],
    "every second row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "every second column": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "rows backwards": lambda x: x[::-1].copy()[::-1],
    "columns backwards": lambda x: x[:, ::-1].copy()[:, ::-1],
    "column order": lambda x: np.asfortranarray(x),
    "off by one number": lambda x: np.concatenate([[0], x.ravel()]).astype(x.dtype)[1:].reshape(x.shape),
    "off by one byte": lambda x: (
        np.frombuffer(b"0" + x.tobytes() + b"0", np.uint8)[1:-1].view(x.dtype).reshape(x.shape)
    ),
    "read-only": lambda x: _locked(x.copy()),
    "a field of records": lambda x: _field(x),
}


def _locked(x):
    x.flags.writeable = False
    return x


def _field(x):
    records = np.zeros(len(x), dtype=[("x", x.dtype, (x.shape[1],)), ("name", "i1")])
    records["x"] = x
    return records["x"]


def _operator(name="weighted self-loops"):
    graph = cases.GRAPHS[name]
    return Operator(graph, loops=cases.per_node_loops(graph.num_nodes), split=0.5)


def _expect_product(op, x, out):
    core, wide = naive.dense_core(op), np.asarray(x, dtype=np.float64)
    longest = int(np.diff(op.graph.indptr).max(initial=0))
    rounding = np.finfo(x.dtype).eps * (longest + 8) * (core @ np.abs(wide))
    assert np.all(np.abs(out - core @ wide) <= rounding)


@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_every_width(dtype):
    op = _operator()
    bound = Numba().bind(op)
    for columns in WIDTHS:
        x = cases.features(op.graph.num_nodes, columns, dtype=dtype)
        # columns behind the block belong to somebody else
        room = np.full((len(x), columns + 3), np.nan, dtype=dtype)
        out = room[:, :columns]
        bound.apply(x, out)
        _expect_product(op, x, out)
        assert np.isnan(room[:, columns:]).all()


@pytest.mark.parametrize("columns", [1, 5, 33])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_every_layout_of_what_is_read(layout, columns):
    op = _operator()
    x = layout(cases.features(op.graph.num_nodes, columns))
    before = x.copy()
    out = np.full(x.shape, np.nan)
    Numba().bind(op).apply(x, out)
    _expect_product(op, x, out)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("columns", [1, 5, 33])
@pytest.mark.parametrize(
    "layout", [LAYOUTS[name] for name in LAYOUTS if name not in ("read-only", "off by one byte")]
)
def test_every_layout_of_what_is_written(layout, columns):
    op = _operator()
    x = cases.features(op.graph.num_nodes, columns)
    out = layout(np.full(x.shape, np.nan))
    Numba().bind(op).apply(x, out)
    _expect_product(op, x, out)
    # both alike, and both wide
    other = layout(np.full(x.shape, np.nan))
    Numba().bind(op).apply(layout(x), other)
    np.testing.assert_allclose(other, out, rtol=1e-13)


def test_only_the_columns_of_a_slice_are_written():
    op = _operator()
    x = cases.features(op.graph.num_nodes, 6)
    room = np.zeros((len(x), 20))
    Numba().bind(op).apply(x, room[:, 7:13])
    assert not room[:, :7].any()
    assert not room[:, 13:].any()
    _expect_product(op, x, room[:, 7:13])


def test_one_half_of_the_columns_into_the_other():
    op = _operator()
    block = cases.features(op.graph.num_nodes, 14)
    x = block[:, :7].copy()
    Numba().bind(op).apply(block[:, :7], block[:, 7:])
    _expect_product(op, x, block[:, 7:])
    assert np.array_equal(block[:, :7], x)


def test_a_narrow_slice_of_a_wide_block_needs_no_wide_copy():
    import tracemalloc

    op = symmetric(cases.family("cycle:4000").graph)
    bound, wide = Numba().bind(op), np.ones((4000, 500))
    out = np.empty((4000, 2))
    bound.apply(wide[:, :2], out)
    tracemalloc.start()
    try:
        bound.apply(wide[:, 100:102], out)
        bound.apply(out, wide[:, 100:102])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < wide.nbytes / 20


@pytest.mark.parametrize(
    ("dtype", "columns", "vectors"),
    [
        (np.int32, 9, True),
        (np.uint32, 1, True),
        (np.uint32, 9, True),
        (np.uint32, 3, False),
        (np.int64, 1, True),
        (np.int64, 9, True),
    ],
)
def test_every_type_of_indices(dtype, columns, vectors):
    op = _operator()
    bound = Numba(vectors=vectors).bind(op)
    vars(bound)["pattern"] = replace(bound.pattern, indices=bound.pattern.indices.astype(dtype))
    x = cases.features(op.graph.num_nodes, columns, dtype=np.float32)
    out = np.empty_like(x)
    bound.apply(x, out)
    _expect_product(op, x, out)


class TestRefusals:
    @pytest.fixture(name="bound")
    def _bound(self):
        return Numba().bind(_operator())

    def _refused(self, bound, x, out, words):
        with pytest.raises(UsageError, match=words) as caught:
            bound.apply(x, out)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("shape", [(18,), (17, 3), (18, 3, 1), (3, 18)])
    def test_another_shape(self, bound, shape):
        self._refused(bound, np.ones(shape), np.ones(shape), "must have shape")

    def test_two_shapes(self, bound):
        self._refused(bound, np.ones((18, 3)), np.ones((18, 4)), "must have shape")

    @pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex128, ">f8", np.longdouble, object])
    def test_another_type(self, bound, dtype):
        self._refused(bound, np.ones((18, 3), dtype), np.ones((18, 3), dtype), "float32 or float64")

    def test_two_types(self, bound):
        self._refused(bound, np.ones((18, 3)), np.ones((18, 3), np.float32), "float32 or float64")

    def test_the_same_memory(self, bound):
        block = np.ones((19, 8))
        self._refused(bound, block[:18], block[:18], "share memory")
        self._refused(bound, block[:18, :4], block[1:, :4], "share memory")
        self._refused(bound, block[:18, :4], block[:18, 3:7], "share memory")

    @pytest.mark.parametrize("columns", [1, 3])
    def test_an_output_that_may_not_be_written(self, bound, columns):
        out = _locked(np.zeros((18, columns)))
        self._refused(bound, np.ones((18, columns)), out, "read-only")
        assert not out.any()


NAN_ENGINES = {"numba": Numba(), "plain": Numba(vectors=False), "reference": Reference()}


@pytest.mark.parametrize("engine", NAN_ENGINES.values(), ids=list(NAN_ENGINES))
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("make", [gcn, symmetric])
@pytest.mark.parametrize("columns", [1, 3])
def test_nan_reaches_the_neighbours_and_nobody_else(engine, bad, make, columns):
    op = make(cases.GRAPHS["self-loops"])
    core, bound = naive.dense_core(op), engine.bind(op)
    for node in range(op.graph.num_nodes):
        x = np.ones((op.graph.num_nodes, columns))
        x[node] = bad
        out = np.empty_like(x)
        bound.apply(x, out)
        # the node itself where it has a loop, for S_ii is 0 elsewhere
        assert np.array_equal(~np.isfinite(out).all(axis=1), core[:, node] != 0)


@given(
    seed=st.integers(0, 2**32 - 1),
    nodes=st.integers(1, 40),
    degree=st.floats(0, 6),
    is_weighted=st.booleans(),
    own_loops=st.integers(0, 3),
    columns=st.sampled_from([1, 3, 20]),
    dtype=st.sampled_from(cases.DTYPES),
    vectors=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_graph(seed, nodes, degree, is_weighted, own_loops, columns, dtype, vectors):
    a = cases.random_matrix(nodes, degree, seed, weighted=is_weighted, self_loops=min(own_loops, nodes))
    graph = cases.graph_from_matrix(a, weighted=is_weighted)
    rng = np.random.default_rng(seed)
    op = Operator(graph, loops=rng.uniform(0, 2, nodes) * (rng.random(nodes) < 0.5))
    # plain kernels take seconds to compile: one width of them
    columns, dtype = (columns, dtype) if vectors else (3, np.float64)
    bound = Numba(vectors=vectors).bind(op)
    x = rng.standard_normal((nodes, columns)).astype(dtype)
    out = np.full_like(x, np.nan)
    bound.apply(x, out)
    _expect_product(op, x, out)

    order = rng.permutation(nodes)
    turned = Operator(
        cases.graph_from_matrix(a[np.ix_(order, order)], weighted=is_weighted), loops=op.loops[order]
    )
    other = np.empty_like(x)
    Numba(vectors=vectors).bind(turned).apply(x[order], other)
    core = naive.dense_core(op)
    atol = 2 * np.finfo(dtype).eps * (nodes + 8) * (core @ np.abs(x)).max()
    np.testing.assert_allclose(other, out[order], atol=float(atol) + 1e-300)

    half = columns // 2
    panels = np.full_like(x, np.nan)
    bound.apply(x[:, :half], panels[:, :half])
    bound.apply(x[:, half:], panels[:, half:])
    np.testing.assert_allclose(panels, out, atol=float(atol) + 1e-300)
