"""Measured curves as a table for people and as comma-separated values for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from spectral_smooth.cli.printing import columns

if TYPE_CHECKING:
    from spectral_smooth.measures.curve import Curve


def as_table(curves: Sequence[Curve]) -> str:
    """Return one row a depth and one column a curve; a dash where a curve has no value."""
    rows = [("depth", *(curve.name for curve in curves))]
    rows += [(str(depth), *cells) for depth, cells in _rows(curves, "{:.6g}", "–")]
    return columns(rows)


def as_csv(curves: Sequence[Curve]) -> str:
    """Return the same as comma-separated values in full precision, empty where there is no value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["depth", *(curve.name for curve in curves)])
    writer.writerows((depth, *cells) for depth, cells in _rows(curves, "{:.17g}", ""))
    return text.getvalue().rstrip("\n")


def _rows(curves: Sequence[Curve], shape: str, missing: str) -> Iterator[tuple[int, list[str]]]:
    found = [dict(zip(curve.depths.tolist(), curve.value.tolist(), strict=True)) for curve in curves]
    for depth in sorted({depth for one in found for depth in one}):
        yield depth, [shape.format(one[depth]) if depth in one else missing for one in found]
