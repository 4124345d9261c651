"""Text of the results: lines for the terminal, and the Markdown tables of the page."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from benchmarks.eigen_race.contenders.registry import OPPONENTS, SHOWN
from benchmarks.versus.table import machine_words

TITLES = {
    "rmat": "R-MAT, 2²⁰ nodes drawn",
    "communities": "communities, 1 M",
    "regular": "random 16-regular, 1 M",
    "grid": "grid 1000 × 1000",
    "strip": "strip 10 × 100,000",
    "ring_of_cliques": "ring of 1,000 cliques of 100",
    "web_cnr2000": "web graph cnr-2000",
}


def lines(cases: list[dict[str, Any]], title: str) -> list[str]:
    """Return one graph for the terminal: time, ratio, error, memory, setting or why there is none."""
    case = next(one for one in cases if one["title"] == title)
    reference = case["reference"]
    routes = f"{' and '.join(reference['routes'])} agree to {reference['difference']:.0e}"
    found = [
        f"{title} ({case['nodes']:,} nodes, {case['entries']:,} entries), λ_2 = {reference['value']:.10e}: {routes}"
    ]
    for name, one in case["contenders"].items():
        if "error" in one:
            found.append(f"  {SHOWN[name]:<25} {one['error'].splitlines()[0][:110]}")
            continue
        ratio = f"{case['ratios'][name]['median']:7.2f}×" if name in case["ratios"] else "       –"
        stated = "–" if one["stated_error"] is None else f"{one['stated_error']:.0e}"
        found.append(
            f"  {SHOWN[name]:<25} {one['median']:8.2f} s ({one['lower']:.2f}–{one['upper']:.2f}) {ratio}"
            f"  error {one['worst_error']:.0e} (stated {stated})  {one['peak_bytes'] / 2**20:7,.0f} MiB"
            f"  {one['setting']}"
        )
    if "best" in case["ratios"]:
        best = case["ratios"]["best"]
        found.append(f"  best opponent: {best['median']:.2f}× ({SHOWN[best['name']]})")
    return found


def time_table(results: dict[str, Any]) -> str:
    """Return seconds and peak memory, a row a graph; a dash where a library could not be run."""
    names = ["ours", *OPPONENTS]
    rows = [
        "| graph | λ_2 | " + " | ".join(SHOWN[name] for name in names) + " |",
        "|---" * (2 + len(names)) + "|",
    ]
    for case in results["cases"]:
        cells = [_cell(case["contenders"].get(name, {})) for name in names]
        title = TITLES.get(case["title"], case["title"])
        rows.append(f"| {title} | {case['reference']['value']:.3g} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def forced_table(results: dict[str, Any]) -> str:
    """Return the same for our own solvers, each forced."""
    names = dict.fromkeys(
        name for case in results["cases"] for name in case["contenders"] if name.startswith("ours_")
    )
    if not names:
        return "No solver was forced in this run."
    rows = ["| graph | chosen by itself | " + " | ".join(SHOWN[name] for name in names) + " |"]
    rows.append("|---" * (2 + len(names)) + "|")
    for case in results["cases"]:
        cells = [_cell(case["contenders"].get(name, {})) for name in ("ours", *names)]
        rows.append(f"| {TITLES.get(case['title'], case['title'])} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def verdict_table(results: dict[str, Any]) -> str:
    """Return the Markdown table of targets."""
    rows = ["| what | target | measured | held |", "|---|---|---|---|"]
    for one in results.get("verdicts", ()):
        held = {True: "yes", False: "**no**", None: "not measured"}[one["held"]]
        rows.append(f"| {one['what']} | {one['target']} | {one['measured'] or '–'} | {held} |")
    return "\n".join(rows)


def settings_list(results: dict[str, Any]) -> str:
    """Return what each contender ran with, graph by graph."""
    found: dict[str, list[str]] = {}
    for case in results["cases"]:
        for name, one in case["contenders"].items():
            if "setting" in one:
                found.setdefault(name, []).append(f"{case['title']}: {one['setting']}")
    return "\n".join(f"- {SHOWN[name]}: {'; '.join(each)}." for name, each in found.items())


def machine_line(results: dict[str, Any]) -> str:
    """Return processor and versions, and who could not be run."""
    told = dict.fromkeys(one["about"] for one in results["opponents"].values() if "about" in one)
    missing = [
        f"{SHOWN[name]} could not be run: {one['error']}."
        for name, one in results["opponents"].items()
        if "error" in one
    ]
    where = ", ".join(machine_words(results))
    python = f"Python {results['machine']['python']}"
    return " ".join(
        [
            f"Measured on {where}, {results['settings']['threads']} threads; {python}, {', '.join(told)}.",
            *missing,
        ]
    )


def routes_list(results: dict[str, Any]) -> str:
    """Return where each reference value is from."""
    kinds = Counter(tuple(sorted(case["reference"]["routes"])) for case in results["cases"])
    worst = max((case["reference"]["difference"] for case in results["cases"]), default=0.0)
    pairs = "; ".join(
        f"{' and '.join(SHOWN[name] for name in pair)} ({count})" for pair, count in kinds.items()
    )
    return f"Reference values are from {pairs}, graphs in brackets; no pair differs by more than {worst:.0e}."


def _cell(one: dict[str, Any]) -> str:
    if "median" in one:
        return f"{one['median']:.3g} s, {_size(one['peak_bytes'])}"
    if "error" not in one:
        return "–"
    return one["error"] if one.get("late") else re.split(r"[:;]", one["error"])[0]


def _size(found: float) -> str:
    return f"{found / 2**30:.1f} GiB" if found >= 2**30 else f"{found / 2**20:.0f} MiB"
