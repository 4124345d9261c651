"""spectral_facts(): what both ends of the spectrum say about a graph, component by component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.solvers.auto import Auto
from spectral_smooth.spectra.structure.bipartite import Bipartiteness, bipartiteness_of
from spectral_smooth.spectra.structure.border import check_names
from spectral_smooth.spectra.structure.cheeger import CheegerInterval, cheeger_of
from spectral_smooth.spectra.structure.communities import Communities, communities
from spectral_smooth.spectra.structure.ends import OUTSIDE, Ends, Spectra, find_ends
from spectral_smooth.spectra.structure.loops import LOOPS, LoopEffect, loops_of
from spectral_smooth.spectra.structure.mixing import MixingTime, mixing_of
from spectral_smooth.spectra.structure.part import Part, part_of
from spectral_smooth.spectra.structure.sides import counted
from spectral_smooth.spectra.types import Spectrum

LAZY = 0.5
# Longer lists of nodes are left out of a dictionary of facts.
LISTED = 1000
# From so many nodes on the slow modes are computed to such residuals, enough for a gap among them, and both ends apart:
# ten digits of 24 modes of R-MAT with a million nodes take many times as long.
LARGE, ROUGH = 20_000, 1e-3


@dataclass(frozen=True, eq=False)
class ComponentFacts:
    """What both ends of the spectrum say about one component.

    Attributes
    ----------
    component, nodes : int
    volume : float
        Σ d̃.
    cheeger : CheegerInterval
    mixing, lazy_mixing : MixingTime
        Of the walk, and of the walk that stays with chance 0.5.
    bipartiteness : Bipartiteness
    loops : LoopEffect
        Bounds for other loop weights.
    communities : Communities
    """

    component: int
    nodes: int
    volume: float
    cheeger: CheegerInterval
    mixing: MixingTime
    lazy_mixing: MixingTime
    bipartiteness: Bipartiteness
    loops: LoopEffect
    communities: Communities

    def __str__(self) -> str:
        parts = [str(self.cheeger), str(self.mixing), str(self.bipartiteness), str(self.communities)]
        if self.cheeger.cut is not None:
            parts.insert(1, str(self.cheeger.cut))
        return f"component {self.component} ({counted(self.nodes, 'node')}). " + ". ".join(
            part[0].upper() + part[1:] for part in parts
        )

    def to_dict(self, *, most: int | None = LISTED) -> dict[str, Any]:
        """Return it as plain JSON types; lists of more than ``most`` nodes become None."""
        return {
            "component": self.component,
            "nodes": self.nodes,
            "volume": self.volume,
            "cheeger": self.cheeger.to_dict(most=most),
            "mixing": self.mixing.to_dict(),
            "lazy_mixing": self.lazy_mixing.to_dict(),
            "bipartiteness": self.bipartiteness.to_dict(most=most),
            "loops": self.loops.to_dict(),
            "communities": self.communities.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ComponentFacts:
        """Read what `to_dict` wrote."""
        return cls(
            component=data["component"],
            nodes=data["nodes"],
            volume=data["volume"],
            cheeger=CheegerInterval.from_dict(data["cheeger"]),
            mixing=MixingTime.from_dict(data["mixing"]),
            lazy_mixing=MixingTime.from_dict(data["lazy_mixing"]),
            bipartiteness=Bipartiteness.from_dict(data["bipartiteness"]),
            loops=LoopEffect.from_dict(data["loops"]),
            communities=Communities.from_dict(data["communities"]),
        )


@dataclass(frozen=True)
class PooledComponents:
    """The components that were not looked at one by one.

    Attributes
    ----------
    count, nodes, largest : int
        How many, their nodes in all, and the nodes of the largest of them.
    one_node : int
        How many are a single node with a loop: a cut has no meaning there.
    alternating : int
        How many are bipartite without loops: μ_n = −1, and the walk never mixes.
    """

    count: int
    nodes: int
    largest: int
    one_node: int
    alternating: int

    def __str__(self) -> str:
        return (
            f"{counted(self.count, 'more component')} of {counted(self.largest, 'node')} or fewer hold "
            f"{counted(self.nodes, 'node')}: {self.one_node:,} of one node, {self.alternating:,} bipartite without "
            "loops"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return dict(vars(self))


@dataclass(frozen=True, eq=False)
class SpectralFacts:
    """What the spectrum says about a graph: see `spectral_facts`.

    Attributes
    ----------
    operator : str
        Label of the operator.
    nodes, silent : int
        Nodes, and those with d̃ = 0, which are in no component.
    fixed_dimension : int
        Components with d̃ > 0: the multiplicity of μ = 1, proven by counting them.
    components : tuple of ComponentFacts
        The largest ones.
    pooled : PooledComponents or None
        The others.
    communities : Communities
        Of the whole graph.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> facts = spectral_facts(ss.gcn(ss.load("karate").graph), rng=0)
    >>> facts.components[0].cheeger.cut.nodes_smaller
    16
    >>> SpectralFacts.from_dict(facts.to_dict()).to_dict() == facts.to_dict()
    True
    """

    operator: str
    nodes: int
    silent: int
    fixed_dimension: int
    components: tuple[ComponentFacts, ...]
    pooled: PooledComponents | None
    communities: Communities

    def __str__(self) -> str:
        if not self.components:
            return (
                f"{self.operator}: no node has an edge or a loop, so there is nothing to cut, mix or colour"
            )
        lines = [
            f"{self.operator}: {counted(self.nodes, 'node')} in {counted(self.fixed_dimension, 'component')}"
            + (f", {self.silent:,} more without edge or loop" if self.silent else "")
        ]
        lines += [str(one) for one in self.components]
        if self.pooled is not None:
            lines += [str(self.pooled), f"whole graph: {self.communities}"]
        return "\n".join(lines)

    def to_dict(self, *, most: int | None = LISTED) -> dict[str, Any]:
        """Return it as plain JSON types; lists of more than ``most`` nodes become None."""
        return {
            "operator": self.operator,
            "nodes": self.nodes,
            "silent": self.silent,
            "fixed_dimension": self.fixed_dimension,
            "components": [one.to_dict(most=most) for one in self.components],
            "pooled": None if self.pooled is None else self.pooled.to_dict(),
            "communities": self.communities.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SpectralFacts:
        """Read what `to_dict` wrote."""
        changed = {
            "components": tuple(ComponentFacts.from_dict(one) for one in data["components"]),
            "pooled": None if data["pooled"] is None else PooledComponents(**data["pooled"]),
            "communities": Communities.from_dict(data["communities"]),
        }
        return cls(**(data | changed))


def spectral_facts(
    operator: Operator,
    spectrum: Spectra = None,
    *,
    certificate: Any = None,
    components: int = 3,
    epsilon: float = 0.25,
    loops: Sequence[float] = LOOPS,
    modes: int = 24,
    names: Sequence[str] | None = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
) -> SpectralFacts:
    """Return what both ends of the spectrum say: bottleneck, mixing, two-colouring, communities, effect of loops.

    For each of the largest components: φ ∈ [λ_2/2, sweep cut], t_mix(ε) from λ*, β ∈ [(1 + μ_n)/2, two sides], and
    the number of communities by the largest gap; the rest is pooled. Each number is a `Side` with its theorem, its
    kind and what it needs.

    Parameters
    ----------
    operator : Operator
    spectrum : Spectrum or several, optional
        Of the whole operator, with vectors: the top end, the bottom end, or both. What they do not tell is
        computed.
    certificate : object with ``top`` and ``bottom``, or several, optional
        Proven intervals of μ_2 and μ_n turn estimates into proven sides; see `find_ends`.
    components : int
        How many components, largest first, are looked at one by one.
    epsilon : float
        Distance for the mixing time.
    loops : sequence of float
        Loop weights for the bounds of `loop_effect`; nothing is computed for them.
    modes : int
        Modes that communities are looked for among.
    names : sequence of str, optional
        Names of all nodes.
    solver, rng
        As in `eigenpairs`. Without a solver the modes of 20,000 nodes and more are computed to residuals of
        1e-3 only, and of a hundredth of λ; both ends are not.

    Returns
    -------
    SpectralFacts
        Without an edge or loop ``components`` is empty.

    Raises
    ------
    UsageError
        If ``components`` is below 1, or as the single functions.
    NotConvergedError
        As `eigenpairs`.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> print(spectral_facts(ss.symmetric(ss.family("path:1").graph)))
    symmetric (loops 0, split 0.5): no node has an edge or a loop, so there is nothing to cut, mix or colour
    """
    if components < 1:
        raise UsageError(f"components must be at least 1, got {components}")
    check_names(names, operator.graph.num_nodes)
    rough = solver is None and operator.graph.num_nodes >= LARGE
    search = partial(
        eigenpairs,
        which="top",
        solver=Auto(tolerance=ROUGH) if rough else solver,
        rng=np.random.default_rng(rng),
    )
    space = operator.fixed_space
    given = [] if spectrum is None else [spectrum] if isinstance(spectrum, Spectrum) else list(spectrum)
    top = next((one for one in given if _tells(one, modes)), None)
    if top is None:
        top = search(operator, modes)
        given += [top] if space.dimension == 1 and not rough else []
    whole = communities(operator, top, certificate=certificate)
    chosen = min(components, space.dimension)
    found = []
    for component in range(chosen):
        part = part_of(operator, component)
        own = None
        if space.dimension > 1:
            own = _listed_of(part, top, modes) or search(part.operator, modes)
        ends = find_ends(part, given, certificate, solver, rng, None if rough else own)
        groups = whole if own is None else communities(part.operator, own)
        found.append(_component(ends, groups, epsilon, loops, names))
    return SpectralFacts(
        operator=operator.label,
        nodes=operator.graph.num_nodes - operator.silent,
        silent=operator.silent,
        fixed_dimension=space.dimension,
        components=tuple(found),
        pooled=_pooled(operator, chosen),
        communities=whole,
    )


def _tells(spectrum: Spectrum, modes: int) -> bool:
    """Whether a spectrum lists enough slow modes to look for a gap among them."""
    return spectrum.complete or (spectrum.which == "top" and len(spectrum.values) >= modes)


def _listed_of(part: Part, top: Spectrum, modes: int) -> Spectrum | None:
    """Return the top end of a component where that of the whole graph lists enough of it and nothing else.

    So it is with one giant component among single nodes and pairs: it need not be solved twice.
    """
    count, free = len(top.values), part.size - 1
    if top.vectors is None or top.which != "top" or not min(modes, free) <= count <= free:
        return None
    vectors = part.localized(top.vectors)
    if np.any(np.einsum("ij,ij->j", vectors, vectors) < 1.0 - OUTSIDE):
        return None
    return replace(
        top,
        vectors=vectors,
        fixed_dimension=1,
        alternating_dimension=int(part.alternating),
        complete=count == free,
        certificate=None,
    )


def _component(
    ends: Ends,
    groups: Communities,
    epsilon: float,
    loops: Sequence[float],
    names: Sequence[str] | None,
) -> ComponentFacts:
    return ComponentFacts(
        component=ends.part.component,
        nodes=ends.part.size,
        volume=ends.part.volume,
        cheeger=cheeger_of(ends, names),
        mixing=mixing_of(ends, epsilon),
        lazy_mixing=mixing_of(ends, epsilon, LAZY),
        bipartiteness=bipartiteness_of(ends),
        loops=loops_of(ends, loops, compute=False),
        communities=groups,
    )


def _pooled(operator: Operator, chosen: int) -> PooledComponents | None:
    space = operator.fixed_space
    sizes = space.sizes[chosen:]
    if not len(sizes):
        return None
    return PooledComponents(
        count=len(sizes),
        nodes=int(sizes.sum()),
        largest=int(sizes.max()),
        one_node=int(np.count_nonzero(sizes == 1)),
        alternating=int(np.count_nonzero(space.alternating[chosen:])),
    )
