"""as_dataset and as_graph: one triangle with a tail, from every library."""

import re
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.convert import as_dataset, as_graph
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.policies import Policies

ENDS = np.array([[0, 1, 2, 2], [1, 2, 0, 3]])
KITE = np.zeros((5, 5))
KITE[ENDS[0], ENDS[1]] = KITE[ENDS[1], ENDS[0]] = 1.0
WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0])
FEATURES = np.arange(10.0).reshape(5, 2)
LABELS = np.array([0, 0, 1, 1, -1])
MASK = np.array([True, False, True, False, False])


class Tensor:
    """As much of a tensor as is looked at: no NumPy protocol, only .numpy()."""

    def __init__(self, values, *, device="cpu", requires_grad=False):
        self.values = np.asarray(values)
        self.shape = self.values.shape
        self.device = device
        self.requires_grad = requires_grad

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)

    def numpy(self):
        if self.device != "cpu" or self.requires_grad:
            raise TypeError("can't convert")
        return self.values


def matrix(graph):
    return graph.adjacency().toarray()


def texts(dataset):
    return " / ".join(note.text for note in dataset.notes)


def kite(kind=nx.Graph):
    graph = kind()
    graph.add_nodes_from(range(5))
    graph.add_edges_from(ENDS.T.tolist())
    return graph


def pyg(**changes):
    given = {
        "edge_index": Tensor(ENDS),
        "num_nodes": 5,
        "x": Tensor(FEATURES),
        "y": Tensor(LABELS),
        "train_mask": Tensor(MASK),
    }
    return SimpleNamespace(**(given | changes))


class FakeDGL:
    def __init__(self, ndata=None, edata=None):
        self.ndata, self.edata = ndata or {}, edata or {}

    def edges(self):
        return Tensor(ENDS[0]), Tensor(ENDS[1])

    def num_nodes(self):
        return 5


class FakeHeteroDGL:
    ntypes = ("paper", "author")
    canonical_etypes = (("author", "writes", "paper"), ("paper", "cites", "paper"))
    ndata = None

    def num_nodes(self, kind=None):
        return {"paper": 3, "author": 2}[kind] if kind else 5

    def edges(self, etype=None):
        pairs = {"writes": ([0, 1], [0, 2]), "cites": ([0], [1])}[etype[1]]
        return tuple(Tensor(ends) for ends in pairs)


@pytest.mark.parametrize(
    "obj",
    [
        kite(),
        kite(nx.DiGraph),
        kite(nx.MultiGraph),
        kite(nx.MultiDiGraph),
        nx.freeze(kite()),
        sparse.csr_array(KITE),
        sparse.coo_matrix(KITE),
        sparse.csc_array(np.triu(KITE)),
        (ENDS, 5),
        (Tensor(ENDS), np.int64(5)),
        pyg(),
        pyg(num_nodes=None),
        FakeDGL(),
        Dataset(as_graph(kite())),
        as_graph(kite()),
    ],
    ids=lambda obj: type(obj).__name__,
)
def test_the_same_graph_from_every_source(obj):
    graph = as_graph(obj)
    assert isinstance(graph, Graph)
    assert graph.weights is None
    np.testing.assert_array_equal(matrix(graph), KITE)
    np.testing.assert_array_equal(matrix(as_dataset(obj).graph), KITE)


def test_igraph():
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(n=5, edges=ENDS.T.tolist())
    np.testing.assert_array_equal(matrix(as_graph(graph)), KITE)
    graph["name"] = "kite"
    graph.vs["name"] = list("abcde")
    graph.vs["group"] = ["x", "x", "y", "y", "y"]
    graph.es["weight"] = WEIGHTS.tolist()
    dataset = as_dataset(graph, labels="group")
    assert (dataset.name, dataset.node_names) == ("kite", tuple("abcde"))
    assert dataset.labels.tolist() == [0, 0, 1, 1, 1]
    assert dataset.graph.adjacency()[2, 3] == 4.0
    with pytest.raises(InputError, match="no vertex has the attribute 'size'; there are: name, group"):
        as_dataset(graph, features="size")
    graph.es["weight"] = ["a", "b", "c", "d"]
    with pytest.raises(InputError, match="'weight' is not a number on every edge"):
        as_dataset(graph)


def test_igraph_directed():
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(n=3, edges=[(0, 1), (1, 0), (1, 2)], directed=True)
    assert as_graph(graph, policies=Policies(direction="mutual")).num_edges == 1
    assert as_graph(igraph.Graph(n=1)).num_nodes == 1


def test_networkx_names_and_attributes():
    graph = nx.Graph(name="friends")
    graph.add_node("zoe", age=3.0, team="red")
    graph.add_node("ann", age=4.0, team="blue")
    graph.add_edge("zoe", "ann", weight=2.5)
    dataset = as_dataset(graph, features="age", labels="team")
    assert (dataset.name, dataset.node_names) == ("friends", ("zoe", "ann"))
    assert dataset.features.tolist() == [[3.0], [4.0]]
    assert dataset.labels.tolist() == [1, 0]
    assert "0 = blue, 1 = red" in texts(dataset)
    assert dataset.graph.weights.tolist() == [2.5, 2.5]
    assert as_dataset(graph, policies=Policies(weight="none")).graph.weights is None
    graph.add_node("bo")
    with pytest.raises(InputError, match="1 of 3 nodes have no attribute 'age'"):
        as_dataset(graph, features="age")


def test_networkx_weights():
    graph = nx.MultiGraph()
    graph.add_edge(0, 1, weight=2.0, hours=7)
    graph.add_edge(1, 0, weight=2.0, hours=8)
    graph.add_edge(1, 2, hours=9)
    dataset = as_dataset(graph)
    assert dataset.graph.adjacency()[0, 1] == 4.0
    assert any("1 edges have no 'weight'" in n.text and n.severity == "warning" for n in dataset.notes)
    assert as_graph(graph, policies=Policies(weight="hours")).adjacency()[0, 1] == 15.0
    graph.add_edge(3, 4, weight="heavy")
    with pytest.raises(InputError, match="'weight' is not a number on every edge"):
        as_graph(graph)


def test_networkx_attributes_that_are_not_used_are_mentioned():
    graph = nx.Graph()
    graph.add_edge(0, 1, hours=7)
    dataset = as_dataset(graph)
    assert dataset.graph.weights is None
    assert "ask for weight 'hours'" in texts(dataset)


def test_networkx_direction():
    graph = nx.DiGraph([(0, 1), (1, 0), (1, 2)])
    assert as_graph(graph).num_edges == 2
    assert as_graph(graph, policies=Policies(direction="mutual")).num_edges == 1
    assert as_graph(nx.path_graph(3), policies=Policies(direction="error")).num_edges == 2


def test_an_empty_networkx_graph():
    with pytest.raises(InputError, match="0 nodes; at least one"):
        as_graph(nx.Graph())
    assert as_graph(nx.empty_graph(1)).num_nodes == 1


def test_sparse_values_are_weights_unless_all_are_one():
    assert as_graph(sparse.csr_array(2 * KITE)).weights.tolist() == [2.0] * 8
    assert as_graph(sparse.csr_array(2 * KITE), policies=Policies(weight="none")).weights is None
    twice = sparse.coo_array((np.ones(2), ([0, 0], [1, 1])), shape=(2, 2))
    assert as_graph(twice).weights is None
    with pytest.raises(InputError, match="expected a square adjacency"):
        as_graph(sparse.csr_array(np.ones((2, 3))))


def test_edge_index_with_weights():
    graph = as_graph(ENDS, num_nodes=5, edge_weight=Tensor(WEIGHTS))
    assert graph.adjacency()[2, 3] == 4.0
    assert as_graph(Tensor(ENDS), num_nodes=5).num_edges == 4


@pytest.mark.parametrize(
    ("obj", "arguments", "seen"),
    [
        (ENDS, {}, "needs num_nodes"),
        (np.eye(2, dtype=int), {}, "could be an adjacency matrix or an edge index"),
        (np.eye(5), {}, "scipy.sparse.csr_array"),
        (np.eye(5), {"num_nodes": 5}, "edge_index has shape \\(5, 5\\)"),
        (ENDS.T, {"num_nodes": 5}, "pass its transpose"),
        (ENDS + 0.5, {"num_nodes": 5}, "whole numbers"),
        (ENDS, {"num_nodes": 3}, "a node id is 3"),
        (ENDS - 1, {"num_nodes": 5}, "never negative"),
        (ENDS, {"num_nodes": 0}, "at least one"),
        (ENDS, {"num_nodes": 5, "edge_weight": np.ones(3)}, "3,\\) for 4 edges"),
        (Tensor(ENDS, requires_grad=True), {"num_nodes": 5}, "pass .detach\\(\\).numpy\\(\\)"),
        (Tensor(ENDS, device="cuda:0"), {"num_nodes": 5}, "on the device cuda:0; pass .cpu\\(\\)"),
        (pyg(edge_index=Tensor(ENDS, device="mps:0")), {}, "on the device mps:0"),
        (pyg(edge_index=None), {}, "no edge_index"),
        (pyg(num_nodes=None, x=None), {}, "neither num_nodes nor x"),
        (pyg(x=Tensor(FEATURES[:4])), {}, "features have shape \\(4, 2\\), but the graph has 5"),
        (pyg(x=Tensor(FEATURES * np.nan)), {}, "NaN or infinite"),
        (pyg(y=Tensor(LABELS[:4])), {}, "labels for 5 nodes"),
        ("karate", {}, "use read\\(path\\)"),
        ([(0, 1)], {}, "a list is not a graph"),
        (None, {}, "a NoneType is not a graph"),
        (object(), {}, "expected a Graph, a Dataset"),
    ],
)
def test_refused(obj, arguments, seen):
    with pytest.raises(InputError, match=seen):
        as_dataset(obj, **arguments)


@pytest.mark.parametrize(
    ("obj", "arguments"),
    [
        (nx.path_graph(3), {"num_nodes": 3}),
        (sparse.csr_array(KITE), {"edge_weight": WEIGHTS}),
        (as_graph(kite()), {"num_nodes": 5}),
        (as_graph(kite()), {"policies": Policies(direction="mutual")}),
        ((ENDS, 5), {"num_nodes": 6}),
        (nx.path_graph(3), {"policies": Policies(weight="hours")}),
    ],
)
def test_arguments_that_do_not_apply_are_not_dropped(obj, arguments):
    with pytest.raises(UsageError):
        as_dataset(obj, **arguments)


def test_pyg():
    dataset = as_dataset(pyg(edge_weight=Tensor(WEIGHTS), name="kite"))
    np.testing.assert_array_equal(dataset.features, FEATURES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(dataset.masks["train"], MASK)
    assert dataset.name == "kite"
    assert dataset.graph.adjacency()[2, 3] == 4.0


def test_pyg_edge_attributes_are_used_when_asked_for():
    data = pyg(edge_attr=Tensor(WEIGHTS[:, None]), edge_type=Tensor(np.zeros(4)))
    dataset = as_dataset(data)
    assert dataset.graph.weights is None
    assert "ask for weight 'edge_attr'" in texts(dataset)
    assert "collapsed to one relation" in texts(dataset)
    assert as_graph(data, policies=Policies(weight="edge_attr")).adjacency()[2, 3] == 4.0


def test_a_label_of_the_whole_graph_is_no_label_of_nodes():
    dataset = as_dataset(pyg(y=Tensor([3])))
    assert dataset.labels is None
    assert "whole graph" in texts(dataset)


NO_CLASSES = [
    (np.linspace(0, 1, 5), "a label is not a whole number"),
    (np.arange(5.0), "labels have type float64"),
    (np.zeros((5, 3)), r"labels have shape \(5, 3\)"),
    (LABELS[:4], "there are 4 for 5 nodes|labels for 5 nodes"),
    (LABELS - 100, "a label is -10"),
]


@pytest.mark.parametrize(("values", "reason"), NO_CLASSES)
def test_labels_that_are_no_classes_are_refused_or_ignored_by_policy(values, reason):
    ignore = Policies(labels="ignore")
    data = pyg(y=Tensor(values))
    with pytest.raises(InputError, match=reason):
        as_dataset(data)
    dataset = as_dataset(data, policies=ignore)
    assert dataset.labels is None
    notes = [note for note in dataset.notes if note.topic == "labels"]
    assert [note.severity for note in notes] == ["notice"]
    assert re.match(f"labels are ignored: .*({reason})", notes[0].text)
    np.testing.assert_array_equal(as_dataset(data, labels=LABELS, policies=ignore).labels, LABELS)
    with pytest.raises(InputError, match=reason):  # what is passed is meant
        as_dataset(data, labels=values, policies=ignore)


def test_labels_that_are_classes_are_used_whatever_the_policy():
    ignore = Policies(labels="ignore")
    for values in (LABELS, np.array(list("abcab")), np.array([0, 1, np.nan, 1, 0]), np.full(5, -1)):
        usual, other = (as_dataset(pyg(y=values), policies=policies) for policies in (None, ignore))
        np.testing.assert_array_equal(usual.labels, other.labels)
        assert set(usual.notes) == set(other.notes)
    assert as_dataset(pyg(y=None), policies=ignore).labels is None
    assert as_dataset(as_graph(kite()), policies=ignore).labels is None
    with pytest.raises(InputError, match="on the device"):  # it may well hold classes
        as_dataset(pyg(y=Tensor(LABELS, device="cuda:0")), policies=ignore)


def test_pyg_hetero_is_collapsed():
    hetero = SimpleNamespace(node_types=["a", "b"], edge_types=[("a", "to", "b")], to_homogeneous=pyg)
    dataset = as_dataset(hetero)
    assert dataset.graph.num_edges == 4
    assert "2 node types and 1 edge types are collapsed to one relation" in texts(dataset)
    del hetero.to_homogeneous
    with pytest.raises(InputError, match="cannot be collapsed to one relation"):
        as_dataset(hetero)


def test_dgl():
    graph = FakeDGL(
        {"feat": Tensor(FEATURES), "label": Tensor(LABELS), "val_mask": Tensor(MASK)},
        {"weight": Tensor(WEIGHTS), "h": Tensor(np.ones((4, 3)))},
    )
    dataset = as_dataset(graph)
    np.testing.assert_array_equal(dataset.features, FEATURES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert list(dataset.masks) == ["val"]
    assert dataset.graph.adjacency()[2, 3] == 4.0
    np.testing.assert_array_equal(as_dataset(graph, features="label").features[:, 0], LABELS)
    with pytest.raises(InputError, match="no node data 'size'; there are: feat, label, val_mask"):
        as_dataset(graph, features="size")


def test_dgl_with_several_types_is_collapsed():
    dataset = as_dataset(FakeHeteroDGL())
    # papers 0..2, authors 3..4
    assert matrix(dataset.graph)[3].tolist() == [1, 0, 0, 0, 0]
    assert matrix(dataset.graph)[4].tolist() == [0, 0, 1, 0, 0]
    assert dataset.graph.num_edges == 3
    assert "2 node types and 2 edge types are collapsed" in texts(dataset)


def test_what_is_given_goes_before_what_is_there():
    other = sparse.csr_array(np.eye(5, dtype=int))
    dataset = as_dataset(pyg(), features=other, labels=list("abcab"), masks={"test": MASK}, name="new")
    assert isinstance(dataset.features, sparse.csr_array)
    assert dataset.features.dtype == np.float64
    assert dataset.labels.tolist() == [0, 1, 2, 0, 1]
    assert list(dataset.masks) == ["test"]
    assert dataset.name == "new"
    again = as_dataset(
        dataset, features=FEATURES, labels=LABELS, masks={"val": np.stack([MASK, ~MASK], axis=1)}
    )
    assert again.name == "new"
    assert again.labels.tolist() == LABELS.tolist()
    assert again.masks["val"].tolist() == MASK.tolist()
    assert as_graph(again.graph, name="newer").name == "newer"


def test_node_attributes_by_name_need_a_library_that_has_them():
    with pytest.raises(InputError, match="no node attributes"):
        as_dataset(sparse.csr_array(KITE), features="age")


def test_as_graph_does_not_look_at_features():
    assert as_graph(pyg(x=Tensor(FEATURES * np.nan), y=Tensor([0.5] * 5))).num_edges == 4


def test_arrays_that_cannot_be_converted():
    class Stubborn:
        shape = (2, 4)

        def __array__(self, dtype=None, copy=None):
            raise TypeError("implicit conversion is not allowed\nsecond line")

    with pytest.raises(InputError, match="implicit conversion is not allowed\\); convert it") as caught:
        as_graph(Stubborn(), num_nodes=5)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "seen"),
    [(np.zeros((5, 1, 1)), "one dimension"), (np.zeros(5, dtype=complex), "expected integers")],
)
def test_refused_labels(labels, seen):
    with pytest.raises(InputError, match=seen):
        as_dataset((ENDS, 5), labels=labels)
