"""group_distance_ratio(): how far apart classes are, in units of how far apart their members are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.class_distances import (
    mean_distances,
    own_distances,
    stratified_error,
    stratified_rows,
    stratum_means,
)
from spectral_smooth.measures.classes import Classes, check_state, find_classes
from spectral_smooth.measures.plain import given_fields, plain_fields
from spectral_smooth.measures.rows import row_blocks, unit_row_blocks
from spectral_smooth.measures.sampling import Seed
from spectral_smooth.measures.scatter import class_moments

# Distances of unit rows up to this are rounding.
RESOLUTION = 64 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class GroupDistance:
    """Mean distance between classes over mean distance within classes.

    Attributes
    ----------
    name : str
        ``group_distance_ratio`` (the paper's form) or ``group_distance_ratio_squared`` (the code's).
    value : float or None
        None where a side is undefined or the classes are points.
    standard_error : float or None
        0 where all pairs were taken.
    between, within : float or None
        Mean over pairs of classes, and over classes of at least two nodes.
    classes, class_counts : tuple of int
    sampled : int
        Rows whose distances to all others were taken; all known ones in the squared form.
    sentence : str

    Examples
    --------
    >>> import numpy as np
    >>> found = group_distance_ratio(np.array([[0.0], [2.0], [6.0], [8.0]]), np.array([0, 0, 1, 1]))
    >>> GroupDistance.from_dict(found.to_dict()) == found, found.mean_ratio
    (True, 6.0)
    """

    name: str
    value: float | None
    standard_error: float | None
    between: float | None
    within: float | None
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    sampled: int
    sentence: str

    @property
    def mean_ratio(self) -> float | None:
        """between/within: near 1 where classes are no closer to themselves than to one another."""
        if self.between is None or not self.within:
            return None
        return self.between / self.within

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GroupDistance:
        """Read what `to_dict` wrote."""
        return cls(**given_fields(data))


def group_distance_ratio(
    x: FloatArray, labels: IntArray, *, rows: int | None = None, rng: Seed = 0
) -> GroupDistance:
    """Return the group distance ratio as its paper defines it: distances, not their squares.

    ::

        value = 1/(C−1)² Σ_{a≠b} D_ab  /  1/C Σ_a D_aa,     D_ab = mean over i in a, j in b of ‖x_i − x_j‖

    D_aa takes the pairs i = j with it, as in the paper. Over the C(C − 1) ordered pairs of classes the
    prefactor is C/(C − 1) times a mean: a state without any class structure scores C/(C − 1), 2 with two
    classes, and not 1. ``mean_ratio`` is the ratio of the plain means.

    Parameters
    ----------
    x : float array, shape (n, columns)
    labels : int array, shape (n,)
        −1 is unknown: such a row is left out.
    rows : int, optional
        Rows whose distances to all others are taken. By default all up to 512; beyond that between 32 and
        512, as `choose_sample` would, shared equally among the classes, at least two of each.
    rng : Generator or seed
        For the sample.

    Returns
    -------
    GroupDistance

    Raises
    ------
    InputError
        If x is not finite or its squares leave the range of float64, or there is not one label a row.

    Notes
    -----
    Every class counts the same, however small. A class of one node has no pair: it stays in the numerator and
    leaves the mean of the denominator. None with fewer than two classes, without a class of two nodes, and
    where all classes are points. Rows are sampled within each class (stratified), so that both means are
    without bias; the error of their ratio is linearised. Time rows × n × columns, memory linear in n.
    Source: DGN, Zhou et al., arXiv 2006.06972; their code measures something else, see
    `group_distance_ratio_squared`.

    Examples
    --------
    >>> import numpy as np
    >>> group_distance_ratio(np.array([[0.0], [2.0], [6.0], [8.0]]), np.array([0, 0, 1, 1])).value
    12.0
    """
    x = check_state(x)
    classes = find_classes(labels, len(x))
    sampled = stratified_rows(classes, x.shape[1], rows, np.random.default_rng(rng))
    name = "group_distance_ratio"
    if classes.count < 2 or not np.any(classes.sizes > 1):
        return _result(name, classes, len(sampled), None, None, None)
    own = classes.codes[np.flatnonzero(classes.codes >= 0)[sampled]]
    table = mean_distances(x, classes, sampled)
    table[np.arange(len(sampled)), own] = 0.0
    outer = table.sum(axis=1) / (classes.count - 1)
    inner = own_distances(x, classes, sampled)
    several = (classes.sizes > 1).astype(np.float64)
    between = float(np.mean(stratum_means(outer, own, classes.count)))
    within = float(stratum_means(inner, own, classes.count) @ several / several.sum())
    between, within = _resolved(between, _resolution(x)), _resolved(within, _resolution(x))
    error = None
    if within:
        influence = (
            outer / within / classes.count - inner * between / within**2 * several[own] / several.sum()
        )
        error = stratified_error(influence, own, classes)
    return _result(name, classes, len(sampled), between, within, error)


def group_distance_ratio_squared(x: FloatArray, labels: IntArray) -> GroupDistance:
    """Return the group distance ratio as its authors' code computes it: unit rows and squared distances.

    With x̂_i = x_i/‖x_i‖ (zero rows stay zero), class means m_a and variances v_a = mean ‖x̂_i − m_a‖²::

        value = mean over pairs a < b of (v_a + v_b + ‖m_a − m_b‖²)  /  mean over a of 2 v_a

    Parameters
    ----------
    x : float array, shape (n, columns)
    labels : int array, shape (n,)
        −1 is unknown: such a row is left out.

    Returns
    -------
    GroupDistance

    Raises
    ------
    InputError
        As in `group_distance_ratio`.

    Notes
    -----
    Exact and linear in n, for squares need no pairs. Without class structure it is 1. A class of one node
    leaves the mean of the denominator (in the code it adds 0 to it). Where all rows are parallel
    the value is None; the code says 1. Source: code of DGN (Zhou et al., arXiv 2006.06972).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0], [-2.0, 0.0], [0.0, -2.0]])
    >>> round(group_distance_ratio_squared(x, np.array([0, 0, 1, 1])).value, 12)
    3.0
    """
    x = check_state(x)
    classes = find_classes(labels, len(x))
    name = "group_distance_ratio_squared"
    if classes.count < 2 or not np.any(classes.sizes > 1):
        return _result(name, classes, classes.known, None, None, None)
    found = class_moments(lambda: _unit_or_zero(x), classes.codes, classes.count)
    variances = found.within / classes.sizes
    # Σ_{a≠b} ‖m_a − m_b‖² = 2C Σ_a ‖m_a − m̄‖²
    apart = 2.0 * found.spread_of_means(np.ones(classes.count)) / (classes.count - 1)
    between = 2.0 * float(variances.mean()) + apart
    within = 2.0 * float(variances[classes.sizes > 1].mean())
    between, within = _resolved(between, RESOLUTION**2), _resolved(within, RESOLUTION**2)
    return _result(name, classes, classes.known, between, within, 0.0)


def _unit_or_zero(x: FloatArray) -> Iterator[FloatArray]:
    for block in row_blocks(x):
        unit = np.zeros(block.shape)
        kept = np.any(block, axis=1)
        unit[kept] = np.concatenate([np.empty((0, x.shape[1])), *unit_row_blocks(block)])
        yield unit


def _resolution(x: FloatArray) -> float:
    """Return the distance of two rows of that size which is nothing but rounding."""
    largest = max((float(np.max(np.abs(block), initial=0.0)) for block in row_blocks(x)), default=0.0)
    return RESOLUTION * largest * math.sqrt(x.shape[1])


def _resolved(value: float, resolution: float) -> float:
    return value if value > resolution else 0.0


def _result(
    name: str,
    classes: Classes,
    sampled: int,
    between: float | None,
    within: float | None,
    error: float | None,
) -> GroupDistance:
    value = None
    if between is not None and within:
        factor = classes.count / (classes.count - 1) if name == "group_distance_ratio" else 1.0
        value = factor * between / within
        error = None if error is None else factor * error
    return GroupDistance(
        name=name,
        value=value,
        standard_error=error if value is not None else None,
        between=between,
        within=within,
        classes=classes.numbers,
        class_counts=classes.counts,
        sampled=sampled,
        sentence=_sentence(name, classes, sampled, between, within, value, error),
    )


def _sentence(
    name: str,
    classes: Classes,
    sampled: int,
    between: float | None,
    within: float | None,
    value: float | None,
    error: float | None,
) -> str:
    if classes.count < 2:
        reason = "there is one class only" if classes.count else "no node has a known label"
        return f"{reason}: no group distance ratio is defined"
    if between is None or within is None:
        return "every class has a single node: no group distance ratio is defined"
    if value is None:
        kind = "apart" if between else "at the same place"
        return f"all nodes of a class have one state and the classes lie {kind}: no group distance ratio is defined"
    sides = f" ± {error:.1g}" if error else ""
    drawn = f" ({sampled:,} of {classes.known:,} rows sampled)" if sampled < classes.known else ""
    return (
        f"{name} is {value:.4g}{sides}: classes are {between / within:.3g} times as far from one another as their "
        f"members from each other{drawn}"
    )
