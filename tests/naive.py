"""Obvious dense oracles: definitions written out, slowly and without the package's own helpers."""

from __future__ import annotations

import math

import numpy as np

from spectral_smooth.operators.readout import Concat, Heat, Last, Mean, S2gc, Weighted


def dense_adjacency(graph):
    """A, entry by entry."""
    a = np.zeros((graph.num_nodes, graph.num_nodes))
    for i in range(graph.num_nodes):
        for at in range(graph.indptr[i], graph.indptr[i + 1]):
            a[i, graph.indices[at]] = 1.0 if graph.weights is None else graph.weights[at]
    return a


def looped(operator):
    """Ã = A + γI."""
    n = operator.graph.num_nodes
    return dense_adjacency(operator.graph) + np.diag(np.broadcast_to(operator.loops, (n,)))


def degrees(operator):
    """d̃, row sums of Ã."""
    return looped(operator).sum(axis=1)


def _power(values, exponent):
    return np.array([v**exponent if v > 0 else 0.0 for v in values])


def dense_core(operator):
    """S = D̃^(-1/2) Ã D̃^(-1/2), zero rows where d̃ = 0."""
    s = _power(degrees(operator), -0.5)
    return s[:, None] * looped(operator) * s[None, :]


def dense_layer(operator):
    """P = D̃^(-split) Ã D̃^(split-1), zero rows where d̃ = 0."""
    d = degrees(operator)
    return _power(d, -operator.split)[:, None] * looped(operator) * _power(d, operator.split - 1.0)[None, :]


def similarity(operator):
    """Diagonal of T = D̃^(split-1/2)."""
    return _power(degrees(operator), operator.split - 0.5)


def eigenvalues(operator):
    """All eigenvalues of S, descending."""
    return np.linalg.eigvalsh(dense_core(operator))[::-1]


def component_labels(graph):
    """Component number of each node, by depth-first search."""
    a = dense_adjacency(graph) != 0
    labels = np.full(graph.num_nodes, -1)
    for start in range(graph.num_nodes):
        if labels[start] >= 0:
            continue
        label, stack = labels.max() + 1, [start]
        while stack:
            node = stack.pop()
            if labels[node] < 0:
                labels[node] = label
                stack.extend(np.flatnonzero(a[node]))
    return labels


def fixed_basis(operator):
    """Orthonormal columns √d̃ per component with d̃ > 0: the eigenvectors of S for μ = 1."""
    d, labels = degrees(operator), component_labels(operator.graph)
    columns = [np.sqrt(np.where(labels == c, d, 0.0)) for c in range(labels.max() + 1)]
    kept = [v / np.linalg.norm(v) for v in columns if v.any()]
    return np.array(kept).T if kept else np.zeros((len(d), 0))


def alternating_basis(operator):
    """Orthonormal columns ±√d̃ per two-colourable component of Ã: the eigenvectors of S for μ = −1."""
    a, d, labels = looped(operator), degrees(operator), component_labels(operator.graph)
    columns = []
    for c in range(labels.max() + 1):
        members = np.flatnonzero((labels == c) & (d > 0))
        sign = np.zeros(len(d))
        stack, two_colourable = [], len(members) > 0
        if two_colourable:
            sign[members[0]] = 1.0
            stack.append(members[0])
        while stack:
            node = stack.pop()
            for other in np.flatnonzero(a[node]):
                if sign[other] == 0:
                    sign[other] = -sign[node]
                    stack.append(other)
                elif sign[other] == sign[node]:
                    two_colourable = False
        if two_colourable:
            v = sign * np.sqrt(d)
            columns.append(v / np.linalg.norm(v))
    return np.array(columns).T if columns else np.zeros((len(d), 0))


def deviation(operator, x):
    """Distance of T X to the fixed space."""
    y = similarity(operator)[:, None] * np.asarray(x, dtype=np.float64)
    basis = fixed_basis(operator)
    return np.linalg.norm(y - basis @ (basis.T @ y))


def matrix_states(matrix, rule, start, depth):
    """H[0..depth] of H[k+1] = a·M H[k] + b·H[k] + c·H[0], never rescaled."""
    states = [np.asarray(start, dtype=np.float64)]
    for _ in range(depth):
        states.append(rule.a * (matrix @ states[-1]) + rule.b * states[-1] + rule.c * states[0])
    return states


def read_out(rule, states, depth):
    """What a rule reads at one depth from H[0..depth], by definition."""
    h, readout = states[: depth + 1], rule.readout
    if isinstance(readout, Last):
        return h[depth]
    if isinstance(readout, Mean):
        return sum(h) / (depth + 1)
    if isinstance(readout, Concat):
        return np.concatenate(h, axis=1)
    if isinstance(readout, Weighted):
        return sum((w * state for w, state in zip(readout.weights, h, strict=False)), np.zeros_like(h[0]))
    if isinstance(readout, Heat):
        t = readout.time
        return sum(math.exp(-t) * t**j / math.factorial(j) * state for j, state in enumerate(h))
    if isinstance(readout, S2gc):
        if depth == 0:
            return h[0]
        return readout.alpha * h[0] + (1 - readout.alpha) / depth * sum(h[1:])
    raise NotImplementedError(type(readout))


def propagate(operator, rule, features, depth):
    """Read-outs at depth 0..depth of the layer P, on the plain state."""
    states = matrix_states(dense_layer(operator), rule, features, depth)
    return [read_out(rule, states, k) for k in range(depth + 1)]


def edge_energy(graph, x):
    """Σ_edges w‖x_i − x_j‖², every unordered pair once."""
    a, x = dense_adjacency(graph), np.asarray(x, dtype=np.float64)
    n = len(a)
    return sum(a[i, j] * np.sum((x[i] - x[j]) ** 2) for i in range(n) for j in range(i))


def normalized_energy(operator, x):
    """Σ_edges w‖x_i/√d̃_i − x_j/√d̃_j‖²."""
    return edge_energy(
        operator.graph, np.asarray(x, dtype=np.float64) * _power(degrees(operator), -0.5)[:, None]
    )


def matched_energy(operator, x):
    """Σ_edges w‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²."""
    scale = _power(degrees(operator), operator.split - 1.0)
    return edge_energy(operator.graph, np.asarray(x, dtype=np.float64) * scale[:, None])


def _unit_rows(x):
    x = np.asarray(x, dtype=np.float64)
    x = [row / np.abs(row).max() if row.any() else row for row in x]  # squares of tiny values vanish
    return [row / np.linalg.norm(row) if row.any() else row for row in x]


def cosine_distances(x):
    """1 − cos of every pair of rows; a zero row has cosine 0 with all others and with itself."""
    unit = _unit_rows(x)
    return np.array([[1.0 - float(p @ q) for q in unit] for p in unit])


def mean_cosine(x):
    """Mean cosine over ordered pairs i ≠ j of non-zero rows; 1 if there is no such pair."""
    unit = [row for row in _unit_rows(x) if row.any()]
    pairs = [float(p @ q) for i, p in enumerate(unit) for j, q in enumerate(unit) if i != j]
    return float(np.mean(pairs)) if pairs else 1.0


def mad_nonzero(x, zero):
    """Chen et al.: mean of each row's non-zero distances, then over rows that have any; else 0."""
    x = np.asarray([row for row in np.asarray(x) if row.any()])
    distances = cosine_distances(x) if len(x) else np.zeros((0, 0))
    rows = [[d for j, d in enumerate(row) if j != i and d > zero] for i, row in enumerate(distances)]
    means = [np.mean(row) for row in rows if row]
    return float(np.mean(means)) if means else 0.0


def smv(x):
    """Mean over pairs i ≠ j of ½‖x̂_i − x̂_j‖ of non-zero rows; 0 if there is no such pair."""
    unit = [row for row in _unit_rows(x) if row.any()]
    pairs = [0.5 * np.linalg.norm(p - q) for i, p in enumerate(unit) for j, q in enumerate(unit) if i != j]
    return float(np.mean(pairs)) if pairs else 0.0


def row_difference(x):
    """PairNorm: (1/n²) Σ_ij ‖x_i − x_j‖."""
    x = np.asarray(x, dtype=np.float64)
    return float(np.mean([[np.linalg.norm(p - q) for q in x] for p in x]))


def column_difference(x):
    """PairNorm: (1/F²) Σ_ab ‖x_a/‖x_a‖₁ − x_b/‖x_b‖₁‖, zero columns left as they are."""
    columns = [c / np.abs(c).sum() if np.abs(c).sum() > 0 else c for c in np.asarray(x, dtype=np.float64).T]
    return float(np.mean([[np.linalg.norm(p - q) for q in columns] for p in columns]))


def tolerance(dtype, n, factor=32.0):
    """Relative rounding that sums over n terms in a dtype may show."""
    return factor * float(np.finfo(dtype).eps) * max(n, 8) ** 0.5
