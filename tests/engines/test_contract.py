"""Every engine against dense algebra, on every graph and operator of the registry."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference

ENGINES = {"numba": Numba(), "reference": Reference()}


@pytest.fixture(params=ENGINES, name="engine")
def _engine(request):
    return ENGINES[request.param]


def _block(op, columns, dtype=np.float64, seed=0):
    return cases.features(op.graph.num_nodes, columns, seed=seed, dtype=dtype)


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
    np.testing.assert_allclose(
        out, naive.dense_core(op) @ x, atol=naive.tolerance(dtype, len(x)) * (1 + np.abs(x).max())
    )


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
def test_sums_per_row_group(engine, op):
    bound, x, y = engine.bind(op), _block(op, 3), _block(op, 3, seed=1)
    np.testing.assert_allclose(bound.inner(x, y), _groups(op, (x * y).sum(axis=1)), atol=1e-12)
    core = naive.dense_core(op)
    energy = bound.edge_energy(x)
    assert np.all(energy >= 0)
    # x and S x differ by exactly the energy wherever d̃ > 0; silent rows carry no energy.
    alive = (naive.degrees(op) > 0)[:, None]
    expected = _groups(op, (x * alive * (x - core @ x)).sum(axis=1))
    np.testing.assert_allclose(energy, expected, atol=1e-11)


@pytest.mark.parametrize("op", cases.operator_params(operators=cases.FEW_OPERATORS))
def test_project_out_removes_both_known_spaces_and_nothing_else(engine, op):
    x = _block(op, 3)
    basis = np.hstack([naive.fixed_basis(op), naive.alternating_basis(op)])
    expected = x - basis @ (basis.T @ x)
    engine.bind(op).project_out(x)
    np.testing.assert_allclose(x, expected, atol=1e-12)


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric")))
def test_recombine_and_scale_work_group_by_group(engine, op):
    groups, count = op.fixed_space.groups, op.fixed_space.num_groups
    x, y, old = _block(op, 2), _block(op, 2, seed=1), _block(op, 2, seed=2)
    alpha, beta = np.arange(1.0, count + 1), np.linspace(-1, 1, count)
    out = old.copy()
    bound = engine.bind(op)
    bound.recombine(y, x, out, alpha, beta)
    np.testing.assert_allclose(out, y - alpha[groups, None] * x - beta[groups, None] * old, atol=1e-13)
    bound.scale_rows(out, alpha)
    bound.scale_rows(x, alpha)
    np.testing.assert_allclose(x, _block(op, 2) * alpha[groups, None], atol=1e-13)


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
