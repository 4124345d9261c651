"""How near to the memory: gathered bytes a second as a share of what reading 4 GiB in order gives."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.versus.verdicts.types import Results, Verdict, at_least

GRAPHS = ("rmat", "regular")
SHARES = {1: 85.0, 2: 65.0}  # percent, by threads


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield a line for each case with at least 64 columns."""
    for case in results["cases"]:
        key, share = case["case"], SHARES.get(case["case"]["threads"])
        if (
            key["graph"] not in GRAPHS
            or key["columns"] not in (64, 128)
            or key["task"] != "step"
            or share is None
        ):
            continue
        read = results["roofline"].get(str(key["threads"]), {}).get("read")
        rate = case["contenders"].get("ours", {}).get("gathered_gb_per_s")
        measured = None if read is None or rate is None else 100 * rate / read
        yield at_least(f"share of the read bandwidth, {case['title']}", share, measured, " %")
