"""What analyze() says with labels: advice, label report, who goes first, headline and verdict."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from cases import GRAPHS

import spectral_smooth as ss
from spectral_smooth.analysis.depth import answer_depth
from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.grid import measured_depths
from spectral_smooth.depth.safe import SafeDepth
from spectral_smooth.depth.verdict import verdict

PLAN = ss.Plan(depth=8, horizon=64)
KARATE = GRAPHS["karate"]


@pytest.fixture(scope="module")
def csbm():
    return ss.load("csbm:nodes=300")


def test_with_training_labels_headline_and_verdict_are_the_advice(csbm):
    found = ss.analyze(csbm, plan=PLAN)
    assert found.headline == found.advice.sentence
    assert found.verdict.facts[0] == found.advice.sentence.rstrip(".")
    assert found.advice.to_dict() == ss.recommend_depth(csbm, rng=0).to_dict()


def test_without_labels_the_safe_depth_is_the_headline():
    found = ss.analyze(KARATE, plan=PLAN)
    assert found.headline == found.safe_depth.sentence
    assert found.labels is None
    assert found.first.classes is None
    assert found.advice.recommended_depth is None
    assert "no label is known" in found.advice.sentence


def test_the_advice_sees_training_labels_only_while_the_label_report_sees_all(csbm):
    train = csbm.masks["train"]
    other = replace(csbm, labels=np.where(train, csbm.labels, 1 - csbm.labels))
    one, two = (ss.analyze(data, plan=PLAN) for data in (csbm, other))
    assert one.advice.to_dict() == two.advice.to_dict()
    assert one.labels.homophily.to_dict() != two.labels.homophily.to_dict()


def test_parts_are_those_of_the_functions(csbm):
    found = ss.analyze(csbm, plan=PLAN)
    operator = ss.gcn(csbm.graph)
    x, _, _ = ss.prepare_features(csbm.features, num_nodes=300, rng=0)
    assert found.labels.homophily.to_dict() == ss.homophily(csbm.graph, csbm.labels).to_dict()
    grid = measured_depths(None, 8)
    alone = ss.class_depths(operator, x, csbm.labels, depths=grid, horizon=64)
    for one, two in zip(found.first.classes.classes, alone.classes, strict=True):
        assert one.small.measured == two.small.measured
        assert one.small.predicted == two.small.predicted
    nodes = ss.node_depths(operator, x, depth=8)
    np.testing.assert_array_equal(found.first.nodes.smooth, nodes.smooth)
    np.testing.assert_array_equal(found.first.nodes.lost, nodes.lost)


@pytest.mark.parametrize("labels", [None, "two", "one", "unknown"])
def test_everything_goes_through_json_and_files_of_version_one_are_read(labels):
    y = {"two": np.arange(34) % 2, "one": np.zeros(34, int), "unknown": np.full(34, -1)}.get(labels)
    found = ss.analyze(KARATE, labels=y, plan=PLAN)
    data = json.loads(found.to_json())
    assert Analysis.from_dict(data).to_json() == found.to_json()
    old = {k: v for k, v in data.items() if k not in ("advice", "labels", "first")}
    read = Analysis.from_dict({**old, "schema_version": 1})
    assert read.advice is read.labels is read.first is None
    assert read.headline == read.safe_depth.sentence
    with pytest.raises(ss.errors.InputError, match="'advice' is missing"):
        Analysis.from_dict(old)


def test_a_large_graph_is_not_drawn(monkeypatch):
    monkeypatch.setattr("spectral_smooth.analysis.first.DRAWN", 10)
    found = ss.analyze(KARATE, plan=PLAN)
    assert found.first.drawing is None
    assert found.first.density["values"] is None


def test_of_very_many_edges_some_are_drawn_and_the_number_is_told(monkeypatch):
    monkeypatch.setattr("spectral_smooth.analysis.first.EDGES_DRAWN", 20)
    drawing = ss.analyze(KARATE, plan=PLAN).first.drawing
    assert len(drawing["edges"][0]) <= 20
    assert drawing["edges_in_all"] == 78


def test_depth_alone_answers_what_the_analysis_answers(csbm):
    answer, found = answer_depth(csbm, PLAN), ss.analyze(csbm, plan=PLAN)
    assert answer.advice.to_dict() == found.advice.to_dict()
    for one, two in zip(answer.safe_depth.limits, found.safe_depth.limits, strict=True):
        assert replace(one, measured=None) == replace(two, measured=None)
    assert str(answer) == f"{answer.advice} {answer.safe_depth}"


def advised(window, *, weak=False):
    return DepthAdvice(window[0], window, None, None, None, (), 0.5, weak, "basis", "Take it.")


@pytest.mark.parametrize(
    ("window", "level"), [((0, 0), "high"), ((1, 1), "high"), ((2, 6), "moderate"), ((2, 16), "low")]
)
def test_the_level_follows_the_window(window, level):
    safe = SafeDepth(4, 5, 64, (), "exact", "Safe.")
    limit = ss.analyze(KARATE, plan=PLAN).safe_depth.limits[0]
    safe = replace(safe, limits=(limit,))
    assert verdict(safe, rate=0.9, density=0.1).level == "high"
    found = verdict(safe, rate=0.9, density=0.1, advice=advised(window))
    assert found.level == level
    assert found.facts[0] == "Take it"
    assert verdict(safe, rate=0.9, density=0.1, advice=advised(window, weak=True)).level == "high"
