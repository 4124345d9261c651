"""Cheeger's interval against brute force, closed forms, and certificates that are given."""

import json
from types import SimpleNamespace

import naive_cuts
import numpy as np
import pytest
from cases import GRAPHS
from connected import connected_operator, exact_ends
from naive import dense_core

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.eigen import both_ends, eigenpairs
from spectral_smooth.spectra.structure.cheeger import CheegerInterval, cheeger_interval
from spectral_smooth.spectra.structure.ends import EndBounds, find_ends
from spectral_smooth.spectra.structure.part import part_of
from spectral_smooth.spectra.structure.quotients import rounding


@pytest.mark.parametrize("seed", range(60))
def test_holds_the_best_cut(seed):
    op = connected_operator(seed)
    best = naive_cuts.best_conductance(op)
    for certificate in (None, exact_ends(op)):
        found = cheeger_interval(op, certificate=certificate, rng=seed)
        assert found.lower.kind == ("proven" if certificate else "estimate")
        assert found.lower.value <= best * (1 + 1e-9)
        assert best <= found.upper.value * (1 + 1e-12)
        assert found.upper.value <= found.promised.value * (1 + 1e-9)
        assert found.upper.kind == found.promised.kind == "proven"


@pytest.mark.parametrize("dimension", [2, 3, 5])
def test_the_lower_side_is_attained_by_hypercubes(dimension):
    found = cheeger_interval(symmetric(family(f"hypercube:{dimension}").graph))
    # a half of the cube: φ = 1/dimension = λ_2/2, though the sweep may stop at another cut of the eigenspace
    assert found.lower.value == pytest.approx(1 / dimension)
    assert found.upper.value >= found.lower.value


@pytest.mark.parametrize("n", [4, 6, 20])
@pytest.mark.parametrize("loops", [0.0, 1.0, 3.0])
def test_complete_graphs_are_a_point(n, loops):
    found = cheeger_interval(symmetric(family(f"complete:{n}").graph, loops))
    expected = 0.5 * n / (n - 1 + loops)
    assert found.lower.value == pytest.approx(expected)
    assert found.upper.value == pytest.approx(expected)


@pytest.mark.parametrize("n", [5, 12, 40])
def test_cycles(n):
    found = cheeger_interval(symmetric(family(f"cycle:{n}").graph))
    assert found.gap == pytest.approx(1 - np.cos(2 * np.pi / n), rel=1e-12)
    assert found.upper.value == pytest.approx(1 / (n // 2))


def test_tiny_gaps_keep_their_digits():
    n = 3000
    found = cheeger_interval(symmetric(family(f"path:{n}").graph))
    # 1 − cos x, without its cancellation
    assert found.gap == pytest.approx(2 * np.sin(np.pi / (2 * (n - 1))) ** 2, rel=1e-9)


def test_one_node():
    found = cheeger_interval(gcn(family("path:1").graph))
    assert found.lower.value is None
    assert found.upper.value is None
    assert str(found) == "conductance undefined: one node cannot be cut"
    assert CheegerInterval.from_dict(json.loads(json.dumps(found.to_dict()))).to_dict() == found.to_dict()


def test_every_side_says_its_theorem():
    found = cheeger_interval(gcn(GRAPHS["karate"]))
    assert "Alon" in found.lower.theorem
    assert "certificate" in found.lower.needs
    assert "Chung" in found.promised.theorem


def bound(low, high, kind="proven"):
    return SimpleNamespace(low=low, high=high, kind=kind)


def test_certificates_are_read_by_their_attributes():
    op = gcn(GRAPHS["karate"])
    gap = cheeger_interval(op).gap
    top = bound(1 - gap - 1e-9, 1 - gap + 1e-9)
    for certificate, kind in (
        (SimpleNamespace(top=top, bottom=None), "proven"),
        (SimpleNamespace(top=bound(top.low, top.high, "statistical"), bottom=None), "estimate"),
        (SimpleNamespace(top=bound(top.low, 1.0), bottom=bound(-1.0, 0.0)), "estimate"),  # always true
        (SimpleNamespace(top=None, bottom=None, gap=bound(0.9 * gap, 1.1 * gap)), "proven"),
        (EndBounds(top=(top.low, top.high, True)), "proven"),
        (EndBounds(top=(top.low, top.high, False)), "estimate"),
    ):
        assert cheeger_interval(op, certificate=certificate).lower.kind == kind


def test_a_certificate_that_contradicts_the_vector_is_refused():
    op = gcn(GRAPHS["karate"])
    with pytest.raises(UsageError, match="belongs to another operator"):
        cheeger_interval(op, certificate=EndBounds(top=(0.1, 0.2, True)))
    with pytest.raises(UsageError, match="swapped"):
        cheeger_interval(op, certificate=EndBounds(top=(0.9, 0.2, True)))


def test_a_spectrum_of_another_operator_is_refused():
    op = gcn(GRAPHS["karate"])
    with pytest.raises(UsageError, match="this very operator"):
        cheeger_interval(op, eigenpairs(symmetric(GRAPHS["karate"]), 2))
    with pytest.raises(UsageError, match="no vectors"):
        cheeger_interval(op, eigenpairs(op, 2, vectors=False))


def test_given_spectra_give_the_same():
    op = symmetric(family("barbell:5").graph)
    top, bottom, slowest = both_ends(op, 3)
    wanted = cheeger_interval(op)
    for given in (top, slowest, [bottom, top], (top, bottom)):
        found = cheeger_interval(op, given)
        assert found.gap == pytest.approx(wanted.gap, rel=1e-12)
        assert found.cut.smaller.tolist() == wanted.cut.smaller.tolist()


@pytest.mark.parametrize("name", [n for n, g in GRAPHS.items() if g.num_nodes <= 34])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_ends_of_every_component(name, loops):
    op = symmetric(GRAPHS[name], loops)
    for component in range(op.fixed_space.dimension):
        part = part_of(op, component)
        mu = np.linalg.eigvalsh(dense_core(op)[np.ix_(part.nodes, part.nodes)])
        ends = find_ends(part, rng=0)
        assert (ends.gap is None) == (part.size == 1)
        if ends.gap is not None:
            assert ends.gap.value == pytest.approx(1 - mu[-2], abs=1e-12)
            assert ends.gap.proven_high >= 1 - mu[-2] - 1e-14
        assert ends.bottom.value == pytest.approx(1 + mu[0], abs=1e-12)
        assert ends.bottom.proven_low <= 1 + mu[0] + 1e-14
        assert rounding(op) < 1e-12
