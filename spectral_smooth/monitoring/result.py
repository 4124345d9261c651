"""Monitoring: everything that was measured of a stack of layers, and what it means; JSON both ways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.monitoring.attention.report import AttentionReport
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.pace import Pace
from spectral_smooth.monitoring.plain import PlainSmoothing

MONITOR_VERSION = 1
KIND = "spectral_smooth monitor"
# Sides of a sampled value, in standard errors.
ERRORS = 2.0


@dataclass(frozen=True, eq=False, repr=False)
class Monitoring:
    """Everything that was measured of a stack of layers, and what it means.

    Attributes
    ----------
    graph : dict
        ``name``, ``nodes``, ``edges``, ``left_out`` (nodes without a neighbour), ``components`` (nodes of each row
        group: the largest components, smaller ones pooled in the last), ``pooled`` (whether the last one is a pool).
    operator : str
    layers : tuple of LayerNumbers
        In order; layer 0 is the first one given.
    diagnosis : Diagnosis
    plain : PlainSmoothing or None
        Plain smoothing on the same graph from layer 0; None where it was not asked for.
    pace : Pace or None
        None without plain smoothing, and where the layer to compare is all zeros.
    classes, class_counts : tuple of int
        Class numbers and their measured nodes; empty without labels.
    attention : AttentionReport or None
    notes : tuple of str
        What a reader must know.
    provenance : dict
        Versions and ``seconds``.
    """

    graph: dict[str, Any]
    operator: str
    layers: tuple[LayerNumbers, ...]
    diagnosis: Diagnosis
    plain: PlainSmoothing | None
    pace: Pace | None
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    attention: AttentionReport | None
    notes: tuple[str, ...]
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        return f"Monitoring of {len(self.layers)} layers on {self.graph['name']!r}: {self.diagnosis}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers."""
        return tuple(layer.name for layer in self.layers)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of all measures that some layer has, in the order they are reported."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.values))

    def values(self, name: str) -> list[float | None]:
        """Return one measure of the whole graph, one value a layer; None where it is not defined.

        Raises
        ------
        UsageError
            If no layer has it.
        """
        if name not in self.measures:
            raise UsageError(f"no layer has a measure {name!r}; there are: {', '.join(self.measures)}")
        return [layer.values.get(name) for layer in self.layers]

    def curve(self, name: str) -> Curve:
        """Return one measure against the layer number, with ± two standard errors where it is sampled.

        Raises
        ------
        UsageError
            If no layer has it.

        Examples
        --------
        >>> import numpy as np, spectral_smooth as ss
        >>> found = ss.monitor(ss.load("karate").graph, [np.eye(34), np.ones((34, 3))])
        >>> found.curve("collapse")
        Curve collapse (measured): depths 0 to 1, from 0.9852 to 0.2878
        """
        return layer_curve(self.layers, name, self.values(name))

    def component_curve(self, name: str, group: int) -> Curve:
        """Return ``collapse``, ``constant_distance`` or ``mean_cosine`` of one row group against the layer number."""
        values = [layer.groups[name][group] for layer in self.layers]
        return Curve.points(name, np.arange(len(values)), values, component=group)

    def class_curve(self, name: str, position: int) -> Curve:
        """Return ``class_distance``, ``class_contrast`` or ``within_cosine`` of one class against the layer number."""
        values = [layer.classes[name][position] for layer in self.layers]
        return Curve.points(name, np.arange(len(values)), values)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types (version `MONITOR_VERSION`)."""
        return {
            "kind": KIND,
            "version": MONITOR_VERSION,
            "graph": self.graph,
            "operator": self.operator,
            "layers": [layer.to_dict() for layer in self.layers],
            "diagnosis": self.diagnosis.to_dict(),
            "plain": None if self.plain is None else self.plain.to_dict(),
            "pace": None if self.pace is None else self.pace.to_dict(),
            "classes": list(self.classes),
            "class_counts": list(self.class_counts),
            "attention": None if self.attention is None else self.attention.to_dict(),
            "notes": list(self.notes),
            "provenance": self.provenance,
        }

    def to_json(self) -> str:
        """Return it as a JSON document."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Monitoring:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If it is nothing of the kind, of another version, or damaged.
        """
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind != KIND:
            raise InputError(
                f"this is not what spectral-smooth monitor writes (kind {kind!r}, expected {KIND!r})"
            )
        if data.get("version") != MONITOR_VERSION:
            raise InputError(
                f"this is of version {data.get('version')!r}; version {MONITOR_VERSION} is read here"
            )
        try:
            return cls(
                graph=data["graph"],
                operator=data["operator"],
                layers=tuple(LayerNumbers.from_dict(one) for one in data["layers"]),
                diagnosis=Diagnosis.from_dict(data["diagnosis"]),
                plain=None if data["plain"] is None else PlainSmoothing.from_dict(data["plain"]),
                pace=None if data["pace"] is None else Pace.from_dict(data["pace"]),
                classes=tuple(data["classes"]),
                class_counts=tuple(data["class_counts"]),
                attention=None if data["attention"] is None else AttentionReport.from_dict(data["attention"]),
                notes=tuple(data["notes"]),
                provenance=data["provenance"],
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"what monitor wrote is damaged: {error!r}") from error


def layer_curve(layers: tuple[LayerNumbers, ...], name: str, values: list[float | None]) -> Curve:
    """Return one measure of layers as a curve over those that have it."""
    at = [i for i, value in enumerate(values) if value is not None]
    found = np.array([layers[i].values[name] for i in at], dtype=np.float64)
    errors = np.array([layers[i].errors.get(name, 0.0) for i in at], dtype=np.float64)
    depths = np.array(at, dtype=np.int64)
    if not errors.any():
        return Curve(name, depths, found, found, "measured")
    return Curve(name, depths, found - ERRORS * errors, found + ERRORS * errors, "estimate")
