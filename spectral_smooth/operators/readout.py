"""Read-outs: what is taken from the states of all depths."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray

Pair = tuple[FloatArray, FloatArray]
Measure = Callable[[FloatArray], FloatArray]


class Readout(Protocol):
    """What is read from the states H[0], ..., H[K], for every K in turn."""

    @property
    def nonnegative(self) -> bool:
        """Whether all weights on the states are at least zero."""
        ...

    def combine(self, states: Iterator[FloatArray]) -> Iterator[FloatArray]:
        """Yield the read-out at depth 0, 1, ...; the yielded array may be overwritten later."""
        ...

    def quadratics(self, states: Iterator[FloatArray], measure: Measure) -> Iterator[FloatArray]:
        """Yield a quadratic measure of the read-out at depth 0, 1, ..."""
        ...


def square_pair(pair: FloatArray, squares: FloatArray) -> Pair:
    """Square e + μ·o: the even part e² + μ²o² and the odd part over μ, 2eo."""
    even, odd = pair[0], pair[1]
    return even**2 + squares * odd**2, 2.0 * even * odd


class _Linear:
    """Read-outs that are one linear combination of the states: a single array per depth."""

    @property
    def nonnegative(self) -> bool:
        """Whether all weights on the states are at least zero."""
        return True

    def combine(self, states: Iterator[FloatArray]) -> Iterator[FloatArray]:
        raise NotImplementedError  # pragma: no cover - each subclass has its own

    def quadratics(self, states: Iterator[FloatArray], measure: Measure) -> Iterator[FloatArray]:
        """Yield the measure of the combined state."""
        for state in self.combine(states):
            yield measure(state)


@dataclass(frozen=True)
class Last(_Linear):
    """The last state, H[K]."""

    def combine(self, states: Iterator[FloatArray]) -> Iterator[FloatArray]:
        """Yield every state as it is."""
        yield from states


class _Sum(_Linear):
    """``offset(K)·H[0] + scale(K)·Σ_{j ≤ K} weight(j)·H[j]``."""

    def weight(self, depth: int) -> float:
        raise NotImplementedError  # pragma: no cover - each subclass has its own

    def scale(self, depth: int) -> float:  # noqa: ARG002 - the sum is taken as it is by default
        return 1.0

    def offset(self, depth: int) -> float:  # noqa: ARG002 - nothing is added by default
        return 0.0

    def combine(self, states: Iterator[FloatArray]) -> Iterator[FloatArray]:
        """Yield the weighted sum over the states so far."""
        total: FloatArray | None = None
        first: FloatArray | None = None
        for depth, state in enumerate(states):
            weight = np.asarray(self.weight(depth), dtype=state.dtype)
            if total is None or first is None:
                first = state.copy()
                total = weight * state
            else:
                total += weight * state
            result = np.asarray(self.scale(depth), dtype=state.dtype) * total
            offset = self.offset(depth)
            if offset:
                result += np.asarray(offset, dtype=state.dtype) * first
            yield result


@dataclass(frozen=True)
class Mean(_Sum):
    """The mean of the states 0 to K."""

    def weight(self, depth: int) -> float:  # noqa: ARG002 - every depth counts the same
        """Return 1."""
        return 1.0

    def scale(self, depth: int) -> float:
        """Return 1/(K + 1)."""
        return 1.0 / (depth + 1)


@dataclass(frozen=True)
class Weighted(_Sum):
    """The sum of the states with given weights; depths beyond the list have weight zero."""

    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.weights or not np.all(np.isfinite(self.weights)):
            raise UsageError("a weighted read-out needs at least one weight, all finite")

    @property
    def nonnegative(self) -> bool:
        """Whether every weight is at least zero."""
        return min(self.weights) >= 0

    def weight(self, depth: int) -> float:
        """Return the weight of a depth."""
        return self.weights[depth] if depth < len(self.weights) else 0.0


@dataclass(frozen=True)
class Heat(_Sum):
    """Heat kernel exp(−t(I − S)) cut off at depth K: Poisson weights e^(−t) t^j / j!."""

    time: float

    def weight(self, depth: int) -> float:
        """Return the Poisson probability of a depth."""
        if self.time == 0:
            return 1.0 if depth == 0 else 0.0
        return math.exp(depth * math.log(self.time) - self.time - math.lgamma(depth + 1))


@dataclass(frozen=True)
class S2gc(_Sum):
    """S²GC: α·H[0] + (1 − α)/K·Σ_{j=1..K} H[j]; at K = 0 the features themselves."""

    alpha: float

    def weight(self, depth: int) -> float:
        """Return 1 from depth one on."""
        return float(depth > 0)

    def scale(self, depth: int) -> float:
        """Return (1 − α)/K."""
        return (1.0 - self.alpha) / max(depth, 1)

    def offset(self, depth: int) -> float:
        """Return α (1 at depth zero)."""
        return self.alpha if depth else 1.0


@dataclass(frozen=True)
class Concat:
    """All states side by side: squared norms add, g_K = Σ_{j ≤ K} h_j²."""

    @property
    def nonnegative(self) -> bool:
        """Squares are never negative."""
        return True

    def combine(self, states: Iterator[FloatArray]) -> Iterator[FloatArray]:  # noqa: ARG002 - refused unseen
        """Refuse: concatenated states are not one array of the same shape."""
        raise UsageError("a concatenated read-out has no single state; only quadratic measures are defined")

    def quadratics(self, states: Iterator[FloatArray], measure: Measure) -> Iterator[FloatArray]:
        """Yield the running sum of the states' measures."""
        total: FloatArray | float = 0.0
        for state in states:
            total = total + measure(state)
            yield total
