import json

import pytest
from jsonschema import Draft202012Validator, ValidationError
from monitored import MAKERS, monitored

from spectral_smooth.monitoring.result import KIND, MONITOR_VERSION, Monitoring
from spectral_smooth.report.monitoring.text import render_monitor_text
from spectral_smooth.report.schema import monitor_schema


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(monitor_schema())
    return Draft202012Validator(monitor_schema())


def test_kind_and_version_are_those_that_are_written():
    properties = monitor_schema()["properties"]
    assert properties["kind"] == {"const": KIND}
    assert properties["version"] == {"const": MONITOR_VERSION}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_monitoring_obeys_the_schema_and_comes_back(validator, name):
    data = json.loads(monitored(name).to_json())
    validator.validate(data)
    again = Monitoring.from_dict(data)
    assert again.to_dict() == data
    assert render_monitor_text(again) == render_monitor_text(monitored(name))


def test_every_field_is_required():
    data = monitored("attention").to_dict()
    known = monitor_schema()
    assert set(data) == set(known["required"]) == set(known["properties"])
    assert set(data["attention"]) == set(known["$defs"]["attention"]["required"])
    assert set(data["layers"][0]) == set(known["$defs"]["layer"]["required"])
    assert set(monitored("deep").to_dict()["diagnosis"]["findings"][0]) == set(
        known["$defs"]["finding"]["required"]
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.update(version=2),
        lambda d: d.update(extra=1),
        lambda d: d.pop("diagnosis"),
        lambda d: d.update(layers=[]),
        lambda d: d["graph"].update(components=[]),
        lambda d: d["layers"][0].update(columns=0),
        lambda d: d["layers"][0]["values"].update(mad="small"),
        lambda d: d["diagnosis"]["findings"][0].update(kind="bad luck"),
        lambda d: d["diagnosis"]["findings"][0].update(confidence=1.5),
        lambda d: d["diagnosis"]["findings"][0].pop("sentence"),
        lambda d: d["plain"]["predicted"]["curves"][0].update(source="guess"),
        lambda d: d["pace"].update(plain_depth=-1),
        lambda d: d["provenance"].pop("seconds"),
    ],
)
def test_damage_is_found(validator, damage):
    data = json.loads(monitored("smoothing").to_json())
    damage(data)
    with pytest.raises(ValidationError):
        validator.validate(data)


def test_damage_of_attention_is_found(validator):
    data = json.loads(monitored("attention").to_json())
    data["attention"]["contraction"][0]["verdict"] = "better"
    with pytest.raises(ValidationError):
        validator.validate(data)
