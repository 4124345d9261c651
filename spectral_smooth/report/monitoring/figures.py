"""Matplotlib pictures of a monitoring; each takes axes and returns them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import axes as draw
from spectral_smooth.report.monitoring import attention_charts, charts, group_charts
from spectral_smooth.report.monitoring.chart import LayerChart
from spectral_smooth.report.monitoring.painter import latin, legend_rows, paint
from spectral_smooth.report.monitoring.told import headline
from spectral_smooth.report.wording import drawable, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND_ROW, LEGEND_ROWS = 0.2, 3


def plot_layer_cosines(result: Monitoring, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw mean cosines by layer, and beside them one minus the cosine on a log axis.

    All pairs, neighbours, pairs within and between classes, and all pairs under plain smoothing on the same graph. The
    second picture is there because 0.99 and 0.99999 look alike in the first and are not.

    Parameters
    ----------
    result : Monitoring
    axes : two matplotlib axes, optional
        A new figure by default.

    Returns
    -------
    list of two matplotlib axes

    Raises
    ------
    UsageError
        If there are not two axes.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> [ax.get_yscale() for ax in plot_layer_cosines(found)]
    ['linear', 'log']
    """
    return _two(charts.cosine_charts(result), axes, "the cosines and for one minus them")


def plot_layer_distances(result: Monitoring, *, ax: Axes | None = None) -> Axes:
    """Draw the distance of each layer to constants, √degree, their span, the top-k eigenspace and class means.

    Distances are shares of the layer's size, so that shrinking values do not look smooth. The band is what plain
    smoothing on the same graph leaves; the threshold of the diagnosis is a level, the onset an upright line.

    Parameters
    ----------
    result : Monitoring
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_distances(found).get_yscale()
    'log'
    """
    return _one(charts.distance_chart(result), ax)


def plot_layer_measure(result: Monitoring, name: str, *, ax: Axes | None = None) -> Axes:
    """Draw one measure as it is; plain smoothing beside it where the measure does not depend on size.

    Parameters
    ----------
    result : Monitoring
    name : str
        One of ``result.measures``.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones. Log only where values span decades; bars are ± two standard errors.

    Raises
    ------
    UsageError
        If no layer has the measure.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_measure(found, "smv").get_ylabel()
    'smoothness metric value'
    """
    return _one(charts.measure_chart(result, name), ax, width=5.2)


def plot_layer_ranks(result: Monitoring, *, ax: Axes | None = None) -> Axes:
    """Draw effective and stable rank by layer, with the number of columns that bounds both.

    Parameters
    ----------
    result : Monitoring
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_ranks(found).get_ylabel()
    'rank (log)'
    """
    return _one(charts.rank_chart(result), ax)


def plot_layer_columns(result: Monitoring, *, ax: Axes | None = None) -> Axes:
    """Draw correlation of columns by layer, and the shares of dead and constant columns and of zero rows.

    Parameters
    ----------
    result : Monitoring
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_columns(found).get_xlabel()
    'layer'
    """
    return _one(charts.column_chart(result), ax)


def plot_layer_sizes(result: Monitoring, *, ax: Axes | None = None) -> Axes:
    """Draw the root mean square and the largest of the values of each layer on a log axis.

    Parameters
    ----------
    result : Monitoring
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_sizes(found).get_yscale()
    'log'
    """
    return _one(charts.size_chart(result), ax)


def plot_layer_classes(result: Monitoring, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the distance within each class, and the contrast of each class against all other labelled nodes.

    Healthy clustering lowers the first and keeps the second; smoothing lowers both. Beyond eight classes the
    smaller ones are grey.

    Parameters
    ----------
    result : Monitoring
    axes : two matplotlib axes, optional
        A new figure by default.

    Returns
    -------
    list of two matplotlib axes

    Raises
    ------
    UsageError
        If there are not two axes.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> len(plot_layer_classes(found))
    2
    """
    return _two(group_charts.class_charts(result), axes, "the distances and the contrasts")


def plot_layer_components(result: Monitoring, name: str = "collapse", *, ax: Axes | None = None) -> Axes:
    """Draw one measure of the largest components by layer, and of all smaller ones together.

    Parameters
    ----------
    result : Monitoring
    name : str
        ``collapse``, ``constant_distance`` or ``mean_cosine``.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    UsageError
        If the measure is not kept by component.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> plot_layer_components(found).get_ylabel()
    'collapse (log)'
    """
    return _one(group_charts.component_chart(result, name), ax)


def plot_layer_attention(result: Monitoring, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw what attention does: contraction, effective receptive field, distance seen, entropy of the heads.

    Parameters
    ----------
    result : Monitoring
    axes : four matplotlib axes, optional
        A new figure by default.

    Returns
    -------
    list of four matplotlib axes

    Raises
    ------
    UsageError
        If there are not four axes, or no attention was given to `monitor`.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> graph = ss.load("karate").graph
    >>> ends = np.stack([graph.indices, graph.rows])
    >>> uniform = 1.0 / graph.degrees[graph.rows]
    >>> found = ss.monitor(graph, [np.eye(34)] * 2, attention=[(ends, uniform)] * 2)
    >>> len(plot_layer_attention(found))
    4
    """
    if result.attention is None:
        raise UsageError(
            "no attention was measured; give monitor(..., attention=...) the weights of the model"
        )
    made = attention_charts.attention_charts(result.attention)
    if axes is None:
        from matplotlib import pyplot as plt

        axes = list(plt.subplots(2, 2, figsize=(12.0, 8.6 + _more(made)), layout="constrained")[1].flat)
    if len(axes) != len(made):
        raise UsageError(f"there are {len(axes)} axes; expected {len(made)}")
    return [paint(ax, chart, legend=2) for ax, chart in zip(axes, made, strict=True)]


def plot_monitor_overview(result: Monitoring) -> Figure:
    """Draw cosines, distances, ranks, columns and sizes on one sheet, with the diagnosis above.

    Parameters
    ----------
    result : Monitoring

    Returns
    -------
    matplotlib figure

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))])
    >>> len(plot_monitor_overview(found).axes)
    6
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 3, figsize=(17.0, 9.6), layout="constrained")
    flat = list(axes.flat)
    plot_layer_cosines(result, axes=flat[:2])
    singles: Sequence[Callable[[Monitoring], LayerChart]] = (
        charts.distance_chart,
        charts.rank_chart,
        charts.column_chart,
        charts.size_chart,
    )
    for ax, make in zip(flat[2:], singles, strict=True):
        paint(ax, make(result), legend=2)
    name = shorten(drawable(result.graph["name"]), 40)
    figure.suptitle(latin(f"{name}: {drawable(headline(result))}"), fontsize=13, parse_math=False)
    return figure


def _one(chart: LayerChart, ax: Axes | None, *, width: float = 7.2) -> Axes:
    return paint(ax if ax is not None else draw.new_axes(width, 4.6 + _more([chart])), chart, legend=2)


def _more(made: Sequence[LayerChart]) -> float:
    """Return the height, in inches, of rows of a legend beyond those that a figure has room for."""
    return LEGEND_ROW * max(legend_rows(made, 2) - LEGEND_ROWS, 0)


def _two(pair: tuple[LayerChart, LayerChart], axes: Sequence[Axes] | None, what: str) -> list[Axes]:
    if axes is None:
        from matplotlib import pyplot as plt

        axes = list(plt.subplots(1, 2, figsize=(12.0, 4.8 + _more(pair)), layout="constrained")[1])
    if len(axes) != 2:
        raise UsageError(f"there are {len(axes)} axes; expected two, for {what}")
    return [paint(ax, chart, legend=2) for ax, chart in zip(axes, pair, strict=True)]
