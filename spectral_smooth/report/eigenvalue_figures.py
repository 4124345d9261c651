"""A matplotlib picture of the eigenvalues that were computed, with what encloses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spectral_smooth.report import axes as draw
from spectral_smooth.report.numbers import number
from spectral_smooth.spectra.types import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR = 1e-2
MANY = 80


def plot_eigenvalues(spectrum: Spectrum, *, ax: Axes | None = None) -> Axes:
    """Draw each eigenvalue μ against its rank; where all lie near 1, the distances 1 − μ on a log axis.

    Parameters
    ----------
    spectrum : Spectrum
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones. Open marks have a residual above 1e-8, or none that converged.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> plot_eigenvalues(ss.eigenpairs(ss.gcn(ss.load("karate").graph), 6, rng=0)).get_ylabel()
    'eigenvalue μ'
    """
    from matplotlib.ticker import MaxNLocator

    ax = ax if ax is not None else draw.new_axes(5.6, 4.0)
    draw.style(ax)
    count = len(spectrum.values)
    if not count:
        draw.say(ax, "there is no eigenvalue off the fixed space")
        return ax
    distances = 1.0 - spectrum.values if spectrum.distances is None else spectrum.distances
    near = bool(np.all(distances < NEAR) and np.all(distances > 0))
    heights = distances if near else spectrum.values
    ranks = np.arange(1, count + 1)
    fine = (spectrum.convergence.residuals <= 1e-8) & spectrum.convergence.converged
    ax.plot(ranks, heights, color=draw.BAND, linewidth=1.2, zorder=1)
    size = 34 if count <= MANY else 6
    ax.scatter(ranks[fine], heights[fine], s=size, color=draw.PREDICTED, zorder=2)
    ax.scatter(ranks[~fine], heights[~fine], s=size, facecolor="white", edgecolor=draw.LIMIT, zorder=2)
    ax.set(
        xlabel="rank" if spectrum.target is None else "number, by falling value",
        ylabel="distance from one, 1 − μ" if near else "eigenvalue μ",
    )
    if near:
        ax.set_yscale("log")
    else:
        ax.axhline(0.0, color=draw.GREY, linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    gap = "" if spectrum.gap is None else f", gap {number(spectrum.gap)}"
    if spectrum.target is not None:
        ax.axhline(spectrum.target, color=draw.LIMIT, linewidth=1.0, linestyle="--", zorder=0)
    ax.set_title(f"{'all eigenvalues' if spectrum.complete else spectrum.place}{gap}", fontsize=10)
    return ax
