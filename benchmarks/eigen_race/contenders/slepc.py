"""SLEPc (Hernandez, Roman and Vidal, 2005) through slepc4py, the fixed vector in its deflation space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.eigen_race.contenders.types import MANY, Answer, Settings, start
from benchmarks.eigen_race.problem import Problem


@dataclass(frozen=True)
class Slepc:
    """Krylov-Schur on S, one process."""

    name: str = "slepc"

    def about(self) -> str:
        """Return the version."""
        from slepc4py import SLEPc

        return f"SLEPc {'.'.join(map(str, SLEPc.Sys.getVersion()))}"

    def variants(self) -> Sequence[Settings]:
        """Sizes of the Krylov space."""
        return [{"ncv": 16}, {"ncv": 32}, {"ncv": 64}]

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Iterate."""
        from petsc4py import PETSc
        from slepc4py import SLEPc

        core, nodes = problem.core, problem.nodes
        matrix = PETSc.Mat().createAIJWithArrays((nodes, nodes), (core.indptr, core.indices, core.data))
        solver = SLEPc.EPS().create()
        solver.setOperators(matrix)
        solver.setProblemType(SLEPc.EPS.ProblemType.HEP)
        solver.setWhichEigenpairs(SLEPc.EPS.Which.LARGEST_REAL)
        solver.setDeflationSpace(PETSc.Vec().createWithArray(problem.fixed.copy()))
        solver.setInitialSpace(PETSc.Vec().createWithArray(start(problem, 1, seed)[:, 0]))
        solver.setDimensions(1, settings["ncv"])
        solver.setTolerances(tolerance, MANY)
        solver.solve()
        if solver.getConverged() < 1:
            raise RuntimeError(f"no pair converged in {solver.getIterationNumber()} restarts")
        vector = matrix.createVecRight()
        value = solver.getEigenpair(0, vector).real
        return Answer(1.0 - value, vector.getArray().copy())
