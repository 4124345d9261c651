"""Cost and gain of every node order, and the decision beside it.

Run ``python -m benchmarks.reorder`` (``--quick``: small graphs, seconds). For each graph: the time to find an order, to
permute the graph, to take a block into the order and back, and one product before and after, single precision; then
for several depths what `choose_order` takes, and its total time over that of the best order. Products of the
orders are interleaved, times are medians. Every product is checked, permuted back, against the one in the order at
hand before a time is kept. Writes ``results/reorder.json``.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.graphs import build, communities, grid, regular, rmat, unchecked
from benchmarks.machine import machine, write
from spectral_smooth.engines.order.choose import choose_order
from spectral_smooth.engines.order.locality import Locality, estimate_locality
from spectral_smooth.engines.order.orders import ORDERS, find_order
from spectral_smooth.engines.order.permute import gather_rows, permute_pattern, scatter_rows
from spectral_smooth.engines.order.work import Work
from spectral_smooth.engines.threads import default_threads

COLUMNS = (1, 16, 64)
DEPTHS = (1, 4, 16, 64, 256, 1024)
RUNS = 7

Step = Callable[[np.ndarray, np.ndarray], Any]  # (x, out): one product
Graphs = dict[str, Callable[[], ss.Graph]]


def engine_step(graph: ss.Graph) -> Step:
    """Return the package's own product; another kernel is measured by passing ``main`` another such function."""
    return ss.Numba().bind(ss.gcn(graph)).apply


def main(make_step: Callable[[ss.Graph], Step] = engine_step, quick: bool = False, only: str = "") -> int:
    """Measure and write."""
    result: dict[str, Any] = {
        "machine": machine(),
        "threads": default_threads(),
        "quick": quick,
        "graphs": {},
    }
    for name, make in (_quick_graphs() if quick else _graphs()).items():
        if only in ("", name):
            result["graphs"][name] = _measure(name, make(), make_step)
    if not quick and not only:
        write("reorder", result)
    return 0


def _graphs() -> Graphs:
    cache = Path(os.environ["SPECTRAL_SMOOTH_GRAPHS"]) if "SPECTRAL_SMOOTH_GRAPHS" in os.environ else None
    names = ("rmat", "regular", "communities", "grid", "web_cnr2000", "tolokers")
    graphs: Graphs = {name: lambda name=name: build(name, cache) for name in names}
    for name in ("grid", "web_cnr2000"):
        graphs[f"{name} shuffled"] = lambda name=name: shuffled(build(name, cache))
    return graphs


def _quick_graphs() -> Graphs:
    return {
        "rmat": lambda: rmat(14, 1 << 18, "rmat"),
        "regular": lambda: regular(20_000, 16),
        "communities": lambda: communities(20_000, 200, 16),
        "grid": lambda: grid(140, 140),
        "grid shuffled": lambda: shuffled(grid(140, 140)),
    }


def shuffled(graph: ss.Graph) -> ss.Graph:
    """Return the graph with its node ids in random order."""
    order = np.random.default_rng(0).permutation(graph.num_nodes).astype(graph.indices.dtype)
    indptr, indices, _ = permute_pattern(graph.indptr, graph.indices, None, order)
    return unchecked(indptr, indices, f"{graph.name}, shuffled")


def _measure(name: str, graph: ss.Graph, make_step: Callable[[ss.Graph], Step]) -> dict[str, Any]:
    estimate_locality(graph.indptr, graph.indices)  # compiles
    seconds, locality = _timed(lambda: estimate_locality(graph.indptr, graph.indices))
    found: dict[str, Any] = {
        "nodes": graph.num_nodes,
        "entries": graph.num_entries,
        "estimate_seconds": round(seconds, 4),
        "orders": {},
    }
    graphs, orders = {}, {}
    for order in ORDERS:
        orders[order], graphs[order], found["orders"][order] = _reordered(graph, order)
    steps = {order: make_step(reordered) for order, reordered in graphs.items()}
    for columns in COLUMNS:
        _products(found, steps, orders, graph, columns)
        _decisions(found, graph, locality, columns)
    _show(name, found)
    return found


def _reordered(graph: ss.Graph, name: str) -> tuple[np.ndarray, ss.Graph, dict[str, Any]]:
    """Order, graph in the order, and what both cost."""
    if name == "none":
        order = np.arange(graph.num_nodes, dtype=graph.indices.dtype)
        return order, graph, {"order_seconds": 0.0, "permute_seconds": 0.0}
    ways = []
    for _ in range(3):  # the first one compiles
        first, order = _timed(lambda: find_order(name, graph.indptr, graph.indices))
        second, arrays = _timed(lambda order=order: permute_pattern(graph.indptr, graph.indices, None, order))
        ways.append((first, second))
    cost = {
        "order_seconds": round(min(way[0] for way in ways), 4),
        "permute_seconds": round(min(way[1] for way in ways), 4),
    }
    return order, unchecked(arrays[0], arrays[1], graph.name), cost


def _products(
    found: dict[str, Any],
    steps: dict[str, Step],
    orders: dict[str, np.ndarray],
    graph: ss.Graph,
    columns: int,
) -> None:
    """Check the products, then time them in turn, and the block's way into the order and back."""
    x = aligned(graph.num_nodes, columns)
    x[:] = np.random.default_rng(0).standard_normal(x.shape, dtype=np.float32)
    moved, out, back, expected = (aligned(graph.num_nodes, columns) for _ in range(4))
    steps["none"](x, expected)
    there: dict[str, list[float]] = {name: [] for name in steps}
    product: dict[str, list[float]] = {name: [] for name in steps}
    for run in range(RUNS + 1):
        for name, step in steps.items():
            way = 0.0
            if name == "none":
                np.copyto(moved, x)
            else:
                way = _timed(lambda name=name: gather_rows(x, orders[name], moved))[0]
            product[name].append(_timed(lambda step=step: step(moved, out))[0])
            if name != "none":
                way += _timed(lambda name=name: scatter_rows(out, orders[name], back))[0]
            if run == 0 and name != "none":
                np.testing.assert_allclose(back, expected, atol=1e-4, rtol=1e-4)
            there[name].append(way)
    for name in steps:
        found["orders"][name][f"block_seconds_{columns}"] = round(statistics.median(there[name][1:]), 5)
        found["orders"][name][f"product_seconds_{columns}"] = round(statistics.median(product[name][1:]), 5)


def _decisions(found: dict[str, Any], graph: ss.Graph, locality: Locality, columns: int) -> None:
    """For each depth the order taken, the best one, and how much longer the one takes than the other."""
    rows = []
    for depth in DEPTHS:
        work = Work(graph.num_nodes, graph.num_entries, 4 * columns, depth, threads=default_threads())
        choice = choose_order(work, locality)
        totals = {
            name: cost["order_seconds"]
            + cost["permute_seconds"]
            + cost[f"block_seconds_{columns}"]
            + depth * cost[f"product_seconds_{columns}"]
            for name, cost in found["orders"].items()
        }
        best = min(totals, key=lambda name: totals[name])
        rows.append(
            {
                "depth": depth,
                "chosen": choice.name,
                "expected_gain": round(choice.gain, 2),
                "best": best,
                "time_over_best": round(totals[choice.name] / totals[best], 3),
                "time_over_none": round(totals[choice.name] / totals["none"], 3),
            }
        )
    found[f"decisions_{columns}"] = rows


def aligned(rows: int, columns: int) -> np.ndarray:
    """Return zeros, float32, that begin at a cache line: a block that does not takes longer."""
    memory = np.zeros(rows * columns + 16, dtype=np.float32)
    skip = -memory.ctypes.data % 64 // 4
    return memory[skip : skip + rows * columns].reshape(rows, columns)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _show(name: str, found: dict[str, Any]) -> None:
    print(
        f"{name}: {found['nodes']:,} nodes, {found['entries']:,} entries, sample {found['estimate_seconds']} s"
    )
    for order, cost in found["orders"].items():
        shown = [
            f"F={c}: {cost[f'product_seconds_{c}']:.4f} + {cost[f'block_seconds_{c}']:.4f}" for c in COLUMNS
        ]
        print(
            f"  {order:12s}{cost['order_seconds']:8.3f} + {cost['permute_seconds']:.3f}  " + "  ".join(shown)
        )
    for columns in COLUMNS:
        rows = found[f"decisions_{columns}"]
        print(
            f"  F={columns}: "
            + ", ".join(
                f"K={r['depth']} {r['chosen']} (best {r['best']}, ×{r['time_over_best']})" for r in rows
            ),
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv[1:]))
