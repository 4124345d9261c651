"""spectral_facts: the parts agree with the single functions, on every kind of graph."""

import json

import numpy as np
import pytest
from cases import FEW_GRAPHS, GRAPHS, OPERATORS, graph_from_matrix, operator_params
from connected import assert_alike, connected_operator, exact_ends
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import dense_adjacency

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.eigen import both_ends, eigenpairs
from spectral_smooth.spectra.structure.bipartite import bipartiteness
from spectral_smooth.spectra.structure.cheeger import cheeger_interval
from spectral_smooth.spectra.structure.communities import communities
from spectral_smooth.spectra.structure.facts import SpectralFacts, spectral_facts
from spectral_smooth.spectra.structure.mixing import mixing_time
from spectral_smooth.spectra.structure.part import part_of


@pytest.mark.parametrize("op", operator_params(FEW_GRAPHS, ("gcn", "symmetric", "walk with per-node loops")))
def test_every_kind_of_graph(op):
    facts = spectral_facts(op, rng=0)
    dimension = op.fixed_space.dimension
    assert facts.fixed_dimension == dimension
    assert len(facts.components) == min(3, dimension)
    pooled = 0 if facts.pooled is None else facts.pooled.nodes
    assert sum(one.nodes for one in facts.components) + pooled + facts.silent == op.graph.num_nodes
    for one in facts.components:
        alone = cheeger_interval(op, component=one.component, rng=0)
        assert_alike(one.cheeger.lower.to_dict(), alone.lower.to_dict())
        # a multiple λ_2 leaves the vector, and so the cut, to the solver
        assert max(one.cheeger.upper.value or 0, alone.upper.value or 0) <= (alone.promised.value or 0) + 1e-9
    assert SpectralFacts.from_dict(json.loads(json.dumps(facts.to_dict()))).to_dict() == facts.to_dict()
    assert str(facts)


def test_all_the_same_as_one_by_one():
    op = gcn(GRAPHS["karate"])
    facts = spectral_facts(op, rng=0).components[0]
    assert_alike(facts.mixing.to_dict(), mixing_time(op, rng=0).to_dict())
    assert_alike(facts.lazy_mixing.to_dict(), mixing_time(op, laziness=0.5, rng=0).to_dict())
    assert_alike(facts.bipartiteness.to_dict(), bipartiteness(op, rng=0).to_dict())
    assert facts.communities.count == 4


def test_a_certificate_makes_it_proven():
    op = gcn(GRAPHS["karate"])
    one = spectral_facts(op, certificate=exact_ends(op)).components[0]
    sides = (one.cheeger.lower, one.mixing.upper, one.lazy_mixing.upper, one.bipartiteness.lower)
    assert [side.kind for side in sides] == ["proven"] * 4


def test_certificates_of_both_ends_together():
    op = gcn(GRAPHS["karate"])
    top, bottom, slowest = both_ends(op, 24)
    certificates = [certify(op, one, rng=0) for one in (top, bottom)]
    one = spectral_facts(op, [top, bottom], certificate=certificates).components[0]
    sides = (one.cheeger.lower, one.mixing.upper, one.bipartiteness.lower, one.communities.worst_of_next)
    assert [side.kind for side in sides] == ["proven"] * 4
    assert one.cheeger.lower.value == pytest.approx(0.5 * one.cheeger.gap, rel=1e-9)
    # a certificate of one end alone proves nothing about the other
    alone = spectral_facts(op, certificate=certificates[1]).components[0]
    assert alone.cheeger.lower.kind == alone.communities.worst_of_next.kind == "estimate"
    assert alone.bipartiteness.lower.kind == "proven"
    slow = spectral_facts(op, certificate=certify(op, slowest, rng=0)).components[0]
    assert slow.cheeger.lower.kind == "proven"
    assert slow.communities.worst_of_next.kind == "estimate"


def test_given_ends_are_used(monkeypatch):
    op = gcn(GRAPHS["karate"])
    top, bottom, _ = both_ends(op, 24)
    from spectral_smooth.spectra.structure import ends, facts

    def refuse(*_, **__):
        pytest.fail("nothing has to be computed here")

    for module in (ends, facts):
        monkeypatch.setattr(module, "eigenpairs", refuse)
    monkeypatch.setattr(ends, "both_ends", refuse)
    found = spectral_facts(op, [top, bottom])
    assert found.components[0].cheeger.cut.nodes_smaller == 16


def test_pooled_components():
    op = gcn(family("cycle:9+complete:5+path:3+4*path:2+6*complete:1").graph)
    facts = spectral_facts(op, components=2)
    assert (facts.pooled.count, facts.pooled.nodes, facts.pooled.largest) == (11, 17, 3)
    assert (facts.pooled.one_node, facts.pooled.alternating) == (6, 0)
    bare = spectral_facts(symmetric(op.graph), components=2)
    assert (bare.pooled.count, bare.pooled.one_node, bare.pooled.alternating) == (5, 0, 5)
    assert bare.silent == 6
    assert "5 more components of 3 nodes or fewer hold 11 nodes" in str(bare)


def test_nothing_at_all():
    facts = spectral_facts(symmetric(GRAPHS["no edges"]))
    assert facts.components == ()
    assert facts.communities.count is None
    assert "nothing to cut" in str(facts)
    assert SpectralFacts.from_dict(facts.to_dict()).to_dict() == facts.to_dict()


def test_long_lists_are_left_out_of_json():
    facts = spectral_facts(OPERATORS["gcn"](family("path:60").graph))
    short = facts.to_dict(most=10)["components"][0]["cheeger"]["cut"]
    assert short["smaller"] is None
    assert short["nodes_smaller"] == 30


def test_components_are_checked():
    with pytest.raises(UsageError, match="components must be at least 1"):
        spectral_facts(gcn(GRAPHS["karate"]), components=0)


def certain(one):
    """What does not depend on the choice of a vector or on the numbering."""
    return {
        "nodes": one.nodes,
        "volume": one.volume,
        "cheeger": one.cheeger.lower.to_dict(),
        "mixing": {**one.mixing.to_dict(), "component": 0},
        "lazy": {**one.lazy_mixing.to_dict(), "component": 0},
        "bipartite": one.bipartiteness.lower.to_dict(),
        "loops": one.loops.to_dict()["rows"],
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_numbering_units_and_other_components_do_not_matter(seed):
    op = connected_operator(seed)
    n = op.graph.num_nodes
    wanted = certain(spectral_facts(op, rng=0).components[0])
    order = np.random.default_rng(seed).permutation(n)
    a = dense_adjacency(op.graph)[np.ix_(order, order)]
    beside = np.zeros((n + 2, n + 2))
    beside[2:, 2:] = a
    beside[0, 1] = beside[1, 0] = 1.0
    loops = op.loop_weights[order]
    both = Operator(graph_from_matrix(beside, weighted=True), loops=np.concatenate([[0.0, 0.0], loops]))
    which = int(both.fixed_space.labels[2])
    assert_alike(certain(spectral_facts(both, rng=1).components[which]), wanted, 1e-7)
    scaled = Operator(graph_from_matrix(3.0 * a, weighted=True), loops=3.0 * loops)
    found = certain(spectral_facts(scaled, rng=2).components[0])
    assert found["volume"] == pytest.approx(3.0 * wanted["volume"])
    for name in ("cheeger", "mixing", "lazy", "bipartite"):
        assert_alike(found[name], wanted[name], 1e-7)


def test_one_giant_component_is_not_solved_twice(monkeypatch):
    """Where all that the whole graph lists is the giant's, that is the giant's own top end."""
    lone = family("grid:9x7").graph
    many = family("grid:9x7+5*path:2+3*path:1").graph
    counts = []

    def counted(operator, *args, **more):
        counts.append(operator.graph.num_nodes)
        return eigenpairs(operator, *args, **more)

    monkeypatch.setattr("spectral_smooth.spectra.structure.facts.eigenpairs", counted)
    found = spectral_facts(gcn(many), components=1, modes=6, rng=0)
    assert counts == [many.num_nodes]
    alone = spectral_facts(gcn(lone), components=1, modes=6, rng=0)
    one, other = found.components[0], alone.components[0]
    assert one.cheeger.gap == pytest.approx(other.cheeger.gap, rel=1e-9)
    assert one.communities.slow_modes == pytest.approx(other.communities.slow_modes, abs=1e-12)
    assert one.communities.complete == other.communities.complete


@pytest.mark.parametrize("spec", ["grid:5x4+cycle:30", "complete:5+complete:4", "path:3+path:1"])
def test_components_that_share_the_slow_modes_are_solved_each(spec):
    """A component's communities are those of the component alone."""
    op = gcn(family(spec).graph)
    found = spectral_facts(op, components=2, modes=6, rng=0)
    for number, one in enumerate(found.components):
        alone = communities(part_of(op, number).operator, most=6, rng=0)
        assert one.communities.slow_modes == pytest.approx(alone.slow_modes, abs=1e-9)
        assert one.communities.complete == alone.complete


def test_rough_modes_of_a_large_graph_leave_both_ends_exact(monkeypatch):
    """Above the limit the modes have a tolerance of their own; ends, cuts and times do not change."""
    op = gcn(family("grid:40x31+path:2").graph)
    fine = spectral_facts(op, components=1, modes=8, rng=0)
    monkeypatch.setattr("spectral_smooth.spectra.structure.facts.LARGE", 100)
    rough = spectral_facts(op, components=1, modes=8, rng=0)
    one, other = rough.components[0], fine.components[0]
    assert one.cheeger.gap == pytest.approx(other.cheeger.gap, rel=1e-9)
    assert one.bipartiteness.distance == pytest.approx(other.bipartiteness.distance, rel=1e-9)
    assert one.communities.slow_modes == pytest.approx(other.communities.slow_modes, abs=1e-3)
    assert one.communities.count == other.communities.count
