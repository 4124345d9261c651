"""(σI − S)⁻¹ by one factorisation: banded Cholesky where the graph is long and narrow, SuperLU elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from scipy.linalg.lapack import dpbtrf, dpbtrs
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.spectra.solvers.narrow import NarrowOrder
from spectral_smooth.spectra.solvers.signed import SignedCore

# Multiplications that a banded factor may take: a second or two.
BAND_WORK = 1e10
# Beyond so many entries of the matrix a band holds mostly zeros.
BAND_SHARE = 8
LONG = 32


class Inverse(Protocol):
    """(σI − S)⁻¹ as something that can be applied."""

    def solve(self, block: FloatArray) -> FloatArray:
        """Return (σI − S)⁻¹ block, shape (nodes, columns)."""
        ...

    def positive(self) -> bool:
        """Whether the factor shows that σ lies above the whole spectrum."""
        ...


def narrow_order(core: SignedCore, max_fill: float = np.inf) -> NarrowOrder | None:
    """Return an order in which a banded factor is cheap, or None.

    Cheap is: at most eight times the entries of the matrix, a band of at most 1/32 of the nodes, 1e10
    multiplications. A graph that has one is so long that its gap is tiny.
    """
    nodes = core.nodes
    widest = min(
        BAND_SHARE * core.entries / nodes, nodes / LONG, (BAND_WORK / nodes) ** 0.5, max_fill / nodes
    )
    graph = core.operator.graph
    return NarrowOrder.of(graph.indptr, graph.indices, int(widest) - 1)


@dataclass(frozen=True, eq=False)
class BandedInverse:
    """LAPACK's banded Cholesky factor in a narrow order."""

    factor: FloatArray
    order: IntArray
    place: IntArray

    @classmethod
    def at(cls, core: SignedCore, shift: float, narrow: NarrowOrder) -> BandedInverse | None:
        """Factorise ``shift``·I − S; None where that is not positive definite."""
        graph, scale = core.operator.graph, core.operator.scale
        weights = np.ones(1) if graph.weights is None else graph.weights
        band = np.zeros((narrow.band + 1, core.nodes), order="F")
        band[0, narrow.place] = _diagonal(core, shift)
        step = 0 if graph.weights is None else 1
        _compiled()(graph.indptr, graph.indices, weights, step, core.sign * scale, scale, narrow.place, band)
        factor, failed_at = dpbtrf(band, lower=1, overwrite_ab=1)
        return None if failed_at else cls(factor, narrow.order, narrow.place)

    def solve(self, block: FloatArray) -> FloatArray:
        """Return (σI − S)⁻¹ block."""
        given = np.asfortranarray(block[self.order])
        return np.asarray(dpbtrs(self.factor, given, lower=1, overwrite_b=1)[0][self.place])

    def positive(self) -> bool:
        """Whether it is positive definite: the factor exists."""
        return True


@dataclass(frozen=True, eq=False)
class SparseInverse:
    """SuperLU's factors, without pivoting: the symmetric fill-reducing order is kept."""

    factors: Any

    @classmethod
    def at(cls, core: SignedCore, shift: float) -> SparseInverse:
        """Factorise ``shift``·I − S; above the spectrum that is positive definite, and no pivoting is needed."""
        return cls(
            splu(
                shifted(core, shift),
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        )

    def solve(self, block: FloatArray) -> FloatArray:
        """Return (σI − S)⁻¹ block."""
        return np.asarray(self.factors.solve(np.asarray(block)))

    def positive(self) -> bool:
        """Whether rows and columns were taken in one order and every pivot is positive."""
        factors = self.factors
        return bool(np.array_equal(factors.perm_r, factors.perm_c) and np.all(factors.U.diagonal() > 0))


def shifted(core: SignedCore, shift: float) -> csc_array:
    """Return ``shift``·I − S, straight from the graph's arrays."""
    graph, scale = core.operator.graph, core.operator.scale
    entries = -core.sign * scale[graph.rows] * scale[graph.indices]
    if graph.weights is not None:
        entries *= graph.weights
    edges = csc_array((entries, graph.indices, graph.indptr), shape=(core.nodes, core.nodes))
    return csc_array(edges + diags_array(_diagonal(core, shift), format="csc"))


def _diagonal(core: SignedCore, shift: float) -> FloatArray:
    """Return σ less the added loops' share; loops of the graph itself are among its entries."""
    operator = core.operator
    return np.asarray(shift - core.sign * operator.loop_weights * operator.scale**2)


@cache
def _compiled() -> Any:
    """Return `subtract_edges`, compiled."""
    from spectral_smooth.engines.compilation import kernel

    return kernel(subtract_edges)


def subtract_edges(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray,
    step: int,
    left: FloatArray,
    right: FloatArray,
    place: IntArray,
    band: FloatArray,
) -> None:
    """Subtract left_i w_ij right_j at [place_i − place_j, place_j], the lower triangle by columns.

    ``step`` is 0 where one weight serves all entries, 1 where each has its own.
    """
    for i in range(len(place)):
        for p in range(indptr[i], indptr[i + 1]):
            j = indices[p]
            below = place[i] - place[j]
            if below >= 0:
                band[below, place[j]] -= left[i] * weights[p * step] * right[j]
