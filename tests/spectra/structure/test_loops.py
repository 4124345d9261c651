"""Loops and both ends: regular graphs exactly, others within their bounds."""

import json

import numpy as np
import pytest
from cases import GRAPHS
from connected import connected_operator, exact_ends
from naive import dense_core

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.spectra.structure.loops import LoopEffect, loop_effect

GAMMAS = (0.0, 0.3, 1.0, 4.0)


def ends(op):
    mu = np.linalg.eigvalsh(dense_core(op))
    return 1 - mu[-2], 1 + mu[0]


@pytest.mark.parametrize("spec", ["cycle:7", "complete:5", "hypercube:3", "petersen", "torus:4x5"])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_regular_graphs_exactly(spec, start):
    graph = family(spec).graph
    d = graph.degrees[0]
    mu = np.linalg.eigvalsh(dense_core(symmetric(graph)))
    for row in loop_effect(symmetric(graph, start), GAMMAS).rows:
        moved = (d * mu + row.loops) / (d + row.loops)
        assert row.source == "exact"
        assert row.gap == pytest.approx(1 - moved[-2])
        assert row.bottom == pytest.approx(1 + moved[0], abs=1e-12)
        assert row.rate == pytest.approx(np.max(np.abs(moved[:-1])))
        assert row.gap_low.value == pytest.approx(row.gap_high.value)


@pytest.mark.parametrize("seed", range(30))
def test_bounds_hold_and_computed_values_are_right(seed):
    base = connected_operator(seed)
    if base.graph.degrees.min() == 0:
        pytest.skip("a node without an edge is another component without loops")
    for certificate in (None, exact_ends(base)):
        effect = loop_effect(base, GAMMAS, certificate=certificate, rng=seed)
        for row in effect.rows:
            gap, bottom = ends(Operator(base.graph, loops=row.loops))
            assert row.gap == pytest.approx(gap, abs=1e-10)
            assert row.bottom == pytest.approx(bottom, abs=1e-10)
            assert row.gap_low.value <= gap + 1e-10
            assert gap <= row.gap_high.value + 1e-10
            assert row.bottom_low.value <= bottom + 1e-10
            assert bottom <= row.bottom_high.value + 1e-10
            assert row.gap_high.kind == "proven"
            assert certificate is None or row.gap_low.kind == "proven"


def test_more_loops_narrow_the_gap_and_lift_the_bottom():
    rows = loop_effect(symmetric(GRAPHS["karate"])).rows
    assert np.all(np.diff([row.gap for row in rows]) < 0)
    assert np.all(np.diff([row.bottom for row in rows]) > 0)


def test_bounds_only():
    effect = loop_effect(gcn(GRAPHS["karate"]), (0.0, 1.0, 2.0), compute=False)
    assert [row.source for row in effect.rows] == ["bounds", "exact", "bounds"]
    assert effect.rows[0].gap is None
    assert LoopEffect.from_dict(json.loads(json.dumps(effect.to_dict()))) == effect
    # the gap of the loop-free graph from that of the looped one, with THEORY's factors d/(d + 1)
    assert effect.rows[0].gap_low.value == pytest.approx(effect.rows[1].gap * 18 / 17)
    assert effect.rows[0].gap_high.value == pytest.approx(effect.rows[1].gap * 2)


def test_one_node_and_components():
    op = gcn(family("cycle:5+complete:1").graph)
    assert loop_effect(op, (1.0,), component=1).rows[0].gap is None
    assert "with bounds only" in str(loop_effect(op, (1.0,), component=1))
    assert loop_effect(op, (0.0,)).rows[0].gap == pytest.approx(1 - np.cos(2 * np.pi / 5))


def test_bipartite_without_loops_oscillates():
    rows = loop_effect(gcn(family("path:5").graph), (0.0, 1.0)).rows
    assert rows[0].bottom == 0.0
    assert rows[0].rate == 1.0
    assert "decays fastest with loops 1" in str(loop_effect(gcn(family("path:5").graph), (0.0, 1.0)))


@pytest.mark.parametrize("gamma", [-1.0, float("nan"), float("inf")])
def test_loops_are_checked(gamma):
    with pytest.raises(UsageError, match="loops must be finite and at least 0"):
        loop_effect(gcn(GRAPHS["karate"]), (gamma,))
