"""Matplotlib pictures of a run: layer × epoch, and what was logged beside against the same epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.epochs.run import EpochRun
from spectral_smooth.report import axes as draw
from spectral_smooth.report.epoch_grids import (
    EpochGrid,
    cell_edges,
    drawn_epochs,
    epoch_grid,
    layer_ticks,
    onset_lines,
    present,
    thin_curve,
    thinned_note,
)
from spectral_smooth.report.numbers import number
from spectral_smooth.report.series import value_axis
from spectral_smooth.report.wording import clean, drawable, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HATCH = "////"
HATCH_COLOR = "#bdbdbd"
HOLES = "hatched: no value"
MAX_NUMBERS = 6
MARK = 5.0
TITLE = 110
NUMBER_HEIGHT, GRID_HEIGHT = 1.7, 2.7


def plot_epochs(run: EpochRun, name: str = "collapse", *, ax: Axes | None = None) -> Axes:
    """Draw one measure of every layer at every epoch as colours, and the onset of the gravest finding over it.

    Colours are perceptually uniform and darker where values are smaller, also in grey; logarithmic where the measure
    decays. Cosines are drawn as 1 − cosine, so that 0.99 and 0.99999 differ. Hatched is what was not logged or is not
    defined. Long runs are thinned, and the axis says so.

    Parameters
    ----------
    run : EpochRun
    name : str
        A measure of `EpochRun.values`.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Raises
    ------
    UsageError
        If no epoch has the measure.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss, tempfile
    >>> from pathlib import Path
    >>> from spectral_smooth.monitoring.epochs.log import EpochLog
    >>> from spectral_smooth.monitoring.epochs.run import read_log
    >>> from spectral_smooth.monitoring.monitor import monitor
    >>> rng = np.random.default_rng(0)
    >>> log = EpochLog(Path(tempfile.mkdtemp()) / "run.jsonl")
    >>> for _ in range(3):
    ...     record = log.append(monitor(ss.load("karate"), [rng.normal(size=(34, 8)) for _ in range(4)]))
    >>> plot_epochs(read_log(log.path), "collapse").get_xlabel()
    'epoch'
    """
    drawn = drawn_epochs(run)
    grid = epoch_grid(run, name, drawn)
    ax = ax if ax is not None else draw.new_axes(7.2, 3.8)
    _draw_cells(ax, run, grid, drawn, grid.label)
    _draw_onsets(ax, run, drawn)
    if grid.holes:
        ax.plot([], [], "s", color=HATCH_COLOR, markersize=6, label=HOLES)
    draw.legend(ax, columns=3)
    _say_thinned(ax, run, drawn)
    return ax


def plot_epoch_number(run: EpochRun, name: str, *, ax: Axes | None = None) -> Axes:
    """Draw what was logged beside the layers, such as a loss, against the epoch.

    Parameters
    ----------
    run : EpochRun
    name : str
        A key of `EpochRun.numbers`.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    UsageError
        If it was never logged.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import tempfile, numpy as np, spectral_smooth as ss
    >>> path = tempfile.mkdtemp() + "/run.jsonl"
    >>> for loss in (1.0, 0.5):
    ...     _ = ss.EpochLog(path).append(ss.monitor(ss.load("karate"), [np.eye(34)]), loss=loss)
    >>> plot_epoch_number(ss.read_log(path), "loss").get_ylabel()
    'loss'
    """
    if name not in run.numbers:
        there = ", ".join(run.numbers) or "none"
        raise UsageError(f"no number {name!r} was logged beside the layers; there are: {there}")
    ax = ax if ax is not None else draw.new_axes(7.2, 2.4)
    values = run.numbers[name]
    at = thin_curve(values)
    draw.style(ax)
    if len(at):
        ax.plot(
            run.epochs[at],
            values[at],
            linestyle="-",
            marker="o" if len(at) <= 60 else "none",
            color=draw.INK,
            markersize=3.2,
            markerfacecolor="white",
            linewidth=1.2,
        )
        draw.set_value_axis(ax, value_axis([values], decay=False))
        draw.few_decades(ax)
    else:
        draw.say(ax, "never a finite number")
        ax.set_yticks([])
    _epoch_axis(ax, run)
    ax.set_xlabel("epoch")
    ax.set_ylabel(shorten(in_font(name), 18), parse_math=False, fontsize=9)
    return ax


def plot_epoch_overview(run: EpochRun) -> Figure:
    """Draw the main measures layer × epoch, and below them what was logged beside, all over the same epochs.

    Parameters
    ----------
    run : EpochRun

    Returns
    -------
    matplotlib figure

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import tempfile, numpy as np, spectral_smooth as ss
    >>> path = tempfile.mkdtemp() + "/run.jsonl"
    >>> for loss in (1.0, 0.5):
    ...     _ = ss.EpochLog(path).append(ss.monitor(ss.load("karate"), [np.eye(34)]), loss=loss)
    >>> len(plot_epoch_overview(ss.read_log(path)).axes) > 6
    True
    """
    from matplotlib import pyplot as plt

    names, numbers = present(run), list(run.numbers)[:MAX_NUMBERS]
    rows, below = -(-len(names) // 2), -(-len(numbers) // 2)
    heights = [GRID_HEIGHT] * rows + [NUMBER_HEIGHT] * below
    figure, axes = plt.subplots(
        rows + below,
        2,
        figsize=(12.5, sum(heights) + 0.9),
        layout="constrained",
        squeeze=False,
        sharex=True,
        gridspec_kw={"height_ratios": heights},
    )
    drawn, holes = drawn_epochs(run), False
    used: list[Axes] = []
    for ax, name in zip(axes[:rows].flat, names, strict=False):
        grid = epoch_grid(run, name, drawn)
        _draw_cells(ax, run, grid, drawn, grid.unit)
        _draw_onsets(ax, run, drawn)
        _say_thinned(ax, run, drawn)
        ax.set_title(in_font(grid.heading), fontsize=10, loc="left", parse_math=False)
        holes = holes or grid.holes
        used.append(ax)
    for ax, name in zip(axes[rows:].flat, numbers, strict=False):
        used.append(plot_epoch_number(run, name, ax=ax))
    for ax in set(axes.flat) - set(used):
        figure.delaxes(ax)
    _name_below(axes, used)
    _head(figure, run, holes=holes, left_out=len(run.numbers) - len(numbers))
    return figure


def _draw_cells(ax: Axes, run: EpochRun, grid: EpochGrid, drawn: IntArray, label: str) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.patches import Rectangle

    back = Rectangle(
        (0, 0), 1, 1, transform=ax.transAxes, hatch=HATCH, facecolor="white", edgecolor=HATCH_COLOR
    )
    back.set(linewidth=0, zorder=0)
    ax.add_patch(back)
    edges, cells = _with_gaps(*cell_edges(run.epochs[drawn]), grid)
    mesh = ax.pcolormesh(
        edges,
        np.arange(len(run.names) + 1) - 0.5,
        np.ma.masked_invalid(cells),
        cmap=colormaps[draw.DEPTH_COLORS],
        norm=(LogNorm if grid.log else Normalize)(grid.low, grid.high),
        rasterized=True,
        zorder=1,
    )
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.015, fraction=0.06, aspect=24)
    if grid.log:
        bar.set_ticks(grid.ticks, labels=[number(tick, 2) for tick in grid.ticks])
        bar.minorticks_off()
    bar.set_label(in_font(label), fontsize=8, parse_math=False)
    bar.ax.tick_params(labelsize=8)
    ticks = layer_ticks(run.names)
    ax.set_yticks([i for i, _ in ticks], [in_font(text) for _, text in ticks], parse_math=False, fontsize=8)
    ax.set_ylim(-0.5, len(run.names) - 0.5)
    ax.set_ylabel("layer")
    _epoch_axis(ax, run)


def _with_gaps(left: FloatArray, right: FloatArray, grid: EpochGrid) -> tuple[FloatArray, FloatArray]:
    """Return edges of successive columns and their values, with an empty column where epochs lie far apart."""
    edges, columns = [left[0]], []
    for i, values in enumerate(grid.clipped.T):
        if left[i] > edges[-1] + 1e-9:
            edges.append(left[i])
            columns.append(np.full(len(values), np.nan))
        edges.append(right[i])
        columns.append(values)
    return np.array(edges), np.array(columns).T


def _draw_onsets(ax: Axes, run: EpochRun, drawn: IntArray) -> None:
    for line in onset_lines(run, drawn):
        for x, y in line.parts:
            # white below, so that it is seen on dark and on light cells, in grey too
            ax.plot(x, y, "-", color="white", linewidth=4.2, solid_capstyle="butt", zorder=2, clip_on=False)
            ax.plot(
                x, y, label=f"onset of {line.kind}", markersize=MARK, markevery=[0], zorder=3, clip_on=False,
                **_look(line.place),
            )  # fmt: skip


def _look(place: int) -> dict[str, Any]:
    """Dashes and a mark at the beginning of each part: a part of one epoch shows no dashes."""
    return {
        "linestyle": draw.DASHES[place],
        "marker": draw.MARKERS[place],
        "color": draw.INK,
        "markerfacecolor": "white",
        "linewidth": 2.0,
    }


def _say_thinned(ax: Axes, run: EpochRun, drawn: IntArray) -> None:
    count = len(run.epochs)
    ax.set_xlabel("epoch" if len(drawn) == count else f"epoch ({len(drawn)} of {count:,} are drawn)")


def _epoch_axis(ax: Axes, run: EpochRun) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    left, right = cell_edges(run.epochs)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.set_xlim(float(left[0]), float(right[-1]))
    if len(run.epochs) == 1:
        ax.set_xticks([int(run.epochs[0])])


def _name_below(axes: Any, used: list[Axes]) -> None:
    """Name the epochs below the last picture of each column only."""
    for column in axes.T:
        shown = [ax for ax in column if ax in used]
        for ax in shown[:-1]:
            ax.set_xlabel("")
        for ax in shown[-1:]:
            ax.tick_params(labelbottom=True)


def _head(figure: Figure, run: EpochRun, *, holes: bool, left_out: int) -> None:
    from matplotlib.lines import Line2D

    title = f"{shorten(clean(run.graph['name']), 40)}: {clean(run.sentence)}"
    figure.suptitle(in_font(shorten(title, TITLE)), fontsize=12, parse_math=False)
    handles = [
        Line2D([], [], label=f"onset of {one.kind}", markersize=MARK, **_look(one.place))
        for one in onset_lines(run, drawn_epochs(run))
    ]
    if holes:
        handles.append(Line2D([], [], linestyle="", marker="s", color=HATCH_COLOR, label=HOLES))
    said = [thinned_note(run, drawn_epochs(run)), f"{left_out} more numbers were logged" if left_out else ""]
    more = "\n".join(filter(None, said))
    if not handles and not more:
        return
    figure.legend(
        handles=handles, loc="outside lower center", ncols=4, fontsize=8, title=more, title_fontsize=8
    )


def in_font(text: object) -> str:
    """Return text that can be drawn: harmless, and a question mark for each letter that the font does not have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known = get_font(findfont(FontProperties())).get_charmap()
    return "".join(letter if ord(letter) in known else "?" for letter in drawable(text))
