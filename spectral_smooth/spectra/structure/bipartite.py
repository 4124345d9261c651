"""bipartiteness(): how nearly a component falls into two sides, which is how far μ_n is from −1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.cheeger import lower_kind
from spectral_smooth.spectra.structure.ends import Ends, Spectra, find_ends
from spectral_smooth.spectra.structure.part import Part, part_of
from spectral_smooth.spectra.structure.sides import Side, counted, told
from spectral_smooth.spectra.structure.sweep_kernels import per_row, row_terms
from spectral_smooth.spectra.structure.sweep_profile import best_place, sweep_colourings

EASY = "β ≥ (1 + μ_n)/2 (Trevisan 2012; Bauer and Jost 2013)"
HARD = "β ≤ √((1 + μ_n)(1 − μ_n)) (Bauer and Jost 2013; Trevisan 2012 has √(2(1 + μ_n)))"
CLOSED = "bipartite without loops: the two sides are there"


@dataclass(frozen=True, eq=False)
class TwoSides:
    """Two sets L and R whose edges run between them, but for a share ``ratio`` of their volume.

    Attributes
    ----------
    ratio : float
        (2w(L) + 2w(R) + w(L ∪ R, rest))/vol(L ∪ R): w(L) the weight of the edges within L, of a loop half of it.
    within, leaving : float
        2w(L) + 2w(R), and w(L ∪ R, rest).
    left, right : int array or None
        Nodes of the whole graph, increasing; the lowest of all is in ``left``. None only after `from_dict` of a
        shortened dictionary.
    nodes_left, nodes_right : int

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> sides = bipartiteness(ss.symmetric(ss.family("bipartite:2x3").graph)).sides
    >>> sides.left.tolist(), sides.right.tolist(), sides.ratio
    ([0, 1], [2, 3, 4], 0.0)
    """

    ratio: float
    within: float
    leaving: float
    left: IntArray | None
    right: IntArray | None
    nodes_left: int
    nodes_right: int

    def to_dict(self, *, most: int | None = None) -> dict[str, Any]:
        """Return it as plain JSON types; lists of more than ``most`` nodes become None."""
        lists = {name: getattr(self, name) for name in ("left", "right")}
        return vars(self) | {
            name: None if nodes is None or (most is not None and len(nodes) > most) else nodes.tolist()
            for name, nodes in lists.items()
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TwoSides:
        """Read what `to_dict` wrote."""
        lists = {name: data[name] for name in ("left", "right")}
        arrays = {n: None if v is None else np.array(v, dtype=np.int64) for n, v in lists.items()}
        return cls(**(data | arrays))


@dataclass(frozen=True, eq=False)
class Bipartiteness:
    """Bipartiteness ratio β = min over disjoint L, R of ``TwoSides.ratio``, enclosed; 0 if and only if μ_n = −1.

    Attributes
    ----------
    distance : float
        1 + μ_n, computed; for one node 2.
    lower : Side
        (1 + μ_n)/2.
    upper : Side
        The ratio of ``sides``: proven, for they are there.
    promised : Side
        √((1 + μ_n)(1 − μ_n)), at most 1.
    sides : TwoSides
    component, nodes : int

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = bipartiteness(ss.symmetric(ss.family("cycle:5").graph))
    >>> print(found)
    the smallest eigenvalue is 0.191 above −1: bipartiteness ratio between 0.09549 (estimate) and 0.2 (proven)
    >>> Bipartiteness.from_dict(found.to_dict()).to_dict() == found.to_dict()
    True
    """

    distance: float
    lower: Side
    upper: Side
    promised: Side
    sides: TwoSides
    component: int
    nodes: int

    def __str__(self) -> str:
        if not self.distance:
            left, right = counted(self.sides.nodes_left, "node"), counted(self.sides.nodes_right, "node")
            return f"bipartite without loops, with sides of {left} and {right}: μ_n = −1"
        ratio = f"bipartiteness ratio between {self.lower} and {self.upper}"
        return f"the smallest eigenvalue is {told(self.distance)} above −1: {ratio}"

    def to_dict(self, *, most: int | None = None) -> dict[str, Any]:
        """Return it as plain JSON types; ``most`` as in `TwoSides.to_dict`."""
        sides = {name: getattr(self, name).to_dict() for name in ("lower", "upper", "promised")}
        return vars(self) | sides | {"sides": self.sides.to_dict(most=most)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Bipartiteness:
        """Read what `to_dict` wrote."""
        sides = {name: Side.from_dict(data[name]) for name in ("lower", "upper", "promised")}
        return cls(**(data | sides | {"sides": TwoSides.from_dict(data["sides"])}))


def bipartiteness(
    operator: Operator,
    spectrum: Spectra = None,
    *,
    component: int = 0,
    certificate: Any = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> Bipartiteness:
    """Return (1 + μ_n)/2 ≤ β ≤ β(sweep) ≤ √((1 + μ_n)(1 − μ_n)) for one component.

    β = min over disjoint L, R, not both empty, of (2w(L) + 2w(R) + w(L ∪ R, rest))/vol(L ∪ R), volumes of d̃; a loop
    lies within a side and counts with half its weight in w(L). The sweep takes the nodes in order of falling |f|,
    f = D̃^(-1/2) u, coloured by the sign of f, and is the best of its n prefixes. This is 1 − h̄ with Bauer and Jost's
    dual Cheeger constant h̄.

    Parameters
    ----------
    operator : Operator
    spectrum : Spectrum or several, optional
        Of the whole operator, with vectors; computed by default.
    component : int
        Largest first.
    certificate : object with ``bottom``, or several, optional
        A proven interval for μ_n makes ``lower`` proven; see `find_ends`.
    solver, rng
        As in `eigenpairs`.

    Returns
    -------
    Bipartiteness

    Raises
    ------
    UsageError, NotConvergedError
        As `find_ends`.

    Notes
    -----
    A bipartite component without loops has β = 0 in closed form, with its two sides. One node that has a loop
    has β = 1. Loops lift μ_n: 1 + μ_n ≥ 2p, p the smallest loop share (Gershgorin), whatever a solver finds.
    Sources: Trevisan, SIAM J. Comput. 41 (2012) 1769; Bauer and Jost, Comm. Anal. Geom. 21 (2013) 787.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> print(bipartiteness(ss.symmetric(ss.family("star:4").graph)))
    bipartite without loops, with sides of 1 node and 4 nodes: μ_n = −1
    """
    part = part_of(operator, component)
    return bipartiteness_of(find_ends(part, spectrum, certificate, solver, rng))


def bipartiteness_of(ends: Ends) -> Bipartiteness:
    """Return the bipartiteness of a component whose ends are known."""
    part, bottom = ends.part, ends.bottom
    vector = np.ones(1) if bottom.vector is None else bottom.vector
    sides = _two_sides(part, vector * part.operator.scale)
    kind, needs = lower_kind(bottom.certified)
    theorem = CLOSED if part.alternating else EASY
    return Bipartiteness(
        distance=bottom.value,
        lower=Side(
            min(0.5 * bottom.low, sides.ratio), kind, theorem, "nothing" if part.alternating else needs
        ),
        upper=Side(sides.ratio, "proven", "the two sides themselves", "nothing: their edges are counted"),
        promised=Side(_promised(bottom.proven_high), "proven", HARD, "a vector's quotient"),
        sides=sides,
        component=part.component,
        nodes=part.size,
    )


def _promised(distance: float) -> float:
    return 1.0 if distance >= 1.0 else float(np.sqrt(distance * (2.0 - distance)))


def _two_sides(part: Part, f: FloatArray) -> TwoSides:
    operator = part.operator
    if part.alternating:
        # all of it, rather than the first of many prefixes with rounding for a ratio
        chosen = np.arange(part.size)
    else:
        sweep = sweep_colourings(operator, f)
        chosen = np.sort(sweep.order[: best_place(sweep.impurities, sweep.volume) + 1])
    y = np.zeros(part.size)
    y[chosen] = np.where(f[chosen] >= 0, 1.0, -1.0)
    if y[chosen[0]] < 0:
        y = -y
    loops = float(np.sum(operator.loop_weights[chosen]))
    total = float(np.sum(per_row(row_terms, operator, y, 1.0, False))) + loops
    leaving = _leaving(operator, y)
    return TwoSides(
        ratio=total / float(np.sum(operator.degrees[chosen])),
        within=max(total - leaving, 0.0),
        leaving=leaving,
        left=part.nodes[y > 0],
        right=part.nodes[y < 0],
        nodes_left=int(np.count_nonzero(y > 0)),
        nodes_right=int(np.count_nonzero(y < 0)),
    )


def _leaving(operator: Operator, y: FloatArray) -> float:
    """Return the weight between the coloured nodes and the rest."""
    coloured = np.abs(y)
    return float(np.sum(per_row(row_terms, operator, coloured, -1.0, False)))
