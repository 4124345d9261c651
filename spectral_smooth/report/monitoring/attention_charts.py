"""Pictures of exported attention: contraction beside uniform attention, receptive fields, entropy of heads."""

from __future__ import annotations

import numpy as np

from spectral_smooth.measures.curve import Curve
from spectral_smooth.monitoring.attention.receptive_field import ReceptiveField
from spectral_smooth.monitoring.attention.report import AttentionReport
from spectral_smooth.report.axes import BAND, GREY, INK, LIMIT, PREDICTED
from spectral_smooth.report.monitoring.chart import ChartLine, LayerChart, LineLook, log_axis, share_axis

UNIFORM = LineLook(GREY, 3, None, 1.5)
MOST_GROUPS = 4
HEADS = LineLook(BAND, 5, None, 1.0)


def attention_charts(found: AttentionReport) -> tuple[LayerChart, ...]:
    """Return all pictures of attention."""
    return contraction_chart(found), field_chart(found), hop_chart(found), entropy_chart(found)


def contraction_chart(found: AttentionReport) -> LayerChart:
    """Return the deviation from component means that attention leaves, uniform attention beside it."""
    looks = (
        LineLook(INK, 0, 0, 2.0),
        LineLook(PREDICTED, 1, 1),
        LineLook(LIMIT, 2, 2),
        LineLook("#009e73", 4, 3),
    )
    lines: list[ChartLine] = []
    # "all" is the only component of a connected graph
    groups = found.contraction[:1] if len(found.contraction) == 2 else found.contraction[:MOST_GROUPS]
    for place, group in enumerate(groups):
        name = "all components" if place == 0 and len(groups) > 1 else group.name
        label = "attention" if len(groups) == 1 else f"attention, {name}"
        lines.append(_decay(label, group.attention.deviation, group.attention.deviation_error, looks[place]))
    whole = found.contraction[0]
    lines.append(
        _decay("uniform attention, all", whole.uniform.deviation, whole.uniform.deviation_error, UNIFORM)
    )
    for place, head in enumerate(whole.heads[:MOST_GROUPS]):
        look = LineLook("#a3477f", (place + 1) % 6, None, 0.9)
        lines.append(_decay(f"head {place}, all", head.deviation, head.deviation_error, look))
    return LayerChart(
        "What attention leaves of differences", "deviation / that of the input (log)", log_axis(lines), tuple(lines),
        found.names, first=1, x_label="attention layers passed", notes=_left_out(len(groups), found),
    )  # fmt: skip


def _left_out(groups: int, found: AttentionReport) -> tuple[str, ...]:
    """Return how many heads, and components, of how many are drawn, where that is not all."""
    heads, every = len(found.contraction[0].heads), len(found.contraction)
    notes = [f"{MOST_GROUPS} of {heads} heads are drawn, the first ones"] if heads > MOST_GROUPS else []
    if every > 2 and groups < every:
        drawn = groups - 1
        notes.append(
            f"{drawn} of {every - 1} components {'are' if drawn > 1 else 'is'} drawn; the table has them all"
        )
    return tuple(notes)


def field_chart(found: AttentionReport) -> LayerChart:
    """Return the effective number of nodes that a node sees by depth: median and quartiles over nodes."""
    lines = (
        _quartiles("attention, median", found.receptive_field, LineLook(INK, 0, 0, 2.0)),
        _quartiles("uniform attention, median", found.uniform_receptive_field, LineLook(GREY, 3, 1)),
    )
    return LayerChart(
        "Effective receptive field", "nodes seen, effectively (log)", log_axis(lines), lines, found.names, first=1,
        x_label="attention layers passed", nothing="no node receives anything",
    )  # fmt: skip


def hop_chart(found: AttentionReport) -> LayerChart:
    """Return from how far away a node gets what it sees, in hops."""
    lines = (
        _quartiles("attention, median", found.receptive_field, LineLook(INK, 0, 0, 2.0), "hops"),
        _quartiles("uniform attention, median", found.uniform_receptive_field, LineLook(GREY, 3, 1), "hops"),
    )
    return LayerChart(
        "How far a node sees", "hops, mean by weight", share_axis(lines), lines, found.names, first=1,
        x_label="attention layers passed", nothing="no node receives anything",
    )  # fmt: skip


def entropy_chart(found: AttentionReport) -> LayerChart:
    """Return the entropy of attention over that of uniform attention: mean of the heads, and their range."""
    rows = [[v for v in row if v is not None] for row in found.entropy]
    at = np.array([i for i, row in enumerate(rows) if row], dtype=np.int64)
    low, mean, high = (
        np.array([f(rows[i]) for i in at], dtype=np.float64) for f in (np.min, np.mean, np.max)
    )
    lines = []
    if any(len(row) > 1 for row in rows):
        between = Curve("entropy", at, low, high, "measured")
        lines.append(ChartLine.of("range of the heads", between, HEADS, first=1, sides="area"))
    label = "mean of the heads" if lines else "entropy"
    lines.append(ChartLine.of(label, Curve.points("entropy", at, mean), LineLook(INK, 0, 0, 2.0), first=1))
    return LayerChart(
        "Entropy of attention", "share of that of uniform attention", share_axis(lines), tuple(lines), found.names,
        first=1, x_label="attention layer", nothing="no node has two edges",
    )  # fmt: skip


def _decay(
    label: str, values: tuple[float | None, ...], errors: tuple[float | None, ...], look: LineLook
) -> ChartLine:
    found = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    error = np.array([0.0 if e is None else 2.0 * e for e in errors], dtype=np.float64)
    curve = Curve("deviation", np.arange(len(found)), found - error, found + error, "estimate")
    return ChartLine.of(label, curve, look, first=1)


def _quartiles(label: str, field: ReceptiveField, look: LineLook, name: str = "participation") -> ChartLine:
    rows = np.array(getattr(field, name), dtype=np.float64).reshape(-1, 3)
    depths = np.array(field.depths, dtype=np.int64)[: len(rows)]
    return ChartLine(label, depths, rows[:, 1], rows[:, 0], rows[:, 2], look, between="quartiles")
