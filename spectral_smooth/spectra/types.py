"""Spectrum and Convergence: what a solver returns, and whether it may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray

if TYPE_CHECKING:
    from spectral_smooth.spectra.certify.certificate import Certificate

Which = Literal["top", "bottom", "slowest"]
Place = Literal["top", "bottom", "slowest", "around"]


@dataclass(frozen=True, eq=False)
class Convergence:
    """How an iterative result ended.

    Attributes
    ----------
    converged : bool
    residuals : float array
        ‖S u − μ u‖ of each returned pair, ‖u‖ = 1; each interval μ ± residual holds an eigenvalue.
    applications : int
        Products with S (zero for dense solvers).
    restarts : int
    method : str
        Solver(s) used.

    Examples
    --------
    >>> print(Convergence(True, np.array([2e-12, 1e-11]), 40, 1, "Lanczos"))
    Lanczos converged: largest residual 1.0e-11 over 2 pairs, 40 products, 1 restarts
    """

    converged: bool
    residuals: FloatArray
    applications: int
    restarts: int
    method: str

    def __str__(self) -> str:
        worst = f"{float(np.max(self.residuals)):.1e}" if len(self.residuals) else "0"
        state = "converged" if self.converged else "did NOT converge"
        return (
            f"{self.method} {state}: largest residual {worst} over {len(self.residuals)} pairs, "
            f"{self.applications} products, {self.restarts} restarts"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """Eigenvalues of S off its fixed space.

    Attributes
    ----------
    values : float array
        Eigenvalues μ of S with multiplicity over the whole graph, descending, the fixed space's μ = 1
        left out; the alternating space's μ = −1 is included where the bottom end was asked for.
    vectors : float array, shape (num_nodes, len(values)), or None
    fixed_dimension : int
        Number of components with d̃ > 0: multiplicity of μ = 1.
    alternating_dimension : int
        Number of bipartite components without loops: multiplicity of μ = −1.
    which : str
        ``top``, ``bottom`` or ``slowest``: which end ``values`` is taken from; or ``around`` a value.
    complete : bool
        Whether ``values`` are all of them.
    convergence : Convergence
    distances : float array, shape (len(values),), or None
        1 − μ of each value. Where that is below 1e-4 and an iteration has given the vector, it is summed up
        edge by edge, uᵀ(I − S)u = Σ_edges Ã_ij (u_i/√d̃_i − u_j/√d̃_j)²: right to many digits even for gaps of 1e-10,
        of which μ itself keeps six. None is the difference.
    certificate : Certificate or None
        What is proven about the values; None where that was not asked for.
    target : float or None
        The value that the others are around; None for an end.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> cycle = ss.eigenpairs(ss.gcn(ss.as_graph(nx.cycle_graph(6))), 2, "top")
    >>> cycle
    Spectrum (top): 2 values off a fixed space of 1: 0.666667, 0.666667
    >>> round(cycle.gap, 12), cycle.rate
    (0.333333333333, None)
    """

    values: FloatArray
    vectors: FloatArray | None
    fixed_dimension: int
    alternating_dimension: int
    which: Place
    complete: bool
    convergence: Convergence
    distances: FloatArray | None = None
    certificate: Certificate | None = None
    target: float | None = None

    @property
    def place(self) -> str:
        """Where the values are, in words."""
        return f"{self.which} end" if self.target is None else f"around {self.target:g}"

    @property
    def gap(self) -> float | None:
        """1 − μ_2, μ_2 the largest eigenvalue off the fixed space; see ``distances`` for how well it is known.

        None if there is none, the solver did not converge, or μ_2 need not be among the values.
        """
        if not len(self.values) or not self.convergence.converged:
            return None
        if self.complete or self.which == "top" or (self.which == "slowest" and self.values[0] > 0):
            return float((1.0 - self.values if self.distances is None else self.distances)[0])
        return None

    @property
    def rate(self) -> float | None:
        """Largest |μ| off the fixed space (SLEM), 0 if nothing is there.

        None if the solver did not converge, or only one end is known.
        """
        if not self.convergence.converged:
            return None
        if self.complete or self.which == "slowest":
            return float(np.max(np.abs(self.values), initial=0.0))
        return None

    def __repr__(self) -> str:
        shown = ", ".join(f"{v:.6g}" for v in self.values[:4]) + (", ..." if len(self.values) > 4 else "")
        count = f"{len(self.values)} values off a fixed space of {self.fixed_dimension}"
        where = self.which if self.target is None else self.place
        return f"Spectrum ({where}): {count}: {shown}"

    def to_dict(self) -> dict[str, Any]:
        """Return the spectrum without its vectors as plain JSON types."""
        return {
            "which": self.which,
            **({} if self.target is None else {"target": self.target}),
            "values": [float(v) for v in self.values],
            "residuals": [float(v) for v in self.convergence.residuals],
            "fixed_dimension": self.fixed_dimension,
            "alternating_dimension": self.alternating_dimension,
            "complete": self.complete,
            "gap": self.gap,
            "rate": self.rate,
            "converged": self.convergence.converged,
            "convergence": str(self.convergence),
            **({} if self.certificate is None else {"certificate": self.certificate.to_dict()}),
        }
