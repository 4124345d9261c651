"""Ground: which nodes are measured, in which order, and what is refused."""

from __future__ import annotations

import cases
import numpy as np
import pytest
from monitoring.naive_layers import measured_nodes

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.measuring import ground as ground_module
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.operators.operator import gcn, random_walk

LOOSE = cases.graph_from_matrix(
    # two triangles joined in no way, a node alone, and one with nothing but a self-loop
    np.array(
        [
            [0, 0, 1, 0, 1, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 1, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 0, 1],
            [1, 0, 1, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0, 0, 1],
            [0, 0, 0, 0, 0, 0, 1, 0],
            [0, 0, 0, 1, 0, 1, 0, 0],
        ]
    )
)


@pytest.mark.parametrize("op", [gcn(LOOSE), random_walk(LOOSE)], ids=["gcn", "walk"])
def test_nodes_without_a_neighbour_are_left_out(op):
    ground = Ground.of(op, None)
    assert sorted(ground.order) == measured_nodes(LOOSE) == [0, 2, 3, 4, 5, 7]
    assert ground.left_out == 2
    assert ground.isolated.tolist() == [1, 6]
    assert ground.count == 2
    np.testing.assert_allclose(ground.degrees, op.degrees[ground.order])
    np.testing.assert_allclose(ground.similarity, op.similarity[ground.order])


@pytest.mark.parametrize("name", ["disjoint union", "isolated nodes", "component and isolated edges"])
def test_rows_are_sorted_by_component_and_edges_counted_once(name):
    graph = cases.GRAPHS[name]
    ground = Ground.of(cases.OPERATORS["walk with per-node loops"](graph), None)
    assert np.all(np.diff(ground.components) >= 0)
    labels = graph.components.labels
    for one in range(ground.components.max() + 1):
        assert len({labels[i] for i in ground.order[ground.components == one]}) == 1
    heads, tails, weights = ground.edges
    a = graph.adjacency().toarray()
    np.testing.assert_array_equal(weights, a[heads, tails])
    assert len(heads) == np.count_nonzero(np.triu(a, 1))
    first, component = ground.slots
    assert len(first) == len(ground.bounds) - 1
    # slots tile the rows: one for every component in every chunk
    expected = [
        c
        for low, high in zip(ground.bounds[:-1], ground.bounds[1:], strict=True)
        for c in sorted({int(v) for v in ground.components[low:high]})
    ]
    assert component.tolist() == expected


def test_per_node_loops_are_those_of_the_kept_nodes():
    loops = np.arange(8.0)
    ground = Ground.of(random_walk(LOOSE, loops=loops), None)
    np.testing.assert_allclose(ground.degrees, (2.0 + loops)[ground.order])


@pytest.mark.parametrize("name", ["one node", "no edges", "one self-loop"])
@pytest.mark.parametrize("labels", [None, 0])
def test_a_graph_without_an_edge_is_refused(name, labels):
    graph = cases.GRAPHS[name]
    given = None if labels is None else np.zeros(graph.num_nodes, dtype=int)
    with pytest.raises(InputError, match="no edge between two nodes"):
        Ground.of(gcn(graph), given)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.zeros(33, dtype=int), "33"),
        (np.zeros((34, 1), dtype=int), "shape"),
        (np.zeros(34), "float"),
        (np.full(34, -2), "-2"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, said):
    with pytest.raises(InputError, match=said):
        Ground.of(gcn(cases.GRAPHS["karate"]), labels)


def test_classes_are_those_of_measured_nodes():
    labels = np.array([5, 9, 2, 5, -1, 2, 9, 2])
    ground = Ground.of(gcn(LOOSE), labels)
    assert ground.classes.numbers == (2, 5)
    assert ground.classes.counts == (3, 2)
    np.testing.assert_array_equal(np.array([2, 5, -1])[ground.classes.codes], labels[ground.order])
    only_lonely = np.full(8, -1)
    only_lonely[[1, 6]] = 3
    assert Ground.of(gcn(LOOSE), only_lonely).classes is None
    assert Ground.of(gcn(LOOSE), np.full(8, -1)).classes is None


def test_slow_modes_are_eigenvectors_off_the_fixed_space_found_once(monkeypatch):
    op = gcn(cases.GRAPHS["karate"])
    ground = Ground.of(op, None)
    modes = ground.modes
    core = np.array(op.rows(0, 34).todense())
    assert modes.vectors.shape == (34, 3)
    assert not modes.note
    assert modes.whole.all()
    vectors = np.empty_like(modes.vectors)
    vectors[ground.order] = modes.vectors
    np.testing.assert_allclose(core @ vectors, vectors * modes.values, atol=1e-8)
    np.testing.assert_allclose(op.fixed_space.vector @ vectors, 0.0, atol=1e-8)
    np.testing.assert_allclose(modes.values, np.linalg.eigvalsh(core)[::-1][1:4], atol=1e-8)
    monkeypatch.setattr(ground_module, "eigenpairs", None)
    assert ground.modes is modes


def test_a_graph_of_small_parts_says_why_it_has_no_slow_modes():
    modes = Ground.of(gcn(cases.GRAPHS["component and isolated edges"]), None).modes
    assert modes.vectors.shape == (36, 0)
    assert "too small" in modes.note
