"""What the reports say of a certificate: every claim named as sure as it is, and no surer."""

import dataclasses

import networkx as nx
import pytest

import spectral_smooth as ss
from spectral_smooth.report import proof
from spectral_smooth.report.html import render_html
from spectral_smooth.report.screen import SCREEN
from spectral_smooth.report.text import render_text
from spectral_smooth.report.told import incomplete_title
from spectral_smooth.spectra.certify.counting import Budget

PLAN = ss.Plan(depth=6, horizon=32, products=6)


@pytest.fixture(scope="module")
def proven():
    return ss.analyze(ss.load("karate"), plan=PLAN, certify=True)


@pytest.fixture(scope="module")
def probable():
    graph = ss.as_graph(nx.random_regular_graph(4, 600, seed=2))
    return ss.analyze(graph, plan=PLAN, certify=Budget(fill=0, products=300))


@pytest.fixture(scope="module")
def nothing():
    graph = ss.as_graph(nx.random_regular_graph(4, 600, seed=2))
    return ss.analyze(graph, plan=PLAN, certify=Budget(fill=0, products=300, factorisations=0, width=0.0))


def test_what_is_proven_is_called_so(proven):
    claims = proof.claims(proven)
    assert [one.what for one in claims] == [
        "gap 1 − μ_2",
        "deviation after k layers",
        "largest μ",
        "smallest μ",
    ]
    assert {one.sure for one in claims} == {"proven"}
    assert proof.headline(proven.certificate) == "both ends of the spectrum are proven"


def test_high_probability_is_called_so_with_its_level(probable):
    claims = {one.what: one for one in proof.claims(probable)}
    assert claims["gap 1 − μ_2"].sure == claims["largest μ"].sure == "high probability, 99 %"
    # what needs both ends may fail for either
    assert claims["safe depth"].sure == claims["deviation after k layers"].sure == "high probability, 98 %"
    assert not any(one.sure == "proven" for one in claims.values())
    assert not any("(proven)" in line for line in proof.clusters(probable.certificate.top))


def test_each_end_is_named_where_they_differ(proven, probable):
    mixed = dataclasses.replace(proven.certificate, bottom=probable.certificate.bottom)
    assert proof.headline(mixed) == (
        "the top end of the spectrum is proven, the bottom end known with high probability only, 99 %"
    )
    assert len(mixed.missing) == 1


def test_a_period_of_two_is_left_out_in_words():
    found = ss.analyze(
        ss.family("grid:4x5").graph,
        plan=dataclasses.replace(PLAN, loops=0.0, rule=ss.residual()),
        certify=True,
    )
    claims = {one.what: one for one in proof.claims(found)}
    assert claims["smallest μ"].where == "-1"
    assert "divided by 2^depth" in claims["deviation after k layers"].by
    assert "period two" in claims["deviation after k layers"].by
    assert claims["all μ but the −1 of bipartite components"].sure == "proven"


def test_a_restart_has_no_factor_and_no_claim_of_one():
    found = ss.analyze(ss.load("karate"), plan=dataclasses.replace(PLAN, rule=ss.ppr()), certify=True)
    assert found.certificate.factor is None
    assert "deviation after k layers" not in [one.what for one in proof.claims(found)]


def test_a_graph_without_a_spectrum_has_nothing_to_prove_and_says_so():
    found = ss.analyze(ss.as_graph(nx.empty_graph(3)), plan=PLAN, certify=True)
    assert found.certificate.obtained
    assert "There is nothing off the fixed space." in render_html(found)
    assert "CERTIFICATE" in render_text(found)


def test_the_heading_tells_what_is_not_complete(proven, probable):
    assert incomplete_title(proven) == "Warnings"
    assert incomplete_title(probable) == "Not everything that was asked for is proven"
    broken = dataclasses.replace(probable, spectrum={**probable.spectrum, "converged": False})
    assert incomplete_title(broken).startswith("Not everything converged, and not everything")
    plain = dataclasses.replace(broken, certificate=None)
    assert incomplete_title(plain) == "Not everything converged"


def test_what_is_not_certified_is_never_called_so(nothing):
    assert not nothing.certificate.obtained
    assert all(one.where in render_html(nothing) for one in proof.claims(nothing))
    assert len(render_text(nothing).splitlines()) <= SCREEN
