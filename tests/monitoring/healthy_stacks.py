"""Seeded healthy stacks of layers, of every sort that a network may give: none of them is to raise an alarm."""

from __future__ import annotations

import numpy as np
from monitoring.stacks import by_class, noise_layers, top_vectors


def _gaussian(op, rng):
    return noise_layers(rng, op.graph.num_nodes, int(rng.integers(1, 9)), int(rng.choice([4, 8, 16, 64])))


def _relu_network(op, rng):
    """He initialisation, biases, no graph."""
    width = int(rng.choice([16, 32, 64]))
    layers = [rng.standard_normal((op.graph.num_nodes, 24))]
    for _ in range(int(rng.integers(2, 6))):
        inner = layers[-1].shape[1]
        weights = rng.standard_normal((inner, width)) * (2.0 / inner) ** 0.5
        layers.append(np.maximum(layers[-1] @ weights + 0.1 * rng.standard_normal(width), 0.0))
    return layers


def _offsets(op, rng):
    """A mean of up to three standard deviations."""
    n, columns = op.graph.num_nodes, int(rng.choice([8, 16, 64]))
    return [
        rng.standard_normal((n, columns)) + rng.uniform(0.0, 3.0) * rng.choice([-1.0, 1.0], size=columns)
        for _ in range(5)
    ]


def _sigmoid(op, rng):
    n, spread = op.graph.num_nodes, rng.uniform(0.1, 0.2)
    columns = int(rng.choice([4, 16, 64]))
    return [
        1.0 / (1.0 + np.exp(-4.0 * spread * rng.standard_normal((n, columns))))
        for _ in range(int(rng.integers(2, 6)))
    ]


def _bag_of_words(rng, n, columns, *, normalised):
    """Few words a node, some columns empty."""
    rates = 0.03 * rng.exponential(size=columns)
    rates[rng.random(columns) < 0.05] = 0.0
    words = (rng.random((n, columns)) < rates).astype(float)
    return words / np.maximum(words.sum(axis=1, keepdims=True), 1.0) if normalised else words


def _narrowing(op, rng):
    """A bag of words, two hidden layers and logits, each of another width and size."""
    x = _bag_of_words(rng, op.graph.num_nodes, 400, normalised=bool(rng.integers(2)))
    layers = [x]
    for width in (64, 16, 7):
        weights = rng.standard_normal((layers[-1].shape[1], width))
        z = layers[-1] @ weights
        z = z / z.std() + 0.2 * rng.standard_normal(width)
        layers.append(z * 5.0 if width == 7 else np.maximum(z, 0.0))
    return layers


def _plain_smoothing(op, rng):
    """Two to four layers of the graph alone, on centred features."""
    layers = [rng.standard_normal((op.graph.num_nodes, int(rng.choice([8, 32]))))]
    for _ in range(int(rng.integers(2, 5))):
        layers.append(op.matrix() @ layers[-1])
    return layers


def _layer_norm(op, rng):
    layers = []
    columns = int(rng.choice([8, 16, 64]))
    for layer in noise_layers(rng, op.graph.num_nodes, 6, columns):
        z = layer - layer.mean(axis=1, keepdims=True)
        layers.append(
            z / z.std(axis=1, keepdims=True) * rng.uniform(0.5, 1.5, columns)
            + 0.2 * rng.standard_normal(columns)
        )
    return layers


def _one_hot(op, rng):
    n = op.graph.num_nodes
    return [np.eye(n), *noise_layers(rng, n, 3, 16)]


def _residual(op, rng):
    """Each block adds its own; the size doubles twice."""
    x = rng.standard_normal((op.graph.num_nodes, 32))
    layers = [x]
    for _ in range(8):
        layers.append(layers[-1] + 0.6 * layers[-1].std() * rng.standard_normal(x.shape))
    return [layer * 4.0 ** (index / 8) for index, layer in enumerate(layers)]


def _unlabelled_classes(op, rng):
    """Gathered by three classes or more, and nobody says so."""
    labels = rng.integers(0, int(rng.integers(3, 9)), size=op.graph.num_nodes)
    return by_class(rng, labels, depth=5, columns=int(rng.choice([16, 32])))


def _two_logits(op, rng):
    """A hidden layer, and the logits of two classes, one minus the other."""
    n = op.graph.num_nodes
    margin = 3.0 * rng.choice([-1.0, 1.0], size=n) + rng.standard_normal(n)
    return [*noise_layers(rng, n, 2, 16), np.stack([margin, -margin], axis=1)]


def _one_output(op, rng):
    n = op.graph.num_nodes
    return [*noise_layers(rng, n, 3, 8), rng.standard_normal((n, 1)) + rng.uniform(-2.0, 2.0)]


def _logits_of_another_size(op, rng):
    n = op.graph.num_nodes
    hidden = [np.maximum(layer, 0.0) for layer in noise_layers(rng, n, 2, 64)]
    return [*hidden, hidden[-1] @ rng.standard_normal((64, 7)) * rng.choice([0.05, 1.0, 3.0])]


def _sparse_rows(op, rng):
    """Sixty of a hundred values are zero."""
    n = op.graph.num_nodes
    return [np.abs(rng.standard_normal((n, 24))) * (rng.random((n, 24)) < 0.4) for _ in range(5)]


def _half_precision(op, rng):
    return [layer.astype(np.float16) for layer in _relu_network(op, rng)]


def _graph_network(op, rng):
    """Two convolutions with random weights, as PyG initialises them, and ReLU between."""
    x = rng.standard_normal((op.graph.num_nodes, 32))
    layers = [x]
    for last in (False, True):
        inner, width = layers[-1].shape[1], 7 if last else 32
        z = op.matrix() @ (
            layers[-1] @ (rng.standard_normal((inner, width)) * (2.0 / (inner + width)) ** 0.5)
        )
        layers.append(z if last else np.maximum(z, 0.0))
    return layers


def _batch_norm(op, rng):
    """A graph network whose columns are standardised in every layer."""
    layers = [rng.standard_normal((op.graph.num_nodes, 32))]
    for _ in range(5):
        z = np.maximum(op.matrix() @ (layers[-1] @ rng.standard_normal((32, 32))), 0.0)
        layers.append((z - z.mean(axis=0)) / (z.std(axis=0) + 1e-5))
    return layers


def _initial_residual(op, rng):
    """GCNII: a part of the input in each of sixteen layers."""
    layers = [rng.standard_normal((op.graph.num_nodes, 32))]
    for _ in range(16):
        mixed = 0.8 * (op.matrix() @ layers[-1]) + 0.2 * layers[0]
        weights = 0.8 * np.eye(32) + 0.2 * rng.standard_normal((32, 32)) / 32**0.5
        layers.append(np.maximum(mixed @ weights, 0.0))
    return layers


def _residual_graph_network(op, rng):
    layers = [rng.standard_normal((op.graph.num_nodes, 32))]
    for _ in range(8):
        step = op.matrix() @ (layers[-1] @ rng.standard_normal((32, 32))) / 32**0.5
        layers.append(layers[-1] + np.maximum(step, 0.0))
    return layers


def _softmax(op, rng):
    n = op.graph.num_nodes
    exponentials = np.exp(3.0 * rng.standard_normal((n, 7)))
    return [*noise_layers(rng, n, 2, 16), exponentials / exponentials.sum(axis=1, keepdims=True)]


def _saturated(op, rng):
    return [np.tanh(4.0 * layer) for layer in noise_layers(rng, op.graph.num_nodes, 5, 16)]


def _unit_rows(op, rng):
    layers = noise_layers(rng, op.graph.num_nodes, 5, 64)
    return [layers[0], *(layer / np.linalg.norm(layer, axis=1, keepdims=True) for layer in layers[1:])]


def _handed_on(op, rng):
    """Plain smoothing of a bag of words: its empty columns stay empty."""
    x = _bag_of_words(rng, op.graph.num_nodes, 400, normalised=True)
    return [x, op.matrix() @ x, op.matrix() @ (op.matrix() @ x)]


def _a_large_input_column(op, rng):
    """Years beside values of size one: inputs are of any size."""
    layers = noise_layers(rng, op.graph.num_nodes, 4, 16)
    layers[0][:, 0] = 2000.0 + 5.0 * layers[0][:, 0]
    return layers


def _eigenvector_inputs(op, rng):
    return [top_vectors(op, 3), *noise_layers(rng, op.graph.num_nodes, 3, 16)]


HEALTHY = {
    "gaussian": _gaussian,
    "relu network": _relu_network,
    "offsets": _offsets,
    "sigmoid": _sigmoid,
    "narrowing": _narrowing,
    "plain smoothing": _plain_smoothing,
    "layer norm": _layer_norm,
    "one hot": _one_hot,
    "residual": _residual,
    "unlabelled classes": _unlabelled_classes,
    "two logits": _two_logits,
    "one output": _one_output,
    "logits of another size": _logits_of_another_size,
    "sparse rows": _sparse_rows,
    "half precision": _half_precision,
    "graph network": _graph_network,
    "batch norm": _batch_norm,
    "initial residual": _initial_residual,
    "residual graph network": _residual_graph_network,
    "softmax": _softmax,
    "saturated": _saturated,
    "unit rows": _unit_rows,
    "handed on": _handed_on,
    "a large input column": _a_large_input_column,
    "eigenvector inputs": _eigenvector_inputs,
}
