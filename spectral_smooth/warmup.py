"""Compile ahead: kernels for the widths that will be used, kept on disk for every later process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.progress import Tick

if TYPE_CHECKING:
    from spectral_smooth.engines.compilation import Compilations

COLUMNS = (1, 16, 64)
DTYPES = ("float64", "float32")
# Deep enough that energies are summed edge by edge, which small ones are.
DEPTH = 64
# Long enough for a banded factor.
LARGE = 200
# Blocks that eigen-solvers multiply and filter for up to six values, and random probes.
MULTIPLIED, FILTERED = (1, 2, 3, 4, 6, 9, 18), (1, 2, 4, 8)
PROBES = (1, 2, 8, 16)


def warm_up(
    columns: Sequence[int] = COLUMNS,
    dtypes: Sequence[str] = ("float64",),
    *,
    weighted: bool = False,
    monitor: bool = False,
    progress: Tick | None = None,
) -> Compilations:
    """Compile what `propagate`, `analyze`, `eigenpairs`, certificates, densities and facts use, by running all of it.

    The graphs have a few nodes only.

    A kernel is compiled for a width: features of 57 to 64 float64 columns share one (a line of memory holds 8), wider
    ones are cut into equal pieces of 33 to 64; twice as many in float32. Give the numbers that will be used. Graphs of
    one and of several components are covered, with up to 2³¹ nodes. Rows of more than 32,768 entries are not, nor
    more than six eigenvalues of large graphs, nor more than 16 random probes of a density: their kernels are compiled
    when they are first needed.

    Parameters
    ----------
    columns : sequence of int
        Numbers of feature columns.
    dtypes : sequence of str
        Of the states: "float64", "float32".
    weighted : bool
        Also for graphs with edge weights.
    monitor : bool
        Also what `monitor` uses, which takes longer than all the rest.
    progress : callable, optional
        Called with (done, total) runs.

    Returns
    -------
    Compilations
        What this call has compiled, and what it has read from the disk.

    Raises
    ------
    UsageError
        If a number of columns is less than 1, or a type is neither of the two.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> _ = ss.warm_up(columns=[16])
    >>> print(ss.warm_up(columns=[16]))
    0 kernel variants in use: 0 compiled, 0 read from the cache
    """
    from spectral_smooth.engines.compilation import compilations

    for count in columns:
        if count < 1:
            raise UsageError(f"columns must be at least 1, got {count}")
    for dtype in dtypes:
        if dtype not in DTYPES:
            raise UsageError(f"dtypes must be among {', '.join(DTYPES)}, got {dtype!r}")
    graphs = [_ring(False), _pieces(False), *([_ring(True), _pieces(True)] if weighted else [])]
    runs = [
        run
        for dtype in dict.fromkeys(dtypes)
        for graph in graphs
        for run in _runs(graph, dict.fromkeys(columns), dtype, monitor=monitor)
    ]
    before = compilations()
    for done, run in enumerate(runs, 1):
        run()
        if progress is not None:
            progress(done, len(runs))
    return compilations() - before


def _runs(
    graph: Graph, columns: Iterable[int], dtype: str, *, monitor: bool
) -> Iterator[Callable[[], object]]:
    for count in columns:
        yield partial(_propagate, graph, _features(graph, count), dtype)
        yield partial(_analyze, graph, _features(graph, count), dtype)
    if dtype == "float64":
        yield partial(_order, graph)
        yield partial(_solve, graph)
        yield partial(_count, graph)
    if monitor:
        yield partial(_monitor, graph, dtype)


def _propagate(graph: Graph, features: FloatArray, dtype: str) -> None:
    from spectral_smooth.engines.numba_csr import Numba
    from spectral_smooth.operators.operator import gcn
    from spectral_smooth.operators.rule import ppr, sgc
    from spectral_smooth.simulate.propagate import propagate

    operator = gcn(graph)
    for rule in (sgc(), ppr(0.1)):
        propagate(operator, features, DEPTH, rule=rule, measures=("energy",), dtype=dtype)
    x = features.astype(dtype)
    Numba().bind(operator).apply(x, np.empty_like(x))


def _analyze(graph: Graph, features: FloatArray, dtype: str) -> None:
    from spectral_smooth.analysis.plan import Plan
    from spectral_smooth.analysis.run import analyze
    from spectral_smooth.operators.operator import gcn
    from spectral_smooth.spectra.quadrature import spectral_measure

    # Of a graph as small as these, analyze takes the whole spectrum.
    spectral_measure(gcn(graph), features, products=4)
    labels = np.arange(graph.num_nodes) % 3
    analyze(Dataset(graph, features=features, labels=labels), plan=Plan(depth=4, horizon=8, dtype=dtype))


def _order(graph: Graph) -> None:
    """Look at the locality of a graph, and put it into each of the orders that large ones are put into."""
    from spectral_smooth.engines.numba_csr import Numba
    from spectral_smooth.engines.order.locality import estimate_locality
    from spectral_smooth.engines.order.orders import ORDERS
    from spectral_smooth.operators.operator import gcn

    estimate_locality(graph.indptr, graph.indices)
    for name in ORDERS:
        Numba(reorder=name).bind(gcn(graph)).walk(1, np.float64, 1)


def _solve(graph: Graph) -> None:
    """Run each eigen-solver, and the products that they take from the engine on graphs of 5,000 nodes and more."""
    from spectral_smooth.engines.numba_csr import Numba
    from spectral_smooth.operators.operator import gcn
    from spectral_smooth.spectra.eigen import eigenpairs
    from spectral_smooth.spectra.solvers.lanczos import Lanczos
    from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert

    operator = gcn(graph)
    for solver in (Lanczos(), ShiftInvert()):
        eigenpairs(operator, 2, "slowest", solver=solver, rng=0)
    bound = Numba().bind(operator)
    for count in MULTIPLIED:
        x = _features(graph, count)
        bound.apply(x, np.empty_like(x))
    for count in FILTERED:
        walk = bound.walk(count, np.float64, 1)
        out = walk.empty()
        walk.combine(walk.enter(_features(graph, count)), out, walk.same_for_all(1.0, 0.0, 0.0), anchor=out)


def _count(graph: Graph) -> None:
    """Certify in every way, look at the density by both methods, and cut."""
    from spectral_smooth.operators.operator import gcn
    from spectral_smooth.spectra.certify.affordable import affordable
    from spectral_smooth.spectra.certify.certify import certify, count_above
    from spectral_smooth.spectra.density.states import density_of_states
    from spectral_smooth.spectra.eigen import eigenpairs
    from spectral_smooth.spectra.structure.facts import spectral_facts

    operator = gcn(graph)
    certify(operator, eigenpairs(operator, 2, rng=0), method="statistical", rng=0)
    count_above(operator, 0.5, method="statistical", rng=0)
    affordable(operator.matrix(), graph.num_entries)
    for probes in PROBES:
        density_of_states(operator, probes=probes, products=4)
    spectral_facts(operator, rng=0)


def _monitor(graph: Graph, dtype: str) -> None:
    from spectral_smooth.monitoring.monitor import monitor

    layer = _features(graph, 8).astype(dtype)
    monitor(graph, [layer, layer], np.arange(graph.num_nodes) % 3)


def _features(graph: Graph, columns: int) -> FloatArray:
    return np.random.default_rng(0).standard_normal((graph.num_nodes, columns))


def _ring(weighted: bool) -> Graph:
    """Return one component: nodes in a ring, each joined to the next two."""
    return _rings([LARGE], weighted)


def _pieces(weighted: bool) -> Graph:
    """Return one large component and many small ones, whose rows are listed instead of summed up in a table."""
    return _rings([LARGE, *[6] * 10], weighted)


def _rings(sizes: Sequence[int], weighted: bool) -> Graph:
    from scipy.sparse import block_diag, csr_array

    blocks = [sum(np.roll(np.eye(n), shift, 1) for shift in (-2, -1, 1, 2)) for n in sizes]
    whole = csr_array(block_diag(blocks))
    whole.eliminate_zeros()
    whole.sort_indices()
    return Graph(whole.indptr, whole.indices, whole.data * 2.0 if weighted else None, name="warm-up")
