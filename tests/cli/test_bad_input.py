"""What cannot be used is refused with one sentence and exit code 2; what looks odd but has a policy is accepted."""

from __future__ import annotations

import gzip
import json
import pickle
import zipfile

import numpy as np
import pytest

PATH = np.array([[0, 1], [1, 2]], dtype=np.int32)  # two edges on three nodes, one column an edge


def save(path, **arrays):
    arrays = {"edge_index": PATH, "num_nodes": 3, **arrays}
    with path.open("wb") as file:  # a path would be given the ending .npz
        np.savez(file, **{name: value for name, value in arrays.items() if value is not None})
    return path


# Each makes a file that cannot be used, and gives a word that the sentence must have.
ARRAYS = {
    "edge index out of range": ({"edge_index": np.array([[0], [3]])}, "3"),
    "negative node id": ({"edge_index": np.array([[0], [-1]])}, "-1"),
    "fractional node id": ({"edge_index": np.array([[0.0], [1.5]])}, "1.5"),
    "edge index of the wrong shape": ({"edge_index": np.zeros((3, 3), dtype=int)}, "(3, 3)"),
    "edge index of one dimension": ({"edge_index": np.zeros(4, dtype=int)}, "(4,)"),
    "no edge index": ({"edge_index": None}, "edge_index"),
    "zero nodes": ({"edge_index": np.zeros((2, 0), dtype=int), "num_nodes": 0}, "node"),
    "negative number of nodes": ({"num_nodes": -3}, "-3"),
    "NaN weight": ({"edge_weight": np.array([1.0, np.nan])}, "weight"),
    "infinite weight": ({"edge_weight": np.array([np.inf, 1.0])}, "weight"),
    "negative weight": ({"edge_weight": np.array([1.0, -1.0])}, "weight"),
    "too few weights": ({"edge_weight": np.array([1.0])}, "weight"),
    "NaN feature": ({"x": np.array([[1.0], [np.nan], [0.0]])}, "feature"),
    "infinite feature": ({"x": np.array([[1.0], [-np.inf], [0.0]])}, "feature"),
    "feature rows that do not fit": ({"x": np.ones((4, 2))}, "4"),
    "features of three dimensions": ({"x": np.ones((3, 2, 2))}, "(3, 2, 2)"),
    "label rows that do not fit": ({"y": np.zeros(2, dtype=int)}, "label"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_unusable_arrays_are_refused(case, refused, tmp_path):
    arrays, word = ARRAYS[case]
    path = save(tmp_path / "bad.npz", **arrays)
    refused("analyze", path, "-o", "out.json", "--html", "out.html", saying=word)


def empty(path):
    path.write_bytes(b"")


def truncated(path):
    save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def objects(path):
    save(path, x=np.array([{"a": 1}, None, "b"], dtype=object))


def object_edges(path):
    save(path, edge_index=np.array([[0, 1], [1, None]], dtype=object))


def pickled(path):
    path.write_bytes(pickle.dumps({"edge_index": [[0, 1], [1, 2]]}))


def old_pickle(path):
    path.write_bytes(pickle.dumps({"edge_index": [[0, 1], [1, 2]]}, protocol=0))


def noise(path):
    path.write_bytes(np.random.default_rng(0).bytes(4096))


def other_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no graph")


def torn_gzip(path):
    path.write_bytes(gzip.compress(b"0 1\n1 2\n" * 500)[:-20])


def prose(path):
    path.write_text("It was\na dark and stormy night; the rain fell\nin torrents.\n")


def ragged(path):
    path.write_text("0 1\n1\n")


def negative_id(path):
    path.write_text("0 1\n1 -2\n")


def fraction(path):
    path.write_text("0 1\n1 2.5\n")


def nan_weight(path):
    path.write_text("0 1 1.0\n1 2 nan\n")


def negative_weight(path):
    path.write_text("0 1 1.0\n1 2 -1.0\n")


def comments_only(path):
    path.write_text("# from to\n% nothing\n")


FILES = [
    (empty, "empty"),
    (truncated, "bad"),
    (objects, "object"),
    (object_edges, "object"),
    (pickled, "pickle"),
    (old_pickle, "pickle"),
    (noise, "bad"),
    (other_zip, "bad"),
    (torn_gzip, "gzip"),
    (prose, "bad"),
    (ragged, "line 2"),
    (negative_id, "-2"),
    (fraction, "2.5"),
    (comments_only, "bad"),
]


@pytest.mark.parametrize(("make", "word"), FILES, ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.parametrize("name", ["bad.npz", "bad.txt"])
def test_unusable_files_are_refused_whatever_their_name(make, word, name, refused, tmp_path):
    make(tmp_path / name)
    refused("analyze", name, "-o", "out.json", "--html", "out.html", saying=word)


@pytest.mark.parametrize("make", [nan_weight, negative_weight], ids=lambda make: make.__name__)
def test_unusable_weights_of_an_edge_list_are_refused(make, refused, tmp_path):
    make(tmp_path / "bad.txt")
    refused("analyze", "bad.txt", "--weight", "weight", saying="weight")


@pytest.mark.parametrize("verb", ["analyze", "spectrum", "depth", "propagate"])
def test_a_missing_file_names_the_nearest_embedded_graph(verb, refused):
    assert "karate" in refused(verb, "karat", saying="karat")


def test_a_missing_file_far_from_every_name_is_refused_too(refused):
    refused("analyze", "qqqqqqqq.npz", saying="neither a file nor an embedded graph")


@pytest.mark.parametrize("verb", ["analyze", "spectrum", "depth", "propagate"])
def test_a_folder_without_graphs_is_refused(verb, refused, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.md").write_text("nothing here")
    refused(verb, "empty", saying="no graph in it")


@pytest.mark.parametrize("verb", ["spectrum", "depth", "propagate"])
def test_a_folder_with_graphs_is_refused_where_one_graph_is_wanted(verb, refused, tmp_path):
    (tmp_path / "some").mkdir()
    save(tmp_path / "some" / "a.npz")
    refused(verb, "some", saying="takes one graph")


USAGE = {
    "unknown rule": (["--rule", "pprr"], "did you mean ppr"),
    "unknown setting of a rule": (["--rule", "ppr:beta=1"], "alpha"),
    "setting of a rule that has none": (["--rule", "sgc:alpha=1"], "no settings"),
    "rule out of range": (["--rule", "ppr:alpha=2"], "between 0 and 1"),
    "rule that is no number": (["--rule", "ppr:alpha=x"], "number"),
    "infinite setting": (["--rule", "heat:time=inf"], "finite"),
    "weights that are none": (["--rule", "weighted"], "weight"),
    "unknown operator": (["--operator", "gnc"], "did you mean gcn"),
    "negative loops": (["--operator", "gcn:loops=-1"], "loops"),
    "split out of range": (["--operator", "gcn:split=2"], "split"),
    "unknown feature policy": (["--features", "row"], "did you mean rows"),
    "unknown direction": (["--direction", "both"], "union, mutual, error"),
    "unknown dtype": (["--dtype", "float16"], "float32"),
    "depth of zero": (["--depth", "0"], "--depth"),
    "depth that is no number": (["--depth", "many"], "--depth"),
    "unknown option": (["--colour"], "--colour"),
    "missing weights": (["--weight", "distance"], "distance"),
    "no threads": (["--threads", "0"], "--threads"),
}


@pytest.mark.parametrize("case", USAGE)
def test_unknown_names_and_values_are_refused(case, refused, tmp_path):
    options, word = USAGE[case]
    save(tmp_path / "good.npz")
    refused("analyze", "good.npz", *options, "-o", "out.json", "-v", saying=word)


def test_an_unknown_verb_is_refused(refused):
    refused("anlyze", "karate", saying="anlyze")


def test_no_graph_at_all_is_refused(refused):
    refused("analyze", saying="GRAPH")


def test_an_unknown_measure_is_refused(refused):
    refused("propagate", "karate", "--measure", "enregy", saying="did you mean energy")


# Accepted, each by a policy that is stated in the audit.

TRIANGLES = np.concatenate(
    [np.array([[0, 1, 2], [1, 2, 0]]) + 3 * i for i in range(1000)], axis=1
)  # a thousand components
ACCEPTED = {
    "one node": {"edge_index": np.zeros((2, 0), dtype=int), "num_nodes": 1},
    "no edges": {"edge_index": np.zeros((2, 0), dtype=int), "num_nodes": 4},
    "no features": {},
    "constant features": {"x": np.ones((3, 2))},
    "zero features": {"x": np.zeros((3, 2))},
    "no feature columns": {"x": np.zeros((3, 0))},
    "zero weights": {"edge_weight": np.array([1.0, 0.0])},
    "all weights zero": {"edge_weight": np.array([0.0, 0.0])},
    "isolated nodes": {"num_nodes": 6},
    "labels of one class": {"y": np.zeros(3, dtype=int)},
    "one component of a thousand": {"edge_index": TRIANGLES, "num_nodes": 3000},
    "self-loops and duplicates": {"edge_index": np.array([[0, 0, 1, 0], [0, 1, 0, 1]]), "num_nodes": 2},
}


@pytest.mark.parametrize("operator", ["gcn", "rw"])
@pytest.mark.parametrize("case", ACCEPTED)
def test_odd_graphs_are_accepted(case, operator, run, tmp_path):
    save(tmp_path / "odd.npz", **ACCEPTED[case])
    result = run(
        "analyze",
        "odd.npz",
        "--operator",
        operator,
        "--depth",
        "8",
        "--horizon",
        "64",
        "--json",
        "-o",
        "o.json",
    )
    assert result.code == 0, result.err
    printed = json.loads(result.out)
    assert printed["graph"]["num_nodes"] == ACCEPTED[case].get("num_nodes", 3)
    assert json.loads((tmp_path / "o.json").read_text()) == printed


@pytest.mark.parametrize("verb", ["spectrum", "depth", "propagate"])
@pytest.mark.parametrize("case", ["one node", "no edges", "constant features"])
def test_odd_graphs_are_accepted_by_every_verb(case, verb, run, tmp_path):
    save(tmp_path / "odd.npz", **ACCEPTED[case])
    short = ["--horizon", "16"] if verb == "depth" else []
    result = run(verb, "odd.npz", *short)
    assert result.code == 0, result.err
