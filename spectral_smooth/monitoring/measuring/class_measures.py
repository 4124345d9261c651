"""Measures that need labels: scatter between and within classes, cosines, and each class by itself."""

from __future__ import annotations

import math

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.measuring.moments import Moments
from spectral_smooth.monitoring.measuring.shares import root_share, root_shares


def measure_scatter(m: Moments, values: dict[str, float]) -> None:
    """Add the scatter between and within classes, and the mean cosines."""
    classes = m.ground.classes
    assert classes is not None
    sizes = classes.sizes.astype(np.float64)
    means = m.class_sums / sizes[:, None]
    shifted = means - sizes @ means / sizes.sum()
    between = float(sizes @ np.sum(shifted**2, axis=1))
    within = float(m.within.sum())
    values["between_scatter"] = m.scale * math.sqrt(between)
    values["within_scatter"] = m.scale * math.sqrt(within)
    known = float(m.class_norms[:, 0].sum())
    # of equal rows only the rounding of their sums is left, and where it lies says nothing
    if between + within > (classes.known * np.finfo(np.float64).eps) ** 2 * known:
        values["class_share"] = between / (between + within)
    values["class_distance"] = root_share(within, known)
    count, spread = m.class_spreads
    # Σ_ij cos over ordered pairs i ≠ j: of one class, and of two different ones
    inside = float(np.sum(count * (count - 1.0 - spread)))
    inner_pairs = float(np.sum(count * (count - 1.0)))
    every = float(count.sum())
    total = float(np.sum(m.class_units.sum(axis=0) ** 2) - every)
    outer_pairs = every * (every - 1.0) - inner_pairs
    if inner_pairs > 0:
        values["within_cosine"] = inside / inner_pairs
    if outer_pairs > 0:
        values["between_cosine"] = (total - inside) / outer_pairs


def per_class(m: Moments) -> dict[str, tuple[float, ...]]:
    """Return what is measured of each class."""
    classes = m.ground.classes
    assert classes is not None
    sizes = classes.sizes.astype(np.float64)
    count, spread = m.class_spreads
    total, known = m.class_sums.sum(axis=0), sizes.sum()
    rest = np.maximum(known - sizes, 1.0)[:, None]
    apart = np.linalg.norm(m.class_sums / sizes[:, None] - (total - m.class_sums) / rest, axis=1)
    size = math.sqrt(float(m.class_norms[:, 0].sum()) / known)
    contrast = apart / size if size > 0 and classes.count > 1 else np.zeros(classes.count)
    norms = m.class_norms[:, 0]
    return {
        "class_distance": root_shares(m.within, norms),
        "class_contrast": tuple(float(v) for v in contrast),
        "class_separation": _separations(m.class_sums / sizes[:, None], m.within / sizes),
        "within_cosine": tuple(
            1.0 - float(s / (c - 1.0)) if c > 1 else 1.0 for c, s in zip(count, spread, strict=True)
        ),
    }


def _separations(means: FloatArray, variances: FloatArray) -> tuple[float, ...]:
    """Distance of each class mean to the nearest other one, over the rms distance of both classes' nodes to them.

    0 where there is one class only, or both means and spreads vanish; capped at 1e6, where classes are points.
    """
    if len(means) < 2:
        return (0.0,) * len(means)
    gram = means @ means.T
    squares = np.maximum(np.diag(gram)[:, None] + np.diag(gram) - 2.0 * gram, 0.0)
    spread = 0.5 * (variances[:, None] + variances)
    np.fill_diagonal(squares, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt(squares / spread)
    ratio[np.isnan(ratio)] = 0.0
    return tuple(float(v) for v in np.minimum(ratio.min(axis=1), 1e6))
