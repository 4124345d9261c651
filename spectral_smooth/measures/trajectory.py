"""Trajectory: the curves of one run over depths, measured or predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.curve import Curve


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """Curves against depth, with what made them.

    Attributes
    ----------
    curves : tuple of Curve
        Whole-graph curves and, with ``component`` set, those of row groups.
    operator, rule : str
        Labels of what was propagated and how.
    applications : int
        Number of products with S that were needed.
    final : float array or None
        State at the last depth, where it was asked for.
    notes : tuple of str
        What a reader must know (rescaling, sketching, rounding).

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> run = ss.propagate(ss.gcn(ss.load("karate").graph), np.eye(34), 4, measures=["energy", "norm"])
    >>> run
    Trajectory of sgc under gcn (loops 1, split 0.5), 4 products: energy, norm
    >>> run.has("deviation"), run.curve("norm").depths.tolist()
    (False, [0, 1, 2, 3, 4])
    """

    curves: tuple[Curve, ...]
    operator: str
    rule: str
    applications: int
    final: FloatArray | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(c.name for c in self.curves))
        return f"Trajectory of {self.rule} under {self.operator}, {self.applications} products: {names}"

    def curve(self, name: str, component: int | None = None) -> Curve:
        """Return the curve of that name (of the whole graph unless a component is named).

        Raises
        ------
        UsageError
            If there is none.
        """
        for curve in self.curves:
            if curve.name == name and curve.component == component:
                return curve
        known = ", ".join(sorted({c.name for c in self.curves if c.component == component}))
        raise UsageError(f"no curve {name!r} here; there are: {known}")

    def has(self, name: str, component: int | None = None) -> bool:
        """Whether there is a curve of that name."""
        return any(c.name == name and c.component == component for c in self.curves)

    def to_dict(self) -> dict[str, Any]:
        """Return the curves as plain JSON types, without the final state."""
        return {
            "operator": self.operator,
            "rule": self.rule,
            "applications": self.applications,
            "notes": list(self.notes),
            "curves": [curve.to_dict() for curve in self.curves],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Trajectory:
        """Read what `to_dict` wrote."""
        return cls(
            tuple(Curve.from_dict(curve) for curve in data["curves"]),
            data["operator"],
            data["rule"],
            data["applications"],
            notes=tuple(data["notes"]),
        )
