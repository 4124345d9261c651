"""Residuals of all returned pairs, and intervals around the values that hold as many eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.rounding import EPS, Rounding

PANEL = 16


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals of approximate eigenpairs off the fixed space K, with what is needed to bound a group's.

    For the columns V of a group, W = (I − KKᵀ)V lies in an invariant subspace of S, and S W − WΘ = (I − KKᵀ)R with
    R = SV − VΘ. As many eigenvalues off the fixed space as there are columns can then be matched with the values so
    that each pair is at most ``‖R‖₂ / σ_min(W)`` apart (Kahan 1967; Cao, Xie and Li, Linear Algebra and its
    Applications 245, 1996, for vectors that are not orthonormal).

    Attributes
    ----------
    values : float array, shape (count,)
    squares : float array, shape (count,)
        ‖V_j‖².
    gram : float array, shape (count, count)
        WᵀW = VᵀV − (KᵀV)ᵀ(KᵀV).
    cross : float array, shape (count, count)
        RᵀR as computed.
    rounding : float array, shape (count,)
        Bound of ‖R_j − computed R_j‖.
    corrections : float array, shape (count,)
        wᵀ(S − θ)w as computed.
    unit : float
        Relative error of a sum over nodes.
    """

    values: FloatArray
    squares: FloatArray
    gram: FloatArray
    cross: FloatArray
    rounding: FloatArray
    corrections: FloatArray
    unit: float

    @classmethod
    def measure(
        cls, operator: Operator, values: FloatArray, vectors: FloatArray, rounding: Rounding
    ) -> Residuals:
        """Compute them: two products with S a column, on the engine."""
        space = operator.fixed_space
        block = np.array(vectors, dtype=np.float64, order="C")
        block[space.labels < 0] = 0.0
        block[:, ~np.isfinite(block).all(axis=0)] = 0.0
        bound = Numba().bind(operator)
        residual = np.empty_like(block)
        errors = np.zeros(len(values))
        for low in range(0, len(values), PANEL):
            part = slice(low, low + PANEL)
            given = np.ascontiguousarray(block[:, part])
            image, size = np.empty_like(given), np.empty_like(given)
            bound.apply(given, image)
            bound.apply(np.abs(given), size)
            residual[:, part] = image - given * values[part]
            theta = 2.0 * EPS * np.abs(values[part])
            size *= rounding.rows[:, None]
            errors[part] = np.linalg.norm(size + np.abs(given) * theta, axis=0) * (1.0 + 1e-6)
        inside = np.asarray(space.basis[: space.dimension] @ block)
        along = np.einsum("ij,ij->j", block, residual)
        along -= (1.0 - values) * np.einsum("ij,ij->j", inside, inside)
        gram = block.T @ block
        squares = np.diag(gram).copy()
        unit = (len(block) + 64.0) * EPS + 4.0 * rounding.entries
        return cls(values, squares, gram - inside.T @ inside, residual.T @ residual, errors, along, unit)

    def radius(self, columns: IntArray) -> float:
        """Return ‖R‖₂/σ_min(W) of a group of columns, rounding included; infinite where they are dependent."""
        own = np.ix_(columns, columns)
        slack = (self.unit + len(columns) * EPS) * len(columns)
        smallest = float(np.linalg.eigvalsh(self.gram[own])[0]) - slack * float(self.squares[columns].max())
        if not smallest > 0.0:
            return np.inf
        largest = max(float(np.linalg.eigvalsh(self.cross[own])[-1]), 0.0) + slack * float(
            np.diag(self.cross[own]).max()
        )
        computed = np.sqrt(largest) + np.linalg.norm(self.rounding[columns])
        return float(computed / np.sqrt(smallest) * (1.0 + 1e-9)) + 4.0 * EPS


@dataclass(frozen=True, eq=False)
class Group:
    """Values whose intervals touch: at least as many eigenvalues lie in [low, high].

    In sorted order each of them is within ``radius`` of its value.
    """

    columns: IntArray
    radius: float
    low: float
    high: float


def groups(residuals: Residuals) -> list[Group]:
    """Return disjoint groups, by rising value; groups that touch are joined until none do."""
    values = residuals.values
    found = [_group(residuals, np.array([j])) for j in np.argsort(values, kind="stable")]
    while True:
        found.sort(key=lambda group: group.low)
        joined: list[list[Group]] = []
        reach = -np.inf
        for group in found:
            if joined and group.low <= reach:
                joined[-1].append(group)
            else:
                joined.append([group])
            reach = max(reach, group.high)
        if len(joined) == len(found):
            return found
        found = [
            parts[0] if len(parts) == 1 else _group(residuals, np.concatenate([p.columns for p in parts]))
            for parts in joined
        ]


def _group(residuals: Residuals, columns: IntArray) -> Group:
    radius = residuals.radius(columns)
    own = residuals.values[columns]
    return Group(columns, radius, float(own.min()) - radius, float(own.max()) + radius)
