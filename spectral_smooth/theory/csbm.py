"""CSBM: mixing against denoising in the contextual block model, from its parameters alone."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.theory.peak import Peak, find_peak
from spectral_smooth.theory.tree_walk import neighbour_counts, walk_statistics

HORIZONS = (64, 512)
SPARSE_BELOW = 8.0


@dataclass(frozen=True)
class CSBM:
    """Equal classes with Gaussian features, under the random walk without loops.

    With r = (p − q)/(p + (C − 1)q), c_n ≈ r^n and v_n the mean row norm² of P^n::

        z_n = (gap/2)·|c_n| / √(sigma²·v_n + (gap/2)²·l_n),    accuracy_n = Φ(z_n)

    *Mixing*: the class means approach one another, c_n. *Denoising*: the variance of what is averaged
    falls, v_n, to ‖π‖² = (1 + 1/d)/N. l_n is the variance of the share of each class among what a node averages.

    Parameters
    ----------
    num_nodes : int
    p, q : float
        Probability of an edge within a class and between two classes.
    gap : float
        Distance of two class means (they are ± gap/2 from the threshold between them).
    sigma : float
        Standard deviation of a feature around its class mean, along the line through both means.
    classes : int
        C equal classes; with more than two, z and accuracy are those of telling *two* of them apart, the
        class means being equally far from one another.

    Raises
    ------
    UsageError
        If a parameter is out of range, or there are no edges at all.

    Notes
    -----
    Wu et al., arXiv 2212.10701. The threshold is **fixed in advance** at the middle of the class means, and so is the
    side that a class lies on: for q > p the walk swaps the sides at odd depths, c_n < 0, which is known and so
    counted as right. A read-out that is fitted at each depth has neither limit, see
    `spectral_smooth.theory.signal`.

    Every curve is ``mean-field``: r^n is replaced by c_n = E r^|X_n|, with the walk X on the tree that the
    graph looks like from near (`walk_statistics`), because in sparse graphs walks turn back and classes mix
    more slowly; v_n = m_n + (1 + 1/d)/N·(1 + (C − 1)a_n − C·m_n) adds the chance to meet elsewhere to that of
    meeting on the tree; l_n = a_n − c_n² for two classes (for more, a_n is weighted with the variance of a class
    sign among the nodes that are met). v_n, l_n and with them z depend on the number of neighbours of the node that
    is classified, over which z and Φ(z) are averaged; isolated nodes, whose rows are zero, are left out.

    Against simulations accuracy is off by at most .004 beyond sampling errors with some ten neighbours and more; where
    gap exceeds 2·sigma it may be .01 too high (the share of a class among few neighbours is not Gaussian), with
    five neighbours .02.

    Examples
    --------
    >>> model = CSBM(num_nodes=2000, p=0.0114, q=0.0038, gap=0.5)
    >>> model.best_depth, model.break_even_depth, round(model.best_accuracy, 2)
    (3, 7, 0.81)
    >>> print(model)
    CSBM (mean-field): mixing outweighs denoising beyond depth 3 (accuracy 0.814 with a threshold fixed
    in advance, from 0.599 at depth 0); from depth 7 on the features themselves are better
    """

    num_nodes: int
    p: float
    q: float
    gap: float
    sigma: float = 1.0
    classes: int = 2

    def __post_init__(self) -> None:
        if self.classes < 2 or self.num_nodes < self.classes:
            raise UsageError(
                f"a block model needs two classes and a node in each, got {self.classes} and {self.num_nodes}"
            )
        if not (0.0 <= self.p <= 1.0 and 0.0 <= self.q <= 1.0) or self.p + self.q == 0:
            raise UsageError(f"p and q must lie between 0 and 1, not both 0; got {self.p} and {self.q}")
        if not all(math.isfinite(x) and x > 0 for x in (self.gap, self.sigma)):
            raise UsageError(f"gap and sigma must be positive numbers, got {self.gap} and {self.sigma}")

    def __str__(self) -> str:
        what = "accuracy" if self.classes == 2 else "accuracy in telling two classes apart"
        start = f"{ndtr(self._z(0)[0]):.3g} at depth 0"
        head, best, back = "CSBM (mean-field): ", self.best_depth, self.break_even_depth
        if best is None:
            return f"{head}within {HORIZONS[-1]} layers no depth costs {what} ({start})"
        if best == 0:
            return f"{head}already the first layer costs {what} ({start})"
        tail = (
            f"no depth up to {HORIZONS[-1]} is worse than the features themselves"
            if back is None
            else f"from depth {back} on the features themselves are better"
        )
        return (
            f"{head}mixing outweighs denoising beyond depth {best} ({what} {self.best_accuracy:.3g} with a "
            f"threshold fixed in advance, from {start}); {tail}"
        )

    @property
    def mean_degree(self) -> float:
        """Mean number of neighbours, d = N(p + (C − 1)q)/C."""
        return self.num_nodes * (self.p + (self.classes - 1) * self.q) / self.classes

    @property
    def correlation(self) -> float:
        """Factor of the first layer on the class means, r = (p − q)/(p + (C − 1)q); negative where q > p."""
        return (self.p - self.q) / (self.p + (self.classes - 1) * self.q)

    @property
    def note(self) -> str:
        """What limits the theory here, or an empty string."""
        if self.mean_degree < SPARSE_BELOW:
            return f"mean degree {self.mean_degree:.3g}: few neighbours, the averages over degrees are coarse"
        return ""

    @cached_property
    def peak(self) -> Peak:
        """The largest z and the way back to z_0, see `Peak`.

        Where the classes share no edge, or only those between them exist with two classes, nothing mixes and
        no depth is the best.
        """
        found = Peak(None, None, None, None)
        for horizon in HORIZONS if abs(self.correlation) < 1.0 else ():
            found = find_peak(self._z(horizon))
            if found.depth is not None and found.back is not None:
                break
        return found

    @property
    def best_depth(self) -> int | None:
        """n*, the depth of the largest z; None where z still rises at the horizon."""
        return self.peak.depth

    @property
    def best_depth_interpolated(self) -> float | None:
        """n* as a real number: the vertex of the parabola through log z at n* and its neighbours."""
        return self.peak.interpolated

    @property
    def break_even_depth(self) -> int | None:
        """n_0, the first depth with z_n < z_0; None if there is none within the horizon."""
        return self.peak.back

    @property
    def best_accuracy(self) -> float:
        """Accuracy at n*, or at the horizon where there is none."""
        return float(self._accuracy(HORIZONS[-1] if self.best_depth is None else self.best_depth)[-1])

    def contrast(self, depths: IntArray) -> Curve:
        """Return |c_n|, what is left of the distance of the class means; 1 at depth 0."""
        return self._curve("csbm_contrast", depths, self._parts(_last(depths))[0][:, 0])

    def row_norm(self, depths: IntArray) -> Curve:
        """Return v_n, the mean row norm² of P^n."""
        _, v, _, weights = self._parts(_last(depths))
        return self._curve("csbm_row_norm", depths, v @ weights)

    def z(self, depths: IntArray) -> Curve:
        """Return z_n, half the distance of the means over the standard deviation.

        Examples
        --------
        >>> CSBM(2000, 0.0114, 0.0038, 0.5).z(np.arange(4)).value.round(2).tolist()
        [0.25, 0.47, 0.75, 0.89]
        """
        return self._curve("csbm_z", depths, self._z(_last(depths)))

    def accuracy(self, depths: IntArray) -> Curve:
        """Return Φ(z_n), averaged over nodes: their share on the right side of the threshold fixed in advance."""
        return self._curve("csbm_accuracy", depths, self._accuracy(_last(depths)))

    def to_dict(self) -> dict[str, Any]:
        """Return parameters and what follows from them as plain JSON types."""
        return {
            **asdict(self),
            "mean_degree": self.mean_degree,
            "correlation": self.correlation,
            "best_depth": self.best_depth,
            "best_depth_interpolated": self.best_depth_interpolated,
            "break_even_depth": self.break_even_depth,
            "break_even_interpolated": self.peak.back_interpolated,
            "best_accuracy": self.best_accuracy,
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CSBM:
        """Read what `to_dict` wrote; what follows from the parameters is computed anew."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})

    def _parts(self, depth: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return |c_n|, v_n and l_n by the root's number of neighbours, and the weights of these numbers."""
        d, r, count = self.mean_degree, self.correlation, self.classes
        walk = walk_statistics(d, r, depth)
        neighbours, weights = neighbour_counts(d)
        turn = np.stack([1.0 / neighbours, 1.0 - 1.0 / neighbours])
        met, alike = walk.meeting @ turn, walk.agreement @ turn
        met[0] = alike[0] = 1.0
        c = np.abs(walk.contrast)[:, None]
        elsewhere = (1.0 + 1.0 / d) / self.num_nodes
        v = met + elsewhere * (1.0 + (count - 1) * alike - count * met)
        # Two walks that left the root together see the root's pair of classes more often than the rest do.
        pair = 2.0 / count
        spread = pair * alike + (1.0 - pair) * c * np.sqrt(np.maximum(alike, 0.0)) - c**2
        # In a finite graph one class has more edges than the other: the limit of all nodes is off the middle.
        drift = pair * (1.0 + r) / (self.num_nodes * d) * (1.0 - met)
        return c, v, np.maximum(spread, 0.0) + drift, weights

    def _z(self, depth: int) -> FloatArray:
        values, weights = self._z_by_neighbours(depth)
        return np.asarray(values @ weights)

    def _accuracy(self, depth: int) -> FloatArray:
        values, weights = self._z_by_neighbours(depth)
        return np.asarray(ndtr(values) @ weights)

    def _z_by_neighbours(self, depth: int) -> tuple[FloatArray, FloatArray]:
        c, v, spread, weights = self._parts(depth)
        half = 0.5 * self.gap
        return half * c / np.sqrt(self.sigma**2 * v + half**2 * spread), weights

    def _curve(self, name: str, depths: IntArray, values: FloatArray) -> Curve:
        return Curve.points(name, depths, values[np.asarray(depths)], "mean-field", note=self.note)


def _last(depths: IntArray) -> int:
    depths = np.asarray(depths)
    if not len(depths) or depths[0] < 0:
        raise UsageError("depths must be increasing whole numbers from 0 on, at least one")
    return int(depths[-1])
