"""Kernels read and write nothing beyond their arrays: each lies against a page that may not be touched.

Run as a script, this file does the work of one test, so that a crash ends that process and not pytest.
"""

import ctypes
import mmap
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spectral_smooth.engines import schedule
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.walk import Means
from spectral_smooth.graphs.arrays import frozen
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator

SIDES = ("before", "behind")
CASES = ("apply", "apply plain", "step", "step plain", "pieces", "passes")
BOTH = (np.float32, np.float64)
_mapped = []


def guarded(array, side):
    """Copy an array to where the page before or behind it may be neither read nor written."""
    page = mmap.PAGESIZE
    size = -(-max(array.nbytes, 1) // page) * page
    block = mmap.mmap(-1, size + 2 * page)
    _mapped.append(block)
    start = ctypes.addressof(ctypes.c_char.from_buffer(block))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for place in (start, start + page + size):
        assert protect(place, page, 0) == 0
    first = page if side == "before" else page + size - array.nbytes
    copy = np.frombuffer(block, array.dtype, array.size, first).reshape(array.shape)
    copy[...] = array
    return copy


def _graph(is_weighted):
    """A grid, a small component that alternates, and a silent node at each end."""
    one = family("grid:6x7+path:4").graph
    rows = one.num_nodes + 2
    indptr = np.concatenate([[0], one.indptr, one.indptr[-1:]])
    weights = 1.0 + (one.rows + one.indices) % 3 if is_weighted else None
    graph = Graph(indptr, one.indices + 1, weights)
    assert graph.num_nodes == rows
    return graph


def _bound(side, *, is_weighted, vectors=True, loops=0.0):
    """A bound operator all of whose arrays are guarded."""
    graph = _graph(is_weighted)
    bound = Numba(vectors=vectors, reorder="none").bind(Operator(graph, loops=loops))
    pattern = bound.pattern
    classes = replace(pattern.classes, of_row=frozen(guarded(pattern.classes.of_row, side)))
    names = ("indptr", "indices", "weights", "loops", "degrees")
    arrays = {name: getattr(pattern, name) for name in names}
    arrays = {name: None if a is None else frozen(guarded(a, side)) for name, a in arrays.items()}
    whole = replace(pattern, **arrays, classes=classes)
    vars(whole)["scale"] = frozen(guarded(pattern.scale, side))
    vars(bound)["pattern"] = whole
    return bound


def _blocks(shape, dtype, side, count=2):
    rng = np.random.default_rng(0)
    return [guarded(rng.standard_normal(shape).astype(dtype), side) for _ in range(count)]


def apply(side, *, vectors=True, widths=(*range(1, 34), 100, 150), unweighted=(1, 20), dtypes=BOTH):
    for dtype in dtypes:
        for is_weighted in (False, True):
            bound = _bound(side, is_weighted=is_weighted, vectors=vectors)
            for columns in widths if is_weighted else unweighted:
                x, out = _blocks((bound.pattern.rows, columns), dtype, side)
                bound.apply(x, out)
                bound.apply(x[:, : columns // 2], out[:, : columns // 2])


def step(side, *, vectors=True, blocks=((1, np.float64), (3, np.float64), (20, np.float32))):
    for columns, dtype in blocks:
        walk = _bound(side, is_weighted=True, vectors=vectors, loops=0.0).walk(columns, np.dtype(dtype), 1)
        x, out, anchor = _blocks((walk.pattern.rows, walk.cut.stride), dtype, side, 3)
        means = walk.means(x)
        means = Means(guarded(means.own, side), guarded(means.image, side))
        table = guarded(np.tile([0.5, 0.2, 0.3], (walk.pattern.classes.count + 1, 1)), side)
        walk.apply(x, out)
        found = walk.step(x, out, means=means, coefficients=table, anchor=anchor)
        walk.step(x, out, means=found.means, coefficients=table, anchor=out)
        walk.orthogonalise(out, x, np.ones(len(table)), found.means, means)
        walk.edge_energy(out)
        walk.norm(out)
        walk.leave(out)


def pieces(side):
    schedule.LONG_ROW, schedule.PIECE = 3, 1
    apply(side, widths=(2, 20), unweighted=(), dtypes=(np.float32,))
    apply(side, widths=(1, 150), unweighted=(), dtypes=(np.float64,))
    apply(side, vectors=False, widths=(3,), unweighted=(), dtypes=(np.float64,))
    step(side, blocks=((1, np.float64), (20, np.float32)))


def passes(side):
    for dtype in (np.float32, np.float64):
        bound = _bound(side, is_weighted=True)
        x, y, out = _blocks((bound.pattern.rows, 5), dtype, side, 3)
        count = bound.operator.fixed_space.num_groups
        bound.inner(x, y)
        bound.edge_energy(x)
        bound.project_out(x)
        bound.recombine(y, x, out, np.ones(count), np.ones(count))
        bound.scale_rows(out, np.ones(count))


def bites(side):
    x = guarded(np.ones(4), side)
    place = x.ctypes.data + (-1 if side == "before" else x.nbytes)
    ctypes.string_at(place, 1)


def main(case, side):
    name, _, plain = case.partition(" ")
    work = {"bites": bites, "apply": apply, "step": step, "pieces": pieces, "passes": passes}[name]
    if plain:
        few = {"widths": (3,), "unweighted": ()} if name == "apply" else {"blocks": ((3, np.float64),)}
        work(side, vectors=False, **few)
    else:
        work(side)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pages are guarded by Linux's mprotect")
@pytest.mark.parametrize("side", SIDES)
def test_the_pages_are_guarded(side):
    assert _process("bites", side).returncode == -signal.SIGSEGV


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pages are guarded by Linux's mprotect")
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_touched(case):
    done = _process(case, *SIDES)
    assert done.returncode == 0, done.stderr


def _process(*arguments):
    return subprocess.run(
        [sys.executable, Path(__file__), *arguments], capture_output=True, text=True, timeout=300, check=False
    )


if __name__ == "__main__":
    for one in sys.argv[2:]:
        print(one, file=sys.stderr)  # noqa: T201 - says where it crashed
        main(sys.argv[1], one)
