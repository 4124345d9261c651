"""Graph: what it refuses, and what it says about itself."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import spectral_smooth as ss
from spectral_smooth.errors import InputError

PATH = (np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1]))
BAD = {
    "real indices": ((PATH[0], PATH[1] / 1.0), "integer arrays"),
    "two dimensions": ((PATH[0], PATH[1][:, None]), "one-dimensional"),
    "no node": ((np.array([0]), np.array([], dtype=int)), "zero nodes"),
    "falling pointers": ((np.array([0, 3, 1, 4]), PATH[1]), "never fall"),
    "entries left over": ((np.array([0, 1, 3, 3]), PATH[1]), "end at the length"),
    "index too large": ((PATH[0], np.array([1, 0, 7, 1])), "index 7 was found.*nodes 0 to 2"),
    "negative index": ((PATH[0], np.array([1, 0, -2, 1])), "index -2 was found"),
    "unsorted row": ((PATH[0], np.array([1, 2, 0, 1])), "strictly increasing"),
    "doubled entry": ((np.array([0, 2, 4]), np.array([1, 1, 0, 0])), "strictly increasing"),
    "one direction only": ((np.array([0, 1, 1]), np.array([1])), "not symmetric"),
    "one weight missing": ((*PATH, np.ones(3)), "expected 4 real weights"),
    "weight not finite": ((*PATH, np.array([1, 1, np.nan, 1])), "must be finite"),
    "weight zero": ((*PATH, np.array([1.0, 1.0, 0.0, 0.0])), "positive weights only"),
    "weights that differ by direction": ((*PATH, np.array([1.0, 2.0, 1.0, 1.0])), "not symmetric"),
}


@pytest.mark.parametrize("case", BAD)
def test_arrays_that_are_no_graph_are_refused(case):
    arrays, words = BAD[case]
    with pytest.raises(InputError, match=words):
        ss.Graph(*arrays)


def test_whole_number_weights_become_real_ones():
    graph = ss.Graph(*PATH, np.array([2, 2, 3, 3]))
    assert graph.weights.dtype == np.float64
    assert graph.degrees.tolist() == [2.0, 5.0, 3.0]
    assert repr(graph).endswith("3 nodes, 2 edges, weighted")


def test_arrays_of_a_graph_cannot_be_changed():
    graph = ss.Graph(*PATH)
    for array in (graph.indptr, graph.indices, graph.degrees):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_a_loop_counts_once_as_edge_and_in_the_degree():
    graph = ss.Graph(np.array([0, 2, 3]), np.array([0, 1, 0]))
    assert (graph.num_edges, graph.num_entries) == (2, 3)
    assert graph.degrees.tolist() == [2.0, 1.0]
    assert graph.self_loop_weights.tolist() == [1.0, 0.0]


GRAPH = ss.Graph(*PATH, name="path")
MISFITS = {
    "features of fewer nodes": ({"features": np.ones((2, 4))}, r"shape \(2, 4\).*3 nodes"),
    "features without columns": ({"features": np.ones(3)}, r"expected \(3, num_features\)"),
    "features that are words": ({"features": np.array([["a"], ["b"], ["c"]])}, "expected real numbers"),
    "features with a hole": ({"features": np.array([[1.0], [np.nan], [np.inf]])}, "2 feature values"),
    "sparse features with a hole": ({"features": csr_array([[1.0], [np.nan], [0.0]])}, "1 feature values"),
    "labels of fewer nodes": ({"labels": np.zeros(2, dtype=int)}, "expected one a node"),
    "labels that are no classes": ({"labels": np.array([0.5, 1.0, 2.0])}, "expected integers"),
    "labels below unknown": ({"labels": np.array([0, 1, -2])}, "a label is -2"),
    "mask of numbers": ({"masks": {"train": np.ones(3)}}, "train mask must be 3 booleans"),
    "names of fewer nodes": ({"node_names": ("a", "b")}, "2 node names for 3 nodes"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_the_graph_is_refused(case):
    more, words = MISFITS[case]
    with pytest.raises(InputError, match=words):
        ss.Dataset(GRAPH, **more)


@pytest.mark.parametrize("split", [0.0, 0.5, 1.0])
def test_degrees_beyond_float64_are_refused_with_a_remedy(split):
    operator = ss.Operator(ss.Graph(*PATH, np.full(4, 1.5e308)), split=split)
    with pytest.raises(InputError, match="rescale the weights"):
        _ = operator.scale


@pytest.mark.parametrize("weight", [5e-324, 8e307])
def test_extreme_weights_that_float64_can_add_give_the_same_core(weight):
    plain, extreme = (ss.symmetric(ss.Graph(*PATH, w)).matrix() for w in (None, np.full(4, weight)))
    np.testing.assert_allclose(extreme.toarray(), plain.toarray(), rtol=1e-15)
