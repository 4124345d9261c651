"""DensityOfStates: where the eigenvalues of S lie, with error bars and exact spikes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.density.bracket import Bracket
from spectral_smooth.spectra.density.kernel import density_at
from spectral_smooth.spectra.density.law import CONFIDENCE, band, count_sides
from spectral_smooth.spectra.density.spikes import ALTERNATING, FIXED, SAME, Spike

GRAPH = "graph"


class Sides(NamedTuple):
    """An estimate between two sides.

    Examples
    --------
    >>> print(Sides(1234.4, 1200.0, 1300.0))
    about 1,234 (1,200 to 1,300)
    """

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        whole = self.high > 1.0 or self.high == int(self.high)
        shown = [f"{v:,.0f}" if whole else f"{v:.4g}" for v in self]
        return shown[0] if self.low == self.high else f"about {shown[0]} ({shown[1]} to {shown[2]})"


@dataclass(frozen=True, eq=False, repr=False)
class DensityOfStates:
    """Distribution of the eigenvalues of S over [−1, 1], or of a signal's squared norm over them.

    Attributes
    ----------
    name : str
        ``graph``, or the signal: ``features``, ``class 2``, ``node 17``.
    operator : str
        Label of the operator.
    total : float
        Number of nodes; the squared norm of a signal in core coordinates Y = T X.
    spikes : tuple of Spike
        What is known exactly, fixed and alternating space among it.
    rest : float
        What is left: a number of eigenvalues, or squared norm. Everything below is its distribution.
    bracket : Bracket
        Cumulative share of the rest, as the probes see it, with the sides that the products leave open.
    moments : float array, shape (N,)
        Chebyshev moments of the rest, for the smooth curve.
    nodes, weights : float array
        Quadrature of the rest, averaged over the probes: weights add up to one.
    method : str
        ``lanczos``, ``kernel_polynomial`` or ``full spectrum``.
    probes : int
        Random columns; 0 where nothing is random.
    products : int
        Products with S a probe.
    applications : int
        Sparse products of a whole block that were taken in all, earlier attempts included.
    error_products, error_probes : float
        The two parts of `error`: what the products leave open (proven), and what the probes miss in no more than
        5 % of all cases.
    note : str

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.density.states import density_of_states
    >>> found = density_of_states(ss.symmetric(ss.as_graph(nx.star_graph(60))))
    >>> print(found)
    density of states of symmetric (loops 0, split 0.5): all 61 eigenvalues known exactly
    >>> DensityOfStates.from_dict(found.to_dict()).to_dict() == found.to_dict()
    True
    """

    name: str
    operator: str
    total: float
    spikes: tuple[Spike, ...]
    rest: float
    bracket: Bracket
    moments: FloatArray
    nodes: FloatArray
    weights: FloatArray
    method: str
    probes: int
    products: int
    applications: int
    error_products: float
    error_probes: float
    note: str = ""

    @property
    def error(self) -> float:
        """Bar of the Wasserstein distance ∫|F − F_true| dt over 2, the width of [−1, 1]: 0.01 is "one per cent".

        The distance is how far an eigenvalue lies from its place on average. All eigenvalues count, spikes
        too. With probes the bar holds in 95 % of all cases at least, without it is proven.
        """
        return self.error_products + self.error_probes

    @property
    def confidence(self) -> float | None:
        """0.95 where probes were drawn; None where the error is a proven bound."""
        return CONFIDENCE if self.probes else None

    @property
    def fixed(self) -> float:
        """Dimension of the fixed space (μ = 1), or the signal's squared norm on it."""
        return self._mass_of(FIXED)

    @property
    def alternating(self) -> float:
        """Dimension of the alternating space (μ = −1), or the signal's squared norm on it."""
        return self._mass_of(ALTERNATING)

    @property
    def resolution(self) -> float | None:
        """Standard deviation π/N of the smooth curve's kernel at μ = 0; near ±1 it is √(1 − μ²) times that."""
        return np.pi / len(self.moments) if len(self.moments) else None

    def density(self, at: FloatArray) -> FloatArray:
        """Return the smooth density of the rest at some μ; with the spikes' shares it adds up to one."""
        at = np.asarray(at, dtype=np.float64)
        if not len(self.moments) or not self.total:
            return np.zeros(at.shape)
        return self.rest / self.total * density_at(self.moments, at)

    @cached_property
    def grid(self) -> FloatArray:
        """All places where the sides change: both ends, points of the bracket and spikes (both sides of each)."""
        values = np.array([spike.value for spike in self.spikes])
        around = np.concatenate([values - 2 * SAME, values + 2 * SAME, values])
        return np.unique(np.concatenate([[-1.0, 1.0], self.bracket.points, around]))

    def cumulative(self, at: FloatArray | None = None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the share with μ ≤ t, estimate and both sides, at each t (on `grid` by default).

        With probes the true curve lies between both sides everywhere at once in 95 % of all cases.
        """
        at = self.grid if at is None else np.asarray(at, dtype=np.float64)
        if not self.total:
            return np.zeros(at.shape), np.zeros(at.shape), np.zeros(at.shape)
        # μ ≤ t is what is not at or above the next number
        low, middle, high = self.bracket.above(at + 2 * SAME)
        slack = band(round(self.rest), self.probes) if self.probes else 0.0
        values, masses = (np.array([getattr(s, key) for s in self.spikes]) for key in ("value", "mass"))
        order = np.argsort(values)
        below = np.concatenate([[0.0], np.cumsum(masses[order])])
        atoms = below[np.searchsorted(values[order], at + SAME, side="right")]
        sides = 1.0 - middle, 1.0 - high - slack, 1.0 - low + slack
        inside = [np.where(at <= -1.0, 0.0, np.where(at >= 1.0, 1.0, np.clip(s, 0.0, 1.0))) for s in sides]
        estimate, lower, upper = ((self.rest * side + atoms) / self.total for side in inside)
        return estimate, lower, upper

    def count_above(self, value: float) -> Sides:
        """Return how many eigenvalues are at least ``value``, fixed space and spikes included.

        With probes the number lies between both sides in 95 % of all cases (for each single question).

        Raises
        ------
        UsageError
            For a signal, which has shares.
        """
        return self._count(value, 2.0)

    def count_below(self, value: float) -> Sides:
        """Return how many eigenvalues are at most ``value``; see `count_above`."""
        return self._count(-2.0, value)

    def count_between(self, low: float, high: float) -> Sides:
        """Return how many eigenvalues lie in [low, high]; see `count_above`."""
        return self._count(low, high)

    def slow_modes(self, at_least: float) -> Sides:
        """Return how many eigenvalues off the fixed and the alternating space have abs(μ) ≥ ``at_least``.

        What decays by less than 1 − ``at_least`` a layer under the operator itself; see `count_above`.
        """
        outside = {FIXED, ALTERNATING}
        known = sum(s.mass for s in self.spikes if abs(s.value) >= at_least - SAME and s.why not in outside)
        self._counts()
        if at_least <= 0.0:
            return Sides(*(3 * [known + self.rest]))
        inner = self._between(-at_least + 4 * SAME, at_least - 4 * SAME)
        return self._sides(known, inner[2], inner[1], inner[0], outer=True)

    def share_above(self, value: float) -> Sides:
        """Return which share of all lies at or above ``value``."""
        return self._share(value, 2.0)

    def share_below(self, value: float) -> Sides:
        """Return which share of all lies at or below ``value``."""
        return self._share(-2.0, value)

    def share_between(self, low: float, high: float) -> Sides:
        """Return which share of all lies in [low, high]."""
        return self._share(low, high)

    def __str__(self) -> str:
        what = "density of states" if self.name == GRAPH else f"spectral density of {self.name}"
        start = f"{what} of {self.operator}: "
        if not self.total:
            return start + f"nothing to look at{self._tail}"
        if not self.rest or (self.bracket.exact and not self.probes):
            all_of = f"all {self.total:,.0f} eigenvalues known exactly"
            return start + (all_of if self.name == GRAPH else "known exactly") + self._tail
        spikes = [s for s in self.spikes if s.mass > 0]
        share = sum(s.mass for s in spikes) / self.total
        known = f"{100 * share:.3g} % in {len(spikes)} known spikes, " if spikes else ""
        drawn = f"{self.probes} probe{'s' if self.probes > 1 else ''}"
        sure = f"95 % confidence; {drawn}, " if self.probes else "proven; "
        bar = f"the rest within {100 * self.error:.2g} % of the width of [−1, 1] on average"
        return f"{start}{known}{bar} ({sure}{self.products} products){self._tail}"

    def __repr__(self) -> str:
        return f"DensityOfStates ({self})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            **{key: value for key, value in vars(self).items() if key in self.__dataclass_fields__},
            "spikes": [spike.to_dict() for spike in self.spikes],
            "bracket": self.bracket.to_dict(),
            **{key: getattr(self, key).tolist() for key in ("moments", "nodes", "weights")},
            "error": self.error,
            "confidence": self.confidence,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DensityOfStates:
        """Read what `to_dict` wrote."""
        given = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        arrays = {key: np.array(data[key], dtype=np.float64) for key in ("moments", "nodes", "weights")}
        spikes = tuple(Spike.from_dict(spike) for spike in data["spikes"])
        return cls(**{**given, **arrays, "spikes": spikes, "bracket": Bracket.from_dict(data["bracket"])})

    @property
    def _tail(self) -> str:
        return f" ({self.note})" if self.note else ""

    def _mass_of(self, why: str) -> float:
        return float(sum(spike.mass for spike in self.spikes if spike.why == why))

    def _counts(self) -> None:
        if self.name != GRAPH:
            raise UsageError(
                f"{self.name} has shares, not numbers of eigenvalues; use share_above() and its like"
            )

    def _between(self, low: float, high: float) -> tuple[float, float, float]:
        """Return lower side, estimate and upper side of the share of the rest in [low, high], as the probes see it."""
        # at −1 itself there is nothing of the rest
        at = np.array([low, high + 2 * SAME if high > -1.0 else high])
        below, middle, above = self.bracket.above(at)
        least = max(float(below[0] - above[1]), 0.0)
        return least, max(float(middle[0] - middle[1]), least), max(float(above[0] - below[1]), 0.0)

    def _known(self, low: float, high: float) -> float:
        return float(sum(s.mass for s in self.spikes if low - SAME <= s.value <= high + SAME))

    def _sides(self, known: float, low: float, middle: float, high: float, *, outer: bool = False) -> Sides:
        if outer:
            low, middle, high = 1.0 - low, 1.0 - middle, 1.0 - high
        estimate = known + self.rest * middle
        if not self.probes:
            return Sides(estimate, known + self.rest * low, known + self.rest * high)
        fewest, most = count_sides(low, high, round(self.rest), self.probes)
        low, high = known + fewest, known + most
        return Sides(float(np.clip(estimate, low, high)), low, high)

    def _count(self, low: float, high: float) -> Sides:
        self._counts()
        return self._sides(self._known(low, high), *self._between(low, high))

    def _share(self, low: float, high: float) -> Sides:
        if not self.total:
            return Sides(0.0, 0.0, 0.0)
        found = self._sides(self._known(low, high), *self._between(low, high))
        return Sides(*(value / self.total for value in found))
