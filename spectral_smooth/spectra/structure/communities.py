"""communities(): how many groups the slowest modes speak of, by the largest gap among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.structure.ends import CERTIFIED, COMPUTED, FOREIGN
from spectral_smooth.spectra.structure.part import part_of
from spectral_smooth.spectra.structure.sides import Side, counted, told
from spectral_smooth.spectra.types import Spectrum

HIGHER = "the worst of any k disjoint sets has w(A, rest)/vol A ≥ λ_k/2 (Lee, Oveis Gharan and Trevisan 2014)"
# A gap is called clear from twice the next one on: a convention, not a theorem.
CLEAR = 2.0
# From this λ on (less rounding) a mode is not slow: it loses half in a layer, and no cut loses less than a quarter.
FAST = 0.5 - 1e-9
CANDIDATES = 3
# Gaps at or below it are rounding of the eigenvalues.
NOISE = 1e-13
# Gaps this close relatively are equal: the smaller number of groups is then named first.
EQUAL = 1e-9


@dataclass(frozen=True)
class Communities:
    """Number of communities by the largest gap λ_{k+1} − λ_k among the slowest modes: an estimate.

    Attributes
    ----------
    count : int or None
        The k of the largest gap; None where there is nothing to choose from.
    clearness : float or None
        Largest gap over the next one; None where no other is there.
    clear : bool
        Whether ``clearness`` is at least 2, the gap is not the last one looked at, and, where ``count`` is that
        of the components, λ of the next mode is at least ½.
    candidates : tuple of (int, float)
        Up to three (k, gap), largest gap first.
    slow_modes : tuple of float
        λ_1 ≤ λ_2 ≤ ..., λ = 1 − μ: one 0 for each component, then the computed ones.
    worst_of_count, worst_of_next : Side
        λ_k/2 for k = ``count`` and ``count`` + 1: of any k disjoint sets one has at least that share of
        its volume leaving it.
    complete : bool
        Whether these are all eigenvalues.
    at_edge : bool
        Whether the largest gap is the last one looked at: more modes might show a larger one.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = communities(ss.symmetric(ss.family("ring_of_cliques:6x8").graph), rng=0)
    >>> found.count, found.clear
    (6, True)
    >>> Communities.from_dict(found.to_dict()) == found
    True
    """

    count: int | None
    clearness: float | None
    clear: bool
    candidates: tuple[tuple[int, float], ...]
    slow_modes: tuple[float, ...]
    worst_of_count: Side
    worst_of_next: Side
    complete: bool
    at_edge: bool

    def __str__(self) -> str:
        if self.count is None:
            return "no number of communities: there are no two modes to tell apart"
        if not self.candidates:
            return f"{counted(self.count, 'community')}: every one is a single node"
        found = f"{counted(self.count, 'community')} by the largest gap ({told(self.candidates[0][1])})"
        others = " and ".join(f"{k} ({told(gap)})" for k, gap in self.candidates[1:])
        beside = f", {told(self.clearness)} times the next; then {others}" if others else ""
        verdict = "a clear estimate" if self.clear else "not clear"
        edge = "; it is the last gap looked at, so ask for more modes" if self.at_edge else ""
        return f"{found}{beside}: {verdict}{edge}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            **vars(self),
            "candidates": [list(pair) for pair in self.candidates],
            "slow_modes": list(self.slow_modes),
            "worst_of_count": self.worst_of_count.to_dict(),
            "worst_of_next": self.worst_of_next.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Communities:
        """Read what `to_dict` wrote."""
        return cls(
            **{
                **data,
                "candidates": tuple((int(k), float(gap)) for k, gap in data["candidates"]),
                "slow_modes": tuple(data["slow_modes"]),
                "worst_of_count": Side.from_dict(data["worst_of_count"]),
                "worst_of_next": Side.from_dict(data["worst_of_next"]),
            }
        )


def communities(
    operator: Operator,
    spectrum: Spectrum | None = None,
    *,
    component: int | None = None,
    most: int = 24,
    certificate: Any = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> Communities:
    """Return the k with the largest λ_{k+1} − λ_k, λ = 1 − μ rising, among the modes with λ_k < ½.

    The eigengap heuristic (von Luxburg, Statistics and Computing 17 (2007) 395, section 8.3): k groups that hardly
    touch leave k eigenvalues close to 1 and the next one away from it. It is an estimate whatever the accuracy of
    the eigenvalues; the ratio to the next gap says how clear it is.

    Parameters
    ----------
    operator : Operator
        As a whole, or one component of it.
    spectrum : Spectrum, optional
        Its top end (or all of it); computed without vectors by default.
    component : int, optional
        Look at this component alone; the whole graph by default, whose components count as communities.
    most : int
        How many modes off the fixed space are looked at.
    certificate : object with ``which`` and ``enclosures``, or several, optional
        Of the top end of this operator: where the enclosure of λ_k is proven, so is what follows from it.
    solver, rng
        As in `eigenpairs`.

    Returns
    -------
    Communities
        One for a complete graph; for a path or a grid, which have no communities, an unclear one.

    Raises
    ------
    UsageError
        If ``most`` is below 1, there is no such component, or the spectrum is not the top end.
    NotConvergedError
        As `eigenpairs`.

    Notes
    -----
    Modes with λ ≥ ½ lose half in a layer or oscillate; a gap among them says nothing about groups. Nodes with
    d̃ = 0 are in no community. Without an edge every component is one node: as many communities as nodes with
    loops, and none if there are no loops.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> print(communities(ss.gcn(ss.family("3*complete:5").graph)))
    3 communities by the largest gap (1): a clear estimate
    """
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 1:
        raise UsageError(f"most must be a whole number of at least 1, got {most!r}")
    if component is not None:
        if spectrum is not None and operator.fixed_space.dimension != 1:
            raise UsageError("the spectrum is that of the whole graph; leave out component, or the spectrum")
        operator = part_of(operator, component).operator
    dimension = operator.fixed_space.dimension
    if spectrum is None and dimension:
        spectrum = eigenpairs(operator, most, "top", solver=solver, rng=rng, vectors=False)
    if spectrum is None:
        return _none(())
    if spectrum.which != "top" and not spectrum.complete:
        raise UsageError(f"the {spectrum.which} end does not tell the slow modes; pass the top end")
    return communities_of(spectrum.values, dimension, complete=spectrum.complete, certificate=certificate)


def communities_of(
    values: FloatArray, dimension: int, *, complete: bool, certificate: Any = None
) -> Communities:
    """Return the number of communities from the top eigenvalues off a fixed space of some dimension."""
    modes = np.concatenate([np.zeros(dimension), np.maximum(1.0 - np.sort(values)[::-1], 0.0)])
    listed = tuple(float(v) for v in modes)
    slow = np.arange(1, len(modes))
    slow = slow[(slow >= dimension) & (modes[slow - 1] < FAST)]
    if not len(slow):
        return _none(listed, complete=complete) if not dimension else _all_apart(listed, dimension, complete)
    gaps = modes[slow] - modes[slow - 1]
    gaps = np.where(gaps > NOISE, gaps, 0.0)
    best = int(np.flatnonzero(gaps >= float(np.max(gaps)) * (1.0 - EQUAL))[0])
    others = np.argsort(-gaps, kind="stable")
    order = np.concatenate([[best], others[others != best]])
    count = int(slow[best])
    next_gap = float(gaps[order[1]]) if len(order) > 1 else 0.0
    clearness = float(gaps[best]) / next_gap if next_gap > 0 else None
    at_edge = not complete and best == len(slow) - 1 and len(slow) > 1 and modes[-1] < FAST
    return Communities(
        count=count,
        clearness=clearness,
        clear=bool(
            gaps[best] > 0
            and (clearness is None or clearness >= CLEAR)
            and not at_edge
            and (count > dimension or modes[count] >= FAST)
        ),
        candidates=tuple(
            (int(slow[i]), float(gaps[i])) for i in order[:CANDIDATES] if gaps[i] > 0 or i == best
        ),
        slow_modes=listed,
        worst_of_count=_worst(modes, count, dimension, certificate),
        worst_of_next=_worst(modes, count + 1, dimension, certificate),
        complete=complete,
        at_edge=bool(at_edge),
    )


def _worst(modes: FloatArray, k: int, dimension: int, certificate: Any) -> Side:
    if k <= dimension:
        return Side(0.0, "proven", HIGHER, "the number of components")
    place = k - 1 - dimension
    given = certificate if isinstance(certificate, list | tuple) else [certificate]
    for one in given:
        enclosures = getattr(one, "enclosures", ())
        # the ranks of another end are not those of the slow modes
        if getattr(one, "which", None) == "top" and place < len(enclosures):
            found = enclosures[place]
            if found.kind == "proven" and found.low - FOREIGN <= 1.0 - modes[k - 1] <= found.high + FOREIGN:
                return Side(max(0.5 * (1.0 - found.high), 0.0), "proven", HIGHER, CERTIFIED)
    return Side(0.5 * float(modes[k - 1]), "estimate", HIGHER, COMPUTED)


def _none(listed: tuple[float, ...], *, complete: bool = True) -> Communities:
    nothing = Side(None, "proven", "no mode")
    return Communities(None, None, False, (), listed, nothing, nothing, complete, False)


def _all_apart(listed: tuple[float, ...], dimension: int, complete: bool) -> Communities:
    """Nothing off the fixed space: every component is one node."""
    nothing = Side(None, "proven", "no mode")
    zero = Side(0.0, "proven", HIGHER, "the number of components")
    return Communities(dimension, None, True, (), listed, zero, nothing, complete, False)
