"""Classes: which nodes have a known label, and how many there are of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.rows import row_blocks

# Squares of what is smaller or larger leave the range of float64.
SMALLEST, LARGEST = 1e-140, 1e140


@dataclass(frozen=True, eq=False)
class Classes:
    """Labels as codes 0, 1, ..., in the order of the class numbers that occur.

    Attributes
    ----------
    values : int array, shape (count,)
        Class numbers that occur, ascending; gaps in the numbering are no classes.
    codes : int array, shape (n,)
        Position in ``values``; −1 where the label is unknown.
    sizes : int array, shape (count,)
        Nodes of each class, at least one.
    """

    values: IntArray
    codes: IntArray
    sizes: IntArray

    @property
    def count(self) -> int:
        """Number of classes that occur."""
        return len(self.values)

    @property
    def known(self) -> int:
        """Number of nodes with a known label."""
        return int(self.sizes.sum())

    @property
    def numbers(self) -> tuple[int, ...]:
        """Class numbers as plain integers."""
        return tuple(int(value) for value in self.values)

    @property
    def counts(self) -> tuple[int, ...]:
        """Class sizes as plain integers."""
        return tuple(int(size) for size in self.sizes)


def find_classes(labels: IntArray, n: int) -> Classes:
    """Return the classes of n labels; −1 is unknown.

    Raises
    ------
    InputError
        If there is not one integer a node, or one is below −1.

    Examples
    --------
    >>> import numpy as np
    >>> found = find_classes(np.array([7, -1, 2, 7]), 4)
    >>> found.numbers, found.codes.tolist(), found.counts
    ((2, 7), [1, -1, 0, 1], (1, 2))
    """
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise InputError(f"labels have shape {labels.shape} for {n} nodes; expected one label a node")
    if labels.dtype.kind not in "iu":
        raise InputError(f"labels have type {labels.dtype}; expected integers, with -1 for unknown")
    if n and labels.min() < -1:
        raise InputError(f"a label is {int(labels.min())}; classes are 0, 1, ..., and -1 means unknown")
    known = np.flatnonzero(labels >= 0)
    values, positions, sizes = np.unique(labels[known], return_inverse=True, return_counts=True)
    codes = np.full(n, -1, dtype=np.int64)
    codes[known] = positions
    return Classes(values, codes, sizes)


def check_state(x: FloatArray) -> FloatArray:
    """Return a state of finite rows as an array.

    Raises
    ------
    InputError
        If it is not two-dimensional, not real, not finite, or its squares leave the range of float64.

    Examples
    --------
    >>> import numpy as np
    >>> check_state([[1.0], [2.0]]).shape
    (2, 1)
    """
    x = np.asarray(x)
    if x.ndim != 2:
        raise InputError(f"the state has shape {x.shape}; expected two dimensions, one row a node")
    if x.dtype.kind not in "iufb":
        raise InputError(f"the state has type {x.dtype}; expected real numbers")
    largest = max((float(np.max(np.abs(block), initial=0.0)) for block in row_blocks(x)), default=0.0)
    finite = all(np.isfinite(block).all() for block in row_blocks(x))
    if not finite:
        raise InputError("the state holds NaN or infinite values; measures need finite ones")
    if largest and not SMALLEST <= largest <= LARGEST:
        raise InputError(
            f"the largest value is {largest:.3g} in size, whose square leaves the range of float64; rescale the state"
        )
    return x


def percent(share: float) -> str:
    """Return a share in words: whole per cent, one digit more near the ends.

    Examples
    --------
    >>> percent(0.5), percent(0.004), percent(0.9996)
    ('50 %', '0.4 %', '100.0 %')
    """
    return f"{100 * share:.0f} %" if 0.1 <= share <= 0.9 or share in (0.0, 1.0) else f"{100 * share:.1f} %"
