"""cheeger_interval(): how well a component can be cut at best, from both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.border import check_names
from spectral_smooth.spectra.structure.ends import CERTIFIED, COMPUTED, Ends, Spectra, find_ends
from spectral_smooth.spectra.structure.part import part_of
from spectral_smooth.spectra.structure.sides import Side
from spectral_smooth.spectra.structure.sweep import SweepCut, cheeger_bound, cut_part

EASY = "φ ≥ λ_2/2 (Alon and Milman 1985; Chung 1997, Lemma 2.1)"
HARD = "φ ≤ √(λ_2(2(1 − p) − λ_2)) (Chung 1997, Theorem 2.3, with the loop share p)"
ONE_NODE = "one node cannot be cut"


@dataclass(frozen=True, eq=False)
class CheegerInterval:
    """Conductance φ = min over cuts of w(A, rest)/min(vol A, vol rest) of one component, enclosed.

    Attributes
    ----------
    lower : Side
        λ_2/2.
    upper : Side
        The conductance of ``cut``: proven, for the cut is there.
    promised : Side
        √(λ_2(2(1 − p) − λ_2)), p the smallest share of loops in a degree: what the theorem gives without looking
        at a cut; never below ``upper``.
    gap : float or None
        λ_2 = 1 − μ_2, computed.
    cut : SweepCut or None
        None for one node.
    component, nodes : int

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = cheeger_interval(ss.symmetric(ss.family("cycle:8").graph))
    >>> print(found)
    conductance between 0.1464 (estimate) and 0.25 (proven): λ_2/2 below, a cut above
    >>> CheegerInterval.from_dict(found.to_dict()).to_dict() == found.to_dict()
    True
    """

    lower: Side
    upper: Side
    promised: Side
    gap: float | None
    cut: SweepCut | None
    component: int
    nodes: int

    def __str__(self) -> str:
        if self.cut is None:
            return "conductance undefined: one node cannot be cut"
        return f"conductance between {self.lower} and {self.upper}: λ_2/2 below, a cut above"

    def to_dict(self, *, most: int | None = None) -> dict[str, Any]:
        """Return it as plain JSON types; ``most`` as in `SweepCut.to_dict`."""
        return {
            "lower": self.lower.to_dict(),
            "upper": self.upper.to_dict(),
            "promised": self.promised.to_dict(),
            "gap": self.gap,
            "cut": None if self.cut is None else self.cut.to_dict(most=most),
            "component": self.component,
            "nodes": self.nodes,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CheegerInterval:
        """Read what `to_dict` wrote."""
        sides = {name: Side.from_dict(data[name]) for name in ("lower", "upper", "promised")}
        cut = None if data["cut"] is None else SweepCut.from_dict(data["cut"])
        return cls(**sides, gap=data["gap"], cut=cut, component=data["component"], nodes=data["nodes"])


def cheeger_interval(
    operator: Operator,
    spectrum: Spectra = None,
    *,
    component: int = 0,
    certificate: Any = None,
    names: Sequence[str] | None = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> CheegerInterval:
    """Return λ_2/2 ≤ φ ≤ φ(sweep cut) ≤ √(λ_2(2(1 − p) − λ_2)) for one component, λ_2 = 1 − μ_2.

    S = D̃^(-1/2) Ã D̃^(-1/2) is the walk on the graph with its loops, so both sides hold with loops: volumes are
    sums of d̃ and a loop is never cut. Loops of weight γ lower λ_2 and φ alike; on the upper side they also enter
    through the smallest loop share p = min Ã_ii/d̃_i.

    Parameters
    ----------
    operator : Operator
    spectrum : Spectrum or several, optional
        Of the whole operator, with vectors; computed by default.
    component : int
        Largest first.
    certificate : object with ``top``, or several, optional
        A proven interval for μ_2 makes ``lower`` proven; see `find_ends`.
    names : sequence of str, optional
        Names of all nodes.
    solver, rng
        As in `eigenpairs`.

    Returns
    -------
    CheegerInterval
        For one node all sides are None.

    Raises
    ------
    UsageError, NotConvergedError
        As `find_ends`.

    Notes
    -----
    The upper side needs no certificate: any cut is an upper bound. The lower side is a theorem about the true
    λ_2, and a computed eigenvalue is only known to be at least that.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = cheeger_interval(ss.symmetric(ss.family("complete:6").graph))
    >>> round(found.lower.value, 12) == round(found.upper.value, 12) == 0.6
    True
    """
    check_names(names, operator.graph.num_nodes)
    part = part_of(operator, component)
    return cheeger_of(find_ends(part, spectrum, certificate, solver, rng), names)


def cheeger_of(ends: Ends, names: Sequence[str] | None = None) -> CheegerInterval:
    """Return the interval of a component whose ends are known."""
    part, gap = ends.part, ends.gap
    if gap is None or gap.vector is None:
        nothing = Side(None, "proven", ONE_NODE)
        return CheegerInterval(nothing, nothing, nothing, None, None, part.component, part.size)
    cut = cut_part(part, gap.vector, names)
    kind, needs = lower_kind(gap.certified)
    return CheegerInterval(
        # the vector's quotient may exceed 2φ of its own cut by rounding only
        lower=Side(min(0.5 * gap.low, cut.conductance), kind, EASY, needs),
        upper=Side(cut.conductance, "proven", "the cut itself", "nothing: its edges are counted"),
        promised=Side(cheeger_bound(gap.proven_high, part.loop_share), "proven", HARD, "a vector's quotient"),
        gap=gap.value,
        cut=cut,
        component=part.component,
        nodes=part.size,
    )


def lower_kind(certified: bool) -> tuple[Any, str]:
    """Return kind and need of what follows from a lower side of an end."""
    return ("proven", CERTIFIED) if certified else ("estimate", COMPUTED)
