"""schema(), monitor_schema(): the JSON Schemas of the files that are written."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every analysis file obeys, of the version written and of those read.

    Examples
    --------
    >>> schema()["properties"]["schema_version"]["enum"]
    [1, 2]
    """
    return _load("schema.json")


def monitor_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every file of `Monitoring.to_json` obeys.

    Examples
    --------
    >>> monitor_schema()["properties"]["kind"]
    {'const': 'spectral_smooth monitor'}
    """
    return _load("monitor_schema.json")


def _load(name: str) -> dict[str, Any]:
    text = files("spectral_smooth.report").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
