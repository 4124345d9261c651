"""All verdicts on a set of results, in the order of the page."""

from __future__ import annotations

from benchmarks.versus.verdicts import (
    bandwidth,
    huge,
    measures_cost,
    opponents,
    recentred,
    weighted_cost,
    width_line,
)
from benchmarks.versus.verdicts.types import Results, Verdict


def verdicts(results: Results) -> list[Verdict]:
    """Return every line."""
    parts = (opponents, measures_cost, weighted_cost, width_line, bandwidth, recentred, huge)
    return [verdict for part in parts for verdict in part.verdicts(results)]
