"""Outputs are refused before the work, or written whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from spectral_smooth.cli import output
from spectral_smooth.cli.output import Destination, file_names
from spectral_smooth.errors import OutputError


def never(*_, **__):
    raise AssertionError("nothing may be computed before the outputs are checked")


@pytest.fixture
def lazy_analysis(monkeypatch):
    monkeypatch.setattr("spectral_smooth.analysis.run.analyze", never)


BAD = {
    "existing file": ("there.txt", "--force"),
    "folder": ("folder", "is a folder"),
    "missing folder": ("nowhere/out.txt", "no folder"),
    "folder that is a file": ("there.txt/out", "cannot be written"),
    "device": (os.devnull, "regular file"),
    "stdout": ("-", "--json"),
}


@pytest.mark.parametrize("option", ["-o", "--html"])
@pytest.mark.parametrize("case", BAD)
def test_bad_outputs_are_refused_before_the_work(case, option, refused, tmp_path, lazy_analysis):
    (tmp_path / "there.txt").write_text("precious")
    (tmp_path / "folder").mkdir()
    path, word = BAD[case]
    refused("analyze", "karate", option, path, saying=word)


def test_a_folder_that_cannot_be_written_to_is_refused(refused, tmp_path, lazy_analysis):
    if os.geteuid() == 0:
        proc = Path("/proc/self")
        if not proc.is_dir():
            pytest.skip("no folder here that refuses even root")
        path = proc / "out.json"
    else:
        (tmp_path / "locked").mkdir(mode=0o500)
        path = tmp_path / "locked" / "out.json"
    refused("analyze", "karate", "-o", path, saying="cannot be written")


def test_both_outputs_in_one_file_are_refused(refused, lazy_analysis):
    refused("analyze", "karate", "-o", "a.out", "--html", "./a.out", saying="same file")


def test_the_input_is_never_replaced(refused, tmp_path, lazy_analysis):
    (tmp_path / "g.txt").write_text("0 1\n")
    refused("analyze", "g.txt", "-o", "g.txt", "--force", saying="input itself")
    (tmp_path / "link.txt").symlink_to(tmp_path / "g.txt")
    refused("analyze", "g.txt", "-o", "link.txt", "--force", saying="input itself")


@pytest.mark.parametrize("option", ["-o", "--html"])
def test_several_graphs_need_folders(option, refused, tmp_path, lazy_analysis):
    (tmp_path / "file").write_text("precious")
    refused("analyze", "karate", "csbm", option, "out.html", saying="must name a folder")
    refused("analyze", "karate", "csbm", option, "file", saying="must name a folder")


def test_one_existing_output_of_several_stops_the_run_before_it_starts(refused, tmp_path, lazy_analysis):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "csbm.json").write_text("precious")
    refused("analyze", "karate", "csbm", "-o", "out", saying="csbm.json")


def test_writing_is_whole_and_readable_by_others(tmp_path):
    target = tmp_path / "a.txt"
    mask = os.umask(0o022)
    try:
        Destination(target).write("μ\n")
    finally:
        os.umask(mask)
    assert target.read_bytes() == "μ\n".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_force_replaces(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    destination = Destination(target, force=True)
    destination.check()
    destination.write("new")
    assert target.read_text() == "new"


def test_a_file_that_came_into_being_during_the_work_is_kept(tmp_path):
    destination = Destination(tmp_path / "a.txt")
    destination.check()
    (tmp_path / "a.txt").write_text("someone else's")
    with pytest.raises(OutputError, match="exists by now"):
        destination.write("mine")
    assert (tmp_path / "a.txt").read_text() == "someone else's"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_no_hard_links_is_no_obstacle(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(output.os, "link", refuse)
    Destination(tmp_path / "a.txt").write("text")
    with pytest.raises(OutputError, match="exists by now"):
        Destination(tmp_path / "a.txt").write("other")
    assert (tmp_path / "a.txt").read_text() == "text"


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_failure_on_the_way_leaves_nothing(step, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, step, full)
    if step == "link":
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        Destination(tmp_path / "a.txt").write("text")
    assert list(tmp_path.iterdir()) == []


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "real" / "a.txt")
    Destination(link).write("text")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.txt").read_text() == "text"


def test_file_names_are_distinct_and_harmless():
    names = file_names(["a", "A", "../b", "</script>", "", "a", "..."])
    assert len({name.casefold() for name in names}) == len(names)
    assert not any("/" in name or name.startswith(".") for name in names)
