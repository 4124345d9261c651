"""load(): embedded graphs by name, files by path, and the nearest name otherwise."""

import networkx as nx
import numpy as np
import pytest

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs import catalog
from spectral_smooth.graphs.catalog import embedded_names, load
from spectral_smooth.graphs.policies import Policies


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", sorted(catalog._NETWORKX))
def test_every_fixed_graph_loads_unweighted(name):
    dataset = load(name)
    assert dataset.name == name
    assert dataset.graph.weights is None
    assert dataset.notes[0].topic == "source"


def test_every_example_in_the_list_loads():
    examples = [
        line.rsplit("for instance ", 1)[1] for line in embedded_names().values() if "for instance" in line
    ]
    assert len(examples) > 10
    for spec in examples:
        assert load(spec).graph.num_nodes > 0


def test_karate():
    dataset = load("karate")
    original = nx.karate_club_graph()
    np.testing.assert_array_equal(
        dataset.graph.adjacency().toarray(), nx.to_numpy_array(original, weight=None)
    )
    officers = [original.nodes[k]["club"] == "Officer" for k in original]
    assert (dataset.labels == officers).all()
    assert any("unweighted" in note.text for note in dataset.notes)
    weighted = load("karate", policies=Policies(weight="weight"))
    np.testing.assert_array_equal(weighted.graph.adjacency().toarray(), nx.to_numpy_array(original))


@pytest.mark.parametrize(
    ("name", "same"),
    [("Karate", "karate"), ("les miserables", "lesmis"), ("Hoffman-Singleton", "hoffman_singleton")],
)
def test_spelling_is_forgiving(name, same):
    assert load(name).name == same


def test_davis_is_bipartite():
    assert load("davis").graph.components.bipartite.all()


def test_families_and_models():
    assert load("grid:4x5").graph.num_edges == 31
    assert load("cycle:5+3*path:2").graph.components.count == 4
    assert load("2*path:3").graph.num_nodes == 6
    one, again, other = (
        load("csbm:nodes=60", seed=1),
        load("csbm:nodes=60", seed=1),
        load("csbm:nodes=60", seed=2),
    )
    np.testing.assert_array_equal(one.features, again.features)
    assert not np.array_equal(one.features, other.features)


@pytest.mark.parametrize("spec", ["grid:ax", "csbm:moods=3"])
def test_bad_sizes(spec):
    with pytest.raises(UsageError, match="expected"):
        load(spec)


def test_a_file_is_read_by_policy(tmp_path):
    (tmp_path / "karate").write_text("0 1\n1 0\n1 2\n")
    assert load("karate").graph.num_nodes == 3
    assert load(tmp_path / "karate", policies=Policies(direction="mutual")).graph.num_edges == 1


def test_a_folder_does_not_hide_an_embedded_graph(tmp_path):
    (tmp_path / "karate").mkdir()
    assert load("karate").graph.num_nodes == 34
    with pytest.raises(InputError, match="directory"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("karat", "did you mean karate"),
        ("karate.npz", "did you mean karate"),
        ("gird:3x3", "did you mean grid"),
        ("crra.npz", "did you mean cora.npz"),
        ("qqqqqqqq", "embedded are karate"),
        ("karate:3", "neither a file nor an embedded graph"),
        ("x" * 5000, "neither a file nor an embedded graph"),
        ("a\0b", "neither a file nor an embedded graph"),
        ("nowhere/at/all.npz", "neither a file nor an embedded graph"),
    ],
)
def test_unknown_names(tmp_path, name, seen):
    (tmp_path / "cora.npz").write_bytes(b"")
    with pytest.raises(InputError, match=seen) as caught:
        load(name)
    assert "\n" not in str(caught.value)
