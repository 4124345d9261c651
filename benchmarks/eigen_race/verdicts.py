"""What is asked: times faster than eigsh and PRIMME on three graphs, and never slower than the best opponent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.eigen_race.contenders.registry import OPPONENTS, SHOWN
from benchmarks.versus.verdicts.types import Results, Verdict, at_least

TARGETS = {
    ("rmat", "eigsh"): 3.3,
    ("rmat", "primme"): 2.5,
    ("communities", "eigsh"): 5.0,
    ("communities", "primme"): 4.0,
    ("regular", "eigsh"): 7.0,
    ("regular", "primme"): 4.0,
    ("grid", "pyamg"): 1.0,
    ("grid", "shift_invert"): 1.0,
    ("strip", "pyamg"): 1.0,
    ("strip", "shift_invert"): 1.0,
}


def verdicts(results: Results) -> list[Verdict]:
    """Return every line."""
    return [*_named(results), *_best(results)]


def least_ratio(case: dict[str, Any], name: str) -> float | None:
    """Return the time of another over ours; for one that was stopped, the time it was given over ours."""
    if name in case["ratios"]:
        return float(case["ratios"][name]["median"])
    ours, other = case["contenders"].get("ours", {}), case["contenders"].get(name, {})
    if "median" in ours and "limit" in other:
        return float(other["limit"] / ours["median"])
    return None


def _named(results: Results) -> Iterator[Verdict]:
    for (graph, name), target in TARGETS.items():
        case = next((one for one in results["cases"] if one["title"] == graph), None)
        yield at_least(f"{graph}, {SHOWN[name]}", target, case and least_ratio(case, name), " times")


def _best(results: Results) -> Iterator[Verdict]:
    """Yield a line a graph: the fastest opponent, whichever that is."""
    for case in results["cases"]:
        found = [ratio for name in OPPONENTS if (ratio := least_ratio(case, name)) is not None]
        answered = "median" in case["contenders"].get("ours", {})
        yield at_least(
            f"{case['title']}, best opponent", 1.0, min(found) if found and answered else None, " times"
        )
