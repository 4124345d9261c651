"""The features as they are propagated: scaled by policy, sketched where they are very many, dense."""

from __future__ import annotations

import numpy as np

from spectral_smooth.analysis.plan import Plan
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.features import prepare_features

SKETCH_ABOVE = 20_000_000
SKETCH_COLUMNS = 128
SKETCH = "sketch"


def signal_of(dataset: Dataset, plan: Plan) -> tuple[FloatArray, list[Note], str]:
    """Return dense features as they are propagated, what was done to them, and the policy's name."""
    n = dataset.graph.num_nodes
    prepared, notes, applied = prepare_features(
        dataset.features, plan.features, num_nodes=n, rng=np.random.default_rng(plan.seed)
    )
    columns = prepared.shape[1]
    sketch = plan.sketch
    if sketch == "auto":
        sketch = SKETCH_COLUMNS if n * columns > SKETCH_ABOVE else None
    if isinstance(sketch, int) and columns > sketch:
        gaussian = np.random.default_rng(plan.seed).normal(scale=sketch**-0.5, size=(columns, sketch))
        error = 100.0 * np.sqrt(2.0 / sketch)
        note = Note(
            SKETCH,
            f"{columns:,} features sketched to {sketch} random combinations: squared quantities carry a relative "
            f"standard error of at most {error:.2g} % against the original features (--exact keeps all)",
            "notice",
        )
        return np.asarray(prepared @ gaussian, dtype=np.float64), [*notes, note], applied
    dense = prepared if isinstance(prepared, np.ndarray) else prepared.toarray()
    return np.asarray(dense, dtype=np.float64), list(notes), applied
