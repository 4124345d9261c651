"""The direction of imports, and the files that must not come into being."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

import spectral_smooth

PACKAGE = Path(spectral_smooth.__file__).parent
ORDER = (
    "errors",
    "progress",
    "graphs",
    "operators",
    "engines",
    "spectra",
    "measures",
    "simulate",
    "theory",
    "depth",
    "analysis",
    "monitoring",
    "warmup",
    "report",
    "cli",
    "__main__",
)
FILES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN_LIBRARIES = {"torch", "torch_geometric", "dgl", "jax", "tensorflow"}


def name_of(path: Path) -> str:
    parts = ("spectral_smooth", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imports_of(path: Path, *, delayed: bool = True) -> list[str]:
    """Every module that a file imports: at its top and, with delayed, inside functions and for type checkers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree) if delayed else tree.body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import in line {node.lineno}"
            assert node.module is not None
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [
                name if name in MODULES or name.startswith("spectral_smooth.__") else node.module
                for name in full
            ]
    return found


def stage(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("module", [name for name in MODULES if "." in name])
def test_imports_go_upwards_only(module):
    for imported in imports_of(MODULES[module]):
        if imported == "spectral_smooth.__version__":
            continue
        assert imported != "spectral_smooth", f"{module} imports the root; import from where the name lives"
        if imported.startswith("spectral_smooth."):
            assert ORDER.index(stage(imported)) <= ORDER.index(stage(module)), f"{module} imports {imported}"


def test_every_stage_is_in_the_order():
    found = {stage(name) for name in MODULES if "." in name}
    assert found <= set(ORDER)


def test_no_module_imports_itself_in_a_circle_while_loading():
    edges = {name: set(imports_of(path, delayed=False)) & set(MODULES) for name, path in MODULES.items()}
    assert any(edges.values())
    graphlib.TopologicalSorter(edges).prepare()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_deep_learning_library_is_imported(path):
    assert not {name.split(".")[0] for name in imports_of(path)} & FORBIDDEN_LIBRARIES


def test_subpackage_inits_are_empty():
    inits = [path for path in FILES if path.name == "__init__.py" and path.parent != PACKAGE]
    assert inits
    assert [str(path) for path in inits if path.read_text(encoding="utf-8").strip()] == []


def test_no_file_collects_leftovers():
    forbidden = {"utils", "util", "core", "common", "helpers", "misc"}
    assert [str(p) for p in PACKAGE.rglob("*") if p.stem.strip("_") in forbidden] == []


def test_every_folder_with_modules_is_a_package():
    assert [str(p.parent) for p in FILES if not (p.parent / "__init__.py").exists()] == []
