"""Matplotlib pictures of the recommended depth and of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report import axes as draw
from spectral_smooth.report import numbers
from spectral_smooth.report.class_choice import contrasts, looks, split_classes
from spectral_smooth.report.contrast_axis import ContrastAxis, contrast_axis
from spectral_smooth.report.selection import shares, sides
from spectral_smooth.report.wording import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_ADVICE = "no depth is recommended: that needs training labels"
NO_CLASSES = "there are no two classes to compare"


def plot_advice(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw accuracy on left-out training nodes against depth, with the recommended depth and its window.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; without training labels they say that there is no advice.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_advice(analysis).get_ylabel()
    'balanced accuracy'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.2)
    draw.style(ax)
    ax.set_ylabel("balanced accuracy")
    advice = analysis.advice
    if advice is None or advice.curve is None or advice.recommended_depth is None:
        return _nothing(ax, drawable(advice.sentence) if advice is not None else NO_ADVICE)
    depths, middle, lower, upper = shares(advice.curve)
    ax.fill_between(depths, lower, upper, facecolor=draw.BAND, zorder=2, label="± 2 standard errors")
    ax.plot(
        depths,
        middle,
        "o-",
        color=draw.INK,
        markerfacecolor="white",
        markersize=4.5,
        linewidth=1.3,
        label="on left-out training nodes",
        zorder=4,
    )
    _mark_advice(ax, advice)
    floor = min(float(lower.min()), advice.chance or 0.0)
    ax.set_ylim(max(floor - 0.06, 0.0), min(float(upper.max()) + 0.06, 1.04))
    if advice.chance is not None:
        _chance(ax, advice.chance)
    draw.depth_axis(ax, int(depths[-1]), stretched=True)
    draw.legend(ax, columns=3)
    return ax


def plot_recall(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw for each class the share of its left-out training nodes that are told right, against depth.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; at most eight classes have a look of their own, minority classes first.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_recall(analysis).get_ylabel()
    'recall'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.2)
    draw.style(ax)
    ax.set_ylabel("recall")
    advice = analysis.advice
    if advice is None or not advice.classes:
        return _nothing(ax, drawable(advice.sentence) if advice is not None else NO_ADVICE)
    found, chosen = {one.label: one for one in advice.classes}, looks(analysis)
    own, rest = split_classes(found, chosen)
    for label in rest:
        depths, middle, _, _ = shares(found[label].recall)
        ax.plot(
            depths,
            middle,
            color="#b5b5b5",
            linewidth=0.9,
            label=f"{len(rest)} other classes",
        )
    for label in own:
        depths, middle, lower, upper = shares(found[label].recall)
        look = chosen[label]
        cut = np.isnan(middle)
        ax.vlines(depths[cut], lower[cut], upper[cut], color=look.color, linewidth=0.9, zorder=3)
        ax.plot(
            depths,
            middle,
            look.marker,
            color=look.color,
            linestyle=look.dash,
            linewidth=1.4,
            markerfacecolor="white",
            markersize=4.5,
            zorder=4,
            label=f"class {label} ({found[label].training_nodes:,} nodes)",
        )
    ax.set_ylim(-0.03, 1.04)
    if advice.chance is not None:
        _chance(ax, advice.chance)
    draw.depth_axis(ax, int(advice.classes[0].recall.depths[-1]), stretched=True)
    draw.legend(ax, columns=4)
    return ax


def plot_classes(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw the contrast of each class against depth: predicted as lines with sides, measured as points.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; at most eight classes have a look of their own, minority classes first.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_classes(analysis).get_yscale()
    'log'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.6)
    draw.style(ax)
    ax.set_ylabel("contrast of the class")
    shown, frame = contrasts(analysis), contrast_axis(analysis)
    if not shown or frame is None:
        return _nothing(ax, NO_CLASSES)
    draw.set_value_axis(ax, frame.value)
    for one in shown:
        look = one.look
        color = look.color if look else "#b5b5b5"
        if one.found.predicted is not None:
            dash = look.dash if look else "-"
            _draw_contrast(ax, one.found.predicted, frame, color, dash, one.label)
        if one.found.measured is not None and look is not None:
            depths, lower, _ = sides(one.found.measured)
            within = (depths <= frame.last) & (lower >= frame.value.low)
            ax.plot(
                depths[within],
                lower[within],
                look.marker,
                color=color,
                markerfacecolor="white",
                markersize=4.2,
                markeredgewidth=0.9,
                zorder=4,
                label="measured (marks)" if look.place == 0 else None,
            )
    draw.draw_levels(ax, frame.levels, frame.value)
    draw.depth_axis(ax, frame.last, stretched=True)
    draw.legend(ax, columns=3)
    return ax


def _draw_contrast(ax: Axes, curve: Curve, frame: ContrastAxis, color: str, dash: object, label: str) -> None:
    depths, lower, upper = sides(curve, frame.last)
    middle = curve.value[: len(depths)]
    seen = middle >= frame.value.low
    if np.any(upper > lower):
        ax.fill_between(
            depths,
            frame.value.clip(lower),
            frame.value.clip(upper),
            facecolor=color,
            alpha=0.13,
            linewidth=0,
        )
    ax.plot(depths[seen], middle[seen], color=color, linestyle=dash, linewidth=1.5, label=label, zorder=3)


def _mark_advice(ax: Axes, advice: DepthAdvice) -> None:
    if advice.window is not None:
        first, last = advice.window
        # A window of one depth is drawn as wide as can be seen.
        left, right = first - 0.06 * (1 + first), last + 0.06 * (1 + last)
        ax.axvspan(
            left,
            right,
            facecolor=draw.SAFE,
            edgecolor="#7d9a6f",
            hatch="\\\\",
            linewidth=0.8,
            zorder=0,
            label=f"nothing measurable is lost: {numbers.span(first, last)}",
        )
    if advice.recommended_depth is not None:
        label = f"recommended depth: {advice.recommended_depth:,}" + (" (weak signal)" if advice.weak else "")
        ax.axvline(advice.recommended_depth, color=draw.LIMIT, linewidth=1.8, label=label, zorder=3)
    if advice.signal_gone_at is not None:
        label = f"class signal gone from {advice.signal_gone_at:,}"
        ax.axvline(advice.signal_gone_at, color=draw.INK, linestyle=":", linewidth=1.5, label=label, zorder=3)


def _chance(ax: Axes, chance: float) -> None:
    label = f"guessing: {numbers.percent(chance)}"
    ax.axhline(chance, color=draw.GREY, linestyle="-.", linewidth=1.2, label=label, zorder=2)


def _nothing(ax: Axes, sentence: str) -> Axes:
    draw.say(ax, sentence)
    ax.set(xticks=[], yticks=[], xlabel="depth (layers)")
    return ax
