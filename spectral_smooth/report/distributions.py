"""Bars of degrees and of component sizes, ready to be drawn; shared by all pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report.numbers import count
from spectral_smooth.report.wording import nodes

HEAVY_TAIL = 8.0
LOG_SPAN = 30.0


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars over whole numbers, empty ones left out.

    Attributes
    ----------
    first, size : float arrays
        Smallest whole number of each bar, and how many numbers it holds.
    nodes : float array
        Nodes that each bar stands for.
    log_x, log_y : bool
    note : str
        What the picture leaves out.
    sentence : str
        Said instead of a picture where there is nothing to compare.
    """

    first: FloatArray
    size: FloatArray
    nodes: FloatArray
    log_x: bool = False
    log_y: bool = False
    note: str = ""
    sentence: str = ""

    @property
    def binned(self) -> bool:
        """Whether bars hold several numbers, so that heights are nodes per number."""
        return bool(np.any(self.size > 1))

    @property
    def height(self) -> FloatArray:
        """Nodes per whole number."""
        return np.asarray(self.nodes / self.size)

    @property
    def left(self) -> FloatArray:
        """Left edges, half a unit before the first number."""
        return np.asarray(self.first - 0.5)

    @property
    def middle(self) -> FloatArray:
        """Geometric middle of the numbers of a bar: where it stands on a log axis."""
        return np.asarray(np.sqrt(self.first * (self.first + self.size - 1.0)))

    def names(self) -> list[str]:
        """Return what each bar holds: one whole number, or a range of them."""
        last = self.first + self.size - 1.0
        return [
            count(a) if a == b else f"{count(a)} to {count(b)}" for a, b in zip(self.first, last, strict=True)
        ]


def degree_bars(graph: Mapping[str, Any]) -> Bars:
    """Return nodes per degree: log–log where the largest degree is many times the mean.

    Degree 0 has no place on a log axis; it is left to the note.
    """
    histogram = graph["degree_histogram"]
    first = np.asarray(histogram["degree"], dtype=np.float64)
    number = np.asarray(histogram["count"], dtype=np.float64)
    smallest, largest = float(graph.get("min_degree", 0.0)), float(graph.get("max_degree", 0.0))
    size = np.diff(first, append=max(largest, first[-1]) + 1.0)
    filled = number > 0
    bars = Bars(first[filled], size[filled], number[filled])
    if smallest == largest:
        return replace(bars, sentence=f"every node has degree {count(largest)}")
    if not _heavy(graph):
        return bars
    inside = bars.first >= 1
    alone = int(bars.nodes[~inside].sum())
    note = f"{nodes(alone)} of degree 0 not shown" if alone else ""
    return Bars(bars.first[inside], bars.size[inside], bars.nodes[inside], log_x=True, log_y=True, note=note)


def component_bars(graph: Mapping[str, Any]) -> Bars:
    """Return the sizes of the components that are listed, largest first."""
    sizes = np.asarray(graph["component_sizes"], dtype=np.float64)
    total = graph.get("components", len(sizes))
    bars = Bars(np.arange(1.0, len(sizes) + 1.0), np.ones(len(sizes)), sizes)
    if total <= 1 or not len(sizes):
        return replace(bars, sentence=f"one component holds all {nodes(graph['num_nodes'])}")
    if sizes[0] == sizes[-1] and total == len(sizes):
        return replace(bars, sentence=f"{count(total)} components of {nodes(int(sizes[0]))} each")
    note = f"largest {count(len(sizes))} of {count(total)} components" if total > len(sizes) else ""
    return replace(bars, log_y=bool(sizes.max() > LOG_SPAN * sizes.min()), note=note)


def _heavy(graph: Mapping[str, Any]) -> bool:
    mean = float(graph.get("mean_degree", 0.0))
    return float(graph.get("max_degree", 0.0)) > HEAVY_TAIL * max(mean, 1.0)
