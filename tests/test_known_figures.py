"""Figures known from elsewhere, on real graphs: gaps, components, and the decay of Cora's largest component."""

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.quadrature import spectral_measure
from spectral_smooth.theory.predict import predict_from

DEPTHS = np.array([0, 1, 2, 4, 8, 16, 32, 64, 128])


@pytest.fixture(scope="module", name="cora")
def _cora(data_folder):
    return ss.read(data_folder / "npz" / "cora.npz")


@pytest.fixture(scope="module", name="largest")
def _largest(cora):
    """Cora's largest component under the GCN operator, and its features divided by their row sums."""
    inside = np.flatnonzero(cora.graph.components.labels == 0)
    graph = ss.as_graph(cora.graph.adjacency()[inside][:, inside], name="cora, largest component")
    rows, _, _ = prepare_features(cora.features[inside], "rows", num_nodes=len(inside))
    return ss.gcn(graph), rows.toarray()


@pytest.fixture(scope="module", name="measured")
def _measured(largest):
    return ss.propagate(*largest, 128, measures=("energy",)).curve("energy").lower


@pytest.mark.parametrize(
    ("name", "gap", "digits"),
    [("minesweeper", 0.000333, 6), ("tolokers", 0.0449, 4), ("texas", 0.0404, 4)],
)
def test_gaps_of_real_graphs(data_folder, name, gap, digits):
    graph = ss.read_graph(data_folder / "npz" / f"{name}.npz")
    assert round(eigenpairs(ss.gcn(graph), 1).gap, digits) == gap


@pytest.mark.parametrize(("name", "gap"), [("karate", 0.10386), ("grid:10x10", 0.022147)])
def test_gaps_of_embedded_graphs(name, gap):
    found = eigenpairs(ss.gcn(ss.load(name).graph), 1).gap
    assert found == pytest.approx(gap, abs=0.5 * 10.0 ** -(5 if gap > 0.1 else 6))


def test_cora_has_78_components(cora):
    assert cora.graph.components.count == 78
    assert ss.eigenpairs(ss.gcn(cora.graph), 3).fixed_dimension == 78


def test_gap_of_the_largest_component(largest):
    assert eigenpairs(largest[0], 1).gap == pytest.approx(0.0036206, abs=5e-8)


def test_decay_of_the_largest_component(measured):
    ratios = measured[DEPTHS[1:8]] / measured[0]
    np.testing.assert_allclose(ratios, [0.122, 0.0413, 0.0134, 0.00433, 0.00130, 3.65e-4, 8.9e-5], rtol=6e-3)


@pytest.mark.parametrize(("products", "depth"), [(16, 32), (32, 128)])
def test_few_products_hold_deep_energies(largest, measured, products, depth):
    operator, features = largest
    measure = spectral_measure(operator, features, products=products)
    curve = predict_from(measure, operator, DEPTHS, measures=("energy",)).curve("energy")
    low, high = curve.at(depth)
    assert measure.applications == products
    assert low <= measured[depth] <= high
    assert high / low - 1 < 0.005


def test_one_component_and_ten_isolated_edges():
    for seed in range(5):
        for loops, extra in ((1.0, 0.0), (0.0, -1.0)):
            op = ss.symmetric(ss.load("grid:5x6+10*path:2").graph, loops=loops)
            found = eigenpairs(op, 60, rng=seed)
            assert found.fixed_dimension == 11
            assert found.values.max() < 1 - 1e-6
            dense = np.linalg.eigvalsh(op.matrix().toarray())[::-1]
            np.testing.assert_allclose(found.values, dense[11:], atol=1e-10)
            assert np.sum(np.abs(found.values - extra) < 1e-9) >= 10
