"""Figures that the documentation quotes are those that the committed benchmarks wrote."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "pages" / "choosing-depth.md").read_text(encoding="utf-8")
FOUND = json.loads((ROOT / "benchmarks" / "results" / "depth_advice.json").read_text(encoding="utf-8"))

ROWS = {
    "plain leave-one-out accuracy": "leave-one-out accuracy",
    "leave-one-out squared error": "leave-one-out squared error",
    "evidence of a Gaussian process": "evidence",
    "always depth 2": "always 2",
    "always depth 4": "always 4",
}


def row(name):
    found = re.search(rf"^\| {re.escape(name)} \| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    return found.groups()


def test_the_table_of_regrets_is_the_benchmarks():
    assert row("recommended depth") == (f"{FOUND['mean_regret']:.2f}", f"{FOUND['largest_regret']:.2f}")
    nested = FOUND["nested"]
    assert row("the same, its variant chosen on the other graphs only") == (
        f"{nested['mean_regret']:.2f}",
        f"{nested['largest_regret']:.2f}",
    )
    for shown, variant in ROWS.items():
        figures = FOUND["variants"][variant]
        assert row(shown) == (f"{figures['mean']:.2f}", f"{figures['largest']:.2f}"), shown


def test_the_figures_in_the_text_are_the_benchmarks():
    text = re.sub(r"\s+", " ", PAGE)
    gain = FOUND["gain_over_leave_one_out"]
    assert f"is {gain['mean']:.2f} ± {gain['standard_error']:.2f} points" in text
    assert f"on {FOUND['medians_in_window']} of {len(FOUND['graphs'])} graphs" in text
    inside = sum(g["curve_inside_band"] for g in FOUND["graphs"]) / len(FOUND["graphs"])
    more = json.loads((ROOT / "benchmarks" / "results" / "depth_advice_60.json").read_text(encoding="utf-8"))
    assert more["settings"]["per_class"] == 60
    assert f"is {more['mean_regret']:.2f} (largest {more['largest_regret']:.2f})" in text
    assert f"leave-one-out {more['variants']['leave-one-out accuracy']['mean']:.2f}." in text
    assert f"inside the band at {100 * inside:.0f} % of the depths" in text
