"""Plain smoothing on the same graph, from the same first layer: what the graph does without any weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.layer_measures import measure_layer
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.spectra.quadrature import spectral_measure
from spectral_smooth.theory.predict import EXACT_BELOW, predict_from

# Values of the first layer that are kept as they are; a larger one is kept as a sketch of a few columns.
KEPT_VALUES = 2**22
FEW_COLUMNS = 8
# Columns that plain states are measured with, and the multiply-adds that all of them together may cost.
STATE_COLUMNS = 128
STATE_WORK = 4_000_000_000
PRODUCTS, FEW_PRODUCTS = 32, 12
HORIZON = 1024


@dataclass(frozen=True, eq=False)
class Start:
    """The first layer as far as it is kept.

    Attributes
    ----------
    features : float array, shape (num_nodes, columns)
        X times a power of two, or X G with a Gaussian G where X is large.
    sketched : bool
    """

    features: FloatArray
    sketched: bool

    @classmethod
    def of(cls, ground: Ground, layer: Layer, seed: int) -> Start:
        """Keep a first layer, or a sketch of it."""
        rows = layer.values
        if ground.left_out:  # what is left out of all measures has no part in plain smoothing either
            rows = rows.copy()
            rows[ground.isolated] = 0.0
        sketched = rows.size > KEPT_VALUES and rows.shape[1] > FEW_COLUMNS
        if sketched:
            scale = FEW_COLUMNS**-0.5
            gaussian = np.random.default_rng([seed, 4]).normal(scale=scale, size=(rows.shape[1], FEW_COLUMNS))
            rows = rows @ gaussian.astype(rows.dtype)
        largest = float(np.abs(rows).max(initial=0.0)) or 1.0
        # scale-free curves only are compared, so that a size that leaves the range of squares does no harm
        return cls(rows.astype(np.float64) / 2.0 ** np.frexp(largest)[1], sketched)


@dataclass(frozen=True, eq=False)
class PlainSmoothing:
    """Plain smoothing beside the layers of a model, depth k beside layer k.

    Attributes
    ----------
    predicted : Trajectory
        ``collapse`` and ``rayleigh_quotient`` to the last layer, then log-spaced to `HORIZON`.
    layers : tuple of LayerNumbers
        Everything that is measured of the layers, of the plain states; empty where that was too much work.
    notes : tuple of str
    """

    predicted: Trajectory
    layers: tuple[LayerNumbers, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "predicted": self.predicted.to_dict(),
            "layers": [layer.to_dict() for layer in self.layers],
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PlainSmoothing:
        """Read what `to_dict` wrote."""
        return cls(
            Trajectory.from_dict(data["predicted"]),
            tuple(LayerNumbers.from_dict(one) for one in data["layers"]),
            tuple(data["notes"]),
        )


def smooth_plainly(ground: Ground, samples: Samples, start: Start, depth: int) -> PlainSmoothing:
    """Predict plain smoothing to ``depth`` and beyond, and measure its states where that is affordable."""
    notes = []
    if start.sketched:
        notes.append(
            f"plain smoothing is predicted from {FEW_COLUMNS} random combinations of the first layer's "
            "columns: an estimate with a relative standard error of at most "
            f"{50 * (2 / FEW_COLUMNS) ** 0.5:.0f} % on a distance"
        )
    small = ground.rows <= EXACT_BELOW
    products = None if small else min(max(depth, 2), FEW_PRODUCTS if start.sketched else PRODUCTS)
    operator = ground.operator
    found = spectral_measure(operator, start.features, products=products)
    beyond = np.geomspace(max(depth, 1), max(HORIZON, depth + 1), 33).round().astype(np.int64)
    depths = np.unique(np.concatenate([np.arange(depth + 1), beyond]))
    predicted = predict_from(found, operator, depths, measures=("collapse", "rayleigh_quotient"))
    columns = min(start.features.shape[1], STATE_COLUMNS)
    work = columns * depth * (operator.graph.num_entries + 16 * ground.rows)
    layers: tuple[LayerNumbers, ...] = ()
    if start.sketched or work > STATE_WORK:
        notes.append(
            "the states of plain smoothing are not measured one by one: the graph is too large for that here"
        )
    else:
        if start.features.shape[1] > columns:
            notes.append(
                f"plain states are measured from {columns} random combinations of {start.features.shape[1]:,} columns"
            )
        layers = tuple(_measured(ground, samples, start.features, columns, depth))
    return PlainSmoothing(predicted, layers, tuple(notes))


def _measured(
    ground: Ground, samples: Samples, x: FloatArray, columns: int, depth: int
) -> Iterator[LayerNumbers]:
    """Measure S^k X as if it were a layer, for k = 0, ..., depth."""
    operator = ground.operator
    if x.shape[1] > columns:
        rng = np.random.default_rng([samples.seed, 5])
        x = x @ rng.normal(scale=columns**-0.5, size=(x.shape[1], columns))
    bound = Numba().bind(operator)
    state = np.ascontiguousarray(x * operator.similarity[:, None])
    following = np.empty_like(state)
    for k in range(depth + 1):
        yield measure_layer(ground, samples, Layer(f"depth {k}", operator.leave(state), "float64"), k)
        bound.apply(state, following)
        state, following = following, state
