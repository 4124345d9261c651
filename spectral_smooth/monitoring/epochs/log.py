"""EpochLog: an append-only log of epochs, one JSON line each, that survives a crash."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spectral_smooth.errors import InputError, OutputError, UsageError
from spectral_smooth.monitoring.epochs.parsing import MAX_EPOCH, DamageError, parse
from spectral_smooth.monitoring.epochs.record import HEAD, RECORD_KIND, EpochRecord, is_torn
from spectral_smooth.monitoring.result import Monitoring

CHUNK = 1 << 16
# Editors on Windows put a byte order mark at the beginning of a text.
MARK = b"\xef\xbb\xbf"
# A record that was cut short may have been written anew by another JSON writer before.
_OURS = re.compile(rb'\{\s*"kind"\s*:\s*"' + RECORD_KIND.encode("ascii") + b'"')


@dataclass(frozen=True)
class EpochLog:
    """A file to which every epoch of a training run adds one line; `read_log` reads it.

    A record is written in one piece at the end of the file, flushed and synced before `append` returns, so that a crash
    can tear only the line being written. The next `append` cuts a torn line off and warns; one whose last byte alone,
    the line break, is missing is whole and kept.

    Several processes or threads may append at once where the system locks files (POSIX): lines never mix, and every
    ``epoch=None`` gets a number of its own. Where it does not (Windows, some network file systems) one writer at a
    time is what holds.

    Parameters
    ----------
    path : path
        Made at the first `append`; its folder must exist.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss, tempfile
    >>> from spectral_smooth.monitoring.monitor import monitor
    >>> rng = np.random.default_rng(0)
    >>> log = EpochLog(Path(tempfile.mkdtemp()) / "run.jsonl")
    >>> for loss in (1.9, 0.8):
    ...     found = monitor(ss.load("karate"), [rng.normal(size=(34, 8)) for _ in range(2)])
    ...     record = log.append(found, loss=loss)
    >>> record
    EpochRecord of epoch 1, 2 layers: nothing wrong
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))

    def append(self, monitoring: Monitoring, /, epoch: int | None = None, **numbers: Any) -> EpochRecord:
        """Add one epoch.

        Parameters
        ----------
        monitoring : Monitoring
            What `monitor` or `Monitor.finish` returned.
        epoch : int, optional
            One more than that of the last line by default, 0 in a new file. A smaller one than before is a run that was
            resumed: readers then leave out what was logged from that epoch on. Below 2**63.
        **numbers : float
            What else belongs to this epoch, such as ``loss=0.3``; what is not finite is logged as null.

        Returns
        -------
        EpochRecord
            What was written.

        Warns
        -----
        UserWarning
            If a torn line was cut off; after the new one is safe.

        Raises
        ------
        UsageError
            If an argument is not what it should be.
        InputError
            If the file is something else, or its last line is damaged; it is then left as it is.
        OutputError
            If it cannot be written; what was written of a line that does not fit is taken back.
        """
        if not isinstance(monitoring, Monitoring):
            raise UsageError(f"append() takes what monitor() returns, got {type(monitoring).__name__}")
        record = EpochRecord.of(monitoring, 0 if epoch is None else epoch, numbers)
        try:
            with _opened(self.path) as handle:
                end = _End.of(handle, self.path)
                record = replace(record, epoch=end.next_epoch(self.path)) if epoch is None else record
                _write(handle, end, record.to_line())
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            reason = error.strerror or str(error)
            raise OutputError(f"the log {self.path} cannot be written: {reason}") from error
        if end.torn:
            warnings.warn(
                f"the last line of {self.path} was torn ({end.torn:,} bytes without an end, as a crash leaves them); "
                f"it was cut off before epoch {record.epoch} was added",
                stacklevel=2,
            )
        return record


@dataclass(frozen=True)
class _End:
    """How a log ends: where the next line goes, and what must be done before.

    Attributes
    ----------
    size : int
        Bytes that are kept.
    torn : int
        Bytes after them that are cut off.
    bare : bool
        Whether the last line lacks its line break only.
    following : int
        Epoch after that of the last line.
    """

    size: int
    torn: int
    bare: bool
    following: int

    @classmethod
    def of(cls, handle: int, path: Path) -> _End:
        size = os.fstat(handle).st_size
        begin = len(MARK) if _at(handle, 0, len(MARK)) == MARK else 0
        check_beginning(_first(handle, begin), path)
        start, tail = _last(handle, begin, size)
        torn = 0
        if tail and not tail.endswith(b"\n") and is_torn(tail):
            torn = size - start
            _, tail = _last(handle, begin, start)
        following = EpochRecord.from_line(tail, f"the last line of {path}").epoch + 1 if tail else 0
        return cls(size - torn, torn, bool(tail) and not tail.endswith(b"\n"), following)

    def next_epoch(self, path: Path) -> int:
        if self.following > MAX_EPOCH:
            raise UsageError(
                f"the last epoch of {path} is the largest there can be; name the next with epoch="
            )
        return self.following


def check_beginning(first: bytes, path: Path | str) -> None:
    """Refuse a file whose first line, or what there is of it, is no epoch of a log; nothing at all is none yet.

    Parameters
    ----------
    first : bytes
        After a byte order mark.
    path : path
        What an error names.

    Raises
    ------
    InputError
        If it is something else, or an epoch that is damaged or of another version.
    """
    if not first or first.startswith(HEAD) or (not first.endswith(b"\n") and HEAD.startswith(first)):
        return
    try:
        data = parse(first)
        ours = isinstance(data, dict) and data.get("kind") == RECORD_KIND
    except DamageError:
        ours = _OURS.match(first) is not None
    if not ours:
        raise InputError(
            f"{path} is no log of spectral-smooth, which holds one epoch on each line from the first on; "
            "name another file"
        )
    EpochRecord.from_line(first, f"line 1 of {path}")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a log to read its end and append to it, alone where the system can lock files."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    fresh = not path.exists()
    handle = os.open(path, flags, 0o666)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OutputError(f"the log {path} is not a regular file; name a file")
        _lock(handle)
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)  # which also gives the lock back
    if fresh:
        _sync_folder(path.parent)


def _lock(handle: int) -> None:
    if sys.platform != "win32":
        import fcntl

        with contextlib.suppress(
            OSError
        ):  # a file system without locks: one writer at a time is what holds there
            fcntl.flock(handle, fcntl.LOCK_EX)


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file as safe as its content."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot sync a folder; the file itself is safe
            os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, end: _End, line: bytes) -> None:
    if end.torn:
        os.ftruncate(handle, end.size)
    text = b"\n" + line if end.bare else line
    try:
        done = os.write(handle, text)
        while done < len(text):  # a system may take less than all: a full disk says so at the next try
            done += os.write(handle, text[done:])
    except OSError:
        os.ftruncate(handle, end.size)
        raise


def _first(handle: int, begin: int) -> bytes:
    """Return the first line, or what tells that it is one of a log."""
    found = _at(handle, begin, len(HEAD))
    if found.startswith(HEAD):
        return found
    while b"\n" not in found and (more := os.read(handle, CHUNK)):
        found += more
    line, end, _ = found.partition(b"\n")
    return line + end


def _last(handle: int, begin: int, size: int) -> tuple[int, bytes]:
    """Return where the last line before byte ``size`` begins, and the line; blank lines are passed over."""
    found, start = b"", size
    while start > begin and b"\n" not in found.rstrip():
        step = min(CHUNK, start - begin)
        start -= step
        found = _at(handle, start, step) + found
    line_at = found.rstrip().rfind(b"\n") + 1
    return start + line_at, found[line_at:] if found.strip() else b""


def _at(handle: int, start: int, count: int) -> bytes:
    """Return so many bytes from a place on, fewer only where the file ends."""
    os.lseek(handle, start, os.SEEK_SET)
    found = b""
    while len(found) < count:
        more = os.read(handle, count - len(found))
        if not more:
            break
        found += more
    return found
