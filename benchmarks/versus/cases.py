"""What is measured: cases in the order of their importance, so that a short budget keeps the ones that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

GRAPHS = ("rmat", "regular", "communities", "grid", "web_cnr2000", "tolokers", "cora")
COLUMNS = (64, 16, 128, 1, 100)
WIDE = 1433  # columns of Cora
DEPTH = 32


@dataclass(frozen=True)
class Case:
    """One comparison: ``task`` is a step, or a run of ``depth`` steps with measures at every depth."""

    graph: str
    columns: int
    dtype: str = "float32"
    threads: int = 2
    task: str = "step"
    depth: int = 1

    def __str__(self) -> str:
        task = "one step" if self.task == "step" else f"{self.depth} steps with measures"
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{self.graph}, F = {self.columns}, {self.dtype}, {threads}, {task}"


def standard(threads: int) -> list[Case]:
    """Return the cases of a full run on a machine with that many threads."""
    chosen = dict.fromkeys([*_required(threads), *_others(threads)])
    return list(chosen)


def quick(threads: int) -> list[Case]:
    """Return a few small cases that show whether everything works."""
    return [
        Case("tolokers", 16, threads=threads),
        Case("tolokers", 1, "float64", threads=threads),
        Case("tolokers", 16, threads=threads, task="run", depth=8),
    ]


def chosen(
    graphs: Sequence[str],
    columns: Sequence[int],
    dtypes: Sequence[str],
    threads: Sequence[int],
    tasks: Sequence[str],
) -> list[Case]:
    """Return all combinations."""
    return [
        Case(graph, width, dtype, count, task, DEPTH if task == "run" else 1)
        for graph, width, dtype, count, task in product(graphs, columns, dtypes, threads, tasks)
    ]


def _required(threads: int) -> Iterator[Case]:
    """Yield the cases for which there is a target."""
    for width in (64, 16):
        yield Case("rmat", width, threads=threads)
    for width in (64, 16):
        yield Case("regular", width, threads=threads)
    yield Case("communities", 64, threads=threads)
    yield Case("grid", 64, threads=threads)
    yield Case("rmat", 64, "float64", threads)
    yield Case("rmat", 1, "float64", threads)
    yield Case("cora", WIDE, threads=threads)
    yield Case("rmat", 64, threads=threads, task="run", depth=DEPTH)
    yield Case("tolokers", 1, "float64", threads)
    yield Case("rmat", 128, threads=threads)
    for graph in ("rmat", "regular"):
        yield Case(graph, 100, threads=threads)
        for width in (64, 128):
            yield Case(graph, width, threads=threads)
            yield Case(graph, width, threads=1)
    yield Case("rmat", 64, threads=threads, task="run", depth=DEPTH)
    for graph in GRAPHS:
        yield Case(graph, 1, threads=threads)


def _others(threads: int) -> Iterator[Case]:
    """Yield the rest: every width on every graph, then float64, one thread and runs."""
    for graph, width in product(GRAPHS, COLUMNS):
        yield Case(graph, width, threads=threads)
    for graph in GRAPHS[1:]:
        yield Case(graph, 64, "float64", threads)
        yield Case(graph, 1, "float64", threads)
    for graph in ("tolokers", "cora", "web_cnr2000", "grid"):
        yield Case(graph, 64, threads=threads, task="run", depth=DEPTH)
    for graph in GRAPHS[2:]:
        yield Case(graph, 64, threads=1)
