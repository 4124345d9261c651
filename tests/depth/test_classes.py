"""class_depths(): onsets, who is a minority, what the sentence says, and agreement of both sides."""

import json

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.depth.class_depth import ClassDepth, ClassDepths
from spectral_smooth.depth.class_words import class_sentence
from spectral_smooth.depth.classes import FLOAT64, NOT_TWO, class_depths
from spectral_smooth.depth.grid import BOTH_PARITIES, GRID, agreement_grid, grid_to
from spectral_smooth.depth.onset import Onset, onset
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.graphs.formats.reader import read
from spectral_smooth.graphs.models import csbm, planted_partition
from spectral_smooth.measures.curve import Curve
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.operators.rule import ppr, sgc
from spectral_smooth.spectra.quadrature import spectral_measure


def falling(rate, depths, scale=1.0):
    return Curve.points("c", depths, scale * rate ** np.asarray(depths, dtype=float), "exact")


def test_the_grid_is_the_default_one_and_goes_on_to_the_horizon():
    assert np.array_equal(grid_to(128), GRID)
    assert grid_to(0).tolist() == [0]
    assert grid_to(5).tolist() == [0, 1, 2, 3, 4, 5]
    assert grid_to(1024).tolist()[-6:] == [192, 256, 384, 512, 768, 1024]


@settings(max_examples=60, deadline=None)
@given(rate=st.floats(0.3, 0.99), threshold=st.floats(1e-6, 0.9))
def test_onsets_of_a_power_agree_with_its_logarithm(rate, threshold):
    found = onset(threshold, falling(rate, np.arange(400)), falling(rate, GRID))
    expected = int(np.ceil(np.log(threshold) / np.log(rate) + 1e-9))
    at = found.predicted
    assert at is None or abs(at - expected) <= 1
    assert found.agrees
    if at is not None:
        assert (found.at_least, found.at_most) == (at - 1, at)
        assert found.measured is None or found.measured >= at


def test_an_onset_is_where_it_stays_below():
    back = Curve.points("c", np.arange(5), np.array([1.0, 0.05, 0.5, 0.05, 0.05]), "exact")
    assert onset(0.1, back, None).predicted == 3
    assert onset(0.1, back, None).at_least == 2
    rising = Curve.points("c", np.arange(3), np.array([0.05, 0.05, 0.5]), "exact")
    assert onset(0.1, rising, None).predicted is None


def test_disagreement_says_why():
    depths = np.arange(129)
    slow, fast = falling(0.9, depths), falling(0.5, GRID)
    found = onset(1e-2, slow, fast)
    assert found.agrees is False
    assert "outside of the sides" in found.reason
    wide = Curve("c", depths, 0.4 ** depths.astype(float), 0.95 ** depths.astype(float), "estimate")
    assert "between the sides" in onset(1e-2, wide, fast, middle=slow).reason
    rising = Curve.points("c", np.arange(301), np.where(np.arange(301) == 250, 1.0, 1e-3), "exact")
    assert "does not see" in onset(1e-2, rising, falling(0.5, GRID[:9])).reason


def test_without_one_of_both_there_is_nothing_to_agree_on():
    curve = falling(0.5, GRID)
    assert onset(0.1, None, curve) == Onset(0.1, None, None, None, 4)
    assert onset(0.1, curve, None).agrees is None
    assert onset(0.1, None, curve).depth == 4


@pytest.mark.parametrize(
    "op", cases.operator_params(graphs=("karate", "disjoint union", "weighted self-loops"))
)
def test_prediction_and_measurement_agree(op):
    n = op.graph.num_nodes
    found = class_depths(op, cases.features(n), np.arange(n) % 3, horizon=256)
    assert found.agree
    assert found.measured_to == 128
    for one in found.classes:
        assert one.share == pytest.approx(one.count / n)
        order = [x.predicted for x in (one.small, one.unresolved, one.destroyed)]
        known = [depth for depth in order if depth is not None]
        assert known == sorted(known)
        assert None not in order[: len(known)]


def test_thresholds():
    found = class_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), np.arange(34) % 3, collapse=0.05)
    one = found.classes[0]
    assert (one.small.threshold, one.unresolved.threshold, one.destroyed.threshold) == (
        0.05,
        2.0**-24,
        FLOAT64,
    )


def test_a_restart_keeps_every_class():
    op = gcn(cases.GRAPHS["karate"])
    labels = np.arange(34) % 3
    kept = class_depths(op, cases.features(34), labels, rule=ppr(0.2), horizon=128)
    assert all(one.small.predicted is None for one in kept.classes)
    assert "distinguishable within 128 layers" in kept.sentence
    assert kept.agree
    assert all(
        one.small.predicted is not None
        for one in class_depths(op, cases.features(34), labels, rule=sgc(), horizon=128).classes
    )


def test_minority_classes_are_named_first():
    labels = np.repeat([0, 1, 2], [16, 15, 3])
    found = class_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), labels)
    assert [one.minority for one in found.classes] == [False, False, True]
    assert found.sentence.startswith("Class 2, 8.8 % of the labelled nodes, is indistinguishable from depth ")
    assert ", the others from depth " in found.sentence
    assert "Small is not gone" in found.sentence


def test_the_first_to_go_can_be_a_class_whose_neighbourhood_is_foreign():
    """A few nodes strewn over two clear communities lose their own features at once; the communities keep theirs."""
    data = planted_partition(classes=2, size=120)
    labels = data.labels.copy()
    rng = np.random.default_rng(0)
    strewn = rng.choice(240, size=16, replace=False)
    labels[strewn] = 2
    features = np.eye(3)[labels] + 0.05 * rng.standard_normal((240, 3))
    found = class_depths(gcn(data.graph), features, labels)
    by_label = {one.label: one.small.predicted for one in found.classes}
    assert by_label[2] < min(by_label[0], by_label[1])
    assert found.classes[2].minority
    assert found.agree


def one(label, share, depth, late=None):
    small = Onset(1e-2, depth, None, None, None)
    return ClassDepth(
        label,
        1,
        share,
        share < 0.5 / 3,
        small,
        Onset(2.0**-24, late, None, None, None),
        small,
        0.0,
        None,
        None,
    )


THREE = "Class 3, 6.7 % of the labelled nodes, "
PAIR = " (two classes have one contrast; class 1 is the "


@pytest.mark.parametrize(
    ("depths", "start"),
    [
        ((31, 31, 9), THREE + "is indistinguishable from depth 9, the others from depth 31."),
        (
            (31, 48, None),
            THREE + "stays distinguishable (not lost within 99 layers), "
            "the others from depth 31 (class 0) to 48 (class 1).",
        ),
        (
            (None, 48, 2),
            THREE + "is indistinguishable from depth 2, "
            "the others from depth 48 (class 1), not all within 99 layers.",
        ),
    ],
)
def test_sentences_with_a_minority(depths, start):
    classes = [one(0, 0.5, depths[0]), one(1, 0.433, depths[1]), one(3, 0.067, depths[2])]
    assert class_sentence(classes, 99).startswith(start)


@pytest.mark.parametrize(
    ("classes", "start"),
    [
        (
            [one(0, 0.4, None), one(1, 0.3, None), one(3, 0.3, None)],
            "The classes are distinguishable within 99 layers. No class falls below",
        ),
        (
            [one(0, 0.4, 7), one(1, 0.3, 9), one(3, 0.3, 9)],
            "The classes are indistinguishable from depth 7 (class 0) to 9 (class 3).",
        ),
        (
            [one(0, 0.8, 7), one(1, 0.2, 7)],
            f"Classes 0 and 1 are indistinguishable from depth 7{PAIR}smaller one, 20.0 %",
        ),
        (
            [one(0, 0.99, None), one(1, 0.004, None)],
            f"Classes 0 and 1 stay distinguishable within 99 layers{PAIR}minority, 0.4 %",
        ),
    ],
)
def test_sentences(classes, start):
    assert class_sentence(classes, 99).startswith(start)


def test_the_precision_is_told():
    assert "float32 resolves every class through all 99 layers" in class_sentence(
        [one(0, 0.5, 7), one(1, 0.5, 7)], 99
    )
    assert "no longer resolves it, first from depth 60" in class_sentence(
        [one(0, 0.5, 7, 60), one(1, 0.5, 7, 60)], 99
    )


@pytest.mark.parametrize("labels", [np.full(34, -1), np.zeros(34, dtype=int)])
def test_one_class_or_none(labels):
    found = class_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), labels)
    assert found.classes == ()
    assert str(found) == NOT_TWO
    assert ClassDepths.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))).sentence == NOT_TWO


def test_notes_on_nodes_left_out_and_classes_of_one_node():
    labels = np.arange(17) % 2
    labels[0], labels[15] = 2, 0
    found = class_depths(symmetric(cases.GRAPHS["isolated nodes"]), cases.features(17), labels, horizon=32)
    assert any("without any edge or loop are left out" in note for note in found.notes)
    assert any("class 2 with one node" in note for note in found.notes)


def test_features_without_contrast_are_lost_from_the_start():
    found = class_depths(random_walk(cases.GRAPHS["karate"], loops=1.0), np.ones((34, 1)), np.arange(34) % 3)
    assert all(one.small.predicted == one.small.measured == 0 for one in found.classes)
    assert all(one.destroyed.predicted is not None for one in found.classes)


def test_an_empty_grid_measures_nothing_and_a_measure_at_hand_is_used():
    data = csbm(nodes=500)
    op = gcn(data.graph)
    found = class_depths(
        op,
        data.features,
        data.labels,
        depths=np.array([], dtype=int),
        horizon=64,
        spectral=spectral_measure(op, data.features, products=20),
        products=20,
    )
    assert found.measured_to is None
    assert all(one.measured is None and one.small.agrees is None for one in found.classes)
    assert found.agree


def test_plain_types_and_back():
    found = class_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), np.arange(34) % 3, horizon=200)
    text = json.dumps(found.to_dict(), allow_nan=False)
    again = ClassDepths.from_dict(json.loads(text))
    assert json.dumps(again.to_dict(), allow_nan=False) == text
    assert again.classes[1].small == found.classes[1].small
    assert "3 classes" in repr(again)


@pytest.mark.parametrize(
    "bad",
    [
        {"collapse": 0.0},
        {"collapse": 1.0},
        {"horizon": -1},
        {"depths": np.array([3, 1])},
        {"depths": np.array([-1])},
    ],
)
def test_bad_arguments(bad):
    with pytest.raises(UsageError):
        class_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), np.arange(34) % 3, **bad)


@pytest.mark.parametrize("name", ["texas", "chameleon_filtered"])
def test_on_real_graphs_both_agree(name, data_folder):
    data = read(data_folder / "npz" / f"{name}.npz")
    x, _, _ = prepare_features(data.features, num_nodes=data.graph.num_nodes)
    dense = x if isinstance(x, np.ndarray) else x.toarray()
    narrow = dense @ np.random.default_rng(0).normal(size=(dense.shape[1], 24))
    found = class_depths(gcn(data.graph), narrow, data.labels)
    assert found.agree, found
    assert all(one.small.predicted is not None for one in found.classes)


def test_odd_depths_are_looked_at_too():
    """A part with μ near −1 is above the threshold at odd depths only: even ones alone would end too early."""
    depths = np.arange(257)
    values = np.where(depths % 2 == 1, 0.9**depths, 0.4**depths)
    every = Curve.points("c", depths, values, "exact")
    seen = Curve.points("c", BOTH_PARITIES, values[BOTH_PARITIES])
    found = onset(1e-2, every, seen, grid=agreement_grid(seen.depths))
    assert found.agrees
    assert found.predicted == 44
    assert found.measured == 48
    assert onset(1e-2, every, Curve.points("c", GRID, values[GRID])).agrees is False


def two_components(features):
    """Two complete graphs, a class each."""
    graph = ss.family("2*complete:6").graph
    return ss.class_depths(ss.gcn(graph), features, np.repeat([0, 1], 6), horizon=64)


def test_classes_that_only_differ_by_component_are_not_called_lost():
    found = two_components(np.repeat([[1.0], [3.0]], 6, axis=0))
    assert "smoothing takes nothing from them" in found.sentence
    assert "differ by" in found.sentence
    assert "indistinguishable" not in found.sentence


def test_what_is_left_of_a_part_that_cancels_is_no_plateau():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 3))
    found = two_components(
        x - x.mean(axis=0) - np.repeat(x.reshape(2, 6, 3).mean(axis=1) - x.mean(axis=0), 6, axis=0)
    )
    assert all(c.plateau == 0.0 for c in found.classes)
    assert "never decays" not in found.sentence


def test_of_many_minority_classes_three_are_named_and_the_others_counted():
    graph = ss.family("grid:20x20").graph
    labels = np.concatenate([np.zeros(300, int), np.arange(1, 11).repeat(10)])
    found = ss.class_depths(ss.gcn(graph), np.eye(400)[:, :40], labels, horizon=64)
    assert "7 more minority classes" in found.sentence
    assert len(found.sentence) < 600
