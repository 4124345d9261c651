"""What a contender is: a solver, the settings it is tried with, and one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchmarks.eigen_race.problem import Problem

Settings = Mapping[str, Any]
LADDER = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14)
MANY = 100_000  # iterations: the clock is what ends a run


@dataclass(frozen=True, eq=False)
class Answer:
    """λ_2 as the solver states it, the eigenvector, from which the edge-wise quotient is taken, and what was chosen."""

    value: float
    vector: np.ndarray
    told: str = ""


class Contender(Protocol):
    """A solver; a frozen dataclass. Libraries are imported when used."""

    @property
    def name(self) -> str:
        """Short name in the file and on the command line."""
        ...

    def about(self) -> str:
        """Return the version; fails where the library cannot be imported."""
        ...

    def variants(self) -> Sequence[Settings]:
        """Return the settings to try, the most promising first."""
        ...

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Return λ_2; everything but S itself is made here, because it counts."""
        ...


def start(problem: Problem, columns: int, seed: int) -> np.ndarray:
    """Return seeded random start vectors without the fixed one."""
    block = np.random.default_rng(seed).standard_normal((problem.nodes, columns))
    return block - np.outer(problem.fixed, problem.fixed @ block)
