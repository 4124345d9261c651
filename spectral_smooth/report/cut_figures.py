"""A matplotlib picture of a sweep: how well each prefix of the nodes is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.report import axes as draw
from spectral_smooth.report import numbers
from spectral_smooth.spectra.structure.cheeger import CheegerInterval
from spectral_smooth.spectra.structure.sweep import SweepCut

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MANY_NODES = 200


def plot_sweep_cut(found: SweepCut | CheegerInterval, *, ax: Axes | None = None) -> Axes:
    """Draw conductance against the position of the cut, the best cut marked; both sides of Cheeger's interval.

    Parameters
    ----------
    found : SweepCut or CheegerInterval
        The interval also has the lower side λ_2/2, below which no cut whatever lies.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones. The position counts from the smaller side, on a log axis where there are many
        nodes; with nothing to cut there is one sentence.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.structure.cheeger import cheeger_interval
    >>> plot_sweep_cut(cheeger_interval(ss.gcn(ss.load("karate").graph))).get_yscale()
    'log'
    """
    ax = ax if ax is not None else draw.new_axes(6.8, 4.0)
    draw.style(ax)
    ax.set(xlabel="nodes before the cut, from the smaller side", ylabel="conductance")
    interval = found if isinstance(found, CheegerInterval) else None
    cut = interval.cut if interval is not None else found
    if not isinstance(cut, SweepCut):
        draw.say(ax, "one node cannot be cut")
        ax.set(xticks=[], yticks=[])
        return ax
    drawn = cut.profile > 0
    ax.plot(
        cut.profile_at[drawn], cut.profile[drawn], color=draw.PREDICTED, linewidth=1.3, label="cuts of the sweep"
    )  # fmt: skip
    ax.plot(
        [cut.nodes_smaller], [cut.conductance], "o", color=draw.INK, markerfacecolor="white", markersize=7, zorder=5,
        label=f"best cut: {numbers.number(cut.conductance)}, {numbers.count(cut.nodes_smaller)} nodes",
    )  # fmt: skip
    _sides(ax, cut, interval)
    ax.set_yscale("log")
    ax.set_xscale("log" if len(cut.profile_at) and cut.profile_at[-1] >= MANY_NODES else "linear")
    draw.few_decades(ax)
    draw.legend(ax, columns=2)
    return ax


def _sides(ax: Axes, cut: SweepCut, interval: CheegerInterval | None) -> None:
    promised = f"promised by the theorem: {numbers.number(cut.bound)}"
    ax.axhline(cut.bound, color=draw.GREY, linestyle=":", linewidth=1.2, label=promised)
    low = cut.conductance
    if interval is not None and interval.lower.value:
        low = interval.lower.value
        name = f"no cut lies below ({interval.lower.kind}): {numbers.number(low)}"
        ax.axhline(low, color=draw.LIMIT, linestyle="--", linewidth=1.2, label=name)
    ax.set_ylim(0.7 * low, 1.4 * max(float(np.max(cut.profile)), cut.bound))
