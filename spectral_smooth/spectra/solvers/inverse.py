"""Inverse iteration at a shift just above the spectrum, by one sparse factorisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

from spectral_smooth.graphs.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Inverse:
    """Expander: block ← (σI − S)⁻¹ block."""

    factors: Any

    @classmethod
    def at(cls, matrix: csr_array, shift: float) -> Inverse:
        """Factorise ``shift``·I − S.

        Above the spectrum this is positive definite: no pivoting is needed, and the symmetric
        fill-reducing order is kept.
        """
        shifted = shift * eye_array(matrix.shape[0], format="csc") - matrix.tocsc()
        return cls(
            splu(
                shifted.tocsc(),
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        )

    # The protocol's ritz and wanted steer filters; one solve serves all pairs alike.
    def improve(self, block: FloatArray, ritz: FloatArray, wanted: int) -> tuple[FloatArray, int]:  # noqa: ARG002
        """Return the block after one solve."""
        return np.asarray(self.factors.solve(np.asarray(block))), block.shape[1]
