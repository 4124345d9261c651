"""Whether a sparse factor stays within a budget, before any number of it is computed."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.linalg import spilu

from spectral_smooth.spectra.solvers.fill import compiled_count, fill_bound

HOPELESS = 4
LONGEST_ROW = 1_000  # minimum degree takes minutes where there are hubs


def affordable(matrix: csr_array, fill: int) -> bool:
    """Return whether the triangular factor has at most ``fill`` entries.

    Two simple orders first; where they need up to four times the budget, the order that the factorisation will use
    (minimum degree), in which the entries are counted.

    Parameters
    ----------
    matrix : csr_array
        Symmetric.
    fill : int
    """
    crude = fill_bound(matrix, HOPELESS * fill)
    if crude <= fill or crude > HOPELESS * fill:
        return crude <= fill
    if int(np.diff(matrix.indptr).max(initial=0)) > LONGEST_ROW:
        return False
    order = _minimum_degree(matrix)
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    return int(compiled_count()(indptr, indices, order, np.argsort(order), fill)) <= fill


def _minimum_degree(matrix: csr_array) -> np.ndarray:
    """Return SuperLU's order, from an incomplete factorisation that keeps next to nothing and cannot break down."""
    size = int(matrix.shape[0])
    pattern = csr_array((np.full(matrix.nnz, -1.0), matrix.indices, matrix.indptr), shape=matrix.shape)
    dominant = csc_array(pattern + diags_array(np.diff(matrix.indptr) + 2.0, shape=(size, size)))
    rough = spilu(
        dominant,
        drop_tol=1.0,
        fill_factor=1.0,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return np.asarray(np.argsort(rough.perm_c), dtype=np.int64)
