"""gather(): the records of a log that count, put together, with what a reader must know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.epochs.log import MARK, check_beginning
from spectral_smooth.monitoring.epochs.record import HEAD, EpochRecord, is_torn
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis

# Of one sort of notice this many are told one by one.
TOLD = 3
# What is no log has no line breaks either, perhaps: this much of it is enough to tell.
LONGEST_LINE = 1 << 28


def gather(path: str | Path) -> Gathered:
    """Read all lines of a log, a torn last one left out.

    Raises
    ------
    InputError
        If the file cannot be read, is something else, holds no whole epoch, or a line is damaged.
    """
    gathered = Gathered()
    try:
        with Path(path).open("rb") as file:
            begin = len(MARK) if file.read(len(MARK)) == MARK else 0
            file.seek(begin)
            head = file.read(len(HEAD))
            check_beginning(head if head.startswith(HEAD) else head + file.readline(LONGEST_LINE), path)
            file.seek(begin)
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                if not line.endswith(b"\n") and is_torn(line):
                    gathered.torn = number
                    break
                gathered.add(EpochRecord.from_line(line, f"line {number:,} of {path}"), number)
    except OSError as error:
        raise InputError(f"the log {path} cannot be read: {error.strerror or error}") from error
    if not gathered.kept:
        only = "holds only a torn line" if gathered.torn else "is empty"
        raise InputError(
            f"the log {path} {only}: no epoch has been logged yet; try again after the first one"
        )
    return gathered


@dataclass(frozen=True, eq=False)
class Kept:
    """One record, its values as one array."""

    epoch: int
    time: str
    graph: tuple[Any, ...]
    operator: str
    names: tuple[str, ...]
    measures: tuple[str, ...]
    values: FloatArray
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    class_values: dict[str, FloatArray]
    numbers: dict[str, float | None]
    diagnosis: Diagnosis

    @classmethod
    def of(cls, record: EpochRecord, known: dict[Any, Any]) -> Kept:
        """Keep a record; what every epoch repeats is kept once, in ``known``."""

        def once(value: Any) -> Any:
            return known.setdefault(value, value)

        rows = np.array(list(record.values.values()), dtype=np.float64)
        return cls(
            epoch=record.epoch,
            time=record.time,
            graph=once(tuple(record.graph.values())),
            operator=once(record.operator),
            names=once(record.names),
            measures=once(tuple(record.values)),
            values=rows.reshape(len(record.values), len(record.names)),
            classes=once(record.classes),
            class_counts=once(record.class_counts),
            class_values={
                key: np.array(rows, dtype=np.float64).T for key, rows in record.class_values.items()
            },
            numbers=record.numbers,
            diagnosis=record.diagnosis,
        )


class Gathered:
    """Records that count so far, by rising epoch.

    Attributes
    ----------
    kept : list of Kept
    graph : dict
        Of the last record.
    torn : int
        Number of a torn last line, 0 without one.
    """

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.graph: dict[str, Any] = {}
        self.torn = 0
        self._known: dict[Any, Any] = {}
        self._replaced: list[str] = []

    def add(self, record: EpochRecord, line: int) -> None:
        """Take a record; those of the same or later epochs before it are left out."""
        dropped = []
        while self.kept and self.kept[-1].epoch >= record.epoch:
            dropped.append(self.kept.pop().epoch)
        if dropped:
            self._replaced.append(
                f"line {line:,} goes back to epoch {record.epoch:,}, as a resumed run does: what was logged of "
                f"{_epochs(dropped[-1], dropped[0])} before is left out"
            )
        self.graph = record.graph
        self.kept.append(Kept.of(record, self._known))

    @property
    def last(self) -> Kept:
        """The last record."""
        return self.kept[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers, as the last epoch that has each calls it."""
        names: dict[int, str] = {}
        for one in self.kept:
            names.update(enumerate(one.names))
        return tuple(names[i] for i in range(len(names)))

    @property
    def epochs(self) -> IntArray:
        """Epochs, rising."""
        return np.array([one.epoch for one in self.kept], dtype=np.int64)

    def values(self) -> dict[str, FloatArray]:
        """Return every measure, shape (layers, epochs)."""
        shape = (len(self.names), len(self.kept))
        grids = {name: np.full(shape, np.nan) for name in _union(one.measures for one in self.kept)}
        for at, one in enumerate(self.kept):
            for name, row in zip(one.measures, one.values, strict=True):
                grids[name][: len(row), at] = row
        return grids

    def numbers(self) -> dict[str, FloatArray]:
        """Return what was logged beside, shape (epochs,)."""
        found = {name: np.full(len(self.kept), np.nan) for name in _union(one.numbers for one in self.kept)}
        for at, one in enumerate(self.kept):
            for name, value in one.numbers.items():
                found[name][at] = np.nan if value is None else value
        return found

    def class_values(self) -> dict[str, FloatArray]:
        """Return measures per class, shape (classes, layers, epochs), of epochs with the classes of the last."""
        shape = (len(self.last.classes), len(self.names), len(self.kept))
        same = [(at, one) for at, one in enumerate(self.kept) if one.classes == self.last.classes]
        grids = {name: np.full(shape, np.nan) for name in _union(one.class_values for _, one in same)}
        for at, one in same:
            for name, table in one.class_values.items():
                grids[name][:, : table.shape[1], at] = table
        return grids

    def notices(self) -> tuple[str, ...]:
        """Return what a reader must know of the log."""
        torn = (
            f"the last line (line {self.torn:,}) is torn, as a crash or a writer at work leaves it: left out"
        )
        return (
            *([torn] if self.torn else []),
            *_few(self._replaced),
            *_few(list(_not_finite(self.kept))),
            *_changes(self.kept),
        )


def _union(names: Iterable[Iterable[str]]) -> dict[str, None]:
    return dict.fromkeys(name for some in names for name in some)


def _not_finite(kept: Sequence[Kept]) -> Iterator[str]:
    """Yield which numbers were logged but were not finite: a NaN loss must not look like an absent one."""
    for name in _union(one.numbers for one in kept):
        bad = [one.epoch for one in kept if name in one.numbers and one.numbers[name] is None]
        if bad:
            at = (
                f"at epoch {bad[0]:,}"
                if len(bad) == 1
                else f"at {len(bad):,} epochs, first at epoch {bad[0]:,}"
            )
            yield f"{name} was not finite {at}"


def _changes(kept: Sequence[Kept]) -> Iterator[str]:
    """Yield what is not the same at every epoch."""
    numbers, names, grounds, classes = [], [], [], []
    for before, one in pairwise(kept):
        at = f"at epoch {one.epoch:,}"
        if len(before.names) != len(one.names):
            numbers.append(
                f"{at} the number of layers is {len(one.names)}, {len(before.names)} before: they are matched by number"
            )
        other = next(
            (i for i, (a, b) in enumerate(zip(before.names, one.names, strict=False)) if a != b), None
        )
        if other is not None:
            names.append(
                f"{at} layer {other} is called {one.names[other]!r}, {before.names[other]!r} before: layers are "
                "matched by number"
            )
        if (before.graph, before.operator) != (one.graph, one.operator):
            grounds.append(f"{at} the graph or operator is another: {_ground(one)}, {_ground(before)} before")
        if before.classes != one.classes:
            classes.append(
                f"{at} the classes are others than before: values by class are shown for the last ones only"
            )
    for sort in (numbers, names, grounds, classes):
        yield from _few(sort)
    every = set.intersection(*(set(one.measures) for one in kept))
    partly = [name for name in _union(one.measures for one in kept) if name not in every]
    if partly:
        yield f"not logged at every epoch: {', '.join(partly)}"


def _ground(one: Kept) -> str:
    name, nodes, edges, _ = one.graph
    return f"{name} ({nodes:,} nodes, {edges:,} edges) under {one.operator}"


def _few(sentences: Sequence[str]) -> list[str]:
    """Return the first sentences of one sort and how many more there are."""
    more = len(sentences) - TOLD
    return [*sentences[:TOLD], *([f"and {more:,} more like the last one"] if more > 0 else [])]


def _epochs(first: int, last: int) -> str:
    return f"epoch {first:,}" if first == last else f"epochs {first:,} to {last:,}"
