"""analyze: one graph on a screen, several in rows; files, JSON and exit codes."""

from __future__ import annotations

import dataclasses
import inspect
import json

import jsonschema
import numba
import pytest

import spectral_smooth as ss
from spectral_smooth.cli import analyze as analyze_verb
from spectral_smooth.report.schema import schema
from spectral_smooth.spectra.certify.counting import Budget

SHORT = ("--depth", "8", "--horizon", "64")


@pytest.fixture(scope="module")
def karate():
    return ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))


def without_clock(result):
    return {**result, "provenance": {**result["provenance"], "seconds": None}}


def test_one_graph_is_one_screen_and_two_files(run, tmp_path):
    result = run("analyze", "karate", *SHORT, "-o", "karate.json", "--html", "karate.html")
    assert result.code == 0
    assert result.err == ""
    assert len(result.out.splitlines()) <= 50
    for word in ("karate", "gap", "rate", "safe depth", "risk", "karate.json", "karate.html"):
        assert word in result.out.lower()
    jsonschema.validate(json.loads((tmp_path / "karate.json").read_text()), schema())
    assert "<html" in (tmp_path / "karate.html").read_text()


def test_the_command_computes_what_the_function_computes(run, karate):
    printed = json.loads(run("analyze", "karate", *SHORT, "--json").out)
    assert without_clock(printed) == without_clock(karate.to_dict())


def test_options_reach_the_plan(run):
    options = "--rule ppr:alpha=0.25 --operator rw:loops=2 --features raw --products 7 --seed 3 --dtype float32 --exact"
    plan = json.loads(run("analyze", "karate", *SHORT, *options.split(), "--json").out)["plan"]
    assert plan["rule"] == "ppr:alpha=0.25"
    assert (plan["loops"], plan["split"]) == (2.0, 1.0)
    assert (plan["depth"], plan["horizon"], plan["products"], plan["seed"]) == (8, 64, 7, 3)
    assert plan["dtype"] == "float32"
    assert plan["sketch"] is None


def test_defaults_are_those_of_the_plan():
    plan = {field.name: field for field in dataclasses.fields(ss.Plan)}
    options = inspect.signature(analyze_verb.analyze).parameters
    for name in ("depth", "horizon", "features", "products", "dtype", "seed"):
        assert options[name].default == plan[name].default


def test_a_horizon_below_the_depth_is_raised_to_it(run):
    plan = json.loads(run("analyze", "karate", "--depth", "16", "--horizon", "4", "--json").out)["plan"]
    assert (plan["depth"], plan["horizon"]) == (16, 16)


def test_policies_reach_the_reader(run, tmp_path):
    (tmp_path / "g.txt").write_text("0 1\n1 0\n1 2\n")
    edges = {
        direction: json.loads(run("analyze", "g.txt", *SHORT, "--direction", direction, "--json").out)[
            "graph"
        ]["num_edges"]
        for direction in ("union", "mutual")
    }
    assert edges == {"union": 2, "mutual": 1}


def test_several_graphs_give_a_row_each_and_go_on_after_a_failure(run, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"")
    result = run("analyze", "karate", "bad.npz", "nowhere.npz", "csbm:nodes=60", *SHORT)
    assert result.code == 2
    rows = result.out.splitlines()
    assert rows[0].split()[:2] == ["name", "nodes"]
    assert [row.split()[1] for row in rows[1:]] == ["34", "60"]
    assert [("bad.npz" in line, "nowhere.npz" in line) for line in result.err.splitlines()] == [
        (True, False),
        (False, True),
    ]


def test_a_folder_is_all_its_graphs_in_order(run, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "spectral_smooth.report.html.render_html", lambda analysis: analysis.name
    )  # takes seconds
    folder = tmp_path / "graphs"
    folder.mkdir()
    for name in ("b.txt", "a.edges", "C.CSV"):
        (folder / name).write_text("0 1\n1 2\n" if not name.endswith("CSV") else "0,1\n1,2\n")
    for name in ("a.json", "README.md", ".hidden.txt"):
        (folder / name).write_text("no graph")
    result = run("analyze", "graphs", *SHORT, "--json", "-o", "out", "--html", "pages")
    assert result.code == 0, result.err
    printed = json.loads(result.out)
    assert [one["name"] for one in printed["analyses"]] == ["C", "a", "b"]
    assert printed["failures"] == []
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["C.json", "a.json", "b.json"]
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["C.html", "a.html", "b.html"]
    assert json.loads((tmp_path / "out" / "a.json").read_text()) == printed["analyses"][1]


def test_failures_are_in_the_json_of_several(run):
    result = run("analyze", "karate", "karat", *SHORT, "--json")
    assert result.code == 2
    printed = json.loads(result.out)
    assert [one["name"] for one in printed["analyses"]] == ["karate"]
    assert [one["graph"] for one in printed["failures"]] == ["karat"]
    assert result.err.count("\n") == 1


def test_a_file_goes_before_an_embedded_name_and_that_before_a_folder(run, tmp_path):
    (tmp_path / "karate").mkdir()
    named = json.loads(run("analyze", "karate", *SHORT, "--json").out)
    (tmp_path / "karate").rmdir()
    (tmp_path / "karate").write_text("0 1\n")
    filed = json.loads(run("analyze", "karate", *SHORT, "--json").out)
    assert (named["graph"]["num_nodes"], filed["graph"]["num_nodes"]) == (34, 2)


@pytest.fixture
def pretend(monkeypatch, karate):
    """Replace the analysis by one with some fields changed, or by an error."""

    def arrange(*outcomes):
        left = list(outcomes)

        def analyze(*_, **__):
            outcome = left.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return dataclasses.replace(karate, **outcome)

        monkeypatch.setattr("spectral_smooth.analysis.run.analyze", analyze)

    return arrange


INCOMPLETE = {"incomplete": True, "warnings": ("the top end did not converge",)}


def test_what_did_not_converge_is_shown_and_exit_three(run, pretend, tmp_path):
    pretend(INCOMPLETE)
    result = run("analyze", "karate", "-o", "out.json")
    assert result.code == 3
    assert "the top end did not converge" in result.err
    assert "karate" in result.out
    assert json.loads((tmp_path / "out.json").read_text())["incomplete"] is True


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (({}, {}), 0),
        (({}, INCOMPLETE), 3),
        ((INCOMPLETE, ZeroDivisionError("bug")), 1),
        ((ZeroDivisionError("bug"), ss.errors.InputError("bad"), INCOMPLETE), 2),
    ],
)
def test_the_exit_code_of_several_is_the_worst(outcomes, code, run, pretend):
    pretend(*outcomes)
    assert run("analyze", *["karate"] * len(outcomes)).code == code


def test_quiet_says_nothing_but_errors(run, pretend):
    pretend(INCOMPLETE)
    result = run("analyze", "karate", "-q")
    assert result.code == 3
    assert result.err == ""
    assert run("analyze", "nowhere", "-q").err.count("\n") == 1


def test_verbose_tells_the_time_of_each_stage(run):
    err = run("analyze", "karate", *SHORT, "-v").err
    assert "spectrum took" in err


def test_an_unexpected_failure_leaves_no_file(run, pretend, tmp_path):
    pretend(ZeroDivisionError("bug"))
    result = run("analyze", "karate", "-o", "out.json", "--html", "out.html")
    assert result.code == 1
    assert list(tmp_path.iterdir()) == []


def test_progress_is_shown_only_to_a_terminal(run, pretend, karate, monkeypatch):
    seen = []

    def analyze(*_, progress=None, **__):
        seen.append(progress)
        if progress:
            progress("a stage [/] with brackets", 0.5)
        return karate

    monkeypatch.setattr("spectral_smooth.analysis.run.analyze", analyze)
    assert run("analyze", "karate").code == 0
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run("analyze", "karate").code == 0
    assert run("analyze", "karate", "-q").code == 0
    assert [one is None for one in seen] == [True, False, True]


@pytest.fixture
def threads_kept():
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.mark.parametrize("threads", ["1", str(numba.config.NUMBA_NUM_THREADS)])
def test_threads_change_nothing(run, threads, karate, threads_kept):
    printed = without_clock(json.loads(run("analyze", "karate", *SHORT, "--threads", threads, "--json").out))
    expected = without_clock(karate.to_dict())
    assert printed.pop("plan") == {**expected.pop("plan"), "threads": int(threads)}
    assert printed == expected


def test_a_certificate_that_is_obtained_is_in_the_result_and_exits_0(run, tmp_path):
    result = run("analyze", "karate", *SHORT, "--certify", "-o", "karate.json")
    assert (result.code, result.err) == (0, "")
    assert "CERTIFICATE  both ends of the spectrum are proven" in result.out
    written = json.loads((tmp_path / "karate.json").read_text())
    found = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64), certify=True)
    assert without_clock(written) == without_clock(found.to_dict())
    again = run("report", "karate.json")
    assert again.code == 0
    assert "CERTIFICATE  both ends of the spectrum are proven" in again.out


def test_a_certificate_that_is_not_obtained_exits_3_and_says_what_is_missing(run, monkeypatch):
    nothing = Budget(fill=0, factorisations=0, products=4)
    monkeypatch.setattr("spectral_smooth.analysis.run.budget_of", lambda asked: nothing if asked else None)
    result = run("analyze", "grid:20x20", "karate", *SHORT, "--certify", "--json")
    assert result.code == 3
    assert (
        "grid:20x20: not everything that was asked for is proven: the top end of the spectrum is"
        in result.err
    )
    assert "the bottom end of the spectrum is" in result.err
    big, small = json.loads(result.out)["analyses"]
    assert (big["certificate"]["obtained"], small["certificate"]["obtained"]) == (False, True)
    assert big["incomplete"]
    assert len(big["certificate"]["missing"]) == 2


def test_without_certify_there_is_no_certificate(run):
    result = run("analyze", "karate", *SHORT, "--json")
    assert "certificate" not in json.loads(result.out)
