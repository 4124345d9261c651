"""Class means and the variance within classes, of dense and of sparse features alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.rows import block_length, row_blocks
from spectral_smooth.measures.scatter import class_moments

Features = FloatArray | csr_array


@dataclass(frozen=True, eq=False)
class ClassFeatures:
    """What the features of labelled nodes say about their classes.

    Attributes
    ----------
    means : float array, shape (classes, num_features)
        Class means, less the mean of all labelled nodes.
    sizes : int array, shape (classes,)
    variance : float or None
        Σ_i ‖x_i − m_c(i)‖²/(n − C), pooled over the classes and summed over features; None where every class
        has one node.
    """

    means: FloatArray
    sizes: IntArray
    variance: float | None

    @classmethod
    def of(cls, features: Features, codes: IntArray) -> ClassFeatures:
        """Take moments of all rows whose code, the number of the class, is not −1.

        Raises
        ------
        InputError
            If squares of the features leave the range of float64.

        Examples
        --------
        >>> found = ClassFeatures.of(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]))
        >>> found.variance, (found.means[1] - found.means[0]).tolist()
        (2.0, [8.0])
        """
        sizes = np.bincount(codes[codes >= 0])
        with np.errstate(over="ignore", invalid="ignore"):
            found = class_moments(lambda: _blocks(features), codes, len(sizes))
            means = found.means - sizes @ found.means / sizes.sum()
            squares = float(found.within.sum() + np.sum(means**2))
        if not np.isfinite(squares):
            raise InputError("squares of the features leave the range of float64; rescale the features first")
        freedom = int(sizes.sum()) - len(sizes)
        # What is left of features that do not vary within classes is rounding.
        scale = np.finfo(np.float64).eps ** 2 * float(np.sum(sizes[:, None] * found.means**2)) * 64.0
        within = float(found.within.sum())
        return cls(means, sizes, (within if within > scale else 0.0) / freedom if freedom else None)

    @property
    def between(self) -> float:
        """Scatter of the class means, (1/n) Σ_c n_c ‖m_c − m‖²."""
        return float(np.sum(self.sizes[:, None] * self.means**2) / self.sizes.sum())

    @property
    def sampling(self) -> float:
        """What sampling of the class means adds to `between` on average: variance·(C − 1)/n."""
        return (self.variance or 0.0) * (len(self.sizes) - 1) / float(self.sizes.sum())


def _blocks(features: Features) -> Iterator[FloatArray]:
    if not isinstance(features, csr_array):
        yield from row_blocks(features)
        return
    step = block_length(features.shape[1])
    for low in range(0, features.shape[0], step):
        yield features[low : low + step].toarray().astype(np.float64, copy=False)
