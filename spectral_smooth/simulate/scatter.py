"""scatter_by_depth(): how far the classes lie apart after each layer, and how wide each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.rows import row_blocks
from spectral_smooth.measures.scatter import class_moments
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.simulate.states import deflated_states

PANEL = 128


@dataclass(frozen=True, eq=False, repr=False)
class ScatterCurves:
    """Scatter of the propagated features of labelled nodes, by depth; every curve is ``measured``.

    With x_i the row of node i in feature coordinates, m_c the mean of class c, m that of all labelled nodes::

        between = (1/n) Σ_c n_c ‖m_c − m‖²,    within = (1/n) Σ_i ‖x_i − m_c(i)‖²,
        distance_c = ‖m_c − m_others‖ / √((1/n_c) Σ_{i in c} ‖x_i − m_c‖²)

    Attributes
    ----------
    between, within : Curve
        They add up to the variance of all labelled nodes.
    ratio : Curve
        between / within, free of scale.
    distances : tuple of Curve
        Per class with at least two labelled nodes: distance of its mean from the mean of all other labelled
        nodes, in units of its own spread.
    classes, class_sizes : tuple of int
        Classes with labelled nodes that are not silent, and how many.
    notes : tuple of str
    """

    between: Curve
    within: Curve
    ratio: Curve
    distances: tuple[Curve, ...]
    classes: tuple[int, ...]
    class_sizes: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        curve = self.ratio
        at = int(np.argmax(curve.value))
        return (
            f"scatter of {len(self.classes)} classes: between over within is {curve.value[0]:.3g} at depth "
            f"{curve.depths[0]}, largest at depth {curve.depths[at]} ({curve.value[at]:.3g}) and "
            f"{curve.value[-1]:.3g} at depth {curve.depths[-1]}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the scatter as plain JSON types; an infinite ratio is null."""
        return {
            **{name: getattr(self, name).to_dict() for name in ("between", "within", "ratio")},
            "distances": [curve.to_dict() for curve in self.distances],
            "classes": list(self.classes),
            "class_sizes": list(self.class_sizes),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ScatterCurves:
        """Read what `to_dict` wrote."""
        between, within, ratio = (Curve.from_dict(data[name]) for name in ("between", "within", "ratio"))
        distances = tuple(Curve.from_dict(curve) for curve in data["distances"])
        seen = tuple(data["classes"]), tuple(data["class_sizes"]), tuple(data["notes"])
        return cls(between, within, ratio, distances, *seen)


def scatter_by_depth(
    operator: Operator,
    features: FloatArray | csr_array,
    labels: IntArray,
    depths: IntArray,
    *,
    rule: Rule | None = None,
    engine: Engine | None = None,
) -> ScatterCurves:
    """Propagate features and measure the scatter between and within classes at the depths asked for.

    Parameters
    ----------
    operator : Operator
    features : float array or CSR array, shape (num_nodes, num_features)
    labels : int array, shape (num_nodes,)
        −1 is unknown: such nodes are propagated and not measured, and so are silent ones (d̃ = 0).
    depths : int array
        Increasing, from 0 on.
    rule : Rule, optional
        Plain propagation by default; its read-out must have a single state.
    engine : Engine, optional
        `Numba` by default.

    Returns
    -------
    ScatterCurves

    Raises
    ------
    UsageError
        If the depths do not increase, no node has a label, or the read-out has no single state.
    InputError
        If labels or features do not fit the graph.

    Notes
    -----
    Columns are taken `PANEL` at a time: memory is linear in the nodes. The part in the fixed space never
    passes through the products; where it is the same for all nodes (the walk on a connected graph) it is left out, and
    the decay of both scatters stays visible far below the rounding of the mean. A class of one node has no spread and
    no distance; with a single class nothing lies between, and it has no distance either.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.graphs.models import csbm
    >>> data = csbm(rng=0)
    >>> walk = ss.random_walk(data.graph)
    >>> print(scatter_by_depth(walk, data.features, data.labels, np.array([0, 2, 4, 8, 16])))
    scatter of 2 classes: between over within is 0.00433 at depth 0, largest at depth 16 (3.23) and 3.23 at depth 16
    """
    depths = checked_depths(depths)
    rule = rule or sgc()
    data = Dataset(operator.graph, features=features, labels=np.asarray(labels))
    classes, codes = known_classes(operator, data.labels)
    sizes = np.bincount(codes[codes >= 0])
    bound: BoundOperator = (engine or Numba()).bind(operator)
    total = np.zeros((3, len(depths), len(classes)))
    for start in range(0, features.shape[1], PANEL):
        core = operator.enter(features[:, start : start + PANEL])
        for at, x in enumerate(_states(bound, core, rule, depths)):
            total[:, at] += _sums(x, codes, sizes)
    between, within, apart = total
    n = int(sizes.sum())
    return ScatterCurves(
        *_scatter(between.sum(axis=1) / n, within.sum(axis=1) / n, depths, rule.scale_note),
        tuple(
            Curve.points(
                "class_distance",
                depths,
                np.sqrt(_over(apart[:, c], within[:, c] / sizes[c])),
                note=f"class {classes[c]}",
            )
            for c in np.flatnonzero(sizes > 1)
            if len(classes) > 1
        ),
        tuple(classes.tolist()),
        tuple(sizes.tolist()),
        _notes(operator, labels, sizes),
    )


def checked_depths(depths: IntArray) -> IntArray:
    """Return depths as whole numbers.

    Raises
    ------
    UsageError
        If they are not whole, do not increase, or one is negative.
    """
    given = np.atleast_1d(np.asarray(depths))
    if given.ndim != 1 or not len(given) or given.dtype.kind not in "iu":
        raise UsageError("depths must be a list of whole numbers, at least one")
    if given[0] < 0 or np.any(np.diff(given.astype(np.int64)) <= 0):
        raise UsageError("depths must increase and start at 0 or later")
    return given.astype(np.int64)


def known_classes(operator: Operator, labels: IntArray | None) -> tuple[IntArray, IntArray]:
    """Return the classes of labelled nodes that are not silent, and each node's number in that list or −1.

    Raises
    ------
    UsageError
        If there is none.
    """
    if labels is None:
        raise UsageError("labels are needed, one a node; -1 is unknown")
    known = (labels >= 0) & (operator.degrees > 0)
    if not known.any():
        raise UsageError("no node with a label takes part: all are unknown (-1) or isolated without a loop")
    classes, found = np.unique(labels[known], return_inverse=True)
    codes = np.full(len(labels), -1, dtype=np.int64)
    codes[known] = found
    return classes, codes


def _states(bound: BoundOperator, core: FloatArray, rule: Rule, depths: IntArray) -> Iterator[FloatArray]:
    """Yield the states in feature coordinates at the depths asked for, without what is the same for all nodes."""
    op, last = bound.operator, int(depths[-1])
    space, wanted = op.fixed_space, set(depths.tolist())
    signal = deflate(bound, core)
    factors = rule.responses(np.array([1.0, -1.0]), last)
    if op.split == 1.0 and space.dimension == 1 and not op.silent:
        factors[:, 0] = 0.0
    for depth, state in enumerate(rule.readout.combine(deflated_states(bound, signal.rest, rule, last))):
        if depth in wanted:
            bound.project_out(state)
            lasting = signal.coefficients.copy()
            lasting[: space.dimension] *= factors[depth, 0]
            lasting[space.dimension :] *= factors[depth, 1]
            yield op.leave(state + space.expand(lasting))


def _sums(x: FloatArray, codes: IntArray, sizes: IntArray) -> FloatArray:
    """Return n_c‖m_c − m‖², Σ‖x_i − m_c‖² and ‖m_c − m_others‖² per class, shape (3, classes)."""
    found = class_moments(lambda: row_blocks(x), codes, len(sizes))
    n = sizes.sum()
    centred = found.means - sizes @ found.means / n
    squares = np.einsum("cf,cf->c", centred, centred)
    # With the mean of all at zero that of the others is −n_c m_c/(n − n_c).
    share = np.divide(n, n - sizes, out=np.zeros(len(sizes)), where=n > sizes)
    return np.stack([sizes * squares, found.within, share**2 * squares])


def _scatter(
    between: FloatArray, within: FloatArray, depths: IntArray, note: str
) -> tuple[Curve, Curve, Curve]:
    return (
        Curve.points("between_class_scatter", depths, between, note=note),
        Curve.points("within_class_scatter", depths, within, note=note),
        Curve.points("scatter_ratio", depths, _over(between, within)),
    )


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; 0/0 is 0, nothing is there, and anything else over 0 is infinite."""
    return np.asarray(np.divide(top, bottom, out=np.where(top > 0, np.inf, 0.0), where=bottom > 0))


def _notes(operator: Operator, labels: IntArray, sizes: IntArray) -> tuple[str, ...]:
    notes = []
    left_out = int(np.count_nonzero((np.asarray(labels) >= 0) & (operator.degrees == 0)))
    if left_out:
        notes.append(f"{left_out:,} labelled nodes are isolated without a loop and left out")
    if len(sizes) == 1:
        notes.append("there is one class only: nothing lies between classes")
    single = int(np.count_nonzero(sizes == 1))
    if single and len(sizes) > 1:
        notes.append(
            f"{single:,} of the classes have one labelled node: no spread, and so no distance in units of it"
        )
    return tuple(notes)
