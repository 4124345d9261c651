"""The measures that need the state itself, by name, sharing one pair sample and one factorisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures import columns, energies, rank, similarity
from spectral_smooth.measures.pairs import PairSample
from spectral_smooth.measures.rows import row_blocks, squared_norm
from spectral_smooth.measures.sampling import Estimate, Seed
from spectral_smooth.operators.operator import Operator


@dataclass(frozen=True, eq=False)
class State:
    """Plain features X at one depth, with what several measures share computed once.

    Parameters
    ----------
    x : float array, shape (num_nodes, columns)
        The state itself, not its deflated part and not in core coordinates.
    operator : Operator
    rng : Generator or seed
        Samples and sketches; the same seed draws the same rows at every depth.
    max_columns : int or None
        Singular values that a sketch keeps; None never sketches.
    sample : int or None
        Rows and columns that are sampled for pairs; None is the default of `choose_sample`.
    """

    x: FloatArray
    operator: Operator
    rng: Seed = 0
    max_columns: int | None = 128
    sample: int | None = None

    @cached_property
    def _seeds(self) -> list[int]:
        # one seed for each use: the set of measures asked for must not change what is drawn
        return [int(seed) for seed in np.random.default_rng(self.rng).integers(2**62, size=3)]

    @cached_property
    def rows(self) -> FloatArray:
        """The rows of X without those of silent nodes (d̃ = 0), which are outside of all measures.

        If every node is silent one zero row stands for them: nothing differs from anything.
        """
        alive = self.operator.degrees > 0
        if not alive.any():
            return np.zeros_like(self.x[:1])
        return self.x if alive.all() else self.x[alive]

    @cached_property
    def pairs(self) -> PairSample:
        """Sampled rows against all rows."""
        return PairSample(self.rows, self._seeds[0], self.sample)

    @cached_property
    def factor(self) -> rank.Factor:
        """Factorisation that all ranks follow from."""
        return rank.factorise(self.rows, max_columns=self.max_columns, rng=self._seeds[1])

    @cached_property
    def edge_energy(self) -> float:
        """Σ_edges w‖x_i − x_j‖²."""
        return energies.edge_energy(self.operator.graph, self.x)

    @property
    def edge_rayleigh(self) -> float:
        """Edge energy over ‖X‖_F², 0 for X = 0."""
        norm = squared_norm(self.x)
        return self.edge_energy / norm if norm > 0 else 0.0

    def effective_rank(self) -> Estimate:
        """Return the effective rank: exact where the Gram matrix is affordable, else from the sketch."""
        if self.factor.sketched and min(self.rows.shape) <= rank.GRAM_SIDE:
            return rank.gram_effective_rank(self.rows)
        return rank.effective_rank(self.rows, self.factor)

    @cached_property
    def directions(self) -> similarity.Directions:
        """Number and spread of the rows' directions."""
        return similarity.directions(self.rows)

    @property
    def column_seed(self) -> int:
        """Seed of the sampled columns."""
        return self._seeds[2]


@dataclass(frozen=True)
class StateMeasure:
    """A measure of the state that is not a function of the operator's spectrum alone.

    Attributes
    ----------
    name : str
    label : str
        What figures call it.
    formula : str
    source : str
    kernel : str
        States on which it is zero (or has the value that means "smooth").
    function : callable
        `State` to `Estimate`.
    scale_free : bool
        Whether multiplying the state by a positive number leaves the value as it is.
    costly : bool
        Whether it needs a factorisation of the whole state: taken at every third depth of the others.
    """

    name: str
    label: str
    formula: str
    source: str
    kernel: str
    function: Callable[[State], Estimate]
    scale_free: bool = True
    costly: bool = False


def measure_state(
    operator: Operator, x: FloatArray, names: Iterable[str] | None = None, rng: Seed = 0
) -> dict[str, Estimate]:
    """Return the named state measures of X, all of them by default.

    Parameters
    ----------
    operator : Operator
    x : float array, shape (num_nodes, columns)
    names : iterable of str, optional
        Keys of `STATE_MEASURES`.
    rng : Generator or seed

    Raises
    ------
    UsageError
        If a name is unknown or X has another number of rows than the graph has nodes.
    InputError
        If X is not finite.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> from spectral_smooth.graphs.families import family
    >>> operator = ss.gcn(family("cycle:4").graph)
    >>> found = measure_state(operator, np.ones((4, 2)), ["edge_energy", "mean_cosine"])
    >>> found["edge_energy"].value, found["mean_cosine"].value
    (0.0, 1.0)
    """
    chosen = tuple(STATE_MEASURES) if names is None else tuple(names)
    unknown = [name for name in chosen if name not in STATE_MEASURES]
    if unknown:
        raise UsageError(f"unknown state measure {unknown[0]!r}; known are {', '.join(STATE_MEASURES)}")
    if x.ndim != 2 or len(x) != operator.graph.num_nodes:
        raise UsageError(
            f"the state has shape {x.shape}, but the graph has {operator.graph.num_nodes} nodes; "
            f"expected ({operator.graph.num_nodes}, columns)"
        )
    if not all(np.isfinite(block).all() for block in row_blocks(x)):
        raise InputError("the state holds NaN or infinite values; measures need finite ones")
    state = State(x, operator, rng)
    return {name: STATE_MEASURES[name].function(state) for name in chosen}


def _exactly(value: float) -> Estimate:
    return Estimate(value)


_ALL = (
    StateMeasure(
        "edge_energy",
        "unnormalised energy",
        "Σ_edges w‖x_i − x_j‖²",
        "arXiv 2303.10993",
        "constants",
        lambda s: _exactly(s.edge_energy),
        scale_free=False,
    ),
    StateMeasure(
        "normalized_energy",
        "normalised energy",
        "Σ_edges w‖x_i/√d̃_i − x_j/√d̃_j‖²",
        "arXiv 2006.13318",
        "√d̃",
        lambda s: _exactly(energies.normalized_energy(s.operator, s.x)),
        scale_free=False,
    ),
    StateMeasure(
        "matched_energy",
        "the operator's own energy",
        "Σ_edges w‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²",
        "derived",
        "d̃^(1−split)",
        lambda s: _exactly(energies.matched_energy(s.operator, s.x)),
        scale_free=False,
    ),
    StateMeasure(
        "edge_rayleigh",
        "unnormalised energy over ‖X‖²",
        "Σ_edges w‖x_i − x_j‖²/‖X‖_F²",
        "arXiv 2206.10991",
        "constants",
        lambda s: _exactly(s.edge_rayleigh),
    ),
    StateMeasure(
        "mean_deviation",
        "distance to equal rows",
        "‖X − 1x̄‖_F",
        "arXiv 2305.16102",
        "constants over the whole graph",
        lambda s: _exactly(similarity.mean_deviation(s.rows)),
        scale_free=False,
    ),
    StateMeasure(
        "mean_cosine",
        "mean cosine",
        "mean of cos(x_i, x_j), i ≠ j",
        "derived from ‖Σ x̂_i‖²",
        "parallel rows (value 1)",
        lambda s: _exactly(s.directions.mean_cosine),
    ),
    StateMeasure(
        "mad",
        "mean average distance, corrected",
        "mean of 1 − cos(x_i, x_j), i ≠ j",
        "after arXiv 1909.03211",
        "parallel rows",
        lambda s: _exactly(s.directions.mean_distance),
    ),
    StateMeasure(
        "mad_nonzero",
        "mean average distance, as published",
        "mean over rows of the mean of their non-zero 1 − cos(x_i, x_j)",
        "arXiv 1909.03211",
        "parallel rows (not continuous there)",
        lambda s: similarity.mad_nonzero(s.rows, s.pairs),
    ),
    StateMeasure(
        "smv",
        "smoothness metric value",
        "mean of ½‖x̂_i − x̂_j‖, i ≠ j",
        "arXiv 2007.09296",
        "parallel rows",
        lambda s: similarity.smv(s.rows, s.pairs),
    ),
    StateMeasure(
        "row_difference",
        "row difference",
        "(1/n²) Σ_ij ‖x_i − x_j‖",
        "arXiv 1909.12223",
        "constants over the whole graph",
        lambda s: similarity.row_difference(s.rows, s.pairs),
        scale_free=False,
    ),
    StateMeasure(
        "column_difference",
        "column difference",
        "(1/F²) Σ_ab ‖x_a/‖x_a‖₁ − x_b/‖x_b‖₁‖",
        "arXiv 1909.12223",
        "parallel columns",
        lambda s: columns.column_difference(s.rows, rng=s.column_seed, columns=s.sample),
    ),
    StateMeasure(
        "column_correlation",
        "correlation of columns",
        "mean of |Pearson correlation| of columns a ≠ b",
        "arXiv 2206.07743",
        "columns affine in one vector (value 1)",
        lambda s: columns.column_correlation(s.rows, rng=s.column_seed, columns=s.sample),
    ),
    StateMeasure(
        "stable_rank",
        "stable rank",
        "‖X‖_F²/‖X‖₂²",
        "arXiv 2502.04591",
        "rank one (value 1)",
        lambda s: rank.stable_rank(s.rows, s.factor),
        costly=True,
    ),
    StateMeasure(
        "effective_rank",
        "effective rank",
        "exp(−Σ p_i log p_i), p_i = σ_i/Σσ",
        "arXiv 2502.04591",
        "rank one (value 1)",
        lambda s: s.effective_rank(),
        costly=True,
    ),
    StateMeasure(
        "rank_one_distance",
        "rank-one distance",
        "‖X/‖X‖_* − s·uvᵀ/‖uvᵀ‖_*‖_*, v the row and u the column of largest absolute sum",
        "arXiv 2407.11876",
        "rank one",
        lambda s: rank.rank_one_distance(s.rows, s.factor),
        costly=True,
    ),
)

STATE_MEASURES: dict[str, StateMeasure] = {measure.name: measure for measure in _ALL}
