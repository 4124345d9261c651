"""Auto: which solver for which component, as a function that can be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spectral_smooth.errors import UsageError
from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.solvers.lanczos import PROBE, Lanczos
from spectral_smooth.spectra.solvers.lobpcg import Lobpcg
from spectral_smooth.spectra.solvers.problem import ComponentSolver
from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert

DENSE_ALWAYS = 600
DENSE_AT_MOST = 20_000
FIRST_TRY = 5_000
BOUND_FROM = 20_000
CHEAP_FILL = 8
# After 60 steps of Lanczos a value that is not far from 1 cannot be told from 1 − 30/60².
PLAIN_GAP = 30.0 / PROBE**2


@dataclass(frozen=True)
class ComponentShape:
    """What the choice of a solver depends on.

    Attributes
    ----------
    nodes, entries : int
        Size of the component and of its matrix.
    gap : float or None
        Estimate of the distance of the largest value from 1, after a few products; None where nothing is known yet,
        and for the bottom end, where tiny gaps are rare.
    fill : int or None
        Bound on the entries of a triangular factor; None where it was not computed: it is where the gap is small.
    """

    nodes: int
    entries: int
    gap: float | None = None
    fill: int | None = None


@dataclass(frozen=True)
class Auto:
    """The automatic choice.

    ==================================================  ===========================================================
    component                                           solvers, each tried when the one before failed
    ==================================================  ===========================================================
    at most 600 nodes, or count ≥ nodes / 4             Dense
    at least 20,000 nodes, one value, gap not known     Lanczos; if 60 steps show a gap below 1/120, chosen again
    (for more values 60 steps of it look at the gap)
    at least 20,000 nodes, gap below 1/120,             ShiftInvert, BlockKrylov
    factor ≤ 8 × the matrix
    at least 20,000 nodes, gap below 1/120,             Lobpcg with algebraic multigrid if pyamg is there,
    larger factor                                       BlockKrylov (5,000 products), ShiftInvert, BlockKrylov
    all others                                          BlockKrylov (5,000 products), ShiftInvert, BlockKrylov
    ==================================================  ===========================================================

    Measured for six values on two cores: at 600 nodes LAPACK takes 20 ms, as long as the iteration; at
    60,000 to 120,000 nodes the iteration takes 1–2 s where ARPACK takes 13 s; a web graph of
    325,000 nodes and gap 5e-7 needs 18,000 products, or one factorisation with next to no fill.
    ARPACK is never chosen; it is there as an independent second opinion.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    memory : int
        Bytes that Lanczos vectors may take.

    Examples
    --------
    >>> from spectral_smooth.spectra.solvers.auto import Auto, ComponentShape
    >>> [solver.name for solver in Auto().choose(ComponentShape(nodes=34, entries=190), 6)]
    ['dense LAPACK']
    """

    tolerance: float = 1e-10
    memory: int = 1 << 30

    def choose(self, shape: ComponentShape, count: int) -> tuple[ComponentSolver, ...]:
        """Return the solvers for ``count`` values of one end, in the order in which they are tried.

        Raises
        ------
        UsageError
            If so many values of so large a component are asked for that only dense algebra would do.
        """
        if shape.nodes <= DENSE_ALWAYS or 4 * count >= shape.nodes:
            if shape.nodes > DENSE_AT_MOST:
                raise UsageError(
                    f"{count:,} eigenvalues of a component of {shape.nodes:,} nodes need dense algebra, which is "
                    f"offered up to {DENSE_AT_MOST:,} nodes; ask for fewer than {shape.nodes // 4:,}"
                )
            return (Dense(),)
        factorised = ShiftInvert(tolerance=self.tolerance)
        filtered = BlockKrylov(tolerance=self.tolerance)
        if shape.nodes >= BOUND_FROM and shape.gap is None and count == 1:
            return (Lanczos(tolerance=self.tolerance, memory=self.memory, least_gap=PLAIN_GAP),)
        if shape.fill is not None and shape.fill <= CHEAP_FILL * shape.entries:
            return (factorised, filtered)
        small_gap = shape.nodes >= BOUND_FROM and shape.gap is not None and shape.gap < PLAIN_GAP
        preconditioned = (Lobpcg(tolerance=self.tolerance),) if small_gap and Lobpcg.offered() else ()
        return (
            *preconditioned,
            replace(filtered, max_applications=FIRST_TRY),
            factorised,
            filtered,
        )


@dataclass(frozen=True)
class Only:
    """One solver for all components, dense algebra where it does not fit.

    Parameters
    ----------
    solver : ComponentSolver
    """

    solver: ComponentSolver

    def choose(self, shape: ComponentShape, count: int) -> tuple[ComponentSolver, ...]:
        """Return that solver."""
        free = max(shape.nodes - 2, 0)
        return (self.solver,) if self.solver.fits(free, min(count, free)) else (Dense(),)
