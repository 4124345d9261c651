"""Cuts, two-colourings and mixing by definition: every subset, every step, loops over nodes."""

from __future__ import annotations

from itertools import product

import numpy as np
from naive import looped


def conductance(operator, inside):
    """w(A, rest)/min(vol A, vol rest), entry by entry."""
    a = looped(operator)
    n = len(a)
    cut = sum(a[i, j] for i in range(n) for j in range(n) if inside[i] and not inside[j])
    volumes = [sum(a[i, j] for i in range(n) for j in range(n) if inside[i] == which) for which in (1, 0)]
    return cut / min(volumes)


def impurity(operator, y):
    """Σ_ij Ã_ij |y_i + y_j| / (2 Σ d̃_i |y_i|) for y in {−1, 0, 1}, a loop once."""
    a = looped(operator)
    n = len(a)
    wrong = sum(a[i, j] * abs(y[i] + y[j]) for i in range(n) for j in range(n))
    return wrong / (2.0 * sum(a[i, j] * abs(y[i]) for i in range(n) for j in range(n)))


def best_conductance(operator):
    """φ: the least conductance over all subsets."""
    n = operator.graph.num_nodes
    a = looped(operator)
    subsets = np.array(list(product((0.0, 1.0), repeat=n - 1)))[1:]
    subsets = np.hstack([np.zeros((len(subsets), 1)), subsets])
    cut = np.einsum("si,ij,sj->s", subsets, a, 1.0 - subsets)
    volume = subsets @ a.sum(axis=1)
    return float(np.min(cut / np.minimum(volume, a.sum() - volume)))


def best_impurity(operator):
    """β: the least impurity over all pairs of disjoint sets, not both empty."""
    n = operator.graph.num_nodes
    a = looped(operator)
    colours = np.array([y for y in product((-1.0, 0.0, 1.0), repeat=n) if any(y)])
    wrong = np.zeros(len(colours))
    for i in range(n):
        wrong += np.abs(colours[:, [i]] + colours) @ a[i]
    return float(np.min(wrong / (2.0 * np.abs(colours) @ a.sum(axis=1))))


def sweep_conductances(operator, f):
    """Conductance of every prefix in order of f, ties by node number."""
    order = sorted(range(len(f)), key=lambda i: (f[i], i))
    return order, [
        conductance(operator, [1 if i in order[:k] else 0 for i in range(len(f))]) for k in range(1, len(f))
    ]


def sweep_impurities(operator, f):
    """Impurity of every prefix in order of falling |f|, coloured by sign."""
    order = sorted(range(len(f)), key=lambda i: (-abs(f[i]), i))
    sign = [1 if value >= 0 else -1 for value in f]
    return order, [
        impurity(operator, [sign[i] if i in order[:k] else 0 for i in range(len(f))])
        for k in range(1, len(f) + 1)
    ]


def mixing_time(operator, epsilon, laziness=0.0, most=100_000):
    """Least t with max_i ½ Σ_j |P^t_ij − π_j| ≤ ε, step by step; None if there is none up to ``most``."""
    a = looped(operator)
    d = a.sum(axis=1)
    walk = (1.0 - laziness) * a / d[:, None] + laziness * np.eye(len(d))
    state, limit = np.eye(len(d)), d / d.sum()
    for t in range(most + 1):
        if 0.5 * np.max(np.abs(state - limit).sum(axis=1)) <= epsilon:
            return t
        state = state @ walk
    return None
