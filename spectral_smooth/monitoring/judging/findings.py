"""What may be wrong with a stack of layers: one function a kind, each a function of the measured numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.plain import plain_fields
from spectral_smooth.monitoring.judging.destination import Destination, destinations, nearest
from spectral_smooth.monitoring.judging.onset import (
    LayerOnset,
    longest_run,
    onset_above,
    onset_below,
    onset_from,
    onset_of,
)
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_measures import LayerNumbers

Kind = Literal[
    "smoothing", "rank collapse", "correlated columns", "dead units", "shrinking norm", "exploding norm"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    layer : int
        Onset: the first layer from which on it holds, counted from 0, the first layer given.
    layer_name : str
    at : int
        Layer whose ``value`` is shown: the last one, the worst for dead units, the smoothest of a stretch
        that later
        layers leave.
    earliest, latest : int or None
        The onset at the most lenient and the strictest threshold tried; None where it does not hold there.
    confidence : float
        Share of the thresholds tried (half to twice) whose onset lies within one layer of ``layer``.
    measure : str
        What was compared with the threshold.
    value : float
        That measure at layer ``at``.
    threshold : float
    destination : str
        Where smoothing leads; empty for other kinds.
    sentence : str
    """

    kind: Kind
    layer: int
    layer_name: str
    at: int
    earliest: int | None
    latest: int | None
    confidence: float
    measure: str
    value: float
    threshold: float
    destination: str
    sentence: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"unknown kind of finding {self.kind!r}; known are {', '.join(KINDS)}")

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        """Read what `to_dict` wrote."""
        return cls(**data)


def confidence_word(confidence: float) -> str:
    """Return a confidence in words.

    Examples
    --------
    >>> confidence_word(1.0), confidence_word(0.6), confidence_word(0.2)
    ('high', 'moderate', 'low')
    """
    return "high" if confidence >= 0.8 else "moderate" if confidence >= 0.5 else "low"


def find_smoothing(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether layers end at a smooth destination: a state that no longer tells nodes apart, or barely.

    The distance of each layer to the nearest of constants, √degree, their span and the slow modes is compared
    with ``limits.smooth``. Later layers that leave the destination again do not acquit a stretch of a quarter of
    the layers (two at least): a linear layer can take the common part away, but only magnifies what little is
    left beside it. They do where labels show that most of the last layer's scatter lies between classes. Where
    class means are nearer than slow modes, nothing is found. Layers of zeros are no smooth ones.
    """
    # a layer of zeros is at no distance from anything: that is dead units, not smoothing
    every = [destinations(layer) if layer.values["rms"] > 0 else [] for layer in layers]
    distances = [min((one.distance for one in found), default=math.inf) for found in every]
    onset, at = _stretch(layers, distances, limits)
    if onset is None:
        return None
    reached = nearest(every[at], limits.smooth)
    if _gathered_by_class(layers[at], reached, limits):
        return None
    own = [min((d.distance for d in found if d.name == reached.name), default=math.inf) for found in every]
    mine = _stretch(layers, own, limits)[0] or onset
    name = layers[mine.layer].name
    where = "the last layer" if at == len(layers) - 1 else f"layer {at} ({layers[at].name})"
    sentence = (
        f"the layers become alike: from layer {mine.layer} ({name}) on less than "
        f"{100 * limits.smooth**2:.2g} % of their squared size is left outside {reached.words} (distance "
        f"{reached.distance:.2g} at {where})"
    )
    if distances[-1] > limits.smooth:
        sentence += "; later layers take the common part away again and magnify what little was left"
    return _finding(
        "smoothing",
        mine,
        at,
        name,
        reached.measure,
        reached.distance,
        limits.smooth,
        sentence,
        destination=reached.name,
    )


def find_rank_collapse(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether layers end as multiples of one row while nodes still differ in size or sign.

    Either the distance to rank one, √(1 − 1/stable rank), is at most ``limits.rank``, or the effective rank
    at most
    ``limits.effective_rank``. Layers with fewer than ``limits.columns`` columns have no rank to lose.
    """

    def flags(factor: float) -> list[bool]:
        most = 1.0 + (limits.effective_rank - 1.0) * factor
        return [
            layer.columns >= limits.columns
            and layer.values["stable_rank"] > 0
            and (rank_one_share(layer) <= limits.rank * factor or 0 < layer.values["effective_rank"] <= most)
            for layer in layers
        ]

    onset = onset_of(flags)
    if onset is None or explained_by_classes(layers[-1], limits):
        return None
    name = layers[onset.layer].name
    return _finding(
        "rank collapse",
        onset,
        len(layers) - 1,
        name,
        "rank_one_share",
        rank_one_share(layers[-1]),
        limits.rank,
        f"from layer {onset.layer} ({name}) on all rows are multiples of one vector (effective rank "
        f"{layers[-1].values['effective_rank']:.2g} of {layers[-1].columns} columns at the last layer), "
        "while nodes still differ in size or sign: directions are lost, not the graph's differences",
    )


def find_correlated_columns(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether columns end as copies of one another.

    Their mean |correlation| is at least ``limits.correlation``, to the last layer.
    """
    wide = [layer.columns >= limits.columns for layer in layers]
    values = [
        layer.values["column_correlation"] if ok else 0.0 for layer, ok in zip(layers, wide, strict=True)
    ]
    onset = onset_above(values, limits.correlation)
    if onset is None or explained_by_classes(layers[-1], limits):
        return None
    name = layers[onset.layer].name
    return _finding(
        "correlated columns",
        onset,
        len(layers) - 1,
        name,
        "column_correlation",
        values[-1],
        limits.correlation,
        f"from layer {onset.layer} ({name}) on columns say the same: their mean absolute correlation is "
        f"{values[-1]:.2f} at the last layer",
    )


def find_dead_units(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether a layer has at least ``limits.dead`` of its columns zero at every node (two columns at least).

    It need not last: a linear layer after a dead one has no zeros, but cannot know what the dead ones would
    have said.
    Inputs often have empty columns: the first layer given is passed over where a later one is not dead, and so are
    layers of its width with as many, which only hand them on.
    """
    inputs = layers[0]

    def handed_on(layer: LayerNumbers) -> bool:
        return (
            layer.columns == inputs.columns
            and layer.values["dead_columns"] == inputs.values["dead_columns"] < 1.0
        )

    def flags(factor: float) -> list[bool]:
        return [
            layer.values["dead_columns"] >= min(limits.dead / factor, 1.0)
            and layer.values["dead_columns"] * layer.columns > 1.5
            and (index == 0 or not handed_on(layer))
            for index, layer in enumerate(layers)
        ]

    def first(factor: float) -> list[bool]:
        dead = flags(factor)
        hit = dead.index(True, 1) if True in dead[1:] else (0 if all(dead) else None)
        if hit == 1 and dead[0] and layers[1].columns == inputs.columns:
            hit = 0
        return [hit is not None and index >= hit for index in range(len(dead))]

    onset = onset_of(first)
    if onset is None:
        return None
    dead = [i for i, flag in enumerate(flags(1.0)) if flag and i >= onset.layer]
    worst = max(dead, key=lambda i: layers[i].values["dead_columns"])
    name, share = layers[onset.layer].name, layers[worst].values["dead_columns"]
    if layers[worst].values["dead_columns"] == 1.0:
        said = f"layer {worst} ({layers[worst].name}) is zero at every node: nothing passes it"
    else:
        said = (
            f"{share:.0%} of the columns of layer {worst} ({layers[worst].name}) are zero at every node"
            + (f", the first such layer is {onset.layer} ({name})" if worst != onset.layer else "")
        )
    return _finding(
        "dead units", onset, worst, name, "dead_columns", share, limits.dead, said.replace("%", " %")
    )


def find_norm_change(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether the size of the values shrinks or grows without end.

    ``rms_l`` is compared with that of the first layer, or of the second where the first has another width: inputs
    are no reference. The factor must be ``limits.norm`` over at least two steps, or ``limits.jump`` at once;
    growth counts only where the values are beyond ``limits.large``. Zeros at the end are dead units.
    """
    while layers and not layers[-1].values["rms"]:
        layers = layers[:-1]
    if not layers:
        return None
    start = 1 if len(layers) > 2 and layers[0].columns != layers[1].columns else 0
    sizes = [layer.values["rms"] for layer in layers]
    for kind, sign in (("shrinking norm", -1.0), ("exploding norm", 1.0)):
        onset = onset_of(lambda factor, sign=sign: _beyond(sizes, start, sign, limits, factor))  # type: ignore[misc]
        if onset is None:
            continue
        first = _begin(sizes, onset.layer, start, sign)
        moved = LayerOnset(first, onset.earliest, onset.latest, onset.confidence)
        name = layers[first].name
        before = sizes[first - 1] if first else sizes[0]
        ratio = sizes[-1] / before if before > 0 else math.inf
        steps = max(len(layers) - first, 1)
        a_layer = ratio ** (1.0 / steps) if 0 < ratio < math.inf else ratio
        verb = "shrink" if sign < 0 else "grow"
        return _finding(
            kind,  # type: ignore[arg-type]
            moved,
            len(layers) - 1,
            name,
            "rms",
            sizes[-1],
            before / limits.norm if sign < 0 else before * limits.norm,
            f"the values {verb} from layer {first} ({name}) on, from {before:.2g} to {sizes[-1]:.2g}, by "
            f"{a_layer:.2g} a layer: sizes change, what tells nodes apart does not",
        )
    return None


def rank_one_share(layer: LayerNumbers) -> float:
    """Return √(1 − 1/stable rank), the distance to the nearest matrix of rank one as a share of ‖X‖_F."""
    stable = layer.values["stable_rank"]
    return math.sqrt(max(1.0 - 1.0 / stable, 0.0)) if stable > 0 else 0.0


def _stretch(
    layers: Sequence[LayerNumbers], distances: Sequence[float], limits: Thresholds
) -> tuple[LayerOnset | None, int]:
    """Return the onset of the smooth stretch that counts, and the layer it is judged at."""
    last = len(layers) - 1
    onset = onset_below(distances, limits.smooth)
    if onset is not None or explained_by_classes(layers[-1], limits):
        return onset, last
    least = max(2, -(-len(layers) // 4))

    def run(factor: float) -> tuple[int, int] | None:
        found = longest_run([distance <= limits.smooth * factor for distance in distances])
        return found if found is not None and found[1] - found[0] + 1 >= least else None

    nominal = run(1.0)
    if nominal is None:
        return None, last
    first, end = nominal
    onset = onset_from(lambda factor: None if (found := run(factor)) is None else found[0])
    return onset, min(range(first, end + 1), key=lambda index: distances[index])


def _beyond(sizes: list[float], start: int, sign: float, limits: Thresholds, factor: float) -> list[bool]:
    # a larger factor is a more lenient threshold, as everywhere
    norm, jump = limits.norm / factor, limits.jump / factor
    out = [False] * len(sizes)
    single = 1.0
    for index in range(start + 1, len(sizes)):
        change = _ratio(sizes[start], sizes[index]) if sign < 0 else _ratio(sizes[index], sizes[start])
        step = _ratio(sizes[index - 1], sizes[index]) if sign < 0 else _ratio(sizes[index], sizes[index - 1])
        single = max(single, step)
        # at least two steps: the largest one alone makes up less than the whole change
        out[index] = change >= jump or (change >= norm and single <= change / 1.5)
        if sign > 0:
            out[index] = out[index] and sizes[index] >= limits.large / factor
    return out


def _begin(sizes: list[float], layer: int, start: int, sign: float) -> int:
    """Walk back to where the run began that led to the threshold: each step changes by a tenth or more."""
    first = layer
    while (
        first - 1 > start
        and (
            _ratio(sizes[first - 2], sizes[first - 1])
            if sign < 0
            else _ratio(sizes[first - 1], sizes[first - 2])
        )
        >= 1.1
    ):
        first -= 1
    return first


def _ratio(a: float, b: float) -> float:
    if b > 0:
        return a / b
    return math.inf if a > 0 else 1.0


def _gathered_by_class(layer: LayerNumbers, best: Destination, limits: Thresholds) -> bool:
    """Whether a layer near slow modes is nearer still to its class means."""
    within = layer.values.get("class_distance")
    return best.slow_modes > 0 and within is not None and within <= min(best.distance, limits.smooth)


def explained_by_classes(layer: LayerNumbers, limits: Thresholds) -> bool:
    """Return whether few directions are what a layer gathered by few classes has.

    Most of its scatter must lie between classes, and its effective rank be at least half of what C classes in
    general
    position have, C − 1.
    """
    share = layer.values.get("class_share")
    if share is None or share < limits.clustering:
        return False
    return layer.values["effective_rank"] >= 0.5 * (len(layer.classes["class_distance"]) - 1)


def _finding(
    kind: Kind,
    onset: LayerOnset,
    at: int,
    name: str,
    measure: str,
    value: float,
    threshold: float,
    sentence: str,
    destination: str = "",
) -> Finding:
    return Finding(
        kind=kind,
        layer=onset.layer,
        layer_name=name,
        at=at,
        earliest=onset.earliest,
        latest=onset.latest,
        confidence=onset.confidence,
        measure=measure,
        value=value,
        threshold=threshold,
        destination=destination,
        sentence=sentence,
    )
