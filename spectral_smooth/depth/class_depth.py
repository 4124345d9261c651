"""ClassDepth and ClassDepths: what smoothing does to classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.depth.onset import Onset
from spectral_smooth.measures.curve import Curve


@dataclass(frozen=True, eq=False)
class ClassDepth:
    """What smoothing does to one class.

    Attributes
    ----------
    label : int
    count : int
        Labelled nodes.
    share : float
        Of all labelled nodes.
    minority : bool
        Whether the share is less than half of an equal one.
    small : Onset
        Contrast below the collapse threshold: nearly all of what is seen is shared, but rescaling the part off
        the fixed space brings the class back.
    unresolved : Onset
        Contrast below 2⁻²⁴: a plain float32 pass cannot hold it beside what is shared; rescaled after each layer
        it is still there.
    destroyed : Onset
        Contrast below 2⁻⁵³: no usual number format holds it; rescaling the result brings nothing back.
    plateau : float
        Contrast of the part that never decays: it tells components, degrees and sides apart, and nothing within them.
    predicted, measured : Curve or None
    """

    label: int
    count: int
    share: float
    minority: bool
    small: Onset
    unresolved: Onset
    destroyed: Onset
    plateau: float
    predicted: Curve | None
    measured: Curve | None

    def to_dict(self) -> dict[str, Any]:
        """Return the class as plain JSON types."""
        nested = ("small", "unresolved", "destroyed", "predicted", "measured")
        return {k: v.to_dict() if k in nested and v is not None else v for k, v in vars(self).items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassDepth:
        """Read what `to_dict` wrote."""
        onsets = {k: Onset(**data[k]) for k in ("small", "unresolved", "destroyed")}
        curves = {k: data[k] and Curve.from_dict(data[k]) for k in ("predicted", "measured")}
        return cls(**{**data, **onsets, **curves})


@dataclass(frozen=True, eq=False, repr=False)
class ClassDepths:
    """Which class goes first.

    Attributes
    ----------
    classes : tuple of ClassDepth
        By label; empty where there are not two classes.
    collapse : float
        Threshold of ``small``.
    horizon : int
        Largest depth that was predicted.
    measured_to : int or None
        Largest depth that was measured.
    labelled : int
        Labelled nodes that are compared.
    notes : tuple of str
        What a reader must know: nodes left out, classes of one node.
    sentence : str

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> karate = ss.load("karate")
    >>> found = ss.class_depths(ss.gcn(karate.graph), np.eye(34), karate.labels, horizon=256)
    >>> ClassDepths.from_dict(found.to_dict()).sentence == str(found)
    True
    """

    classes: tuple[ClassDepth, ...]
    collapse: float
    horizon: int
    measured_to: int | None
    labelled: int
    notes: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"ClassDepths of {len(self.classes)} classes: {self.sentence}"

    @property
    def agree(self) -> bool:
        """Whether prediction and measurement agree on every class and threshold that both looked at."""
        return all(o.agrees is not False for c in self.classes for o in (c.small, c.unresolved, c.destroyed))

    def to_dict(self) -> dict[str, Any]:
        """Return the depths and their curves as plain JSON types."""
        return {**vars(self), "classes": [c.to_dict() for c in self.classes], "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassDepths:
        """Read what `to_dict` wrote."""
        classes = tuple(ClassDepth.from_dict(c) for c in data["classes"])
        return cls(**{**data, "classes": classes, "notes": tuple(data["notes"])})
