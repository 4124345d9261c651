"""Stacks that people bring: what is said of them must help them, and must not contradict itself."""

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array

import spectral_smooth as ss
from spectral_smooth.graphs.families import family
from spectral_smooth.monitoring.measuring import layer_measures


def plain_stack(graph, x, depth):
    core = ss.gcn(graph).matrix()
    for _ in range(depth + 1):
        yield x
        x = core @ x


def joined(*graphs):
    """Several graphs as one of as many components."""
    return ss.as_graph(csr_array(block_diag([graph.adjacency() for graph in graphs])))


@pytest.mark.parametrize("name", ["grid:9x9", "cycle:24", "karate"])
def test_plain_smoothing_is_blamed_on_the_graph(name):
    graph = ss.load(name).graph
    x = np.random.default_rng(0).standard_normal((graph.num_nodes, 8))
    found = ss.monitor(graph, plain_stack(graph, x, 96))
    assert found.diagnosis.kind == "smoothing"
    assert "no weights are to blame" in found.diagnosis.remedies[0].reason
    assert "about as fast as its graph" in found.pace.sentence


def test_weights_that_smooth_faster_are_blamed():
    graph = family("grid:9x9").graph
    rng = np.random.default_rng(0)
    layers = [rng.standard_normal((81, 8)) * 0.3**k + (k > 0) for k in range(6)]
    found = ss.monitor(graph, layers)
    assert "weights and activations" in found.diagnosis.remedies[0].reason
    assert "faster than its graph" in found.pace.sentence


@pytest.mark.parametrize("seed", range(4))
def test_communities_that_are_told_apart_perfectly_are_not_called_smooth(seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), 60)
    joined_pairs = rng.random((240, 240)) < np.where(labels[:, None] == labels, 0.25, 0.01)
    graph = ss.as_graph(csr_array(np.triu(joined_pairs, 1).astype(float)))
    x = rng.standard_normal((240, 16)) + 0.5 * rng.standard_normal((4, 16))[labels]
    found = ss.monitor(graph, plain_stack(graph, x, 8), labels)
    assert found.layers[-1].values["class_share"] > 0.9
    assert found.diagnosis.kind == "nothing wrong"
    assert found.diagnosis.destination == "class means"


def test_classes_beside_a_common_offset_are_not_called_smooth():
    rng = np.random.default_rng(0)
    labels = np.arange(34) % 3
    stack = [
        12.0 + rng.standard_normal((3, 16))[labels] + 0.1 * rng.standard_normal((34, 16)) for _ in range(3)
    ]
    graph = ss.load("karate").graph
    assert ss.monitor(graph, stack, labels).diagnosis.kind == "nothing wrong"
    assert ss.monitor(graph, stack).diagnosis.kind == "smoothing"  # without labels nobody can tell


def test_a_giant_component_at_one_point_is_found_beside_healthy_small_ones():
    graph = joined(family("grid:10x12").graph, *[family("cycle:5").graph] * 6)
    rng = np.random.default_rng(0)
    layers = [rng.standard_normal((150, 8)) for _ in range(5)]
    for layer in layers[3:]:
        layer[:120] = 1.0 + 0.01 * layer[:120]
    found = ss.monitor(graph, layers)
    assert (found.diagnosis.kind, found.diagnosis.layer) == ("smoothing", 3)
    assert "components of most nodes" in found.diagnosis.findings[0].sentence


@pytest.mark.parametrize("columns", [1, 2])
def test_a_regression_head_with_a_large_mean_is_no_collapse(columns):
    rng = np.random.default_rng(0)
    hidden = [rng.standard_normal((34, 16)) for _ in range(3)]
    head = 50.0 + 3.0 * rng.standard_normal((34, columns))
    found = ss.monitor(ss.load("karate"), [*hidden, head], np.full(34, -1))
    assert found.diagnosis.kind == "nothing wrong"
    assert any("offset of a score or regression" in told for told in found.diagnosis.observations)


def test_merged_classes_are_not_called_gathered():
    rng = np.random.default_rng(0)
    graph, labels = family("grid:10x10").graph, np.arange(100) % 5
    means = np.zeros((5, 16))
    means[0] = 2.0
    layers = [rng.standard_normal((100, 16)), means[labels] + 0.05 * rng.standard_normal((100, 16)) + 1.0]
    found = ss.monitor(graph, layers, labels).diagnosis
    assert not found.clustering
    assert any("4 of 5 classes lie where another one does" in told for told in found.observations)


def test_a_few_outliers_do_not_hide_that_all_else_is_equal():
    rng = np.random.default_rng(0)
    graph = family("grid:20x20").graph
    layer = 1.0 + 1e-3 * rng.standard_normal((400, 8))
    layer[[5, 77, 301]] = 100.0 * rng.standard_normal((3, 8))
    found = ss.monitor(graph, [rng.standard_normal((400, 8)), layer]).diagnosis
    assert any("half of all pairs of rows" in told for told in found.observations)


def test_slow_modes_of_a_large_graph_are_measured_on_all_rows(monkeypatch):
    """Localised modes would be missed by a sample of rows."""
    monkeypatch.setattr(layer_measures, "MODES_ALWAYS", 10)
    monkeypatch.setattr("spectral_smooth.monitoring.measuring.samples.ALL_ROW_VALUES", 0)
    graph = joined(family("path:40").graph, family("grid:30x40").graph)
    operator = ss.gcn(graph)
    modes = ss.eigenpairs(operator, 3, "top").vectors
    rng = np.random.default_rng(0)
    x = modes @ rng.standard_normal((3, 4)) + 0.002 * rng.standard_normal((graph.num_nodes, 4))
    found = ss.monitor(graph, [x], plain=False).layers[0].modes
    y = operator.fixed_space.project_out(x.copy())
    for count in range(1, 4):
        left = y - modes[:, :count] @ (modes[:, :count].T @ y)
        assert found[count] == pytest.approx(np.linalg.norm(left) / np.linalg.norm(x), rel=1e-6)


def test_a_small_barbell_that_smooths_is_told_so():
    from networkx import barbell_graph

    graph = ss.as_graph(barbell_graph(5, 2))
    x = np.random.default_rng(0).standard_normal((12, 6))
    assert ss.monitor(graph, plain_stack(graph, x, 64)).diagnosis.kind == "smoothing"


def test_two_nodes_are_not_diagnosed_from_chance():
    graph = family("path:2").graph
    for seed in range(20):
        rng = np.random.default_rng(seed)
        layers = [rng.standard_normal((2, 8)) for _ in range(4)]
        assert ss.monitor(graph, layers).diagnosis.kind == "nothing wrong"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"operator": "rw"}, "Operator"),
        ({"thresholds": {"smooth": 0.1}}, "Thresholds"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_settings_are_named(wrong, said):
    with pytest.raises(ss.errors.UsageError, match=said):
        ss.monitor(ss.load("karate"), [np.eye(34)], **wrong)


def test_the_operator_of_another_graph_is_refused():
    with pytest.raises(ss.errors.UsageError, match="not the graph that is monitored"):
        ss.monitor(ss.load("karate"), [np.eye(34)], operator=ss.gcn(family("cycle:34").graph))


@pytest.mark.parametrize("y", [np.linspace(0.0, 1.0, 34), np.ones((34, 5))])
def test_a_regressions_labels_are_left_aside_with_a_note(y):
    graph = ss.load("karate").graph

    class Data:
        """As PyTorch Geometric's, with a target that is no class."""

        edge_index = np.stack([graph.rows, graph.indices])
        num_nodes = 34

    data = Data()
    data.y = y
    found = ss.monitor(data, [np.eye(34)])
    assert found.classes == ()
    assert any("labels are ignored" in note for note in found.notes)
    with pytest.raises(ss.errors.InputError, match="label"):
        ss.monitor(graph, [np.eye(34)], labels=y)
