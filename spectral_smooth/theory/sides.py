"""Proven sides of ∫ w·g_k dν: which quadrature is a lower bound, which an upper one, and when neither is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import dct

from spectral_smooth.engines.deflation import EPS
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Source
from spectral_smooth.operators.rule import Rule
from spectral_smooth.spectra.jacobi import Jacobi, Nodes
from spectral_smooth.spectra.modal import Discrete
from spectral_smooth.spectra.quadrature import Ends


@dataclass(frozen=True, eq=False)
class Sides:
    """Lower and upper values of integrals at every depth: shape (number of measures, number of depths)."""

    lower: FloatArray
    upper: FloatArray
    source: Source


def enclose(
    measures: Sequence[Jacobi | Discrete],
    rule: Rule,
    depths: IntArray,
    ends: Ends,
    *,
    energy: bool,
    rounding: float = 8.0 * EPS,
) -> Sides:
    """Enclose ``∫ g_k dν`` (deviation²) or ``∫ (1 − μ) g_k dν`` (energy) for each measure and depth.

    The sides, each proven for the functions named (signs of quadrature remainders):

    - the measure is known completely, or the degree of g_k is at most 2m − 1: Gauss is exact;
    - even derivatives of g_k all ≥ 0 (powers of a linear factor, sums of them): Gauss is below,
      Lobatto with both ends of the spectrum is above;
    - a, b, c ≥ 0, whatever the read-out: g = g_e + μ g_o, each even with coefficients ≥ 0, so that
      ∫ g = ∫ g_e dν + ∫ g_o d[(μ − a)ν] − |a| ∫ g_o dν, one side each;
    - otherwise Gauss ± 2 ν([a, b]) Σ_{j ≥ 2m} |ĝ_j| with the Chebyshev coefficients of g on [a, b].

    For the energy all of this is applied to the measure (1 − μ)ν. Every side is widened by rounding, see
    `_widen`.
    """
    known = [m for m in measures if _is_known(m)]
    open_ = [m for m in measures if isinstance(m, Jacobi) and not m.exhausted]
    lower: FloatArray = np.empty((len(measures), len(depths)))
    upper: FloatArray = np.empty_like(lower)
    at_known = np.array([_is_known(m) for m in measures], dtype=bool)
    source: Source = "exact"
    if known:
        nodes = [_weighted(m.gauss(), energy) for m in known]
        lower[at_known] = upper[at_known] = _integrals(nodes, rule, depths)
    if open_:
        low, high, source = _open_sides(open_, rule, depths, ends, energy)
        lower[~at_known], upper[~at_known] = low, high
    weight = 2.0 if energy else 1.0
    lower, upper = _widen(lower, upper, measures, rule, depths, ends, weight, rounding)
    # A recurrence that broke down says nothing: nothing is what its sides must say.
    lost = ~(np.isfinite(lower) & np.isfinite(upper))
    return Sides(np.where(lost, 0.0, lower), np.where(lost, np.inf, upper), source)


def _is_known(measure: Jacobi | Discrete) -> bool:
    return isinstance(measure, Discrete) or measure.exhausted


def _weighted(rule_nodes: Nodes, energy: bool) -> Nodes:
    nodes, weights = rule_nodes
    return nodes, weights * (1.0 - nodes) if energy else weights


def _open_sides(
    measures: Sequence[Jacobi], rule: Rule, depths: IntArray, ends: Ends, energy: bool
) -> tuple[FloatArray, FloatArray, Source]:
    if energy:
        # A single row without its coupling tells nothing about (1 − μ)ν but its mass.
        if any(len(m) == 1 and m.next_coupling is None for m in measures):
            mass = np.array([m.mass * (1.0 - m.diagonal[0]) for m in measures])
            upper = mass[:, None] * _largest(rule, depths, ends.low, ends.high)
            return np.zeros_like(upper), upper, "bracket" if ends.proven else "estimate"
        measures = [m.times_distance(1.0) for m in measures]
    gauss = _integrals([m.gauss() for m in measures], rule, depths)
    if rule.convex_gains or (rule.nonnegative and ends.low >= 0):
        lower, upper = gauss, _integrals(_lobatto(measures, ends), rule, depths)
    elif rule.nonnegative:
        lower, upper = _parity_sides(measures, rule, depths, ends)
    else:
        tail = np.array([m.mass * _chebyshev_tail(rule, depths, ends, 2 * len(m)) for m in measures])
        return np.maximum(gauss - tail, 0.0), gauss + tail, "estimate"
    exact = 2 * depths[None, :] <= 2 * np.array([len(m) for m in measures])[:, None] - 1
    source: Source = "bracket" if ends.proven else "estimate"
    return np.where(exact, gauss, lower), np.where(exact, gauss, upper), source


def _parity_sides(
    measures: Sequence[Jacobi], rule: Rule, depths: IntArray, ends: Ends
) -> tuple[FloatArray, FloatArray]:
    even_low, odd_low = _parity_integrals([m.gauss() for m in measures], rule, depths)
    even_high, odd_high = _parity_integrals(_lobatto(measures, ends), rule, depths)
    if min(len(m) for m in measures) > 1:
        moved = [m.times_distance(ends.low) for m in measures]
        _, moved_low = _parity_integrals([m.gauss() for m in moved], rule, depths)
        _, moved_high = _parity_integrals(_lobatto(moved, ends), rule, depths)
    else:
        moved_low, moved_high = np.zeros_like(odd_high), (ends.high - ends.low) * odd_high
    lower = even_low + moved_low + ends.low * odd_high
    upper = even_high + moved_high + ends.low * odd_low
    return np.maximum(lower, 0.0), upper


def _lobatto(measures: Sequence[Jacobi], ends: Ends) -> list[Nodes]:
    out = []
    for measure in measures:
        # A Ritz value may touch an end up to rounding; the rule needs the ends strictly outside.
        nodes, _ = measure.gauss()
        slack = 64.0 * EPS
        out.append(
            measure.lobatto(min(ends.low, float(nodes[0])) - slack, max(ends.high, float(nodes[-1])) + slack)
        )
    return out


def _integrals(rules: Sequence[Nodes], rule: Rule, depths: IntArray) -> FloatArray:
    """Σ_i weight_i g_k(node_i) for each quadrature rule, all nodes in one pass of the recurrence."""
    return _segments(rule.gains(_all_nodes(rules), depths), rules)


def _parity_integrals(rules: Sequence[Nodes], rule: Rule, depths: IntArray) -> tuple[FloatArray, FloatArray]:
    even, odd = rule.split_gains(_all_nodes(rules), depths)
    return _segments(even, rules), _segments(odd, rules)


def _all_nodes(rules: Sequence[Nodes]) -> FloatArray:
    return np.concatenate([nodes for nodes, _ in rules])


def _segments(gains: FloatArray, rules: Sequence[Nodes]) -> FloatArray:
    bounds = np.cumsum([0] + [len(nodes) for nodes, _ in rules])
    parts = [gains[:, bounds[i] : bounds[i + 1]] @ weights for i, (_, weights) in enumerate(rules)]
    return np.stack(parts)


def _largest(rule: Rule, depths: IntArray, low: float, high: float) -> FloatArray:
    return np.asarray(rule.gains(np.linspace(low, high, 65), depths).max(axis=1))


def _largest_at_nodes(measures: Sequence[Jacobi | Discrete], rule: Rule, depths: IntArray) -> FloatArray:
    """Largest gain at the nodes; for sums over depths and restarts at |node|, where their terms do not cancel."""
    rules = [m.gauss() for m in measures]
    nodes = _all_nodes(rules)
    gains = rule.gains(nodes if rule.convex_gains else np.abs(nodes), depths)
    bounds = np.cumsum([0] + [len(nodes) for nodes, _ in rules])
    return np.stack([gains[:, bounds[i] : bounds[i + 1]].max(axis=1) for i in range(len(rules))])


def _widen(
    lower: FloatArray,
    upper: FloatArray,
    measures: Sequence[Jacobi | Discrete],
    rule: Rule,
    depths: IntArray,
    ends: Ends,
    weight: float,
    rounding: float,
) -> tuple[FloatArray, FloatArray]:
    """Widen by rounding, with u = (m + k) times that of one product, and r the largest |node|.

    - of the quadrature: relative u, and u·mass·g_k at the nodes (weights are known to eps of the mass);
    - of the run that is predicted: each product adds noise of eps times the state's norm, so that √q is
      off by at most u·√(mass·g_{k−1}(r));
    - above only, unless the whole spectrum is known: noise of the first product in modes that the signal
      does not have, u²·mass·max(g_k, g_{k−1}).
    """
    unit = rounding * (np.array([len(m.gauss()[0]) for m in measures])[:, None] + depths[None, :])
    mass = np.array([m.mass for m in measures])[:, None] * weight
    quadrature = unit * mass * _largest_at_nodes(measures, rule, depths)
    run = unit * np.sqrt(mass * _gain_before(measures, rule, depths))
    open_ = np.array([not isinstance(m, Discrete) for m in measures])[:, None]
    before = np.maximum(depths - 1, 0)
    distinct, where = np.unique(np.concatenate([before, depths]), return_inverse=True)
    largest = _largest(rule, distinct, ends.low, ends.high)[where].reshape(2, -1).max(axis=0)
    unseen = open_ * unit**2 * mass * largest
    lower = np.maximum(lower / (1.0 + 2.0 * unit) - quadrature, 0.0)
    upper = upper * (1.0 + 2.0 * unit) + quadrature
    return np.maximum(np.sqrt(lower) - run, 0.0) ** 2, (np.sqrt(upper) + run) ** 2 + unseen


def _gain_before(measures: Sequence[Jacobi | Discrete], rule: Rule, depths: IntArray) -> FloatArray:
    """Return the largest g_{k−1} between the nodes of each measure: shape (measures, depths); 0 at depth 0.

    A convex gain is largest at the outermost nodes; for others ± the largest |node| is an upper value.
    """
    found = [m.gauss()[0] for m in measures]
    low, high = (np.array([pick(nodes) for nodes in found]) for pick in (np.min, np.max))
    reach = np.maximum(-low, high)
    if not rule.convex_gains:
        low, high = -reach, reach
    before = np.maximum(depths - 1, 0)
    distinct, where = np.unique(before, return_inverse=True)
    # No product is more accurate than its rounding, however small the eigenvalue.
    least = (8.0 * EPS) ** (2.0 * distinct[:, None])
    gains = np.maximum(np.maximum(rule.gains(low, distinct), rule.gains(high, distinct)), least)[where]
    return np.asarray(np.where(depths[:, None] > 0, gains, 0.0).T)


def _chebyshev_tail(rule: Rule, depths: IntArray, ends: Ends, first: int) -> FloatArray:
    """Return 2·Σ_{j ≥ first} |ĝ_j|: how far an m-node Gauss rule can be off, first = 2m.

    g_k is a polynomial of degree 2k: sampled at 2K + 1 Chebyshev points its coefficients are exact.
    """
    count = 2 * int(depths[-1]) + 1
    if count <= first:
        return np.zeros(len(depths))
    angles = np.pi * (np.arange(count) + 0.5) / count
    points = 0.5 * (ends.high + ends.low) + 0.5 * (ends.high - ends.low) * np.cos(angles)
    coefficients = np.abs(dct(rule.gains(points, depths), type=2, axis=1)) / count
    return np.asarray(2.0 * coefficients[:, first:].sum(axis=1))
