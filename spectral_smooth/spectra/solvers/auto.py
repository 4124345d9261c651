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
FIRST_TRY = 5_000
BOUND_FROM = 20_000
CHEAP_FILL = 8
# Bytes for an entry of a factor (L, U and their indices), and for a pair of nodes in LAPACK.
FACTOR_BYTES, PAIR_BYTES = 32, 32
# Multiplications of a factorisation, about entries²/nodes, that takes less time than an iteration: whatever the gap on
# a small component, and where it is known to be small on a large one.
SMALL_WORK, LARGE_WORK = 3e8, 3e9
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
        Estimate of the distance of the largest value (of −S at the bottom end) from 1, after a few products; None
        where nothing is known yet.
    fill : int or None
        Bound on the entries of a triangular factor; None where it was not computed: it is where the gap is small, and
        at the top end of components below 20,000 nodes.
    band : int or None
        Largest distance of two neighbours in an order in which a banded factor is cheap (`narrow_order`); None where
        there is no such order.
    """

    nodes: int
    entries: int
    gap: float | None = None
    fill: int | None = None
    band: int | None = None


@dataclass(frozen=True)
class Auto:
    """The automatic choice.

    ==================================================  ===========================================================
    component                                           solvers, each tried when the one before failed
    ==================================================  ===========================================================
    at most 600 nodes, or count ≥ nodes / 4             Dense
    long and narrow: a banded factor is cheap           ShiftInvert, BlockKrylov
    below 20,000 nodes, top end, a factor is cheap:     ShiftInvert, BlockKrylov
    entries² ≤ 3e8 × nodes, or ≤ 8 × the matrix
    at least 20,000 nodes, one value, gap not known     Lanczos; if 60 steps show a gap below 1/120, chosen again
    (for more values 60 steps of it look at the gap;
    where two nodes are so far apart that the gap must
    be small, nothing does)
    at least 20,000 nodes, gap below 1/120,             ShiftInvert, BlockKrylov
    a factor is cheap: entries² ≤ 3e9 × nodes,
    or ≤ 8 × the matrix
    the bound of a factor is more than the memory       Lobpcg as below, BlockKrylov
    at least 20,000 nodes, gap below 1/120,             Lobpcg with algebraic multigrid if pyamg is there,
    larger factor                                       BlockKrylov (5,000 products), ShiftInvert, BlockKrylov
    all others                                          BlockKrylov (5,000 products), ShiftInvert, BlockKrylov
    ==================================================  ===========================================================

    Measured for six values on two cores: at 600 nodes LAPACK takes 20 ms, as long as the iteration; at
    60,000 to 120,000 nodes the iteration takes 1–2 s where ARPACK takes 13 s; a web graph of
    325,000 nodes and gap 5e-7 needs 18,000 products, or one factorisation with next to no fill.
    Whether a graph is long and narrow costs next to nothing to see: where it is not, the search ends after a few
    hundred nodes. ARPACK is never chosen; it is there as an independent second opinion.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    memory : int
        Bytes that a solver may take beside the graph and a few blocks of vectors: dense matrices (32 for each pair
        of nodes), a triangular factor (32 an entry; where its bound is above that, no factorisation is tried) or
        Lanczos vectors (where they do not fit, they are made a second time).

    Examples
    --------
    >>> from spectral_smooth.spectra.solvers.auto import Auto, ComponentShape
    >>> [solver.name for solver in Auto().choose(ComponentShape(nodes=34, entries=190), 6)]
    ['dense LAPACK']
    """

    tolerance: float = 1e-10
    memory: int = 4 << 30

    def choose(self, shape: ComponentShape, count: int) -> tuple[ComponentSolver, ...]:
        """Return the solvers for ``count`` values of one end, in the order in which they are tried.

        Raises
        ------
        UsageError
            If so many values of so large a component are asked for that only dense algebra would do, and that needs
            more than the memory.
        """
        if shape.nodes <= DENSE_ALWAYS or 4 * count >= shape.nodes:
            return (self._dense(shape, count),)
        most = self.memory // FACTOR_BYTES
        factorised = ShiftInvert(tolerance=self.tolerance, max_fill=min(ShiftInvert.max_fill, most))
        filtered = BlockKrylov(tolerance=self.tolerance)
        if shape.band is not None and shape.band * shape.nodes <= most:
            return (factorised, filtered)
        if shape.nodes >= BOUND_FROM and shape.gap is None and count == 1:
            return (Lanczos(tolerance=self.tolerance, memory=self.memory, least_gap=PLAIN_GAP),)
        if shape.fill is not None and shape.fill > most:
            return (*self._preconditioned(shape), filtered)
        if shape.fill is not None and shape.fill <= fill_allowed(shape.nodes, shape.entries):
            return (factorised, filtered)
        return (
            *self._preconditioned(shape),
            replace(filtered, max_applications=FIRST_TRY),
            factorised,
            filtered,
        )

    def _dense(self, shape: ComponentShape, count: int) -> Dense:
        needed = PAIR_BYTES * shape.nodes**2
        if shape.nodes > DENSE_ALWAYS and needed > self.memory:
            raise UsageError(
                f"{count:,} eigenvalues of a component of {shape.nodes:,} nodes need dense algebra and "
                f"{needed / 1e9:.3g} GB, where {self.memory / 1e9:.3g} GB are allowed; ask for fewer than "
                f"{shape.nodes // 4:,}, or allow more with Auto(memory=...)"
            )
        return Dense()

    def _preconditioned(self, shape: ComponentShape) -> tuple[ComponentSolver, ...]:
        small_gap = shape.nodes >= BOUND_FROM and shape.gap is not None and shape.gap < PLAIN_GAP
        return (Lobpcg(tolerance=self.tolerance),) if small_gap and Lobpcg.offered() else ()


def fill_allowed(nodes: int, entries: int) -> int:
    """Return the entries of a factor up to which factorising is the quickest way: to any value, or to a small gap."""
    work = SMALL_WORK if nodes < BOUND_FROM else LARGE_WORK
    return max(CHEAP_FILL * entries, int((work * nodes) ** 0.5))


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
