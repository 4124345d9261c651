"""The figures of the page on the density of states are those that the committed benchmarks wrote."""

import json
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pages" / "density.md").read_text(encoding="utf-8")
NAMES = {
    "rmat": "R-MAT",
    "regular": "random regular",
    "communities": "planted communities",
    "grid": "grid 1000×1000",
}


def results(name):
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def rows(heading):
    lines = PAGE.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(heading))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return table
        table.append(cells(line))
    return table


def test_the_table_of_times_is_the_benchmarks():
    found = results("density_time")
    expected = []
    for name, graph in found["graphs"].items():
        for operator in ("gcn", "symmetric"):
            case = graph[operator]
            times = [
                f"{statistics.median(case[m]['seconds']):.1f} s, {case[m]['products']} products"
                for m in ("lanczos", "kernel_polynomial")
            ]
            _, low, high = case["lanczos"]["slow_modes_beyond_0.9"]
            expected.append([
                NAMES[name],
                operator,
                f"{graph['nodes']:,}",
                f"{graph['entries']:,}",
                f"{100 * case['lanczos']['in_known_spikes']:.1f} %",
                *times,
                f"{low:,.0f} to {high:,.0f}",
            ])  # fmt: skip
            for method in ("lanczos", "kernel_polynomial"):
                assert case[method]["error"] <= found["settings"]["error"]
                assert case[method]["probes"] == 1
    assert rows("| graph | operator |") == expected
    assert f"(load {found['machine']['load_average_at_start']:.1f} at the start)" in PAGE


def test_the_table_of_coverage_is_the_benchmarks():
    found = results("density_coverage")
    expected = []
    for name, case in found["cases"].items():
        assert case["bar_held"] >= 0.95
        shares = [case["bar_held"], case["band_held"], case["counts_held"]]
        shares += [round(case["median_distance"], 4), round(case["median_bar"], 4)]
        expected.append([name.replace("_", " "), *(f"{100 * share:.4g} %" for share in shares)])
    assert rows("| graph, method |") == expected
