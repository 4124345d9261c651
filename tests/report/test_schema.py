import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from spectral_smooth.analysis.result import READABLE, SCHEMA_VERSION, Analysis
from spectral_smooth.report.html import render_html
from spectral_smooth.report.schema import schema
from spectral_smooth.report.text import render_text


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def test_the_version_is_the_one_that_is_written():
    assert schema()["properties"]["schema_version"]["enum"] == list(READABLE)
    assert max(READABLE) == SCHEMA_VERSION


@pytest.mark.parametrize("name", ["cora", "one-node", "no-limit"])
def test_an_analysis_obeys_the_schema(make, validator, name):
    validator.validate(make(name).to_dict())


def test_an_invented_kind_of_limit_is_found(attack, validator):
    (error, *_) = validator.iter_errors(attack.to_dict())
    assert error.json_path == "$.safe_depth.limits[0].kind"


def test_every_field_of_an_analysis_is_in_the_schema(cora):
    known = schema()
    written = {*known["required"], *known["then"]["required"]}
    assert set(cora.to_dict()) == written
    assert set(known["properties"]) == {
        *written,
        "certificate",
    }  # a certificate is there where it was asked for


def test_every_labelled_analysis_obeys_the_schema_and_comes_back(labelled, validator):
    data = json.loads(labelled.to_json())
    validator.validate(data)
    again = Analysis.from_dict(data)
    assert again.to_dict() == data
    assert render_text(again) == render_text(labelled)


def test_a_file_of_version_one_obeys_the_schema_and_renders(computed, validator, cora, rendered):
    data = {**cora.to_dict(), "schema_version": 1}
    for key in ("advice", "labels", "first"):
        assert data.pop(key) is None
    validator.validate(data)
    old = Analysis.from_dict(data)
    assert render_html(old) == rendered("cora")
    assert "RECOMMENDED" not in render_text(old)
    with pytest.raises(ValidationError):
        validator.validate({**computed("two-classes").to_dict(), "schema_version": 1})


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("advice"),
        lambda d: d["advice"].update(window=[3]),
        lambda d: d["advice"].update(recommended_depth=-1),
        lambda d: d["advice"].pop("sentence"),
        lambda d: d["advice"]["classes"][0].update(extra=1),
        lambda d: d["labels"].pop("homophily"),
        lambda d: d["labels"]["spectrum"]["labels"].update(source="guess"),
        lambda d: d["first"]["classes"]["classes"][0]["small"].update(predicted="soon"),
        lambda d: d["first"]["groups"]["groups"][0].update(kind="friends"),
        lambda d: d["first"]["nodes"]["smooth"].append(-3),
        lambda d: d["first"]["drawing"]["edges"].append([1]),
    ],
)
def test_damage_of_what_labels_say_is_found(computed, validator, damage):
    data = json.loads(computed("two-classes").to_json())
    damage(data)
    with pytest.raises(ValidationError):
        validator.validate(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.update(schema_version=3),
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
