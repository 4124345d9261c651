"""At least so many eigenvalues near the values, from counts alone: for spectra without vectors."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.certify.counting import Counter
from spectral_smooth.spectra.certify.enclosures import Group

ROOMS = (4e-12, 1e-9, 1e-7)


def counted_groups(values: FloatArray, radii: FloatArray, counter: Counter) -> list[Group] | str:
    """Return disjoint groups of values whose intervals hold as many eigenvalues, or why there are none.

    A residual without its vector proves one eigenvalue in each interval, for several the same one perhaps. Two counts,
    on both sides of a group, prove the number.

    Parameters
    ----------
    values, radii : float array
    counter : Counter
    """
    order = np.argsort(values, kind="stable")
    low, high = (values - radii)[order], (values + radii)[order]
    starts = np.concatenate([[True], low[1:] > np.maximum.accumulate(high)[:-1]])
    number = np.cumsum(starts) - 1
    edges = [
        (float(low[number == k].min()), float(high[number == k].max())) for k in range(int(number[-1]) + 1)
    ]
    found = []
    for k, (start, stop) in enumerate(edges):
        below = edges[k - 1][1] if k else -np.inf
        above = edges[k + 1][0] if k + 1 < len(edges) else np.inf
        outer = _around(start, stop, 0.5 * (start - below), 0.5 * (above - stop), counter)
        if isinstance(outer, str):
            return outer
        columns = order[number == k]
        left, right, at_least = outer
        if at_least < len(columns):
            return f"only {at_least} eigenvalues are certain in [{left:.9g}, {right:.9g}], {len(columns)} are listed"
        found.append(Group(columns, right - left, left, right))
    return found


def _around(
    start: float, stop: float, below: float, above: float, counter: Counter
) -> tuple[float, float, int] | str:
    """Return an interval around [start, stop] and how many eigenvalues it holds at least."""
    sign = 1 if start + stop >= 0.0 else -1
    inner, outer = (start, stop) if sign > 0 else (-stop, -start)
    free_inner, free_outer = (below, above) if sign > 0 else (above, below)
    for room in ROOMS:
        # a little inside, so that what LAPACK finds there is clear of it
        inside = 0.5 * min(room, free_inner)
        near = counter.below(sign, inner - inside, inside)
        step = min(room, free_outer)
        if outer + step >= 1.0:
            far_outer, far_most = 1.0, 0
        else:
            far = counter.below(sign, outer + step, step)
            if far is None:
                continue
            far_outer, far_most = far.outer, far.at_most
        if near is None:
            continue
        ends = (near.inner, far_outer) if sign > 0 else (-far_outer, -near.inner)
        return ends[0], ends[1], near.at_least - far_most
    return counter.refused or "the counts are not sharp enough"
