"""Compiled kernels on disk: right for any number of processes, whatever becomes of the files, and never stale."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spectral_smooth
from spectral_smooth.engines import kernel_files
from spectral_smooth.engines.compilation import Compilations, compilations, kernel

# A kernel that closes over a number: numba's own cache keeps such variants under one name.
MODULE = """
import json, sys, warnings
import numpy as np
from spectral_smooth.engines.compilation import compilations, kernel
from spectral_smooth.engines.kernel_files import cache_folder

def make(factor):
    def times(x):
        return factor * x.sum()
    return kernel(times)

def main(factors):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = {f: make(f)(np.ones(3)) for f in factors}
    count, folder = compilations(), cache_folder()
    print(json.dumps({
        "wrong": [f for f, value in found.items() if value != 3 * f],
        "compiled": count.compiled, "loaded": count.loaded,
        "folder": folder and str(folder), "told": [str(one.message) for one in told],
    }))
"""


@pytest.fixture
def module(tmp_path):
    (tmp_path / "tiny.py").write_text(MODULE)
    return tmp_path


def environment(module: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_"))}
    paths = os.pathsep.join([str(module), *filter(None, [kept.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **more}


def begin(module: Path, factors: list[int], **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"import tiny; tiny.main({factors})"],
        cwd=module,
        env=environment(module, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> dict:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    result = json.loads(out)
    assert result["wrong"] == []
    return result


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.nbc"))


def test_processes_that_start_at_once_leave_a_cache_that_is_whole(module):
    cache = module / "cache"
    orders = ([2, 3, 5], [5, 3, 2], [3, 2, 5], [5, 2, 3])
    started = [begin(module, order, NUMBA_CACHE_DIR=str(cache)) for order in orders]
    assert all(result["compiled"] + result["loaded"] == 3 for result in map(end, started))
    assert len(files(cache)) == 3
    assert not list(cache.rglob("*.tmp"))
    later = end(begin(module, [2, 3, 5], NUMBA_CACHE_DIR=str(cache)))
    assert (later["compiled"], later["loaded"]) == (0, 3)


def test_files_that_are_damaged_or_misnamed_are_compiled_again(module):
    cache = module / "cache"
    assert end(begin(module, [2, 3, 5, 7], NUMBA_CACHE_DIR=str(cache)))["compiled"] == 4
    cut, empty, changed, other = files(cache)
    cut.write_bytes(cut.read_bytes()[:-100])
    empty.write_bytes(b"")
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    shutil.copy(other, cut)
    again = end(begin(module, [2, 3, 5, 7], NUMBA_CACHE_DIR=str(cache)))
    assert (again["compiled"], again["loaded"], again["told"]) == (3, 1, [])
    assert end(begin(module, [2, 3, 5, 7], NUMBA_CACHE_DIR=str(cache)))["loaded"] == 4


def test_another_processor_or_numba_setting_is_other_code(module):
    cache = {"NUMBA_CACHE_DIR": str(module / "cache")}
    assert end(begin(module, [2], **cache))["compiled"] == 1
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    started = [begin(module, [2], **cache, **more) for more in (other, {"NUMBA_OPT": "1"}, {})]
    assert [(r["compiled"], r["loaded"]) for r in map(end, started)] == [(1, 0), (1, 0), (0, 1)]


def test_without_any_folder_there_is_one_warning_and_the_results_are_right(module):
    file = module / "file"
    file.write_text("no folder")
    result = end(begin(module, [2, 3], NUMBA_CACHE_DIR=str(file)))
    assert (result["compiled"], result["folder"]) == (2, None)
    (sentence,) = result["told"]
    assert str(file) in sentence
    assert "NUMBA_CACHE_DIR" in sentence


@pytest.fixture
def package(module):
    """A copy of the package, which processes that the tests start import."""
    source = Path(spectral_smooth.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__", "*.nbc", "*.nbi")
    shutil.copytree(source, module / "spectral_smooth", ignore=ignore)
    return module / "spectral_smooth"


def lock(package: Path) -> Path:
    """Make the package's cache folder a file: root may write to any folder, but not into a file."""
    folder = package / "engines" / "kernels" / "__pycache__"
    if folder.exists():
        shutil.move(folder, package / "moved")
    folder.write_text("")
    return folder


def test_the_users_folder_is_taken_where_the_package_is_read_only(module, package):
    users = {"HOME": str(module / "home"), "XDG_CACHE_HOME": str(module / "home" / ".cache")}
    first = end(begin(module, [2], **users))
    assert Path(first["folder"]) == package / "engines" / "kernels" / "__pycache__"
    lock(package)
    second = end(begin(module, [2], **users))
    assert (second["compiled"], second["told"]) == (1, [])
    assert len(files(module / "home")) == 1
    assert end(begin(module, [2], **users))["loaded"] == 1


def test_what_a_build_left_in_the_package_is_read_where_it_cannot_be_written(module, monkeypatch):
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    package, _ = kernel_files.cache_folders()
    writing = kernel_files._write
    monkeypatch.setattr(
        kernel_files, "_write", lambda path, body: path.parent != package and writing(path, body)
    )
    reading = kernel_files._read
    looked = []
    monkeypatch.setattr(kernel_files, "_read", lambda path: looked.append(path.parent) or reading(path))
    kernel(_increment)(1)
    assert looked[0] == package


def test_a_changed_source_is_compiled_anew(module, package):
    """The kernel that is asked is in one file, what changes is in another that it calls."""
    code = (
        "import numpy as np, spectral_smooth as ss\n"
        "from spectral_smooth.engines.compilation import compilations\n"
        "graph = ss.Graph(np.array([0, 1, 2]), np.array([1, 0])); out = np.empty((2, 1))\n"
        "ss.Numba(vectors=False).bind(ss.gcn(graph)).apply(np.array([[1.0], [3.0]]), out)\n"
        "print(out.ravel().round(12).tolist(), compilations().compiled)\n"
    )

    def found() -> str:
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=module,
            env=environment(module, NUMBA_CACHE_DIR=str(module / "cache")),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return run.stdout.strip()

    assert found() == "[2.0, 2.0] 1"
    called = package / "engines" / "kernels" / "scalar_rows.py"
    before = called.read_text()
    changed, count = re.subn(r"out\[i\] = y\b", "out[i] = 10 * y", before)
    assert count == 1
    called.write_text(changed)
    assert found() == "[20.0, 20.0] 1"
    called.write_text(before)
    assert found() == "[2.0, 2.0] 0"


def _increment(x):
    return x + 1


def test_a_full_disk_or_a_folder_that_vanishes_is_told_once(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(kernel_files, "_told", False)
    kernel(_increment)(1)
    shutil.rmtree(tmp_path)
    kernel(_increment)(1.0)  # the folder comes back
    assert len(files(tmp_path)) == 1

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    again = kernel(_increment)
    with pytest.warns(UserWarning, match="cannot be kept"):
        assert again(1j) == 1 + 1j
    assert again(True) == 2
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".nbc"]
    assert kernel_files.cache_folder() is None


def test_files_are_for_everyone_who_may_read_the_folder(tmp_path):
    path = tmp_path / "deep" / "name.nbc"
    assert kernel_files._write(path, b"body")
    (tmp_path / "beside").write_bytes(b"")
    assert path.stat().st_mode == (tmp_path / "beside").stat().st_mode
    assert kernel_files._read(path) == b"body"


def test_compilations_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    before = compilations()
    one = kernel(_increment)
    one(1), one(1.0), one(2)
    assert compilations() - before == Compilations(2, 0)
    kernel(_increment)(1)
    assert compilations() - before == Compilations(2, 1)
