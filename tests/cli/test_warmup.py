"""warmup, and what other verbs say when they have compiled something."""

from __future__ import annotations

import re

import pytest

from spectral_smooth.cli import compiled
from spectral_smooth.cli.talk import Talk


def test_warmup_says_what_was_compiled_and_where_it_is(run):
    result = run("warmup", "--columns", "2")
    assert (result.code, result.err) == (0, "")
    first, second = result.out.splitlines()
    assert re.fullmatch(r"compiled \d+ kernel variants and read \d+ from the cache in \d+\.\d s", first)
    assert re.fullmatch(r"cache: /.+", second)
    assert "compiled 0 kernel variants and read 0 from" in run("warmup", "--columns", "2", "-v").out


@pytest.mark.parametrize("columns", ["", "many", "1,,2", "0", "4,-1", "1.5"])
def test_columns_that_are_no_numbers_are_refused(refused, columns):
    refused("warmup", "--columns", columns, saying="--columns")


def test_an_unknown_type_is_refused(refused):
    refused("warmup", "--dtype", "float16", saying="float32")


def test_warmup_fails_where_nothing_can_be_kept(run, monkeypatch):
    monkeypatch.setattr("spectral_smooth.engines.kernel_files.cache_folder", lambda: None)
    result = run("warmup", "--columns", "2")
    assert result.code == 2
    assert "NUMBA_CACHE_DIR" in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("count", "talk", "says"),
    [
        (3, Talk(verbose=True), "compiled 3 kernels, kept for the next run in "),
        (1, Talk(verbose=True), "compiled 1 kernel, kept"),
        (0, Talk(verbose=True), ""),
        (3, Talk(), ""),
        (3, Talk(quiet=True, verbose=True), ""),
    ],
)
def test_compiling_is_told_to_who_watches(capsys, count, talk, says):
    compiled.tell_compiled(count, talk)
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert bool(said.err) == bool(says)


def test_compiling_without_a_place_to_keep_it_is_told(capsys, monkeypatch):
    monkeypatch.setattr("spectral_smooth.engines.kernel_files.cache_folder", lambda: None)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    compiled.tell_compiled(2, Talk())
    assert "compiled 2 kernels, not kept: set NUMBA_CACHE_DIR" in capsys.readouterr().err


def test_a_verb_tells_what_it_has_compiled(run, monkeypatch):
    counts = iter([4, 6])
    monkeypatch.setattr("spectral_smooth.cli.main.compiled_so_far", lambda: next(counts))
    assert "compiled 2 kernels" in run("graphs", "-v").err
