"""What a propagation will need: bytes, seconds, and in how many panels of columns it fits into memory."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from spectral_smooth.engines.bfloat16 import storage_type
from spectral_smooth.engines.blocks import LINE, cut_padded, new_block
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.pattern import Pattern
from spectral_smooth.engines.row_classes import RowClasses
from spectral_smooth.engines.sweeping import Extras, sweep
from spectral_smooth.engines.types import Engine, SupportsWalk
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import frozen
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.simulate.entering import PANEL_VALUES
from spectral_smooth.simulate.fused_view import fusable

# Per node beside the blocks: row pointers, degrees, loops, scales, and what the fixed space keeps.
NODE_BYTES = 88
# Of the memory that the system calls available.
SHARE = 0.8
PROBE_NODES, PROBE_DEGREE = 1 << 18, 8


@dataclass(frozen=True)
class RunEstimate:
    """What a run needs, before it starts.

    Attributes
    ----------
    peak_bytes : int
        Of the run itself: blocks, the graph's arrays, and a second index array where nodes are reordered. The features
        that were handed over come on top.
    seconds : float
        From the rate at which this machine reads rows at random, measured by a probe of 64 MB; good to a factor of two.
    products : int
    panels : int
        Groups of columns that run one after the other, each through all depths.
    panel_columns : int
        Columns of one panel.
    order : str
        Order of the nodes inside the run.

    Examples
    --------
    >>> print(RunEstimate(2_500_000_000, 42.0, 1000, 1, 64, "degree"))
    about 2.5 GB and 42 s: 1,000 products on 64 columns, nodes in degree order
    """

    peak_bytes: int
    seconds: float
    products: int
    panels: int
    panel_columns: int
    order: str

    def __str__(self) -> str:
        size, unit = (
            (self.peak_bytes / 1e9, "GB") if self.peak_bytes >= 1e9 else (self.peak_bytes / 1e6, "MB")
        )
        panels = f", {self.panels} panels one after the other" if self.panels > 1 else ""
        order = "" if self.order == "none" else f", nodes in {self.order} order"
        return (
            f"about {size:.2g} {unit} and {self.seconds:.2g} s: {self.products:,} products on "
            f"{self.panel_columns:,} columns{panels}{order}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return asdict(self)


def estimate_run(
    operator: Operator,
    columns: int,
    depth: int,
    *,
    rule: Rule | None = None,
    dtype: str = "float64",
    engine: Engine | None = None,
    memory: int | None = None,
) -> RunEstimate:
    """Estimate what `propagate` will need, without running it.

    Parameters
    ----------
    operator : Operator
    columns : int
        Number of features.
    depth : int
        Number of layers.
    rule : Rule, optional
        One that pulls towards the features (c ≠ 0) keeps one more block.
    dtype : {"float64", "float32", "bfloat16"}
    engine : Engine, optional
        `Numba` by default; what another one needs is not known here.
    memory : int, optional
        Bytes that the run may take; by default a share of what the system calls available.

    Returns
    -------
    RunEstimate

    Raises
    ------
    UsageError
        If not even one column fits, or a number is out of range.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> estimate_run(ss.gcn(ss.load("karate").graph), 64, 1000).panels
    1
    """
    if columns < 0 or depth < 0:
        raise UsageError(f"columns and depth must be at least 0, got {columns} and {depth}")
    if memory is not None and memory < 0:
        raise UsageError(f"memory must be at least 0 bytes, got {memory}")
    number = storage_type(dtype)
    nodes, graph = operator.graph.num_nodes, operator.graph
    bound = (engine or Numba()).bind(operator)
    choice = bound.order(columns, number, depth) if isinstance(bound, SupportsWalk) else None
    order = "none" if choice is None else choice.name
    rule = rule or sgc()
    fused, pulls = isinstance(bound, SupportsWalk) and fusable(rule), bool(rule.c)
    per_panel = panel_columns(operator, columns, dtype, pulls=pulls, fused=fused, memory=memory)
    panels = -(-columns // per_panel) if columns else 1
    row_bytes = cut_padded(per_panel, number.itemsize).stride * number.itemsize
    seconds = panels * (depth + 1) * (graph.num_entries + 3 * nodes) * row_bytes / gather_rate()
    peak = _graph_bytes(operator, reordered=order != "none")
    peak += per_panel * nodes * _number_bytes(number.itemsize, pulls=pulls, fused=fused)
    peak += _entering_bytes(nodes, per_panel)
    return RunEstimate(peak, seconds, (depth + 1) * panels, panels, per_panel, order)


def panel_columns(
    operator: Operator, columns: int, dtype: str, *, pulls: bool, fused: bool, memory: int | None
) -> int:
    """Return how many columns fit into memory at once, all of them where they do.

    Parameters
    ----------
    operator : Operator
    columns : int
    dtype : str
    pulls : bool
        Whether the features themselves are kept as a third block.
    fused : bool
        Whether the run takes one sweep a depth, as deflated runs of the default engine do.
    memory : int or None
        Bytes; by default `available_memory`.

    Raises
    ------
    UsageError
        If not even one column fits.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> panel_columns(ss.gcn(ss.load("karate").graph), 64, "float64", pulls=False, fused=True, memory=54_000)
    24
    """
    size = storage_type(dtype).itemsize
    budget = available_memory() if memory is None else memory
    nodes = operator.graph.num_nodes
    column_bytes = nodes * _number_bytes(size, pulls=pulls, fused=fused)
    fixed = _graph_bytes(operator, reordered=True) + _entering_bytes(nodes, columns)
    return _fitting(columns, column_bytes, fixed, budget, LINE // size)


def available_memory(source: Path = Path("/proc/meminfo")) -> int | None:
    """Return how many bytes a run may take unasked, a share of what the system calls available; None if unknown.

    Examples
    --------
    >>> found = available_memory()
    >>> found is None or found > 0
    True
    """
    try:
        lines = source.read_text().splitlines()
    except OSError:
        return None
    kibibytes = next((int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
    return None if kibibytes is None else int(SHARE * 1024 * kibibytes)


@cache
def gather_rate() -> float:
    """Return the bytes of neighbours' rows that this machine reads in a second, by a probe of some 50 ms.

    Examples
    --------
    >>> gather_rate() > 1e6
    True
    """
    rng = np.random.default_rng(0)
    indptr = np.arange(PROBE_NODES + 1, dtype=np.int64) * PROBE_DEGREE
    indices = rng.integers(PROBE_NODES, size=indptr[-1], dtype=np.int32)
    pattern = Pattern(
        frozen(indptr),
        frozen(indices),
        None,
        frozen(np.ones(1)),
        frozen(np.full(PROBE_NODES, PROBE_DEGREE + 1.0)),
        RowClasses.whole(),
    )
    dtype = np.dtype(np.float32)
    cut = cut_padded(64, dtype.itemsize)
    x, out = (new_block(PROBE_NODES, cut.stride, dtype) for _ in range(2))
    x += 1.0
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        sweep(pattern, cut, frozen(x.reshape(-1)), out.reshape(-1), Extras())
        best = min(best, time.perf_counter() - start)
    return len(indices) * cut.stride * dtype.itemsize / best


def _graph_bytes(operator: Operator, *, reordered: bool) -> int:
    graph = operator.graph
    entry_bytes = graph.indices.nbytes + (0 if graph.weights is None else graph.weights.nbytes)
    return entry_bytes * (1 + reordered) + graph.num_nodes * NODE_BYTES


def _number_bytes(size: int, *, pulls: bool, fused: bool) -> int:
    """Return the bytes of all blocks for one number of a state.

    A fused run has two blocks, or three. Any other has the features, the state, the next and the read-out, and float64
    copies of the first and of what is measured.
    """
    return size * (2 + pulls) if fused else 4 * size + 2 * 8


def _entering_bytes(nodes: int, columns: int) -> int:
    """Return the bytes of a panel of features on its way in, and of what it is taken from."""
    return 2 * 8 * min(PANEL_VALUES, nodes * columns)


def _fitting(columns: int, column_bytes: int, graph_bytes: int, memory: int | None, line: int) -> int:
    """Return how many columns one panel may have: all, or a multiple of a cache line that fits."""
    if memory is None or columns * column_bytes + graph_bytes <= memory:
        return columns
    fitting = max(memory - graph_bytes, 0) // column_bytes
    if fitting < 1:
        raise UsageError(
            f"one column of features needs {(graph_bytes + column_bytes) / 1e9:.2g} GB with the graph, and "
            f"{memory / 1e9:.2g} GB may be used; give more memory or use float32"
        )
    return int(fitting // line * line) or int(fitting)
