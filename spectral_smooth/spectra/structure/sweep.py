"""sweep_cut(): the bottleneck that an eigenvector shows, named by its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.border import border_edges, border_names, check_names
from spectral_smooth.spectra.structure.ends import Spectra, find_ends
from spectral_smooth.spectra.structure.part import Part, part_of
from spectral_smooth.spectra.structure.quotients import centred, gap_quotient
from spectral_smooth.spectra.structure.sides import counted, told
from spectral_smooth.spectra.structure.sweep_kernels import per_row, row_terms
from spectral_smooth.spectra.structure.sweep_profile import best_place, sweep_cuts, thinned

PROFILE_IN_JSON = 512
# What is left of a vector relative to its mean at or below which it is rounding.
CONSTANT = 1e-13


@dataclass(frozen=True, eq=False)
class SweepCut:
    """A cut of one component: φ(A) = w(A, rest)/min(vol A, vol rest), vol the sum of d̃.

    Attributes
    ----------
    conductance : float
        φ, from the cut's own edges.
    cut_weight, smaller_volume, larger_volume : float
    smaller, larger : int array or None
        The two sides, node numbers of the whole graph, increasing. ``smaller`` has the smaller volume (if
        equal, fewer nodes; then the lowest node number). None only after `from_dict` of a shortened dictionary.
    nodes_smaller, nodes_larger : int
    component : int
    bound : float
        √(R(2(1 − p) − R)) ≥ φ, which the theorem promises this sweep: R the Rayleigh quotient of the
        vector, p the smallest share of loops in a degree; 1 − p where R is beyond that.
    profile_at, profile : array
        φ after k nodes of the sweep, which starts in the smaller side.
    edges : int array, shape (k, 2)
        Edges that are cut, (node of the smaller side, other node): those of the nodes that lose most weight, at
        most 1,000.
    cut_edges : int
        How many edges are cut.
    border : tuple of str
        Names of up to ten nodes of the smaller side that lose most weight.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> cut = sweep_cut(ss.symmetric(ss.family("barbell:5").graph))
    >>> print(cut)
    the cut separates 5 of 10 nodes through 1 edge, with conductance 0.04762; it runs at node 4 of the smaller side
    >>> SweepCut.from_dict(cut.to_dict()).to_dict() == cut.to_dict()
    True
    """

    conductance: float
    cut_weight: float
    smaller_volume: float
    larger_volume: float
    smaller: IntArray | None
    larger: IntArray | None
    nodes_smaller: int
    nodes_larger: int
    component: int
    bound: float
    profile_at: IntArray
    profile: FloatArray
    edges: IntArray
    cut_edges: int
    border: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.border[:5]) + (", ..." if len(self.border) > 5 else "")
        return (
            f"the cut separates {self.nodes_smaller:,} of {counted(self.nodes_smaller + self.nodes_larger, 'node')} "
            f"through {counted(self.cut_edges, 'edge')}, with conductance {told(self.conductance)}; it runs at {shown} "
            "of the smaller side"
        )

    def to_dict(self, *, most: int | None = None) -> dict[str, Any]:
        """Return it as plain JSON types, the profile thinned to about 512 places.

        Parameters
        ----------
        most : int, optional
            Lists of more nodes become None, and no more edges than this are listed.
        """
        least = int(np.argmin(self.profile))
        places = thinned(self.profile, least, PROFILE_IN_JSON)
        return {
            **{name: float(getattr(self, name)) for name in _NUMBERS},
            **{name: _listed(getattr(self, name), most) for name in ("smaller", "larger")},
            **{name: int(getattr(self, name)) for name in _COUNTS},
            "profile_at": [int(k) for k in self.profile_at[places]],
            "profile": [float(v) for v in self.profile[places]],
            "edges": [[int(a), int(b)] for a, b in self.edges[:most]],
            "border": list(self.border),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SweepCut:
        """Read what `to_dict` wrote."""
        arrays: dict[str, Any] = {
            name: None if data[name] is None else np.array(data[name], dtype=np.int64)
            for name in ("smaller", "larger")
        }
        return cls(
            **{name: data[name] for name in (*_NUMBERS, *_COUNTS)},
            **arrays,
            profile_at=np.array(data["profile_at"], dtype=np.int64),
            profile=np.array(data["profile"], dtype=np.float64),
            edges=np.array(data["edges"], dtype=np.int64).reshape(-1, 2),
            border=tuple(data["border"]),
        )


_NUMBERS = ("conductance", "cut_weight", "smaller_volume", "larger_volume", "bound")
_COUNTS = ("nodes_smaller", "nodes_larger", "component", "cut_edges")


def sweep_cut(
    operator: Operator,
    vector: FloatArray | None = None,
    *,
    component: int = 0,
    spectrum: Spectra = None,
    names: Sequence[str] | None = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> SweepCut:
    """Return the best of the cuts {nodes with f ≤ t}, f = D̃^(-1/2) u, u an eigenvector of λ_2.

    φ(A) = w(A, rest)/min(vol A, vol rest) over the n − 1 prefixes of the nodes in order of f. For any u that is
    orthogonal to √d̃ (and others are made so), with R = uᵀ(I − S)u/uᵀu and p the smallest loop share Ã_ii/d̃_i,
    the best prefix has φ ≤ √(R(2(1 − p) − R)) (Chung 1997, Theorem 2.3, whose proof constructs it; the loop
    share is this package's small addition). One sort and one pass over the edges.

    Parameters
    ----------
    operator : Operator
        Its loops count in the volumes and not in the cut; its split plays no part.
    vector : float array, shape (num_nodes,), optional
        In the coordinates of S, such as ``eigenpairs(...).vectors[:, 0]``; a score f of the nodes is passed as
        ``f * sqrt(operator.degrees)``. Computed by default.
    component : int
        Which component is cut, largest first; the others are left out.
    spectrum : Spectrum or several, optional
        Where to take the vector from.
    names : sequence of str, optional
        Names of all nodes, for ``border``.
    solver, rng
        As in `eigenpairs`.

    Returns
    -------
    SweepCut

    Raises
    ------
    UsageError
        If the component does not exist or has one node, the vector is constant on it (it separates nothing), or there
        is not one name a node.
    InputError
        If the vector is not one finite number a node.
    NotConvergedError
        As `eigenpairs`.

    Notes
    -----
    Nodes with equal f are taken in order of their numbers, and cuts between them count: each is a cut with the
    conductance stated. Among equally good cuts the more balanced one is taken, then the first. λ_2 of a
    multiplicity above one leaves the choice of u, and with it of the cut, to the solver. The profile of a
    weighted graph carries rounding of about 1e-16 of the whole volume; ``conductance`` does not.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> cut = sweep_cut(ss.gcn(ss.load("karate").graph))
    >>> cut.nodes_smaller, cut.conductance <= cut.bound
    (16, True)
    """
    check_names(names, operator.graph.num_nodes)
    part = part_of(operator, component)
    if part.size == 1:
        raise UsageError(f"component {component} is one node, which cannot be cut; choose a larger one")
    if vector is None:
        gap = find_ends(part, spectrum, None, solver, rng).gap
        assert gap is not None
        assert gap.vector is not None
        local = gap.vector
    else:
        local = _checked(operator, part, vector)
    return cut_part(part, local, names)


def cut_part(part: Part, vector: FloatArray, names: Sequence[str] | None) -> SweepCut:
    """Sweep one component along a vector of its own."""
    operator = part.operator
    f = _oriented(centred(operator, vector))
    quotient = gap_quotient(operator, f)
    if float(np.max(np.abs(f))) <= CONSTANT * float(np.max(np.abs(vector * operator.scale))):
        raise UsageError("the vector is constant on the component, so it separates nothing; pass another one")
    sweep = sweep_cuts(operator, f)
    ratios = sweep.conductances
    least = np.minimum(sweep.volume, sweep.rest)[:-1]
    place = best_place(ratios, least)
    first, second = sweep.order[: place + 1], sweep.order[place + 1 :]
    volumes = float(sweep.volume[place]), float(sweep.rest[place])
    swapped = _rank(second, volumes[1]) < _rank(first, volumes[0])
    if swapped:
        first, second, volumes, ratios = second, first, volumes[::-1], ratios[::-1]
    side = np.ones(part.size)
    side[first] = -1.0
    lost = per_row(row_terms, operator, side, -1.0, False)
    weight = float(np.sum(lost[first]))
    cut_edges = per_row(row_terms, operator, side, -1.0, False, weighted=False)[first]
    return SweepCut(
        conductance=weight / volumes[0],
        cut_weight=weight,
        smaller_volume=volumes[0],
        larger_volume=volumes[1],
        smaller=part.nodes[np.sort(first)],
        larger=part.nodes[np.sort(second)],
        nodes_smaller=len(first),
        nodes_larger=len(second),
        component=part.component,
        bound=cheeger_bound(quotient, part.loop_share),
        profile_at=np.arange(1, part.size),
        profile=np.ascontiguousarray(ratios),
        edges=part.nodes[border_edges(operator.graph, np.sort(first), side, lost)],
        cut_edges=round(float(np.sum(cut_edges))),
        border=border_names(part.nodes, np.sort(first), lost, names),
    )


def cheeger_bound(gap: float, loop_share: float) -> float:
    """Return √(λ(2(1 − p) − λ)), or 1 − p where λ is beyond it: an upper bound of a swept conductance.

    Examples
    --------
    >>> cheeger_bound(1.0, 0.0), cheeger_bound(1.5, 0.0), cheeger_bound(0.5, 0.5)
    (1.0, 1.0, 0.5)
    """
    most = 1.0 - loop_share
    return most if gap >= most else float(np.sqrt(gap * (2.0 * most - gap)))


def _checked(operator: Operator, part: Part, vector: FloatArray) -> FloatArray:
    given = np.asarray(vector)
    if given.shape != (operator.graph.num_nodes,) or given.dtype.kind not in "iuf":
        raise InputError(
            f"expected a vector of {operator.graph.num_nodes} real numbers, one a node, got {given.dtype} of shape "
            f"{given.shape}"
        )
    local = part.localized(given)
    if not np.all(np.isfinite(local)):
        raise InputError("the vector has values that are not finite; every node needs a finite number")
    return local


def _oriented(f: FloatArray) -> FloatArray:
    """Return f or −f: the first node that is clearly not zero is positive, whatever sign the solver chose."""
    clear = np.flatnonzero(np.abs(f) > 1e-8 * float(np.max(np.abs(f))))
    return -f if len(clear) and f[clear[0]] < 0 else f


def _rank(nodes: IntArray, volume: float) -> tuple[float, int, int]:
    return volume, len(nodes), int(np.min(nodes))


def _listed(nodes: IntArray | None, most: int | None) -> list[int] | None:
    if nodes is None or (most is not None and len(nodes) > most):
        return None
    return [int(node) for node in nodes]
