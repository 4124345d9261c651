"""Dataset: a graph with what is known about its nodes, and what was done on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph

Severity = Literal["info", "notice", "warning"]


@dataclass(frozen=True)
class Note:
    """One line of the audit: what was seen or done, and how much it matters.

    Attributes
    ----------
    topic : str
        What it is about, such as ``direction`` or ``weights``.
    text : str
        The line itself.
    severity : {"info", "notice", "warning"}

    Examples
    --------
    >>> Note("weights", "all edges have weight one").severity
    'info'
    """

    topic: str
    text: str
    severity: Severity = "info"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A graph, its node features and labels, masks, and the notes of how it came in.

    Parameters
    ----------
    graph : Graph
    features : float array or CSR array, shape (num_nodes, num_features), optional
        Finite values.
    labels : int array, shape (num_nodes,), optional
        Class of each node; −1 is unknown.
    masks : mapping of name to bool array of shape (num_nodes,)
        ``train``, ``val``, ``test`` where the source has a split.
    node_names : tuple of str, optional
        Names of the nodes where the source has any.
    notes : tuple of Note
        Policies applied on the way in, one line each.

    Raises
    ------
    InputError
        If a shape does not fit the graph, or features are not finite.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> triangle = ss.as_graph(nx.complete_graph(3), name="triangle")
    >>> Dataset(triangle, features=np.eye(3), labels=np.array([0, 1, -1]))
    Dataset 'triangle': 3 nodes, 3 edges, 3 features, 2 classes
    """

    graph: Graph
    features: FloatArray | csr_array | None = None
    labels: IntArray | None = None
    masks: Mapping[str, BoolArray] = field(default_factory=dict)
    node_names: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        n = self.graph.num_nodes
        if self.features is not None:
            check_features(self.features, n)
        if self.labels is not None:
            _check_labels(self.labels, n)
        for name, mask in self.masks.items():
            if mask.shape != (n,) or mask.dtype != np.bool_:
                raise InputError(
                    f"the {name} mask must be {n} booleans, one a node; got {mask.dtype} of shape {mask.shape}"
                )
        if self.node_names is not None and len(self.node_names) != n:
            raise InputError(f"there are {len(self.node_names)} node names for {n} nodes")

    def __repr__(self) -> str:
        parts = [repr(self.graph)]
        if self.features is not None:
            parts.append(f"{self.features.shape[1]:,} features")
        if self.labels is not None:
            parts.append(f"{len(np.unique(self.labels[self.labels >= 0]))} classes")
        return ", ".join(parts).replace("Graph", "Dataset", 1)

    @property
    def name(self) -> str:
        """Name of the graph."""
        return self.graph.name


def check_features(features: Any, n: int) -> None:
    """Refuse features that are not n rows of finite real numbers.

    Raises
    ------
    InputError
        With what was seen and what was expected.
    """
    if features.ndim != 2 or features.shape[0] != n:
        raise InputError(
            f"features have shape {features.shape}, but the graph has {n} nodes; expected ({n}, num_features)"
        )
    if features.dtype.kind not in "iufb":
        raise InputError(f"features have type {features.dtype}; expected real numbers")
    values: Any = features.data if isinstance(features, csr_array) else features
    finite = np.isfinite(values)
    if not finite.all():
        count = int(finite.size - np.count_nonzero(finite))
        raise InputError(
            f"{count} feature values are NaN or infinite; fill or remove them first, nothing is imputed here"
        )


def _check_labels(labels: Any, n: int) -> None:
    if labels.shape != (n,):
        raise InputError(f"there are {labels.shape} labels for {n} nodes; expected one a node")
    if labels.dtype.kind not in "iu":
        raise InputError(f"labels have type {labels.dtype}; expected integers, with -1 for unknown")
    if len(labels) and labels.min() < -1:
        raise InputError(f"a label is {int(labels.min())}; classes are 0, 1, ..., and -1 means unknown")
