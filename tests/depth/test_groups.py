"""group_depths(): the divisions, their onsets, and the sentence."""

import json

import cases
import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.depth import groups
from spectral_smooth.depth.divisions import component_division, degree_division, region_division
from spectral_smooth.depth.groups import GroupDepths, group_depths
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import csbm
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.spectra.eigen import eigenpairs


@pytest.mark.parametrize("name", list(cases.GRAPHS))
def test_degree_bands_hold_the_nodes_that_their_names_say(name):
    graph = cases.GRAPHS[name]
    found = degree_division(gcn(graph))
    joined = graph.adjacency().toarray() != 0
    np.fill_diagonal(joined, False)
    degrees = joined.sum(axis=1)
    for g, text in enumerate(found.names):
        low, _, high = text.split(" ")[0].replace("no", "0").replace(",", "").partition("–")
        seen = degrees[found.groups == g]
        assert len(seen)
        assert np.all((seen >= int(low)) & (seen <= int(high or low)))
    assert np.all(found.groups >= 0)


def test_silent_nodes_are_in_no_band_and_no_component():
    op = symmetric(cases.GRAPHS["isolated nodes"])
    silent = op.degrees == 0
    assert silent.any()
    for division in (degree_division(op), component_division(op)):
        assert np.array_equal(division.groups < 0, silent)


def test_more_components_than_are_kept_are_pooled():
    op = gcn(family("40*path:2").graph)
    found = component_division(op)
    assert len(found.names) == 33
    assert found.names[-1] == "the other 8 components"
    assert found.sizes.tolist() == [2] * 32 + [16]


def test_regions_are_the_cliques_of_a_chain():
    graph = as_graph(nx.barbell_graph(6, 0))
    op = gcn(graph)
    found = region_division(op, eigenpairs(op, 1, "slowest"))
    assert len(set(found.groups[:6])) == len(set(found.groups[6:])) == 1
    assert found.groups[0] != found.groups[-1]
    assert "1 slowest modes" in found.note


def test_at_most_eight_regions_by_size_and_only_in_the_largest_component():
    op = gcn(as_graph(nx.disjoint_union(nx.random_regular_graph(3, 60, seed=1), nx.path_graph(5))))
    found = region_division(op, eigenpairs(op, 12, "slowest"))
    assert 2 <= len(found.names) <= 8
    assert list(found.sizes) == sorted(found.sizes, reverse=True)
    assert np.all(found.groups[60:] == -1)
    assert np.all(found.groups[:60] >= 0)


def test_regions_of_a_multiple_eigenvalue_are_called_a_choice():
    op = gcn(family("cycle:24").graph)
    assert "one choice among many" in region_division(op, eigenpairs(op, 4)).note


def test_no_positive_mode_no_regions():
    op = random_walk(family("complete:6").graph)
    assert region_division(op, eigenpairs(op, 3, "slowest")).names == ()
    lonely = symmetric(cases.GRAPHS["no edges"])
    assert region_division(lonely, eigenpairs(lonely, 1)).names == ()


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=("karate", "disjoint union", "component and isolated edges", "isolated nodes", "bipartite"),
        operators=("gcn", "random walk", "walk with per-node loops"),
    ),
)
def test_prediction_and_measurement_agree(op):
    found = group_depths(op, cases.features(op.graph.num_nodes), horizon=200)
    assert found.agree, found
    for kind, numbers in found.members.items():
        sizes = np.bincount(numbers[numbers >= 0])
        assert [g.size for g in found.of_kind(kind)] == sizes.tolist()


def test_the_slowest_pairs_of_a_larger_graph_agree_within_a_step():
    data = csbm(nodes=900)
    found = group_depths(gcn(data.graph), data.features, horizon=256)
    assert {g.kind for g in found.groups} >= {"degree", "region"}
    for one in found.groups:
        lost = one.lost
        assert lost.agrees or "between the sides" in lost.reason
        if lost.measured is not None and lost.at_most is not None:
            assert lost.at_least < lost.measured
            assert one.middle.source == "estimate"


def test_components_are_those_of_the_collapse_curves():
    op = gcn(cases.GRAPHS["disjoint union"])
    x = cases.features(op.graph.num_nodes)
    found = group_depths(op, x, kinds=("component",), horizon=128)
    curves = propagate(op, x, 128, measures=["collapse"])
    for g, one in enumerate(found.of_kind("component")):
        seen = curves.curve("collapse", g).value
        lost = np.flatnonzero(seen >= 1e-2)
        expected = int(lost[-1]) + 1 if len(lost) else 0
        assert one.lost.predicted == (expected if expected <= 128 else None)


def test_a_component_with_nothing_to_smooth_is_lost_from_the_start():
    op = random_walk(cases.GRAPHS["disjoint union"], loops=1.0)
    x = cases.features(op.graph.num_nodes)
    x[op.graph.components.labels == 0] = 3.0
    first = group_depths(op, x, kinds=("component",), horizon=64).groups[0]
    assert first.lost.predicted == first.lost.measured == 0


def test_the_sentence_names_first_and_last():
    op = gcn(family("complete:8+path:20").graph)
    found = group_depths(op, cases.features(28), horizon=1024)
    assert "By component: component 1 (8 nodes) from depth 1 first, component 0 (20 nodes) from depth" in str(
        found
    )
    short = group_depths(op, cases.features(28), horizon=12)
    assert "not within 12 layers" in str(short)


def test_one_node_and_no_edges_have_no_groups():
    for op in (gcn(cases.GRAPHS["one node"]), symmetric(cases.GRAPHS["no edges"])):
        found = group_depths(op, cases.features(op.graph.num_nodes), horizon=16)
        assert found.groups == ()
        assert str(found) == "There are no groups of nodes to tell apart."


def test_an_empty_grid_measures_nothing():
    found = group_depths(
        gcn(cases.GRAPHS["karate"]), cases.features(34), depths=np.array([], dtype=int), horizon=64
    )
    assert found.measured_to is None
    assert all(g.measured is None and g.lost.agrees is None for g in found.groups)


def test_plain_types_and_back(monkeypatch):
    found = group_depths(gcn(cases.GRAPHS["disjoint union"]), cases.features(17), horizon=64)
    text = json.dumps(found.to_dict(), allow_nan=False)
    again = GroupDepths.from_dict(json.loads(text))
    assert json.dumps(again.to_dict(), allow_nan=False) == text
    assert np.array_equal(again.members["degree"], found.members["degree"])
    monkeypatch.setattr(groups, "DRAWN", 10)
    assert found.to_dict()["members"] == {}


@pytest.mark.parametrize("bad", [{"collapse": 1.0}, {"horizon": -1}, {"kinds": ("colour",)}])
def test_bad_arguments(bad):
    with pytest.raises(UsageError):
        group_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), **bad)


def test_groups_with_nothing_off_the_fixed_space_are_not_the_first_to_go():
    graph = ss.family("grid:4x4+3*path:1").graph
    found = ss.group_depths(ss.gcn(graph), np.random.default_rng(0).normal(size=(19, 2)), horizon=64)
    assert "3 nodes with nothing off the fixed space keep what they have" in found.sentence
    alone = ss.group_depths(ss.gcn(ss.family("5*path:1").graph), np.eye(5), horizon=8)
    assert "no group has anything off the fixed space" in alone.sentence
