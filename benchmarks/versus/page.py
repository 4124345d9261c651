"""Write the tables of docs/pages/speed.md from the results, between markers, so that no figure is typed.

Run ``python -m benchmarks.versus.page`` after ``python -m benchmarks.versus``; a test holds the page against the file.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS
from benchmarks.versus import table

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "speed.md"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def blocks(results: dict[str, Any]) -> dict[str, str]:
    """Return the text of each marked block."""
    return {
        "machine": _machine(results),
        "ratios": table.ratio_table(results),
        "targets": table.verdict_table(results),
        "memory": table.memory_table(results),
        "roofline": _roofline(results),
        "settings": _settings(results),
    }


def filled(text: str, results: dict[str, Any]) -> str:
    """Return the page with every marked block written anew; an unknown marker is an error."""
    made = blocks(results)
    return BLOCK.sub(lambda found: f"{found[1]}\n{made[found[2]]}\n\n{found[3]}", text)


def _machine(results: dict[str, Any]) -> str:
    told = (one["about"].split(" (")[0] for one in results["opponents"].values() if "about" in one)
    versions = dict.fromkeys(re.sub(r", code path \w+", "", one) for one in told)
    missing = [
        f"{table.SHOWN[name]} could not be run: {one['error']}."
        for name, one in results["opponents"].items()
        if "error" in one
    ]
    machine = results["machine"]
    where = ", ".join(table.machine_words(results))
    python = f"Python {machine['python']}, numpy {machine['numpy']}"
    return " ".join([f"Measured on {where}; {python}, {', '.join(versions)}.", *missing])


def _roofline(results: dict[str, Any]) -> str:
    rows = [
        "| threads | read in order | copy | gather 64-byte rows | gather 256-byte rows | gather 512-byte rows |"
    ]
    rows.append("|---|---|---|---|---|---|")
    for threads, found in results["roofline"].items():
        cells = [found["read"], found["copy"], *(found["gather"][size] for size in ("64", "256", "512"))]
        rows.append(f"| {threads} | " + " | ".join(f"{value:.1f} GB/s" for value in cells) + " |")
    return "\n".join(rows)


def _settings(results: dict[str, Any]) -> str:
    """Return the settings that were fastest at least once, per contender."""
    found: dict[str, list[str]] = {}
    for record in results["cases"]:
        for name, one in record["contenders"].items():
            if "setting" in one and name not in ("ours_plain", "ours_weighted"):
                found.setdefault(name, []).append(re.sub(r" \(best of \d+\)", "", one["setting"]))
    lines = []
    for name, settings in found.items():
        often = sorted(set(settings), key=lambda setting, all_=settings: (-all_.count(setting), setting))
        lines.append(
            f"- {table.SHOWN[name]}: " + "; ".join(f"{one} ({settings.count(one)})" for one in often)
        )
    return "\n".join(lines)


def main() -> int:
    """Rewrite the page."""
    results = json.loads((RESULTS / "versus.json").read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
