"""Steps in walk coordinates against dense algebra: values, norm, energy and means, with every option."""

from dataclasses import replace

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.row_classes import FEW
from spectral_smooth.operators.operator import Operator, gcn, symmetric

MANY = "10*path:2+8*cycle:3+7*star:3"
GRAPHS = {
    **{name: cases.GRAPHS[name] for name in ("one node", "no edges", "one edge", "karate", "bipartite")},
    **{name: cases.GRAPHS[name] for name in ("isolated nodes", "weighted self-loops", "disjoint union")},
    "component and isolated edges": cases.GRAPHS["component and isolated edges"],
    "more components than are summed up in passing": cases.family(MANY).graph,
}
OPERATORS = {"gcn": gcn, "symmetric": symmetric, "per-node loops": cases.OPERATORS["per-node loops"]}
# One column, fewer than a vector, several vectors with padding; few, for each is compiled with every option.
BLOCKS = ((1, np.float64), (3, np.float64), (20, np.float32))
EVERY = [pytest.param(make(g), id=f"{n}-{o}") for n, g in GRAPHS.items() for o, make in OPERATORS.items()]


class Dense:
    """The same step by definition, in float64, from a block Z."""

    def __init__(self, op, z):
        self.d = naive.degrees(op)
        self.inverse = np.array([1.0 / d if d > 0 else 0.0 for d in self.d])
        self.p = self.inverse[:, None] * naive.looped(op)
        self.groups, self.count = op.fixed_space.groups, op.fixed_space.num_groups
        self.basis = np.hstack([naive.fixed_basis(op), naive.alternating_basis(op)])
        self.z = np.asarray(z, dtype=np.float64)

    def known(self, z):
        y = np.sqrt(self.d)[:, None] * z
        return np.sqrt(self.inverse)[:, None] * (self.basis @ (self.basis.T @ y))

    def per_group(self, per_row):
        return np.array([per_row[self.groups == g].sum() for g in range(self.count)])

    def norm(self, u):
        return self.per_group(self.d * (u**2).sum(axis=1))

    def energy(self, u):
        return self.per_group(self.d * (u * (u - self.p @ u)).sum(axis=1))


def _walk(op, columns, dtype, *, vectors=True):
    return Numba(vectors=vectors, reorder="none").bind(op).walk(columns, np.dtype(dtype), 1)


def _eps(op, dtype):
    """Rounding of one step: the sum over a row, the row's own arithmetic."""
    return float(np.finfo(dtype).eps) * (int(np.diff(op.graph.indptr).max(initial=0)) + 16)


def _table(walk, a, b, c):
    return np.tile([a, b, c], (walk.pattern.classes.count + 1, 1)).astype(np.float64)


def _entered(op, columns, dtype, seed=0):
    walk = _walk(op, columns, dtype)
    return walk, walk.enter(cases.features(op.graph.num_nodes, columns, seed=seed))


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), [(1, np.float64), (5, np.float32), (100, np.float32)])
def test_enter_and_leave_are_inverse_where_nodes_have_company(op, columns, dtype):
    walk = _walk(op, columns, dtype)
    y = cases.features(op.graph.num_nodes, columns)
    block = walk.enter(y)
    assert block.dtype == dtype
    assert block.ctypes.data % 64 == 0
    assert not block[:, columns:].any()
    assert block.nbytes == walk.block_bytes
    # A node alone never leaves the fixed space: it has no row of its own.
    labels = naive.component_labels(op.graph)
    alive = ((naive.degrees(op) > 0) & (np.bincount(labels)[labels] > 1))[:, None]
    back = walk.leave(block)
    assert back.shape == y.shape
    assert back.dtype == np.float64
    np.testing.assert_allclose(back, y * alive, rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), BLOCKS)
def test_a_step_without_options_is_the_mean_over_neighbours(op, columns, dtype):
    walk, z = _entered(op, columns, dtype)
    out, alone = walk.empty(), walk.empty()
    out[...] = alone[...] = np.nan
    dense = Dense(op, z)
    step = walk.step(z, out)
    walk.apply(z, alone)
    assert np.array_equal(out, alone)
    eps = _eps(op, dtype)
    np.testing.assert_allclose(out, dense.p @ dense.z, atol=eps * np.abs(z).max())
    size = dense.norm(dense.z)
    np.testing.assert_allclose(step.norm, size, rtol=eps)
    np.testing.assert_allclose(step.energy, dense.energy(dense.z), atol=float(4 * eps * size.max()))
    assert step.norm.dtype == step.energy.dtype == np.float64
    _expect_means(walk, op, step.means, out, eps)


def _expect_means(walk, op, means, block, eps):
    """Recentring takes the known spaces out, and P of it is the other table."""
    dense = Dense(op, block)
    classes = walk.pattern.classes.of_row
    of_row = np.zeros(len(block), dtype=int) if classes is None else classes
    atol = eps * max(1.0, np.abs(block).max())
    np.testing.assert_allclose(means.own[of_row], dense.known(dense.z), atol=atol)
    np.testing.assert_allclose(means.image[of_row], dense.p @ dense.known(dense.z), atol=atol)
    columns = walk.columns
    y = np.sqrt(dense.d)[:, None] * (dense.z - dense.known(dense.z))
    np.testing.assert_allclose(
        walk.leave(block, means), y[:, :columns], atol=atol * max(1.0, np.sqrt(dense.d.max()))
    )
    two = walk.means(block)
    np.testing.assert_allclose(two.own, means.own, atol=atol)
    np.testing.assert_allclose(two.image, means.image, atol=atol)
    recentred = block.copy()
    walk.recentre(recentred, means)
    np.testing.assert_allclose(recentred, dense.z - dense.known(dense.z), atol=atol)


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), BLOCKS)
@pytest.mark.parametrize("into_anchor", [False, True])
def test_a_step_with_all_options(op, columns, dtype, into_anchor):
    walk, z = _entered(op, columns, dtype)
    anchor = walk.enter(cases.features(op.graph.num_nodes, columns, seed=1))
    before = z.copy()
    out = anchor if into_anchor else walk.empty()
    a, b, c = 0.7, -0.25, 1.5
    dense, wide = Dense(op, z), anchor.astype(np.float64)
    step = walk.step(z, out, means=walk.means(z), coefficients=_table(walk, a, b, c), anchor=anchor)
    u = dense.z - dense.known(dense.z)
    eps = _eps(op, dtype)
    atol = 4 * eps * max(np.abs(z).max(), np.abs(wide).max())
    np.testing.assert_allclose(out, a * (dense.p @ u) + b * u + c * wide, atol=atol)
    assert not out[:, columns:].any()
    assert np.array_equal(z, before)
    size = dense.norm(dense.z)
    np.testing.assert_allclose(step.norm, dense.norm(u), atol=float(4 * eps * size.max()))
    np.testing.assert_allclose(step.energy, dense.energy(u), atol=float(4 * eps * size.max()))
    _expect_means(walk, op, step.means, out, 4 * eps)
    np.testing.assert_allclose(walk.norm(out), dense.norm(out.astype(np.float64)), rtol=1e-12)


@pytest.mark.parametrize("columns", [1, 20])
def test_an_anchor_alone_is_not_pulled_to(columns):
    # 1, 0, 0 by default
    walk, z = _entered(gcn(cases.GRAPHS["karate"]), columns, np.float64)
    out, alone = walk.empty(), walk.empty()
    walk.step(z, out, anchor=z.copy())
    walk.step(z, alone)
    np.testing.assert_allclose(out, alone, rtol=1e-14)


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), [(1, np.float64), (3, np.float64)])
def test_coefficients_of_each_class(op, columns, dtype):
    walk, z = _entered(op, columns, dtype)
    count = walk.pattern.classes.count
    table = np.random.default_rng(0).uniform(-1, 1, (count + 1, 3))
    classes = walk.pattern.classes.of_row
    of_row = np.zeros(len(z), dtype=int) if classes is None else classes
    anchor, out, dense = walk.enter(walk.leave(z)[::-1]), walk.empty(), Dense(op, z)
    walk.step(z, out, coefficients=table, anchor=anchor)
    a, b, c = (table[of_row, at][:, None] for at in range(3))
    np.testing.assert_allclose(out, a * (dense.p @ z) + b * z + c * anchor, atol=8 * _eps(op, dtype))


def test_small_components_have_their_rows_listed():
    op = symmetric(GRAPHS["more components than are summed up in passing"])
    classes = _walk(op, 3, np.float64).pattern.classes
    assert classes.count > FEW
    assert classes.fused == 0
    assert classes.alternates
    mixed = symmetric(cases.GRAPHS["component and isolated edges"])
    classes = _walk(mixed, 3, np.float64).pattern.classes
    assert 0 < classes.fused < classes.count


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), [(1, np.float64), (20, np.float32)])
def test_orthogonalise(op, columns, dtype):
    walk, v = _entered(op, columns, dtype)
    w = walk.enter(cases.features(op.graph.num_nodes, columns, seed=1))
    per_class = np.linspace(-1, 1, op.fixed_space.num_groups)[walk.class_groups]
    classes = walk.pattern.classes.of_row
    of_row = np.zeros(len(v), dtype=int) if classes is None else classes
    dense, other = Dense(op, w), Dense(op, v)
    u, t = dense.z - dense.known(dense.z), other.z - other.known(other.z)
    expected = u - per_class[of_row, None] * t
    found, left = walk.orthogonalise(w, v, per_class, walk.means(w), walk.means(v))
    eps = _eps(op, dtype)
    np.testing.assert_allclose(w, expected, atol=8 * eps)
    np.testing.assert_allclose(found, dense.norm(w.astype(np.float64)), rtol=1e-12)
    _expect_means(walk, op, left, w, eps)
    assert not w[:, columns:].any()


@pytest.mark.parametrize("op", EVERY)
@pytest.mark.parametrize(("columns", "dtype"), [(3, np.float64), (20, np.float32)])
def test_edge_energy_is_that_of_the_recentred_block(op, columns, dtype):
    walk, z = _entered(op, columns, dtype)
    dense = Dense(op, z)
    u = dense.z - dense.known(dense.z)
    expected, size = dense.energy(u), dense.norm(dense.z)
    walk.recentre(z, walk.means(z))
    found = walk.edge_energy(z)
    assert np.all(found >= 0)
    np.testing.assert_allclose(found, expected, atol=float(8 * _eps(op, dtype) * size.max()) + 1e-300)


@pytest.mark.parametrize("columns", [3, 150])
def test_plain_kernels_take_the_same_step(columns):
    op = symmetric(cases.GRAPHS["component and isolated edges"])
    results = []
    for vectors in (True, False):
        walk = _walk(op, columns, np.float64, vectors=vectors)
        z, out = walk.enter(cases.features(op.graph.num_nodes, columns)), walk.empty()
        table = np.random.default_rng(1).uniform(-1, 1, (walk.pattern.classes.count + 1, 3))
        step = walk.step(z, out, means=walk.means(z), coefficients=table, anchor=z.copy())
        results.append((out, step.norm, step.energy, step.means.own, step.means.image))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("name", ["karate", "weighted self-loops", "component and isolated edges"])
def test_another_order_of_the_nodes_changes_rounding_only(columns, name):
    op = Operator(cases.GRAPHS[name], loops=cases.per_node_loops(cases.GRAPHS[name].num_nodes))
    own = _walk(op, columns, np.float64)
    order = np.random.default_rng(2).permutation(op.graph.num_nodes)
    other = replace(own, pattern=own.pattern.reordered(order))
    y, y0 = (cases.features(op.graph.num_nodes, columns, seed=seed) for seed in (0, 1))
    results = []
    for walk in (own, other):
        z, out = walk.enter(y), walk.empty()
        table = np.random.default_rng(1).uniform(-1, 1, (walk.pattern.classes.count + 1, 3))
        step = walk.step(z, out, means=walk.means(z), coefficients=table, anchor=walk.enter(y0))
        clean = out.copy()
        walk.recentre(clean, step.means)
        energy = walk.edge_energy(clean)
        results.append(
            (walk.leave(out), walk.leave(out, step.means), step.norm, step.energy, energy, walk.norm(out))
        )
    for one, two in zip(*results, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("columns", "vectors"), [(1, True), (3, True), (3, False)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_reaches_the_neighbours_and_nobody_else(columns, vectors, bad):
    op = symmetric(cases.GRAPHS["self-loops"])
    walk = _walk(op, columns, np.float64, vectors=vectors)
    reach = naive.dense_core(op) != 0
    for node in range(op.graph.num_nodes):
        z, out = walk.enter(np.ones((op.graph.num_nodes, columns))), walk.empty()
        z[node, :columns] = bad
        with np.errstate(invalid="ignore"):
            walk.step(z, out, coefficients=_table(walk, 0.5, 0.0, 0.0))
        assert np.array_equal(~np.isfinite(out[:, :columns]).all(axis=1), reach[:, node])


def test_writing_past_the_cache_changes_nothing(monkeypatch):
    op = gcn(cases.GRAPHS["karate"])
    results = []
    for cache in (0, 1 << 40):
        monkeypatch.setattr("spectral_smooth.engines.walk.shared_cache_bytes", lambda cache=cache: cache)
        found = []
        for columns, dtype in ((3, np.float32), (20, np.float32), (150, np.float64)):
            walk, z = _entered(op, columns, dtype)
            out = walk.empty()
            walk.step(z, out)
            found.append(out.tobytes())
        results.append(found)
    assert results[0] == results[1]


def test_a_walk_of_no_columns_does_nothing():
    op = gcn(cases.GRAPHS["karate"])
    walk = _walk(op, 0, np.float64)
    z, out = walk.enter(np.zeros((34, 0))), walk.empty()
    step = walk.step(z, out)
    assert not out.any()
    assert step.norm.tolist() == step.energy.tolist() == [0.0]
    assert walk.leave(out).shape == (34, 0)


@given(
    seed=st.integers(0, 2**32 - 1),
    nodes=st.integers(1, 40),
    degree=st.floats(0, 5),
    is_weighted=st.booleans(),
    own_loops=st.integers(0, 3),
    block=st.sampled_from(BLOCKS),
    rule=st.tuples(*[st.sampled_from([0.0, 1.0, -0.5, 0.3])] * 3),
)
@settings(max_examples=80, deadline=None)
def test_any_graph_and_rule(seed, nodes, degree, is_weighted, own_loops, block, rule):
    a = cases.random_matrix(nodes, degree, seed, weighted=is_weighted, self_loops=min(own_loops, nodes))
    graph = cases.graph_from_matrix(a, weighted=is_weighted)
    rng = np.random.default_rng(seed)
    loops = rng.uniform(0, 2, nodes) * (rng.random(nodes) < 0.3) if seed % 2 else 0.0
    op, (columns, dtype) = Operator(graph, loops=loops), block
    walk = _walk(op, columns, dtype)
    z, anchor = (walk.enter(rng.standard_normal((nodes, columns))) for _ in range(2))
    out, dense = walk.empty(), Dense(op, z)
    u = dense.z - dense.known(dense.z)
    step = walk.step(z, out, means=walk.means(z), coefficients=_table(walk, *rule), anchor=anchor)
    eps = 8 * _eps(op, dtype)
    largest = max(np.abs(z).max(), np.abs(anchor).max())
    np.testing.assert_allclose(
        out, rule[0] * (dense.p @ u) + rule[1] * u + rule[2] * anchor, atol=eps * largest
    )
    size = float(dense.norm(dense.z).max())
    np.testing.assert_allclose(step.norm, dense.norm(u), atol=eps * size)
    np.testing.assert_allclose(step.energy, dense.energy(u), atol=eps * size)
    walk.recentre(z, walk.means(z))
    assert np.all(walk.edge_energy(z) >= 0)
    assert not out[:, columns:].any()
