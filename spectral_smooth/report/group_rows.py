"""When each group of nodes is lost, one row each, ready to be drawn; shared by all pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.divisions import KINDS
from spectral_smooth.depth.groups import GroupDepth
from spectral_smooth.report.numbers import count
from spectral_smooth.report.wording import drawable

MOST_ROWS = 8


@dataclass(frozen=True)
class GroupRow:
    """One group.

    Attributes
    ----------
    kind, label : str
    predicted, measured : int or None
        Depth from which it is lost; None where that is not within the depths looked at.
    low, high : int
        Between which depths the prediction puts it; ``high`` is the horizon where it is open.
    """

    kind: str
    label: str
    predicted: int | None
    measured: int | None
    low: int
    high: int


@dataclass(frozen=True)
class GroupChart:
    """All rows of the picture, from the top down, with the end of its axis.

    Attributes
    ----------
    rows : tuple of GroupRow
    horizon : int
    measured_to : int or None
    last : int
        Depth at which the axis ends.
    left_out : int
        Groups that are not among the rows.
    """

    rows: tuple[GroupRow, ...]
    horizon: int
    measured_to: int | None
    last: int
    left_out: int


def group_chart(analysis: Analysis) -> GroupChart | None:
    """Return the rows of every kind of group, or None where there are none."""
    found = analysis.first.groups if analysis.first is not None else None
    if found is None or not found.groups:
        return None
    shown = [one for kind in KINDS for one in _telling(found.of_kind(kind))]
    rows = tuple(_row(one, found.horizon) for one in shown)
    known = [d for row in rows for d in (row.predicted, row.measured) if d is not None]
    never = any(row.predicted is None for row in rows)
    last = found.horizon if never or not known else min(found.horizon, round(1.3 * max(known)) + 2)
    if any(row.measured is None for row in rows) and found.measured_to is not None:
        last = max(last, found.measured_to)
    return GroupChart(rows, found.horizon, found.measured_to, max(last, 1), len(found.groups) - len(rows))


def _telling(groups: Sequence[GroupDepth]) -> list[GroupDepth]:
    """Return the largest groups of a kind where there are many; the first ones are the largest or the pooled last."""
    if len(groups) <= MOST_ROWS:
        return list(groups)
    largest = sorted(groups, key=lambda one: -one.size)[:MOST_ROWS]
    return [one for one in groups if one in largest]


def _row(one: GroupDepth, horizon: int) -> GroupRow:
    lost = one.lost
    low = 0 if lost.at_least is None else lost.at_least + 1
    high = horizon if lost.at_most is None else lost.at_most
    label = f"{drawable(one.name)} ({count(one.size)})"
    return GroupRow(one.kind, label, lost.predicted, lost.measured, min(low, horizon), max(low, high))
