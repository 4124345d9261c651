"""Mixing times against powers of the walk, step by step."""

import json
import math

import naive_cuts
import numpy as np
import pytest
from cases import GRAPHS
from connected import connected_operator, exact_ends
from naive import dense_core

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.structure.ends import EndBounds
from spectral_smooth.spectra.structure.mixing import MixingTime, mixing_time


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("laziness", [0.0, 0.5, 0.1])
def test_holds_the_mixing_time(seed, laziness):
    op = connected_operator(seed)
    for epsilon in (0.6, 0.25, 0.01):
        found = mixing_time(op, epsilon=epsilon, laziness=laziness, rng=seed)
        if found.never:
            assert naive_cuts.mixing_time(op, min(epsilon, 0.25), laziness, most=500) is None
            continue
        truth = naive_cuts.mixing_time(op, epsilon, laziness)
        assert found.lower.value <= truth <= found.upper.value
        certified = mixing_time(op, epsilon=epsilon, laziness=laziness, certificate=exact_ends(op))
        assert certified.upper.kind == "proven"
        assert certified.lower.value <= truth <= certified.upper.value


@pytest.mark.parametrize("seed", range(0, 40, 3))
@pytest.mark.parametrize("laziness", [0.0, 0.5])
def test_lies_within_the_interval_of_levin_and_peres(seed, laziness):
    op = connected_operator(seed)
    mu = np.linalg.eigvalsh((1 - laziness) * dense_core(op) + laziness * np.eye(op.graph.num_nodes))
    rate = np.max(np.abs(mu[:-1]))
    share = op.degrees.min() / op.degrees.sum()
    for epsilon in (0.25, 0.01):
        found = mixing_time(op, epsilon=epsilon, laziness=laziness)
        if not found.never:
            relaxation = 1 / (1 - rate)
            assert found.relaxation == pytest.approx(relaxation, rel=1e-6)
            assert found.lower.value >= (relaxation - 1) * math.log(1 / (2 * epsilon)) * (1 - 1e-9)
            assert found.upper.value <= max(math.ceil(relaxation * math.log(1 / (epsilon * share))), 1)


def test_never():
    found = mixing_time(symmetric(family("bipartite:3x4").graph))
    assert found.never
    assert found.lower.value is None
    assert found.relaxation is None
    assert str(found).startswith("the walk never mixes: bipartite")
    assert not mixing_time(symmetric(family("bipartite:3x4").graph), laziness=0.5).never
    assert not mixing_time(gcn(family("bipartite:3x4").graph)).never
    assert MixingTime.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_at_once():
    one = mixing_time(gcn(family("path:1").graph))
    assert (one.lower.value, one.upper.value) == (0.0, 0.0)
    assert str(one) == "the walk mixes to within 0.25 after 0 (proven) steps"
    # a complete graph with loops forgets in one step; a distance that the start already has needs none
    assert mixing_time(gcn(family("complete:9").graph)).upper.value == 1.0
    assert mixing_time(gcn(family("complete:4").graph), epsilon=0.75).upper.value == 0.0
    assert mixing_time(gcn(family("complete:4").graph), epsilon=0.74).lower.value == 1.0


def test_gershgorin_stands_in_for_the_bottom_end():
    op = gcn(GRAPHS["karate"])
    top = exact_ends(op).top
    assert mixing_time(op, certificate=EndBounds(top=top)).upper.kind == "proven"
    assert mixing_time(op, certificate=EndBounds(bottom=(-0.5, -0.4, True))).upper.kind == "estimate"
    bare = symmetric(GRAPHS["karate"])
    top = exact_ends(bare).top
    assert mixing_time(bare, certificate=EndBounds(top=top)).upper.kind == "estimate"
    # the lazy walk has no bottom end to speak of
    assert mixing_time(bare, certificate=EndBounds(top=top), laziness=0.5).upper.kind == "proven"


def test_components_mix_by_themselves():
    op = gcn(family("cycle:9+complete:4").graph)
    assert mixing_time(op, component=1).upper.value < mixing_time(op).upper.value


@pytest.mark.parametrize("epsilon", [0.0, 1.0, -1.0, float("nan")])
def test_epsilon_is_checked(epsilon):
    with pytest.raises(UsageError, match="epsilon must lie strictly between 0 and 1"):
        mixing_time(gcn(GRAPHS["karate"]), epsilon=epsilon)


def test_laziness_is_checked():
    with pytest.raises(UsageError, match="laziness must be at least 0 and below 1"):
        mixing_time(gcn(GRAPHS["karate"]), laziness=1.0)
