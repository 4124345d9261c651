"""spectrum, depth, propagate, report and graphs."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.cli.main import main
from spectral_smooth.errors import NotConvergedError

SHORT = ("--depth", "8", "--horizon", "64")


@pytest.mark.parametrize("end", ["top", "bottom", "slowest"])
def test_spectrum_prints_what_eigenpairs_returns(run, end):
    printed = json.loads(run("spectrum", "karate", "-k", "3", "--end", end, "--json").out)
    found = ss.eigenpairs(ss.gcn(ss.load("karate").graph), 3, end, rng=0)
    np.testing.assert_allclose(printed["values"], found.values, atol=1e-10)
    assert (printed["gap"], printed["rate"]) == (found.gap, found.rate)
    assert printed["operator"].startswith("gcn")


def test_spectrum_as_text(run):
    out = run("spectrum", "karate").out
    assert "gap 0.10385" in out
    assert "0.8961420499" in out
    assert "converged" in out


def test_a_spectrum_that_did_not_converge_is_shown_with_exit_three(run, monkeypatch):
    partial = ss.eigenpairs(ss.gcn(ss.load("karate").graph), 2, "top", rng=0)

    def stop(*_, **__):
        raise NotConvergedError("the solver stopped early", partial)

    monkeypatch.setattr("spectral_smooth.spectra.eigen.eigenpairs", stop)
    result = run("spectrum", "karate", "--json")
    assert result.code == 3
    assert "stopped early" in result.err
    assert json.loads(result.out)["values"] == partial.values.tolist()


def test_depth_is_the_advice_and_the_safe_depth_of_the_analysis(run):
    printed = json.loads(run("depth", "karate", "--horizon", "64", "--json").out)
    expected = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    assert printed["recommended_depth"] == expected.advice.recommended_depth
    assert printed["curve"] == expected.advice.curve.to_dict()
    assert printed["window"] == list(expected.advice.window)
    assert printed["signal_gone_at"] == expected.advice.signal_gone_at
    assert printed["basis"] == expected.advice.basis
    safe = {**printed["safe_depth"], "limits": None}
    assert safe == {**expected.safe_depth.to_dict(), "limits": None}
    out = run("depth", "karate", "--horizon", "64").out
    assert expected.safe_depth.sentence in out
    assert expected.advice.sentence in out


def test_depth_without_labels_has_every_key_and_says_that_only_the_safe_depth_is_known(run, tmp_path):
    path = tmp_path / "ring.edgelist"
    path.write_text("".join(f"{i} {(i + 1) % 9}\n" for i in range(9)))
    printed = json.loads(run("depth", str(path), "--json").out)
    for key in ("recommended_depth", "window", "signal_gone_at", "curve", "basis"):
        assert printed[key] is None
    assert printed["safe_depth"]["at_least"] > 0
    assert "no label is known" in printed["sentence"]
    assert "The safe depth is what the graph and the features say alone" in run("depth", str(path)).out


@pytest.mark.parametrize(
    ("train", "test", "labels", "says"),
    [
        ([0, 1, 2], [2, 3], [0, 1] * 4, "the masks train and test share 1 nodes"),
        ([0, 1], [2], [-1, -1] + [0, 1] * 3, "none of them has a known label"),
        ([0, 1], [2], [0.5] * 8, "not a whole number"),
        ([0, 1], [2], [0.0, 1.0] * 4, "labels have type float64; expected integers"),
        ([0, 1], [2], [0, 1, 0], "labels for 8 nodes"),
    ],
)
@pytest.mark.parametrize("verb", ["depth", "analyze"])
def test_labels_and_masks_that_cannot_be_meant_are_refused_in_one_sentence(
    run, tmp_path, verb, train, test, labels, says
):
    masks = {
        name: np.isin(np.arange(8), nodes) for name, nodes in (("train_mask", train), ("test_mask", test))
    }
    path = tmp_path / "ring.npz"
    ring = np.array([np.arange(8), (np.arange(8) + 1) % 8])
    np.savez(path, edge_index=ring, num_nodes=8, y=np.array(labels), **masks)
    result = run(verb, str(path))
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert result.out == ""


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([-1] * 8, "no label is known"),
        ([0] * 8, "all training nodes are of one class"),
        ([0, 0, 0, 0, 1, 1, 1, 2], "left out of the accuracy: 2"),
    ],
)
def test_labels_that_say_little_are_answered(run, tmp_path, labels, says):
    path = tmp_path / "ring.npz"
    ring = np.array([np.arange(8), (np.arange(8) + 1) % 8])
    np.savez(path, edge_index=ring, num_nodes=8, y=np.array(labels))
    result = run("depth", str(path))
    assert result.code == 0
    assert says in result.out
    assert run("analyze", str(path)).code == 0


def test_propagate_prints_the_measured_curves(run):
    options = ("--depth", "6", "--measure", "energy", "--measure", "deviation", "--seed", "5")
    printed = json.loads(run("propagate", "karate", *options, "--json").out)
    curves = {curve["name"]: curve["value"] for curve in printed["curves"] if "component" not in curve}
    assert set(curves) == {"energy", "deviation"}
    table = list(csv.DictReader(io.StringIO(run("propagate", "karate", *options, "--csv").out)))
    assert [int(row["depth"]) for row in table] == list(range(7))
    for name, values in curves.items():
        assert [float(row[name]) for row in table] == values
    text = run("propagate", "karate", *options).out.splitlines()
    assert text[1].split() == ["depth", "energy", "deviation"]
    assert len(text) == 2 + 7


def test_propagate_measures_everything_when_asked(run):
    from spectral_smooth.simulate.propagate import DEFAULT_MEASURES

    printed = json.loads(run("propagate", "karate", "--depth", "2", "--measure", "all", "--json").out)
    assert {curve["name"] for curve in printed["curves"]} == set(DEFAULT_MEASURES)


def test_a_plain_pass_agrees_with_the_deflated_one_above_its_floor(run):
    deflated, plain = (
        json.loads(run("propagate", "karate", "--depth", "4", "--measure", "energy", "--json", *more).out)[
            "curves"
        ][0]
        for more in ((), ("--plain",))
    )
    np.testing.assert_allclose(plain["value"], deflated["value"], rtol=1e-9)


def test_a_long_run_says_beforehand_what_it_takes(run, monkeypatch):
    import sys

    short = run("propagate", "karate", "--depth", "2")
    assert "this will take" not in short.err
    monkeypatch.setattr(sys.modules["spectral_smooth.cli.propagate"], "LONG_RUN", 1)
    long = run("propagate", "karate", "--depth", "2")
    (said,) = [line for line in long.err.splitlines() if "this will take" in line]
    assert re.search(r"\d.* s", said), said
    assert re.search(r"\d.* [kMG]B", said), said
    assert long.out == short.out


def test_json_and_csv_exclude_each_other(refused):
    refused("propagate", "karate", "--json", "--csv", saying="exclude")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The files of one run, made once."""
    folder = tmp_path_factory.mktemp("results")
    files = ["-o", str(folder / "karate.json"), "--html", str(folder / "karate.html")]
    assert main(["analyze", "karate", *SHORT, *files]) == 0
    return folder


@pytest.fixture
def saved(results, tmp_path):
    shutil.copytree(results, tmp_path, dirs_exist_ok=True)
    return tmp_path / "karate.json"


def test_report_renders_the_same_without_computing(run, saved, tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("report must not compute")

    monkeypatch.setattr("spectral_smooth.analysis.run.analyze", never)
    result = run("report", "karate.json", "--html", "again.html")
    assert result.code == 0, result.err
    assert (tmp_path / "again.html").read_text() == (tmp_path / "karate.html").read_text()
    assert "karate" in run("report", "karate.json").out


def test_report_refuses_to_replace(refused, saved):
    refused("report", "karate.json", "--html", "karate.html", saying="--force")
    refused("report", "karate.json", "--html", "karate.json", "--force", saying="input itself")


DAMAGED = {
    "missing": None,
    "empty": "",
    "no json": "{",
    "bytes": b"\xff\xfe\x00",
    "deep": "[" * 100_000,
    "a list": "[]",
    "a number": "1",
    "another schema": '{"schema_version": 999}',
    "nothing but a version": '{"schema_version": 1}',
}


@pytest.mark.parametrize("case", DAMAGED)
def test_report_refuses_what_is_no_result(case, refused, tmp_path):
    content = DAMAGED[case]
    if content is not None:
        (tmp_path / "bad.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    refused("report", "bad.json", "--html", "out.html", saying="bad.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [("graph", []), ("verdict", {"level": "awful", "facts": []}), ("spectrum", []), ("plan", None)],
)
def test_report_survives_a_result_that_somebody_edited(key, value, run, saved, tmp_path):
    edited = {**json.loads(saved.read_text()), key: value}
    (tmp_path / "edited.json").write_text(json.dumps(edited))
    result = run("report", "edited.json", *(["--html", "edited.html"] if key == "plan" else []))
    assert result.code in (0, 2), result.err
    assert result.err.count("\n") == (result.code == 2)
    assert not (tmp_path / "edited.html").exists()


def test_graphs_lists_every_name_with_a_line_about_it(run):
    names = json.loads(run("graphs", "--json").out)
    assert names == ss.embedded_names()
    lines = run("graphs").out.splitlines()
    assert all(
        any(line.split()[:1] == [name] and text in line for line in lines) for name, text in names.items()
    )


@pytest.mark.parametrize("name", ["karate", "csbm:nodes=50"])
def test_the_seed_makes_random_graphs_and_nothing_else(run, name):
    edges = {
        seed: json.loads(run("analyze", name, *SHORT, "--seed", seed, "--json").out)["graph"][
            "degree_histogram"
        ]
        for seed in (0, 0, 1)
    }
    assert (edges[0] == edges[1]) == (name == "karate")
