"""All eigenvalues of small components at once, each with a proven error: components of one size in one stack."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.certify.parts import Parts
from spectral_smooth.spectra.certify.rounding import EPS

CHUNK = 1 << 21  # entries of a stack


@dataclass(frozen=True, eq=False)
class Diagonalised:
    """Eigenvalues off the fixed space of some components, sorted, and how far each may be off.

    From LAPACK's A ≈ QΛQᵀ as given, whatever came before: all n eigenvalues of A lie, in order, within
    ``‖AQ − QΛ‖_F / σ_min(Q)`` of Λ (Cao, Xie and Li 1996 with as many columns as rows). The largest of a component is
    its fixed μ = 1 and left out.

    Attributes
    ----------
    values, errors : float array
    """

    values: FloatArray
    errors: FloatArray

    @classmethod
    def of(cls, parts: Parts, first: int, entries: float) -> Diagonalised:
        """Diagonalise the components from number ``first`` on; they are sorted by falling size.

        Parameters
        ----------
        parts : Parts
        first : int
        entries : float
            Relative error of the computed entries of S.
        """
        sizes = parts.sizes[first:]
        cuts = first + np.concatenate([[0], np.flatnonzero(np.diff(sizes)) + 1, [len(sizes)]])
        values: list[FloatArray] = [np.zeros(0)]
        errors: list[FloatArray] = [np.zeros(0)]
        for low, high in pairwise(cuts):
            size = int(parts.sizes[low]) if high > low else 1
            if size == 1:
                continue
            step = max(1, CHUNK // (size * size))
            for start in range(int(low), int(high), step):
                stack = parts.stack(start, min(start + step, int(high)))
                found, off = enclosed(stack, entries)
                values.append(found[:, :-1].ravel())
                errors.append(np.repeat(off, size - 1))
        return cls(np.concatenate(values), np.concatenate(errors))

    def beyond(self, sign: int, at: float) -> tuple[int, int]:
        """Return the smallest and largest possible number of eigenvalues with sign·μ > at."""
        reach = sign * self.values
        return int(np.count_nonzero(reach - self.errors > at)), int(
            np.count_nonzero(reach + self.errors > at)
        )


def enclosed(stack: FloatArray, entries: float) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues of each matrix, ascending, and one error bound for each matrix.

    Parameters
    ----------
    stack : float array, shape (matrices, size, size)
        Symmetric, of norm at most one.
    entries : float
        Error of the matrices themselves, in norm.
    """
    size = stack.shape[-1]
    values, vectors = np.linalg.eigh(stack)
    residual = stack @ vectors - vectors * values[:, None, :]
    gram = np.swapaxes(vectors, -1, -2) @ vectors - np.eye(size)
    # a product of norm-one factors with inner products of so many terms, in the Frobenius norm
    unit = (size + 8.0) * EPS * np.sqrt(size) * 1.01
    off = np.linalg.norm(residual, axis=(-2, -1)) * (1.0 + 1e-6) + unit
    skew = np.linalg.norm(gram, axis=(-2, -1)) * (1.0 + 1e-6) + unit * np.sqrt(size)
    error = np.where(skew < 0.5, off / np.sqrt(np.maximum(1.0 - skew, 0.5)), np.inf) + entries
    return values, error
