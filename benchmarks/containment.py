"""Check that the measured curve lies in the predicted one, on every real graph, rule and operator.

Run ``python -m benchmarks.containment``. For every npz graph × {sgc, lazy, ppr, residual, mean} × {gcn,
walk}: measured deviation, energy, norm, collapse (whole and per component) and Rayleigh quotient against
the bracket from 32 products with the ends that need no eigenvalue; the measured crossing of every limit
against [at_least, at_most]. Writes ``results/containment.json`` with the relative widths at depths 8, 32
and 128. Exit code 1 if anything lies outside.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import DATA, machine, write
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.spectra.quadrature import SpectralMeasure, spectral_measure
from spectral_smooth.theory.predict import predict_from

RULES = {"sgc": ss.sgc(), "lazy": ss.lazy(), "ppr": ss.ppr(), "residual": ss.residual(), "mean": ss.mean()}
OPERATORS = {"gcn": ss.gcn, "walk": ss.random_walk}
DEPTH, HORIZON, PRODUCTS, COLUMNS = 128, 1024, 32, 16
WIDTHS = (8, 32, 128)


def _signal(dataset: ss.Dataset) -> np.ndarray:
    """Features by the default policy; wide ones as 16 random combinations, the same for both sides."""
    n = dataset.graph.num_nodes
    prepared, _, _ = prepare_features(dataset.features, num_nodes=n, rng=np.random.default_rng(0))
    if prepared.shape[1] > COLUMNS:
        prepared = prepared @ np.random.default_rng(0).normal(size=(prepared.shape[1], COLUMNS))
    return np.asarray(prepared, dtype=np.float64)


def _case(
    operator: ss.Operator, signal: np.ndarray, measure: SpectralMeasure, rule: ss.Rule
) -> dict[str, Any]:
    predicted = predict_from(measure, operator, np.arange(HORIZON + 1), rule=rule)
    measured = ss.propagate(operator, signal, DEPTH, rule=rule, measures=QUADRATIC)
    outside, worst = [], 0.0
    for curve in measured.curves:
        found = ss.compare(predicted.curve(curve.name, curve.component), curve)
        worst = max(worst, found.largest_relative_difference)
        if not found.contained:
            outside.append({"curve": curve.name, "component": curve.component})
    wrong = []
    for limit in ss.safe_depth(predicted, measured).limits:
        seen = limit.measured
        late = seen is not None and (limit.at_least is None or seen < limit.at_least)
        early = seen is not None and limit.at_most is not None and seen >= limit.at_most
        missed = seen is None and limit.at_most is not None and limit.at_most <= DEPTH
        if late or early or missed:
            wrong.append(limit.to_dict())
    widths = {
        name: {str(k): float(predicted.curve(name).relative_width[k]) for k in WIDTHS}
        for name in ("energy", "collapse")
    }
    return {"outside": outside, "wrong_limits": wrong, "largest_difference": worst, "widths": widths}


def _cases(files: list[Path]) -> Iterator[dict[str, Any]]:
    for path in files:
        dataset = ss.read(path)
        signal = _signal(dataset)
        for operator_name, make in OPERATORS.items():
            operator = make(dataset.graph)
            start = time.perf_counter()
            measure = spectral_measure(operator, signal, products=PRODUCTS)
            seconds = time.perf_counter() - start
            for rule_name, rule in RULES.items():
                found = _case(operator, signal, measure, rule)
                state = "ok" if not (found["outside"] or found["wrong_limits"]) else "OUTSIDE"
                width = found["widths"]["energy"]
                print(
                    f"{path.stem:28s} {operator_name:5s} {rule_name:9s} {state}  energy width at "
                    + ", ".join(f"{k}: {width[str(k)]:.1e}" for k in WIDTHS),
                    flush=True,
                )
                yield {
                    "graph": path.stem,
                    "operator": operator_name,
                    "rule": rule_name,
                    "measure_seconds": round(seconds, 3),
                    **found,
                }


def main() -> int:
    """Run every case and write the result."""
    host = machine()
    files = sorted((DATA / "npz").glob("*.npz"))
    if not files:
        print(f"no graphs in {DATA / 'npz'}: set SPECTRAL_SMOOTH_DATA", file=sys.stderr)
        return 2
    cases = list(_cases(files))
    failures = sum(bool(c["outside"] or c["wrong_limits"]) for c in cases)
    medians = {
        name: {str(k): float(np.median([c["widths"][name][str(k)] for c in cases])) for k in WIDTHS}
        for name in ("energy", "collapse")
    }
    print(f"{len(cases)} cases, {failures} outside; median relative width {medians}")
    write(
        "containment",
        {
            "machine": host,
            "settings": {"products": PRODUCTS, "depth": DEPTH, "columns": COLUMNS},
            "cases_run": len(cases),
            "cases_outside": failures,
            "median_relative_width": medians,
            "cases": cases,
        },
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
