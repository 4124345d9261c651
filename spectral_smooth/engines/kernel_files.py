"""Machine code of kernels on disk: one file a variant, named by everything that decides what is in it.

numba's own cache keeps an index per function and numbers its files. Two processes that begin with an empty cache can
take the same number, and a third is then served the code of one variant for another: a wrong width, or weights that
are not read. Here nothing is shared but whole files, so there is nothing to fall out of step.
"""

from __future__ import annotations

import os
import pickle
import sys
import uuid
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

# What numba can be told by the environment and what ends up in the code.
SWITCHES = (
    "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "ENABLE_AVX", "DISABLE_INTEL_SVML",
)  # fmt: skip
DIGEST = 32

_read_from: Path | None = None
_written_to: Path | None = None
_told = False


class KernelFiles:
    """The files of one kernel; a numba dispatcher asks it before it compiles and hands it what it has compiled.

    Parameters
    ----------
    function : callable
        In Python; what it closes over must be plain numbers.
    options : dict
        Of `numba.njit`.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self._name = function.__name__.strip("_")
        enclosed = [cell.cell_contents for cell in function.__closure__ or ()]
        stamp = source_stamp(Path(function.__code__.co_filename))
        settings = sorted((name, _in_order(value)) for name, value in options.items())
        self._fixed = (function.__module__, function.__qualname__, enclosed, settings, stamp)

    @property
    def cache_path(self) -> str:
        """The folder that is read first, for numba's statistics."""
        return str(cache_folders()[0])

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the compiled variant of a signature, or None where there is none that can be used."""
        from numba.core.compiler import CompileResult

        global _read_from
        rebuild: Any = CompileResult._rebuild
        target.refresh()
        name = self._file_name(signature, target.codegen())
        for folder in cache_folders():
            body = _read(folder / name)
            if body is None:
                continue
            try:
                found = rebuild(target, *pickle.loads(body))  # noqa: S301 - our own, and whole
            except Exception:  # whatever is wrong with it, compiling again is right
                continue
            _read_from = folder
            return found
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Write a compiled variant to the first folder that takes it; tell once if none does."""
        from numba.core import serialize

        if compiled.library.has_dynamic_globals:  # addresses of this process
            return
        dumps: Any = serialize.dumps
        name, body = self._file_name(signature, compiled.codegen), dumps(compiled._reduce())
        if not any(_write(folder / name, body) for folder in cache_folders()):
            _tell()

    def _file_name(self, signature: Any, codegen: Any) -> str:
        """Return a name that differs where sources, types, options, processor or versions differ."""
        import llvmlite
        import numba
        from numba.core import config

        switches = [getattr(config, name, None) for name in SWITCHES]
        versions = (sys.implementation.cache_tag, numba.__version__, llvmlite.__version__)
        types = [str(one) for one in signature]
        key = repr((self._fixed, types, codegen.magic_tuple(), versions, switches))
        return f"{self._name}-{sha256(key.encode()).hexdigest()[:40]}.nbc"


def cache_folders() -> tuple[Path, ...]:
    """Return where compiled kernels are looked for, in order; the first that can be written is written to.

    ``NUMBA_CACHE_DIR`` alone where it is set; otherwise the package's own folder and the user's cache folder. What
    the build of a container has left in the package is read there also when it can no longer be written.

    Examples
    --------
    >>> all(folder.is_absolute() for folder in cache_folders())
    True
    """
    from numba.core import config

    told: str = getattr(config, "CACHE_DIR", "")
    if told:
        return (Path(told).absolute() / "spectral_smooth",)
    users = _users_folder()
    package = Path(__file__).parent / "kernels" / "__pycache__"
    return (package,) if users is None else (package, users / "spectral_smooth")


def cache_folder() -> Path | None:
    """Return the folder last written to, or else last read from, or else the first that can be written.

    None where compiled kernels could not be kept.
    """
    if _told:
        return None
    folders = cache_folders()
    used = (folder for folder in (_written_to, _read_from) if folder in folders)
    return next(used, None) or next((folder for folder in folders if _takes_files(folder)), None)


@cache
def source_stamp(file: Path | None = None) -> int:
    """Return a number that changes with the kernels' sources, and with ``file`` and the kernels beside it.

    A kernel is composed of functions in several files, so all of them count.
    """
    here = Path(__file__).parent
    paths = {here / "compilation.py", *(here / "kernels").glob("*.py")}
    if file is not None:
        paths |= {file, *file.parent.glob("*kernels*.py")}
    stamp = 0
    for path in sorted(paths):
        if path.is_file():
            stamp = crc32(path.read_bytes(), stamp)
    return stamp


def _in_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else value


def _users_folder() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as in some containers
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache").absolute()


def _takes_files(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _digest(path: Path, body: bytes) -> bytes:
    return sha256(path.name.encode() + body).digest()


def _read(path: Path) -> bytes | None:
    """Return what was written under a name; None where it is missing, cut short, or was meant for another name."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    body = content[DIGEST:]
    return body if content[:DIGEST] == _digest(path, body) else None


def _write(path: Path, body: bytes) -> bool:
    """Write a file as a whole or not at all; return whether it is there (not if the folder is read-only or full)."""
    global _written_to
    # Not by tempfile: its files are for their owner only, and what a container's build writes, others run.
    temporary = path.with_name(f"{path.stem}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(_digest(path, body) + body)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError:
        return _read(path) is not None  # Windows does not replace a file that another process is reading
    _written_to = path.parent
    return True


def _tell() -> None:
    global _told
    if _told:
        return
    _told = True
    tried = " nor to ".join(str(folder) for folder in cache_folders())
    warnings.warn(
        f"compiled kernels cannot be kept: nothing can be written to {tried}; set NUMBA_CACHE_DIR to a folder that "
        "can be written, or every process compiles anew for some seconds",
        stacklevel=2,
    )
