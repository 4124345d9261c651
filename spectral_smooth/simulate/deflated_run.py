"""One deflated propagation that several measurements can watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.rows import block_length
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.views import DeflatedView


@dataclass(frozen=True, eq=False)
class Layer:
    """The state at one depth, in core coordinates Y = T X: what is off the known spaces, and the two numbers.

    Attributes
    ----------
    depth : int
    rest : float array, shape (num_nodes, columns)
        Without the parts in the fixed and the alternating space; overwritten later: do not keep it.
    fixed, swing : float
        h_k(1) and h_k(−1): factors on the start's parts in the two spaces.
    """

    depth: int
    rest: FloatArray
    fixed: float
    swing: float


@dataclass(frozen=True, eq=False)
class RowSquares:
    """Squared row norms at one depth, each of shape (num_nodes,).

    Attributes
    ----------
    rest : of the part off the fixed and the alternating space
    deviation : of the part off the fixed space (the alternating space counts as deviation)
    whole : of Y itself
    """

    rest: FloatArray
    deviation: FloatArray
    whole: FloatArray


class DeflatedRun:
    """One deflated propagation that several measurements can watch; the states themselves are not kept.

    Under a concatenating read-out the layers are the single states, whose squares the watchers add up
    (``additive``); under every other read-out they are what is read out at each depth.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    depth : int
        Largest depth.
    rule : Rule, optional
        Plain propagation by default.
    engine : Engine, optional
        `Numba` by default.

    Raises
    ------
    UsageError
        If the depth is negative.
    InputError
        If the features are not one row a node, or not finite.
    """

    def __init__(
        self,
        operator: Operator,
        features: FloatArray,
        depth: int,
        rule: Rule | None = None,
        engine: Engine | None = None,
    ) -> None:
        if depth < 0:
            raise UsageError(f"depth must be at least 0, got {depth}")
        self.operator, self.rule, self.depth = operator, rule or sgc(), depth
        self.additive = isinstance(self.rule.readout, Concat)
        self.bound: BoundOperator = (engine or Numba()).bind(operator)
        self._view = DeflatedView(self.bound, operator.enter(features), self.rule, depth, "float64")
        dimension = operator.fixed_space.dimension
        self.fixed_coefficients: FloatArray = self._view.known.coefficients[:dimension]
        self.swing_coefficients: FloatArray = self._view.known.coefficients[dimension:]
        single = replace(self.rule, readout=Last()) if self.additive else self.rule
        self._factors = single.responses(np.array([1.0, -1.0]), depth)

    def follow(self, watch: Callable[[Layer], object], progress: Tick | None = None) -> None:
        """Call ``watch`` with the layer at depth 0, 1, ..., in turn."""
        for layer in self.layers():
            watch(layer)
            if progress is not None:
                progress(layer.depth, self.depth)

    def layers(self) -> Iterator[Layer]:
        """Yield the layer at depth 0, 1, ..., `depth`."""
        states = self._view.states(self.depth)
        read = states if self.additive else self.rule.readout.combine(states)
        for depth, rest in enumerate(read):
            fixed, swing = self._factors[depth]
            yield Layer(depth, rest, float(fixed), float(swing))

    def squared_norm(self, layer: Layer) -> float:
        """Return ‖Y‖² of a layer: its three parts are orthogonal over the whole graph."""
        known = self._view.known
        rest = self.bound.inner(layer.rest, layer.rest).sum()
        return float(rest + layer.fixed**2 * known.fixed.sum() + layer.swing**2 * known.alternating.sum())

    def row_squares(self, layer: Layer) -> RowSquares:
        """Return the squared row norms of a layer: a few rows at a time, so that no block is copied."""
        space = self.operator.fixed_space
        n, columns = layer.rest.shape
        rest, deviation, whole = np.empty(n), np.empty(n), np.empty(n)
        place = np.cumsum(space.alternating) - 1
        sizes = np.einsum("cf,cf->c", self.fixed_coefficients, self.fixed_coefficients)
        step = block_length(columns)
        for low in range(0, n, step):
            at = slice(low, low + step)
            rows: FloatArray = layer.rest[at]
            rest[at] = deviation[at] = np.einsum("if,if->i", rows, rows)
            component = np.maximum(space.labels[at], 0)
            if space.alternating_dimension:
                factor = layer.swing * space.vector[at] * space.sides[at]
                rows = rows + factor[:, None] * self.swing_coefficients[np.maximum(place[component], 0)]
                deviation[at] = np.einsum("if,if->i", rows, rows)
            whole[at] = deviation[at]
            if space.dimension:
                shared = layer.fixed * space.vector[at]
                cross = _own_products(rows, self.fixed_coefficients, component)
                whole[at] += shared * (2.0 * cross + shared * sizes[component])
        return RowSquares(rest, deviation, np.maximum(whole, 0.0))


def _own_products(rows: FloatArray, vectors: FloatArray, which: IntArray) -> FloatArray:
    """Return ⟨row_i, vector of its component⟩: one product for the largest component, where nearly all rows are."""
    products: FloatArray = rows @ vectors[0]
    others = np.flatnonzero(which)
    products[others] = np.einsum("if,if->i", rows[others], vectors[which[others]])
    return products
