"""What `Operator.check` verifies: the identities that everything else leans on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array

from spectral_smooth.graphs.arrays import FloatArray

if TYPE_CHECKING:
    from spectral_smooth.operators.operator import Operator


@dataclass(frozen=True)
class Finding:
    """One identity: what was checked, how far off it is, how far it may be."""

    what: str
    error: float
    allowed: float

    @property
    def passed(self) -> bool:
        """Whether the error is within what rounding allows."""
        return self.error <= self.allowed

    def __str__(self) -> str:
        state = "ok  " if self.passed else "FAIL"
        return f"{state} {self.what}: off by {self.error:.1e}, allowed {self.allowed:.1e}"


@dataclass(frozen=True)
class CheckReport:
    """All findings about one operator."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every identity holds."""
        return all(finding.passed for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


def check_operator(operator: Operator, seed: int = 0) -> CheckReport:
    """Check the identities of an operator on random vectors; cost: a few sparse products."""
    rng = np.random.default_rng(seed)
    n = operator.graph.num_nodes
    core, space = operator.matrix(), operator.fixed_space
    x, y = rng.standard_normal((n, 2)), rng.standard_normal((n, 2))
    size = float(np.linalg.norm(x) * np.linalg.norm(y))
    eps = 64.0 * float(np.finfo(np.float64).eps) * np.sqrt(n)
    basis = space.basis
    signs = np.repeat([1.0, -1.0], [space.dimension, space.alternating_dimension])
    known = basis.T @ rng.standard_normal((basis.shape[0], 1))
    moved = core @ known - basis.T @ (signs[:, None] * (basis @ known))
    alive = operator.degrees > 0
    layer = operator.leave(core @ operator.enter(np.ones((n, 1))))
    findings = [
        Finding(
            "S is symmetric: <x, S y> = <S x, y>",
            abs(float(np.sum(x * (core @ y) - (core @ x) * y))) / size,
            eps,
        ),
        Finding(
            "norm of S is at most 1: |S x| <= |x|",
            float(np.linalg.norm(core @ x) / np.linalg.norm(x) - 1.0),
            eps,
        ),
        Finding(
            "fixed and alternating vectors are eigenvectors", float(np.linalg.norm(moved)) / np.sqrt(n), eps
        ),
        Finding(
            "fixed and alternating vectors are orthonormal",
            float(np.max(np.abs(csr_array(basis @ basis.T - eye_array(basis.shape[0])).data), initial=0.0)),
            eps,
        ),
        Finding(
            "T and its inverse cancel where a node has a degree",
            float(np.max(np.abs(operator.similarity * operator.inverse_similarity - alive), initial=0.0)),
            eps,
        ),
        Finding("spectrum lies above the stated lower end", _below_lower_end(operator, core @ x, x), eps),
    ]
    if operator.split == 1.0:
        off = float(np.max(np.abs(layer[alive, 0] - 1.0), initial=0.0))
        findings.append(Finding("rows of the walk sum to one", off, eps))
    return CheckReport(tuple(findings))


def _below_lower_end(operator: Operator, image: FloatArray, x: FloatArray) -> float:
    """How far a Rayleigh quotient falls below the proven end."""
    quotient = np.sum(x * image, axis=0) / np.sum(x * x, axis=0)
    return max(float(np.max(operator.lower_end - quotient)), 0.0)
