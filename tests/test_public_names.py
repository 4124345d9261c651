"""The names that the root offers: each exists, and type checkers see the same."""

from __future__ import annotations

import ast
import doctest
import inspect
import sys
from importlib import metadata
from pathlib import Path

import pytest

import spectral_smooth as ss

ROOT = Path(ss.__file__)


@pytest.mark.parametrize("name", ss.__all__)
def test_every_public_name_resolves(name):
    assert getattr(ss, name) is not None


@pytest.mark.parametrize("name", [n for n in ss.__all__ if inspect.isfunction(getattr(ss, n))])
def test_every_public_function_shows_an_example_that_runs_as_a_doctest(name):
    found = doctest.DocTestFinder(recurse=False).find(getattr(ss, name))
    assert sum(len(one.examples) for one in found) > 0


def test_type_checkers_see_the_public_names():
    tree = ast.parse(ROOT.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname == alias.name, "explicit re-exports are written 'from x import A as A'"
            seen[alias.name] = node.module
    assert sorted(seen) == ss.__all__
    for name, module in seen.items():
        if name != "errors":
            assert getattr(sys.modules.get(module) or __import__(module, fromlist=[name]), name) is getattr(
                ss, name
            )


def test_dir_lists_the_public_names():
    assert set(ss.__all__) <= set(dir(ss))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'oversmooth'"):
        ss.oversmooth  # noqa: B018


def test_the_version_is_the_installed_one():
    try:
        installed = metadata.version("spectral_smooth")
    except metadata.PackageNotFoundError:
        pytest.skip("run from the source tree, nothing is installed")
    assert ss.__version__ == installed
