"""Contenders as the worker sees them: prepare a case, step, run, and say how wrong the answer is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

import spectral_smooth as ss
from benchmarks.versus import ours
from benchmarks.versus.blocks import empty_block, features
from benchmarks.versus.core import core_matrix
from benchmarks.versus.opponents.registry import OPPONENTS
from benchmarks.versus.opponents.types import Opponent, Variant

HOPELESS = 3.0  # a setting that takes so many times as long as another at first is not tried again
OURS = ("ours", "ours_reordered", "ours_weighted")


class Runner(Protocol):
    """A contender prepared for one case."""

    setting: str
    tasks: dict[str, Callable[[int], object]]
    kind: str

    def answer(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the input and the output of one step."""
        ...


def about(contender: str) -> str:
    """Return the contender's version; fails where it cannot be imported."""
    return ours.about() if contender in OURS else OPPONENTS[contender].about()


def prepare(contender: str, graph: ss.Graph, columns: int, dtype: str, threads: int) -> Runner:
    """Return a contender ready to run, warm, its best setting chosen."""
    if contender in OURS:
        return _Ours(contender, graph, columns, dtype, threads)
    return _Opponent(OPPONENTS[contender], graph, columns, dtype, threads)


class _Ours:
    def __init__(self, contender: str, graph: ss.Graph, columns: int, dtype: str, threads: int) -> None:
        weighted, reorder = contender == "ours_weighted", contender == "ours_reordered"
        self.kind = "weighted" if weighted else "core"
        self._handle = ours.prepare(graph, columns, dtype, threads, reorder=reorder, weighted=weighted)
        self.setting = self._handle.setting
        self.tasks = {
            "step": lambda _: ours.step(self._handle),
            "plain": lambda _: ours.step_plain(self._handle),
            "run": lambda depth: ours.run(self._handle, depth),
        }
        ours.step(self._handle)

    def answer(self) -> tuple[np.ndarray, np.ndarray]:
        return ours.source(self._handle), ours.result(self._handle)


class _Opponent:
    def __init__(self, opponent: Opponent, graph: ss.Graph, columns: int, dtype: str, threads: int) -> None:
        nodes = graph.num_nodes
        blocks = features(nodes, columns, dtype), empty_block(nodes, columns, dtype)
        blocks[1].fill(0)
        self._best, tried = _fastest(opponent, core_matrix(graph, dtype), blocks, threads)
        self.kind = self._best.kind
        self.setting = self._best.setting + (f" (best of {tried})" if tried > 1 else "")
        self.tasks = {"step": lambda _: self._best.multiply(0), "run": self._run}

    def answer(self) -> tuple[np.ndarray, np.ndarray]:
        self._best.multiply(0)
        return self._best.block(0), self._best.block(1)

    def _run(self, depth: int) -> None:
        """Propagate with the same measures as ours, in NumPy."""
        for k in range(depth):
            self._best.multiply(k % 2)
            x, y = self._best.block(k % 2), self._best.block(1 - k % 2)
            norm = np.vdot(x, x)
            _ = norm - np.vdot(x, y)


@dataclass
class _Tried:
    variant: Variant
    seconds: float


def _fastest(opponent: Opponent, matrix: object, blocks: object, threads: int) -> tuple[Variant, int]:
    """Return the variant with the shortest of two runs after a first one, and how many were tried.

    A setting that the library refuses for this case is passed over; its error is raised where all are refused.
    """
    best, tried, refused = None, 0, RuntimeError(f"{opponent.name} offers no setting for this case")
    for variant in opponent.variants(matrix, blocks, threads):
        try:
            seconds = timed(variant.multiply, 0)
            if best is None or seconds < HOPELESS * best.seconds:
                seconds = min(timed(variant.multiply, 0) for _ in range(2))
        except Exception as error:
            refused = error
            continue
        tried += 1
        loser = variant
        if best is None or seconds < best.seconds:
            loser = None if best is None else best.variant
            best = _Tried(variant, seconds)
        if loser is not None:
            loser.close()
    if best is None:
        raise refused
    return best.variant, tried


def timed(work: Callable[[int], object], argument: int) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    work(argument)
    return time.perf_counter() - start
