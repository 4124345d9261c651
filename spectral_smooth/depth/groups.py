"""group_depths(): from which depth on components, degree bands and regions lose their signal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.depth.divisions import KINDS, Division, group_divisions
from spectral_smooth.depth.grid import agreement_grid, grid_to, measured_depths
from spectral_smooth.depth.onset import Onset, onset
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve, Source
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.group_collapse import GroupCurves, measure_group_collapse
from spectral_smooth.spectra.quadrature import SpectralMeasure, spectral_measure
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.group_collapse import (
    PRODUCTS,
    GroupForecast,
    predict_group_collapse,
    slowest_pairs,
)
from spectral_smooth.theory.predict import EXACT_BELOW, predict_from

DRAWN = 5000
"""Most nodes of a graph whose drawing is coloured: group numbers of single nodes are kept in files up to it."""


@dataclass(frozen=True, eq=False)
class GroupDepth:
    """What smoothing does to one group of nodes.

    Attributes
    ----------
    kind : {"component", "degree", "region"}
    name : str
    size : int
    share : float
        Of all nodes of the graph.
    lost : Onset
        Local collapse below the threshold.
    predicted : Curve
        ``group_collapse``, both sides.
    middle : Curve
        The value between them that ``lost.predicted`` is taken from: to be drawn.
    measured : Curve or None
    """

    kind: str
    name: str
    size: int
    share: float
    lost: Onset
    predicted: Curve
    middle: Curve
    measured: Curve | None

    def to_dict(self) -> dict[str, Any]:
        """Return the group as plain JSON types."""
        nested = ("lost", "predicted", "middle", "measured")
        return {k: v.to_dict() if k in nested and v is not None else v for k, v in vars(self).items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GroupDepth:
        """Read what `to_dict` wrote."""
        curves = {k: data[k] and Curve.from_dict(data[k]) for k in ("predicted", "middle", "measured")}
        return cls(**{**data, "lost": Onset(**data["lost"]), **curves})


@dataclass(frozen=True, eq=False, repr=False)
class GroupDepths:
    """Which group goes first.

    Attributes
    ----------
    groups : tuple of GroupDepth
    collapse : float
        Threshold on the local collapse.
    horizon : int
    measured_to : int or None
    members : mapping of kind to int array of shape (num_nodes,), or empty
        Number of each node's group among those of its kind, −1 for none; written to files for graphs of at most
        `DRAWN` nodes.
    notes : tuple of str
    sentence : str

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = group_depths(ss.gcn(ss.load("karate").graph), np.eye(34), horizon=128)
    >>> GroupDepths.from_dict(found.to_dict()).sentence == str(found)
    True
    """

    groups: tuple[GroupDepth, ...]
    collapse: float
    horizon: int
    measured_to: int | None
    members: Mapping[str, IntArray]
    notes: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"GroupDepths of {len(self.groups)} groups: {self.sentence}"

    def of_kind(self, kind: str) -> tuple[GroupDepth, ...]:
        """Return the groups of one kind, in the order of their numbers."""
        return tuple(g for g in self.groups if g.kind == kind)

    @property
    def agree(self) -> bool:
        """Whether prediction and measurement agree on every group that both looked at."""
        return all(g.lost.agrees is not False for g in self.groups)

    def to_dict(self) -> dict[str, Any]:
        """Return the groups as plain JSON types."""
        drawn = all(len(numbers) <= DRAWN for numbers in self.members.values())
        members = {k: v.tolist() for k, v in self.members.items()} if drawn else {}
        groups = [g.to_dict() for g in self.groups]
        return {**vars(self), "groups": groups, "members": members, "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GroupDepths:
        """Read what `to_dict` wrote."""
        groups = tuple(GroupDepth.from_dict(g) for g in data["groups"])
        members = {k: np.asarray(v, dtype=np.int64) for k, v in data["members"].items()}
        return cls(**{**data, "groups": groups, "members": members, "notes": tuple(data["notes"])})


def group_depths(
    operator: Operator,
    features: FloatArray,
    *,
    depths: IntArray | None = None,
    horizon: int = 1024,
    rule: Rule | None = None,
    collapse: float = 1e-2,
    kinds: Sequence[str] = KINDS,
    pairs: Spectrum | None = None,
    spectral: SpectralMeasure | None = None,
    measured: Sequence[GroupCurves] | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> GroupDepths:
    """Find from which depth on components, degree bands and regions are lost; predicted and measured.

    A group is lost from where its local collapse, ‖part off the fixed space‖/‖Y‖ on its own rows, stays below the
    threshold. Components are predicted from their own spectral measures (with sides), the others from the slowest
    eigenpairs and what the remainder can add; see `predict_group_collapse`.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    depths : int array, optional
        Depths that are measured; to depth 128 by default, cut at the horizon. Empty: nothing is measured.
    horizon : int
        Largest depth that is predicted.
    rule : Rule, optional
        Plain propagation by default.
    collapse : float
        Threshold.
    kinds : sequence of str
        Among `KINDS`.
    pairs : Spectrum, optional
        With vectors, slowest end or complete; `slowest_pairs` by default.
    spectral : SpectralMeasure, optional
        Of these features, where it is at hand.
    measured : sequence of GroupCurves, optional
        Of `group_divisions`, where a run was watched already.
    engine : Engine, optional
    progress : callable, optional
        Called with (done, total) measured depths.

    Returns
    -------
    GroupDepths
        Without groups of a kind where that has only one.

    Raises
    ------
    UsageError
        If the threshold is not between 0 and 1, the horizon negative, or a kind unknown.
    InputError
        If the features are not one row a node, or not finite.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = group_depths(ss.gcn(ss.load("karate").graph), np.eye(34), horizon=128)
    >>> [(g.name, g.lost.predicted, g.lost.measured) for g in found.of_kind("degree")][:2]
    [('1 neighbour', 43, 48), ('2–3 neighbours', 44, 48)]
    >>> found.agree
    True
    """
    if not 0.0 < collapse < 1.0:
        raise UsageError(f"the collapse threshold must lie between 0 and 1, got {collapse}")
    if horizon < 0:
        raise UsageError(f"the horizon must be at least 0, got {horizon}")
    rule = rule or sgc()
    grid = measured_depths(depths, horizon)
    pairs = pairs or slowest_pairs(operator)
    divisions = group_divisions(operator, pairs, kinds)
    if spectral is None:
        products = None if operator.graph.num_nodes <= EXACT_BELOW else PRODUCTS
        spectral = spectral_measure(operator, features, products=products, engine=engine)
    predicted = _forecasts(operator, features, divisions, horizon, rule, pairs, spectral, engine)
    members = [d.groups for d in divisions]
    if measured is None and len(grid) and divisions:
        measured = measure_group_collapse(
            operator, features, members, grid, rule=rule, engine=engine, progress=progress
        )
    groups = tuple(_groups(divisions, predicted, measured, collapse, horizon))
    notes = [d.note for d in divisions if d.note]
    if not pairs.convergence.converged:
        notes.append(f"the slowest modes are not certain: {pairs.convergence}")
    return GroupDepths(
        groups=groups,
        collapse=collapse,
        horizon=horizon,
        measured_to=int(measured[0].depths[-1]) if measured else None,
        members={d.kind: d.groups for d in divisions},
        notes=tuple(notes),
        sentence=group_sentence(groups, horizon),
    )


def _forecasts(
    operator: Operator,
    features: FloatArray,
    divisions: Sequence[Division],
    horizon: int,
    rule: Rule,
    pairs: Spectrum,
    spectral: SpectralMeasure,
    engine: Engine | None,
) -> dict[str, GroupForecast]:
    """Return the forecast of each division, keyed by its kind."""
    every = np.arange(horizon + 1)
    # All eigenpairs of a small graph make long sums: at every depth to 256, beyond it on the grid.
    modal = every if len(pairs.values) <= 64 else np.union1d(every[:257], grid_to(horizon))
    local = [d for d in divisions if d.kind != "component"]
    found: dict[str, GroupForecast] = {}
    if local:
        made = predict_group_collapse(
            operator,
            features,
            [d.groups for d in local],
            modal,
            rule=rule,
            pairs=pairs,
            spectral=spectral,
            engine=engine,
        )
        found = {d.kind: forecast for d, forecast in zip(local, made, strict=True)}
    for division in divisions:
        if division.kind == "component":
            found["component"] = _component_forecast(operator, len(division.names), every, rule, spectral)
    return found


def _component_forecast(
    operator: Operator, count: int, depths: IntArray, rule: Rule, spectral: SpectralMeasure
) -> GroupForecast:
    made = predict_from(spectral, operator, depths, rule=rule, measures=["collapse"])
    lower, upper = np.zeros((count, len(depths))), np.zeros((count, len(depths)))
    for g in range(count):
        # Without a curve there is nothing to smooth there: the features lie in the fixed space.
        if made.has("collapse", g):
            curve = made.curve("collapse", g)
            lower[g], upper[g] = curve.lower, curve.upper
    middle = np.where(lower > 0, np.sqrt(lower * upper), 0.5 * (lower + upper))
    return GroupForecast(depths, lower, upper, middle, made.curve("collapse").source)


def _groups(
    divisions: Sequence[Division],
    predicted: Mapping[str, GroupForecast],
    measured: Sequence[GroupCurves] | None,
    collapse: float,
    horizon: int,
) -> Iterator[GroupDepth]:
    shown = grid_to(horizon)
    for place, division in enumerate(divisions):
        forecast = predicted[division.kind]
        sizes = division.sizes
        for g, name in enumerate(division.names):
            seen = None
            if measured is not None:
                curves = measured[place]
                seen = Curve.points("group_collapse", curves.depths, curves.collapse[g], note=name)
            source = forecast.source
            sides = Curve(
                "group_collapse", forecast.depths, forecast.lower[g], forecast.upper[g], source, note=name
            )
            between: Source = "exact" if source == "exact" else "estimate"
            middle = Curve.points("group_collapse", forecast.depths, forecast.middle[g], between, note=name)
            yield GroupDepth(
                kind=division.kind,
                name=name,
                size=int(sizes[g]),
                share=float(sizes[g] / len(division.groups)),
                lost=onset(
                    collapse,
                    sides,
                    seen,
                    middle=middle,
                    grid=None if seen is None else agreement_grid(seen.depths),
                ),
                predicted=sides.thinned(shown),
                middle=middle.thinned(shown),
                measured=seen,
            )


def group_sentence(groups: Sequence[GroupDepth], horizon: int) -> str:
    """Return in words which group of each kind goes first and which last."""
    parts = [
        _first_and_last(kind, [g for g in groups if g.kind == kind], horizon)
        for kind in KINDS
        if any(g.kind == kind for g in groups)
    ]
    if not parts:
        return "There are no groups of nodes to tell apart."
    return ". ".join(parts) + "."


def _first_and_last(kind: str, groups: Sequence[GroupDepth], horizon: int) -> str:
    def at(one: GroupDepth) -> float:
        return np.inf if one.lost.depth is None else float(one.lost.depth)

    kept = [g for g in groups if g.middle.upper[0] == 0]
    groups = [g for g in groups if g.middle.upper[0] > 0]
    end = f"; {_nodes_of(kept)} with nothing off the fixed space keep what they have" if kept else ""
    if not groups:
        return f"By {kind}: no group has anything off the fixed space that smoothing could take"
    first, last = min(groups, key=at), max(groups, key=at)
    if first.lost.depth is None:
        return f"By {kind}: none loses its signal within {horizon:,} layers{end}"
    text = f"By {kind}: {first.name} ({_nodes(first)}) from depth {first.lost.depth:,}"
    if last.lost.depth == first.lost.depth:
        return f"{text}, as all others{end}"
    if last.lost.depth is None:
        return f"{text} first, {last.name} ({_nodes(last)}) not within {horizon:,} layers{end}"
    return f"{text} first, {last.name} ({_nodes(last)}) from depth {last.lost.depth:,} last{end}"


def _nodes_of(groups: Sequence[GroupDepth]) -> str:
    return f"{sum(g.size for g in groups):,} nodes"


def _nodes(one: GroupDepth) -> str:
    return f"{one.size:,} {'node' if one.size == 1 else 'nodes'}"
