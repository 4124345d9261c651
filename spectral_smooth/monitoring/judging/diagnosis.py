"""diagnose(): what the numbers of a stack of layers say is wrong, since which layer, and what to try first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.plain import plain_fields
from spectral_smooth.monitoring.judging.by_class import explained_by_classes
from spectral_smooth.monitoring.judging.dead_units import find_dead_units
from spectral_smooth.monitoring.judging.destination import destinations
from spectral_smooth.monitoring.judging.directions import find_correlated_columns, find_rank_collapse
from spectral_smooth.monitoring.judging.finding import Finding, confidence_word
from spectral_smooth.monitoring.judging.norm_change import find_norm_change
from spectral_smooth.monitoring.judging.observations import observe
from spectral_smooth.monitoring.judging.remedies import Remedy, remedy_for
from spectral_smooth.monitoring.judging.smoothing import find_smoothing
from spectral_smooth.monitoring.judging.thresholds import DEFAULT, Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers

FINE = "nothing wrong"


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a stack of layers, the gravest finding first.

    Attributes
    ----------
    findings : tuple of Finding
        Empty where nothing is wrong. What follows from a graver finding is not listed again.
    remedies : tuple of Remedy
        What to try first for each finding.
    clustering : bool
        Whether the last layer is gathered by class: distances within classes have shrunk, those between have stayed.
    observations : tuple of str
        What is worth knowing and no fault.
    thresholds : Thresholds
        The lines that were drawn.

    Examples
    --------
    >>> print(Diagnosis((), (), False, ()))
    nothing wrong
    """

    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...]
    clustering: bool
    observations: tuple[str, ...]
    thresholds: Thresholds = DEFAULT

    @property
    def kind(self) -> str:
        """Kind of the gravest finding, or ``nothing wrong``."""
        return self.findings[0].kind if self.findings else FINE

    @property
    def layer(self) -> int | None:
        """Onset of the gravest finding, counted from 0."""
        return self.findings[0].layer if self.findings else None

    @property
    def destination(self) -> str:
        """Where the layers lead: a smooth destination, ``class means``, or empty."""
        if self.findings and self.findings[0].destination:
            return self.findings[0].destination
        return "class means" if self.clustering else ""

    @property
    def confidence(self) -> float | None:
        """Confidence in the onset of the gravest finding."""
        return self.findings[0].confidence if self.findings else None

    def __str__(self) -> str:
        if not self.findings:
            return f"{FINE}: the layers gather by class" if self.clustering else FINE
        first = self.findings[0]
        return f"{first.kind}: {first.sentence} ({confidence_word(first.confidence)} confidence in the onset)"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "kind": self.kind,
            "layer": self.layer,
            "destination": self.destination,
            "confidence": self.confidence,
            "findings": [finding.to_dict() for finding in self.findings],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "clustering": self.clustering,
            "observations": list(self.observations),
            "thresholds": plain_fields(self.thresholds),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Diagnosis:
        """Read what `to_dict` wrote."""
        return cls(
            tuple(Finding.from_dict(one) for one in data["findings"]),
            tuple(Remedy.from_dict(one) for one in data["remedies"]),
            data["clustering"],
            tuple(data["observations"]),
            Thresholds(**data["thresholds"]),
        )


def diagnose(
    layers: Sequence[LayerNumbers],
    *,
    thresholds: Thresholds | None = None,
    plain: Sequence[LayerNumbers] = (),
    plain_collapse: Sequence[float] = (),
) -> Diagnosis:
    """Say what is wrong with a stack of layers: a function of the measured numbers alone.

    Looked for in this order; what follows from an earlier one is not reported again:

    1. *smoothing*: the distance to constants, √degree, their span or the top-k eigenspace stays at or below
       ``smooth`` to the last layer. Rank and correlation follow from it. Not where labels explain it.
    2. *dead units*: a share of at least ``dead`` of a layer's columns is zero at every node. With fewer than three
       columns alive, rank and correlation follow from it.
    3. *rank collapse*: rows are multiples of one vector, and not smooth. Correlation follows from it.
    4. *correlated columns*: mean |correlation| of at least ``correlation``.
    5. *shrinking norm*, *exploding norm*: the rms changes by ``norm`` over several layers.

    Rank collapse and correlation are not looked for where few directions are explained by few classes.

    Parameters
    ----------
    layers : sequence of LayerNumbers
        As `measure_layer` gives them, in order.
    thresholds : Thresholds, optional
    plain : sequence of LayerNumbers, optional
        Plain smoothing from the same first layer at the same depths, measured alike; decides what to try first.
    plain_collapse : sequence of float, optional
        Collapse of plain smoothing at the same depths, where its states were not measured.

    Returns
    -------
    Diagnosis

    Raises
    ------
    UsageError
        If there is no layer.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> rng = np.random.default_rng(0)
    >>> karate = ss.load("karate").graph
    >>> healthy = [rng.normal(size=(34, 16)) for _ in range(4)]
    >>> ss.monitor(karate, healthy).diagnosis.kind
    'nothing wrong'
    >>> alike = [1.0 + 0.001 * x for x in healthy[2:]]
    >>> found = ss.monitor(karate, [*healthy[:2], *alike]).diagnosis
    >>> found.kind, found.layer, found.destination
    ('smoothing', 2, 'constants')
    """
    if not layers:
        raise UsageError("there is no layer to diagnose; expected at least one")
    limits = thresholds or DEFAULT
    findings = list(_found(layers, limits))
    clustering = explained_by_classes(layers[-1], limits) and not any(f.kind == "smoothing" for f in findings)
    graph = _graph_does_it(findings, plain, plain_collapse, limits)
    return Diagnosis(
        findings=tuple(findings),
        remedies=tuple(remedy_for(finding, graph_does_it=graph) for finding in findings),
        clustering=clustering,
        observations=tuple(observe(layers, findings, limits)),
        thresholds=limits,
    )


def _found(layers: Sequence[LayerNumbers], limits: Thresholds) -> list[Finding]:
    found = []
    smoothing = find_smoothing(layers, limits)
    if smoothing is not None:
        found.append(smoothing)
    dead = find_dead_units(layers, limits)
    if dead is not None:
        found.append(dead)
    if smoothing is None and not (dead is not None and _hardly_alive(layers)):
        low = find_rank_collapse(layers, limits) or find_correlated_columns(layers, limits)
        if low is not None:
            found.append(low)
    norm = find_norm_change(layers, limits)
    return found if norm is None else [*found, norm]


def _hardly_alive(layers: Sequence[LayerNumbers]) -> bool:
    """Whether so few columns of the last layer are alive that its rank and correlation say nothing more."""
    last = layers[-1]
    return (1.0 - last.values["dead_columns"]) * last.columns < 2.5


def _graph_does_it(
    findings: Sequence[Finding],
    plain: Sequence[LayerNumbers],
    collapse: Sequence[float],
    limits: Thresholds,
) -> bool | None:
    """Whether plain smoothing at the depth of the onset is about as near to a smooth state; None if not known."""
    if not findings or not (len(plain) or len(collapse)):
        return None
    at = findings[0].layer
    if len(plain):
        return min(one.distance for one in destinations(plain[at])) <= 2.0 * limits.smooth
    return float(collapse[at]) <= 2.0 * limits.smooth
