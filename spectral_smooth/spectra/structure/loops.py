"""loop_effect(): what another self-loop weight does to both ends of the spectrum of a component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.ends import End, Ends, Spectra, find_ends
from spectral_smooth.spectra.structure.part import Part, part_of
from spectral_smooth.spectra.structure.sides import Side, told

Source = Literal["exact", "computed", "bounds"]
REGULAR = "regular with respect to both loops: λ(γ) = λ·d̃/(d + γ)"
BY_DEGREES = "λ/r_max ≤ λ(γ) ≤ λ/r_min, r = (d + γ)/d̃ (Courant and Fischer)"
COMPLETE_ENDS = "the ends of the operator at hand"
LOOPS = (0.0, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class LoopRow:
    """Both ends of one component under one loop weight γ.

    Attributes
    ----------
    loops : float
    gap : float or None
        λ_2 = 1 − μ_2; None where only bounds were asked for.
    bottom : float or None
        1 + μ_n.
    rate : float or None
        max(|μ_2|, |μ_n|): what the slowest mode keeps in a layer.
    gap_low, gap_high, bottom_low, bottom_high : Side
        Bounds from the ends at hand and the degrees.
    source : {"exact", "computed", "bounds"}
        ``exact``: the component is regular, so the ends follow from those at hand.
    """

    loops: float
    gap: float | None
    bottom: float | None
    rate: float | None
    gap_low: Side
    gap_high: Side
    bottom_low: Side
    bottom_high: Side
    source: Source


@dataclass(frozen=True)
class LoopEffect:
    """Both ends of one component under several loop weights.

    Attributes
    ----------
    rows : tuple of LoopRow
        In the order asked for.
    component, nodes : int

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = loop_effect(ss.symmetric(ss.family("cycle:6").graph), (0, 2))
    >>> [round(row.gap, 12) for row in found.rows], [row.source for row in found.rows]
    ([0.5, 0.25], ['exact', 'exact'])
    >>> LoopEffect.from_dict(found.to_dict()) == found
    True
    """

    rows: tuple[LoopRow, ...]
    component: int
    nodes: int

    def __str__(self) -> str:
        told_rows = [row for row in self.rows if row.gap is not None and row.bottom is not None]
        if not told_rows:
            return f"{len(self.rows)} loop weights, with bounds only"
        parts = [f"{told(row.gap)} and {told(row.bottom)} with loops {row.loops:g}" for row in told_rows]
        best = min(told_rows, key=lambda row: row.rate if row.rate is not None else np.inf)
        return (
            f"distances of μ_2 from 1 and of μ_n from −1: {', '.join(parts)}; the slowest mode decays fastest with "
            f"loops {best.loops:g} (rate {told(best.rate)})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        rows = [
            {k: v.to_dict() if isinstance(v, Side) else v for k, v in vars(row).items()} for row in self.rows
        ]
        return {"rows": rows, "component": self.component, "nodes": self.nodes}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LoopEffect:
        """Read what `to_dict` wrote."""
        rows = [LoopRow(**{k: _read(v) for k, v in row.items()}) for row in data["rows"]]
        return cls(tuple(rows), data["component"], data["nodes"])


def loop_effect(
    operator: Operator,
    loops: Sequence[float] = LOOPS,
    *,
    component: int = 0,
    spectrum: Spectra = None,
    certificate: Any = None,
    compute: bool = True,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> LoopEffect:
    """Return λ_2 and 1 + μ_n of one component for loops of weight γ in place of the operator's own.

    L = D̃ − Ã does not see loops, so λ(γ) are the values of the pencil (L, D + γ): with r_i = (d_i + γ)/d̃_i,
    λ_i/r_max ≤ λ_i(γ) ≤ λ_i/r_min for every i, and equality where all r are equal (Courant and Fischer). More loops
    never widen the gap, and never lower μ_n.

    Parameters
    ----------
    operator : Operator
        Its own loops are the ones that the bounds start from.
    loops : sequence of float
        Weights γ ≥ 0.
    component : int
        Largest first.
    spectrum, certificate, solver, rng
        As in `cheeger_interval`, for the operator at hand.
    compute : bool
        Whether to compute the ends for each γ where they are not exact; otherwise bounds only.

    Returns
    -------
    LoopEffect
        For one node, which has nothing off its fixed space, the rows have no values.

    Raises
    ------
    UsageError
        If a weight is negative or not finite, or as `find_ends`.
    NotConvergedError
        As `eigenpairs`.

    Notes
    -----
    Bounds are ``proven`` as far as the ends at hand are: an upper side of λ_2 by its vector, a lower side by a
    certificate. Computed ends are those of a solver.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> rows = loop_effect(ss.symmetric(ss.load("karate").graph), (0, 1)).rows
    >>> rows[1].gap < rows[0].gap, rows[1].bottom > rows[0].bottom
    (True, True)
    """
    part = part_of(operator, component)
    ends = find_ends(part, spectrum, certificate, solver, rng)
    return loops_of(ends, loops, compute=compute, solver=solver, rng=rng)


def loops_of(
    ends: Ends, loops: Sequence[float], *, compute: bool, solver: Any = None, rng: Any = None
) -> LoopEffect:
    """Return the effect of loops on a component whose ends are known."""
    part = ends.part
    rows = tuple(_row(ends, _checked(gamma), compute, solver, rng) for gamma in loops)
    return LoopEffect(rows, part.component, part.size)


def _checked(value: float) -> float:
    if not np.isfinite(value) or value < 0:
        raise UsageError(f"loops must be finite and at least 0, got {value}")
    return float(value)


def _row(ends: Ends, gamma: float, compute: bool, solver: Any, rng: Any) -> LoopRow:
    part, gap = ends.part, ends.gap
    if gap is None:
        nothing = Side(None, "proven", "one node has nothing off its fixed space")
        return LoopRow(gamma, None, None, None, nothing, nothing, nothing, nothing, "exact")
    ratios = (part.operator.graph.degrees + gamma) / part.operator.degrees
    low, high = float(np.min(ratios)), float(np.max(ratios))
    exact = low == high
    theorem = REGULAR if exact else BY_DEGREES
    top, bottom = _ends_under(ends, gamma, low, exact, compute, solver, rng)
    rate = None if top is None or bottom is None else max(abs(1.0 - top), abs(1.0 - bottom))
    return LoopRow(
        loops=gamma,
        gap=top,
        bottom=bottom,
        rate=rate,
        gap_low=_side(gap.low / high, gap.certified, theorem),
        gap_high=_side(gap.proven_high / low, True, theorem),
        # λ_n = 2 − (1 + μ_n), and 1 + μ_n(γ) = 2 − λ_n(γ)
        bottom_low=_side(2.0 - (2.0 - ends.bottom.low) / low, ends.bottom.certified, theorem),
        bottom_high=_side(2.0 - (2.0 - ends.bottom.proven_high) / high, True, theorem),
        source="exact" if exact else "computed" if compute else "bounds",
    )


def _side(value: float, proven: bool, theorem: str) -> Side:
    clipped = min(max(value, 0.0), 2.0)
    return Side(clipped, "proven" if proven else "estimate", theorem, COMPLETE_ENDS)


def _ends_under(
    ends: Ends, gamma: float, ratio: float, exact: bool, compute: bool, solver: Any, rng: Any
) -> tuple[float | None, float | None]:
    if exact:
        assert ends.gap is not None
        return ends.gap.value / ratio, max(2.0 - (2.0 - ends.bottom.value) / ratio, 0.0)
    if not compute:
        return None, None
    changed: Part = replace(ends.part, operator=replace(ends.part.operator, loops=gamma))
    found = find_ends(changed, None, None, solver, rng)
    top: End | None = found.gap
    return (None if top is None else top.value), found.bottom.value


def _read(value: Any) -> Any:
    return Side.from_dict(value) if isinstance(value, dict) else value
