"""What norm and energy cost that fall out of the sweep: a step with them against one without."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.versus.verdicts.types import Results, Verdict, at_most, median_ratio

LIMITS = {16: 15.0, 64: 3.0, 128: 3.0}  # percent


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each case in which both steps were measured."""
    for case in results["cases"]:
        limit = LIMITS.get(case["case"]["columns"])
        ratio = median_ratio(case, "ours", "ours_plain")
        if limit is not None and ratio is not None:
            yield at_most(f"cost of measures, {case['title']}", limit, 100 * (1 / ratio - 1), " %")
