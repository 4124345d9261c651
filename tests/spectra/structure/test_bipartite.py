"""The bipartiteness ratio against all pairs of disjoint sets."""

import json

import naive_cuts
import numpy as np
import pytest
from connected import connected_operator, exact_ends

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.structure.bipartite import Bipartiteness, bipartiteness


@pytest.mark.parametrize("seed", range(40))
def test_holds_the_best_pair_of_sets(seed):
    op = connected_operator(seed, n=2 + seed % 7)
    best = naive_cuts.best_impurity(op)
    for certificate in (None, exact_ends(op)):
        found = bipartiteness(op, certificate=certificate, rng=seed)
        assert found.lower.value <= best * (1 + 1e-9) + 1e-15
        assert best <= found.upper.value * (1 + 1e-12) + 1e-15
        assert found.upper.value <= found.promised.value * (1 + 1e-9) + 1e-15
        assert certificate is None or found.lower.kind == "proven"
    y = np.zeros(op.graph.num_nodes)
    y[found.sides.left], y[found.sides.right] = 1, -1
    assert found.sides.ratio == pytest.approx(naive_cuts.impurity(op, y), rel=1e-12, abs=1e-15)
    volume = op.degrees[y != 0].sum()
    assert found.sides.within + found.sides.leaving == pytest.approx(found.sides.ratio * volume, abs=1e-12)


@pytest.mark.parametrize("spec", ["star:7", "bipartite:3x4", "hypercube:3", "path:9", "cycle:8"])
def test_bipartite_in_closed_form(spec):
    found = bipartiteness(symmetric(family(spec).graph))
    assert found.distance == 0.0
    assert (found.lower.value, found.upper.value, found.lower.kind) == (0.0, 0.0, "proven")
    assert found.sides.nodes_left + found.sides.nodes_right == family(spec).graph.num_nodes
    assert str(found).startswith("bipartite without loops, with sides of")


@pytest.mark.parametrize("n", [3, 5, 11, 31])
def test_odd_cycles_have_one_edge_too_many(n):
    found = bipartiteness(symmetric(family(f"cycle:{n}").graph))
    assert found.distance == pytest.approx(1 - np.cos(np.pi / n), rel=1e-9)
    assert found.upper.value == pytest.approx(1 / n)


def test_loops_on_a_regular_bipartite_graph_attain_gershgorin():
    found = bipartiteness(gcn(family("hypercube:3").graph))
    assert found.distance == pytest.approx(0.5)
    assert found.lower.kind == "proven"
    assert found.lower.value == pytest.approx(0.25)
    assert found.upper.value == pytest.approx(0.25)


def test_one_node_with_a_loop():
    found = bipartiteness(gcn(family("path:1").graph))
    assert (found.distance, found.lower.value, found.upper.value) == (2.0, 1.0, 1.0)


def test_a_component_alone():
    op = symmetric(family("cycle:9+cycle:8").graph)
    found = bipartiteness(op, component=1)
    assert found.sides.left.tolist() == [9, 11, 13, 15]
    with pytest.raises(UsageError):
        bipartiteness(op, component=2)


def test_json():
    found = bipartiteness(gcn(family("cycle:9").graph))
    data = json.loads(json.dumps(found.to_dict()))
    assert Bipartiteness.from_dict(data).to_dict() == found.to_dict()
    short = found.to_dict(most=2)
    assert short["sides"]["left"] is None
    assert str(Bipartiteness.from_dict(short)) == str(found)
