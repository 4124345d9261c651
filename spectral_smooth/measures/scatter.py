"""class_scatter(): how much of the spread of a state lies between its classes, and how much within."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.measures.classes import Classes, check_state, find_classes, percent
from spectral_smooth.measures.plain import given_fields, plain_fields
from spectral_smooth.measures.rows import row_blocks

Blocks = Callable[[], Iterator[FloatArray]]


@dataclass(frozen=True, eq=False)
class Moments:
    """Class means, less one common vector, and Σ‖x − mean‖² of each class."""

    means: FloatArray
    within: FloatArray
    sizes: FloatArray

    def spread_of_means(self, weights: FloatArray) -> float:
        """Return Σ_c weight_c ‖m_c − m̄‖² with the weighted mean m̄ of the class means."""
        if not weights.sum():
            return 0.0
        shifted = self.means - weights @ self.means / weights.sum()
        return float(np.sum(weights * np.einsum("cf,cf->c", shifted, shifted)))


def class_moments(blocks: Blocks, codes: IntArray, count: int) -> Moments:
    """Return means and inner sums of squares per class, in two passes over blocks of rows.

    One row is taken off every row first, so that rows which are nearly equal lose no digits; the second
    pass takes off the rounding of the first one's means.

    Parameters
    ----------
    blocks : callable
        Returns an iterator over consecutive blocks of rows, the same each time.
    codes : int array, shape (n,)
        Class of each row; −1 is left out.
    count : int
    """
    sizes = np.bincount(codes[codes >= 0], minlength=count).astype(np.float64)
    per = np.maximum(sizes, 1.0)[:, None]
    first = next((rows[0].copy() for rows, _ in _known(blocks, codes)), None)
    if first is None:
        return Moments(np.zeros((count, 0)), np.zeros(count), sizes)
    means = sum(_class_sums(rows - first, at, count) for rows, at in _known(blocks, codes)) / per
    within, residue = np.zeros(count), np.zeros_like(means)
    for rows, at in _known(blocks, codes):
        left = rows - first
        left -= means[at]
        within += bin_sums(at, np.einsum("if,if->i", left, left), count)
        residue += _class_sums(left, at, count)
    within -= np.einsum("cf,cf->c", residue, residue) / per[:, 0]
    # a class of one row has no spread; its rounding is not one
    within = np.where(sizes > 1, np.maximum(within, 0.0), 0.0)
    return Moments(means + residue / per, within, sizes)


def _known(blocks: Blocks, codes: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
    low = 0
    for block in blocks():
        at = codes[low : low + len(block)]
        low += len(block)
        kept = np.flatnonzero(at >= 0)
        if len(kept):
            yield (block if len(kept) == len(block) else block[kept]), at[kept]


def _class_sums(rows: FloatArray, codes: IntArray, count: int) -> FloatArray:
    members = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(count, len(codes)))
    return np.asarray(members @ rows)


@dataclass(frozen=True)
class ClassScatter:
    """Scatter of a state between and within classes, over the nodes with a known label.

    Attributes
    ----------
    between, within, total : float
        Squared norms; total = between + within.
    classes, class_counts : tuple of int
        Class numbers that occur and the known nodes of each.
    within_by_class : tuple of float
        The parts of ``within``.
    nodes : int
        All nodes; those not in ``class_counts`` are unknown and left out.
    sentence : str

    Examples
    --------
    >>> import numpy as np
    >>> found = class_scatter(np.array([[0.0], [2.0], [6.0]]), np.array([0, 0, 1]))
    >>> ClassScatter.from_dict(found.to_dict()) == found
    True
    """

    between: float
    within: float
    total: float
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    within_by_class: tuple[float, ...]
    nodes: int
    sentence: str

    @property
    def between_share(self) -> float | None:
        """between/total, from 0 (classes have one mean) to 1 (classes are points); None without scatter."""
        return self.between / self.total if self.total > 0 else None

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassScatter:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


def class_scatter(x: FloatArray, labels: IntArray) -> ClassScatter:
    """Return the scatter of a state between and within its classes.

    ``Σ_i ‖x_i − x̄‖² = Σ_c n_c ‖x̄_c − x̄‖² + Σ_c Σ_{i in c} ‖x_i − x̄_c‖²``, over nodes with a known label.

    Parameters
    ----------
    x : float array, shape (n, columns)
        Any real dtype; sums are float64.
    labels : int array, shape (n,)
        −1 is unknown: such a row is left out.

    Returns
    -------
    ClassScatter

    Raises
    ------
    InputError
        If x is not finite or its squares leave the range of float64, or there is not one label a row.

    Notes
    -----
    Kernel: constants over the labelled nodes (all three are 0), class-wise constants (within is 0). Linear in n:
    two passes in blocks, rows shifted by one of them, so that nearly equal states keep their digits. Not a
    function of S, hence measured only. Classes count by their nodes; without a known label all three
    are 0. The traces of the scatter matrices of Fisher's discriminant.

    Examples
    --------
    >>> import numpy as np
    >>> found = class_scatter(np.array([[0.0], [2.0], [6.0], [8.0]]), np.array([0, 0, 1, 1]))
    >>> found.between, found.within, found.total
    (36.0, 4.0, 40.0)
    """
    x = check_state(x)
    classes = find_classes(labels, len(x))
    found = class_moments(lambda: row_blocks(x), classes.codes, classes.count)
    between = found.spread_of_means(found.sizes)
    within = float(found.within.sum())
    return ClassScatter(
        between=between,
        within=within,
        total=between + within,
        classes=classes.numbers,
        class_counts=classes.counts,
        within_by_class=tuple(float(value) for value in found.within),
        nodes=len(x),
        sentence=_sentence(between, between + within, classes),
    )


def _sentence(between: float, total: float, classes: Classes) -> str:
    if not classes.known:
        return "no node has a known label: there is no class scatter"
    if not total:
        return f"the {classes.known:,} labelled nodes have one and the same state: there is no scatter"
    if classes.count == 1:
        return "there is one class only: all scatter is within it"
    return (
        f"{percent(between / total)} of the scatter of {classes.known:,} labelled nodes lies between their "
        f"{classes.count} classes, the rest within them"
    )
