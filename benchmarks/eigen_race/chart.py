"""The picture of the page: seconds to λ_2 on a log axis, a row a graph; who was stopped stands at the right edge.

Run ``python -m benchmarks.eigen_race.chart`` after ``python -m benchmarks.eigen_race``. Contenders are told apart by
marker and by name, so that the picture can be read without colour.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.drawing import redraw
from benchmarks.eigen_race.contenders.registry import SHOWN
from benchmarks.eigen_race.table import TITLES
from benchmarks.versus.table import machine_words

PICTURE = Path(__file__).parents[2] / "docs" / "pages" / "images" / "eigen_race.png"
STYLES = {
    "ours": ("#c1121f", "*"),
    "eigsh": ("#000000", "o"),
    "shift_invert": ("#000000", "s"),
    "lobpcg": ("#777777", "^"),
    "pyamg": ("#1f5f8b", "D"),
    "primme": ("#2a7f3f", "P"),
    "slepc": ("#8a5a00", "X"),
}
LANE = 0.11  # between the markers of one graph, so that equal times do not hide one another


def draw(results: dict[str, Any], path: Path) -> None:
    """Write the picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    cases = results["cases"]
    edge = max(
        (one["limit"] for case in cases for one in case["contenders"].values() if "limit" in one), default=60
    )
    sketch, ax = plt.subplots(figsize=(10.5, 1.1 + 0.95 * len(cases)), layout="constrained")
    ax.set_xscale("log")
    for lane, (name, (colour, marker)) in enumerate(STYLES.items()):
        shift = LANE * (lane - (len(STYLES) - 1) / 2)
        timed = [
            (at, case["contenders"][name]["median"]) for at, case in enumerate(cases) if _timed(case, name)
        ]
        late = [at for at, case in enumerate(cases) if case["contenders"].get(name, {}).get("late")]
        size = 130 if name == "ours" else 42
        if timed:
            ax.scatter(
                [s for _, s in timed], [at + shift for at, _ in timed], size, colour, marker=marker, zorder=3
            )
        if late:
            places = [at + shift for at in late]
            ax.scatter(
                [edge * 1.35] * len(late), places, size, "none", marker=marker, edgecolors=colour, zorder=3
            )
        if timed or late:
            ax.scatter([], [], size, colour, marker=marker, label=SHOWN[name])
    for at in range(1, len(cases)):
        ax.axhline(at - 0.5, color="#dddddd", linewidth=0.8)
    ax.axvline(edge, color="#999999", linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(cases)), [TITLES.get(case["title"], case["title"]) for case in cases])
    ax.set_ylim(len(cases) - 0.5, -0.5)
    ax.set_xlabel(
        "seconds to λ₂ with a relative error of 1e-8 at most; hollow, beyond the dotted line: stopped"
    )
    ax.grid(axis="x", color="#eeeeee", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    ax.set_title(", ".join(machine_words(results)), fontsize=9, loc="left")
    sketch.savefig(path, dpi=110)
    plt.close(sketch)


def _timed(case: dict[str, Any], name: str) -> bool:
    return "median" in case["contenders"].get(name, {})


def main() -> int:
    """Draw the committed results, or those of the file that is given."""
    return redraw(draw, "eigen_race.json", PICTURE)


if __name__ == "__main__":
    sys.exit(main())
