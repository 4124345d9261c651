"""Ranks of a state: how many directions its rows still span, from one factorisation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.rows import block_length, row_blocks, squared_norm
from spectral_smooth.measures.sampling import Estimate, Seed

MAX_COLUMNS = 256
# Largest smaller side of X whose Gram matrix is diagonalised for the effective rank: a second or less.
GRAM_SIDE = 2048
# Values in a row block of the tall factorisation: larger blocks than elsewhere, for BLAS.
_TALL_BLOCK = 2**22


@dataclass(frozen=True, eq=False)
class Factor:
    """X = Q·core with orthonormal Q, which all singular values and nuclear norms of X follow from.

    Attributes
    ----------
    x : float array, shape (n, columns)
    core : float array, shape (k, columns)
    lost : float
        ‖X − Q·core‖_F², zero unless sketched.
    sketched : bool
        True where X has more than ``max_columns`` rows and columns: then Q spans X·G for a Gaussian G
        with that many columns (Halko, Martinsson and Tropp, arXiv 0909.4061).
    """

    x: FloatArray
    core: FloatArray
    lost: float
    sketched: bool

    @cached_property
    def values(self) -> FloatArray:
        """Singular values of the core, descending; each at most the one of X it stands for."""
        return singular(self.core)

    @property
    def missing(self) -> int:
        """Number of singular values that were left out."""
        return int(min(self.x.shape)) - len(self.values)

    def evenly_completed(self) -> FloatArray:
        """Return all singular values, what was lost spread evenly over those left out."""
        return np.concatenate([self.values, np.full(self.missing, np.sqrt(self.lost / max(self.missing, 1)))])

    @property
    def note(self) -> str:
        """What was left out, in words."""
        if not self.sketched:
            return ""
        return f"{len(self.values):,} of {min(self.x.shape):,} singular values, sketched"


def factorise(x: FloatArray, *, max_columns: int | None = MAX_COLUMNS, rng: Seed = 0) -> Factor:
    """Return X as an orthonormal matrix times a small one; a sketch where both sides exceed max_columns.

    Parameters
    ----------
    x : float array, shape (n, columns)
    max_columns : int or None
        None never sketches.
    rng : Generator or seed
    """
    smaller = min(x.shape)
    if max_columns is not None and smaller > max_columns:
        return _sketch(x, max_columns, np.random.default_rng(rng))
    if len(x) <= x.shape[1]:
        return Factor(x, np.asarray(x, dtype=np.float64), 0.0, sketched=False)
    return Factor(x, _tall_core(x), 0.0, sketched=False)


def singular_values(
    x: FloatArray, *, max_columns: int | None = MAX_COLUMNS, rng: Seed = 0
) -> tuple[FloatArray, bool]:
    """Return the singular values of X, descending, and whether they come from a sketch.

    Notes
    -----
    Without a sketch they are accurate to eps·σ₁ (by QR, the Gram matrix would lose half of the digits).
    With one there are ``max_columns`` values, each a lower bound of its own, close where they decay.

    Examples
    --------
    >>> import numpy as np
    >>> values, sketched = singular_values(np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))
    >>> values.round(12).tolist(), sketched
    ([4.0, 3.0], False)
    """
    factor = factorise(x, max_columns=max_columns, rng=rng)
    return factor.values, factor.sketched


def stable_rank(x: FloatArray, factor: Factor | None = None) -> Estimate:
    """Return ‖X‖_F²/‖X‖₂², between 1 and the rank; 0 for X = 0.

    Notes
    -----
    Kernel: rank one (value 1). Source: the "numerical rank" of Zhang et al., arXiv 2502.04591.
    With a sketch the Frobenius norm is exact and the spectral norm a lower bound.

    Examples
    --------
    >>> import numpy as np
    >>> round(stable_rank(np.array([[2.0, 0.0], [0.0, 1.0]])).value, 12)
    1.25
    """
    factor = factor or factorise(x)
    if not _largest(factor):
        return Estimate(0.0)
    relative = factor.values / factor.values[0]
    lost = factor.lost / factor.values[0] / factor.values[0]  # the square of a tiny value vanishes
    return Estimate(float(np.sum(relative**2) + lost), note=factor.note)


def effective_rank(x: FloatArray, factor: Factor | None = None) -> Estimate:
    """Return exp(−Σ p_i log p_i), p_i = σ_i/Σσ: the number of directions that carry weight; 0 for X = 0.

    Notes
    -----
    Kernel: rank one (value 1). Source: Roy and Vetterli (EUSIPCO 2007); for oversmoothing Zhang et al.,
    arXiv 2502.04591. With a sketch the sum of squares of the singular values left out is known, not how
    they fall: the value is the geometric mean of what leaving them out and spreading them evenly would
    give, its error the distance to the farther of the two. It is coarse while the sketch loses much.

    Examples
    --------
    >>> import numpy as np
    >>> round(effective_rank(np.eye(3)).value, 12)
    3.0
    """
    factor = factor or factorise(x)
    if not _largest(factor):
        return Estimate(0.0)
    if not factor.sketched:
        return Estimate(_exponential_entropy(factor.values))
    without, evenly = _exponential_entropy(factor.values), _exponential_entropy(factor.evenly_completed())
    middle = float(np.sqrt(without * evenly))
    return Estimate(middle, max(abs(middle - without), abs(evenly - middle)), factor.note)


def gram_effective_rank(x: FloatArray) -> Estimate:
    """Return the effective rank from the eigenvalues σ² of XᵀX or XXᵀ, whichever is smaller.

    Rounding leaves an error of eps·σ₁² in σ², which hides singular values below √eps·σ₁: they carry next to
    nothing of Σσ. The whole spectrum is used, so that nothing is estimated.

    Examples
    --------
    >>> import numpy as np
    >>> round(gram_effective_rank(np.eye(3)).value, 12)
    3.0
    """
    data = np.asarray(x, dtype=np.float64)
    size = float(np.abs(data).max(initial=0.0))
    if not size:
        return Estimate(0.0)
    data = data / size  # squares of a tiny state would vanish
    gram = data @ data.T if len(data) < data.shape[1] else data.T @ data
    return Estimate(_exponential_entropy(np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0.0))))


def rank_one_distance(x: FloatArray, factor: Factor | None = None) -> Estimate:
    """Return ‖X/‖X‖_* − s·u vᵀ/‖u vᵀ‖_*‖_*, the nuclear distance to one outer product; 0 for X = 0.

    Notes
    -----
    vᵀ is the row i and u the column j of X of largest absolute sum, s = ±1 such that the product has the
    sign of X_ij at (i, j); ‖·‖_* is the nuclear norm. 0 exactly for rank one, below 2 always. It is the
    distance to one particular outer product, not to the nearest. Source: Roth, arXiv 2407.11876, and
    the code published with it. With a sketch, what was lost counts neither in the norm nor in the distance.

    Examples
    --------
    >>> import numpy as np
    >>> rank_one_distance(np.outer([1.0, 2.0], [3.0, -1.0, 0.5])).value < 1e-15
    True
    """
    factor = factor or factorise(x)
    if not _largest(factor):
        return Estimate(0.0)
    row, column = _largest_row(x), _largest_column(x)
    v, u = _unit(x[row].astype(np.float64)), _unit(factor.core[:, column])
    # s·uvᵀ has the entry s·x_ij² at (i, j): v turns so that it has the sign of x_ij
    sign = -1.0 if v[column] < 0 else 1.0
    difference = factor.core / np.sum(factor.values) - sign * np.outer(u, v)
    return Estimate(float(np.sum(singular(difference))), note=factor.note)


def singular(matrix: FloatArray) -> FloatArray:
    """Return the singular values of a dense matrix, descending, by QR of its longer side first."""
    rows, columns = matrix.shape
    if min(rows, columns) == 0:
        return np.zeros(0)
    if columns > 2 * rows:
        matrix = _triangle(matrix.T)
    return np.asarray(np.linalg.svd(matrix, compute_uv=False))


def _largest(factor: Factor) -> float:
    return float(factor.values[0]) if len(factor.values) else 0.0


def _unit(vector: FloatArray) -> FloatArray:
    largest = np.max(np.abs(vector))
    if not largest:
        return vector
    vector = vector / largest  # squares of tiny values would vanish
    return np.asarray(vector / np.linalg.norm(vector))


def _exponential_entropy(values: FloatArray) -> float:
    shares = values[values > 0] / np.sum(values)
    return float(np.exp(-np.sum(shares * np.log(shares))))


def _largest_row(x: FloatArray) -> int:
    return int(np.argmax(np.concatenate([np.abs(block).sum(axis=1) for block in row_blocks(x)])))


def _largest_column(x: FloatArray) -> int:
    return int(np.argmax(sum((np.abs(b).sum(axis=0) for b in row_blocks(x)), np.zeros(x.shape[1]))))


def _tall_core(x: FloatArray) -> FloatArray:
    """R of a QR factorisation, block of rows by block of rows, so that no second copy of X is made."""
    step = max(_TALL_BLOCK // max(x.shape[1], 1), 4 * x.shape[1], 1)
    core: FloatArray = np.empty((0, x.shape[1]))
    for low in range(0, len(x), step):
        block = x[low : low + step].astype(np.float64, copy=False)
        core = _triangle(np.concatenate([core, block]))
    return core


def _triangle(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.qr(matrix, mode="r"))


def _sketch(x: FloatArray, size: int, rng: np.random.Generator) -> Factor:
    gaussian = rng.standard_normal((x.shape[1], size))
    image = np.concatenate([block @ gaussian for block in row_blocks(x)])
    basis = np.linalg.qr(image)[0]
    core = np.zeros((size, x.shape[1]))
    step = block_length(x.shape[1])
    for low, block in zip(range(0, len(x), step), row_blocks(x), strict=True):
        core += basis[low : low + step].T @ block
    norm = squared_norm(x)
    lost = norm - float(np.vdot(core, core))
    if lost < 64.0 * np.finfo(np.float64).eps * norm:  # rounding of two equal norms
        lost = 0.0
    return Factor(x, core, lost, sketched=True)
