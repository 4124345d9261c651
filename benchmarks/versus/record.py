"""The JSON of a run: written after every case, so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.versus.cases import Case


def write(path: Path, results: dict[str, Any]) -> None:
    """Write the file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    half.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(half, path)  # noqa: PTH105


def put(results: dict[str, Any], record: dict[str, Any]) -> None:
    """Add a case, in place of one of the same title."""
    titles = [one["title"] for one in results["cases"]]
    if record["title"] in titles:
        results["cases"][titles.index(record["title"])] = record
    else:
        results["cases"].append(record)


def named(results: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the case of a title."""
    return next(one for one in results["cases"] if one["title"] == title)


def case_record(case: Case, nodes: int, entries: int, found: dict[str, Any]) -> dict[str, Any]:
    """Return one case for the file, with the gathered GB/s of each contender.

    Gathered bytes are entries · F · itemsize a step: the rows that must be read, whatever a matrix is made of.
    """
    size = entries * case.columns * (8 if case.dtype == "float64" else 4) * case.depth
    contenders = {}
    for name, one in found["contenders"].items():
        kept = {key: _short(value) for key, value in one.items()}
        if "median" in one:
            kept["gathered_gb_per_s"] = _short(size / one["median"] / 1e9)
        contenders[name] = kept
    return {
        "title": str(case),
        "case": asdict(case),
        "nodes": nodes,
        "entries": entries,
        "contenders": contenders,
        "ratios": {
            us: {n: _all_short(r) for n, r in others.items()} for us, others in found["ratios"].items()
        },
    }


def _all_short(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _short(value) for key, value in values.items()}


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
