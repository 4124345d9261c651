"""The spectral measure of a signal: where in the spectrum of S its energy lies, found by m products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import EPS, deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.schedule import FEWEST_CHUNKS
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.lockstep import lanczos
from spectral_smooth.spectra.modal import Discrete, modal_measure


@dataclass(frozen=True)
class Ends:
    """An interval that holds the spectrum off the known spaces, and whether that is proven.

    Ends that are only Ritz values turn a bracket into an estimate.
    """

    low: float
    high: float
    proven: bool

    @classmethod
    def of(cls, operator: Operator) -> Ends:
        """Return what is always true: [max(−1, 2·min p_ii − 1), 1]."""
        return cls(operator.lower_end, 1.0, True)


@dataclass(frozen=True, eq=False, repr=False)
class SpectralMeasure:
    """Spectral measure of a block of features in the core's coordinates Y = T X, per row group.

    ``q = Σ_i w(μ_i) g(μ_i) ‖u_iᵀ Y‖²`` for any quadratic measure. The fixed space (μ = 1) and the
    alternating space (μ = −1) are atoms, known in closed form; the rest is a Jacobi matrix from
    Lanczos or, on small graphs, the whole spectrum.

    Attributes
    ----------
    fixed, alternating : float array, shape (num_groups,)
        Mass of the atoms at +1 and −1.
    rest : tuple of Jacobi or Discrete or None, one per row group
        None where the group has no mass off the atoms.
    ends : Ends
    applications : int
        Products with S that it took.
    rounding : float
        Largest relative error of one product or one sum over nodes: eps times the number of terms that are
        added one after the other (the longest row, the rows of a chunk, the columns of a vector lane).
    """

    fixed: FloatArray
    alternating: FloatArray
    rest: tuple[Jacobi | Discrete | None, ...]
    ends: Ends
    applications: int
    rounding: float = 8.0 * EPS

    @property
    def total(self) -> float:
        """‖T X‖²."""
        return float(
            self.fixed.sum() + self.alternating.sum() + sum(r.mass for r in self.rest if r is not None)
        )

    @property
    def exact(self) -> bool:
        """Whether every group is known completely."""
        return all(r is None or isinstance(r, Discrete) for r in self.rest)

    def __repr__(self) -> str:
        kind = "full spectrum" if self.exact else f"{self.applications} products"
        off = sum(r.mass for r in self.rest if r is not None)
        share = off / self.total if self.total else 0.0
        return (
            f"SpectralMeasure ({kind}): {share:.3g} of the squared norm off the fixed and alternating spaces"
        )


def spectral_measure(
    operator: Operator,
    features: FloatArray,
    *,
    products: int | None = 32,
    ends: Ends | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> SpectralMeasure:
    """Find the spectral measure of features under an operator.

    Lanczos with the Frobenius inner product on the whole block, separately for each row group (the
    largest components; the rest pooled) in lock-step: one product with S per step whatever the number
    of groups. The known spaces are projected out first.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    products : int or None
        Lanczos steps; None takes the whole spectrum by dense eigendecomposition per component.
    ends : Ends, optional
        Interval that holds the spectrum; by default what can be proven without work.
    engine : Engine, optional
        `Numba` by default.
    progress : callable, optional
        Called with (done, total) products.

    Returns
    -------
    SpectralMeasure

    Raises
    ------
    UsageError
        If ``products`` is less than 1.
    InputError
        If the features are not one row a node, or not finite.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.as_graph(nx.path_graph(8)))
    >>> ss.spectral_measure(op, np.eye(8), products=4)
    SpectralMeasure (4 products): 0.875 of the squared norm off the fixed and alternating spaces
    """
    if products is not None and products < 1:
        raise UsageError(f"at least one product is needed, got {products}")
    bound: BoundOperator = (engine or Numba()).bind(operator)
    signal = deflate(bound, operator.enter(features))
    rest: tuple[Jacobi | Discrete | None, ...]
    if products is None:
        rest, used = modal_measure(operator, signal.rest, signal.mass), 0
    else:
        rest, used = lanczos(bound, signal.rest, signal.mass, products, progress)
    unit = rounding_unit(operator, signal.rest.shape[1])
    return SpectralMeasure(signal.fixed, signal.alternating, rest, ends or Ends.of(operator), used, unit)


def rounding_unit(operator: Operator, columns: int) -> float:
    """Return the largest relative error of one product with S or one sum over nodes and columns."""
    graph = operator.graph
    longest_row = int(np.diff(graph.indptr).max(initial=0))
    return EPS * (8.0 + longest_row + graph.num_nodes / FEWEST_CHUNKS + columns / 8.0)
