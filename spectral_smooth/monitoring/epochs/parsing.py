"""A line of a log as the checked fields of a record; what is wrong with it is said in words."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis

CLASS_MEASURES = ("class_distance", "class_contrast")
# Epochs are read into arrays of int64.
MAX_EPOCH = 2**63 - 1

Values = tuple[float | None, ...]
_Json = TypeVar("_Json", dict[str, Any], list[Any], str)
_WORDS: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


class DamageError(ValueError):
    """What is wrong with a line, as a clause that follows "it is damaged:"."""


def parse(line: bytes) -> Any:
    """Return the JSON of a line.

    Raises
    ------
    DamageError
        If it is none.

    Examples
    --------
    >>> parse(b'{"epoch": 3}')
    {'epoch': 3}
    """
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except DamageError:
        raise
    except UnicodeDecodeError:
        what = "it is not text in UTF-8"
    except json.JSONDecodeError as error:
        what = f"it is no JSON from character {error.pos + 1:,} on"
    except RecursionError:
        what = "it is no JSON of a record, but nested too deep"
    except ValueError:  # Python refuses to convert thousands of digits
        what = "it holds a number of too many digits"
    raise DamageError(what)


def fields_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an `EpochRecord`, each checked.

    Raises
    ------
    DamageError
        If one is missing or not what it should be.
    """
    names = tuple(_text("a name of a layer", name) for name in _part(data, "names", list))
    if not names:
        _damaged("it has no layer")
    classes = _wholes(data, "classes")
    tables = {key: _table(data, key, len(names), len(classes)) for key in CLASS_MEASURES if key in data}
    graph = _part(data, "graph", dict)
    return {
        "epoch": _epoch(data),
        "time": _part(data, "time", str),
        "graph": {
            "name": _part(graph, "name", str),
            **{key: _whole(key, _given(graph, key)) for key in ("nodes", "edges", "left_out")},
        },
        "operator": _part(data, "operator", str),
        "names": names,
        "columns": _wholes(data, "columns"),
        "values": {key: _row(key, row, len(names)) for key, row in _part(data, "values", dict).items()},
        "classes": classes,
        "class_counts": _wholes(data, "class_counts"),
        "class_values": tables,
        "diagnosis": _diagnosis(_part(data, "diagnosis", dict)),
        "numbers": {key: _number(key, value) for key, value in _part(data, "numbers", dict).items()},
    }


def as_epoch(value: Any) -> int:
    """Return an epoch as a whole number from 0 on that fits into 64 bits.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> as_epoch(3)
    3
    """
    try:
        whole = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        whole = -1
    if not 0 <= whole <= MAX_EPOCH:
        raise UsageError(
            f"the epoch is {_shown(value)}; expected a whole number, 0 or larger and below 2**63"
        )
    return whole


def _epoch(data: Mapping[str, Any]) -> int:
    try:
        return as_epoch(_given(data, "epoch"))
    except UsageError as error:
        _damaged(str(error))


def _diagnosis(data: dict[str, Any]) -> Diagnosis:
    try:
        return Diagnosis.from_dict(data)
    except KeyError as error:
        what = f"its diagnosis lacks {error.args[0]!r}"
    except UsageError as error:
        what = f"its diagnosis cannot be read ({error})"
    except (TypeError, AttributeError, ValueError):
        what = "its diagnosis lacks something or holds what no diagnosis has"
    raise DamageError(what)


def _table(data: Mapping[str, Any], key: str, layers: int, classes: int) -> tuple[Values, ...]:
    rows = _part(data, key, list)
    if len(rows) != layers:
        _damaged(f"{key} has values by class for {len(rows)} layers, not for {layers} layers")
    return tuple(_row(key, row, classes) for row in rows)


def _row(key: str, row: Any, count: int) -> Values:
    if not isinstance(row, list):
        _damaged(f"{key} is {_shown(row)}; expected a list")
    if len(row) != count:
        _damaged(f"{key} has {len(row)} values for {count}")
    return tuple(_number(key, value) for value in row)


def _wholes(data: Mapping[str, Any], key: str) -> tuple[int, ...]:
    return tuple(_whole(key, value) for value in _part(data, key, list))


def _whole(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_EPOCH:
        _damaged(f"{key} holds {_shown(value)}, which is no whole number of 64 bits")
    return value


def _number(key: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _damaged(f"{key} holds {_shown(value)}, which is no number")
    try:
        number = float(value)
    except OverflowError:
        return None  # as for 1e999, which JSON readers take for infinity
    return number if math.isfinite(number) else None


def _given(data: Mapping[str, Any], key: str) -> Any:
    if key not in data:
        _damaged(f"it lacks {key!r}")
    return data[key]


def _part(data: Mapping[str, Any], key: str, kind: type[_Json]) -> _Json:
    value = _given(data, key)
    if not isinstance(value, kind):
        _damaged(f"its {key!r} is {_shown(value)}; expected {_WORDS[kind]}")
    return value


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        _damaged(f"{what} is {_shown(value)}; expected text")
    return value


def _shown(value: Any) -> str:
    """Return a value in one short line: a number as it is, of all else what it is."""
    if isinstance(value, int) and abs(value) > MAX_EPOCH:  # thousands of digits cannot even be printed
        return f"a number {'larger' if value > 0 else 'smaller'} than 64 bits hold"
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else f"{value[:40]}...")
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    return _WORDS.get(type(value), f"of type {type(value).__name__}")


def _damaged(what: str) -> NoReturn:
    raise DamageError(what)


def _refuse_constant(name: str) -> NoReturn:
    raise DamageError(f"it holds {name}, and {name} is not allowed in JSON")
