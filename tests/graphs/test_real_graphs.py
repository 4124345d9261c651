"""Every real graph: what is read against what its source says it is."""

import json

import numpy as np
import pytest

from spectral_smooth.graphs.audit import audit
from spectral_smooth.graphs.formats.reader import read
from spectral_smooth.graphs.policies import Policies


@pytest.fixture(scope="module")
def described(data_folder):
    """Data sets that have a side-car, with its counts."""
    found = [
        (path, json.loads(path.with_suffix(".json").read_text()))
        for path in sorted((data_folder / "npz").glob("*.npz"))
    ]
    assert len(found) > 10
    return [(read(path), described["counts"], described["num_features"]) for path, described in found]


def test_counts(described):
    for dataset, counts, _ in described:
        graph = dataset.graph
        seen = {
            "num_nodes": graph.num_nodes,
            "undirected_unique": graph.num_edges,
            "isolated_nodes": int(np.count_nonzero(graph.degrees == 0)),
            "components": graph.components.count,
            "largest_component": int(graph.components.sizes[0]),
            "lcc_bipartite": bool(graph.components.bipartite[0]),
        }
        assert seen == {key: counts[key] for key in seen}, dataset.name
        if graph.weights is None:
            assert int(graph.degrees.max()) == counts["max_degree"], dataset.name


def test_notes_count_right(described, data_folder):
    for dataset, counts, _ in described:
        with np.load(data_folder / "npz" / f"{dataset.name}.npz") as arrays:
            sources, targets = arrays["edge_index"].astype(np.int64)
        loop = sources == targets
        keys = (sources * dataset.graph.num_nodes + targets)[~loop]
        expected = {"self-loops": int(loop.sum()), "duplicates": len(keys) - len(np.unique(keys))}
        for topic, number in expected.items():
            found = [note.text for note in dataset.notes if note.topic == topic]
            assert len(found) == bool(number), (dataset.name, topic)
            assert all(text.startswith(f"{number:,} ") for text in found), (dataset.name, topic)
        direction = next(note.text for note in dataset.notes if note.topic == "direction")
        assert ("in both directions:" in direction) == counts["symmetric_in_file"], dataset.name


def test_labels_and_features(described):
    for dataset, counts, columns in described:
        assert (0 if dataset.features is None else dataset.features.shape[1]) == columns, dataset.name
        if "class_counts" in counts:
            known = dataset.labels[dataset.labels >= 0]
            assert np.bincount(known).tolist() == counts["class_counts"], dataset.name
            assert len(known) == counts["labelled"], dataset.name


def test_only_the_connectome_is_weighted(described):
    assert [dataset.name for dataset, _, _ in described if dataset.graph.weights is not None] == [
        "drosophila_mb_left"
    ]


def test_audits_are_sentences(described):
    for dataset, _, _ in described:
        for note in audit(dataset):
            assert note.text
            assert "\n" not in note.text


def test_the_same_graph_in_two_layouts(data_folder, described):
    by_name = {dataset.name: dataset for dataset, _, _ in described}
    for path in sorted((data_folder / "raw" / "heterophilous").glob("*.npz")):
        raw, other = read(path), by_name[path.stem]
        assert raw.graph.num_nodes == other.graph.num_nodes
        np.testing.assert_array_equal(raw.labels, other.labels)
    ppnp = read(data_folder / "raw" / "ppnp" / "cora_ml.npz")
    np.testing.assert_array_equal(ppnp.graph.indices, by_name["cora_ml"].graph.indices)
    shchur = read(data_folder / "raw" / "gnn_benchmark" / "cora.npz")
    assert shchur.graph.num_edges == by_name["cora"].graph.num_edges
    assert sorted(shchur.graph.degrees) == sorted(by_name["cora"].graph.degrees)


def test_edge_lists(data_folder):
    votes = read(data_folder / "raw" / "snap" / "wiki-Vote.txt")
    assert (votes.graph.num_nodes, votes.graph.num_edges) == (7115, 100762)
    assert votes.node_names[0] == "3"
    airports = read(data_folder / "raw" / "edgelist" / "europe-airports.edgelist")
    twin = read(data_folder / "npz" / "airports_europe.npz")
    np.testing.assert_array_equal(airports.graph.indices, twin.graph.indices)


def test_weights_of_the_connectome_are_summed(data_folder):
    path = data_folder / "npz" / "drosophila_mb_left.npz"
    with np.load(path) as arrays:
        total = float(arrays["edge_weight"].sum())
    graph = read(path).graph
    assert graph.weights.sum() == 2 * total
    assert read(path, policies=Policies(weight="none")).graph.num_edges == graph.num_edges
