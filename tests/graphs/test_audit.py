"""audit(): the facts, in sentences that count right."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from spectral_smooth.graphs.audit import audit
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.policies import Policies


def notes(graph, *, policies=None, **given):
    return audit(as_dataset(graph, policies=policies, **given))


def text(found, topic):
    return " / ".join(note.text for note in found if note.topic == topic)


def severity(found, topic):
    return {note.severity for note in found if note.topic == topic}


def test_own_notes_come_first():
    dataset = as_dataset(nx.MultiGraph([(0, 1), (0, 1)]))
    assert dataset.notes
    assert audit(dataset)[: len(dataset.notes)] == dataset.notes


def test_sizes():
    found = notes(nx.path_graph(4))
    assert text(found, "graph") == "4 nodes and 3 edges, unweighted"
    assert text(found, "components") == "one connected component"
    assert text(found, "degrees") == "degrees from 1 to 2, 1.5 on average"
    assert text(found, "density") == "50 % of all pairs are joined"
    assert all(isinstance(note, Note) for note in found)


def test_components_and_isolated_nodes():
    graph = nx.disjoint_union_all([nx.complete_graph(5), nx.path_graph(2), nx.empty_graph(2)])
    found = notes(graph)
    assert "4 connected components of 5, 2, 1, 1 nodes; the largest has 55.6 %" in text(found, "components")
    assert text(found, "isolated nodes").startswith("2 nodes have no edge")
    assert "1 component is bipartite (2 nodes)" in text(found, "bipartite")
    assert severity(found, "bipartite") == {"notice"}


@pytest.mark.parametrize(("n", "bipartite"), [(4, True), (5, False)])
def test_a_bipartite_graph_is_a_warning(n, bipartite):
    found = notes(nx.cycle_graph(n))
    assert severity(found, "bipartite") == ({"warning"} if bipartite else set())


def test_one_node_and_no_edges():
    for n in (1, 3):
        found = notes(nx.empty_graph(n))
        assert "there are no edges" in text(found, "graph")
        assert severity(found, "graph") == {"info", "warning"}
        assert text(found, "degrees") == ""


def test_weights_and_kept_loops():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 2.0), (1, 2, 8.0), (2, 2, 1.0)])
    found = notes(graph, policies=Policies(self_loops="keep"))
    assert "weights from 1 to 8" in text(found, "graph")
    assert "1 node has a self-loop" in text(found, "self-loops")
    assert text(found, "degrees").startswith("weighted degrees from 2 to 10")
    # two of three pairs; the loop joins none
    assert text(found, "density").startswith("66.7 %")


def test_weighted_but_without_edges():
    graph = nx.Graph()
    graph.add_nodes_from(range(2))
    graph.add_edge(0, 1, weight=0.0)
    assert "2 nodes and 0 edges" in text(notes(graph), "graph")


def test_hubs():
    assert "1 hub has more than 10 times the mean degree and 50 %" in text(notes(nx.star_graph(100)), "hubs")
    assert text(notes(nx.cycle_graph(100)), "hubs") == ""


def test_a_dense_graph_is_pointed_out():
    assert severity(notes(nx.complete_graph(30)), "density") == {"notice"}


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_features(convert):
    features = np.array([[1.0, 0.0, 2.0], [1.0, 0.0, -2.0], [0.0, 0.0, 0.0]])
    found = text(notes(nx.path_graph(3), features=convert(features)), "features")
    assert found.startswith("3 features a node")
    assert "44.4 % not zero" in found
    assert "1 node has only zero features" in found
    assert "1 feature is the same on all nodes" in found
    same = notes(nx.path_graph(3), features=convert(np.full((3, 2), 7.0)))
    assert "tell no nodes apart" in text(same, "features")
    assert "warning" in severity(same, "features")


def test_explicit_zeros_are_zeros():
    features = sparse.csr_array((np.zeros(2), ([0, 1], [0, 0])), shape=(2, 1))
    found = text(notes(nx.path_graph(2), features=features), "features")
    assert "0 % not zero" in found
    assert "2 nodes have only zero features" in found


def test_no_columns():
    assert "0 features" in text(notes(nx.path_graph(2), features=np.zeros((2, 0))), "features")
    assert text(notes(nx.path_graph(2)), "features") == "there are no features"


def test_labels():
    path = nx.path_graph(5)
    assert text(notes(path), "labels") == "there are no labels"
    assert text(notes(path, labels=np.full(5, -1)), "labels") == "all labels are unknown"
    assert (
        text(notes(path, labels=[0, 0, 2, 2, -1]), "labels") == "2 classes of 2 to 2 nodes, 1 labels unknown"
    )
    assert "nothing to classify" in text(notes(path, labels=[1] * 5), "labels")
    labels = np.zeros(200, dtype=int)
    labels[:3] = 1
    assert "the smallest class has 3 nodes only" in text(notes(nx.cycle_graph(200), labels=labels), "labels")


def test_masks():
    train, test = np.array([True, False, False]), np.array([True, True, False])
    found = notes(nx.path_graph(3), masks={"train": train, "test": test})
    assert "train 1 nodes, test 2 nodes" in text(found, "masks")
    assert "the masks train and test share 1 node" in text(found, "masks")
    assert severity(found, "masks") == {"info", "warning"}
    assert severity(notes(nx.path_graph(3), masks={"train": train, "test": ~train}), "masks") == {"info"}
