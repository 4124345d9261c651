"""What is left of the signal on each group of nodes, measured; and the deflated run it is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.deflated_run import DeflatedRun, Layer, RowSquares


@dataclass(frozen=True, eq=False)
class GroupCurves:
    """Local collapse of each group of nodes against depth.

    Attributes
    ----------
    depths : int array, shape (depths,)
    deviation, norm : float array, shape (groups, depths)
        ‖part of Y off the fixed space‖ and ‖Y‖, both on the group's rows only.
    """

    depths: IntArray
    deviation: FloatArray
    norm: FloatArray

    @property
    def collapse(self) -> FloatArray:
        """min(1, deviation / norm), shape (groups, depths); 0 where a group has no norm at all.

        Both parts are orthogonal over a component but not over some of its nodes: where they cancel on a group
        the quotient exceeds one and is cut.
        """
        ratio = np.divide(self.deviation, self.norm, out=np.zeros_like(self.norm), where=self.norm > 0)
        return np.asarray(np.minimum(ratio, 1.0))


class GroupMeter:
    """Watches a `DeflatedRun` and sums squared row norms per group, for several divisions of the nodes.

    Parameters
    ----------
    run : DeflatedRun
    divisions : sequence of int arrays, shape (num_nodes,)
        Group of each node, 0, 1, ...; −1 is in no group.
    depths : int array
        Where sums are kept; increasing.

    Raises
    ------
    UsageError
        If a division has not one group a node.
    """

    def __init__(self, run: DeflatedRun, divisions: Sequence[IntArray], depths: IntArray) -> None:
        n = run.operator.graph.num_nodes
        for division in divisions:
            if np.shape(division) != (n,):
                raise UsageError(
                    f"a division has shape {np.shape(division)}; expected one group a node, ({n},)"
                )
        self.run, self.depths = run, np.asarray(depths, dtype=np.int64)
        self.divisions = [np.asarray(division, dtype=np.int64) for division in divisions]
        self._wanted = set(self.depths.tolist())
        self._total: tuple[FloatArray, FloatArray] = (np.zeros(n), np.zeros(n))
        self._kept: list[list[FloatArray]] = [[] for _ in divisions]

    def __call__(self, layer: Layer, squares: RowSquares | None = None) -> None:
        """Take one layer; ``squares`` are its row norms where somebody else has them already."""
        wanted = layer.depth in self._wanted
        if not (wanted or self.run.additive):
            return
        squares = squares or self.run.row_squares(layer)
        parts = squares.deviation, squares.whole
        if self.run.additive:
            self._total = parts = (self._total[0] + parts[0], self._total[1] + parts[1])
        if wanted:
            for kept, division in zip(self._kept, self.divisions, strict=True):
                inside, count = division >= 0, int(division.max(initial=-1)) + 1
                kept.append(np.stack([bin_sums(division[inside], p[inside], count) for p in parts]))

    def result(self) -> list[GroupCurves]:
        """Return what was seen, one for each division."""
        seen = self.depths[self.depths <= self.run.depth]
        return [
            GroupCurves(seen, *np.sqrt(np.stack(kept, axis=-1)))
            if kept
            else GroupCurves(seen, np.zeros((0, len(seen))), np.zeros((0, len(seen))))
            for kept in self._kept
        ]


def measure_group_collapse(
    operator: Operator,
    features: FloatArray,
    divisions: Sequence[IntArray],
    depths: IntArray,
    *,
    rule: Rule | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> list[GroupCurves]:
    """Measure the local collapse of groups of nodes in one deflated propagation.

    ``c_g(k) = min(1, ‖(Y_k − fixed part)_g‖_F / ‖(Y_k)_g‖_F)`` in core coordinates Y = T X, rows of the group only. For
    a component this is the ``collapse`` that `propagate` measures; the alternating space counts as deviation.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    divisions : sequence of int arrays, shape (num_nodes,)
        Group of each node, −1 for none.
    depths : int array
        Increasing.
    rule : Rule, optional
        Plain propagation by default.
    engine : Engine, optional
    progress : callable, optional
        Called with (done, total) depths.

    Returns
    -------
    list of GroupCurves
        One for each division.

    Raises
    ------
    UsageError
        If a division has not one group a node.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> halves = (np.arange(34) >= 17).astype(int)
    >>> found = measure_group_collapse(op, np.eye(34), [halves], np.array([0, 8, 32]))
    >>> found[0].collapse.round(3).tolist()
    [[0.985, 0.444, 0.034], [0.985, 0.349, 0.025]]
    """
    run = DeflatedRun(operator, features, int(np.max(depths, initial=0)), rule, engine)
    meter = GroupMeter(run, divisions, depths)
    run.follow(meter, progress)
    return meter.result()
