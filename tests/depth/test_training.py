"""Which nodes a recommendation learns from, and which inputs are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cases import GRAPHS

import spectral_smooth as ss
from spectral_smooth.depth.training import MOST_CLASSES, MOST_NODES, find_training

N = GRAPHS["karate"].num_nodes


def dataset(labels, **masks):
    return ss.Dataset(GRAPHS["karate"], labels=np.asarray(labels), masks=masks)


def mask(*nodes):
    out = np.zeros(N, dtype=bool)
    out[list(nodes)] = True
    return out


def found(data):
    return find_training(data, np.random.default_rng(0))


def test_the_training_mask_decides_and_unknown_labels_in_it_leave():
    labels = np.arange(N) % 3
    labels[4] = -1
    training = found(dataset(labels, train=mask(0, 1, 2, 3, 4, 5, 6, 7, 8)))
    assert training.nodes.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert training.labels == (0, 1, 2)
    assert training.counts == (3, 2, 3)
    assert training.notes == ("all 8 labels of the training mask",)


def test_without_a_mask_all_known_labels_are_used():
    labels = np.where(np.arange(N) < 10, np.arange(N) % 2, -1)
    assert found(dataset(labels)).notes == ("all 10 known labels (no training mask)",)


def test_a_class_with_one_training_node_is_left_out_and_named():
    labels = np.arange(N) % 2
    labels[0] = 7
    training = found(dataset(labels))
    assert training.labels == (0, 1)
    assert training.left_out == (7,)
    assert "left out of the accuracy: 7" in training.notes[1]


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.full(N, -1), "no label is known"),
        (np.zeros(N, dtype=int), "all training nodes are of one class (0)"),
        (np.where(np.arange(N) == 0, 1, 0), "fewer than two classes"),
        (np.where(np.arange(N) == 0, 3, -1), "all training nodes are of one class (3)"),
    ],
)
def test_what_cannot_be_learned_from_says_why(labels, says):
    assert says in found(dataset(labels)).reason_against


def test_no_labels_at_all():
    assert found(ss.Dataset(GRAPHS["karate"])).reason_against == "no label is known"


def test_masks_that_share_nodes_are_refused():
    with pytest.raises(ss.errors.InputError, match=r"train and test share 2 nodes; expected none"):
        found(dataset(np.arange(N) % 2, train=mask(0, 1, 2), test=mask(1, 2, 3)))


def test_of_very_many_classes_the_largest_are_taken():
    n = 3 * MOST_NODES
    graph = ss.as_graph((np.array([np.arange(n - 1), np.arange(1, n)]), n))
    training = found(ss.Dataset(graph, labels=np.arange(n) // 3))
    assert len(training.labels) == MOST_CLASSES
    assert len(training.nodes) == MOST_NODES
    assert "the 250 largest of 500 classes" in training.notes


def test_masks_that_share_nodes_with_each_other_are_refused_without_a_training_mask_too():
    with pytest.raises(ss.errors.InputError, match=r"val and test share 1 nodes"):
        found(dataset(np.arange(N) % 2, val=mask(0, 1), test=mask(1, 2)))


def test_a_training_mask_without_a_label_is_refused():
    labels = np.where(np.arange(N) < 5, -1, np.arange(N) % 2)
    with pytest.raises(ss.errors.InputError, match=r"has 3 nodes and none of them has a known label"):
        found(dataset(labels, train=mask(0, 1, 2)))


def test_very_many_labels_are_sampled_alike_from_every_class():
    n = 4 * MOST_NODES
    graph = ss.as_graph((np.array([np.arange(n - 1), np.arange(1, n)]), n))
    labels = np.where(np.arange(n) < 30, 0, np.where(np.arange(n) % 2, 1, 2))
    training = found(ss.Dataset(graph, labels=labels))
    assert training.counts[0] == 30
    assert training.counts[1] == training.counts[2] > 200
    assert sum(training.counts) <= MOST_NODES
    assert training.notes[0].endswith(
        f"of the {n:,} known labels (no training mask), sampled alike from every class"
    )
    again = find_training(ss.Dataset(graph, labels=labels), np.random.default_rng(0))
    np.testing.assert_array_equal(training.nodes, again.nodes)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.zeros(N - 1, dtype=int), "one a node"),
        (np.full(N, 0.5), "expected integers"),
    ],
)
def test_labels_of_the_wrong_length_or_kind_are_refused_where_they_come_in(labels, says):
    with pytest.raises(ss.errors.InputError, match=says):
        replace(dataset(np.zeros(N, dtype=int)), labels=labels)
