"""The picture of the page: how many times as long as we the others take, one panel a graph.

Run ``python -m benchmarks.versus.chart`` after ``python -m benchmarks.versus``. Log axis; lines are told apart by
marker and dash and named at their right end, so that the picture can be read without colour.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawing import redraw
from benchmarks.versus.cases import GRAPHS, WIDE
from benchmarks.versus.table import SHOWN, machine_words

PICTURE = Path(__file__).parents[2] / "docs" / "pages" / "images" / "versus.png"
STYLES = {
    "scipy": ("#000000", "-", "o"),
    "mkl": ("#444444", "--", "s"),
    "torch": ("#777777", "-.", "^"),
    "dgl": ("#1f5f8b", "-", "D"),
    "dgl_bare": ("#1f5f8b", ":", "d"),
    "graphblas": ("#999999", ":", "v"),
}
TITLES = {
    "rmat": "R-MAT, 2²⁰ nodes",
    "regular": "random 16-regular, 1 M nodes",
    "communities": "hidden communities, 1 M nodes",
    "grid": "grid 1000 × 1000",
    "web_cnr2000": "web graph cnr-2000",
    "tolokers": "tolokers",
    "cora": "Cora",
}
GAP = 0.052  # between two names, as a share of the height of a panel


def draw(results: dict[str, Any], path: Path) -> None:
    """Write the picture of the float32 steps with all threads."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    series = {graph: found for graph in GRAPHS if (found := _series(results, graph))}
    columns = 3
    rows = -(-len(series) // columns)
    sketch, axes = plt.subplots(rows, columns, figsize=(13, 3.9 * rows), layout="constrained", squeeze=False)
    low, high = _limits(series)
    for ax in axes.flat[len(series) :]:
        ax.set_visible(False)
    for ax, (graph, found) in zip(axes.flat, series.items(), strict=False):
        ax.set_ylim(low, high)
        _panel(ax, found)
        ax.set_title(TITLES.get(graph, graph), fontsize=11, loc="left")
    for ax in axes[:, 0]:
        ax.set_ylabel("time of the others / ours")
    sketch.suptitle(_told(results), fontsize=10, x=0.01, ha="left")
    sketch.savefig(path, dpi=110)
    plt.close(sketch)


def _told(results: dict[str, Any]) -> str:
    threads = results["settings"]["threads"]
    where = ", ".join(machine_words(results))
    return f"One propagation step, float32, {threads} threads; ours with norm and energy, theirs without. {where}"


def _series(results: dict[str, Any], graph: str) -> dict[str, dict[int, float]]:
    """Return name -> width -> ratio to the faster of our two orders."""
    found: dict[str, dict[int, float]] = {}
    for record in results["cases"]:
        case = record["case"]
        fits = (case["graph"], case["dtype"], case["threads"], case["task"])
        if fits != (graph, "float32", results["settings"]["threads"], "step"):
            continue
        times = {n: c["median"] for n, c in record["contenders"].items() if "median" in c}
        us = min((name for name in ("ours", "ours_reordered") if name in times), key=times.get, default=None)
        for name, value in record["ratios"].get(us, {}).items():
            if name in STYLES:
                found.setdefault(name, {})[case["columns"]] = value["median"]
    return found


def _limits(series: dict[str, dict[str, dict[int, float]]]) -> tuple[float, float]:
    values = [value for found in series.values() for line in found.values() for value in line.values()]
    return 0.8 * min(1.0, *values), 1.3 * max(2.0, *values)


def _panel(ax: Any, found: dict[str, dict[int, float]]) -> None:
    widths = sorted({width for line in found.values() for width in line})
    place = {width: at for at, width in enumerate(widths)}
    ax.set_yscale("log")
    ax.axhline(1.0, color="black", linewidth=1)
    for name, line in found.items():
        colour, dash, marker = STYLES[name]
        at = sorted(line)
        ax.plot(
            [place[w] for w in at],
            [line[w] for w in at],
            dash,
            marker=marker,
            color=colour,
            markersize=5,
            linewidth=1.4,
        )
    _name_lines(ax, {name: (place[max(line)], line[max(line)]) for name, line in found.items()}, len(widths))
    ax.set_xticks(range(len(widths)), [f"{w:,}" if w != WIDE else str(w) for w in widths])
    ax.set_xlim(-0.3, len(widths) - 1 + 0.42 * max(len(widths), 2))
    ax.set_xlabel("columns F", loc="left")
    ticks = [t for t in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if ax.get_ylim()[0] <= t <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, ["as fast" if t == 1 else f"{t:g}×" for t in ticks])
    ax.minorticks_off()
    ax.grid(axis="y", color="#dddddd", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)


def _name_lines(ax: Any, ends: dict[str, tuple[int, float]], widths: int) -> None:
    """Write each name beside its line's end, moved apart where they would lie on one another."""
    low, high = np.log(ax.get_ylim())
    names = sorted(ends, key=lambda name: ends[name][1])
    heights = spread([(np.log(ends[name][1]) - low) / (high - low) for name in names], GAP)
    for name, height in zip(names, heights, strict=True):
        text = f"{SHOWN[name]} {ends[name][1]:.2g}×"
        ax.annotate(
            text,
            xy=ends[name],
            xytext=(widths - 1 + 0.25, float(np.exp(low + height * (high - low)))),
            fontsize=8.5,
            va="center",
            color=STYLES[name][0],
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            arrowprops={"arrowstyle": "-", "color": "#bbbbbb", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3},
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Return ascending heights at least ``gap`` apart, near the wanted ones: overlapping groups keep their mean."""
    groups: list[list[float]] = []
    for value in wanted:
        groups.append([value])
        while len(groups) > 1 and _bottom(groups[-1], gap) < _bottom(groups[-2], gap) + gap * len(groups[-2]):
            last = groups.pop()
            groups[-1] += last
    return [_bottom(group, gap) + gap * at for group in groups for at in range(len(group))]


def _bottom(group: list[float], gap: float) -> float:
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def main() -> int:
    """Draw the committed results, or those of the file that is given."""
    return redraw(draw, "versus.json", PICTURE)


if __name__ == "__main__":
    sys.exit(main())
