"""How much of the deviation from component means each layer leaves, right far below rounding of the state."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.components import Components

# What one product leaves of a signal below this times its norm and the norm of the matrix is rounding.
ROUNDING = 64.0 * float(np.finfo(np.float64).eps)
# Squares of smaller deviations, relative to the start, would leave the range of float64.
SMALLEST = 1e-140


@dataclass(frozen=True)
class Decay:
    """Deviation by depth, of depth 1, 2, ..., as a share of that of depth 0.

    Attributes
    ----------
    deviation, deviation_error : tuple of float or None
        ``‖P_l Z − means‖_F / ‖Z − means‖_F`` and its standard error over the signals; 0 where nothing above rounding
        is left, None where there never was a deviation.
    rate, rate_error : tuple of float or None
        Deviation over that of the depth before; None where there was none.
    """

    deviation: tuple[float | None, ...]
    deviation_error: tuple[float | None, ...]
    rate: tuple[float | None, ...]
    rate_error: tuple[float | None, ...]

    @classmethod
    def of(cls, squares: FloatArray, *, exact: bool) -> Decay:
        """Read it off squared deviations of shape (depths + 1, signals)."""
        first = [root_ratio(row, squares[0], exact=exact) for row in squares[1:]]
        steps = [root_ratio(b, a, exact=exact) for a, b in itertools.pairwise(squares)]
        return cls(
            tuple(v for v, _ in first),
            tuple(e for _, e in first),
            tuple(v for v, _ in steps),
            tuple(e for _, e in steps),
        )

    @property
    def mean_rate(self) -> float | None:
        """Geometric mean of the rates up to the last depth that leaves a deviation; None without any.

        Examples
        --------
        >>> Decay((0.5, 0.25, 0.0), (0.0,) * 3, (0.5, 0.5, 0.0), (0.0,) * 3).mean_rate
        0.5
        """
        left = [value for value in self.deviation if value]
        if self.deviation[0] is None:
            return None
        return left[-1] ** (1.0 / len(left)) if left else 0.0

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Decay:
        """Read it from plain JSON types."""
        return cls(**{key: tuple(values) for key, values in data.items()})


def root_ratio(top: FloatArray, bottom: FloatArray, *, exact: bool) -> tuple[float | None, float | None]:
    """Return √(Σ top / Σ bottom) and its standard error over the signals (delta method), None where undefined.

    Examples
    --------
    >>> import numpy as np
    >>> root_ratio(np.array([1.0, 1.0]), np.array([4.0, 4.0]), exact=False)
    (0.5, 0.0)
    """
    total = float(bottom.sum())
    if total == 0.0:
        return None, None
    ratio = float(top.sum()) / total
    if exact or ratio == 0.0:
        return math.sqrt(ratio), 0.0
    q = len(top)
    error = math.sqrt(q / (q - 1.0) * float(np.sum((top - ratio * bottom) ** 2))) / total
    return math.sqrt(ratio), error / (2.0 * math.sqrt(ratio))


class ProbeRun:
    """Signals sent through one layer after another, kept as deviation and component means apart.

    A row-stochastic matrix that joins no components keeps constants on them, so ``(I − J)A = (I − J)A(I − J)`` with
    J the component means: the deviation can be centred after every layer and is right far below 1e-16 of the state.

    Parameters
    ----------
    signals : float array, shape (num_nodes, q)
    components : Components
    """

    def __init__(self, signals: FloatArray, components: Components) -> None:
        n = len(signals)
        self._labels, self._sizes = components.labels, components.sizes
        self._sums = csr_array((np.ones(n), (components.labels, np.arange(n))), shape=(components.count, n))
        self._means = np.zeros((components.count, signals.shape[1]))
        self._state = self._centre(signals.astype(np.float64))
        self.squares = [self._sums @ self._state**2]

    def step(self, matrix: csr_array, silent: BoolArray) -> None:
        """Apply one layer; ``silent`` nodes receive nothing and go to zero."""
        before = self.squares[-1].sum(axis=1)
        state = np.asarray(matrix @ self._state)
        lost = np.flatnonzero(silent & (self._sizes[self._labels] > 1))
        state[lost] = -self._means[self._labels[lost]]
        floor = self._gain(matrix) * np.sqrt(before)
        held = np.unique(self._labels[lost])
        floor[held] += np.linalg.norm(self._means[held], axis=1) * np.sqrt(self._sizes[held])
        state = self._centre(state)
        squares = self._sums @ state**2
        after, start = np.sqrt(squares.sum(axis=1)), np.sqrt(self.squares[0].sum(axis=1))
        gone = (after <= ROUNDING * floor) | (after <= SMALLEST * start)
        if gone.any():
            state[gone[self._labels]] = 0.0
            squares[gone] = 0.0
        self._state = state
        self.squares.append(squares)

    def group(self, members: IntArray) -> FloatArray:
        """Return squared deviations of some components together, shape (depths + 1, q)."""
        return np.stack([rows[members].sum(axis=0) for rows in self.squares])

    def _gain(self, matrix: csr_array) -> FloatArray:
        """Return √(largest column sum) of each component: it bounds ‖A y‖/‖y‖, for rows sum to at most one."""
        columns = np.bincount(matrix.indices, weights=matrix.data, minlength=len(self._labels))
        gain = np.zeros(len(self._sizes))
        np.maximum.at(gain, self._labels, columns)
        return np.asarray(np.sqrt(np.maximum(gain, 1.0)))

    def _centre(self, state: FloatArray) -> FloatArray:
        """Move the component means out of the state; of a single node all of it."""
        shift = (self._sums @ state) / self._sizes[:, None]
        state -= shift[self._labels]
        state[self._sizes[self._labels] == 1] = 0.0
        self._means += shift
        return state
