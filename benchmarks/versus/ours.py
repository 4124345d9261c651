"""The one file that knows how spectral_smooth is called.

One step is one propagation with the squared norm of the state and its energy, as ``propagate`` needs them at every
depth. Our blocks lie in walk coordinates, padded and perhaps in another order of nodes; what is checked is turned back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import spectral_smooth as ss
from benchmarks.versus.blocks import features
from benchmarks.versus.core import weighted as with_weights
from spectral_smooth.engines.walk import Walk

DEPTH = 256  # products that the engine is told to expect


class NotOfferedError(Exception):
    """The engine does not do this here."""


@dataclass(frozen=True, eq=False)
class Handle:
    """Steps of one engine, and two blocks."""

    walk: Walk
    blocks: list[np.ndarray]
    columns: int
    setting: str


def about() -> str:
    """Return the version."""
    return f"spectral_smooth {ss.__version__}"


def prepare(
    graph: ss.Graph, columns: int, dtype: str, threads: int, reorder: bool = False, weighted: bool = False
) -> Handle:
    """Bind the gcn operator and fill the first block with the benchmark's features."""
    from numba import set_num_threads

    set_num_threads(threads)
    graph = with_weights(graph) if weighted else graph
    engine = ss.Numba(reorder="auto" if reorder else "none")
    walk = engine.bind(ss.gcn(graph)).walk(columns, np.dtype(dtype), DEPTH)
    if reorder and walk.choice.name == "none":
        raise NotOfferedError(walk.choice.reason)
    blocks = [walk.enter(features(graph.num_nodes, columns, dtype)), walk.empty()]
    order = f", {walk.choice.name} order" if reorder else ""
    setting = f"walk coordinates, rows of {walk.cut.stride}{', weighted' if weighted else ''}{order}"
    return Handle(walk, blocks, columns, setting)


def step(handle: Handle) -> None:
    """Advance block 0 into block 1, with norm and energy."""
    handle.walk.step(*handle.blocks)


def step_plain(handle: Handle) -> None:
    """Advance block 0 into block 1, no measures."""
    handle.walk.apply(*handle.blocks)


def run(handle: Handle, depth: int) -> None:
    """Propagate ``depth`` times, recentred, with norm and energy at every depth."""
    means = handle.walk.means(handle.blocks[0])
    for k in range(depth):
        means = handle.walk.step(handle.blocks[k % 2], handle.blocks[1 - k % 2], means=means).means


def source(handle: Handle) -> np.ndarray:
    """Return x in the graph's order of nodes and in the coordinates of S."""
    nodes = handle.walk.pattern.rows
    return features(nodes, handle.columns, str(handle.walk.dtype))


def result(handle: Handle) -> np.ndarray:
    """Return S x in the graph's order of nodes and in the coordinates of S.

    Nodes with a loop and no neighbour are zero in walk coordinates; S leaves them as they are.
    """
    found = handle.walk.leave(handle.blocks[1]).astype(handle.walk.dtype)
    space = handle.walk.operator.fixed_space
    alone = (space.labels >= 0) & (space.sizes[np.maximum(space.labels, 0)] == 1)
    found[alone] = source(handle)[alone]
    return found


def energies(graph: ss.Graph, x: np.ndarray, depth: int) -> list[tuple[float, int]]:
    """Return E_k of the deflated state at depths 0 to ``depth``, as (mantissa, binary exponent).

    Run in the dtype of x, recentred at every step, and brought back to about norm one; the exponent keeps what
    float64 could not.
    """
    walk = ss.Numba().bind(ss.gcn(graph)).walk(x.shape[1], x.dtype, depth)
    state, ahead = walk.enter(x), walk.empty()
    exponent, found = 0, []
    for _ in range(depth + 1):
        walk.recentre(state, walk.means(state))
        shift = int(np.frexp(np.sqrt(walk.norm(state).sum()))[1])
        state *= state.dtype.type(2.0**-shift)
        exponent += shift
        found.append((float(walk.step(state, ahead).energy.sum()), 2 * exponent))
        state, ahead = ahead, state
    return found
