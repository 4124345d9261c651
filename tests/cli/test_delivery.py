"""-o and --force on the verbs that compute one thing."""

import json

import pytest

from spectral_smooth.cli.main import main

VERBS = {
    "spectrum": ["spectrum", "karate"],
    "depth": ["depth", "karate"],
    "propagate": ["propagate", "karate", "--depth", "4"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_file_holds_what_json_prints(verb, tmp_path, capsys):
    file = tmp_path / "result.json"
    assert main([*VERBS[verb], "-o", str(file), "--json"]) == 0
    printed, talked = capsys.readouterr()
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(printed)
    assert f"written: {file}" in talked


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_replaced_without_force(verb, tmp_path, capsys):
    file = tmp_path / "result.json"
    file.write_text("mine")
    assert main([*VERBS[verb], "-o", str(file)]) == 2
    assert file.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main([*VERBS[verb], "-o", str(file), "--force"]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))


def test_propagate_records_what_was_done_to_the_data(tmp_path):
    file = tmp_path / "result.json"
    assert main([*VERBS["propagate"], "-o", str(file), "-q"]) == 0
    topics = {note["topic"] for note in json.loads(file.read_text(encoding="utf-8"))["audit"]}
    assert {"weights", "features"} <= topics
