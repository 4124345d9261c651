"""How the depths of single nodes are spread, in the steps of the usual grid of depths; shared by all pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spectral_smooth.depth.grid import GRID
from spectral_smooth.depth.local import NodeDepths
from spectral_smooth.depth.spread import Spread
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report.numbers import span

TITLES = {"smooth": "smooth", "lost": "lost, measured", "predicted": "lost, predicted"}


@dataclass(frozen=True, eq=False)
class NodeBars:
    """Shares of the nodes whose depth lies in a step.

    Attributes
    ----------
    names : tuple of str
        What each step holds; the last is "later" where some nodes are not within the depths looked at.
    shares : dict of name to float array
        For those of ``smooth``, ``lost`` and ``predicted`` that there are; of the nodes with an edge or a loop.
    depth : int
        Largest depth looked at.
    outside : int
        Nodes that are left out.
    """

    names: tuple[str, ...]
    shares: Mapping[str, FloatArray]
    depth: int
    outside: int


def node_bars(nodes: NodeDepths | None) -> NodeBars | None:
    """Count nodes by step; None where there is nothing to count.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> bars = node_bars(ss.node_depths(ss.gcn(ss.load("karate").graph), np.eye(34)))
    >>> bars.names, bars.shares["smooth"].round(2).tolist()
    (('12–15', '16–23', '24–31', '32–47', '48–63'), [0.09, 0.5, 0.32, 0.09, 0.0])
    """
    if nodes is None or not nodes.spreads:
        return None
    found = {name: spread for name, spread in nodes.spreads.items() if name in TITLES}
    starts = GRID[nodes.depth >= GRID]
    counts = {name: _counted(spread, starts) for name, spread in found.items()}
    total = sum(next(iter(counts.values()))) if counts else 0
    if not total:
        return None
    seen = np.flatnonzero(sum(counts.values()))
    kept = slice(int(seen[0]), int(seen[-1]) + 1)
    ends = [*(starts[1:] - 1), nodes.depth]
    names = [*(span(int(a), max(int(a), int(b))) for a, b in zip(starts, ends, strict=True)), "later"]
    shares = {name: values[kept] / total for name, values in counts.items()}
    return NodeBars(tuple(names[kept]), shares, nodes.depth, next(iter(found.values())).outside)


def _counted(spread: Spread, starts: FloatArray) -> FloatArray:
    out = np.zeros(len(starts) + 1)
    if spread.depths:
        np.add.at(out, np.searchsorted(starts, spread.depths, side="right") - 1, spread.counts)
    out[-1] = spread.not_within
    return out
