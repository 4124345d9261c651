"""Threads: the same bits for any number of them, how many there are, and what happens in workers and after a fork.

Run as a script, this file does the work of one test in a process of its own.
"""

import hashlib
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from spectral_smooth.engines import crew, schedule, threads
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.random_models import rmat
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.operators.rule import ppr
from spectral_smooth.simulate.propagate import propagate

WAYS = [way for way in ("fork", "spawn") if way in multiprocessing.get_all_start_methods()]


def _power_law(is_weighted):
    graph = rmat(10, 8, rng=0).graph
    weights = 0.5 + (graph.rows.astype(float) + graph.indices) % 7 if is_weighted else None
    return Graph(graph.indptr, graph.indices, weights)


OPERATORS = {
    "power law": lambda: gcn(_power_law(is_weighted=False)),
    "weighted power law": lambda: Operator(_power_law(is_weighted=True), loops=0.0),
    "sides": lambda: symmetric(family("grid:30x31").graph),
    "many components": lambda: symmetric(family("grid:20x21+200*path:2+100*cycle:3").graph),
}


@pytest.fixture(name="use")
def _use(monkeypatch):
    """A function that sets the number of threads, whatever the work and the machine."""
    monkeypatch.setattr(threads, "SERIAL_BELOW", 1)
    monkeypatch.setattr(schedule, "LONG_ROW", 40)
    monkeypatch.setattr(schedule, "PIECE", 16)
    return lambda number: monkeypatch.setattr(threads, "default_threads", lambda: number)


def _everything(op, columns, dtype):
    """Bytes of all that an engine computes."""
    bound = Numba(reorder="none").bind(op)
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((op.graph.num_nodes, columns)).astype(dtype) for _ in range(2))
    image = np.empty_like(x)
    bound.apply(x, image)
    found = [image, bound.inner(x, y), bound.edge_energy(x)]
    rest = x.copy()
    bound.project_out(rest)
    walk = bound.walk(columns, np.dtype(dtype), 1)
    z, out = walk.enter(x), walk.empty()
    table = np.tile([0.5, 0.2, 0.3], (walk.pattern.classes.count + 1, 1))
    step = walk.step(z, out, means=walk.means(z), coefficients=table, anchor=walk.enter(y))
    found += [rest, out.copy(), step.norm, step.energy, step.means.own, step.means.image]
    found += [walk.norm(out), walk.edge_energy(out)]
    squares, left = walk.orthogonalise(out, z, np.full(len(table), 0.1), step.means, walk.means(z))
    found += [squares, left.own, left.image, out]
    return [one.tobytes() for one in found]


@pytest.mark.parametrize(("columns", "dtype"), [(1, np.float64), (20, np.float32)])
@pytest.mark.parametrize("make", OPERATORS.values(), ids=list(OPERATORS))
def test_same_bits_for_any_number_of_threads(make, columns, dtype, use):
    op = make()
    use(1)
    expected = _everything(op, columns, dtype)
    for number in (2, 5, 5, 16):
        use(number)
        assert _everything(op, columns, dtype) == expected


def test_several_callers_at_once(use):
    op = OPERATORS["power law"]()
    use(3)
    expected = _everything(op, 20, np.float32)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: _everything(op, 20, np.float32), range(8)))
    assert all(one == expected for one in found)


def test_small_work_stays_in_the_caller(monkeypatch):
    monkeypatch.setattr(threads, "default_threads", lambda: 8)
    monkeypatch.setattr(threads, "_threads", lambda: pytest.fail("a thread was asked for"))
    seen = []
    threads.run_chunks(seen.append, (1,), 2 * threads.SERIAL_BELOW - 1)
    assert seen == [1]


def test_every_thread_makes_the_same_call(use):
    seen, together = [], threading.Barrier(5, timeout=10)

    def kernel(said):
        together.wait()
        seen.append(said)

    use(5)
    for _ in range(3):
        threads.run_chunks(kernel, ("call",), 10**9)
    assert seen == ["call"] * 15


def test_a_helper_that_has_not_begun_is_not_waited_for(use, monkeypatch):
    class Asleep(crew.Crew):
        def _work(self):
            time.sleep(5)

    seen = []
    use(4)
    monkeypatch.setattr(threads, "_threads", Asleep)
    began = time.perf_counter()
    threads.run_chunks(seen.append, ("call",), 10**9)
    assert seen == ["call"]
    assert time.perf_counter() - began < 4


def test_idle_threads_hold_no_arrays(use):
    class Thing:
        pass

    thing = Thing()
    gone = weakref.ref(thing)
    use(3)
    threads.run_chunks(lambda given: time.sleep(0.01), (thing,), 10**9)
    del thing
    for _ in range(100):
        if gone() is None:
            break
        time.sleep(0.01)
    assert gone() is None


def test_nobody_is_at_work_when_an_error_comes_out(use):
    caller, running, together = threading.current_thread(), [], threading.Barrier(3, timeout=10)

    def kernel():
        together.wait()
        if threading.current_thread() is caller:
            raise KeyboardInterrupt
        running.append("began")
        time.sleep(0.05)
        running.append("ended")

    use(3)
    with pytest.raises(KeyboardInterrupt):
        threads.run_chunks(kernel, (), 10**9)
    assert running.count("began") == running.count("ended") == 2


def test_an_error_in_a_helper_comes_out(use):
    caller, together = threading.current_thread(), threading.Barrier(2, timeout=10)

    def kernel():
        together.wait()
        if threading.current_thread() is not caller:
            raise MemoryError

    use(2)
    with pytest.raises(MemoryError):
        threads.run_chunks(kernel, (), 10**9)


def test_without_further_threads_the_caller_does_it_all(use, monkeypatch):
    class Refusing(threading.Thread):
        def start(self):
            raise RuntimeError("can't start new thread")

    op = OPERATORS["power law"]()
    expected = _everything(op, 20, np.float32)
    use(3)
    monkeypatch.setattr(threads, "_threads", crew.Crew)
    monkeypatch.setattr(crew.threading, "Thread", Refusing)
    assert _everything(op, 20, np.float32) == expected


@pytest.mark.parametrize(
    ("content", "most"),
    [
        ("max 100000\n", 64),
        ("100000 100000\n", 1),
        ("150000 100000\n", 2),
        ("1000 100000\n", 1),
        ("6400000 100000\n", 64),
        ("", 64),
        ("nonsense\n", 64),
        ("many much\n", 64),
        ("100000 0\n", 64),
    ],
)
def test_a_containers_quota_is_obeyed(tmp_path, monkeypatch, content, most):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    quota = tmp_path / "cpu.max"
    quota.write_text(content)
    assert threads.allowed_processors(quota) == most
    assert threads.allowed_processors(tmp_path / "absent") == 64


# What processes of their own do.


def _bits(seed):
    op = gcn(_power_law(is_weighted=False))
    x = np.random.default_rng(seed).standard_normal((op.graph.num_nodes, 20))
    found = []
    for dtype in ("float32", "float64"):
        run = propagate(
            op, x, 20, rule=ppr(0.2), measures=("energy", "deviation"), dtype=dtype, keep_final=True
        )
        found += [run.final.tobytes(), *(curve.lower.tobytes() for curve in run.curves)]
    return hashlib.sha256(b"".join(found)).hexdigest()


def _threads_here(_):
    return threads.default_threads()


def _busy():
    """Use several threads whatever the machine."""
    threads.SERIAL_BELOW = 1
    threads.default_threads = lambda: 3


def _busy_bits(seed):
    _busy()
    return _bits(seed)


def _in_pool(way, work, arguments):
    with multiprocessing.get_context(way).Pool(2) as pool:
        found = pool.map_async(work, arguments).get(timeout=120)
        pool.close()
        pool.join()
    return found


def main(what, way):
    if what == "count":
        print(threads.default_threads(), *_in_pool(way, _threads_here, range(2)))  # noqa: T201
    elif what == "told":
        import numba

        numba.set_num_threads(1)
        print(threads.default_threads())  # noqa: T201
    elif what == "bits":
        # The parent's threads are at work before, and again after: a fork must not hang or change anything.
        expected = [_busy_bits(seed) for seed in range(3)]
        for work in (_busy_bits, _bits):
            assert _in_pool(way, work, range(3)) == expected
        assert _busy_bits(0) == expected[0]
    elif what == "joblib":
        from joblib import Parallel, delayed

        expected = [_busy_bits(seed) for seed in range(3)]
        for backend in ("loky", "threading", "multiprocessing"):
            found = Parallel(n_jobs=2, backend=backend)(delayed(_bits)(seed) for seed in range(3))
            assert found == expected, backend


def _process(*arguments, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, Path(__file__), *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_process_uses_one_thread(way):
    here, *workers = map(int, _process("count", way).split())
    assert workers == [1, 1]
    assert here == threads.allowed_processors()


def test_what_numba_was_told_is_obeyed():
    assert _process("count", WAYS[0], NUMBA_NUM_THREADS="3").split() == ["3", "3", "3"]
    assert _process("told", WAYS[0], NUMBA_NUM_THREADS="3").split() == ["1"]


@pytest.mark.parametrize("way", WAYS)
def test_worker_processes_find_the_same_bits(way):
    _process("bits", way)


def test_inside_joblib():
    pytest.importorskip("joblib")
    _process("joblib", "")


if __name__ == "__main__":
    main(*sys.argv[1:])
