"""Matplotlib pictures of a density of states: the curve with its spikes, and how many eigenvalues lie where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report import axes as draw
from spectral_smooth.report.wording import drawable
from spectral_smooth.spectra.density.spikes import ALTERNATING, FIXED, SILENT, SMALL, TWINS, Spike
from spectral_smooth.spectra.density.types import GRAPH, DensityOfStates

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Spikes that are drawn, largest first.
MOST_STEMS = 40
STEMS = {
    FIXED: ("o", draw.INK),
    ALTERNATING: ("s", draw.INK),
    SILENT: ("X", draw.INK),
    TWINS: ("D", draw.LIMIT),
    SMALL: ("^", draw.LIMIT),
}
CURVE, STEPS = 1201, 60
SMALLEST_GAP = 1e-6


def plot_density(density: DensityOfStates, *, ax: Axes | None = None) -> Axes:
    """Draw the smooth density, and spikes as stems of their share on an axis of their own.

    Parameters
    ----------
    density : DensityOfStates
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; the stems stand on its twin to the right.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.density.states import density_of_states
    >>> plot_density(density_of_states(ss.gcn(ss.load("karate").graph))).get_xlabel()
    'eigenvalue μ of the operator'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.4)
    draw.style(ax)
    ax.set(xlabel="eigenvalue μ of the operator", ylabel="density of the rest", xlim=(-1.04, 1.04))
    if not density.total:
        draw.say(ax, drawable(density.note or "nothing to look at"))
        ax.set(xticks=[], yticks=[])
        return ax
    at = np.cos(np.linspace(np.pi, 0.0, CURVE))
    curve = density.density(at)
    if density.rest:
        share = 100 * density.rest / density.total
        label = f"{share:.3g} % of all, {density.method.replace('_', ' ')}"
        ax.fill_between(at, 0.0, curve, facecolor=draw.BAND, edgecolor="none", zorder=2)
        ax.plot(at, curve, color=draw.PREDICTED, linewidth=1.4, label=label, zorder=3)
    # The curve near ±1 may rise without end: cut where next to nothing lies.
    ax.set_ylim(0.0, 1.12 * _height(at, curve) or 1.0)
    if not density.rest:
        ax.set(ylabel="", yticks=[])
    if density.spikes:
        _stems(ax, density)
    draw.legend(ax, columns=2)
    return ax


def plot_eigenvalue_counts(density: DensityOfStates, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw how many eigenvalues lie at or below t, and how many near the slow end, on log axes.

    Bands are 95 % where probes were drawn (left: the whole curve at once; right: each place by itself), and proven
    where nothing is random.

    Parameters
    ----------
    density : DensityOfStates
        Of a signal, shares are drawn in place of numbers.
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
    >>> from spectral_smooth.spectra.density.states import density_of_states
    >>> found = density_of_states(ss.gcn(ss.load("karate").graph))
    >>> [ax.get_xlabel() for ax in plot_eigenvalue_counts(found)]
    ['t', 'distance 1 − t from the slow end']
    """
    if axes is None:
        from matplotlib import pyplot as plt

        _, made = plt.subplots(1, 2, figsize=(9.2, 4.2), layout="constrained")
        axes = list(made)
    if len(axes) != 2:
        raise UsageError(
            f"there are {len(axes)} axes; expected two, for all eigenvalues and for the slow end"
        )
    left, right = axes
    what = "eigenvalues" if density.name == GRAPH else f"share of {density.name}"
    left.set(xlabel="t", ylabel=f"{what} with μ ≤ t", xlim=(-1.03, 1.03))
    right.set(xlabel="distance 1 − t from the slow end", ylabel=f"{what} with t ≤ μ < 1")
    for ax in axes:
        draw.style(ax)
        if not density.total:
            draw.say(ax, drawable(density.note or "nothing to look at"))
            ax.set(xticks=[], yticks=[])
    if density.total:
        _all(left, density)
        _slow_end(right, density)
    return list(axes)


def _height(at: FloatArray, curve: FloatArray) -> float:
    """Return the largest value away from the ends, or at the peak if that is not much larger."""
    inside = float(np.max(curve[np.abs(at) < 0.99], initial=0.0))
    return (
        min(float(np.max(curve, initial=0.0)), 1.5 * inside) if inside else float(np.max(curve, initial=0.0))
    )


def _stems(ax: Axes, density: DensityOfStates) -> None:
    beside = ax.twinx()
    beside.spines[["top", "left"]].set_visible(False)
    beside.set_ylabel("share in a spike")
    largest = sorted(density.spikes, key=lambda spike: -spike.mass)[:MOST_STEMS]
    for why, (marker, color) in STEMS.items():
        chosen = [spike for spike in largest if spike.why == why]
        if chosen:
            _draw_stems(ax, beside, chosen, density.total, f"{why} ({len(chosen)})", marker, color)
    left_out = len(density.spikes) - len(largest)
    if left_out:
        ax.plot([], [], " ", label=f"{left_out:,} smaller spikes not drawn")
    beside.set_ylim(0.0, 1.12 * largest[0].mass / density.total)


def _draw_stems(
    ax: Axes, beside: Axes, spikes: Sequence[Spike], total: float, label: str, marker: str, color: str
) -> None:
    values = [spike.value for spike in spikes]
    shares = [spike.mass / total for spike in spikes]
    looks: dict[str, Any] = {"color": color, "marker": marker, "markerfacecolor": "white", "markersize": 5.5}
    beside.vlines(values, 0.0, shares, color=color, linewidth=1.5, zorder=4)
    beside.plot(values, shares, linestyle="none", clip_on=False, zorder=5, **looks)
    ax.plot([], [], linestyle="-", label=label, **looks)


def _all(ax: Axes, density: DensityOfStates) -> None:
    scale = density.total if density.name == GRAPH else 1.0
    at = np.unique(np.concatenate([np.linspace(-1.03, 1.03, 413), density.grid]))
    estimate, lower, upper = (scale * side for side in density.cumulative(at))
    if np.any(upper > lower):
        band = "95 % band" if density.probes else "proven sides"
        ax.fill_between(
            at,
            lower,
            upper,
            facecolor=draw.BAND,
            edgecolor=draw.PREDICTED,
            linewidth=0.6,
            label=band,
            zorder=2,
        )
    ax.plot(
        at, estimate, color=draw.INK, linewidth=1.2, label="estimate" if density.rest else "exact", zorder=3
    )
    ax.set_ylim(0.0, 1.04 * scale)
    _plain_numbers(ax)
    draw.legend(ax)


def _slow_end(ax: Axes, density: DensityOfStates) -> None:
    counted = density.name == GRAPH
    ask = density.count_above if counted else density.share_above
    fixed = density.fixed / (1.0 if counted else density.total)
    steps = STEPS if density.rest and not density.bracket.exact else 8 * STEPS
    gaps = np.geomspace(_first_gap(density), 2.0, steps)
    found = np.array([ask(1.0 - gap) for gap in gaps]) - fixed
    found = np.where(found > 1e-12, found, 0.0)
    if not np.any(found[:, 2] > 0):
        draw.say(ax, "there is nothing but the fixed space")
        ax.set(xticks=[], yticks=[])
        return
    top = float(found[:, 2].max())
    foot = 0.5 if counted else max(1e-6, 0.3 * float(found[found > 0].min()))
    lower, upper = (np.clip(found[:, side], foot, None) for side in (1, 2))
    ax.set(xscale="log", yscale="log", xlim=(gaps[0], 2.0), ylim=(foot, 2.0 * top))
    if np.any(upper > lower):
        ax.fill_between(
            gaps, lower, upper, facecolor=draw.BAND, edgecolor=draw.PREDICTED, linewidth=0.6, zorder=2
        )
    known = found[:, 0] > foot
    ax.plot(gaps[known], found[known, 0], color=draw.INK, linewidth=1.2, zorder=3)


def _first_gap(density: DensityOfStates) -> float:
    """Return where the axis of the slow end begins: half the smallest gap that is told apart."""
    points = density.bracket.points
    kept = points[(points < 1.0 - SMALLEST_GAP) & (density.bracket.high > 0)] if len(points) else points
    values = [1.0 - float(kept[-1])] if len(kept) else []
    values += [1.0 - s.value for s in density.spikes if s.value < 1.0 - SMALLEST_GAP and s.why != FIXED]
    return min(0.5 * min(values, default=0.02), 0.2)


def _plain_numbers(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
