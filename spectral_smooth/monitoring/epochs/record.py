"""EpochRecord: what was measured of all layers at one epoch, as one line of a log."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.monitoring.epochs.parsing import (
    CLASS_MEASURES,
    DamageError,
    Values,
    as_epoch,
    fields_of,
    parse,
)
from spectral_smooth.monitoring.judging.destination import destinations
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis
from spectral_smooth.monitoring.result import Monitoring

RECORD_VERSION = 1
RECORD_KIND = "spectral_smooth monitor epoch"
# Every line begins with it, so that a line that a crash has cut short is still known for what it is.
HEAD = f'{{"kind": "{RECORD_KIND}", "version": {RECORD_VERSION}, '.encode("ascii")

NEAREST = "nearest_distance"
PLAIN = "plain_collapse"
# Values per class are kept while there are at most this many of one measure.
MAX_CLASS_VALUES = 512
# A log is looked at, not computed with: more digits would only make it longer.
DIGITS, ALL_DIGITS = 9, 17


@dataclass(frozen=True, eq=False, repr=False)
class EpochRecord:
    """What was measured of all layers at one epoch.

    Attributes
    ----------
    epoch : int
    time : str
        When it was logged, ISO 8601 in UTC.
    graph : dict
        ``name``, ``nodes``, ``edges``, ``left_out``.
    operator : str
    names : tuple of str
        Of the layers.
    columns : tuple of int
    values : dict of str to tuple
        One value a layer, None where it is not defined or not finite, in 9 digits
        (cosines in all): all of `LAYER_MEASURES` that were
        measured, ``nearest_distance`` (to the nearest of all destinations) and ``plain_collapse`` (plain smoothing at
        the same depth).
    classes, class_counts : tuple of int
        Empty without labels.
    class_values : dict of str to tuple of tuple
        ``class_distance`` and ``class_contrast``: a row a layer, a value a class; empty where layers × classes exceed
        512.
    diagnosis : Diagnosis
    numbers : dict of str to float or None
        What the caller logged beside (loss, accuracy); None where it was not finite.
    """

    epoch: int
    time: str
    graph: dict[str, Any]
    operator: str
    names: tuple[str, ...]
    columns: tuple[int, ...]
    values: dict[str, Values]
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    class_values: dict[str, tuple[Values, ...]]
    diagnosis: Diagnosis
    numbers: dict[str, float | None]

    def __repr__(self) -> str:
        return f"EpochRecord of epoch {self.epoch}, {len(self.names)} layers: {self.diagnosis}"

    @classmethod
    def of(
        cls, monitoring: Monitoring, epoch: int, numbers: Mapping[str, Any], time: str | None = None
    ) -> EpochRecord:
        """Keep of a monitoring what is worth keeping of every epoch.

        Raises
        ------
        UsageError
            If the epoch is not a whole number from 0 on that fits into 64 bits, or one of the numbers is not a number.
        """
        layers = monitoring.layers
        values = {
            # one minus a cosine is what is looked at: its digits are the last ones
            name: tuple(
                _short(v, ALL_DIGITS if "cosine" in name else DIGITS) for v in monitoring.values(name)
            )
            for name in monitoring.measures
        }
        values[NEAREST] = tuple(_short(min(d.distance for d in destinations(one))) for one in layers)
        if monitoring.plain is not None:
            curve = monitoring.plain.predicted.curve("collapse")
            values[PLAIN] = tuple(_short(float(v)) for v in curve.value[curve.depths < len(layers)])
        few = len(layers) * len(monitoring.classes) <= MAX_CLASS_VALUES
        kept = CLASS_MEASURES if few and monitoring.classes else ()
        return cls(
            epoch=as_epoch(epoch),
            time=time or datetime.now(UTC).isoformat(timespec="seconds"),
            graph={key: monitoring.graph[key] for key in ("name", "nodes", "edges", "left_out")},
            operator=monitoring.operator,
            names=monitoring.names,
            columns=tuple(layer.columns for layer in layers),
            values=values,
            classes=monitoring.classes,
            class_counts=monitoring.class_counts,
            class_values={key: tuple(tuple(map(_short, one.classes[key])) for one in layers) for key in kept},
            diagnosis=monitoring.diagnosis,
            numbers={key: _number(key, value) for key, value in numbers.items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types (version `RECORD_VERSION`)."""
        return {
            "kind": RECORD_KIND,
            "version": RECORD_VERSION,
            "epoch": self.epoch,
            "time": self.time,
            "graph": self.graph,
            "operator": self.operator,
            "names": list(self.names),
            "columns": list(self.columns),
            "values": {key: list(values) for key, values in self.values.items()},
            "classes": list(self.classes),
            "class_counts": list(self.class_counts),
            **{key: [list(row) for row in rows] for key, rows in self.class_values.items()},
            "diagnosis": self.diagnosis.to_dict(),
            "numbers": self.numbers,
        }

    def to_line(self) -> bytes:
        """Return it as one line of a log, in ASCII: no name can break it, and no beginning of it is a record."""
        return json.dumps(self.to_dict(), allow_nan=False).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes, where: str) -> EpochRecord:
        """Read what `to_line` wrote; ``where`` is what an error names.

        Raises
        ------
        InputError
            If it is damaged, something else, or of another version.
        """
        try:
            data = parse(line)
        except DamageError as error:
            raise InputError(f"{where} is damaged: {error}; {MEND}") from error
        return cls.from_dict(data, where)

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str = "this") -> EpochRecord:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If it is nothing of the kind, of another version, or damaged.
        """
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind != RECORD_KIND:
            raise InputError(f"{where} is no epoch of a log, for its kind is not {RECORD_KIND!r}; {MEND}")
        if data.get("version") != RECORD_VERSION:
            raise InputError(
                f"{where} is of version {data.get('version')!r}; version {RECORD_VERSION} is read here, so read it "
                "with the release that wrote it"
            )
        try:
            return cls(**fields_of(data))
        except DamageError as error:
            raise InputError(f"{where} is damaged: {error}; {MEND}") from error


MEND = "delete that line to read the others"


def is_torn(line: bytes) -> bool:
    """Whether a last line without its line break is the beginning of a record that a crash cut short.

    A file system may also leave zero bytes where a line was to be.

    Examples
    --------
    >>> is_torn(HEAD + b'"epoch": 3, "ti'), is_torn(b"something else")
    (True, False)
    """
    if line.strip(b"\0") and not line.startswith(HEAD) and not HEAD.startswith(line):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False


def _short(value: float | None, digits: int = DIGITS) -> float | None:
    return float(f"{value:.{digits}g}") if value is not None and math.isfinite(value) else None


def _number(key: str, value: Any) -> float | None:
    """Return what a caller logs as a float; one entry of an array too, if it is an array without axes."""
    text = isinstance(value, (str, bytes))
    try:
        number = None if text or getattr(value, "ndim", False) else float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        number = None
    if number is None:
        seen = repr(value) if text else f"of type {type(value).__name__}"
        raise UsageError(f"{key} is {seen}; expected one number, such as {key}=0.3 or {key}={key}.item()")
    return number if math.isfinite(number) else None
