"""read(): the npz layouts, and every file that is refused with one sentence that names it."""

import gzip
import os
import pickle
import zipfile

import numpy as np
import pytest
from scipy import sparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.formats import reader
from spectral_smooth.graphs.formats.reader import read
from spectral_smooth.graphs.policies import Policies

TRIANGLE = {"edge_index": np.array([[0, 1, 2], [1, 2, 0]]), "num_nodes": np.int64(3)}


@pytest.fixture
def save(tmp_path):
    def write(**arrays):
        path = tmp_path / "toy.npz"
        np.savez_compressed(path, **arrays)
        return path

    return write


@pytest.fixture
def refused(tmp_path):
    """Assert that a file is refused in one sentence that names it."""

    def check(path, seen, **settings_):
        with pytest.raises(InputError, match=seen) as caught:
            read(path, policies=Policies(**settings_))
        message = str(caught.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message

    return check


def test_the_layout(save):
    features = sparse.csr_array(np.array([[1, 0], [0, 0], [0, 2]], dtype=np.float32))
    path = save(
        **TRIANGLE,
        x_data=features.data,
        x_indices=features.indices,
        x_indptr=features.indptr,
        x_shape=np.array(features.shape),
        y=np.array([0, -1, 1], dtype=np.int32),
        train_mask=np.array([[True, False], [False, False], [False, True]]),
        test_mask=np.array([False, True, True]),
        node_id=np.array([10, 20, 30]),
        edge_weight=np.array([1.0, 2.0, 3.0]),
        colour=np.array([1, 2, 3, 4]),
        capacity=np.array([4.0, 5.0, 6.0]),
    )
    dataset = read(path)
    assert dataset.name == "toy"
    assert isinstance(dataset.features, sparse.csr_array)
    np.testing.assert_array_equal(dataset.features.toarray(), features.toarray())
    assert dataset.labels.tolist() == [0, -1, 1]
    assert {name: mask.tolist() for name, mask in dataset.masks.items()} == {
        "train": [True, False, False],
        "test": [False, True, True],
    }
    assert dataset.node_names == ("10", "20", "30")
    assert dataset.graph.adjacency().toarray()[0].tolist() == [0, 1, 3]
    text = " / ".join(note.text for note in dataset.notes)
    assert "colour" in text
    assert "weight='capacity'" in text
    assert "split 0 of 2" in text
    assert read(path, policies=Policies(weight="capacity")).graph.adjacency()[0, 1] == 4.0
    assert read(path, policies=Policies(weight="none")).graph.weights is None


def test_a_split_can_be_chosen(save):
    path = save(**TRIANGLE, train_mask=np.eye(3, 2, dtype=bool))
    assert read(path, policies=Policies(split=1)).masks["train"].tolist() == [False, True, False]
    with pytest.raises(UsageError, match="split 2 was asked for, but the train mask has 2"):
        read(path, policies=Policies(split=2))


def test_dense_features_and_types(save):
    path = save(**TRIANGLE, x=np.ones((3, 2), dtype=np.int8), edge_type=np.zeros(3, dtype=np.int8))
    dataset = read(path)
    assert dataset.features.dtype == np.float64
    assert any("edge_type is collapsed to one relation" in note.text for note in dataset.notes)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_scipy_matrices(tmp_path, kind, scale):
    matrix = sparse.random_array((6, 6), density=0.4, rng=3, format=kind)
    matrix.data[:] = scale
    sparse.save_npz(tmp_path / "m.npz", matrix)
    graph = read(tmp_path / "m.npz").graph
    whole = matrix.toarray()
    np.fill_diagonal(whole, 0)
    expected = np.maximum(whole, whole.T) if scale == 1.0 else whole + whole.T
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected)
    assert (graph.weights is None) == (scale == 1.0)


def test_scipy_weights_by_name(tmp_path):
    sparse.save_npz(tmp_path / "m.npz", sparse.csr_array([[0, 2.0], [2.0, 0]]))
    assert read(tmp_path / "m.npz", policies=Policies(weight="none")).graph.weights is None
    assert read(tmp_path / "m.npz", policies=Policies(weight="data")).graph.weights.tolist() == [2.0, 2.0]
    with pytest.raises(UsageError, match="no weights called 'hours'"):
        read(tmp_path / "m.npz", policies=Policies(weight="hours"))


@pytest.mark.parametrize("prefix", [("adj_", "attr_"), ("adj_matrix.", "attr_matrix.")])
def test_the_benchmark_layout(save, prefix):
    adjacency = sparse.csr_array(([1.0, 1.0], ([0, 1], [1, 2])), shape=(3, 3))
    features = sparse.csr_array(np.eye(3, 2))
    parts = {}
    for head, matrix in zip(prefix, (adjacency, features), strict=True):
        parts |= {f"{head}{part}": getattr(matrix, part) for part in ("data", "indices", "indptr", "shape")}
    path = save(**parts, labels=np.array([0, 1, 1]), metadata=np.array([{}], dtype=object))
    dataset = read(path)
    assert dataset.graph.num_edges == 2
    assert dataset.features.shape == (3, 2)
    assert dataset.labels.tolist() == [0, 1, 1]
    assert any("metadata" in note.text for note in dataset.notes)


def test_the_heterophilous_layout(save):
    path = save(
        edges=np.array([[0, 1], [1, 2]]),
        node_features=np.ones((4, 2)),
        node_labels=np.array([0, 1, 0, 1]),
        train_masks=np.eye(2, 4, dtype=bool),
    )
    dataset = read(path, policies=Policies(split=1))
    assert (dataset.graph.num_nodes, dataset.graph.num_edges) == (4, 2)
    assert dataset.masks["train"].tolist() == [False, True, False, False]


def test_labels_that_are_no_classes_are_ignored_where_the_policy_says_so(save, refused):
    parts = {}
    adjacency = sparse.csr_array(([1.0, 1.0], ([0, 1], [1, 2])), shape=(3, 3))
    parts = {f"adj_{part}": getattr(adjacency, part) for part in ("data", "indices", "indptr", "shape")}
    attributes = sparse.csr_array(np.eye(3))
    parts |= {f"attr_{part}": getattr(attributes, part) for part in ("data", "indices", "indptr", "shape")}
    layouts = {
        "y": TRIANGLE,
        "labels": parts,
        "node_labels": {"edges": np.array([[0, 1], [1, 2]]), "node_features": np.ones((3, 2))},
    }
    for key, arrays in layouts.items():
        for values, seen in (
            (np.array([0.5, 1.5, 2.0]), "not a whole number"),
            (np.eye(3), "one class a node"),
        ):
            path = save(**(arrays | {key: values}))
            refused(path, seen)
            dataset = read(path, policies=Policies(labels="ignore"))
            assert dataset.labels is None
            assert [note.severity for note in dataset.notes if seen in note.text] == ["notice"]
        path = save(**(arrays | {key: np.array([0, 1, 1])}))
        assert read(path, policies=Policies(labels="ignore")).labels.tolist() == [0, 1, 1]


def test_an_npz_inside_gzip(save, tmp_path):
    packed = tmp_path / "toy.npz.gz"
    packed.write_bytes(gzip.compress(save(**TRIANGLE).read_bytes()))
    dataset = read(packed)
    assert (dataset.name, dataset.graph.num_edges) == ("toy", 3)


def test_the_content_decides_and_not_the_extension(save, tmp_path):
    odd = tmp_path / "graph.txt"
    odd.write_bytes(save(**TRIANGLE).read_bytes())
    assert read(odd).graph.num_edges == 3


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "the file is empty"),
        (pickle.dumps({"a": 1}), "Python pickle"),
        (pickle.dumps([1, 2], protocol=0), "Python pickle"),
        (pickle.dumps({"a": np.ones(3)}, protocol=0), "Python pickle"),
        (np.random.default_rng(0).bytes(4096), "neither an .npz archive nor text"),
        (b"\xff\xfe0\x00 \x001\x00", "neither an .npz archive nor text"),
        (b"0 1\n1 \x00\n", "neither an .npz archive nor text"),
        (b"PK\x03", "neither an .npz archive nor text"),
        (b"PK\x03\x04 and no more", "truncated or damaged"),
        (b"\x1f\x8b\x08 and no more", "gzip file is truncated or damaged"),
        (gzip.compress(b""), "empty once unpacked"),
        (gzip.compress(pickle.dumps([1])), "Python pickle"),
        (gzip.compress(b"0 1\n" * 1000)[:-9], "gzip file is truncated or damaged"),
        (gzip.compress(gzip.compress(b"0 1\n")), "neither an .npz archive nor text"),
        (b"# nothing\n", "zero nodes"),
        (b"0 1\n-1 2\n", "negative"),
        (b"0 1\n1.5 2\n", "not a whole number"),
    ],
)
def test_refused_content(tmp_path, refused, content, seen):
    path = tmp_path / "graph.npz"
    path.write_bytes(content)
    refused(path, seen)


def test_refused_paths(tmp_path, refused):
    refused(tmp_path / "missing.npz", "no such file")
    refused(tmp_path, "directory")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "not a regular file")


def test_an_unreadable_file(tmp_path, refused, monkeypatch):
    path = tmp_path / "locked.txt"
    path.write_text("0 1\n")

    def deny(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", deny)
    refused(path, "cannot be read \\(Permission denied\\)")


def test_a_single_npy_array(tmp_path, refused):
    np.save(tmp_path / "edges.npy", np.zeros((2, 3), dtype=int))
    refused(tmp_path / "edges.npy", "single .npy array")


def test_a_zip_of_something_else(tmp_path, refused):
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    refused(tmp_path / "model.pt", "no NumPy arrays .it holds archive/data.pkl")


def test_gzip_has_a_limit(tmp_path, refused, monkeypatch):
    monkeypatch.setattr(reader, "MAX_DECOMPRESSED", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"0 1\n" * 1000))
    refused(path, "unpacks to more than 1,000 bytes")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_npz(save, refused, share):
    path = save(**TRIANGLE, x=np.random.default_rng(0).random((3, 100)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "truncated or damaged")


def test_every_flipped_byte_is_survived(save):
    path = save(**TRIANGLE, y=np.array([0, 1, 0]))
    content = path.read_bytes()
    outcomes = set()
    for k in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[k] ^= 0x55
        path.write_bytes(bytes(damaged))
        try:
            read(path)
            outcomes.add("read")
        except InputError:
            outcomes.add("refused")
    assert "refused" in outcomes


def test_a_header_that_promises_more_than_there_is(tmp_path, refused):
    path = tmp_path / "liar.npz"
    np.savez(path, **TRIANGLE)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    # the shape grows at the cost of the padding, so that the header keeps its length
    lie = members["edge_index.npy"].replace(b"(2, 3), }         ", b"(2, 3000000000), }")
    assert lie != members["edge_index.npy"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, lie if name == "edge_index.npy" else content)
    refused(path, "cut off: its header promises shape \\(2, 3000000000\\)")


@pytest.mark.parametrize(
    ("arrays", "seen"),
    [
        ({"edge_index": np.array([[0, 3], [1, 2]])}, "a node id is 3, but the graph has 3 nodes"),
        ({"edge_index": np.array([[0, -1], [1, 2]])}, "never negative"),
        ({"edge_index": np.array([[0, 0.5], [1, 2]])}, "whole numbers"),
        ({"edge_index": np.zeros((3, 3), dtype=int)}, "edge_index has shape \\(3, 3\\)"),
        ({"edge_index": np.zeros((5, 2), dtype=int)}, "transpose it"),
        ({"edge_index": np.zeros(4, dtype=int)}, "edge_index has shape \\(4,\\)"),
        ({"edge_index": np.array([["a"], ["b"]])}, "whole numbers"),
        ({"num_nodes": np.int64(0)}, "0 nodes; at least one"),
        ({"num_nodes": np.int64(-3)}, "-3 nodes; at least one"),
        ({"num_nodes": np.float64(3.5)}, "one whole number"),
        ({"num_nodes": np.array([3, 3])}, "one whole number"),
        ({"edge_weight": np.array([1.0, np.nan, 1.0])}, "1 weight is NaN or infinite"),
        ({"edge_weight": np.array([1.0, np.inf, 1.0])}, "1 weight is NaN or infinite"),
        ({"edge_weight": np.array([1.0, -1.0, 1.0])}, "a weight is -1"),
        ({"edge_weight": np.ones(4)}, "weights have shape \\(4,\\) for 3 edges"),
        ({"x": np.array([[1.0], [np.nan], [1.0]])}, "1 feature values are NaN or infinite"),
        ({"x": np.array([[1.0], [np.inf], [1.0]])}, "NaN or infinite"),
        ({"x": np.ones((4, 2))}, "features have shape \\(4, 2\\), but the graph has 3 nodes"),
        ({"x": np.ones((3, 2), dtype=complex)}, "real numbers"),
        ({"x": np.array([["a"], ["b"], ["c"]])}, "real numbers"),
        ({"y": np.zeros(4, dtype=int)}, "labels for 3 nodes"),
        ({"y": np.zeros((3, 2), dtype=int)}, "one class a node"),
        ({"y": np.array([0.5, 1, 2])}, "not a whole number"),
        ({"y": np.array([0, -2, 1])}, "a label is -2"),
        ({"train_mask": np.ones(4, dtype=bool)}, "the train mask has shape \\(4,\\)"),
        ({"train_mask": np.array([0.0, 1.0, 1.0])}, "expected booleans"),
        ({"node_id": np.arange(4)}, "4 node names for 3 nodes"),
        ({"x_data": np.ones(2)}, "sparse features lack"),
        ({"x": np.array([{}, {}, {}], dtype=object)}, "holds Python objects"),
        ({"edge_index": np.array([[0, 1], [1, 2]], dtype=object)}, "holds Python objects"),
        ({"extra": np.array([{}], dtype=object)}, "holds Python objects"),
    ],
)
def test_refused_arrays(save, refused, arrays, seen):
    refused(save(**(TRIANGLE | arrays)), seen)


@pytest.mark.parametrize(
    ("parts", "seen"),
    [
        ({"x_indices": np.array([0, 5, 1])}, "a column index of the features is outside 0 to 1"),
        ({"x_indices": np.array([0, -1, 1])}, "outside 0 to 1"),
        ({"x_indptr": np.array([0, 1, 2])}, "row pointers of the features do not fit"),
        ({"x_indptr": np.array([0, 3, 1, 3])}, "row pointers of the features do not fit"),
        ({"x_indptr": np.array([0.0, 1, 2, 3])}, "expected one row of integers"),
        ({"x_data": np.ones(4)}, "expected as many of each"),
        ({"x_data": np.array([1.0, np.nan, 1.0])}, "NaN or infinite"),
        ({"x_shape": np.array([3])}, "expected two whole numbers"),
        (
            {"x_shape": np.array([4, 2]), "x_indptr": np.array([0, 1, 2, 3, 3])},
            "features have shape \\(4, 2\\)",
        ),
    ],
)
def test_refused_sparse_parts(save, refused, parts, seen):
    good = {
        "x_data": np.ones(3),
        "x_indices": np.array([0, 1, 1]),
        "x_indptr": np.array([0, 1, 2, 3]),
        "x_shape": np.array([3, 2]),
    }
    refused(save(**TRIANGLE, **(good | parts)), seen)


def test_num_nodes_is_needed(save, refused):
    refused(save(edge_index=TRIANGLE["edge_index"]), "no num_nodes beside edge_index")


def test_an_unknown_layout(save, refused):
    refused(save(alpha=np.ones(3), beta=np.ones(2)), "holds alpha, beta; expected edge_index and num_nodes")


def test_refused_scipy_matrices(tmp_path, refused, save):
    path = tmp_path / "m.npz"
    sparse.save_npz(path, sparse.csr_array(np.ones((2, 3))))
    refused(path, "shape \\(2, 3\\); expected a square")
    sparse.save_npz(path, sparse.csr_array(np.array([[0, np.nan], [0, 0]])))
    refused(path, "NaN or infinite")
    sparse.save_npz(path, sparse.dia_array(np.eye(3)))
    refused(path, "stored as 'dia'")
    refused(save(format=b"csr", shape=np.array([3, 3]), data=np.ones(2)), "lacks indices, indptr")
    refused(
        save(format=b"csr", shape=[3, 3], data=np.ones(2), indices=[0, 9], indptr=[0, 1, 1, 2]),
        "a column index of the matrix is outside",
    )
    refused(
        save(format=b"csr", shape=[0, 0], data=np.ones(0), indices=np.zeros(0, int), indptr=[0]),
        "at least one",
    )
    refused(save(format=b"coo", shape=[2, 2], data=np.ones(1), row=[5], col=[0]), "a node id is 5")


@pytest.mark.parametrize(
    ("arrays", "nodes", "edges"),
    [
        ({"edge_index": np.zeros((2, 0), dtype=int), "num_nodes": np.int64(1)}, 1, 0),
        ({"edge_index": np.zeros((2, 0)), "num_nodes": np.int64(4)}, 4, 0),
        ({**TRIANGLE, "num_nodes": np.array([1000])}, 1000, 3),
        ({**TRIANGLE, "x": np.ones((3, 2))}, 3, 3),
        ({**TRIANGLE, "x": np.ones(3)}, 3, 3),
        ({**TRIANGLE, "edge_weight": np.array([0.0, 1.0, 2.0])}, 3, 2),
        ({**TRIANGLE, "edge_weight": np.array([[3.0], [1.0], [2.0]])}, 3, 3),
        ({**TRIANGLE, "y": np.full(3, -1)}, 3, 3),
        ({**TRIANGLE, "y": np.array([[0.0], [np.nan], [2.0]])}, 3, 3),
        ({**TRIANGLE, "train_mask": np.array([0, 1, 0])}, 3, 3),
    ],
)
def test_accepted_by_policy(save, arrays, nodes, edges):
    graph = read(save(**arrays)).graph
    assert (graph.num_nodes, graph.num_edges) == (nodes, edges)


def test_refused_edges_of_the_heterophilous_layout(save, refused):
    refused(
        save(edges=np.zeros((2, 3), dtype=int), node_features=np.ones((3, 1))), "edges have shape \\(2, 3\\)"
    )


def test_too_little_memory(save, refused, monkeypatch):
    def fail(*_args):
        raise MemoryError

    path = save(**TRIANGLE)
    monkeypatch.setattr(reader, "_read_archive", fail)
    refused(path, "does not fit in memory")
