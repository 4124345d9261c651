"""How much faster than SciPy, MKL and the best peer: all with our measures included and theirs not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.versus.cases import DEPTH, WIDE
from benchmarks.versus.verdicts.types import Results, Verdict, at_least, median_ratio

FAR = 10_000  # nodes beyond which F = 1 must not be slower than any peer


@dataclass(frozen=True)
class Target:
    """At least so many times faster than each; None where nothing is asked."""

    graph: str
    columns: int
    scipy: float | None
    mkl: float | None
    best: float | None
    dtype: str = "float32"
    us: str = "ours"
    task: str = "step"
    depth: int = 1


TARGETS = (
    Target("rmat", 64, 20, 6, 2.5),
    Target("rmat", 16, 14, 4, 3.5, us="ours_reordered"),
    Target("rmat", 128, 18, 5, 2.2),
    Target("regular", 64, 11, 2.5, 1.7),
    Target("regular", 16, 12, 3.2, 2.8),
    Target("communities", 64, 28, 6, 3.8, us="ours_reordered"),
    Target("grid", 64, 2.8, 1.2, 1.2),
    Target("rmat", 64, 18, 5, 5, dtype="float64"),
    Target("rmat", 1, None, 1.6, 1, dtype="float64"),
    Target("cora", WIDE, 4, 1, None),
    Target("rmat", 64, None, 10, None, task="run", depth=DEPTH),
)


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each target, and for F = 1 on every graph that is large enough."""
    threads = results["settings"]["threads"]
    for target in TARGETS:
        case = _case(results, target, threads)
        for other in ("scipy", "mkl", "best"):
            factor = getattr(target, other)
            if factor is not None:
                yield at_least(_words(target, other), factor, median_ratio(case, target.us, other), " times")
    for case in results["cases"]:
        if case["case"]["columns"] == 1 and case["nodes"] >= FAR and case["case"]["task"] == "step":
            yield at_least(f"{case['title']}, best peer", 1, median_ratio(case, "ours", "best"), " times")


def _case(results: Results, target: Target, threads: int) -> Results | None:
    wanted = (target.graph, target.columns, target.dtype, threads, target.task, target.depth)
    names = ("graph", "columns", "dtype", "threads", "task", "depth")
    return next((c for c in results["cases"] if tuple(c["case"][n] for n in names) == wanted), None)


def _words(target: Target, other: str) -> str:
    names = {"scipy": "SciPy", "mkl": "MKL", "best": "best peer"}
    reordered = ", reordered" if target.us == "ours_reordered" else ""
    task = "" if target.task == "step" else f", {target.depth} steps with measures"
    return f"{target.graph} F = {target.columns} {target.dtype}{reordered}{task}, {names[other]}"
