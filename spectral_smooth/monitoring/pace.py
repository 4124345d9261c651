"""Pace: whether a model smooths faster or slower than its graph does by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.plain import plain_fields

# Between these factors the two distances count as the same.
ALIKE = 1.5


@dataclass(frozen=True)
class Pace:
    """A layer of a model, its last in general, beside plain smoothing from the same first layer.

    Attributes
    ----------
    depth : int
        The layer that is compared, counted from the first one given: the last, or the onset where smoothing is found.
    model, plain : float
        Distance of that layer to the nearest smooth state, as a share of its size, and of plain smoothing at
        the same depth.
    plain_depth : int or None
        The first depth at which plain smoothing is as collapsed as the last layer; None if not within
        ``horizon``.
    horizon : int
    sentence : str
    """

    depth: int
    model: float
    plain: float
    plain_depth: int | None
    horizon: int
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Pace:
        """Read what `to_dict` wrote."""
        return cls(**data)


def find_pace(distances: Sequence[float], plain: Curve) -> Pace:
    """Compare layer distances to the nearest smooth state with the collapse of plain smoothing at the same depths.

    Parameters
    ----------
    distances : sequence of float
        One value a layer: the smaller of ``collapse`` and ``constant_distance``, since a bias leads to constants
        where the operator by itself leads to √degree. The last one is compared.
    plain : Curve
        Collapse of plain smoothing, at these depths and beyond.

    Examples
    --------
    >>> curve = Curve.points("collapse", np.arange(9), 0.5 ** np.arange(9))
    >>> find_pace([1.0, 0.25, 0.0625], curve).plain_depth
    4
    """
    depth = len(distances) - 1
    model = float(distances[-1])
    at = int(np.flatnonzero(plain.depths == depth)[0])
    own = float(plain.value[at])
    reached = np.flatnonzero(plain.value <= model * (1.0 + 1e-9))
    plain_depth = int(plain.depths[reached[0]]) if len(reached) else None
    horizon = int(plain.depths[-1])
    return Pace(depth, model, own, plain_depth, horizon, _sentence(depth, model, own, plain_depth, horizon))


def _sentence(depth: int, model: float, own: float, plain_depth: int | None, horizon: int) -> str:
    layers = f"{depth} {'layer' if depth == 1 else 'layers'}"
    both = f"distance {model:.2g} after {layers}, plain smoothing {own:.2g}"
    if depth == 0:
        return "one layer only: there is nothing to compare with plain smoothing"
    if own <= model * ALIKE and model <= own * ALIKE:
        return f"the model smooths about as fast as its graph by itself ({both})"
    if model < own:
        beyond = f"more than {horizon:,}" if plain_depth is None else f"{plain_depth:,}"
        return f"the model smooths faster than its graph: {both}, which would need {beyond} layers to come that far"
    if plain_depth == 0:
        return f"the model keeps nodes further apart than its first layer had them: {both}"
    as_far = "" if plain_depth is None else f", which was that far after {plain_depth:,}"
    return f"the model smooths more slowly than its graph: {both}{as_far}"
