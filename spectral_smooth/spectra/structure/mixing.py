"""mixing_time(): after how many steps the walk has forgotten where it began, from both sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.cheeger import lower_kind
from spectral_smooth.spectra.structure.ends import Ends, Spectra, find_ends
from spectral_smooth.spectra.structure.part import part_of
from spectral_smooth.spectra.structure.sides import Side

BELOW = "λ*^t ≤ 2 d(t) (proof of Levin and Peres 2017, Theorem 12.5)"
ABOVE = "d(t) ≤ ½ λ*^t √(1/π_min − 1) (Diaconis and Stroock 1991, Proposition 3; sharper than Levin and Peres, 12.4)"
START = "d(0) = 1 − π_min"
PERIODIC = "bipartite without loops: the walk alternates between two sides for ever"
SHOWN = "a vector's quotient"


@dataclass(frozen=True)
class MixingTime:
    """Steps t_mix(ε) = min{t: max_i ‖P^t(i, ·) − π‖_TV ≤ ε} of the walk P = D̃⁻¹Ã on one component, enclosed.

    Attributes
    ----------
    lower, upper : Side
        None where the walk never mixes, or where no finite bound is known.
    relaxation : float or None
        1/(1 − λ*), computed; None where λ* = 1.
    never : bool
        Whether the walk never mixes.
    epsilon, laziness : float
    smallest_share : float
        π_min, the smallest share d̃_i/vol of a node.
    component, nodes : int

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = mixing_time(ss.gcn(ss.load("karate").graph))
    >>> MixingTime.from_dict(found.to_dict()) == found
    True
    """

    lower: Side
    upper: Side
    relaxation: float | None
    never: bool
    epsilon: float
    laziness: float
    smallest_share: float
    component: int
    nodes: int

    def __str__(self) -> str:
        lazy = f" that stays with chance {self.laziness:g}" if self.laziness else ""
        if self.never:
            return f"the walk{lazy} never mixes: {PERIODIC}"
        if self.lower.value == self.upper.value:
            return f"the walk{lazy} mixes to within {self.epsilon:g} after {self.upper} steps"
        high = "an unknown number of steps" if self.upper.value is None else f"{self.upper} steps"
        return f"the walk{lazy} mixes to within {self.epsilon:g} after {self.lower} to {high}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {**vars(self), "lower": self.lower.to_dict(), "upper": self.upper.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> MixingTime:
        """Read what `to_dict` wrote."""
        return cls(**{**data, "lower": Side.from_dict(data["lower"]), "upper": Side.from_dict(data["upper"])})


def mixing_time(
    operator: Operator,
    spectrum: Spectra = None,
    *,
    epsilon: float = 0.25,
    laziness: float = 0.0,
    component: int = 0,
    certificate: Any = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> MixingTime:
    """Return log(1/(2ε))/log(1/λ*) ≤ t_mix(ε) ≤ log(√(1/π_min − 1)/(2ε))/log(1/λ*), rounded up to whole steps.

    λ* = max(|μ_2|, |μ_n|) of S, for the walk P = D̃⁻¹Ã and the stationary π_i = d̃_i/vol, in total variation. The
    interval lies within (1/(1 − λ*) − 1) log(1/(2ε)) ≤ t_mix ≤ log(1/(ε π_min))/(1 − λ*) (Levin and Peres 2017,
    Theorems 12.5 and 12.4). The walk is reversible, so this is all of it; P acts on features as the split 1
    operator, and layers of any split forget at the same rate.

    Parameters
    ----------
    operator : Operator
    spectrum : Spectrum or several, optional
        Of the whole operator, with vectors; computed by default.
    epsilon : float
        Strictly between 0 and 1.
    laziness : float
        Chance to stay, from 0 to below 1: the walk (1 − β)P + βI; 0.5 is the lazy walk.
    component : int
        Largest first. A walk cannot leave its component: a disconnected graph never mixes as a whole.
    certificate : object with ``top`` and ``bottom``, or several, optional
        Proven intervals for μ_2 and μ_n make ``upper`` proven; see `find_ends`.
    solver, rng
        As in `eigenpairs`.

    Returns
    -------
    MixingTime

    Raises
    ------
    UsageError
        If ε or the laziness is out of range, or as `find_ends`.
    NotConvergedError
        As `eigenpairs`.

    Notes
    -----
    The lower side needs no certificate, as any vector's quotient bounds λ* from below. With a certificate of the
    top end alone, Gershgorin's bound of μ_n stands in for the bottom end where there are loops.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> print(mixing_time(ss.symmetric(ss.family("cycle:9").graph)))
    the walk mixes to within 0.25 after 12 (proven) to 28 (estimate) steps
    >>> mixing_time(ss.symmetric(ss.family("cycle:8").graph)).never
    True
    """
    if not 0.0 < epsilon < 1.0:
        raise UsageError(f"epsilon must lie strictly between 0 and 1, got {epsilon}")
    if not 0.0 <= laziness < 1.0:
        raise UsageError(f"laziness must be at least 0 and below 1, got {laziness}")
    ends = find_ends(part_of(operator, component), spectrum, certificate, solver, rng)
    return mixing_of(ends, epsilon, laziness)


def mixing_of(ends: Ends, epsilon: float = 0.25, laziness: float = 0.0) -> MixingTime:
    """Return the mixing time of a component whose ends are known."""
    part, gap, bottom = ends.part, ends.gap, ends.bottom
    share = float(np.min(part.operator.degrees)) / part.volume
    own: dict[str, Any] = {
        "epsilon": float(epsilon),
        "laziness": float(laziness),
        "smallest_share": share,
        "component": part.component,
        "nodes": part.size,
    }
    if gap is None:
        at_once = Side(0.0, "proven", START, "nothing")
        return MixingTime(at_once, at_once, relaxation=1.0, never=False, **own)
    if part.alternating and not laziness:
        for_ever = Side(None, "proven", PERIODIC, "nothing")
        return MixingTime(for_ever, for_ever, relaxation=None, never=True, **own)
    if epsilon >= 1.0 - share:
        at_once = Side(0.0, "proven", START, "nothing")
        lower = upper = at_once
    else:
        most = _distance(gap.proven_high, bottom.proven_high, laziness)
        lower = Side(_steps_below(most, epsilon), "proven", BELOW, SHOWN)
        # a certified gap with Gershgorin's bottom is still a proof
        least = _distance(gap.proven_low, bottom.proven_low, laziness)
        certified = gap.certified and least > 0
        if not certified:
            least = _distance(gap.low, bottom.low, laziness)
        kind, needs = lower_kind(certified)
        upper = Side(_steps_above(least, epsilon, share), kind, ABOVE, needs)
    distance = _distance(gap.value, bottom.value, laziness)
    return MixingTime(lower, upper, relaxation=1.0 / distance if distance else None, never=False, **own)


def _distance(gap: float, bottom: float, laziness: float) -> float:
    """Return 1 − λ* of (1 − β)S + βI from 1 − μ_2 and 1 + μ_n."""
    moved = 1.0 - laziness
    return min(max(min(moved * gap, moved * bottom + 2.0 * laziness), 0.0), 1.0)


def _steps_below(distance: float, epsilon: float) -> float | None:
    # one step at least, for d(0) > ε here
    if distance >= 1.0 or epsilon >= 0.5:
        return 1.0
    if distance <= 0.0:
        return None
    steps = math.log(0.5 / epsilon) / -math.log1p(-distance)
    return max(1.0, float(math.ceil(steps * (1.0 - 1e-12))))


def _steps_above(distance: float, epsilon: float, share: float) -> float | None:
    if distance <= 0.0:
        return None
    if distance >= 1.0:
        return 1.0
    steps = math.log(0.5 * math.sqrt(1.0 / share - 1.0) / epsilon) / -math.log1p(-distance)
    return max(1.0, float(math.ceil(steps * (1.0 + 1e-12))))
