"""PRIMME (Stathopoulos and McCombs, 2010) through its Python interface, the fixed vector as constraint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.eigen_race.contenders.lobpcg import preconditioner
from benchmarks.eigen_race.contenders.types import MANY, Answer, Settings, start
from benchmarks.eigen_race.problem import Problem


@dataclass(frozen=True)
class Primme:
    """``primme.eigsh`` on S, largest; or on L, smallest, with pyamg's preconditioner."""

    name: str = "primme"

    def about(self) -> str:
        """Return the version."""
        import primme  # noqa: F401  (to see that it loads)

        return f"primme {version('primme')}"

    def variants(self) -> Sequence[Settings]:
        """Its presets for few products, for little time, GD+k by name, and GD+k with multigrid."""
        return [
            {"method": "PRIMME_DEFAULT_MIN_MATVECS"},
            {"method": "PRIMME_DEFAULT_MIN_TIME"},
            {"method": "PRIMME_GD_Olsen_plusK"},
            {"method": "PRIMME_DEFAULT_MIN_MATVECS", "M": "smoothed_aggregation"},
        ]

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Iterate."""
        import primme

        kind = settings.get("M", "none")
        matrix = problem.core if kind == "none" else problem.laplacian()
        values, vectors = primme.eigsh(
            matrix,
            k=1,
            which="LA" if kind == "none" else "SA",
            OPinv=preconditioner(problem, matrix, kind),
            lock=problem.fixed[:, None],
            v0=start(problem, 1, seed),
            tol=tolerance,
            maxiter=MANY * 10,
            method=settings["method"],
        )
        value = float(values[0])
        return Answer(1.0 - value if kind == "none" else value, vectors[:, 0])
