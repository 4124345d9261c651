"""Interactive Bokeh pictures of a run: layer × epoch, and what was logged beside against the same epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.epochs.run import EpochRun
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import DEPTH_COLORS, FEW_DECADES, INK
from spectral_smooth.report.canvas import DASHES, MARKERS, TOOLS, add_hover, base_figure, models, place_legend
from spectral_smooth.report.epoch_grids import (
    EpochGrid,
    cell_edges,
    drawn_epochs,
    epoch_grid,
    layer_ticks,
    onset_lines,
    thin_curve,
)
from spectral_smooth.report.series import value_axis
from spectral_smooth.report.wording import drawable, shorten

if TYPE_CHECKING:
    from bokeh.plotting import figure

HATCH_COLOR = "#9a9a9a"
# Room for names and for the bar of colours, so that all pictures stand over the same epochs.
LEFT, RIGHT = 92, 112
CELL_HEIGHT, MIN_HEIGHT, MAX_HEIGHT = 22, 230, 520


@dataclass(frozen=True, eq=False)
class EpochCanvas:
    """What all pictures of a run share, so that it is in the page once: epochs drawn, their cells, the epoch axis.

    Attributes
    ----------
    run : EpochRun
    drawn : int array
        Positions of the epochs that are drawn.
    cells : Bokeh data source
        One row a cell, layer by layer; every picture adds its values.
    span : Bokeh range
        Of epochs: pictures are moved and enlarged together.
    """

    run: EpochRun
    drawn: IntArray
    cells: Any
    span: Any

    @classmethod
    def of(cls, run: EpochRun) -> EpochCanvas:
        """Lay out the cells of a run."""
        drawn = drawn_epochs(run)
        left, right = cell_edges(run.epochs[drawn])
        layers, count = len(run.names), len(drawn)
        columns: dict[str, Any] = {
            "left": np.tile(left, layers).astype(np.float32),
            "right": np.tile(right, layers).astype(np.float32),
            "layer": np.repeat(np.arange(layers), count).astype(np.int32),
            "epoch": [f"{epoch:,}" for epoch in run.epochs[drawn]] * layers,
            "name": [name for name in map(drawable, run.names) for _ in range(count)],
        }
        columns["bottom"] = columns["layer"].astype(np.float32) - np.float32(0.5)
        columns["top"] = columns["layer"].astype(np.float32) + np.float32(0.5)
        ends = cell_edges(run.epochs)
        span = models().Range1d(float(ends[0][0]), float(ends[1][-1]))
        return cls(run, drawn, models().ColumnDataSource(columns), span)

    def grid(self, name: str) -> EpochGrid:
        """Return one measure at the epochs drawn."""
        return epoch_grid(self.run, name, self.drawn)


def epoch_plot(canvas: EpochCanvas, name: str) -> figure:
    """Draw one measure of every layer at every epoch as colours, the onset of the gravest finding over it."""
    grid, run = canvas.grid(name), canvas.run
    plot = _epoch_figure(
        canvas, "layer", int(np.clip(110 + CELL_HEIGHT * len(run.names), MIN_HEIGHT, MAX_HEIGHT))
    )
    _layer_axis(plot, run)
    plot.add_layout(
        models().BoxAnnotation(
            fill_alpha=0.0,
            line_color=None,
            hatch_pattern="right_diagonal_line",
            hatch_color=HATCH_COLOR,
            hatch_alpha=0.7,
            hatch_scale=9.0,
            level="underlay",
        )
    )
    _draw_cells(plot, canvas, grid)
    _draw_onsets(plot, canvas)
    place_legend(plot)
    return plot


def number_plot(canvas: EpochCanvas, name: str) -> figure:
    """Draw what was logged beside the layers against the epoch."""
    run, values = canvas.run, canvas.run.numbers[name]
    at = thin_curve(values)
    axis = value_axis([values], decay=False)
    kind: dict[str, Any] = {"y_axis_type": "log" if axis.log else "linear"}
    plot = _epoch_figure(canvas, shorten(drawable(name), 24), 210, **kind)
    plot.y_range = models().Range1d(axis.low, axis.high)
    if axis.log and axis.high < FEW_DECADES * axis.low:
        plot.yaxis.ticker = models().LogTicker(mantissas=[1, 2, 5])
    source = models().ColumnDataSource(
        {
            "x": run.epochs[at].astype(np.float64),
            "y": values[at],
            "epoch": [f"{epoch:,}" for epoch in run.epochs[at]],
            "value": [numbers.number(value) for value in values[at]],
        }
    )
    plot.line(x="x", y="y", source=source, color=INK, line_width=1.4)
    marks = plot.scatter(
        x="x", y="y", source=source, color=INK, fill_color="white", size=5 if len(at) <= 60 else 2
    )
    add_hover(plot, [marks], [("epoch", "@epoch"), (shorten(drawable(name), 24), "@value")])
    return plot


def _epoch_figure(canvas: EpochCanvas, y_label: str, height: int, **more: Any) -> figure:
    count, run = len(canvas.drawn), canvas.run
    few = count < len(run.epochs) and y_label == "layer"
    x_label = f"epoch ({count} of {len(run.epochs):,} are drawn)" if few else "epoch"
    plot = base_figure(x_label, y_label, height=height, tools=TOOLS, **more)
    plot.x_range = canvas.span
    plot.min_border_left, plot.min_border_right = LEFT, RIGHT
    plot.xaxis.ticker = models().AdaptiveTicker(base=10, mantissas=[1, 2, 5], min_interval=1)
    plot.xaxis.formatter = models().NumeralTickFormatter(format="0,0")
    if len(run.epochs) == 1:
        plot.xaxis.ticker = models().FixedTicker(ticks=[int(run.epochs[0])])
    return plot


def _layer_axis(plot: figure, run: EpochRun) -> None:
    ticks = layer_ticks(run.names)
    plot.yaxis.ticker = models().FixedTicker(ticks=[i for i, _ in ticks])
    plot.yaxis.major_label_overrides = dict(ticks)
    plot.y_range = models().Range1d(-0.5, len(run.names) - 0.5)
    plot.grid.visible = False


def _draw_cells(plot: figure, canvas: EpochCanvas, grid: EpochGrid) -> None:
    from bokeh.palettes import all_palettes

    values = grid.values.ravel()
    column, text = f"value {grid.name}", f"text {grid.name}"
    canvas.cells.data[column] = _drawn(grid.clipped.ravel())
    canvas.cells.data[text] = [numbers.number(float(value)) for value in values]
    mapper = (models().LogColorMapper if grid.log else models().LinearColorMapper)(
        palette=list(all_palettes[DEPTH_COLORS.capitalize()][256]),
        low=grid.low,
        high=grid.high,
        nan_color="rgba(0, 0, 0, 0)",
    )
    color: Any = {"field": column, "transform": mapper}
    cells = plot.quad(
        left="left",
        right="right",
        bottom="bottom",
        top="top",
        source=canvas.cells,
        fill_color=color,
        line_color=color,  # without it a thin line of white shows between cells
        line_width=0.6,
    )
    bar: dict[str, Any] = {}
    if grid.log:
        bar["ticker"] = models().FixedTicker(ticks=grid.ticks)
        bar["major_label_overrides"] = {tick: numbers.number(tick, 2) for tick in grid.ticks}
    plot.add_layout(
        models().ColorBar(
            color_mapper=mapper,
            width=12,
            padding=4,
            title=drawable(grid.unit) or None,
            title_text_font_size="11px",
            title_text_font_style="normal",
            **bar,
        ),
        "right",
    )
    tips = [("epoch", f"@{{{'epoch'}}}"), ("layer", "@layer  @name"), (grid.title, f"@{{{text}}}")]
    add_hover(plot, [cells], tips)


def _drawn(values: FloatArray) -> FloatArray:
    """Colours need six digits; but a number that is smaller than float32 has would become zero, which has no log."""
    finite = values[np.isfinite(values)]
    small = bool(len(finite)) and (
        np.abs(finite).max() > 1e37 or np.any((finite != 0) & (np.abs(finite) < 1e-37))
    )
    return values if small else values.astype(np.float32)


def _draw_onsets(plot: figure, canvas: EpochCanvas) -> None:
    for line in onset_lines(canvas.run, canvas.drawn):
        xs, ys = [x for x, _ in line.parts], [y for _, y in line.parts]
        label = f"onset of {line.kind}"
        # white below, so that it is seen on dark and on light cells, in grey too
        plot.multi_line(xs=xs, ys=ys, color="white", line_width=5, legend_label=label)
        plot.multi_line(
            xs=xs, ys=ys, color=INK, line_width=2.2, line_dash=DASHES[line.place], legend_label=label
        )
        plot.scatter(
            [x[0] for x in xs],
            [y[0] for y in ys],
            marker=MARKERS[line.place],
            size=8,
            color=INK,
            fill_color="white",
            legend_label=label,
        )
