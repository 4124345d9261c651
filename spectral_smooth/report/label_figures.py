"""Matplotlib pictures of what the labels say: their spectrum, and mixing against denoising."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report import axes as draw
from spectral_smooth.report.mixing import best_depths, mixing_lines
from spectral_smooth.report.selection import sides
from spectral_smooth.report.series import value_axis
from spectral_smooth.report.wording import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_LABELS = "no node has a known label"
SPECTRUM_LOOKS = (
    ("labels", "classes", draw.PREDICTED, "-", draw.BAND),
    ("class_means", "class means of the features", draw.LIMIT, "-.", "none"),
    ("features", "features", draw.GREY, "--", "#dddddd"),
)


def plot_label_spectrum(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw the share of the class signal with eigenvalues of at least t, the features beside it.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones. Where only sides are known, the share lies between them.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_label_spectrum(analysis).get_ylabel()
    'share of the signal with μ ≥ t'
    """
    ax = ax if ax is not None else draw.new_axes(7.0, 4.2)
    draw.style(ax)
    ax.set(xlabel="eigenvalue t of the operator", ylabel="share of the signal with μ ≥ t")
    found = analysis.labels.spectrum if analysis.labels is not None else None
    if found is None or not found.labels.lower:
        note = f"nothing to look at: {drawable(found.labels.note)}" if found is not None else NO_LABELS
        draw.say(ax, note)
        ax.set(xticks=[], yticks=[])
        return ax
    grid = np.asarray(found.grid)
    for field, label, color, dash, fill in SPECTRUM_LOOKS:
        part = getattr(found, field)
        if part is None or not part.lower:
            continue
        lower, upper = np.asarray(part.lower), np.asarray(part.upper)
        ax.fill_between(
            grid,
            lower,
            upper,
            facecolor=fill,
            edgecolor=color,
            linestyle=dash,
            linewidth=1.4,
            alpha=0.85,
            label=f"{label} ({part.source})",
            zorder=3,
        )
        if part.median is not None:
            ax.plot(part.median, [0.5, 0.5], color=color, linewidth=4, solid_capstyle="butt", zorder=4)
            ax.plot(
                [float(np.mean(part.median))],
                [0.5],
                "D",
                color=color,
                markerfacecolor="white",
                markersize=5.5,
                zorder=5,
            )
    ax.axhline(0.5, color=draw.GREY, linewidth=0.9, linestyle=":", zorder=2)
    ax.plot([], [], "D", color=draw.INK, markerfacecolor="white", label="half of it above")
    ax.set(xlim=(-1.03, 1.03), ylim=(-0.02, 1.04))
    draw.legend(ax, columns=2)
    return ax


def plot_signal_noise(analysis: Analysis, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw mixing against denoising: signal and noise above, their ratios below, with the best depths marked.

    Parameters
    ----------
    analysis : Analysis
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
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> [ax.get_ylabel() for ax in plot_signal_noise(analysis)]
    ['units of the features', 'ratio']
    """
    if axes is None:
        from matplotlib import pyplot as plt

        _, made = plt.subplots(2, 1, figsize=(7.2, 7.0), layout="constrained", sharex=True)
        axes = list(made)
    if len(axes) != 2:
        raise UsageError(
            f"there are {len(axes)} axes; expected two, for signal and noise and for their ratio"
        )
    top, bottom = axes
    top.set_ylabel("units of the features")
    bottom.set_ylabel("ratio")
    lines = mixing_lines(analysis)
    if lines is None:
        reason = "; ".join(analysis.labels.notes) if analysis.labels is not None else NO_LABELS
        for ax in axes:
            draw.style(ax)
            draw.say(ax, drawable(reason or NO_LABELS))
            ax.set(xticks=[], yticks=[], xlabel="depth (layers)")
        return list(axes)
    for ax, chosen in zip(axes, lines, strict=True):
        draw.style(ax)
        axis = value_axis([v for line in chosen for v in (line.curve.value, line.curve.upper)])
        draw.set_value_axis(ax, axis)
        draw.few_decades(ax)
        for line in chosen:
            _line(ax, line.curve, axis.clip, line.label, line.color, line.dash, line.marker)
        draw.depth_axis(ax, int(chosen[0].curve.depths[-1]), stretched=True)
    if top.get_shared_x_axes().joined(top, bottom):
        top.set_xlabel("")
    for mark in best_depths(analysis):
        bottom.axvline(
            mark.depth, color=mark.color, linestyle=mark.dash, linewidth=1.6, label=mark.label, zorder=2
        )
    draw.legend(top, columns=2)
    draw.legend(bottom, columns=2)
    return list(axes)


def _line(ax: Axes, curve: Curve, clip: object, label: str, color: str, dash: object, marker: str) -> None:
    depths, lower, upper = sides(curve)
    known = np.isfinite(curve.value) & (curve.value > 0)
    if marker:
        ax.plot(
            depths[known],
            curve.value[known],
            marker,
            color=color,
            markerfacecolor="white",
            markersize=4.6,
            label=label,
            zorder=4,
        )
        return
    if np.any(upper > lower):
        ax.fill_between(depths, clip(lower), clip(upper), facecolor=color, alpha=0.15, linewidth=0)  # type: ignore[operator]
    ax.plot(
        depths[known], curve.value[known], color=color, linestyle=dash, linewidth=1.5, label=label, zorder=3
    )
