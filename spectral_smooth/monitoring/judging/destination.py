"""Destinations: the smooth states that layers may end at, and how far a layer is from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers


@dataclass(frozen=True)
class Destination:
    """A space of smooth states, and the distance of one layer to it.

    Attributes
    ----------
    name : str
        ``constants``, ``√degree``, ``constants and √degree`` or ``top-k eigenspace``; per component all of them.
    words : str
    distance : float
        As a share of the layer's size: 0 inside of it, 1 at right angles.
    measure : str
        Name of the measure that the distance is.
    slow_modes : int
        Slow modes beside the fixed space; 0 for the others.
    """

    name: str
    words: str
    distance: float
    measure: str
    slow_modes: int = 0


_FLAT = (
    ("constants", "the constants", "constant_distance"),
    ("√degree", "the multiples of √degree", "degree_distance"),
    ("constants and √degree", "the span of constants and √degree", "profile_distance"),
)


def destinations(layer: LayerNumbers) -> list[Destination]:
    """Return all destinations of a layer, those of fewest directions first.

    Constants are what the mean over neighbours leads to, √degree what the GCN's operator does, their span what it does
    with a bias; slow modes are what is left last before either.
    """
    found = [Destination(name, words, layer.values[measure], measure) for name, words, measure in _FLAT]
    for count, distance in enumerate(layer.modes or ()):
        if count:
            plural = "s" if count > 1 else ""
            words = f"the top-{count + 1} eigenspace (the fixed space and the {count} slowest mode{plural})"
            found.append(
                Destination(f"top-{count + 1} eigenspace", words, distance, f"mode_distance_{count}", count)
            )
    return found


def destinations_of_most(layer: LayerNumbers) -> list[Destination]:
    """Return the same without slow modes, as they are in the components that hold half of the nodes.

    A collapsed giant component counts, whatever the small ones do.
    """
    return [
        Destination(
            name,
            f"{words} in the components of most nodes",
            layer.values[f"{measure}_median"],
            f"{measure}_median",
        )
        for name, words, measure in _FLAT
        if f"{measure}_median" in layer.values
    ]


def nearest(found: Sequence[Destination], smooth: float) -> Destination:
    """Return the destination a layer is nearest to; of about equally near ones that with the fewest directions.

    Of those that are reached, at ``smooth`` or less, three times the distance counts as about equal, and a quarter of
    ``smooth`` as near whatever else is nearer; of others a tenth more, for more directions are never further away.

    Examples
    --------
    >>> few = Destination("constants", "", 0.02, "constant_distance")
    >>> many = Destination("constants and √degree", "", 0.001, "profile_distance")
    >>> nearest([few, many], 0.1).name, nearest([few, many], 0.01).name
    ('constants', 'constants and √degree')
    """
    best = min(one.distance for one in found)
    most = max(3.0 * best, 0.25 * smooth) if best <= smooth else 1.1 * best
    return next(one for one in found if one.distance <= most)
