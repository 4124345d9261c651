"""The spectral measure of every column of a block by itself, from the products that one column needs."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.deflation import EPS
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.modal import Discrete
from spectral_smooth.spectra.quadrature import Ends, SpectralMeasure

# Columns that are kept at a time: four blocks of that width, whatever the number of columns.
PANEL = 16
EXHAUSTED = 1e-13


def column_measures(
    operator: Operator,
    columns: FloatArray,
    *,
    products: int | None = 32,
    engine: Engine | None = None,
) -> tuple[SpectralMeasure, ...]:
    """Return the spectral measure Σ_i ⟨u_i, T x⟩² δ(μ_i) of each column x.

    One Lanczos recurrence a column, in lock-step: as many products with S as one column needs. Unlike
    `spectral_measure` it does not split by row group; each measure has the whole graph as its only group.

    Parameters
    ----------
    operator : Operator
    columns : float array, shape (num_nodes, count)
    products : int or None
        Lanczos steps; None takes the whole spectrum by one dense eigendecomposition of S, cubic in the
        nodes.
    engine : Engine, optional
        `Numba` by default.

    Returns
    -------
    tuple of SpectralMeasure

    Raises
    ------
    UsageError
        If ``products`` is less than 1.
    InputError
        If there is not one row a node, or values are not finite.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.cycle_graph(5)))
    >>> [round(m.total, 12) for m in column_measures(op, np.eye(5)[:, :2] * [1, 2], products=3)]
    [1.0, 4.0]
    """
    if products is not None and products < 1:
        raise UsageError(f"at least one product is needed, got {products}")
    bound = (engine or Numba()).bind(operator)
    found: list[SpectralMeasure] = []
    for low in range(0, columns.shape[1], PANEL):
        core = operator.enter(columns[:, low : low + PANEL])
        found += _panel(bound, core, products)
    return tuple(found)


def _panel(bound: BoundOperator, core: FloatArray, products: int | None) -> list[SpectralMeasure]:
    operator = bound.operator
    space, n = operator.fixed_space, operator.graph.num_nodes
    squares = space.coefficients(core) ** 2
    fixed = squares[: space.dimension].sum(axis=0)
    alternating = squares[space.dimension :].sum(axis=0)
    bound.project_out(core)
    bound.project_out(core)
    left = _inner(core, core)
    # What remains of a column that lies in the known spaces is rounding.
    mass = np.where(left > (8.0 * EPS) ** 2 * n * (fixed + alternating), left, 0.0)
    rest: list[Jacobi | None] | list[Discrete | None]
    if products is None:
        rest, used = _whole(operator, core, mass), 0
    else:
        rest, used = _lanczos(bound, core, mass, products)
    # sums over nodes are taken one after the other here
    rounding = EPS * (8.0 + int(np.diff(operator.graph.indptr).max(initial=0)) + n)
    return [
        SpectralMeasure(
            fixed[f : f + 1], alternating[f : f + 1], (rest[f],), Ends.of(operator), used, rounding
        )
        for f in range(core.shape[1])
    ]


def _lanczos(
    bound: BoundOperator, start: FloatArray, mass: FloatArray, steps: int
) -> tuple[list[Jacobi | None], int]:
    count = len(mass)
    alphas, betas = np.zeros((steps, count)), np.zeros((steps, count))
    length, alive = np.where(mass > 0, steps, 0), mass > 0
    current, previous, image = start, np.zeros_like(start), np.empty_like(start)
    current *= _inverse(np.sqrt(mass))
    beta, used = np.zeros(count), 0
    for step in range(steps):
        if not alive.any():
            break
        bound.apply(current, image)
        used += 1
        alphas[step] = _inner(current, image)
        previous *= -beta
        previous += image
        np.multiply(current, alphas[step], out=image)
        previous -= image
        # Every step: rounding in the known spaces, outside of the rest of the spectrum, grows without bound.
        bound.project_out(previous)
        beta = np.sqrt(_inner(previous, previous))
        ended = alive & (beta <= EXHAUSTED)
        length[ended] = step + 1
        alive &= ~ended
        beta = np.where(alive, beta, 0.0)
        betas[step] = beta
        previous *= _inverse(beta)
        current, previous = previous, current
    return [
        _recurrence(alphas[:, f], betas[:, f], int(length[f]), float(mass[f]), ended=not alive[f])
        for f in range(count)
    ], used


def _recurrence(
    alpha: FloatArray, beta: FloatArray, length: int, mass: float, *, ended: bool
) -> Jacobi | None:
    if not mass:
        return None
    following = None if ended else float(beta[length - 1])
    return Jacobi(alpha[:length].copy(), beta[: length - 1].copy(), mass, ended, following)


def _whole(operator: Operator, core: FloatArray, mass: FloatArray) -> list[Discrete | None]:
    """Return all eigenvalues with their masses; the known vectors are moved to −3 and +3 and dropped."""
    basis, known = operator.fixed_space.basis.toarray(), operator.fixed_space.dimension
    matrix = operator.matrix().toarray()
    matrix -= 4.0 * basis[:known].T @ basis[:known]
    matrix += 4.0 * basis[known:].T @ basis[known:]
    values, vectors = np.linalg.eigh(matrix)
    kept = np.abs(values) < 2.0
    contents = (vectors[:, kept].T @ core) ** 2
    return [Discrete(values[kept], contents[:, f]) if mass[f] > 0 else None for f in range(len(mass))]


def _inner(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("if,if->f", x, y))


def _inverse(values: FloatArray) -> FloatArray:
    return np.asarray(np.divide(1.0, values, out=np.zeros_like(values), where=values > 0))
