"""Every engine against dense algebra, on every graph and operator of the registry."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference

ENGINES = {"numba": Numba(), "plain": Numba(vectors=False), "reference": Reference()}


@pytest.fixture(params=ENGINES, name="engine")
def _engine(request):
    return ENGINES[request.param]


def _block(op, columns, dtype=np.float64, seed=0):
    return cases.features(op.graph.num_nodes, columns, seed=seed, dtype=dtype)


def _rounding(op, dtype, terms):
    """Bound on the rounding of sums over a row's entries, ``terms`` being the sum of their sizes."""
    longest = int(np.diff(op.graph.indptr).max(initial=0))
    return float(np.finfo(dtype).eps) * (longest + 8) * terms + float(np.finfo(dtype).tiny)


def _groups(op, per_row):
    groups = op.fixed_space.groups
    return np.array([per_row[groups == g].sum() for g in range(op.fixed_space.num_groups)])


@pytest.mark.parametrize("op", cases.operator_params())
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_apply_is_the_dense_product(engine, op, dtype):
    x = _block(op, 3, dtype)
    out = np.full_like(x, np.nan)
    engine.bind(op).apply(x, out)
    assert out.dtype == dtype
    core, wide = naive.dense_core(op), x.astype(np.float64)
    assert np.all(np.abs(out - core @ wide) <= _rounding(op, dtype, core @ np.abs(wide)))


@pytest.mark.parametrize("engine", ["numba", "reference"], indirect=True)
@pytest.mark.parametrize("columns", [1, 2, 16, 65, 130])
def test_any_number_of_columns(engine, columns):
    op = cases.operator("weighted self-loops", "walk with per-node loops")
    x = _block(op, columns)
    out = np.empty_like(x)
    engine.bind(op).apply(x, out)
    np.testing.assert_allclose(out, naive.dense_core(op) @ x, atol=1e-13)
    engine.bind(op).project_out(x)
    basis = naive.fixed_basis(op)
    np.testing.assert_allclose(basis.T @ x, 0.0, atol=1e-13)


@pytest.mark.parametrize("op", cases.operator_params(operators=cases.FEW_OPERATORS))
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_sums_per_row_group(engine, op, dtype):
    bound, x, y = engine.bind(op), _block(op, 3, dtype), _block(op, 3, dtype, seed=1)
    inner, energy = bound.inner(x, y), bound.edge_energy(x)
    # Sums are float64 whatever the block is.
    assert inner.dtype == energy.dtype == np.float64
    x, y = x.astype(np.float64), y.astype(np.float64)
    np.testing.assert_allclose(inner, _groups(op, (x * y).sum(axis=1)), atol=1e-12)
    core = naive.dense_core(op)
    assert np.all(energy >= 0)
    # x and S x differ by exactly the energy wherever d̃ > 0; silent rows carry no energy.
    alive = (naive.degrees(op) > 0)[:, None]
    expected = _groups(op, (x * alive * (x - core @ x)).sum(axis=1))
    np.testing.assert_allclose(energy, expected, atol=1e-11)


@pytest.mark.parametrize("op", cases.operator_params(operators=cases.FEW_OPERATORS))
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_project_out_removes_both_known_spaces_and_nothing_else(engine, op, dtype):
    x = _block(op, 3, dtype)
    basis = np.hstack([naive.fixed_basis(op), naive.alternating_basis(op)])
    expected = x - basis @ (basis.T @ x.astype(np.float64))
    atol = 4 * naive.tolerance(dtype, len(x)) * np.abs(x).max()
    engine.bind(op).project_out(x)
    np.testing.assert_allclose(x, expected, atol=atol)


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric")))
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_recombine_and_scale_work_group_by_group(engine, op, dtype):
    groups, count = op.fixed_space.groups, op.fixed_space.num_groups
    x, y, old = (_block(op, 2, dtype, seed=seed) for seed in (0, 1, 2))
    alpha, beta = np.arange(1.0, count + 1), np.linspace(-1, 1, count)
    out, eps = old.copy(), float(np.finfo(dtype).eps)
    bound = engine.bind(op)
    bound.recombine(y, x, out, alpha, beta)
    assert out.dtype == dtype
    expected = y - alpha[groups, None] * x - beta[groups, None] * old
    np.testing.assert_allclose(out, expected, atol=8 * eps * (1 + count) * np.abs(x).max())
    bound.scale_rows(x, alpha)
    np.testing.assert_allclose(x, _block(op, 2, dtype) * alpha[groups, None], rtol=2 * eps)


def test_same_bits_for_any_number_of_threads():
    import numba

    op = cases.operator("dense random", "random walk with loops")
    x = _block(op, 33)
    results = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        bound, out = Numba().bind(op), np.empty_like(x)
        bound.apply(x, out)
        results.append((out.tobytes(), bound.inner(x, out).tobytes(), bound.edge_energy(x).tobytes()))
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert results[0] == results[1]


def test_a_hub_and_many_empty_rows_are_balanced_without_loss():
    hub = cases.graph_from_matrix(_star_among_isolated(300, 200), "hub")
    from spectral_smooth.operators.operator import gcn

    op = gcn(hub)
    x = _block(op, 4)
    out = np.empty_like(x)
    Numba().bind(op).apply(x, out)
    np.testing.assert_allclose(out, naive.dense_core(op) @ x, atol=1e-12)


def _star_among_isolated(n, leaves):
    a = np.zeros((n, n))
    a[0, 1 : leaves + 1] = a[1 : leaves + 1, 0] = 1
    return a
