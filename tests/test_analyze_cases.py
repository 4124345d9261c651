"""analyze() over the registry: every graph, rule and precision; and what is not certain is said."""

import json
from dataclasses import replace

import cases
import jsonschema
import pytest

import spectral_smooth as ss
from spectral_smooth.analysis import prediction as module
from spectral_smooth.errors import NotConvergedError
from spectral_smooth.report.schema import schema
from spectral_smooth.spectra.eigen import both_ends

QUICK = {"depth": 12, "horizon": 40}


def _analyze(graph, columns=3, **plan):
    return ss.analyze(graph, cases.features(graph.num_nodes, columns), plan=ss.Plan(**{**QUICK, **plan}))


@pytest.mark.parametrize("graph", cases.GRAPHS.values(), ids=cases.GRAPHS)
@pytest.mark.parametrize("operator", [{}, {"loops": 0.0, "split": 1.0}], ids=["gcn", "walk"])
def test_every_graph_is_analysed_and_the_prediction_holds(graph, operator):
    result = _analyze(graph, **operator)
    assert all(comparison.contained for comparison in result.comparisons)
    assert not result.incomplete
    jsonschema.validate(result.to_dict(), schema())
    again = ss.Analysis.from_dict(json.loads(result.to_json()))
    assert again.to_json() == result.to_json()
    assert sum(result.graph["component_sizes"]) == graph.num_nodes


@pytest.mark.parametrize("name", cases.RULES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_rule_in_both_precisions(name, dtype):
    result = _analyze(cases.GRAPHS["karate"], rule=cases.RULES[name], dtype=dtype)
    assert all(comparison.contained for comparison in result.comparisons)
    assert result.plan["rule"] == cases.RULES[name].name
    jsonschema.validate(result.to_dict(), schema())


def test_beyond_the_full_spectrum_it_is_a_bracket(monkeypatch):
    exact = _analyze(cases.GRAPHS["karate"])
    assert {c.source for c in exact.predicted.curves} == {"exact"}
    monkeypatch.setattr(module, "EXACT_BELOW", 10)
    result = _analyze(cases.GRAPHS["karate"], products=5)
    assert {c.source for c in result.predicted.curves} == {"bracket"}
    assert result.predicted.applications == 5
    assert all(comparison.contained for comparison in result.comparisons)


def test_a_sketch_is_told_beside_both_trajectories():
    result = _analyze(cases.GRAPHS["karate"], columns=60, sketch=20)
    for notes in (result.predicted.notes, result.measured.notes):
        assert any("60 features sketched to 20" in note for note in notes)
    assert all(comparison.contained for comparison in result.comparisons)


def test_a_spectrum_that_is_not_converged_is_said_aloud(monkeypatch):
    def gives_up(*arguments, **more):
        *ends, rate = both_ends(*arguments, **more)
        partial = [
            replace(one, values=one.values / 3.0, convergence=replace(one.convergence, converged=False))
            for one in ends
        ]
        raise NotConvergedError("the iteration gave up", (*partial, rate))

    monkeypatch.setattr(module, "both_ends", gives_up)
    result = _analyze(cases.GRAPHS["karate"])
    assert result.spectrum["gap"] is None
    assert result.spectrum["rate"] is None
    (fact,) = [fact for fact in result.verdict.facts if "slowest mode" in fact]
    assert "not known" in fact
    jsonschema.validate(result.to_dict(), schema())
    ss.render_html(result)
    assert result.incomplete
    assert "gave up" in result.warnings[0]
    assert "gave up" in ss.render_text(result)


def test_the_same_seed_gives_the_same_result():
    graph = cases.GRAPHS["karate"]
    one, two = (ss.analyze(graph, plan=ss.Plan(**QUICK, seed=3)).to_dict() for _ in range(2))
    for result in (one, two):
        result["provenance"].pop("seconds")
    assert one == two


def test_many_small_components_together_do_not_bind():
    """Sixty edges collapse at once, yet none of them is a twentieth of the graph: they are shown only."""
    graph = ss.load("grid:12x12+60*path:2").graph
    result = _analyze(graph, horizon=200)
    pooled = [limit for limit in result.safe_depth.limits if limit.component == 32]
    assert all(not limit.binding for limit in pooled)
    assert result.safe_depth.at_least is None or result.safe_depth.at_least > 20
