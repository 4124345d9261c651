"""The plain kernels: they compute the same, and stand in, with one warning, where vectors cannot be compiled."""

import warnings

import cases
import naive
import numpy as np
import pytest
from numba.core.errors import LoweringError, TypingError

from spectral_smooth.engines import schedule, sweeping
from spectral_smooth.engines.kernels import pieces as piece_kernels
from spectral_smooth.engines.kernels import sweep as sweep_kernels
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.operators.operator import gcn

COLUMNS = 3


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Whatever this process has found out, and whatever its environment says."""
    monkeypatch.setattr(sweeping, "_refused", False)
    monkeypatch.delenv(sweeping.PLAIN, raising=False)


def _break_vectors(monkeypatch, error, asked=None):
    """Let the vector kernels raise; the plain ones stay what they are."""
    for module, name in ((sweep_kernels, "make_sweep"), (piece_kernels, "make_piece_sums")):
        monkeypatch.setattr(module, name, _breaking(getattr(module, name), error, asked))


def _breaking(made, error, asked):
    def make(lanes, vectors, *, plain):
        if asked is not None:
            asked.append(plain)
        if not plain:
            raise error
        return made(lanes, vectors, plain=True)

    return make


def _expect_product(engine=None):
    op = gcn(cases.GRAPHS["karate"])
    x = cases.features(34, COLUMNS)
    out = np.full_like(x, np.nan)
    (engine or Numba()).bind(op).apply(x, out)
    np.testing.assert_allclose(out, naive.dense_core(op) @ x, atol=1e-13)


@pytest.mark.parametrize(
    "error",
    [
        LoweringError("no such vectors"),
        TypingError("no such type"),
        NotImplementedError("aarch64"),
        RuntimeError("LLVM"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("long_row", [4, 10**6])
def test_refused_vectors_are_told_once_and_stood_in_for(error, long_row, monkeypatch):
    monkeypatch.setattr(schedule, "LONG_ROW", long_row)
    asked = []
    _break_vectors(monkeypatch, error, asked)
    with pytest.warns(UserWarning, match="vector kernels could not be compiled") as caught:
        _expect_product()
    assert len(caught) == 1
    assert str(error) in str(caught[0].message)
    assert sweeping.PLAIN in str(caught[0].message)
    asked.clear()
    # nothing is tried a second time, nor told
    _expect_product()
    assert set(asked) == {True}


def test_a_walk_falls_back_too(monkeypatch):
    op = gcn(cases.GRAPHS["karate"])
    walk = Numba().bind(op).walk(COLUMNS, np.dtype(np.float64), 1)
    z, out, expected = walk.enter(cases.features(34, COLUMNS)), walk.empty(), walk.empty()
    table = np.tile([0.5, 0.2, 0.3], (walk.pattern.classes.count + 1, 1))
    one = walk.step(z, expected, means=walk.means(z), coefficients=table, anchor=z.copy())
    _break_vectors(monkeypatch, LoweringError("no such vectors"))
    # the anchor is the output: a step that was begun and broken off would be seen
    out[...] = z
    with pytest.warns(UserWarning, match="vector kernels"):
        two = walk.step(z, out, means=walk.means(z), coefficients=table, anchor=out)
    np.testing.assert_allclose(out, expected, atol=1e-14)
    np.testing.assert_allclose([two.norm, two.energy], [one.norm, one.energy], rtol=1e-13)


@pytest.mark.parametrize("value", ["1", "yes"])
def test_asked_for_they_come_without_a_warning(monkeypatch, value):
    monkeypatch.setenv(sweeping.PLAIN, value)
    _break_vectors(monkeypatch, AssertionError("vectors were asked for"))
    _expect_product()


@pytest.mark.parametrize("value", ["", "0"])
def test_not_asked_for_they_do_not_come(monkeypatch, value):
    monkeypatch.setenv(sweeping.PLAIN, value)
    asked = []
    _break_vectors(monkeypatch, LoweringError("no"), asked)
    with pytest.warns(UserWarning, match="vector kernels"):
        _expect_product()
    assert asked[0] is False


def test_an_engine_without_vectors_asks_for_none(monkeypatch):
    _break_vectors(monkeypatch, AssertionError("vectors were asked for"))
    _expect_product(Numba(vectors=False))


@pytest.mark.parametrize("error", [ValueError, MemoryError, KeyboardInterrupt, TypeError, ZeroDivisionError])
def test_other_errors_come_out(monkeypatch, error):
    _break_vectors(monkeypatch, error("not a matter of compiling"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(error, match="not a matter"):
            _expect_product()
    assert not sweeping._refused


@pytest.mark.parametrize(("columns", "dtype"), [(5, np.float64), (20, np.float32), (33, np.float32)])
def test_both_compute_the_same(columns, dtype):
    op = cases.operator("weighted self-loops", "walk with per-node loops")
    x = cases.features(op.graph.num_nodes, columns, dtype=dtype)
    results = []
    for vectors in (True, False):
        out = np.full_like(x, np.nan)
        Numba(vectors=vectors).bind(op).apply(x, out)
        results.append(out)
    np.testing.assert_allclose(*results, atol=32 * np.finfo(dtype).eps * np.abs(x).max())
