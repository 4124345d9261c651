"""Importing does no work: whatever is heavy waits until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numba", "matplotlib", "bokeh", "scipy.sparse", "networkx", "jinja2")


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write('\\n'.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stderr.split())


def test_the_root_loads_nothing():
    assert not loaded_after("import spectral_smooth") & {*HEAVY, "typer", "rich", "numpy"}


def test_dir_and_version_load_nothing():
    assert not loaded_after("import spectral_smooth as ss; dir(ss); ss.__version__") & {*HEAVY, "numpy"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["analyze", "--help"], ["anlyze"]])
def test_the_command_loads_nothing_before_it_has_work(arguments):
    code = f"from spectral_smooth.cli.main import main; main({arguments!r})"
    assert not loaded_after(code) & {*HEAVY, "numpy"}


@pytest.mark.parametrize("module", ["operators.rule", "measures.curve", "analysis", "graphs.dataset"])
def test_values_and_results_need_no_compiler_and_no_plots(module):
    assert not loaded_after(f"import spectral_smooth.{module}") & {"numba", "matplotlib", "bokeh"}
