"""Moments of one layer: sums of rows per component and class, and squared distances to their means."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.engines.threads import few_threads
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.measures.classes import LARGEST, SMALLEST
from spectral_smooth.monitoring.measuring.ground import SERIAL_SWEEP, Ground, chunk_bounds
from spectral_smooth.monitoring.reading.layer import Layer

# Below this share of Σ‖x‖² the difference Σ‖x‖² − ‖Σx‖²/n has lost digits: distances are taken row by row.
CANCELS = 1e-6


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of one layer.

    Attributes
    ----------
    ground : Ground
    x : float array, shape (num_nodes, columns)
        The layer, multiplied by ``1/scale``.
    scale : float
        A power of two; one unless the values leave the range in which squares can be summed.
    norms : float array, shape (rows,)
        ‖x_i‖².
    sums : float array, shape (3, components, columns)
        Σ x_i, Σ √d̃_i x_i and Σ d̃_i^split x_i.
    units : float array, shape (components, columns)
        Σ x_i/‖x_i‖ over non-zero rows.
    class_sums, class_units : float array, shape (classes, columns)
    class_norms : float array, shape (classes, 2)
        Σ ‖x_i‖² and the number of non-zero rows.
    largest : float array, shape (columns,)
        max |x| of each column, over the measured rows.
    """

    ground: Ground
    x: FloatArray
    scale: float
    norms: FloatArray
    sums: FloatArray
    units: FloatArray
    class_sums: FloatArray
    class_units: FloatArray
    class_norms: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, ground: Ground, layer: Layer, index: int) -> Moments:
        """Sweep over a layer once.

        Raises
        ------
        InputError
            If it does not have one row a node, has no columns, or holds values that are not finite.
        """
        x = layer.values
        _check_shape(ground, layer, index)
        with np.errstate(all="ignore"):
            found = _swept(ground, x)
            total = float(found[0].sum())
            largest = float(found[6].max())
        if not np.isfinite(total) or not np.isfinite(largest) or _unclean(ground, x):
            _check_finite(layer, index)
        scale = 1.0
        if largest and not SMALLEST <= largest <= LARGEST:
            scale = math.ldexp(1.0, int(np.frexp(largest)[1]) - 1)
            # rows that are not measured may be of quite another size
            with np.errstate(over="ignore"):
                x = x.astype(np.float64) / scale
            found = _swept(ground, x)
        return cls(ground, x, scale, *found)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.x.shape[1])

    @cached_property
    def norm2(self) -> float:
        """‖X‖_F² over the measured rows."""
        return float(self.norms.sum())

    @cached_property
    def core_norms(self) -> FloatArray:
        """‖T_i x_i‖² of each row."""
        ground = self.ground
        return self.norms if ground.operator.split == 0.5 else self.norms * ground.similarity**2

    @cached_property
    def zero_rows(self) -> int:
        """Number of rows that are zero."""
        return 0 if self.norms.min() > 0 else int(np.count_nonzero(self.norms == 0))

    @cached_property
    def centre(self) -> FloatArray:
        """Mean row."""
        return np.asarray(self.sums[0].sum(axis=0) / self.ground.rows)

    @cached_property
    def spread(self) -> float:
        """Σ ‖x_i − x̄‖² over all measured rows."""
        left = self.norm2 - self.ground.rows * float(self.centre @ self.centre)
        if left >= CANCELS * self.norm2:
            return left
        return float(self.centred_norms(np.arange(self.ground.rows)).sum())

    def centred_norms(self, rows: IntArray) -> FloatArray:
        """‖x_i − x̄‖² of some rows."""
        where = np.zeros(len(rows), dtype=np.int64)
        return self._row_by_row(np.ones((len(rows), 2)), where, self.centre[None, :], rows)

    @cached_property
    def component_norms(self) -> FloatArray:
        """Σ ‖x_i‖² per component."""
        return self.ground.by_component(self.norms)

    @cached_property
    def to_constants(self) -> FloatArray:
        """Squared distance to equal rows, per component."""
        mass = self.ground.sizes.astype(np.float64)
        return self._to_profile(self.component_norms, self.sums[0], mass, None, None)

    @cached_property
    def to_degrees(self) -> FloatArray:
        """Squared distance to multiples of √d̃, per component."""
        return self._to_profile(
            self.component_norms, self.sums[1], self.ground.degree_mass, None, self.ground.roots
        )

    @cached_property
    def to_both(self) -> FloatArray:
        """Squared distance to the span of constants and √d̃, per component."""
        count = self.ground.count
        roots, mass = self.ground.root_sums, self.ground.degree_mass
        sizes = self.ground.sizes.astype(np.float64)
        second = mass - roots**2 / sizes
        coefficients = self.sums[1] - (roots / sizes)[:, None] * self.sums[0]
        gained = np.zeros(count)
        irregular = second > 1e-9 * mass
        gained[irregular] = np.sum(coefficients[irregular] ** 2, axis=1) / second[irregular]
        least = np.minimum(self.to_constants, self.to_degrees)
        return np.clip(self.to_constants - gained, 0.0, least)

    @cached_property
    def deviations(self) -> FloatArray:
        """Squared distance of T X to the fixed space, per component."""
        if self.ground.operator.split == 0.5:
            return self.to_degrees
        return self._to_profile(
            self.ground.by_component(self.core_norms),
            self.sums[2],
            self.ground.degree_mass,
            self.ground.similarity,
            self.ground.roots,
        )

    @cached_property
    def component_spreads(self) -> tuple[FloatArray, FloatArray]:
        """Number m of non-zero rows and Σ ‖x̂_i − c‖² per component, c the mean of its directions."""
        count: FloatArray = self.ground.sizes.astype(np.float64)
        if self.zero_rows:
            count = self.ground.by_component((self.norms > 0).astype(np.float64))
        return count, self._spreads(self.ground.components, self.units, count)

    @cached_property
    def whole_spread(self) -> tuple[float, float]:
        """Number of non-zero rows and spread of all directions."""
        count = float(self.ground.rows - self.zero_rows)
        where = np.zeros(self.ground.rows, dtype=np.int64)
        spread = self._spreads(where, self.units.sum(axis=0)[None, :], np.array([count]))
        return count, float(spread[0])

    @cached_property
    def class_spreads(self) -> tuple[FloatArray, FloatArray]:
        """Number of non-zero rows and spread of the directions, per class."""
        count = self.class_norms[:, 1]
        return count, self._spreads(self._codes, self.class_units, count)

    @cached_property
    def within(self) -> FloatArray:
        """Σ ‖x_i − m_c‖² per class."""
        classes = self.ground.classes
        assert classes is not None
        left = self._about(
            self.class_norms[:, 0],
            self.class_sums,
            classes.sizes.astype(np.float64),
            classes.codes,
            lambda: np.ones((self.ground.rows, 2)),
        )
        # a class of one row has no spread; its rounding is not one
        return np.asarray(np.where(classes.sizes > 1, left, 0.0))

    @property
    def _codes(self) -> IntArray:
        classes = self.ground.classes
        return np.zeros(0, dtype=np.int64) if classes is None else classes.codes

    def _to_profile(
        self, squares: FloatArray, sums: FloatArray, mass: FloatArray, *factors: FloatArray | None
    ) -> FloatArray:
        """Σ ‖a_i x_i − b_i s/mass‖² per component, for factors a and b; None is one."""

        def both() -> FloatArray:
            ones = np.ones(self.ground.rows)
            return np.stack([ones if one is None else one for one in factors], axis=1)

        return self._about(squares, sums, mass, self.ground.components, both)

    def _spreads(self, where: IntArray, units: FloatArray, count: FloatArray) -> FloatArray:
        """Σ ‖x̂_i − c‖² per bin, c the mean of the bin's directions."""

        def directions() -> FloatArray:
            nonzero = self.norms > 0
            inverse = np.divide(1.0, np.sqrt(self.norms), out=np.zeros(len(self.norms)), where=nonzero)
            return np.stack([inverse, nonzero.astype(np.float64)], axis=1)

        return self._about(count, units, np.maximum(count, 1.0), where, directions)

    def _about(
        self,
        squares: FloatArray,
        sums: FloatArray,
        mass: FloatArray,
        where: IntArray,
        factors: Callable[[], FloatArray],
    ) -> FloatArray:
        """Σ ‖a_i x_i − b_i s/mass‖² per bin: from the sums s, or row by row where that would cancel."""
        left = np.maximum(squares - np.sum(sums**2, axis=1) / mass, 0.0)
        if np.all(left >= CANCELS * squares):
            return np.asarray(left)
        rows = self._row_by_row(factors(), where, sums / mass[:, None], None)
        return _binned(where, rows, len(sums))

    def _row_by_row(
        self, factors: FloatArray, where: IntArray, means: FloatArray, rows: IntArray | None
    ) -> FloatArray:
        """‖a_i x_i − b_i m‖² of some rows or of all, m the mean that ``where`` says."""
        from spectral_smooth.monitoring.measuring import kernels

        ground = self.ground
        order = ground.order if rows is None else ground.order[rows]
        bounds = ground.bounds if rows is None else chunk_bounds(len(rows))
        with few_threads(len(order) * self.columns, SERIAL_SWEEP):
            return np.asarray(
                kernels.row_residuals(
                    self.x,
                    order,
                    bounds,
                    factors,
                    where.astype(np.int64, copy=False),
                    np.ascontiguousarray(means),
                )
            )


def _swept(
    ground: Ground, x: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Run the sweep, and add its parts up in order."""
    from spectral_smooth.monitoring.measuring import kernels

    first, component = ground.slots
    classes = ground.classes
    codes = np.zeros(0, dtype=np.int64) if classes is None else classes.codes
    weights = ground.weights
    with few_threads(ground.rows * x.shape[1], SERIAL_SWEEP):
        norms, sums, units, class_sums, class_units, class_norms, largest = kernels.row_sums(
            x,
            ground.order,
            ground.bounds,
            first,
            ground.components,
            weights,
            codes,
            len(component),
            0 if classes is None else classes.count,
        )
    by_component = [_added(part, component) for part in sums]
    if weights.shape[1] == 2:  # d̃^split is √d̃
        by_component.append(by_component[1])
    return (
        norms,
        np.stack(by_component),
        _added(units, component),
        class_sums.sum(axis=0),
        class_units.sum(axis=0),
        class_norms.sum(axis=0),
        largest.max(axis=0).astype(np.float64),
    )


def _added(parts: FloatArray, component: IntArray) -> FloatArray:
    """Add slots of one component up; they stand next to each other."""
    starts = np.flatnonzero(np.concatenate([[True], component[1:] != component[:-1]]))
    return np.asarray(np.add.reduceat(parts, starts, axis=0))


def _binned(bins: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Σ values per bin; −1 is left out."""
    if count == 1 and not np.any(bins):
        return np.array([values.sum()])
    if len(bins) and bins.min() < 0:
        known = bins >= 0
        return bin_sums(bins[known], values[known], count)
    return bin_sums(bins, values, count)


def _check_shape(ground: Ground, layer: Layer, index: int) -> None:
    n = ground.whole.num_nodes
    if layer.values.shape[0] != n:
        raise InputError(
            f"layer {index} ({layer.name}) has {layer.values.shape[0]:,} rows, but the graph has {n:,} nodes; expected "
            "one row a node in the graph's order"
        )
    if not layer.values.shape[1]:
        raise InputError(f"layer {index} ({layer.name}) has no columns; expected at least one")


def _unclean(ground: Ground, x: FloatArray) -> bool:
    """Whether a row that is not measured holds NaN or infinity."""
    return bool(ground.left_out) and not np.isfinite(x[ground.isolated]).all()


def _check_finite(layer: Layer, index: int) -> None:
    """Refuse a layer that holds NaN or infinity, and say how many."""
    nan = int(np.count_nonzero(np.isnan(layer.values)))
    infinite = int(np.count_nonzero(np.isinf(layer.values)))
    if nan or infinite:
        found = " and ".join(
            text for count, text in ((nan, f"{nan:,} NaN"), (infinite, f"{infinite:,} infinite")) if count
        )
        raise InputError(
            f"layer {index} ({layer.name}) holds {found} of {layer.values.size:,} values; look for the step that makes "
            "them (a division by zero, an overflow) before the layers are measured"
        )
