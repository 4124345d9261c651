"""Run the command within this process and look at everything it says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from spectral_smooth.cli.main import main


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run_main(*arguments: object) -> Run:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Run(code, said.out, said.err)

    return run_main


@pytest.fixture
def refused(run, tmp_path):
    """Run, and hold what every refusal must be: exit 2, one line on stderr, nothing else anywhere."""

    def run_refused(*arguments: object, saying: str) -> str:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        result = run(*arguments)
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert result.code == 2, result
        assert result.out == ""
        assert result.err.endswith("\n")
        assert result.err.count("\n") == 1, result.err
        assert result.err.startswith("spectral-smooth: error: ")
        assert "Traceback" not in result.err
        assert saying.lower() in result.err.lower(), result.err
        assert after == before, "a refusal leaves no file behind and changes none"
        return result.err

    return run_refused
