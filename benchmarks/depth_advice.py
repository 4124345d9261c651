"""How much accuracy the recommended depth loses, on graphs whose accuracy by depth was measured.

Run ``python -m benchmarks.depth_advice``. For every graph with a table of measured accuracy and 20 training sets of
20 nodes a class: regret = best balanced accuracy of the table − that at the recommended depth, in points. Variants of
the rule are compared on the same training sets; *nested* means that for each graph the variant is chosen on all
other graphs. Also: the share of the measured curve inside the band, the depth at which classes are gone against the
table, and how the mean moves when random halves of the graphs serve development. Writes
``results/depth_advice.json``.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np

from benchmarks.depth_cases import Truth, graphs, load
from benchmarks.depth_variants import PLAIN, SHIPPED, VARIANTS
from benchmarks.machine import machine, write
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.advise import advise
from spectral_smooth.depth.table import Table

SEED, HALVES = 5000, 200
FIXED = ("always 2", "always 4")


def _advice(truth: Truth) -> list[DepthAdvice]:
    """Return what the package recommends on every training set, by its own code."""
    return [advise(Table.of(truth.depths, case.parts, case.folds), case.training) for case in truth.cases]


def _regrets(truth: Truth) -> dict[str, np.ndarray]:
    """Return for each variant the regret on every training set."""
    found = {}
    for name, score in VARIANTS.items():
        chosen = [int(truth.depths[int(np.argmax(score(c, truth.depths)))]) for c in truth.cases]
        found[name] = np.array([truth.regret(depth) for depth in chosen])
    return found


def _gone(depths: np.ndarray, values: np.ndarray, chance: float) -> int | None:
    """Return the first tabulated depth from which a measured curve stays within two points of chance."""
    above = np.flatnonzero(values > chance + 0.02)
    after = int(above[-1]) + 1 if len(above) else 0
    return int(depths[after]) if after < len(depths) else None


def _steps(depths: np.ndarray, first: int | None, second: int | None) -> int:
    places = [len(depths) if d is None else int(np.searchsorted(depths, d)) for d in (first, second)]
    return abs(places[0] - places[1])


def _one_graph(truth: Truth, advices: list[DepthAdvice]) -> dict[str, Any]:
    chance = advices[0].chance or 0.0
    depths = np.array([a.recommended_depth for a in advices])
    low, high = truth.window
    bands = [a.curve for a in advices if a.curve is not None]
    inside = np.mean([(b.lower <= truth.balanced) & (truth.balanced <= b.upper) for b in bands])
    gone = _gone(truth.depths, truth.balanced, chance)
    steps = [_steps(truth.depths, a.signal_gone_at, gone) for a in advices]
    by_class = []
    for position in range(len(advices[0].classes)):
        recall = truth.recalls[:, advices[0].classes[position].label]
        measured = _gone(truth.depths, recall, chance)
        by_class += [_steps(truth.depths, a.classes[position].gone_at, measured) <= 1 for a in advices]
    return {
        "graph": truth.name,
        "regret": round(float(np.mean([truth.regret(int(d)) for d in depths])), 3),
        "median_depth": float(np.median(depths)),
        "window": [low, high],
        "median_in_window": bool(low <= np.median(depths) <= high),
        "share_in_window": float(np.mean((depths >= low) & (depths <= high))),
        "curve_inside_band": round(float(inside), 3),
        "gone_measured": gone,
        "gone_predicted": [a.signal_gone_at for a in advices],
        "gone_within_a_step": round(float(np.mean(np.array(steps) <= 1)), 3),
        "classes_gone_within_a_step": round(float(np.mean(by_class)), 3),
    }


def _nested(means: dict[str, np.ndarray], count: int) -> tuple[np.ndarray, list[str]]:
    """Choose the variant for each graph on all others; return each graph's regret under it, and its name."""
    names = list(means)
    table = np.array([means[name] for name in names])
    chosen = [int(np.argmin(np.delete(table, g, axis=1).mean(axis=1))) for g in range(count)]
    return table[chosen, np.arange(count)], [names[c] for c in chosen]


def _halves(means: dict[str, np.ndarray], count: int) -> dict[str, float]:
    """Choose the variant on random halves of the graphs, score it on all others: how the mean moves.

    The graphs that are scored change too, so that each mean is compared with that of the shipped rule on the same
    graphs.
    """
    rng = np.random.default_rng(0)
    names = list(means)
    table = np.array([means[name] for name in names])
    shipped = table[names.index(SHIPPED)]
    moves = []
    for _ in range(HALVES):
        order = rng.permutation(count)
        development, scored = order[: count // 2], order[count // 2 :]
        chosen = int(np.argmin(table[:, development].mean(axis=1)))
        moves.append(float(table[chosen, scored].mean() - shipped[scored].mean()))
    return {
        "halves": HALVES,
        "mean_change": round(float(np.mean(moves)), 3),
        "largest_change": round(float(np.max(np.abs(moves))), 3),
        "share_below_0.3": round(float(np.mean(np.abs(moves) < 0.3)), 3),
    }


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--per-class", type=int, default=20, help="labels a class; the table has 20")
    parser.add_argument("--name", default="depth_advice")
    asked = parser.parse_args()
    host = machine()
    names = list(graphs())
    if not names:
        print("no measured tables: set SPECTRAL_SMOOTH_DATA", file=sys.stderr)
        return 2
    rows, regrets = [], []
    for name in names:
        start = time.perf_counter()
        truth = load(name, asked.seed, asked.sets, asked.per_class)
        regrets.append(_regrets(truth))
        rows.append(_one_graph(truth, _advice(truth)))
        print(f"{name:28s} {time.perf_counter() - start:5.0f} s  {rows[-1]}", flush=True)
    means = {v: np.array([r[v].mean() for r in regrets]) for v in VARIANTS}
    learned = {v: m for v, m in means.items() if v not in FIXED}
    nested, chosen = _nested(learned, len(names))
    shipped = np.array([row["regret"] for row in rows])
    assert np.allclose(means[SHIPPED], shipped, atol=1e-3), "the package and the variant of its name disagree"
    paired = means[PLAIN] - shipped
    result = {
        "machine": host,
        "settings": {"sets": asked.sets, "first_seed": asked.seed, "per_class": asked.per_class},
        "graphs": rows,
        "mean_regret": round(float(shipped.mean()), 3),
        "largest_regret": round(float(shipped.max()), 3),
        "medians_in_window": int(sum(row["median_in_window"] for row in rows)),
        "nested": {
            "mean_regret": round(float(nested.mean()), 3),
            "largest_regret": round(float(nested.max()), 3),
            "chosen": dict(zip(names, chosen, strict=True)),
        },
        "gain_over_leave_one_out": {
            "mean": round(float(paired.mean()), 3),
            "standard_error": round(float(paired.std(ddof=1) / np.sqrt(len(names))), 3),
        },
        "development_halves": _halves(learned, len(names)),
        "variants": {
            v: {
                "mean": round(float(m.mean()), 3),
                "largest": round(float(m.max()), 3),
                "by_graph": dict(zip(names, m.round(3).tolist(), strict=True)),
            }
            for v, m in means.items()
        },
    }
    for variant, figures in sorted(result["variants"].items(), key=lambda item: item[1]["mean"]):
        print(f"{variant:46s} mean {figures['mean']:.2f}  largest {figures['largest']:.2f}")
    for key in ("mean_regret", "largest_regret", "medians_in_window", "nested", "gain_over_leave_one_out"):
        print(f"{key}: {result[key]}")
    print(f"development_halves: {result['development_halves']}")
    write(asked.name, result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
