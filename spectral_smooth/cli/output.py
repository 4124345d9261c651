"""Output files: refused before anything is computed, or written whole."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spectral_smooth.errors import OutputError, UsageError


@dataclass(frozen=True)
class Destination:
    """A file that will be written: `check` before computing, `write` afterwards.

    Attributes
    ----------
    path : Path
        As the user wrote it.
    force : bool
        Whether an existing file may be replaced.
    """

    path: Path
    force: bool = False

    def check(self, *, inputs: Iterable[Path] = ()) -> None:
        """Refuse now what `write` would refuse after the work.

        Raises
        ------
        OutputError
            If the file exists and may not be replaced, is not a regular file, is one of the inputs, or
            its folder does not exist or cannot be written to.
        """
        path = self.path
        if path.is_dir():
            raise OutputError(f"the output {path} is a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise OutputError(f"the output {path} is not a regular file; use --json to print to stdout")
        if any(path.exists() and given.exists() and path.samefile(given) for given in inputs):
            raise OutputError(f"the output {path} is the input itself; choose another name")
        if path.exists() and not self.force:
            raise OutputError(f"the output {path} exists already; use --force to replace it")
        folder = self._folder()
        if not folder.is_dir():
            raise OutputError(f"the output {path} cannot be written: there is no folder {folder}")
        try:
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".spectral-smooth-"):
                pass
        except OSError as error:
            raise _refused(path, error) from error

    def write(self, text: str | bytes) -> None:
        """Write text (in UTF-8) or bytes to a temporary neighbour, sync it, and rename it into place.

        Raises
        ------
        OutputError
            If the system refuses, or the file has come into being since `check`.
        """
        try:
            self._write(text)
        except FileExistsError as error:
            raise OutputError(f"the output {self.path} exists by now; use --force to replace it") from error
        except OSError as error:
            raise _refused(self.path, error) from error

    def _write(self, text: str | bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder(), prefix=".spectral-smooth-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            self._move(temporary)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(self._folder())

    def _move(self, temporary: Path) -> None:
        target = self._target()
        if self.force:
            temporary.replace(target)
            return
        try:  # a link, unlike a rename, never replaces a file that another process has just made
            os.link(temporary, target)
        except FileExistsError:
            raise
        except OSError:  # no hard links on this file system
            if target.exists():
                raise FileExistsError(str(target)) from None
            temporary.replace(target)

    def _target(self) -> Path:
        return self.path.resolve()  # a symbolic link is followed, not replaced

    def _folder(self) -> Path:
        return self._target().parent


def destination(path: Path | None, *, option: str, force: bool) -> Destination | None:
    """Return where an option's output goes, if it was given.

    Raises
    ------
    UsageError
        If it is ``-``: printing has its own option.
    """
    if path is None:
        return None
    if str(path) == "-":
        raise UsageError(f"{option} takes a file; use --json to print to stdout")
    return Destination(path, force)


def output_folder(path: Path, *, option: str) -> Path:
    """Make sure that a folder for several outputs is there.

    Raises
    ------
    UsageError, OutputError
        If the path names a file, or the folder cannot be made.
    """
    if path.suffix in (".json", ".html") or path.is_file():
        raise UsageError(f"{option} must name a folder where several graphs are analyzed, got {path}")
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error
    return path


def file_names(labels: Iterable[str]) -> list[str]:
    """Return a distinct, harmless file name (without extension) for each label.

    Examples
    --------
    >>> file_names(["cora", "csbm:nodes=100", "cora"])
    ['cora', 'csbm_nodes=100', 'cora-2']
    """
    taken: set[str] = set()
    names = []
    for label in labels:
        base = re.sub(r"[^\w.=-]+", "_", label).lstrip(".") or "graph"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _refused(path: Path, error: OSError) -> OutputError:
    return OutputError(f"the output {path} cannot be written: {error.strerror or error}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError:  # some file systems cannot sync a folder; the file itself is safe
        pass
    finally:
        os.close(handle)
