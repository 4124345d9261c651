"""No cliff at odd widths: F = 100 against the straight line through F = 64 and F = 128."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.versus.verdicts.types import Results, Verdict, at_most, find, median_time

LIMIT = 15.0  # percent above the line


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each graph with the three widths."""
    for graph in dict.fromkeys(case["case"]["graph"] for case in results["cases"]):
        fixed = {
            "graph": graph,
            "dtype": "float32",
            "threads": results["settings"]["threads"],
            "task": "step",
        }
        times = [median_time(find(results, columns=width, **fixed), "ours") for width in (64, 100, 128)]
        if None not in times:
            low, odd, high = times
            line = low + (high - low) * (100 - 64) / (128 - 64)
            yield at_most(
                f"{graph} F = 100 above the line of 64 and 128", LIMIT, 100 * (odd / line - 1), " %"
            )
