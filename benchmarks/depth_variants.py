"""Ways to choose a depth from cross-validation, to be compared; each takes a case and returns scores by depth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.depth_cases import Case
from spectral_smooth.depth.crossval import Readout
from spectral_smooth.depth.table import Table

Score = Callable[[Case, np.ndarray], np.ndarray]
PLAIN = "leave-one-out accuracy"
SHIPPED = "best ridge, deeper than 4 if better by 2 errors"
SHALLOW = 4


def _hits(case: Case, readouts: list[Readout]) -> np.ndarray:
    """Take the hits at the ridge of least squared error: shape (depths, nodes)."""
    return np.array([r.hits(case.folds.codes)[int(np.argmin(r.squares))] for r in readouts])


def _plain(case: Case, depths: np.ndarray) -> np.ndarray:
    del depths
    return _hits(case, case.singles) @ case.folds.weights


def _squared_error(case: Case, depths: np.ndarray) -> np.ndarray:
    del depths
    return -np.array([r.squares.min() for r in case.singles])


def _evidence(case: Case, depths: np.ndarray) -> np.ndarray:
    del depths
    return np.array([r.evidence.max() for r in case.parts])


def _hard(case: Case, depths: np.ndarray) -> np.ndarray:
    del depths
    return _hits(case, case.parts) @ case.folds.weights


def _soft(readouts: list[Readout], weights: np.ndarray) -> np.ndarray:
    return np.array([r.soft_hits[int(np.argmin(r.squares))] for r in readouts]) @ weights


def _best(readouts: list[Readout], weights: np.ndarray) -> np.ndarray:
    return np.array([(r.soft_hits @ weights).max() for r in readouts])


def _caution(depths: np.ndarray, weight: float) -> np.ndarray:
    return weight * np.maximum(np.log2((depths + 1.0) / (SHALLOW + 1.0)), 0.0)


def _softened(caution: float) -> Score:
    return lambda case, depths: _soft(case.parts, case.folds.weights) - _caution(depths, caution)


def _best_ridge(caution: float) -> Score:
    return lambda case, depths: _best(case.parts, case.folds.weights) - _caution(depths, caution)


def _both(caution: float) -> Score:
    def score(case: Case, depths: np.ndarray) -> np.ndarray:
        weights = case.folds.weights
        middle = 0.5 * (_soft(case.parts, weights) + _best(case.parts, weights))
        return middle - _caution(depths, caution)

    return score


def _separation(case: Case, depths: np.ndarray) -> np.ndarray:
    del depths
    return np.array(case.separation)


def _with_separation(case: Case, depths: np.ndarray) -> np.ndarray:
    found = np.array(case.separation)
    return _best_ridge(0.01)(case, depths) + 0.05 * found / max(float(np.abs(found).max()), 1e-300)


def _guarded_with_separation(weight: float) -> Score:
    guarded = _guarded(4, 2.0)

    def score(case: Case, depths: np.ndarray) -> np.ndarray:
        found = np.array(case.separation)
        return guarded(case, depths) + weight * found / max(float(np.abs(found).max()), 1e-300)

    return score


def _with_evidence(caution: float) -> Score:
    def score(case: Case, depths: np.ndarray) -> np.ndarray:
        classes, nodes = len(case.training.labels), len(case.training.nodes)
        return _both(caution)(case, depths) + 0.2 * _evidence(case, depths) / (classes * nodes)

    return score


def _guarded(depths_up_to: int, errors: float) -> Score:
    """Score depths up to one as they are; deeper ones only by what they are better beyond so many errors."""

    def score(case: Case, depths: np.ndarray) -> np.ndarray:
        table = Table.of(depths, case.parts, case.folds)
        means = table.scores @ table.weights
        shallow = depths <= depths_up_to
        first = int(np.argmax(np.where(shallow, means, -np.inf)))
        lead = means - means[first]
        noise = errors * table.paired_error(table.scores - table.scores[first])
        return np.where(shallow, np.minimum(lead, 0.0), lead - noise)

    return score


def _fixed(depth: int) -> Score:
    return lambda case, depths: -np.abs(depths - depth).astype(float)  # noqa: ARG005 - looks at nothing


VARIANTS: dict[str, Score] = {
    "always 2": _fixed(2),
    "always 4": _fixed(4),
    PLAIN: _plain,
    "leave-one-out squared error": _squared_error,
    "evidence": _evidence,
    "four parts, accuracy": _hard,
    "four parts, softened, ridge of least error": _softened(0.0),
    "four parts, softened, best ridge": _best_ridge(0.0),
    "four parts, softened, both ridges": _both(0.0),
    **{f"both ridges, caution {c:g}": _both(c) for c in (0.0025, 0.005, 0.01)},
    **{f"best ridge, caution {c:g}": _best_ridge(c) for c in (0.005, 0.01)},
    "both ridges, caution 0.005, with evidence": _with_evidence(0.005),
    "signal against noise": _separation,
    "best ridge, caution 0.01, with signal against noise": _with_separation,
    **{
        f"best ridge, deeper than {d} if better by {e:g} errors": _guarded(d, e)
        for d in (4, 8)
        for e in (0.5, 1.0, 2.0)
    },
    **{
        f"{SHIPPED}, with {w:g} × signal against noise": _guarded_with_separation(w)
        for w in (0.01, 0.02, 0.04, 0.08)
    },
}
