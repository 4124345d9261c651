"""Finding: one thing that is wrong with a stack of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.plain import plain_fields
from spectral_smooth.monitoring.judging.onset import LayerOnset

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


def finding(
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
    """Make a finding of an onset."""
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
