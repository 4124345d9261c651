import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from spectral_smooth.analysis.result import SCHEMA_VERSION, Analysis
from spectral_smooth.report.html import render_html
from spectral_smooth.report.schema import schema
from spectral_smooth.report.text import render_text


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def test_the_version_is_the_one_that_is_written():
    assert schema()["properties"]["schema_version"]["const"] == SCHEMA_VERSION


@pytest.mark.parametrize("name", ["cora", "one-node", "no-limit"])
def test_an_analysis_obeys_the_schema(make, validator, name):
    validator.validate(make(name).to_dict())


def test_an_invented_kind_of_limit_is_found(attack, validator):
    (error, *_) = validator.iter_errors(attack.to_dict())
    assert error.json_path == "$.safe_depth.limits[0].kind"


def test_every_field_of_an_analysis_is_in_the_schema(cora):
    fields = cora.to_dict()
    assert set(fields) == set(schema()["required"]) == set(schema()["properties"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.update(schema_version=2),
        lambda d: d.pop("verdict"),
        lambda d: d.update(extra=1),
        lambda d: d["verdict"].update(level="none"),
        lambda d: d["predicted"]["curves"][0].update(source="guess"),
        lambda d: d["predicted"]["curves"][0].pop("lower"),
        lambda d: d["measured"]["curves"][0].update(lower=[1.0], upper=[1.0]),
        lambda d: d["safe_depth"]["limits"][0].update(at_least=-2),
        lambda d: d["audit"][0].update(severity="fatal"),
        lambda d: d["graph"].pop("num_nodes"),
        lambda d: d["comparisons"][0].update(contained="yes"),
    ],
)
def test_damage_is_found(cora, validator, damage):
    data = json.loads(cora.to_json())
    damage(data)
    with pytest.raises(ValidationError):
        validator.validate(data)


def test_a_file_renders_like_the_analysis_it_came_from(analysis, example, rendered):
    again = Analysis.from_dict(json.loads(analysis.to_json()))
    assert again.to_dict() == analysis.to_dict()
    assert render_text(again, color=True) == render_text(analysis, color=True)
    assert render_html(again) == rendered(example)
