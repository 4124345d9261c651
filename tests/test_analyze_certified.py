"""analyze(certify=): the certificate travels, tightens the brackets, and is missed aloud where it is not obtained."""

import functools
import json

import jsonschema
import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.errors import UsageError
from spectral_smooth.report.html import render_html
from spectral_smooth.report.schema import schema
from spectral_smooth.report.screen import SCREEN
from spectral_smooth.report.text import render_text
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.eigen import both_ends
from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov

SHORT = ss.Plan(depth=12, horizon=64)
NOTHING = Budget(fill=0, products=4, factorisations=0)
LITTLE = Budget(fill=0, products=400)


def _plan(**settings):
    return ss.Plan(**{"depth": 12, "horizon": 64, **settings})


def _empty(nodes):
    return ss.as_graph(nx.empty_graph(nodes))


GRAPHS = {
    "karate": ss.load("karate"),
    "bipartite": ss.family("grid:5x6").graph,
    "disconnected": ss.family("cycle:7+bipartite:2x4+complete:4+3*path:1").graph,
    "no edges": _empty(6),
    "many nodes, no edges": _empty(450),
    "one node": _empty(1),
    "one edge": ss.family("path:2").graph,
    "complete": ss.family("complete:420").graph,
    "mid": ss.family("grid:22x22").graph,
}
LAYERS = {"gcn": {}, "walk": {"split": 1.0, "loops": 0.0}, "symmetric": {"loops": 0.0}}


@pytest.fixture(scope="module")
def expander():
    return ss.as_graph(nx.random_regular_graph(4, 900, seed=3))


@pytest.fixture(scope="module")
def probable(expander):
    """Analysed with a budget that allows a statistical certificate only."""
    return ss.analyze(expander, plan=_plan(horizon=400, products=8), certify=LITTLE)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", GRAPHS)
def test_every_graph_is_certified_and_every_bracket_holds(name, layer):
    plan = _plan(**LAYERS[layer], products=6)
    found = ss.analyze(GRAPHS[name], plan=plan, certify=True)
    assert found.certificate.obtained, found.certificate.missing
    assert found.certificate.missing == found.warnings == ()
    assert not found.incomplete
    assert all(one.contained for one in found.comparisons)
    assert {one.source for one in found.predicted.curves} <= {"exact", "bracket"}
    assert found.certificate.low <= found.certificate.high
    for value in (*found.spectrum["top"][:1], *found.spectrum["bottom"][-1:]):
        bottom, top = found.certificate.bottom.bottom, found.certificate.top.top
        assert bottom.low - 1e-12 <= value <= top.high + 1e-12


@pytest.mark.parametrize("name", ["karate", "disconnected", "one node", "mid"])
def test_it_survives_json_and_is_in_every_report(name):
    found = ss.analyze(GRAPHS[name], plan=SHORT, certify=True)
    text = found.to_json()
    jsonschema.validate(json.loads(text), schema())
    again = ss.Analysis.from_dict(json.loads(text))
    assert again.to_json() == text
    shown = render_text(again)
    assert shown == render_text(found)
    assert "CERTIFICATE  both ends of the spectrum are proven" in shown
    assert len(shown.splitlines()) <= SCREEN
    assert "What is proven about the spectrum" in render_html(again)


def test_without_it_nothing_is_changed():
    found = ss.analyze(GRAPHS["mid"], plan=SHORT)
    assert found.certificate is None
    assert "certificate" not in found.to_dict()
    assert "CERTIFICATE" not in render_text(found)
    assert 'id="certificate"' not in render_html(found)
    asked = ss.analyze(GRAPHS["mid"], plan=SHORT, certify=True)
    assert found.plan == asked.plan
    for one in found.measured.curves:
        np.testing.assert_array_equal(one.lower, asked.measured.curve(one.name, one.component).lower)


def test_a_proof_decides_a_limit_that_was_open():
    plan = _plan(horizon=2000, products=24, loops=0.0, rule=ss.lazy(0.5))
    graph = ss.family("grid:22x22").graph
    proven, open_ = (ss.analyze(graph, plan=plan, certify=asked).safe_depth for asked in (True, False))
    assert proven.source == open_.source == "bracket"
    assert proven.at_least >= open_.at_least
    assert proven.at_most is not None
    assert open_.at_most is None or proven.at_most <= open_.at_most


def test_a_statistical_certificate_is_named_so_and_its_curves_are_estimates(probable, expander):
    certificate = probable.certificate
    assert not certificate.obtained
    assert probable.incomplete
    assert "with a confidence of 99 % only" in probable.warnings[0]
    assert {one.source for one in probable.predicted.curves} <= {"exact", "bracket"}
    found = certificate.probable
    assert found.confidence == pytest.approx(0.98)
    assert {one.source for one in found.predicted.curves} == {"estimate"}
    assert found.safe_depth.source == "estimate"
    assert found.safe_depth.at_most is not None
    assert (certificate.low, certificate.high) == (ss.gcn(expander).lower_end, 1.0)
    proven, likely = probable.predicted.curve("deviation"), found.predicted.curve("deviation")
    assert likely.upper[-1] < proven.upper[-1]
    seen = probable.measured.curve("deviation")
    common = np.isin(likely.depths, seen.depths)
    assert np.all(seen.value <= likely.upper[common])
    assert np.all(seen.value >= likely.lower[common])


def test_a_statistical_certificate_says_so_in_every_report(probable):
    shown = render_text(probable)
    assert "known with high probability only, 99 %" in shown
    assert "high probability, 98 %" in shown
    page = render_html(ss.Analysis.from_dict(json.loads(probable.to_json())))
    assert "Not everything that was asked for is proven" in page
    assert "<strong>high probability, 98 %</strong>" in page
    jsonschema.validate(probable.to_dict(), schema())


def test_a_budget_of_nothing_says_what_is_missing(expander):
    found = ss.analyze(expander, plan=_plan(products=8), certify=NOTHING)
    assert found.incomplete
    assert not found.certificate.obtained
    assert [("top end" in one, "bottom end" in one) for one in found.warnings] == [
        (True, False),
        (False, True),
    ]
    assert found.certificate.budget["products"] == 4
    assert all(one.contained for one in found.comparisons)
    assert "Asked for and not obtained" in render_html(found)


def test_an_iteration_that_gave_up_is_told_apart_from_a_proof_that_failed(monkeypatch):
    gives_up = functools.partial(both_ends, solver=BlockKrylov(max_applications=12))
    monkeypatch.setattr("spectral_smooth.analysis.prediction.both_ends", gives_up)
    found = ss.analyze(GRAPHS["mid"], plan=_plan(products=6), certify=True)
    assert "gave up" in found.warnings[0]
    assert "the top end of the spectrum is not certified: values were missed" in found.warnings[1]
    assert found.certificate.high == 1.0  # nothing is taken from values that were missed
    assert found.certificate.probable is None
    assert all(one.contained for one in found.comparisons)
    assert "both ends of the spectrum are NOT certified" in render_text(found)
    assert ss.Analysis.from_dict(json.loads(found.to_json())).to_dict() == found.to_dict()


def test_what_is_no_budget_is_refused():
    with pytest.raises(UsageError, match="certify must be True, False or a Budget, got 'yes'"):
        ss.analyze(GRAPHS["karate"], plan=SHORT, certify="yes")
