"""Every measure of a layer by its definition: loops over nodes, edges and pairs, and nothing of the package's own."""

from __future__ import annotations

import math

import naive
import numpy as np

from spectral_smooth.measures.pairs import ZERO_DISTANCE


def measured_nodes(graph):
    """Nodes with a neighbour other than themselves, ascending."""
    a = naive.dense_adjacency(graph)
    return [i for i in range(len(a)) if any(a[i, j] for j in range(len(a)) if j != i)]


def profile(op, exponent):
    """d̃^exponent of each component's nodes, one list of (node, value) pairs a component."""
    labels, d = naive.component_labels(op.graph), naive.degrees(op)
    kept = measured_nodes(op.graph)
    return [
        [(i, d[i] ** exponent) for i in kept if labels[i] == c] for c in sorted({labels[i] for i in kept})
    ]


def left_outside(x, spans):
    """Σ_i ‖x_i − projection‖², each component onto the span of its own vectors, by least squares."""
    total = 0.0
    for span in spans:
        nodes = [i for i, _ in span[0]]
        basis = np.array([[value for _, value in vector] for vector in span]).T
        rows = x[nodes]
        solution = np.linalg.lstsq(basis, rows, rcond=1e-9)[0]
        total += float(np.sum((rows - basis @ solution) ** 2))
    return total


def median_over_nodes(x, spans):
    """The smallest distance that is not exceeded by the components of half of the nodes."""
    distances = []
    for span in spans:
        nodes = [i for i, _ in span[0]]
        distances += [share(left_outside(x, [span]), float(np.sum(x[nodes] ** 2)))] * len(nodes)
    distances.sort()
    return distances[math.ceil(len(distances) / 2) - 1]


def relative_distance(p, q):
    """‖p − q‖ over the length of both together; 0 for two zero rows."""
    size = math.hypot(np.linalg.norm(p), np.linalg.norm(q))
    return float(np.linalg.norm(p - q)) / size if size else 0.0


def edges_of(graph):
    """Every edge between different nodes once, with its weight."""
    a = naive.dense_adjacency(graph)
    return [(i, j, a[i, j]) for i in range(len(a)) for j in range(i) if a[i, j]]


def cosine(p, q):
    """Cosine of two rows; None if one is zero."""
    if not p.any() or not q.any():
        return None
    p, q = p / np.abs(p).max(), q / np.abs(q).max()
    return float(p @ q / np.linalg.norm(p) / np.linalg.norm(q))


def mean_of(values, nothing):
    """Mean of those that are defined."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else nothing


def share(part, whole):
    """√(part/whole), 0 where there is nothing."""
    return math.sqrt(part / whole) if whole > 0 else 0.0


def layer_values(op, x, labels=None):
    """All measures of one layer as a dict."""
    x = np.asarray(x, dtype=np.float64)
    graph, kept = op.graph, measured_nodes(op.graph)
    rows = x[kept]
    t = naive.similarity(op)[:, None]
    one, root = profile(op, 0.0), profile(op, 0.5)
    squares = float(np.sum(rows**2))
    core = float(np.sum((t * x)[kept] ** 2))
    deviation2 = left_outside(t * x, [[v] for v in root])
    mean_deviation2 = float(np.sum((rows - rows.mean(axis=0)) ** 2))
    edges, pairs = edges_of(graph), [(i, j) for i in kept for j in kept if i != j]
    found = {
        "norm": math.sqrt(core),
        "rms": math.sqrt(squares / rows.size),
        "largest": float(np.abs(rows).max()),
        "dead_columns": float(np.mean([not column.any() for column in rows.T])),
        "dead_rows": float(np.mean([not row.any() for row in rows])),
        "constant_columns": float(np.mean([np.all(column == column[0]) for column in rows.T])),
        "deviation": math.sqrt(deviation2),
        "collapse": share(deviation2, core),
        "constant_distance": share(left_outside(x, [[v] for v in one]), squares),
        "degree_distance": share(left_outside(x, [[v] for v in root]), squares),
        "profile_distance": share(left_outside(x, list(zip(one, root, strict=True))), squares),
        "constant_distance_median": median_over_nodes(x, [[v] for v in one]),
        "degree_distance_median": median_over_nodes(x, [[v] for v in root]),
        "profile_distance_median": median_over_nodes(x, list(zip(one, root, strict=True))),
        "median_pair_distance": float(np.median([relative_distance(x[i], x[j]) for i, j in pairs])),
        "mean_deviation": math.sqrt(mean_deviation2),
        "edge_energy": naive.edge_energy(graph, x),
        "normalized_energy": naive.normalized_energy(op, x),
        "energy": naive.matched_energy(op, x),
        "mad": 1.0 - naive.mean_cosine(rows),
        "mean_cosine": naive.mean_cosine(rows),
        "mad_nonzero": naive.mad_nonzero(rows, ZERO_DISTANCE),
        "smv": naive.smv(rows),
        "row_difference": naive.row_difference(rows),
        "column_difference": naive.column_difference(rows),
        "edge_cosine": mean_of([cosine(x[i], x[j]) for i, j, _ in edges], 1.0),
    }
    centred = x - rows.mean(axis=0)
    found["edge_cosine_centred"] = mean_of([cosine(centred[i], centred[j]) for i, j, _ in edges], 1.0)
    found["edge_rayleigh"] = found["edge_energy"] / squares if squares else 0.0
    found["rayleigh_quotient"] = found["energy"] / core if core else 0.0
    apart = float(np.mean([np.sum((x[i] - x[j]) ** 2) for i, j in pairs]))
    near = float(np.mean([np.sum((x[i] - x[j]) ** 2) for i, j, _ in edges]))
    found["edge_ratio"] = near / apart if apart else 0.0
    found.update(ranks(rows))
    return found if labels is None else found | class_values(rows, np.asarray(labels)[kept])


def ranks(rows):
    """What follows from singular values, and the correlation of columns."""
    sigma = np.linalg.svd(rows, compute_uv=False)
    if not sigma[0]:
        return dict.fromkeys(
            ("stable_rank", "effective_rank", "rank_one_distance", "column_correlation"), 0.0
        )
    p = sigma[sigma > 0] / sigma.sum()
    i, j = int(np.argmax(np.abs(rows).sum(axis=1))), int(np.argmax(np.abs(rows).sum(axis=0)))
    product = np.outer(rows[:, j], rows[i]) * (-1.0 if rows[i, j] < 0 else 1.0)
    nuclear = np.linalg.norm(rows[:, j]) * np.linalg.norm(rows[i])
    left = rows / sigma.sum() - product / nuclear
    varying = [f for f in range(rows.shape[1]) if np.any(rows[:, f] != rows[0, f])]
    correlations = [
        abs(float(np.corrcoef(rows[:, f], rows[:, g])[0, 1])) for f in varying for g in varying if f != g
    ]
    return {
        "stable_rank": float(np.sum(sigma**2) / sigma[0] ** 2),
        "effective_rank": float(np.exp(-np.sum(p * np.log(p)))),
        "rank_one_distance": float(np.linalg.svd(left, compute_uv=False).sum()),
        "column_correlation": mean_of(correlations, 0.0),
    }


def class_values(rows, labels):
    """What is measured with labels; what is not defined is missing."""
    known = [i for i in range(len(rows)) if labels[i] >= 0]
    if not known:
        return {}
    middle = np.mean(rows[known], axis=0)
    between = within = 0.0
    for c in {int(labels[i]) for i in known}:
        own = [i for i in known if labels[i] == c]
        mean = np.mean(rows[own], axis=0)
        between += len(own) * float(np.sum((mean - middle) ** 2))
        within += sum(float(np.sum((rows[i] - mean) ** 2)) for i in own)
    found = {
        "between_scatter": math.sqrt(between),
        "within_scatter": math.sqrt(within),
        "class_distance": share(within, float(np.sum(rows[known] ** 2))),
    }
    if between + within > 0:
        found["class_share"] = between / (between + within)
    pairs = [(i, j, cosine(rows[i], rows[j])) for i in known for j in known if i != j]
    same = [c for i, j, c in pairs if c is not None and labels[i] == labels[j]]
    other = [c for i, j, c in pairs if c is not None and labels[i] != labels[j]]
    if same:
        found["within_cosine"] = float(np.mean(same))
    if other:
        found["between_cosine"] = float(np.mean(other))
    return found
