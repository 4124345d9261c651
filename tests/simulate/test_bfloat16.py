"""bfloat16 as storage of deflated runs: rounded to nearest, coarse, and said so."""

import cases
import numpy as np
import pytest

from spectral_smooth.engines.bfloat16 import STORED, from_bfloat16, to_bfloat16
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn
from spectral_smooth.simulate.estimate import estimate_run
from spectral_smooth.simulate.propagate import propagate

NAMES = ["energy", "deviation", "norm"]


def test_rounding_is_to_the_nearest_and_halves_to_even():
    x = np.random.default_rng(0).standard_normal(10_000).astype(np.float32)
    found = from_bfloat16(to_bfloat16(x))
    assert np.all(np.abs(found - x) <= 2.0**-8 * np.abs(x))
    for step in (-1, 1):
        neighbour = from_bfloat16((to_bfloat16(x).astype(np.int32) + step).astype(np.uint16))
        assert np.all(np.abs(found - x) <= np.abs(neighbour - x))
    halves = np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8], dtype=np.float32)
    assert from_bfloat16(to_bfloat16(halves)).tolist() == [1.0, 1 + 2.0**-6]


@pytest.mark.parametrize("columns", [1, 2, 5, 32, 40, 150, 300])
def test_one_step_is_the_float32_step_of_the_rounded_state(columns):
    op = cases.operator("weighted self-loops", "walk with per-node loops")
    bound = Numba(reorder="none").bind(op)
    x = cases.features(op.graph.num_nodes, columns)
    coarse, fine = (bound.walk(columns, dtype, 1) for dtype in ("bfloat16", "float32"))
    state, ahead = coarse.enter(x), coarse.empty()
    assert state.dtype == STORED
    same = fine.enter(coarse.leave(state))
    fine_ahead = fine.empty()
    got, expected = coarse.step(state, ahead), fine.step(same, fine_ahead)
    np.testing.assert_allclose(got.norm, expected.norm, rtol=1e-6)
    np.testing.assert_allclose(got.energy, expected.energy, rtol=1e-5)
    np.testing.assert_allclose(coarse.leave(ahead), fine.leave(fine_ahead), rtol=2.0**-7.99, atol=1e-6)
    own = got.means.own[:, :columns]
    np.testing.assert_allclose(own, expected.means.own[:, :columns], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric")))
@pytest.mark.parametrize("rule", cases.rule_params(("sgc", "ppr", "lazy", "residual", "concat")))
def test_measures_are_good_to_some_percent(op, rule):
    x = cases.features(op.graph.num_nodes, 24)
    coarse = propagate(op, x, 4, rule=rule, measures=NAMES, dtype="bfloat16")
    fine = propagate(op, x, 4, rule=rule, measures=NAMES)
    assert any("8 bits" in note for note in coarse.notes)
    for name in NAMES:
        size = fine.curve(name).lower
        np.testing.assert_allclose(coarse.curve(name).lower, size, rtol=0.03, atol=2e-5 * size.max())


def test_slow_decay_is_not_followed_and_lies_on_the_floor():
    op = gcn(family("path:200").graph)
    x = np.cos(np.pi * (np.arange(200) + 0.5) / 200)[:, None] * [1.0, 0.7]
    coarse = propagate(op, x, 200, measures=["deviation"], dtype="bfloat16").curve("deviation")
    fine = propagate(op, x, 200, measures=["deviation"]).curve("deviation")
    assert coarse.lower[-1] > 1.01 * fine.lower[-1]  # it stands still
    assert np.all(np.asarray(coarse.floor)[1:] >= 0.99 * coarse.lower[1:])  # and says so
    fast = propagate(
        cases.operator("dense random", "gcn"), cases.features(20), 4, measures=["deviation"], dtype="bfloat16"
    )
    assert not np.any(fast.curve("deviation").floor)


def test_what_it_cannot_do_is_refused():
    op, x = cases.operator("karate", "gcn"), cases.features(34)
    for options in ({"deflate": False}, {"engine": Reference()}, {"rule": cases.RULES["mean"]}):
        with pytest.raises(UsageError, match="bfloat16 needs deflate=True"):
            propagate(op, x, 3, measures=NAMES, dtype="bfloat16", **options)
    with pytest.raises(UsageError, match="vector kernels"):
        propagate(op, x, 3, measures=NAMES, dtype="bfloat16", engine=Numba(vectors=False))


def test_it_takes_half_the_memory():
    op = cases.operator("karate", "gcn")
    more, less = (estimate_run(op, 64, 3, dtype=dtype).peak_bytes for dtype in ("float32", "bfloat16"))
    assert less < more


def test_same_bits_for_any_number_of_threads(monkeypatch):
    import numba

    from spectral_smooth.engines import threads

    monkeypatch.setattr(threads, "SERIAL_BELOW", 1)
    op, x = cases.operator("component and isolated edges", "symmetric"), cases.features(36, 40)
    runs = []
    for count in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(count)
        runs.append(propagate(op, x, 5, measures=NAMES, dtype="bfloat16", keep_final=True).final.tobytes())
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert runs[0] == runs[1]
