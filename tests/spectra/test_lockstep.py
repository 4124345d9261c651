"""Lock-step Lanczos: fused and pass by pass find one recurrence, that of the dense moments."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference
from spectral_smooth.engines.types import SupportsWalk
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.lockstep import lanczos

STEPS = 10
ENGINES = {"fused": Numba(), "plain": Numba(vectors=False), "pass by pass": Reference()}


def _run(engine, op, x, steps=STEPS):
    bound = engine.bind(op)
    signal = deflate(bound, op.enter(x))
    return lanczos(bound, signal.rest, signal.mass, steps, None)


def test_the_two_ways_are_both_taken():
    op = gcn(cases.GRAPHS["karate"])
    assert isinstance(Numba().bind(op), SupportsWalk)
    assert not isinstance(Reference().bind(op), SupportsWalk)


@pytest.mark.parametrize(
    "op", cases.operator_params(operators=("gcn", "symmetric", "walk with per-node loops"))
)
def test_both_ways_find_one_recurrence(op):
    x = cases.features(op.graph.num_nodes)
    (one, _), (two, _) = _run(Numba(), op, x), _run(Reference(), op, x)
    assert len(one) == len(two) == op.fixed_space.num_groups
    for fused, other in zip(one, two, strict=True):
        assert (fused is None) == (other is None)
        if fused is None:
            continue
        assert fused.mass == pytest.approx(other.mass, rel=1e-12)
        # A small coupling divides the rounding of all that follow it.
        count = min(len(fused), len(other))
        trust = np.cumprod(np.minimum(1.0, np.concatenate([[1.0], other.coupling[: count - 1]]))) ** 2
        error = 1e-13 / np.maximum(trust, 1e-14)
        assert np.all(np.abs(fused.diagonal[:count] - other.diagonal[:count]) <= error)
        assert np.all(np.abs(fused.coupling[: count - 1] - other.coupling[: count - 1]) <= error[:-1])


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric")))
def test_gauss_nodes_have_the_moments_of_the_signal(engine, op):
    x = cases.features(op.graph.num_nodes)
    core = naive.dense_core(op)
    known = np.hstack([naive.fixed_basis(op), naive.alternating_basis(op)])
    y = naive.similarity(op)[:, None] * x * (naive.degrees(op) > 0)[:, None]
    y -= known @ (known.T @ y)
    found, used = _run(engine, op, x)
    assert used <= STEPS
    image = y.copy()
    for power in range(2 * STEPS - 1):
        for group, recurrence in enumerate(found):
            here = op.fixed_space.groups == group
            expected = (y[here] * image[here]).sum()
            nodes, weights = (np.zeros(1), np.zeros(1)) if recurrence is None else recurrence.gauss()
            assert (weights * nodes**power).sum() == pytest.approx(
                expected, abs=1e-11 * max(1.0, (y**2).sum())
            )
        image = core @ image


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_a_group_in_the_known_spaces_is_left_out(engine):
    op = symmetric(cases.family("cycle:7+bipartite:2x4+complete:4").graph)
    labels, x = op.fixed_space.labels, cases.features(op.graph.num_nodes)
    for component in (0, 1):
        here = labels == component
        x[here] = op.fixed_space.vector[here, None] * np.array([1.0, -2.0, 0.5])
    found, _ = _run(engine, op, x)
    assert [one is None for one in found] == [True, True, False]


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_nothing_at_all_takes_no_product(engine):
    op = gcn(cases.GRAPHS["no edges"])
    found, used = _run(engine, op, cases.features(5))
    assert used == 0
    assert found == (None,) * op.fixed_space.num_groups


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_an_exhausted_space_ends_while_others_go_on(engine):
    # One eigenvalue off the known spaces, four of them (the hypercube's), and many.
    op = symmetric(cases.family("path:20+hypercube:4+complete:7").graph)
    found, used = _run(engine, op, cases.features(op.graph.num_nodes))
    path, cube, complete = found
    assert used == STEPS == len(path)
    assert not path.exhausted
    assert path.next_coupling > 0
    assert (len(complete), complete.exhausted, complete.next_coupling) == (1, True, None)
    np.testing.assert_allclose(complete.diagonal, [-1 / 6], atol=1e-13)
    assert (len(cube), cube.exhausted) == (3, True)
    np.testing.assert_allclose(np.sort(cube.gauss()[0]), [-0.5, 0.0, 0.5], atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
@pytest.mark.parametrize("factor", [1e-100, 1e100])
def test_the_size_of_the_signal_does_not_matter(engine, factor):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    (one,), (two,) = _run(engine, op, x)[0], _run(engine, op, x * factor)[0]
    np.testing.assert_allclose(two.diagonal, one.diagonal, atol=1e-9)
    assert two.mass == pytest.approx(one.mass * factor**2)


def test_progress_counts_products():
    op, seen = gcn(cases.GRAPHS["karate"]), []
    bound = Numba().bind(op)
    signal = deflate(bound, op.enter(cases.features(34)))
    lanczos(bound, signal.rest, signal.mass, 4, lambda done, total: seen.append((done, total)))
    assert seen == [(k, 4) for k in range(1, 5)]
