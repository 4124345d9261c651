"""Which pictures the HTML report of a monitoring has, in which section, with their words."""

from __future__ import annotations

from dataclasses import replace

from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES, LayerMeasure
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import numbers
from spectral_smooth.report.monitoring.attention_charts import attention_charts
from spectral_smooth.report.monitoring.chart import LayerChart
from spectral_smooth.report.monitoring.charts import (
    column_chart,
    cosine_charts,
    distance_chart,
    measure_chart,
    rank_chart,
    size_chart,
)
from spectral_smooth.report.monitoring.group_charts import (
    COMPONENT_MEASURES,
    class_charts,
    component_chart,
)
from spectral_smooth.report.monitoring.plots import chart_plot
from spectral_smooth.report.monitoring.tables import FAMILIES, family_measures
from spectral_smooth.report.picture import Picture

# Heights of a plot without its legend, ticks and labels, in pixels.
FRAME, SMALL_FRAME = 250, 185
NO_STATES = "the states of plain smoothing were not measured, so that it has no line here"
_COSINE = (
    "Near 1 all rows point one way: that may be smoothing, or a common offset that a read-out ignores. Only the "
    "distances below tell which.",
    "The same on a log axis, where 0.99 and 0.99999 are not the same. A straight line falls by one factor a layer.",
)
_DISTANCE = (
    "Each distance is a share of the layer's own size, so that shrinking values do not look smooth. A layer is smooth "
    "where any line stays below the threshold to the last layer; class means are no smooth state, but where "
    "training leads. Squares of the eigenspace distance below 1e-16 are rounding."
)
_CLASSES = (
    "‖X_c − m_c‖ / ‖X_c‖ for the rows of one class c with mean m_c. It falls where nodes of a class gather, and where "
    "everything becomes alike; a class of one node has none.",
    "Distance between the mean of a class and that of all other labelled nodes, over the rms length of rows. Healthy "
    "clustering keeps it, smoothing does not.",
)
_ATTENTION = (
    "What layers 1 to l leave of differences from the component means. Uniform attention is each node's plain mean "
    "over the same edges.",
    "1/Σ p² of the shares p that a node gets from others: as many nodes of equal weight would score the same.",
    "Mean distance, in hops of the graph, of what a node gets, by weight.",
    "1 is a plain mean over the neighbours, 0 is all weight on one of them.",
)


def monitor_pictures(result: Monitoring) -> list[Picture]:
    """Make every picture of the report."""
    every = [
        *_cosines(result),
        *_made("distances", distance_chart(result), _DISTANCE, height=300),
        *_families(result),
        *_groups(result),
        *_attention(result),
    ]
    return [replace(picture, key=f"plot-{at}") for at, picture in enumerate(every, start=1)]


def _cosines(result: Monitoring) -> list[Picture]:
    missing = result.plain is not None and not result.plain.layers
    notes = (NO_STATES,) if missing else ()
    pairs = zip(cosine_charts(result), _COSINE, strict=True)
    return [picture for chart, words in pairs for picture in _made("cosines", chart, words, notes=notes)]


def _families(result: Monitoring) -> list[Picture]:
    together = {
        "size": (size_chart(result), "Norms and energies follow the size of the values; shares do not."),
        "rank": (
            rank_chart(result),
            "Effective and stable rank, with the number of columns that bounds both.",
        ),
        "columns": (column_chart(result), "Correlation and shares, between zero and one."),
    }
    out = []
    for family in FAMILIES:
        if family in together:
            out += _made(f"{family}-all", *together[family])
        for known in family_measures(result, family):
            out += _made(
                family, measure_chart(result, known.name), explained(known), height=SMALL_FRAME, small=True
            )
    return out


def explained(known: LayerMeasure) -> str:
    """Return formula, what a measure is blind to, and when it misleads.

    Examples
    --------
    >>> explained(LAYER_MEASURES["smv"])
    'mean of ½‖x̂_i − x̂_j‖, i ≠ j. Smooth: 0 for parallel rows. Misleads: as the mean cosine.'
    """
    size = "" if known.scale_free else " Depends on the size of the values."
    smooth = "" if known.smooth == "does not tell" else f" Smooth: {known.smooth}."
    return f"{known.formula}.{smooth} Misleads: {known.misleads}.{size}"


def _groups(result: Monitoring) -> list[Picture]:
    out = []
    if result.classes:
        for chart, words in zip(class_charts(result), _CLASSES, strict=True):
            out += _made("classes-each", chart, words)
    if len(result.graph["components"]) > 1:
        for name in COMPONENT_MEASURES:
            words = LAYER_MEASURES[name].formula + ", within each component."
            out += _made("components", component_chart(result, name), words)
    return out


def _attention(result: Monitoring) -> list[Picture]:
    if result.attention is None:
        return []
    pairs = zip(attention_charts(result.attention), _ATTENTION, strict=True)
    return [picture for chart, words in pairs for picture in _made("attention", chart, words)]


def _made(
    section: str,
    chart: LayerChart,
    caption: str,
    *,
    height: int = FRAME,
    small: bool = False,
    notes: tuple[str, ...] = (),
) -> list[Picture]:
    plot = chart_plot(chart, height=height, small=small)
    if plot is None:
        return []
    return [Picture("", section, chart.title, caption, _summary(chart), plot, (*notes, *chart.notes))]


def _summary(chart: LayerChart) -> str:
    """Return where each line begins and ends."""
    parts = []
    for line in chart.lines[-9:]:
        if len(line.layers):  # a dash where an end is a gap
            first, last = (numbers.number(float(line.middle[at])) for at in (0, -1))
            parts.append(f"{line.label} {first} at layer {line.layers[0]}, {last} at layer {line.layers[-1]}")
    return "; ".join(parts) + "."
