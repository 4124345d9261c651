"""The bound on every node's local smoothing depth, from rates of decay alone."""

from __future__ import annotations

import numpy as np

from spectral_smooth.depth.spread import NOT_WITHIN, OUTSIDE
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.group_collapse import slowest_pairs

BOUND_HORIZON = 10_000


def smoothing_bound(
    operator: Operator,
    masses: FloatArray,
    distance: float,
    *,
    rule: Rule | None = None,
    pairs: Spectrum | None = None,
) -> tuple[IntArray | None, str]:
    """Return for every node a depth by which it is within a distance of X_∞, from the rates of decay alone.

    Parameters
    ----------
    operator : Operator
    masses : float array, shape (number of components,)
        ‖rest of Y‖² on each component at depth 0.
    distance : float
        In feature coordinates.
    rule : Rule, optional
    pairs : Spectrum, optional
        See `node_depths`.

    Returns
    -------
    bound : int array of shape (num_nodes,), or None
        Not within `BOUND_HORIZON`: −1; nodes without any edge or loop: −2.
    note : str
        Why there is none.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> walk = ss.random_walk(ss.as_graph(nx.complete_graph(5)))
    >>> smoothing_bound(walk, np.array([1.0]), 1e-2)[0].tolist()
    [3, 3, 3, 3, 3]
    """
    rule = rule or sgc()
    if not rule.nonnegative:
        return None, "there is no bound for a rule with a negative coefficient"
    pairs = pairs or slowest_pairs(operator)
    if not pairs.convergence.converged:
        return None, f"there is no bound without the slowest modes: {pairs.convergence}"
    space = operator.fixed_space
    out = np.where(space.labels >= 0, NOT_WITHIN, OUTSIDE)
    if not space.dimension:
        return out, ""
    rates, which = np.unique(component_rates(operator, pairs), return_inverse=True)
    # The largest gain so far is what counts: k_i is the first depth within the distance, not the last beyond it.
    gains = np.minimum.accumulate(np.abs(rule.responses(rates, BOUND_HORIZON)), axis=0)
    alive = space.labels >= 0
    labels = space.labels[alive]
    known = (1.0 + np.abs(space.sides[alive])) * space.vector[alive] ** 2
    reach = operator.inverse_similarity[alive] * np.sqrt(np.maximum(1.0 - known, 0.0) * masses[labels])
    # Rounding of the reach and of the measured distance stays far below this.
    needed = np.divide(distance, reach * (1.0 + 1e-9), out=np.full(len(reach), np.inf), where=reach > 0)
    found = np.empty(len(reach), dtype=np.int64)
    for place in range(len(rates)):
        at = which[labels] == place
        found[at] = np.searchsorted(-gains[:, place], -needed[at], side="left")
    out[alive] = np.where(found <= BOUND_HORIZON, found, NOT_WITHIN)
    return out, ""


def component_rates(operator: Operator, pairs: Spectrum) -> FloatArray:
    """Return an upper value of the largest |μ| off the known spaces of each component, from the slowest pairs.

    A component that none of the slowest pairs is on decays faster than all of them.

    Raises
    ------
    UsageError
        If ``pairs`` has no vectors, or is neither complete nor of the slowest end.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.random_walk(ss.as_graph(nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(3))))
    >>> component_rates(op, ss.eigenpairs(op, 3, "slowest")).round(6).tolist()
    [0.25, 0.5]
    """
    if pairs.vectors is None or not (pairs.complete or pairs.which == "slowest"):
        raise UsageError("pairs must have vectors and be complete or of the slowest end")
    space = operator.fixed_space
    sizes = np.abs(pairs.values) + pairs.convergence.residuals
    rest = 0.0 if pairs.complete else float(sizes.min(initial=1.0))
    rates = np.full(space.dimension, rest)
    own = pairs.values > -1.0
    if own.any():
        found = space.labels[np.argmax(np.abs(pairs.vectors[:, own]), axis=0)]
        listed = np.zeros(space.dimension)
        np.maximum.at(listed, found, sizes[own])
        rates = np.where(listed > 0, listed, rates)
    return np.asarray(np.minimum(rates, 1.0))
