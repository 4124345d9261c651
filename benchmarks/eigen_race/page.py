"""Write docs/pages/eigen-solvers.md: the text of page.md with tables from the results, so that no figure is typed.

Run ``python -m benchmarks.eigen_race.page`` after ``python -m benchmarks.eigen_race``; the page then belongs into the
navigation in docs/mkdocs.yml.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.eigen_race import table
from benchmarks.machine import RESULTS
from benchmarks.versus.page import BLOCK

TEXT = Path(__file__).with_name("page.md")
PAGE = Path(__file__).parents[2] / "docs" / "pages" / "eigen-solvers.md"


def blocks(results: dict[str, Any]) -> dict[str, str]:
    """Return the text of each marked block."""
    return {
        "picture": "![Seconds to λ_2, graph by graph](images/eigen_race.png)",
        "machine": table.machine_line(results),
        "times": table.time_table(results),
        "forced": table.forced_table(results),
        "targets": table.verdict_table(results),
        "settings": table.settings_list(results),
        "routes": table.routes_list(results),
    }


def filled(text: str, results: dict[str, Any]) -> str:
    """Return the page with every marked block written anew; an unknown marker is an error."""
    made = blocks(results)
    return BLOCK.sub(lambda found: f"{found[1]}\n{made[found[2]]}\n\n{found[3]}", text)


def main() -> int:
    """Rewrite the page."""
    results = json.loads((RESULTS / "eigen_race.json").read_text(encoding="utf-8"))
    PAGE.write_text(filled(TEXT.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
