"""A GCN of PyTorch Geometric, trained on Cora with 2, 8 and 32 layers, and its layers monitored; optional.

Needs ``pip install -e ".[test,models]"``. What the diagnosis says is held against a computation of its own: dense
projections per component with numpy, and the documented rule read literally.
"""

import warnings
from itertools import pairwise

import numpy as np
import pytest

import spectral_smooth as ss

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")
    nn = pytest.importorskip("torch_geometric.nn")

EPOCHS, WIDTH = 60, 32


class GCN(torch.nn.Module):
    """Plain GCN: convolution, ReLU, dropout; what each layer gives passes ``self.heard``."""

    def __init__(self, features, classes, depth):
        super().__init__()
        sizes = [features, *[WIDTH] * (depth - 1), classes]
        self.convs = torch.nn.ModuleList(nn.GCNConv(a, b) for a, b in pairwise(sizes))
        self.heard = torch.nn.Identity()

    def forward(self, x, edge_index):
        for conv in self.convs[:-1]:
            x = self.heard(conv(x, edge_index).relu())
            x = torch.nn.functional.dropout(x, 0.5, self.training)
        return self.heard(self.convs[-1](x, edge_index))


@pytest.fixture(scope="module")
def cora(data_folder):
    return ss.read(data_folder / "npz" / "cora.npz")


@pytest.fixture(scope="module", params=[2, 8, 32])
def trained(request, cora):
    """The trained model's layers: (monitoring, arrays)."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    graph = cora.graph
    x = torch.tensor(cora.features.toarray(), dtype=torch.float32)
    x /= x.sum(dim=1, keepdim=True).clamp(min=1.0)
    edge_index = torch.tensor(np.stack([graph.rows, graph.indices]).astype(np.int64))
    labels, known = torch.tensor(cora.labels), torch.tensor(cora.masks["train"])
    model = GCN(x.shape[1], 7, request.param)
    steps = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(EPOCHS):
        model.train()
        steps.zero_grad()
        torch.nn.functional.cross_entropy(model(x, edge_index)[known], labels[known]).backward()
        steps.step()
    model.eval()

    watch = ss.Monitor(cora)
    heard = [x.numpy()]
    watch.add(x, "input")
    model.heard.register_forward_hook(lambda module, inputs, out: watch.add(out.detach()))
    model.heard.register_forward_hook(lambda module, inputs, out: heard.append(out.detach().numpy().copy()))
    with torch.no_grad():
        model(x, edge_index)
    return watch.finish(), heard


def direct_distances(graph, x):
    """Distance to constants, √d̃ and their span, as shares of ‖X‖, by a projection per component."""
    roots = np.sqrt(graph.degrees + 1.0)
    left = np.zeros(3)
    for component in range(graph.components.count):
        at = np.flatnonzero(graph.components.labels == component)
        part = x[at].astype(np.float64)
        for k, basis in enumerate(([np.ones(len(at))], [roots[at]], [np.ones(len(at)), roots[at]])):
            q, r = np.linalg.qr(np.stack(basis, axis=1))
            q = q[:, np.abs(np.diag(r)) > 1e-9]
            left[k] += np.sum((part - q @ (q.T @ part)) ** 2)
    return np.sqrt(left) / np.linalg.norm(x.astype(np.float64))


def longest_smooth(distances, limit=0.1):
    """The stretch that the documentation describes: to the end, else the longest of a quarter of the layers or more."""
    smooth = [d <= limit for d in distances]
    stretches, first = [], None
    for index, flag in enumerate([*smooth, False]):
        if flag and first is None:
            first = index
        if not flag and first is not None:
            stretches.append((first, index - 1))
            first = None
    if smooth[-1]:
        return stretches[-1]
    long_enough = [s for s in stretches if s[1] - s[0] + 1 >= max(2, -(-len(distances) // 4))]
    return max(long_enough, key=lambda s: (s[1] - s[0], s[0]), default=None)


def test_distances_of_every_layer_are_those_of_a_direct_projection(trained, cora):
    found, layers = trained
    names = ("constant_distance", "degree_distance", "profile_distance")
    for numbers, x in zip(found.layers, layers, strict=True):
        # float32 activations, float64 sums on both sides
        assert [numbers.values[name] for name in names] == pytest.approx(
            direct_distances(cora.graph, x), rel=1e-6, abs=1e-7
        )


def test_onset_and_destination_are_those_of_a_direct_computation(trained, cora):
    found, layers = trained
    distances = np.array([direct_distances(cora.graph, x) for x in layers])
    stretch = longest_smooth(distances.min(axis=1))
    diagnosis = found.diagnosis
    if stretch is None:
        assert diagnosis.kind != "smoothing"
        return
    assert diagnosis.kind == "smoothing"
    at = diagnosis.findings[0].at
    assert stretch[0] <= at <= stretch[1]
    name = ("constants", "√degree", "constants and √degree").index(diagnosis.destination)
    assert distances[at][name] <= 0.1
    # a richer destination is named only where a simpler one is three times as far, or barely reached
    assert all(distances[at][k] > 0.025 for k in range(name))
    assert diagnosis.layer == longest_smooth(distances[:, name])[0]


def test_two_layers_are_healthy_and_thirty_two_collapse(trained):
    found, layers = trained
    if len(layers) == 3:
        assert found.diagnosis.kind == "nothing wrong"
        assert found.diagnosis.clustering
    if len(layers) == 33:
        assert found.diagnosis.kind == "smoothing"
        assert found.diagnosis.layer <= 4
        assert found.pace.model < found.pace.plain  # the weights do it, not the graph
