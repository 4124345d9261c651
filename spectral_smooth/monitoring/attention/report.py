"""AttentionReport: what the attention of a model does to its graph, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from spectral_smooth.monitoring.attention.contrast import Contraction
from spectral_smooth.monitoring.attention.destination import AttentionDestination
from spectral_smooth.monitoring.attention.dobrushin import Dobrushin
from spectral_smooth.monitoring.attention.receptive_field import ReceptiveField


@dataclass(frozen=True, repr=False)
class AttentionReport:
    """Contraction, where it ends, entropy and receptive fields of exported attention.

    Attributes
    ----------
    graph : str
    num_nodes : int
    names : tuple of str
        Of the layers, depth 1 first.
    heads, edges : tuple of int
        Heads and different directed edges of each layer, loops included.
    signals : int
        Signals that were sent through.
    exact : bool
        Whether they were all unit vectors, so that nothing was sampled and errors are zero.
    contraction : tuple of Contraction
        First of all components together, then of the largest ones.
    dobrushin : tuple of Dobrushin
        Of the same groups.
    entropy : tuple of tuple of float or None
        Per layer and head, entropy of a node's attention over that of uniform attention, mean over nodes of two
        edges or more; None without one.
    receptive_field, uniform_receptive_field : ReceptiveField
        Under attention (mean over heads) and under uniform attention.
    destination : AttentionDestination
    notes : tuple of str
        What a reader must know.
    sentence : str

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.monitoring.attention.attention import attention
    >>> every = np.indices((4, 4)).reshape(2, -1)
    >>> found = attention(ss.as_graph(nx.complete_graph(4)), [(every, np.full(16, 0.25))])
    >>> AttentionReport.from_dict(found.to_dict()) == found, found.contraction[0].attention.deviation
    (True, (0.0,))
    """

    graph: str
    num_nodes: int
    names: tuple[str, ...]
    heads: tuple[int, ...]
    edges: tuple[int, ...]
    signals: int
    exact: bool
    contraction: tuple[Contraction, ...]
    dobrushin: tuple[Dobrushin, ...]
    entropy: tuple[tuple[float | None, ...], ...]
    receptive_field: ReceptiveField
    uniform_receptive_field: ReceptiveField
    destination: AttentionDestination
    notes: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"AttentionReport of {len(self.names)} layers: {self.sentence}"

    @property
    def depths(self) -> tuple[int, ...]:
        """1, 2, ..., of the lists by depth."""
        return tuple(range(1, len(self.names) + 1))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON types, without NaN."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> AttentionReport:
        """Read what `to_dict` wrote."""
        rows = {key: tuple(data[key]) for key in ("names", "heads", "edges", "notes")}
        return cls(
            **{
                **data,
                **rows,
                "contraction": tuple(Contraction.from_dict(one) for one in data["contraction"]),
                "dobrushin": tuple(Dobrushin.from_dict(one) for one in data["dobrushin"]),
                "entropy": tuple(tuple(row) for row in data["entropy"]),
                "receptive_field": ReceptiveField.from_dict(data["receptive_field"]),
                "uniform_receptive_field": ReceptiveField.from_dict(data["uniform_receptive_field"]),
                "destination": AttentionDestination(**data["destination"]),
            }
        )


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
