"""analyze(): what a plan may ask, what is told on the way, and that sketched features keep the curves."""

import json

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.errors import InputError, UsageError

GRAPH = ss.family("grid:6x7").graph
WIDE = np.random.default_rng(5).normal(size=(GRAPH.num_nodes, 400))
SHORT = {"depth": 6, "horizon": 32}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"depth": 0}, "depth must be at least 1"),
        ({"depth": 9, "horizon": 8}, r"the horizon \(8\) must be at least the depth \(9\)"),
        ({"products": 0}, "at least one product"),
        ({"sketch": "all"}, "sketch must be a number of columns"),
        ({"features": "squared"}, "squared"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(settings, words):
    with pytest.raises(UsageError, match=words):
        ss.analyze(GRAPH, plan=ss.Plan(**settings))


def test_progress_names_the_stages_in_order_and_never_goes_back():
    told = []
    ss.analyze(GRAPH, plan=ss.Plan(**SHORT), progress=lambda stage, share: told.append((stage, share)))
    assert list(dict.fromkeys(stage for stage, _ in told)) == [
        "audit",
        "spectrum",
        "prediction",
        "propagation",
        "labels",
        "advice",
        "who goes first",
    ]
    for stage in dict(told):
        shares = [share for name, share in told if name == stage]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert all(0.0 <= share <= 1.0 for share in shares)


def test_a_sketch_is_told_and_keeps_squared_quantities_within_its_error():
    exact = ss.analyze(GRAPH, WIDE, plan=ss.Plan(**SHORT, features="raw", sketch=None))
    sketched = ss.analyze(GRAPH, WIDE, plan=ss.Plan(**SHORT, features="raw", sketch=200))
    assert any("400 features sketched to 200" in note.text for note in sketched.audit)
    assert not any("sketched" in note.text for note in exact.audit)
    # five times the standard error of 10 % that the note states
    for name in ("energy", "deviation", "norm"):
        power = 1.0 if name == "energy" else 2.0
        ratio = (sketched.measured.curve(name).value / exact.measured.curve(name).value) ** power
        assert np.all(np.abs(ratio - 1.0) < 0.5)
    assert all(one.contained for one in sketched.comparisons)


def test_an_analysis_survives_json():
    first = ss.analyze(ss.load("karate"), plan=ss.Plan(**SHORT))
    text = first.to_json()
    assert ss.Analysis.from_dict(json.loads(text)).to_json() == text


@pytest.mark.parametrize("damage", ["name", "curves", "version", "list"])
def test_a_damaged_analysis_is_refused(damage):
    data = json.loads(ss.analyze(GRAPH, plan=ss.Plan(**SHORT)).to_json())
    if damage == "name":
        del data["name"]
    elif damage == "curves":
        data["predicted"]["curves"] = [{"name": "energy"}]
    elif damage == "version":
        data["schema_version"] = 0
    with pytest.raises(InputError, match="damaged" if damage in ("name", "curves") else "schema version"):
        ss.Analysis.from_dict([] if damage == "list" else data)


def test_the_degree_histogram_counts_every_node_beyond_its_single_bins_too():
    hub = ss.family("star:500").graph
    histogram = ss.analyze(hub, plan=ss.Plan(**SHORT)).graph["degree_histogram"]
    assert sum(histogram["count"]) == hub.num_nodes
    assert histogram["count"][1] == hub.num_nodes - 1
    assert histogram["degree"][-1] <= hub.num_nodes - 1
