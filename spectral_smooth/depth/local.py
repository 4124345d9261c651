"""node_depths(): the depth at which each single node is smooth, with an upper bound, and at which it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.depth.grid import GRID
from spectral_smooth.depth.groups import DRAWN
from spectral_smooth.depth.node_meter import NodeMeter
from spectral_smooth.depth.smoothing_bound import smoothing_bound
from spectral_smooth.depth.spread import NOT_WITHIN, OUTSIDE, Spread
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.deflated_run import DeflatedRun
from spectral_smooth.spectra.quadrature import SpectralMeasure, spectral_measure
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.group_collapse import PRODUCTS, SlowModes, slowest_pairs

ARRAYS = ("smooth", "bound", "lost", "predicted")


@dataclass(frozen=True, eq=False, repr=False)
class NodeDepths:
    """Which node goes first.

    Attributes
    ----------
    smooth : int array, shape (num_nodes,), or None
        Local smoothing depth k_i(ε); `NOT_WITHIN` (−1) where it is not reached within ``depth``, `OUTSIDE` (−2) for
        nodes without any edge or loop.
    bound : int array, shape (num_nodes,), or None
        Proven k_i ≤ bound from the rates of decay alone, −1 where that says nothing within `BOUND_HORIZON`.
    lost : int array, shape (num_nodes,), or None
        First depth from which the part off the fixed space stays below ``collapse`` × the row's norm.
    predicted : int array, shape (num_nodes,), or None
        ``lost`` from the slowest eigenpairs: exact on small graphs, elsewhere an estimate.
    agreement : float or None
        Share of the nodes whose ``predicted`` and ``lost`` are at most one step of `GRID` apart.
    spreads : mapping of name to Spread
        The same, counted: these are kept for graphs of any size.
    num_nodes : int
    epsilon, scale : float
        k_i is where the distance falls to ε × scale, scale the root-mean-square row norm of the features.
    collapse : float or None
    depth : int
        Largest depth looked at.
    note : str
        Why there is no bound, where there is none.
    sentence : str

    Notes
    -----
    Arrays of single nodes are written to files for graphs of at most `DRAWN` nodes; read back from the file of a
    larger graph they are None.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = node_depths(ss.gcn(ss.load("karate").graph), np.eye(34))
    >>> again = NodeDepths.from_dict(found.to_dict())
    >>> bool(np.all(again.smooth == found.smooth)), bool(np.all(found.smooth <= found.bound))
    (True, True)
    """

    smooth: IntArray | None
    bound: IntArray | None
    lost: IntArray | None
    predicted: IntArray | None
    agreement: float | None
    spreads: Mapping[str, Spread]
    num_nodes: int
    epsilon: float
    scale: float
    collapse: float | None
    depth: int
    note: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"NodeDepths of {self.num_nodes:,} nodes: {self.sentence}"

    def to_dict(self) -> dict[str, Any]:
        """Return the depths as plain JSON types."""
        drawn = self.num_nodes <= DRAWN
        arrays = {name: getattr(self, name) for name in ARRAYS}
        spreads = {
            name: {**vars(s), "depths": list(s.depths), "counts": list(s.counts)}
            for name, s in self.spreads.items()
        }
        plain = {name: v.tolist() if drawn and v is not None else None for name, v in arrays.items()}
        return {**vars(self), **plain, "spreads": spreads}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NodeDepths:
        """Read what `to_dict` wrote."""
        arrays = {n: None if data[n] is None else np.asarray(data[n], dtype=np.int64) for n in ARRAYS}
        spreads = {
            name: Spread(tuple(s["depths"]), tuple(s["counts"]), s["not_within"], s["outside"])
            for name, s in data["spreads"].items()
        }
        return cls(**{**data, **arrays, "spreads": spreads})


def node_depths(
    operator: Operator,
    features: FloatArray,
    *,
    depth: int = 128,
    epsilon: float = 1e-2,
    collapse: float | None = 1e-2,
    rule: Rule | None = None,
    pairs: Spectrum | None = None,
    spectral: SpectralMeasure | None = None,
    measured: NodeMeter | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> NodeDepths:
    """Find the local smoothing depth of every node, exactly and from above, and where it is lost.

    ``k_i(ε) = min{k : ‖(X_k)_i − (X_∞)_i‖ ≤ ε · scale}``

    (node-dependent local smoothing, Zhang et al., arXiv 2110.14377), X_∞ the part in the fixed and the alternating
    space that X_k tends to under plain propagation, scale the root-mean-square row norm of X, weighted by T_i². It is
    found by one propagation and kept as one whole number a node. From above, with ρ the largest |μ| off the known
    spaces in the component of i and v_i its entry of the unit fixed vector,

    ``‖(X_k)_i − (X_∞)_i‖ ≤ T_i⁻¹ √(1 − v_i²) · max_{|μ| ≤ ρ} |h_k(μ)| · ‖rest of Y on the component‖``

    by Cauchy and Schwarz. It is the sum over j of |(Pᵏ)_ij − π_j| ≤ √(d̃_j/d̃_i) ρᵏ, the bound of the walk, done in
    one step. Twice v_i² is taken off on bipartite components without loops.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    depth : int
        Largest depth looked at.
    epsilon : float
        Relative distance, at least 0.
    collapse : float or None
        Threshold of ``lost``; None leaves it out and stops as soon as all nodes are smooth.
    rule : Rule, optional
        Plain propagation by default. A restart keeps nodes from X_∞: they may never be smooth.
    pairs : Spectrum, optional
        With vectors, slowest end or complete; `slowest_pairs` by default.
    spectral : SpectralMeasure, optional
        Of these features, where it is at hand.
    measured : NodeMeter, optional
        One that has watched a run of these features already: its depth, epsilon, threshold and rule count.
    engine : Engine, optional
    progress : callable, optional
        Called with (done, total) depths.

    Returns
    -------
    NodeDepths

    Raises
    ------
    UsageError
        If a threshold or the depth is out of range, or the read-out has no single state.
    InputError
        If the features are not one row a node, or not finite.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = node_depths(ss.gcn(ss.load("karate").graph), np.eye(34))
    >>> found.smooth[:3].tolist(), found.bound[:3].tolist(), found.lost[:3].tolist()
    ([30, 21, 12], [58, 58, 58], [41, 35, 19])
    """
    rule = measured.run.rule if measured is not None else rule or sgc()
    if not 0.0 <= epsilon < np.inf:
        raise UsageError(f"epsilon must be finite and at least 0, got {epsilon}")
    if collapse is not None and not 0.0 < collapse < 1.0:
        raise UsageError(f"the collapse threshold must lie between 0 and 1, got {collapse}")
    if isinstance(rule.readout, Concat):
        raise UsageError("a concatenated read-out has no single state, and no node of it a smoothing depth")
    meter = measured
    if meter is None:
        meter = NodeMeter(DeflatedRun(operator, features, depth, rule, engine), epsilon, collapse)
        for layer in meter.run.layers():
            meter(layer)
            if progress is not None:
                progress(layer.depth, depth)
            if meter.done:
                break
    pairs = pairs or slowest_pairs(operator)
    bound, note = smoothing_bound(operator, meter.masses, meter.epsilon * meter.scale, rule=rule, pairs=pairs)
    predicted = None
    if meter.collapse is not None:
        predicted = predict_lost(
            operator,
            features,
            meter.run.depth,
            meter.collapse,
            rule=rule,
            pairs=pairs,
            spectral=spectral,
            engine=engine,
        )
    return _gathered(meter, bound, note, predicted)


def predict_lost(
    operator: Operator,
    features: FloatArray,
    depth: int,
    collapse: float,
    *,
    rule: Rule | None = None,
    pairs: Spectrum | None = None,
    spectral: SpectralMeasure | None = None,
    engine: Engine | None = None,
) -> IntArray:
    """Predict from which depth on every node is lost, from the slowest eigenpairs; see `node_depths`.

    Returns
    -------
    int array, shape (num_nodes,)

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> predict_lost(ss.gcn(ss.load("karate").graph), np.eye(34), 128, 1e-2)[:3].tolist()
    [41, 35, 19]
    """
    rule, depths = rule or sgc(), np.arange(depth + 1)
    modes = SlowModes.of(operator, features, pairs=pairs, engine=engine)
    if spectral is None and not modes.complete:
        spectral = spectral_measure(operator, features, products=PRODUCTS, engine=engine)
    reach, _ = modes.remainder(rule, depths, spectral)
    alive = operator.degrees > 0
    lost = np.where(alive, 0, OUTSIDE)
    for k, (deviation, whole) in enumerate(modes.rows(rule, depths, reach)):
        lost[(deviation >= collapse**2 * whole) & (whole > 0) & alive] = k + 1
    return np.where(lost > depth, NOT_WITHIN, lost)


def agreement(predicted: IntArray, measured: IntArray) -> float | None:
    """Return the share of nodes for which both are at most one step of `GRID` apart; None if there are none.

    Examples
    --------
    >>> agreement(np.array([30, 5, NOT_WITHIN]), np.array([40, 9, 127]))
    0.6666666666666666
    """
    inside = (predicted != OUTSIDE) & (measured != OUTSIDE)
    if not inside.any():
        return None
    places = [
        np.where(depths[inside] == NOT_WITHIN, len(GRID), np.searchsorted(GRID, depths[inside]))
        for depths in (predicted, measured)
    ]
    return float(np.mean(np.abs(places[0] - places[1]) <= 1))


def _gathered(
    meter: NodeMeter, bound: IntArray | None, note: str, predicted: IntArray | None = None
) -> NodeDepths:
    """Return what a meter saw together with the bound and the prediction, as one result."""
    smooth, lost = meter.result()
    arrays = {"smooth": smooth, "bound": bound, "lost": lost, "predicted": predicted}
    spreads = {name: Spread.of(v) for name, v in arrays.items() if v is not None}
    return NodeDepths(
        smooth=smooth,
        bound=bound,
        lost=lost,
        predicted=predicted,
        agreement=None if predicted is None or lost is None else agreement(predicted, lost),
        spreads=spreads,
        num_nodes=len(smooth),
        epsilon=meter.epsilon,
        scale=meter.scale,
        collapse=meter.collapse,
        depth=meter.run.depth,
        note=note,
        sentence=_sentence(spreads, meter.run.depth, meter.epsilon),
    )


def _sentence(spreads: Mapping[str, Spread], depth: int, epsilon: float) -> str:
    text = [f"Within {100 * epsilon:.3g} % of what they tend to: {_told(spreads['smooth'], depth)}."]
    if "lost" in spreads:
        text.append(f"Lost: {_told(spreads['lost'], depth)}.")
        at_once = dict(zip(spreads["lost"].depths, spreads["lost"].counts, strict=True)).get(0, 0)
        if at_once:
            text.append(
                f"{at_once:,} of them had no part off the fixed space above the threshold to begin with."
            )
    if spreads["smooth"].outside:
        text.append(f"{spreads['smooth'].outside:,} nodes without any edge or loop are left out.")
    return " ".join(text)


def _told(spread: Spread, depth: int) -> str:
    if not spread.counts:
        return f"no node within {depth:,} layers"
    first, half, last = (spread.quantile(share) for share in (0.0, 0.5, 1.0))
    told = f"the first node from depth {first:,}"
    if half is not None:
        told += f", half of them from {half:,}"
    if last is not None:
        return f"{told}, all from {last:,}"
    total = sum(spread.counts) + spread.not_within
    return f"{told}; {100 * spread.not_within / total:.3g} % not within {depth:,} layers"
