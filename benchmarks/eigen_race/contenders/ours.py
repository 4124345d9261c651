"""The one file that knows how spectral_smooth is called: the automatic choice at a tolerance, and forced solvers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import spectral_smooth as ss
from benchmarks.eigen_race.contenders.types import Answer, Settings
from benchmarks.eigen_race.problem import edge_quotient
from benchmarks.graphs import unchecked

FORCED = {  # name in the race -> module and class; one that the package does not have is named with its error
    "ours_default": ("auto", "Auto"),
    "ours_lanczos": ("lanczos", "Lanczos"),
    "ours_block_krylov": ("block_krylov", "BlockKrylov"),
    "ours_lobpcg": ("lobpcg", "Lobpcg"),
    "ours_shift_invert": ("shift_invert", "ShiftInvert"),
    "ours_arpack": ("arpack", "Arpack"),
    "ours_primme": ("primme", "Primme"),
}


@dataclass(frozen=True, eq=False)
class GraphProblem:
    """The same problem as we get it: the graph."""

    graph: ss.Graph

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.graph.num_nodes

    def fresh(self) -> ss.Graph:
        """Return the graph without anything that an earlier call may have kept on it."""
        return unchecked(self.graph.indptr, self.graph.indices, self.graph.name)

    def quotient(self, vector: Any) -> float:
        """Return λ of a vector in the coordinates of S, see `edge_quotient`."""
        return edge_quotient(self.graph.indptr, self.graph.indices, vector, loops=1)


@dataclass(frozen=True)
class Ours:
    """``ss.eigenpairs(ss.gcn(graph), 1, "top", solver=Auto(tolerance), rng=seed)``, everything from the graph on."""

    name: str = "ours"

    def about(self) -> str:
        """Return the version; fails where the forced solver is not offered."""
        self._solver(0.0)
        return f"spectral_smooth {ss.__version__}"

    def variants(self) -> Sequence[Settings]:
        """One: nothing but the tolerance is chosen."""
        return [{}]

    def solve(self, problem: GraphProblem, settings: Settings, tolerance: float, seed: int) -> Answer:  # noqa: ARG002
        """Solve to a residual of ``tolerance``, or the package's own where that is 0."""
        spectrum = ss.eigenpairs(ss.gcn(problem.fresh()), 1, "top", solver=self._solver(tolerance), rng=seed)
        assert spectrum.vectors is not None
        gap = spectrum.gap
        return Answer(
            float("nan") if gap is None else gap, spectrum.vectors[:, 0], spectrum.convergence.method
        )

    def _solver(self, tolerance: float) -> Any:
        module, kind = FORCED.get(self.name, FORCED["ours_default"])
        solver = getattr(import_module(f"spectral_smooth.spectra.solvers.{module}"), kind)
        return solver() if tolerance == 0.0 else solver(tolerance=tolerance)
