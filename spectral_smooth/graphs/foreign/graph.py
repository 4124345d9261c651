"""ForeignGraph: what another library's graph holds, before any policy is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.columns import as_features, as_labels, choose_masks
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.policies import Policies


def _no_attribute(name: str) -> Any:
    raise InputError(
        f"{name!r} was asked for by name, but this kind of graph has no node attributes; pass the array"
    )


@dataclass(frozen=True, eq=False)
class ForeignGraph:
    """Edges and node columns as another library holds them.

    Attributes
    ----------
    source : str
        What the object is called in messages.
    sources, targets : arrays
        Ends of each entry.
    num_nodes : int
    undirected : bool
        Whether the library says that an entry is an undirected edge.
    name : str
        Name of the graph; empty where it has none.
    weights : mapping of name to function
        Weights that exist, each made when it is chosen.
    features, labels : arrays or None
        Those that go by the library's customary name.
    masks : mapping of name to array
    node_names : tuple of str or None
    attribute : function
        Node attribute by name, for ``features="height"``.
    notes : tuple of Note
    """

    source: str
    sources: Any
    targets: Any
    num_nodes: Any
    undirected: bool = False
    name: str = ""
    weights: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    features: Any = None
    labels: Any = None
    masks: Mapping[str, Any] = field(default_factory=dict)
    node_names: tuple[str, ...] | None = None
    attribute: Callable[[str], Any] = _no_attribute
    notes: tuple[Note, ...] = ()

    def to_dataset(self, policies: Policies, name: str | None = None, **given: Any) -> Dataset:
        """Apply the policies; ``features``, ``labels``, ``masks`` that are given go before the object's own."""
        chosen, weight_notes = policies.choose_weight(self.weights, self.source)
        unused = () if chosen or policies.weight == "none" else tuple(self.weights)
        if unused:
            hint = f"edge attribute {unused[0]!r} not used; ask for weight {unused[0]!r} if it holds edge weights"
            weight_notes = (*weight_notes, Note("weights", hint))
        graph, edge_notes = graph_from_edges(
            self.sources,
            self.targets,
            self.num_nodes,
            self.weights[chosen]() if chosen else None,
            policies=policies,
            name=name or self.name or "graph",
            undirected=self.undirected,
        )
        features = self._column(given.get("features"), self.features)
        labels = self._column(given.get("labels"), self.labels)
        numbers, label_notes = (None, ()) if labels is None else as_labels(labels)
        masks, mask_notes = choose_masks(given.get("masks") or self.masks, graph.num_nodes, policies.split)
        return Dataset(
            graph,
            features=None if features is None else as_features(features),
            labels=numbers,
            masks=masks,
            node_names=self.node_names,
            notes=(*self.notes, *weight_notes, *edge_notes, *label_notes, *mask_notes),
        )

    def _column(self, given: Any, own: Any) -> Any:
        if isinstance(given, str):
            return self.attribute(given)
        return own if given is None else given
