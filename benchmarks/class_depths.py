"""At which depth each class is lost, predicted against measured, on every real graph with labels.

Run ``python -m benchmarks.class_depths``. For each graph with features and two classes: depth from which the contrast
of each class stays below 1 % of the state, and below the resolution of float32 and float64; predicted from Lanczos
on the class vectors (at every depth to 1,024), measured by propagating to depth 128 on the tabulated grid. Agreement
is within one step of that grid. Writes ``results/class_depths.json``; exit code 1 if a class disagrees without a
reason.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import DATA, machine, write
from spectral_smooth.graphs.features import prepare_features

COLUMNS = 128


def _features(dataset: ss.Dataset) -> np.ndarray:
    prepared, _, _ = prepare_features(dataset.features, num_nodes=dataset.graph.num_nodes, rng=0)
    if prepared.shape[1] > COLUMNS and prepared.shape[0] * prepared.shape[1] > 5_000_000:
        prepared = prepared @ np.random.default_rng(0).normal(
            scale=COLUMNS**-0.5, size=(prepared.shape[1], COLUMNS)
        )
    return prepared if isinstance(prepared, np.ndarray) else prepared.toarray()


def _one(name: str, dataset: ss.Dataset) -> dict[str, Any]:
    x = _features(dataset)
    start = time.perf_counter()
    found = ss.class_depths(ss.gcn(dataset.graph), x, dataset.labels)
    onsets = [o for c in found.classes for o in (c.small, c.unresolved, c.destroyed)]
    both = [o for o in onsets if o.measured is not None]
    return {
        "graph": name,
        "seconds": round(time.perf_counter() - start, 2),
        "classes": len(found.classes),
        "onsets": len(onsets),
        "reached_within_128": len(both),
        "disagree": sum(o.agrees is False for o in onsets),
        "disagree_without_reason": sum(o.agrees is False and not o.reason for o in onsets),
        "sentence": found.sentence,
    }


def main() -> int:
    """Measure and write."""
    host = machine()
    rows = []
    for path in sorted((DATA / "npz").glob("*.npz")):
        dataset = ss.read(path)
        if dataset.features is None or dataset.labels is None or len(np.unique(dataset.labels)) < 2:
            continue
        rows.append(_one(path.stem, dataset))
        print(rows[-1], flush=True)
    if not rows:
        print(f"no graphs in {DATA / 'npz'}: set SPECTRAL_SMOOTH_DATA", file=sys.stderr)
        return 2
    totals = {
        key: sum(row[key] for row in rows)
        for key in ("classes", "onsets", "reached_within_128", "disagree", "disagree_without_reason")
    }
    print(totals)
    write("class_depths", {"machine": host, **totals, "graphs": rows})
    return 1 if totals["disagree_without_reason"] else 0


if __name__ == "__main__":
    sys.exit(main())
