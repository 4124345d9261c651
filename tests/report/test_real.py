"""Reports of analyses that were really computed: graphs and rules at the edge of what they must hold."""

import dataclasses
import json

import pytest
from jsonschema import Draft202012Validator
from scipy.sparse import csr_array

from spectral_smooth.analysis.plan import Plan
from spectral_smooth.analysis.result import Analysis
from spectral_smooth.analysis.run import analyze
from spectral_smooth.graphs.catalog import load
from spectral_smooth.operators.rule import ppr, residual
from spectral_smooth.report.html import render_html
from spectral_smooth.report.rows import render_row, render_table
from spectral_smooth.report.schema import schema
from spectral_smooth.report.screen import SCREEN
from spectral_smooth.report.text import render_text

FEW = Plan(depth=12, horizon=48)
CASES = {
    "karate": lambda: analyze(load("karate"), plan=FEW),
    "restart": lambda: analyze(load("karate"), plan=dataclasses.replace(FEW, rule=ppr(0.1))),
    "growing": lambda: analyze(load("karate"), plan=dataclasses.replace(FEW, rule=residual())),
    "no-loops": lambda: analyze(load("path:9"), plan=dataclasses.replace(FEW, loops=0.0)),
    "no-edges": lambda: analyze(csr_array((5, 5)), plan=FEW),
    "one-node": lambda: analyze(csr_array((1, 1)), plan=FEW),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_computed_can_be_reported(name):
    analysis = CASES[name]()
    Draft202012Validator(schema()).validate(analysis.to_dict())
    text = render_text(analysis)
    assert len(text.split("\n")) <= SCREEN
    assert analysis.verdict.level.upper() in text
    again = Analysis.from_dict(json.loads(analysis.to_json()))
    assert render_text(again) == text
    assert len(render_html(again).encode()) < 3_000_000
    assert analysis.verdict.level in render_table([render_row(analysis)])
