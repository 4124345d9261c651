"""LayerNumbers: all that was measured of one layer; JSON both ways."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """All that was measured of one layer.

    Attributes
    ----------
    name : str
    rows : int
        Nodes that were measured: those with a neighbour.
    columns : int
    dtype : str
        As it was stored.
    values : dict of str to float
        Of the whole measured graph; names in `LAYER_MEASURES`. What is not defined is missing. An energy whose square
        leaves float64 is infinite or zero; quotients of it are right all the same.
    errors : dict of str to float
        Standard errors of those that are sampled.
    groups : dict of str to tuple of float
        Per row group: the largest components, smaller ones pooled.
    classes : dict of str to tuple of float
        Per class; empty without labels.
    modes : tuple of float or None
        Distance to the fixed space with the first 0, 1, ... slow modes, relative to ‖T X‖; None where the layer is
        zero or too rough to be near any of them, or the graph too small to have some.
    """

    name: str
    rows: int
    columns: int
    dtype: str
    values: dict[str, float]
    errors: dict[str, float]
    groups: dict[str, tuple[float, ...]]
    classes: dict[str, tuple[float, ...]]
    modes: tuple[float, ...] | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types; a value that is not finite is null."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns,
            "dtype": self.dtype,
            "values": {key: value if math.isfinite(value) else None for key, value in self.values.items()},
            "errors": {key: value if math.isfinite(value) else None for key, value in self.errors.items()},
            "groups": {key: list(values) for key, values in self.groups.items()},
            "classes": {key: list(values) for key, values in self.classes.items()},
            "modes": None if self.modes is None else list(self.modes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LayerNumbers:
        """Read what `to_dict` wrote."""

        def numbers(values: dict[str, float | None]) -> dict[str, float]:
            return {key: math.inf if value is None else float(value) for key, value in values.items()}

        return cls(
            name=data["name"],
            rows=data["rows"],
            columns=data["columns"],
            dtype=data["dtype"],
            values=numbers(data["values"]),
            errors=numbers(data["errors"]),
            groups={key: tuple(values) for key, values in data["groups"].items()},
            classes={key: tuple(values) for key, values in data["classes"].items()},
            modes=None if data["modes"] is None else tuple(data["modes"]),
        )
