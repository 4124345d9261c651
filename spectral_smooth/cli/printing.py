"""Results on stdout: text for people, JSON for programs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any

import typer


def print_text(text: str) -> None:
    """Print text; terminal codes are removed where stdout is not a terminal."""
    typer.echo(text)


def print_json(data: Any) -> None:
    """Print one JSON document; letters that the terminal's encoding lacks are escaped."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    typer.echo(json.dumps(data, allow_nan=False, ensure_ascii=not utf8, indent=1))


def terminal() -> dict[str, Any]:
    """Return width and colour for the text report: a terminal's own, 100 columns without colour elsewhere."""
    if not sys.stdout.isatty():
        return {"width": 100, "color": False}
    return {"width": shutil.get_terminal_size().columns, "color": "NO_COLOR" not in os.environ}


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows of cells as aligned columns, the first to the left and the others to the right.

    Examples
    --------
    >>> print(columns([("name", "nodes"), ("karate", "34")]))
    name    nodes
    karate     34
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
