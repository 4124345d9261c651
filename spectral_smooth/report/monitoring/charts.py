"""Which lines each picture of a monitoring has: cosines, distances, ranks, columns, sizes, single measures."""

from __future__ import annotations

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES
from spectral_smooth.monitoring.result import Monitoring, layer_curve
from spectral_smooth.report.axes import BAND, GREY, INK, LIMIT, PREDICTED
from spectral_smooth.report.monitoring.chart import (
    ChartLine,
    LayerChart,
    Level,
    LineLook,
    free_axis,
    log_axis,
    share_axis,
)
from spectral_smooth.report.monitoring.marks import measure_marks, onsets, smooth_level
from spectral_smooth.report.monitoring.zeros import gap_note, is_zero, needs_size, zero_layers

GREEN, VIOLET = "#009e73", "#a3477f"
PLAIN = LineLook(GREY, dash=3, width=1.5)
PLAIN_LABEL = "plain smoothing"
# A band narrower than this is a line.
VISIBLE = 1e-3
# 1 − cos of a mean of cosines is rounding below this.
COSINE_FLOOR = 1e-15
COSINES = (
    ("mean_cosine", "all pairs", LineLook(INK, 0, 0, 2.0)),
    ("edge_cosine", "neighbours", LineLook(PREDICTED, 1, 1)),
    ("within_cosine", "within classes", LineLook(GREEN, 2, 2)),
    ("between_cosine", "between classes", LineLook(LIMIT, 4, 3)),
)
DISTANCES = (
    ("constant_distance", "to constants", LineLook(INK, 0, 0, 2.0)),
    ("degree_distance", "to √degree", LineLook(PREDICTED, 1, 1)),
    ("profile_distance", "to the span of both", LineLook(VIOLET, 5, 4)),
)
CLASS_LOOK = LineLook(GREEN, 4, 3)
MODE_LOOK = LineLook(LIMIT, 2, 2)
# Measures that random combinations of columns do not keep.
OF_COLUMNS = ("rank", "columns")
# Measures of the Gram matrix of rows, of which a large graph gives a sample.
OF_ROWS = (
    "stable_rank",
    "effective_rank",
    "rank_one_distance",
    "column_correlation",
    "column_difference",
    "constant_columns",
)


def cosine_charts(result: Monitoring) -> tuple[LayerChart, LayerChart]:
    """Return mean cosines, and one minus them on a log axis: 0.99 and 0.99999 are not the same."""
    near, far = [], []
    for name, label, look in COSINES:
        if name in result.measures:
            curve = result.curve(name)
            near.append(measured_line(result, name, label, look))
            # MAD is 1 − mean cosine to full relative precision
            rest = result.curve("mad") if name == "mean_cosine" else _rest(curve)
            far.append(measured_line(result, name, label, look, rest))
    plain = plain_curve(result, "mean_cosine")
    if plain is not None:
        label = f"all pairs, {plain_label(result)}"
        near.append(ChartLine.of(label, plain, PLAIN))
        far.append(ChartLine.of(label, plain_curve(result, "mad") or _rest(plain), PLAIN))
    marks, gaps = onsets(result), gap_note(result.layers)
    return (
        LayerChart(
            "Mean cosine",
            "mean cosine",
            share_axis(near),
            tuple(near),
            result.names,
            onsets=marks,
            notes=gaps,
        ),
        LayerChart(
            "One minus the mean cosine",
            "1 − mean cosine (log)",
            log_axis(far),
            tuple(far),
            result.names,
            onsets=marks,
            notes=gaps,
        ),
    )


def distance_chart(result: Monitoring) -> LayerChart:
    """Return distances to smooth states as shares of a layer's size, plain smoothing and the threshold beside."""
    lines = [measured_line(result, name, label, look) for name, label, look in DISTANCES]
    modes = _mode_line(result)
    if modes is not None:
        lines.append(modes)
    if "class_distance" in result.measures:
        lines.append(measured_line(result, "class_distance", "to class means", CLASS_LOOK))
    level = smooth_level(result)
    band = _plain_collapse(result)
    drawn = [*lines, band] if band is not None else lines
    return LayerChart(
        "Distance to smooth states",
        "distance / size of the layer (log)",
        log_axis(drawn, [level.value]),
        tuple(drawn),
        result.names,
        levels=(level,),
        onsets=onsets(result, ("smoothing",)),
        notes=gap_note(result.layers),
    )


def rank_chart(result: Monitoring) -> LayerChart:
    """Return effective and stable rank, and the number of columns that bounds both."""
    columns = [float(layer.columns) for layer in result.layers]
    lines = (
        ChartLine.of("effective rank", result.curve("effective_rank"), LineLook(INK, 0, 0, 2.0)),
        ChartLine.of("stable rank", result.curve("stable_rank"), LineLook(PREDICTED, 1, 1)),
        ChartLine.points("columns", columns, LineLook(GREY, 3, None)),
    )
    return LayerChart(
        "Effective and stable rank",
        "rank (log)",
        log_axis(lines, [0.7]),
        lines,
        result.names,
        levels=(Level(1.0, "rank one"),),
        onsets=onsets(result, ("rank collapse",)),
        notes=sample_note(result, "stable_rank"),
    )


def column_chart(result: Monitoring) -> LayerChart:
    """Return correlation of columns, and the shares of those that are dead or constant, and of zero rows."""
    shown = (
        ("column_correlation", "mean |correlation|", LineLook(INK, 0, 0, 2.0)),
        ("dead_columns", "dead columns", LineLook(LIMIT, 1, 1)),
        ("constant_columns", "constant columns", LineLook(PREDICTED, 2, 2)),
        ("dead_rows", "zero rows", LineLook(GREY, 4, 3)),
    )
    lines = tuple(measured_line(result, name, label, look) for name, label, look in shown)
    found = [f for f in result.diagnosis.findings if f.kind in ("correlated columns", "dead units")]
    levels = tuple(Level(f.threshold, f"threshold of {f.kind}: {f.threshold:g}") for f in found)
    kinds = ("correlated columns", "dead units")
    return LayerChart(
        "Correlated, dead and constant columns", "correlation, or share", share_axis(lines), lines,
        result.names, levels=levels, onsets=onsets(result, kinds),
        notes=(*gap_note(result.layers), *sample_note(result, "column_correlation")),
    )  # fmt: skip


def size_chart(result: Monitoring) -> LayerChart:
    """Return the size of the values and the largest one, on a log axis."""
    lines = (
        ChartLine.of("root mean square", result.curve("rms"), LineLook(INK, 0, 0, 2.0)),
        ChartLine.of("largest value", result.curve("largest"), LineLook(PREDICTED, 1, 1)),
    )
    kinds = ("shrinking norm", "exploding norm")
    found = [f for f in result.diagnosis.findings if f.kind in kinds]
    return LayerChart(
        "Size, and the largest value",
        "size (log)",
        log_axis(lines, [f.threshold for f in found]),
        lines,
        result.names,
        levels=tuple(Level(f.threshold, f"threshold {f.threshold:.3g}") for f in found),
        onsets=onsets(result, kinds),
    )


def measure_chart(result: Monitoring, name: str) -> LayerChart:
    """Return one measure as it is; plain smoothing beside it where the measure does not depend on size.

    Raises
    ------
    UsageError
        If no layer has it.
    """
    if name not in result.measures:
        raise UsageError(f"no layer has a measure {name!r}; there are: {', '.join(result.measures)}")
    known = LAYER_MEASURES[name]
    lines = [measured_line(result, name, "the model", LineLook(INK, 0, 0))]
    plain = plain_curve(result, name)
    if plain is not None:
        lines.append(ChartLine.of(plain_label(result), plain, PLAIN))
    levels, marks = measure_marks(result, name)
    axis = free_axis(lines, [level.value for level in levels])
    return LayerChart(
        f"{known.title[:1].upper()}{known.title[1:]}", known.title, axis, tuple(lines), result.names,
        levels=levels, onsets=marks,
        notes=(*(gap_note(result.layers) if needs_size(name) else ()), *sample_note(result, name)),
    )  # fmt: skip


def measured_line(
    result: Monitoring, name: str, label: str, look: LineLook, curve: Curve | None = None
) -> ChartLine:
    """Return a measure, or what was made of it, as a line; with a gap where a layer is zero and so has no value."""
    line = ChartLine.of(label, result.curve(name) if curve is None else curve, look)
    return line.broken(zero_layers(result.layers)) if needs_size(name) else line


def sample_note(result: Monitoring, name: str) -> tuple[str, ...]:
    """Return the note that a measure was taken from some of the rows, without a standard error, if it was."""
    if name not in OF_ROWS:
        return ()
    said = [note for note in result.notes if note.startswith("ranks") and " rows" in note]
    return tuple(f"{note}; without a standard error" for note in said)


def plain_curve(result: Monitoring, name: str) -> Curve | None:
    """Return a measure of the plain states; None where it was not measured or would not be comparable."""
    known = LAYER_MEASURES[name]
    plain = result.plain
    if plain is None or not known.scale_free or (known.family in OF_COLUMNS and sketched(result)):
        return None
    if needs_size(name) and is_zero(result.layers[0]):
        return None
    if plain.layers:
        values = [layer.values.get(name) for layer in plain.layers]
        return None if all(v is None for v in values) else layer_curve(plain.layers, name, values)
    last = len(result.layers) - 1
    found = [curve for curve in plain.predicted.curves if curve.name == name and curve.component is None]
    return found[0].thinned(np.arange(last + 1)) if found else None


def sketched(result: Monitoring) -> bool:
    """Whether plain states were measured from random combinations of the first layer's columns."""
    plain = result.plain
    return bool(plain and plain.layers and plain.layers[0].columns != result.layers[0].columns)


def plain_label(result: Monitoring) -> str:
    """Return what plain smoothing is called in a legend."""
    return f"{PLAIN_LABEL} (sketched)" if sketched(result) else PLAIN_LABEL


def shown_modes(result: Monitoring) -> int:
    """Return how many slow modes the eigenspace of the picture has: those of the finding, or all; 0 without any."""
    most = max((len(layer.modes) - 1 for layer in result.layers if layer.modes is not None), default=0)
    for finding in result.diagnosis.findings:
        _, mark, count = finding.measure.partition("mode_distance_")
        if mark and count.isdigit():
            return min(int(count), most)
    return most


def _mode_line(result: Monitoring) -> ChartLine | None:
    count = shown_modes(result)
    if count < 1:
        return None
    values = [
        layer.modes[count] if layer.modes is not None and len(layer.modes) > count else None
        for layer in result.layers
    ]
    line = ChartLine.points(f"to the top-{count + 1} eigenspace", values, MODE_LOOK)
    return line.broken(zero_layers(result.layers))


def _plain_collapse(result: Monitoring) -> ChartLine | None:
    if result.plain is None or is_zero(result.layers[0]):
        return None
    found = [c for c in result.plain.predicted.curves if c.name == "collapse" and c.component is None]
    if not found:
        return None
    curve = found[0].thinned(np.arange(len(result.layers)))
    label = f"{PLAIN_LABEL}, collapse ({curve.source})"
    if not np.any(curve.relative_width > VISIBLE):
        return ChartLine.points(label, curve.value.tolist(), PLAIN)
    return ChartLine.of(label, curve, LineLook(BAND, 3, None, 1.4), sides="area")


def _rest(curve: Curve) -> Curve:
    """Return one minus a curve, what is below rounding as zero."""
    low, high = 1.0 - curve.upper, 1.0 - curve.lower
    low, high = (np.where(side < COSINE_FLOOR, 0.0, side) for side in (low, high))
    return Curve(curve.name, curve.depths, low, high, curve.source)
