"""Communities by the largest gap: planted ones are found, graphs that have none say so."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix
from naive import dense_adjacency

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import model
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.structure.communities import Communities, communities
from spectral_smooth.spectra.structure.sweep import sweep_cut


@pytest.mark.parametrize("count", [2, 3, 7, 12])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_ring_of_cliques(count, loops):
    spec = f"ring_of_cliques:{count}x12" if count > 2 else "barbell:12"
    found = communities(symmetric(family(spec).graph, loops), rng=0)
    assert found.count == count
    assert found.clear
    assert not found.at_edge


def test_planted_partition():
    graph = model("planted_partition:classes=5,size=60,inside=0.3", seed=1).graph
    found = communities(gcn(graph), rng=0)
    assert (found.count, found.clear) == (5, True)


def test_sparse_groups_are_a_candidate_and_one_group_is_not_called_clear():
    """Where the first gap is the largest but λ_2 is small, the number is open."""
    found = communities(gcn(model("planted_partition:classes=5,size=60", seed=0).graph), rng=0)
    assert [k for k, _ in found.candidates[:2]] == [1, 5]
    assert not found.clear


def test_complete_graph_and_one_edge_are_one_community():
    for spec in ("complete:2", "complete:9", "bipartite:4x5", "star:6"):
        for loops in (0.0, 1.0):
            found = communities(symmetric(family(spec).graph, loops))
            assert (found.count, found.clear) == (1, True), (spec, loops, str(found))


@pytest.mark.parametrize("spec", ["path:300", "grid:30x20"])
def test_paths_and_grids_have_no_clear_number(spec):
    found = communities(symmetric(family(spec).graph), rng=0)
    assert not found.clear
    assert "not clear" in str(found)


def test_components_count():
    found = communities(gcn(family("3*complete:6").graph))
    assert found.count == 3
    assert found.worst_of_count.value == 0.0
    assert found.worst_of_count.kind == "proven"
    # four sets: one of them is a part of a clique, whose conductance is at least λ_2/2 there
    assert found.worst_of_next.value == pytest.approx(0.5)


def test_one_component_of_several():
    op = symmetric(family("ring_of_cliques:4x8+path:2").graph)
    assert communities(op, component=0).count == 4
    assert communities(op).count == 5
    with pytest.raises(UsageError, match="leave out component"):
        communities(op, eigenpairs(op, 4), component=0)


def test_nothing_to_choose_from():
    none = communities(symmetric(GRAPHS["no edges"]))
    assert none.count is None
    assert str(none).startswith("no number of communities")
    alone = communities(gcn(GRAPHS["no edges"]))
    assert alone.count == 5
    assert str(alone) == "5 communities: every one is a single node"
    for found in (none, alone):
        assert Communities.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_the_last_gap_is_not_trusted():
    op = gcn(family("ring_of_cliques:6x8").graph)
    assert communities(op, most=6, rng=0).clear  # the next mode is fast: nothing slower is left out
    short = communities(op, most=3, rng=0)
    assert short.at_edge
    assert not short.clear
    assert "ask for more modes" in str(short)


def test_higher_order_bound_holds_for_the_planted_sets():
    op = symmetric(family("ring_of_cliques:6x8").graph)
    found = communities(op, rng=0)
    each = 2 / op.degrees[:8].sum()
    assert found.worst_of_count.value <= each
    two = communities(symmetric(family("barbell:6").graph), rng=0)
    assert two.worst_of_count.value <= sweep_cut(symmetric(family("barbell:6").graph)).conductance


def test_enclosures_prove_it():
    op = symmetric(family("ring_of_cliques:6x8").graph)
    spectrum = eigenpairs(op, 24, rng=0)
    certificate = SimpleNamespace(
        which="top",
        enclosures=[SimpleNamespace(low=v - 1e-9, high=v + 1e-9, kind="proven") for v in spectrum.values],
    )
    found = communities(op, spectrum, certificate=certificate)
    assert found.worst_of_count.kind == found.worst_of_next.kind == "proven"
    assert found.worst_of_next.value == pytest.approx(0.5 * found.slow_modes[6], abs=1e-9)
    # ranks of another end, or values of another operator, prove nothing here
    other = SimpleNamespace(which="bottom", enclosures=certificate.enclosures)
    assert communities(op, spectrum, certificate=other).worst_of_next.kind == "estimate"
    moved = [SimpleNamespace(low=-1.0, high=-0.9, kind="proven")] * 24
    foreign = SimpleNamespace(which="top", enclosures=moved)
    assert communities(op, spectrum, certificate=foreign).worst_of_next.kind == "estimate"


def test_node_numbers_do_not_matter():
    graph = family("ring_of_cliques:5x7").graph
    order = np.random.default_rng(3).permutation(graph.num_nodes)
    moved = graph_from_matrix(dense_adjacency(graph)[np.ix_(order, order)])
    one, two = communities(gcn(graph), rng=0), communities(gcn(moved), rng=0)
    assert one.count == two.count == 5
    np.testing.assert_allclose(one.slow_modes, two.slow_modes, atol=1e-10)


def test_wrong_calls():
    op = gcn(GRAPHS["karate"])
    with pytest.raises(UsageError, match="most must be a whole number"):
        communities(op, most=0)
    with pytest.raises(UsageError, match="pass the top end"):
        communities(op, eigenpairs(op, 3, "bottom"))
