"""schema(): the JSON Schema of the analysis file."""

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
    text = files("spectral_smooth.report").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
