"""Text of the results: one line a contender as a case ends, and the Markdown tables of the page."""

from __future__ import annotations

import re
from typing import Any

SHOWN = {
    "ours": "us",
    "ours_reordered": "us, reordered",
    "ours_weighted": "us, weighted",
    "ours_plain": "us, no measures",
    "scipy": "SciPy",
    "mkl": "MKL",
    "torch": "torch",
    "dgl": "DGL",
    "dgl_bare": "DGL's bare sum",
    "graphblas": "GraphBLAS",
    "numba_loop": "numba loop",
}


def lines(record: dict[str, Any]) -> list[str]:
    """Return the case for the terminal: time, quartiles, GB/s, ratio to us, setting or error."""
    ratios = record["ratios"].get("ours", {})
    found = [f"{record['title']} ({record['nodes']:,} nodes, {record['entries']:,} entries)"]
    for name, one in record["contenders"].items():
        if "error" in one:
            found.append(f"  {SHOWN[name]:<16} {one['error'].splitlines()[0][:110]}")
            continue
        ratio = f"{ratios[name]['median']:6.2f}×" if name in ratios else "      –"
        spread = f"{1e3 * one['lower']:.4g}–{1e3 * one['upper']:.4g}"
        rate = f"{one['gathered_gb_per_s']:6.1f} GB/s"
        found.append(
            f"  {SHOWN[name]:<16} {1e3 * one['median']:9.4g} ms ({spread}) {rate} {ratio}  {one['setting']}"
        )
    if "best" in ratios:
        found.append(f"  best peer: {ratios['best']['median']:.2f}× ({SHOWN[ratios['best']['name']]})")
    return found


def machine_words(results: dict[str, Any]) -> list[str]:
    """Return processor, cores and MKL's code path: they belong beside every ratio."""
    machine = results["machine"]
    found = re.search(r"code path (\w+)", results["opponents"].get("mkl", {}).get("about", ""))
    path = [f"MKL takes its code path “{found[1]}”"] if found else []
    return [machine["processor"], f"{machine['cores']} cores", *path]


def ratio_table(results: dict[str, Any]) -> str:
    """Return the Markdown table of all cases: our time, and how many times as long the others take."""
    others = ("scipy", "mkl", "torch", "dgl", "dgl_bare", "graphblas", "best")
    head = [
        "graph",
        "F",
        "dtype",
        "threads",
        "task",
        "us",
        *(SHOWN.get(name, "best peer") for name in others),
    ]
    rows = [head, ["---"] * len(head)]
    for record in results["cases"]:
        case, us = record["case"], _us(record)
        if us is None:
            continue
        task = "step" if case["task"] == "step" else f"{case['depth']} steps"
        name = case["graph"] + (" (reordered)" if us == "ours_reordered" else "")
        ratios = record["ratios"].get(us, {})
        shown = [f"{ratios[other]['median']:.3g}" if other in ratios else "–" for other in others]
        seconds = f"{1e3 * record['contenders'][us]['median']:.3g} ms"
        rows.append([name, str(case["columns"]), case["dtype"], str(case["threads"]), task, seconds, *shown])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def memory_table(results: dict[str, Any]) -> str:
    """Return the Markdown table of peak memory."""
    rows = ["| contender | " + " | ".join(one["title"] for one in results["memory"]) + " |"]
    rows.append("|---" * (1 + len(results["memory"])) + "|")
    for name in dict.fromkeys(name for one in results["memory"] for name in one["contenders"]):
        cells = []
        for one in results["memory"]:
            peak = one["contenders"].get(name, {}).get("step_bytes")
            cells.append("–" if peak is None else f"{peak / 2**20:,.0f} MiB")
        rows.append(f"| {SHOWN[name]} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def verdict_table(results: dict[str, Any]) -> str:
    """Return the Markdown table of targets."""
    rows = ["| what | target | measured | held |", "|---|---|---|---|"]
    for one in results["verdicts"]:
        held = {True: "yes", False: "**no**", None: "not measured"}[one["held"]]
        rows.append(f"| {one['what']} | {one['target']} | {one['measured'] or '–'} | {held} |")
    return "\n".join(rows)


def _us(record: dict[str, Any]) -> str | None:
    """Return the name under which we were faster: in the order given, or reordered."""
    timed = [name for name in ("ours", "ours_reordered") if "median" in record["contenders"].get(name, {})]
    return min(timed, key=lambda name: record["contenders"][name]["median"], default=None)
