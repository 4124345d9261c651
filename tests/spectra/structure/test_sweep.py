"""The sweep cut against every subset, a naive sweep, and graphs whose bottleneck is planted."""

import json

import naive_cuts
import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix
from connected import assert_alike, connected_operator
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import dense_adjacency

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn, random_walk, symmetric
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.structure.quotients import centred
from spectral_smooth.spectra.structure.sweep import SweepCut, cheeger_bound, sweep_cut
from spectral_smooth.spectra.structure.sweep_profile import sweep_colourings, sweep_cuts, thinned

CONNECTED = [
    name for name, graph in GRAPHS.items() if graph.components.count == 1 and 2 <= graph.num_nodes <= 34
]


@pytest.mark.parametrize("seed", range(60))
def test_between_the_best_cut_and_the_bound(seed):
    op = connected_operator(seed)
    cut = sweep_cut(op, rng=seed)
    best = naive_cuts.best_conductance(op)
    assert best <= cut.conductance * (1 + 1e-12)
    assert cut.conductance <= cut.bound * (1 + 1e-9)
    assert cut.bound <= np.sqrt(2.0) * np.sqrt(1.0 - eigenpairs(op, 1).values[0]) * (1 + 1e-9)
    inside = np.isin(np.arange(op.graph.num_nodes), cut.smaller)
    assert cut.conductance == pytest.approx(naive_cuts.conductance(op, inside), rel=1e-13)
    assert cut.conductance == pytest.approx(cut.profile.min(), rel=1e-10)


@pytest.mark.parametrize("name", CONNECTED)
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_profile_is_that_of_every_prefix(name, loops):
    op = Operator(GRAPHS[name], loops=loops)
    f = np.random.default_rng(1).integers(-3, 4, op.graph.num_nodes).astype(float)
    order, ratios = naive_cuts.sweep_conductances(op, f)
    sweep = sweep_cuts(op, f)
    assert sweep.order.tolist() == order
    np.testing.assert_allclose(sweep.conductances, ratios, rtol=1e-12)
    order, ratios = naive_cuts.sweep_impurities(op, f)
    colourings = sweep_colourings(op, f)
    assert colourings.order.tolist() == order
    np.testing.assert_allclose(colourings.impurities, ratios, rtol=1e-11, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), vector_seed=st.integers(0, 1000))
def test_any_vector_keeps_the_promise(seed, vector_seed):
    op = connected_operator(seed)
    vector = np.random.default_rng(vector_seed).standard_normal(op.graph.num_nodes)
    cut = sweep_cut(op, vector)
    assert naive_cuts.best_conductance(op) * (1 - 1e-12) <= cut.conductance <= cut.bound * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_node_numbers_and_units_of_weight_do_not_matter(seed):
    op = connected_operator(2 * seed + 1)  # weighted: no ties
    n = op.graph.num_nodes
    rng = np.random.default_rng(seed)
    vector = rng.standard_normal(n)
    cut = sweep_cut(op, vector)
    order = rng.permutation(n)
    moved = graph_from_matrix(dense_adjacency(op.graph)[np.ix_(order, order)], weighted=True)
    again = sweep_cut(Operator(moved, loops=op.loop_weights[order]), vector[order])
    assert again.conductance == pytest.approx(cut.conductance, rel=1e-12)
    alone = np.count_nonzero(cut.profile < cut.conductance * (1 + 1e-9)) == 1
    if alone and abs(cut.smaller_volume - cut.larger_volume) > 1e-9:
        assert set(order[again.smaller]) == set(cut.smaller)
    bigger = graph_from_matrix(8.0 * dense_adjacency(op.graph), weighted=True)
    scaled = sweep_cut(Operator(bigger, loops=8.0 * op.loop_weights), vector)
    assert scaled.conductance == cut.conductance
    np.testing.assert_array_equal(scaled.smaller, cut.smaller)
    flipped = sweep_cut(op, -3.0 * vector)
    assert_alike(flipped.to_dict(), cut.to_dict(), 1e-12)


def test_the_split_plays_no_part():
    graph = GRAPHS["karate"]
    assert sweep_cut(gcn(graph), rng=0).to_dict() == sweep_cut(random_walk(graph, loops=1.0), rng=0).to_dict()


@pytest.mark.parametrize("loops", [0.0, 1.0])
@pytest.mark.parametrize(("spec", "edges", "half"), [("barbell:6", 1, 6), ("path:20", 1, 10)])
def test_one_planted_bridge(spec, edges, half, loops):
    cut = sweep_cut(symmetric(family(spec).graph, loops))
    assert (cut.cut_edges, cut.nodes_smaller, cut.nodes_larger) == (edges, half, half)
    assert cut.smaller.tolist() == list(range(half))
    assert cut.edges.tolist() == [[half - 1, half]]
    assert cut.border == (f"node {half - 1}",)


@pytest.mark.parametrize("count", [4, 6, 8])
def test_ring_of_cliques_is_cut_in_halves_between_cliques(count):
    cut = sweep_cut(symmetric(family(f"ring_of_cliques:{count}x5").graph), rng=0)
    assert cut.cut_edges == 2
    assert cut.nodes_smaller == 5 * count // 2


def test_cycle_and_complete_graph():
    assert sweep_cut(symmetric(family("cycle:12").graph)).conductance == pytest.approx(1 / 6)
    # every cut in halves of K_6: 9 edges out of a volume of 15
    assert sweep_cut(symmetric(family("complete:6").graph)).conductance == pytest.approx(0.6)


def test_one_edge_has_one_cut():
    cut = sweep_cut(symmetric(GRAPHS["one edge"]))
    assert (cut.conductance, cut.smaller.tolist(), cut.larger.tolist()) == (1.0, [0], [1])
    assert sweep_cut(gcn(GRAPHS["one edge"])).conductance == 0.5


def test_a_star_is_cut_at_its_leaves():
    cut = sweep_cut(symmetric(family("star:9").graph), rng=0)
    assert cut.conductance == 1.0
    assert cut.bound == 1.0


def test_other_components_are_left_out():
    op = symmetric(family("cycle:7+barbell:3+2*complete:1").graph)
    cut = sweep_cut(op, component=1)
    assert cut.smaller.tolist() == [7, 8, 9]
    assert cut.edges.tolist() == [[9, 10]]
    whole = eigenpairs(op, 8, "top")
    assert_alike(sweep_cut(op, component=1, spectrum=whole).to_dict(), cut.to_dict())


def test_spectra_of_components_are_told_apart():
    op = gcn(family("path:30+barbell:4").graph)
    given = eigenpairs(op, 1, "top")  # of the path; the barbell's is computed
    assert sweep_cut(op, spectrum=given).nodes_smaller == 15
    assert sweep_cut(op, spectrum=given, component=1).nodes_smaller == 4


def test_names_of_the_border():
    cut = sweep_cut(symmetric(family("barbell:3").graph), names=list("abcdef"))
    assert cut.border == ("c",)
    assert "through 1 edge" in str(cut)
    assert str(cut).endswith("it runs at c of the smaller side")


def test_ties_are_taken_in_order_of_the_nodes():
    op = symmetric(family("complete:6").graph)
    cut = sweep_cut(op, np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    # the most balanced of equally good prefixes of 0, 2, 3, 4, 5, 1 (or from the other side)
    assert cut.nodes_smaller == 3
    assert cut.to_dict() == sweep_cut(op, np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])).to_dict()


def test_weights_of_very_different_size():
    a = np.zeros((6, 6))
    for group in (range(3), range(3, 6)):
        for i in group:
            for j in group:
                a[i, j] = 1e9 * (i != j)
    a[2, 3] = a[3, 2] = 1e-9
    cut = sweep_cut(symmetric(graph_from_matrix(a, weighted=True)), np.array([0, 0, 0, 1.0, 1, 1]))
    assert cut.conductance == pytest.approx(1e-9 / 6e9, rel=1e-12)


def test_large_profiles_are_thinned_in_json_and_keep_their_least():
    graph = family("ring_of_cliques:40x40").graph
    cut = sweep_cut(symmetric(graph), np.arange(1600.0))
    data = json.loads(json.dumps(cut.to_dict(most=100)))
    assert len(data["profile"]) < 600
    assert min(data["profile"]) == cut.profile.min()
    assert data["smaller"] is None
    again = SweepCut.from_dict(data)
    assert again.smaller is None
    assert str(again) == str(cut)
    full = SweepCut.from_dict(cut.to_dict())
    np.testing.assert_array_equal(full.smaller, cut.smaller)
    assert thinned(cut.profile, 3, 50)[0] == 0


@pytest.mark.parametrize(
    ("vector", "error", "says"),
    [
        (np.zeros(6), UsageError, "separates nothing"),
        (np.sqrt([1.0, 2, 2, 2, 2, 1]), UsageError, "separates nothing"),
        (np.zeros(5), InputError, "expected a vector of 6 real numbers"),
        (np.array([0, 1, np.nan, 0, 0, 0]), InputError, "not finite"),
        (np.array(list("abcdef")), InputError, "expected a vector"),
    ],
)
def test_vectors_that_do_not_fit(vector, error, says):
    with pytest.raises(error, match=says):
        sweep_cut(symmetric(family("path:6").graph), vector)


def test_names_are_one_a_node():
    with pytest.raises(UsageError, match="there are 3 names for 6 nodes"):
        sweep_cut(symmetric(family("path:6").graph), names=list("abc"))


def test_what_cannot_be_cut():
    with pytest.raises(UsageError, match="no component to look at"):
        sweep_cut(symmetric(GRAPHS["no edges"]))
    with pytest.raises(UsageError, match="one node, which cannot be cut"):
        sweep_cut(gcn(GRAPHS["no edges"]))
    with pytest.raises(UsageError, match="between 0 and 0"):
        sweep_cut(gcn(GRAPHS["karate"]), component=1)


def test_bound_with_loops_is_tighter_and_still_true():
    assert cheeger_bound(0.2, 0.5) < cheeger_bound(0.2, 0.0)
    op = gcn(family("complete:2").graph, loops=1.0)
    cut = sweep_cut(op)
    assert cut.conductance == cut.bound == 0.5


def test_centring_is_orthogonal_to_the_fixed_space():
    op = connected_operator(7, 30)
    f = centred(op, np.random.default_rng(0).standard_normal(30) + 5.0)
    assert abs(op.degrees @ f) < 1e-12 * np.sum(op.degrees)
