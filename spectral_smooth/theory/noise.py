"""What becomes of independent noise on the nodes: squared norms of h_k(P), from probes and closed forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Source
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.states import deflated_states

# Sides of an estimate are this many standard errors away.
ERRORS = 3.0


@dataclass(frozen=True, eq=False)
class NoiseGain:
    """Mean squared size of white noise at each depth, for noise of variance one on every node.

    Sides (lower, upper), each of shape (2, number of depths). Silent nodes (d̃ = 0) are left out.

    Attributes
    ----------
    rows : mean row norm² of h_k(P)
    weighted : the same mean with weights t_i², t the diagonal of T: ‖h_k(S) T‖_F² / Σ t_i²
    varying : the part of ``weighted`` off the fixed space
    source : "exact" or "estimate"
    """

    rows: FloatArray
    weighted: FloatArray
    varying: FloatArray
    source: Source


def noise_gain(
    operator: Operator,
    depths: IntArray,
    rule: Rule,
    *,
    probes: int | None = 32,
    engine: Engine | None = None,
    rng: np.random.Generator | int | None = None,
) -> NoiseGain:
    r"""Propagate random signs, or every unit vector, and take mean squares.

    .. math:: \tfrac1n \|h_k(P)\|_F^2 = \tfrac1n E \|h_k(P) z\|^2, \qquad z_i = \pm 1 \text{ (Hutchinson).}

    Parameters
    ----------
    operator : Operator
    depths : int array
        Increasing.
    rule : Rule
        Its read-out must have a single state.
    probes : int or None
        Number of probes, at least 2; None takes all unit vectors, which is exact and needs n² numbers.
    engine : Engine, optional
    rng : numpy Generator or seed

    Returns
    -------
    NoiseGain
        Estimates are ± `ERRORS` standard errors over the probes.

    Raises
    ------
    UsageError
        If there are fewer than two probes, or the read-out has no single state.

    Notes
    -----
    The parts in the fixed and the alternating space are exact, and what is off them is propagated without
    them. For P = T⁻¹ S T with T ≠ I the two kinds of parts are not orthogonal: their inner product is that of
    T²v propagated with T⁻²v, v the sum of the fixed vectors, and costs one more column. For the symmetric operator
    ``rows`` and ``weighted`` are tr(h_k(S)²)/n.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.complete_graph(5)))
    >>> gain = noise_gain(op, np.array([0, 1, 8]), ss.sgc(), probes=None)
    >>> gain.rows[0].round(4).tolist(), gain.source
    ([1.0, 0.25, 0.2], 'exact')
    """
    if probes is not None and probes < 2:
        raise UsageError(f"at least two probes are needed for a standard error, got {probes}")
    bound: BoundOperator = (engine or Numba()).bind(operator)
    known = _Known.of(operator, rule, depths)
    start = np.concatenate([_probes(operator, probes, rng), known.crossing], axis=1)
    rest = deflate(bound, start).rest
    count = rest.shape[1] - known.crossing.shape[1]
    away = operator.inverse_similarity**2
    plain, weighted = np.empty((len(depths), count)), np.empty((len(depths), count))
    cross = np.zeros(len(depths))
    place = {int(k): at for at, k in enumerate(depths)}
    for depth, y in enumerate(rule.readout.combine(deflated_states(bound, rest, rule, int(depths[-1])))):
        if depth in place:
            bound.project_out(y)
            at = place[depth]
            z = y[:, :count]
            weighted[at] = np.einsum("ij,ij->j", z, z)
            plain[at] = np.einsum("i,ij,ij->j", away, z, z)
            cross[at] = 2.0 * known.factors[at] @ np.sum(known.partners * y[:, count:], axis=0)
    alive = max(operator.graph.num_nodes - operator.silent, 1)
    mass = max(float(np.sum(operator.similarity**2)), np.finfo(np.float64).tiny)
    exact = probes is None
    return NoiseGain(
        _sides(plain, cross + known.plain, exact) / alive,
        _sides(weighted, known.fixed + known.alternating, exact) / mass,
        _sides(weighted, known.alternating, exact) / mass,
        "exact" if exact else "estimate",
    )


@dataclass(frozen=True, eq=False)
class _Known:
    """What the fixed and the alternating space add, in closed form, at each depth."""

    fixed: FloatArray
    alternating: FloatArray
    plain: FloatArray
    factors: FloatArray
    crossing: FloatArray
    partners: FloatArray

    @classmethod
    def of(cls, operator: Operator, rule: Rule, depths: IntArray) -> _Known:
        space, there = operator.fixed_space, operator.similarity**2
        basis, size = space.basis, space.dimension
        factors = rule.responses(np.array([1.0, -1.0]), depths)
        # Vectors of different components have no node in common: all sums over them are sums over nodes.
        inner = (basis * there) @ basis.T
        outer = (basis * operator.inverse_similarity**2) @ basis.T
        own = np.asarray(inner.diagonal())
        both = inner.multiply(outer).tocsr()
        blocks = [
            [float(both[i, j].sum()) for j in _halves(size, both.shape[0])]
            for i in _halves(size, both.shape[0])
        ]
        vectors = np.stack([space.vector, space.vector * space.sides], axis=1)
        # For the symmetric operator the parts are orthogonal.
        used = 0 if operator.split == 0.5 else 2 if space.alternating_dimension else 1
        return cls(
            factors[:, 0] ** 2 * own[:size].sum(),
            factors[:, 1] ** 2 * own[size:].sum(),
            np.einsum("ki,ij,kj->k", factors, np.array(blocks), factors),
            factors[:, :used],
            there[:, None] * vectors[:, :used],
            (operator.inverse_similarity**2)[:, None] * vectors[:, :used],
        )


def _halves(size: int, total: int) -> tuple[slice, slice]:
    return slice(0, size), slice(size, total)


def _probes(operator: Operator, probes: int | None, rng: np.random.Generator | int | None) -> FloatArray:
    n = operator.graph.num_nodes
    if probes is None:
        # n times the mean over all unit vectors is their sum
        return np.asarray(n**0.5 * np.diag(operator.similarity))
    signs = np.random.default_rng(rng).integers(0, 2, size=(n, probes)) * 2.0 - 1.0
    return np.asarray(signs * operator.similarity[:, None])


def _sides(columns: FloatArray, known: FloatArray, exact: bool) -> FloatArray:
    mean = columns.mean(axis=1)
    error = 0.0 if exact else ERRORS * columns.std(axis=1, ddof=1) / columns.shape[1] ** 0.5
    return np.asarray(np.maximum(np.stack([mean - error, mean + error]) + known, 0.0))
