"""Policies: the few decisions that turn any source into one undirected graph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.dataset import Note

Direction = Literal["union", "mutual", "error"]
SelfLoops = Literal["drop", "keep"]
Labels = Literal["error", "ignore"]

WEIGHT_NAMES = ("edge_weight", "weight")
"""Names under which a source's weights are used without being asked for."""


@dataclass(frozen=True)
class Policies:
    """What is done with direction, weights, self-loops, several splits and unusable labels on the way in.

    Parameters
    ----------
    direction : {"union", "mutual", "error"}
        ``union``: an edge in either direction is one undirected edge. ``mutual``: only edges present
        in both directions are kept. ``error``: a source that is not symmetric is refused.
    weight : str, optional
        Column, attribute or array that holds the weights. None uses one called ``weight`` or
        ``edge_weight`` where there is one; ``"none"`` ignores all weights.
    self_loops : {"drop", "keep"}
        Self-loops of the source. Dropped by default, since a layer adds its own.
    split : int
        Which column of masks of shape (num_nodes, splits) is used.
    labels : {"error", "ignore"}
        What becomes of labels of the source that cannot be classes (a quantity, several a node): ``error``
        refuses the source, ``ignore`` reads it without labels and notes why. Labels that are passed beside an
        object are always refused.

    Raises
    ------
    UsageError
        If a value is not one of these.

    Examples
    --------
    >>> Policies(direction="mutual")
    Policies(direction='mutual', weight=None, self_loops='drop', split=0, labels='error')
    """

    direction: Direction = "union"
    weight: str | None = None
    self_loops: SelfLoops = "drop"
    split: int = 0
    labels: Labels = "error"

    def __post_init__(self) -> None:
        _check_choice("direction", self.direction, get_args(Direction))
        _check_choice("self_loops", self.self_loops, get_args(SelfLoops))
        _check_choice("labels", self.labels, get_args(Labels))
        if self.weight is not None and not (isinstance(self.weight, str) and self.weight):
            raise UsageError(f"weight is {self.weight!r}; expected the name of a column, 'none', or None")
        if isinstance(self.split, bool) or not isinstance(self.split, int) or self.split < 0:
            raise UsageError(f"split is {self.split!r}; expected 0, 1, ...")

    def choose_weight(self, available: Collection[str], source: str) -> tuple[str | None, tuple[Note, ...]]:
        """Name of the weights to use among those that a source offers, and the note of the choice.

        Parameters
        ----------
        available : collection of str
            Names that could hold weights.
        source : str
            What the source is called in the error, for example ``"the file"``.

        Raises
        ------
        UsageError
            If the weight asked for does not exist.
        """
        named = next((name for name in WEIGHT_NAMES if name in available), None)
        if self.weight == "none":
            text = f"the weights {named!r} are ignored, as asked"
            return None, (Note("weights", text),) if named else ()
        if self.weight is None:
            return named, ()
        if self.weight not in available:
            offer = ", ".join(sorted(available)) or "none"
            raise UsageError(f"{source} has no weights called {self.weight!r}; those it offers: {offer}")
        return self.weight, (Note("weights", f"weights are taken from {self.weight!r}, as asked"),)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"{name} is {value!r}; expected one of {', '.join(choices)}")
