"""recommend_depth(): what it may look at, what it finds where the answer is known, and degenerate input."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from cases import GRAPHS, OPERATORS, RULES
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.table import CAUTION, Table, binomial

PER_CLASS = 20


def planted(kind, seed=0, side=30):
    """A grid of ``side`` squared nodes with labels that are best told at a known kind of depth."""
    rng = np.random.default_rng(seed)
    graph = ss.family(f"grid:{side}x{side}").graph
    n = graph.num_nodes
    row, column = np.divmod(np.arange(n), side)
    if kind == "own":  # the label is in each node's own features and has nothing to do with its neighbours
        labels = rng.integers(2, size=n)
        features = np.eye(2)[labels] + 0.3 * rng.normal(size=(n, 2))
    elif kind == "smooth":  # large regions, features drowned in noise: only smoothing tells
        labels = (2 * row // side) + 2 * (2 * column // side)
        features = np.eye(4)[labels] + 1.5 * rng.normal(size=(n, 4))
    else:  # no relation at all
        labels = rng.integers(2, size=n)
        features = rng.normal(size=(n, 4))
    train = np.zeros(n, dtype=bool)
    for label in np.unique(labels):
        train[rng.permutation(np.flatnonzero(labels == label))[:PER_CLASS]] = True
    return ss.Dataset(graph, features=features, labels=labels, masks={"train": train})


@pytest.mark.parametrize("seed", range(3))
def test_labels_in_the_nodes_own_features_are_not_to_be_smoothed(seed):
    advice = ss.recommend_depth(planted("own", seed))
    assert advice.recommended_depth == 0
    assert advice.window == (0, 0)
    assert advice.sentence.startswith("Do not smooth (depth 0)")
    assert not advice.weak


@pytest.mark.parametrize("seed", range(3))
def test_regions_under_noise_want_depth(seed):
    advice = ss.recommend_depth(planted("smooth", seed))
    assert advice.recommended_depth >= 4
    assert advice.curve.at(advice.recommended_depth)[0] > advice.curve.at(0)[1] - 0.1
    assert advice.signal_gone_at is None or advice.signal_gone_at > advice.recommended_depth


@pytest.mark.parametrize(("classes", "per_class"), [(2, 20), (5, 20), (2, 2)])
def test_labels_without_any_relation_are_answered_with_a_weak_signal_and_no_great_depth(classes, per_class):
    data, weak, deep = planted("nothing", side=20), [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        labels = rng.integers(classes, size=400)
        train = np.zeros(400, dtype=bool)
        for label in range(classes):
            train[rng.permutation(np.flatnonzero(labels == label))[:per_class]] = True
        advice = ss.recommend_depth(replace(data, labels=labels, masks={"train": train}))
        weak.append(advice.weak)
        deep.append(advice.recommended_depth > 8)
    assert np.mean(weak) >= 0.85
    assert np.mean(deep) <= 0.2


def test_half_of_the_labels_replaced_at_random_do_not_lead_to_great_depths():
    data = planted("smooth", 0)
    depths = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        noisy = np.where(rng.random(900) < 0.5, rng.integers(4, size=900), data.labels)
        depths.append(ss.recommend_depth(replace(data, labels=noisy)).recommended_depth)
    assert max(depths) <= 64


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_labels_outside_of_the_training_mask_are_never_looked_at(seed):
    data = planted("smooth", 1, side=12)
    rng = np.random.default_rng(seed)
    other = rng.integers(-1, 9, size=len(data.labels))
    changed = replace(data, labels=np.where(data.masks["train"], data.labels, other))
    assert ss.recommend_depth(changed).to_dict() == ss.recommend_depth(data).to_dict()


@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_names_of_the_classes_and_the_scale_of_features_change_nothing_else(seed):
    data = planted("smooth", 2, side=12)
    rng = np.random.default_rng(seed)
    scaled = replace(data, features=data.features * 10.0 ** rng.integers(-40, 40))
    one, other = (ss.recommend_depth(d, features="raw") for d in (data, scaled))
    assert one.recommended_depth == other.recommended_depth
    np.testing.assert_allclose(one.score.value, other.score.value, atol=1e-6)
    moved = replace(data, labels=data.labels + 5)
    assert [c.label for c in ss.recommend_depth(moved).classes] == [5, 6, 7, 8]


def table(rows, codes):
    votes = np.zeros((len(rows), len(codes), codes.max() + 1))
    votes[:, np.arange(len(codes)), codes] = np.clip(rows, 0.0, 1.0)
    weights = 1.0 / (codes.max() + 1) / np.bincount(codes)[codes]
    return Table(np.array([0, 1, 2, 4, 32, 128])[: len(rows)], votes, rows, weights, codes)


def test_a_deep_depth_must_be_better_by_more_than_its_noise():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], 20)
    base = rng.uniform(0.4, 0.6, size=40)
    noise = 0.2 * rng.normal(size=40)
    noise -= noise.mean()

    def chosen(lead):
        scores = np.tile(base, (6, 1))
        scores[2] += 0.01
        scores[5] = base + lead + noise
        return table(scores, codes).depths[table(scores, codes).best()]

    error = table(noise[None], codes).paired_error(noise[None])[0]
    assert chosen(0.01 + 0.8 * CAUTION * error) == 2
    assert chosen(0.01 + 1.2 * CAUTION * error) == 128


def test_the_standard_error_of_a_balanced_mean_is_that_of_repeated_samples():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [10, 40])
    rows = rng.normal(size=(4000, 50)) * np.where(codes == 0, 2.0, 0.5)
    one = Table(np.arange(4000), np.zeros((1, 50, 2)), rows, 0.5 / np.bincount(codes)[codes], codes)
    spread = (rows @ one.weights).std()
    assert spread == pytest.approx(np.sqrt(np.mean(one.paired_error(rows) ** 2)), rel=0.05)


def test_the_error_of_a_share_is_never_zero_and_tends_to_the_binomial_one():
    assert binomial(np.array([1.0]), np.array([4]))[0] > 0.02
    assert binomial(np.array([0.3]), np.array([10**6]))[0] == pytest.approx(0.21 / 10**6, rel=1e-4)


def test_recall_and_false_alarms_are_those_of_a_table_of_votes():
    codes = np.array([0, 0, 1, 1, 1, 2])
    told = np.array([0, 1, 1, 1, 2, 2])
    votes = np.eye(3)[told][None]
    one = Table(np.array([0]), votes, votes[:, np.arange(6), codes], np.ones(6) / 6, codes)
    np.testing.assert_allclose(one.recalls()[0], [1 / 2, 2 / 3, 1.0])
    np.testing.assert_allclose(one.false_alarms()[0], [0.0, (1 / 2 + 0) / 2, (0 + 1 / 3) / 2])
    assert one.accuracy()[0] == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)


def test_a_class_that_is_always_guessed_is_gone():
    """A complete graph with loops is constant from depth 1 on: whatever is guessed there is no signal."""
    graph = ss.family("complete:60").graph
    labels = np.where(np.arange(60) < 12, 0, 1)
    rng = np.random.default_rng(0)
    features = np.eye(2)[labels] + 0.1 * rng.normal(size=(60, 2))
    advice = ss.recommend_depth(ss.Dataset(graph, features=features, labels=labels))
    assert advice.recommended_depth == 0
    assert advice.signal_gone_at == 1
    assert [c.gone_at for c in advice.classes] == [1, 1]


def test_nodes_that_receive_nothing_are_left_out_and_counted():
    graph = GRAPHS["isolated nodes"]
    labels = np.arange(graph.num_nodes) % 2
    data = ss.Dataset(graph, labels=labels, features=np.eye(2)[labels])
    walk = ss.recommend_depth(data, operator=ss.random_walk(graph))
    assert "3 of them without any edge or loop" in walk.basis
    assert walk.curve.value[0] > 0.9
    assert "without any edge" not in ss.recommend_depth(data).basis


def test_a_graph_alone_is_taken_and_says_that_labels_are_missing():
    assert "no label is known" in ss.recommend_depth(GRAPHS["karate"]).basis


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("operator", ["gcn", "random walk", "transposed walk"])
def test_every_rule_and_operator_gives_advice_at_the_same_depth_zero(operator, rule):
    data = planted("smooth", 0, side=10)
    advice = ss.recommend_depth(
        data, operator=OPERATORS[operator](data.graph), rule=RULES[rule], depths=[0, 1, 2, 8]
    )
    assert advice.recommended_depth in (0, 1, 2, 8)
    assert advice.window[0] <= advice.recommended_depth <= advice.window[1]
    plain = ss.recommend_depth(data, depths=[0, 1, 2, 8])
    if rule != "heat" and not rule.startswith("weighted"):  # those read out a fraction of H[0] at depth 0
        assert advice.curve.at(0) == pytest.approx(plain.curve.at(0))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (None, "no label is known"),
        (np.full(34, -1), "no label is known"),
        (np.zeros(34, dtype=int), "one class (0)"),
        (np.where(np.arange(34) == 3, 1, 0), "fewer than two classes"),
    ],
)
def test_without_two_classes_nothing_is_recommended_and_the_safe_depth_is_named(labels, says):
    advice = ss.recommend_depth(ss.Dataset(GRAPHS["karate"], labels=labels))
    assert advice.recommended_depth is None
    assert advice.window is advice.signal_gone_at is advice.curve is advice.chance is None
    assert says in advice.basis
    assert "safe depth" in advice.sentence
    assert DepthAdvice.from_dict(json.loads(json.dumps(advice.to_dict()))).to_dict() == advice.to_dict()


@pytest.mark.parametrize("graph", ["no edges", "isolated nodes", "weighted", "component and isolated edges"])
def test_odd_graphs_get_advice(graph):
    graph = GRAPHS[graph]
    labels = np.arange(graph.num_nodes) % 2
    advice = ss.recommend_depth(ss.Dataset(graph, labels=labels, features=np.eye(2)[labels]))
    assert advice.recommended_depth is not None
    assert np.all(np.isfinite(advice.curve.value))


def test_constant_features_tell_nothing():
    data = replace(planted("own"), features=np.ones((900, 3)))
    advice = ss.recommend_depth(data, features="standard")
    assert advice.weak
    assert advice.signal_gone_at == 0
    assert "no depth is better than guessing" in advice.sentence


def test_a_class_with_two_nodes_is_kept_and_advice_goes_through_json():
    data = planted("smooth", 0, side=12)
    labels = np.where(data.masks["train"], data.labels, -1)
    few = np.flatnonzero(labels == 3)[2:]
    labels[few] = -1
    advice = ss.recommend_depth(replace(data, labels=labels))
    assert [c.training_nodes for c in advice.classes] == [20, 20, 20, 2]
    assert DepthAdvice.from_dict(json.loads(json.dumps(advice.to_dict()))).to_dict() == advice.to_dict()


@pytest.mark.parametrize("depths", [[], [1, 2], [0, 2, 2], [[0, 1]], [0, 1.7], "abc", 3, [0, None]])
def test_depths_that_do_not_increase_from_zero_are_refused(depths):
    with pytest.raises(ss.errors.UsageError, match="increase from 0"):
        ss.recommend_depth(planted("own", side=6), depths=depths)


def test_the_same_seed_gives_the_same_advice_and_progress_is_told():
    data, told = planted("smooth", 0, side=10), []
    one = ss.recommend_depth(data, rng=5, progress=lambda done, total: told.append((done, total)))
    assert one.to_dict() == ss.recommend_depth(data, rng=np.random.default_rng(5)).to_dict()
    assert told[0] == (0, 128)
    assert told[-1] == (128, 128)
