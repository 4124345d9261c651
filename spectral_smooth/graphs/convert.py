"""as_dataset(), as_graph(): graphs of other libraries, told by what they can do and never by importing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.columns import as_features, as_labels, choose_masks, own_labels
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.foreign import dgl_graph, igraph_graph, matrices, networkx_graph, pyg_data
from spectral_smooth.graphs.foreign.graph import ForeignGraph
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.policies import Policies

_ACCEPTED = (
    "a Graph, a Dataset, a NetworkX, igraph or DGL graph, PyG data, a SciPy sparse matrix, "
    "or (edge_index, num_nodes)"
)


def as_graph(
    obj: Any,
    *,
    num_nodes: int | None = None,
    edge_weight: Any = None,
    policies: Policies | None = None,
    name: str | None = None,
) -> Graph:
    """Return the undirected graph of an object of any common library.

    Parameters
    ----------
    obj : object
        See `as_dataset`.
    num_nodes, edge_weight : optional
        With an edge index.
    policies : Policies, optional
        Direction, weights, self-loops.
    name : str, optional
        What reports call the graph.

    Raises
    ------
    InputError, UsageError
        See `as_dataset`.

    Examples
    --------
    >>> import networkx as nx
    >>> as_graph(nx.path_graph(3), name="path")
    Graph 'path': 3 nodes, 2 edges
    """
    if isinstance(obj, Graph | Dataset):
        return as_dataset(
            obj, num_nodes=num_nodes, edge_weight=edge_weight, policies=policies, name=name
        ).graph
    found = replace(_describe(obj, num_nodes, edge_weight), features=None, labels=None, masks={})
    return found.to_dataset(policies or Policies(), name).graph


def as_dataset(
    obj: Any,
    *,
    features: Any = None,
    labels: Any = None,
    masks: Mapping[str, Any] | None = None,
    num_nodes: int | None = None,
    edge_weight: Any = None,
    policies: Policies | None = None,
    name: str | None = None,
) -> Dataset:
    """Return the dataset of an object of any common library.

    Parameters
    ----------
    obj : object
        A `Graph` or `Dataset` (passed through); a NetworkX graph of any class; a SciPy sparse
        adjacency matrix, whose values are weights unless all are one; an edge index, an integer array
        of shape (2, E), with ``num_nodes``, or the tuple ``(edge_index, num_nodes)``; a PyTorch
        Geometric Data or HeteroData, a DGL or an igraph graph. Dense adjacency matrices are refused,
        since one of two nodes cannot be told from an edge index.
    features : array, sparse matrix or str, optional
        Shape (num_nodes, num_features), or the name of a node attribute; goes before the object's own
        (``x`` in PyG, ``feat`` in DGL).
    labels : array or str, optional
        Shape (num_nodes,), −1 unknown, or the name of a node attribute; text is numbered.
    masks : mapping of name to bool array, optional
        ``train``, ``val``, ``test``, shape (num_nodes,) or (num_nodes, splits).
    num_nodes : int, optional
        With an edge index only.
    edge_weight : float array, shape (E,), optional
        With an edge index only.
    policies : Policies, optional
        Direction, weights, self-loops, split, unusable labels.
    name : str, optional
        What reports call the graph; the object's own name by default.

    Returns
    -------
    Dataset
        Its notes say what was done on the way in.

    Raises
    ------
    InputError
        If the object is of no known kind, a tensor lies on a device or requires a gradient, a shape
        does not fit, or a value cannot be used.
    UsageError
        If an argument does not apply to this kind of object.

    Examples
    --------
    >>> import networkx as nx
    >>> as_dataset(nx.karate_club_graph(), labels="club", policies=Policies(weight="none"), name="karate")
    Dataset 'karate': 34 nodes, 78 edges, 2 classes
    """
    if isinstance(obj, Graph | Dataset):
        _refuse_edge_arguments(num_nodes, edge_weight, type(obj).__name__)
        return _complete(obj, features, labels, masks, policies, name)
    policies = policies or Policies()
    found = _describe(obj, num_nodes, edge_weight)
    if labels is None and policies.labels == "ignore":
        own, notes = own_labels(found.labels, found.num_nodes, policies)
        found = replace(found, labels=own, notes=(*found.notes, *notes))
    return found.to_dataset(policies, name, features=features, labels=labels, masks=masks)


def _describe(obj: Any, num_nodes: Any, edge_weight: Any) -> ForeignGraph:
    if isinstance(obj, str | Path):
        raise InputError(
            f"{str(obj)!r} is a name and not a graph; use read(path) for a file, load(name) for both"
        )
    if matrices.is_edge_index_pair(obj):
        if num_nodes is not None and num_nodes != obj[1]:
            raise UsageError(f"num_nodes is {num_nodes}, but the tuple says {obj[1]}; pass it once")
        return matrices.from_edge_index(obj[0], obj[1], edge_weight)
    sparse = matrices.is_sparse(obj)
    if matrices.is_array(obj) and not sparse:
        return matrices.from_edge_index(obj, num_nodes, edge_weight)
    _refuse_edge_arguments(num_nodes, edge_weight, type(obj).__name__)
    if sparse:
        return matrices.from_sparse(obj)
    if networkx_graph.recognises(obj):
        return networkx_graph.from_networkx(obj)
    if igraph_graph.recognises(obj):
        return igraph_graph.from_igraph(obj)
    if dgl_graph.recognises(obj):
        return dgl_graph.from_dgl(obj)
    if pyg_data.recognises(obj):
        return pyg_data.from_pyg(obj)
    raise InputError(f"a {type(obj).__name__} is not a graph that is known here; expected {_ACCEPTED}")


def _refuse_edge_arguments(num_nodes: Any, edge_weight: Any, kind: str) -> None:
    for name, value in (("num_nodes", num_nodes), ("edge_weight", edge_weight)):
        if value is not None:
            raise UsageError(f"{name} goes with an edge index only; a {kind} knows its own")


def _complete(
    obj: Graph | Dataset,
    features: Any,
    labels: Any,
    masks: Mapping[str, Any] | None,
    policies: Policies | None,
    name: str | None,
) -> Dataset:
    """Return a dataset with what is given put in the place of what it had."""
    split = 0 if policies is None else policies.split
    if policies is not None and replace(policies, split=0, labels="error") != Policies():
        raise UsageError(f"policies apply where a graph comes in; this {type(obj).__name__} is made already")
    dataset = obj if isinstance(obj, Dataset) else Dataset(obj)
    if name is not None:
        dataset = replace(dataset, graph=replace(dataset.graph, name=name))
    if features is not None:
        dataset = replace(dataset, features=as_features(features))
    if labels is not None:
        numbers, notes = as_labels(labels)
        dataset = replace(dataset, labels=numbers, notes=(*dataset.notes, *notes))
    if masks is not None:
        chosen, notes = choose_masks(masks, dataset.graph.num_nodes, split)
        dataset = replace(dataset, masks=chosen, notes=(*dataset.notes, *notes))
    return dataset
