"""What weights cost: the same graph with a value array against the one without."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.versus.verdicts.types import Results, Verdict, at_most, median_ratio

LIMIT = 5.0  # percent


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each case in which both were measured."""
    for case in results["cases"]:
        ratio = median_ratio(case, "ours", "ours_weighted")
        if ratio is not None:
            yield at_most(f"cost of weights, {case['title']}", LIMIT, 100 * (ratio - 1), " %")
