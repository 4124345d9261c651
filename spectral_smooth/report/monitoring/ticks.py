"""Ticks of a layer axis: whole numbers always, the names of the layers where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spectral_smooth.report.wording import drawable

# Characters of a name beside its number, and of one that stands on a slant.
NAME_WIDTH = 14
MOST_NAMED = 24
# Room, in characters, that a slanted label takes along the axis.
SLANTED = 3.0


@dataclass(frozen=True)
class LayerTicks:
    """Where ticks are, and what they say.

    Attributes
    ----------
    places : tuple of int
    texts : tuple of str
    slanted : bool
        Whether the texts are too long to lie side by side.
    named : bool
        Whether names are among the texts.
    """

    places: tuple[int, ...]
    texts: tuple[str, ...]
    slanted: bool = False
    named: bool = False


def layer_ticks(names: Sequence[str], *, first: int = 0, room: int = 80, named: bool = True) -> LayerTicks:
    r"""Return the ticks of layers ``first``, ``first + 1``, ...; names that only count are not repeated.

    Parameters
    ----------
    names : sequence of str
        One a layer; from outside, so that they are made harmless here.
    first : int
        Number of the first layer.
    room : int
        Characters that fit along the axis.
    named : bool
        Whether names may be told; small pictures have no room for them.

    Examples
    --------
    >>> layer_ticks(["conv1", "relu", "conv2"]).texts
    ('0\nconv1', '1\nrelu', '2\nconv2')
    >>> layer_ticks([str(i) for i in range(64)]).texts[:3]
    ('0', '5', '10')
    """
    numbers = range(first, first + len(names))
    shown = [short_name(name) for name in telling_parts(names)]
    told = any(name not in (str(i), str(i - first)) for i, name in zip(numbers, shown, strict=True))
    if named and told and len(names) <= MOST_NAMED:
        widest = max(len(name) for name in shown)
        if (widest + 1) * len(names) <= room:
            pairs = zip(numbers, shown, strict=True)
            return LayerTicks(tuple(numbers), tuple(f"{i}\n{name}" for i, name in pairs), named=True)
        if SLANTED * len(names) <= room:
            texts = tuple(f"{i} {name}" for i, name in zip(numbers, shown, strict=True))
            return LayerTicks(tuple(numbers), texts, slanted=True, named=True)
    step = _step(len(names), len(str(numbers[-1])) + 2, room)
    places = tuple(i for i in numbers if i % step == 0) or (first,)
    return LayerTicks(places, tuple(f"{i}" for i in places))


def short_name(name: str, width: int = NAME_WIDTH) -> str:
    """Return a name made harmless and short: both of its ends, of which the last says more.

    Examples
    --------
    >>> short_name("encoder.layers.3.conv"), short_name("conv1")
    ('enco…rs.3.conv', 'conv1')
    """
    text = drawable(name)
    if len(text) <= width:
        return text
    front = (width - 1) // 3
    return f"{text[:front]}…{text[len(text) - (width - 1 - front) :]}"


def telling_parts(names: Sequence[str]) -> list[str]:
    """Return names without the parts between dots that all of them begin or end with.

    Examples
    --------
    >>> telling_parts(["enc.0.conv.out", "enc.0.norm.out"]), telling_parts(["conv", "conv"])
    (['conv', 'norm'], ['conv', 'conv'])
    """
    parts = [name.split(".") for name in names]
    if len(names) < 2:
        return list(names)
    for end in (0, -1):
        while min(map(len, parts)) > 1 and len({part[end] for part in parts}) == 1:
            for part in parts:
                del part[end]
    return [".".join(part) for part in parts]


def _step(count: int, width: int, room: int) -> int:
    steps = (scale * step for scale in (1, 10, 100, 1000, 10_000) for step in (1, 2, 5))
    return next((step for step in steps if -(-count // step) * width <= 2 * room // 3), count)
