"""Lines and marks of the picture of mixing against denoising; shared by all pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report.axes import GREY, INK, LIMIT, PREDICTED


@dataclass(frozen=True, eq=False)
class Line:
    """One curve; measured ones are drawn as marks only."""

    label: str
    curve: Curve
    color: str
    dash: Any = "-"
    marker: str = ""


@dataclass(frozen=True)
class Mark:
    """A depth that is the best in some sense."""

    label: str
    depth: int
    color: str
    dash: Any


def mixing_lines(analysis: Analysis) -> tuple[list[Line], list[Line]] | None:
    """Return signal and noise, and their ratios, each with what was measured beside it; None where there are none."""
    found = analysis.labels
    if found is None or found.signal is None:
        return None
    theory, scatter = found.signal, found.scatter
    top = [
        Line(f"signal ({theory.signal.source})", theory.signal, PREDICTED),
        Line(f"noise ({theory.noise.source})", theory.noise, LIMIT, "--"),
        Line("noise that differs between nodes", theory.noise_varying, GREY, "-."),
    ]
    bottom = [
        Line("threshold fixed in advance", theory.ratio, LIMIT, "--"),
        Line("read-out fitted at each depth", theory.ratio_fitted, PREDICTED),
    ]
    if scatter is not None:
        top.append(Line("measured between classes", _root(scatter.between), PREDICTED, marker="o"))
        top.append(Line("measured within classes", _root(scatter.within), LIMIT, marker="s"))
        bottom.append(Line("measured √(between / within)", _root(scatter.ratio), INK, marker="o"))
    return top, bottom


def best_depths(analysis: Analysis) -> list[Mark]:
    """Return the best depths in every sense, the recommended one beside them."""
    found, marks = analysis.labels, []
    if found is not None and found.signal is not None and found.signal.best_fixed is not None:
        marks.append(
            Mark(f"largest ratio, fixed: {found.signal.best_fixed}", found.signal.best_fixed, LIMIT, "--")
        )
    if found is not None and found.block_model.model is not None:
        best = found.block_model.model.best_depth
        if best is not None and found.signal is not None and best <= found.signal.ratio.depths[-1]:
            marks.append(Mark(f"n* of the block model: {best}", best, GREY, "-."))
    if analysis.advice is not None and analysis.advice.recommended_depth is not None:
        depth = analysis.advice.recommended_depth
        last = found.signal.ratio.depths[-1] if found is not None and found.signal is not None else depth
        if depth <= last:
            marks.append(Mark(f"recommended depth: {depth}", depth, INK, "-"))
    return marks


def _root(curve: Curve) -> Curve:
    """Return the square root: scatter is squared, signal and noise are not."""
    lower, upper = (np.sqrt(np.maximum(v, 0.0)) for v in (curve.lower, curve.upper))
    return replace(curve, lower=lower, upper=upper)
