"""Help, version, exit codes, and what becomes of every kind of failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

import spectral_smooth as ss
from spectral_smooth.cli.main import main
from spectral_smooth.errors import NotConvergedError

VERBS = ("analyze", "spectrum", "depth", "propagate", "report", "graphs")
COMMAND = [sys.executable, "-m", "spectral_smooth"]


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb, flag, run):
    result = run(verb, flag)
    assert result.code == 0
    assert result.err == ""
    assert f"spectral-smooth {verb}" in result.out.split("Examples:")[1]


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_lists_the_verbs(flag, run):
    result = run(flag)
    assert result.code == 0
    assert all(verb in result.out for verb in VERBS)


def test_no_verb_shows_the_help_and_is_a_usage_error(run):
    result = run()
    assert result.code == 2
    assert "Usage" in result.out


def test_version(run):
    assert run("--version").out == f"spectral-smooth {ss.__version__}\n"


@pytest.fixture
def failing(monkeypatch):
    """Make the shortest verb fail with a given exception."""

    def arrange(error):
        def fail():
            raise error

        monkeypatch.setattr("spectral_smooth.graphs.catalog.embedded_names", fail)

    return arrange


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ss.errors.InputError("the input is bad"), 2),
        (ss.errors.UsageError("the call is bad"), 2),
        (ss.errors.OutputError("the output is bad"), 2),
        (ss.errors.MissingLibraryError("scipy", "this", "scipy"), 1),
        (NotConvergedError("it did not converge", None), 3),
        (ss.errors.SpectralSmoothError("something failed"), 1),
        (ZeroDivisionError("a bug"), 1),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_failure_is_one_line_and_its_exit_code(error, code, run, failing):
    failing(error)
    result = run("graphs")
    assert result.code == code
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("spectral-smooth: error: ")


def test_verbose_adds_the_traceback(run, failing):
    failing(ZeroDivisionError("a bug"))
    err = run("graphs", "-v").err
    assert "Traceback" in err
    assert err.splitlines()[-1] == "spectral-smooth: error: unexpected ZeroDivisionError: a bug"


def test_a_message_cannot_move_the_cursor_or_break_the_line(run):
    result = run("spectrum", "a\x1b[2Jb\nc\udc80")
    assert result.code == 2
    assert "\x1b" not in result.err
    assert result.err.count("\n") == 1


def test_a_closed_pipe_is_no_traceback():
    read, write = os.pipe()
    os.close(read)
    try:
        run = subprocess.run(
            [*COMMAND, "graphs"], stdout=write, stderr=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(write)
    assert run.stderr == ""
    assert run.returncode == 141


def test_an_interrupt_is_one_sentence(monkeypatch, capsys):
    def interrupted():
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("spectral_smooth.graphs.catalog.embedded_names", interrupted)
    assert main(["graphs"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_terminal_without_greek_letters_gets_question_marks():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    run = subprocess.run([*COMMAND, "spectrum", "-h"], capture_output=True, env=environment, timeout=60)
    assert run.returncode == 0
    assert run.stderr == b""
    assert b"|?|" in run.stdout


def test_the_module_and_the_function_are_one_command():
    run = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, timeout=60)
    assert run.stdout == f"spectral-smooth {ss.__version__}\n"


def test_a_closed_pipe_does_not_stop_the_files(tmp_path):
    read, write = os.pipe()
    os.close(read)
    try:
        target = tmp_path / "karate.json"
        command = [*COMMAND, "analyze", "karate", "--depth", "4", "--horizon", "8", "-o", target]
        run = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=120)
    finally:
        os.close(write)
    assert run.returncode == 141
    assert target.stat().st_size > 1000
