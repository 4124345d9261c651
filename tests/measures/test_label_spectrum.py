import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import model
from spectral_smooth.measures import label_spectrum as module
from spectral_smooth.measures.energies import matched_energy
from spectral_smooth.measures.label_spectrum import LabelSpectrum, label_spectrum
from spectral_smooth.operators.operator import gcn, random_walk, symmetric


def signals(labels, features):
    """The centred signals, node by node."""
    known = [i for i in range(len(labels)) if labels[i] >= 0]
    classes = sorted({labels[i] for i in known})
    out = {}
    for c in classes:
        share = sum(labels[i] == c for i in known) / len(known)
        out[f"class {c}"] = np.array([[(y == c) - share if y >= 0 else 0.0] for y in labels])
    means = {c: np.mean([features[i] for i in known if labels[i] == c], axis=0) for c in classes}
    overall = np.mean([features[i] for i in known], axis=0)
    out["class means"] = np.array([means[y] - overall if y >= 0 else 0.0 * overall for y in labels])
    out["features"] = features - features.mean(axis=0)
    out["labels"] = np.concatenate([out[f"class {c}"] for c in classes], axis=1)
    return out


def modes(operator, x):
    values, vectors = np.linalg.eigh(naive.dense_core(operator))
    return values, np.sum((vectors.T @ (naive.similarity(operator)[:, None] * x)) ** 2, axis=1)


def parts(found):
    return {part.name: part for part in (*found.by_class, found.labels, found.class_means, found.features)}


def labels_of(n, classes=3, unknown=0.2):
    rng = np.random.default_rng(n)
    labels = rng.integers(0, classes, n) * 2
    labels[rng.random(n) < unknown] = -1
    return labels


@pytest.mark.parametrize("op", cases.operator_params(["karate", "isolated nodes", "weighted self-loops"]))
@pytest.mark.parametrize("products", [None, 6])
def test_every_signal_is_its_definition(op, products):
    n = op.graph.num_nodes
    labels, features = labels_of(n), cases.features(n, 5)
    grid = np.linspace(-0.987, 0.987, 20)
    found = label_spectrum(op, labels, features, products=products, grid=grid)
    assert LabelSpectrum.from_dict(found.to_dict()) == found
    assert str(found)
    for name, x in signals(labels, features).items():
        part = parts(found)[name]
        values, weights = modes(op, x)
        assert part.norm == pytest.approx(weights.sum(), rel=1e-10)
        assert part.mean == pytest.approx(values @ weights / weights.sum(), abs=1e-10)
        assert part.energy_share == pytest.approx(matched_energy(op, x) / weights.sum(), abs=1e-10)
        share = np.array([weights[values >= t].sum() for t in grid]) / weights.sum()
        assert np.all(np.array(part.lower) <= share + 1e-9)
        assert np.all(np.array(part.upper) >= share - 1e-9)
        assert part.source == ("exact" if products is None else "bracket")
        if products is None:
            np.testing.assert_allclose(part.lower, share, atol=1e-10)
            np.testing.assert_allclose(part.upper, share, atol=1e-10)
        # at least half at or above the true median, less than half above it
        order = np.argsort(values)[::-1]
        running = np.cumsum(weights[order]) / weights.sum()
        median = values[order][np.argmax(running >= 0.5 - 1e-12)]
        assert part.median[0] - 1e-4 <= median <= part.median[1] + 1e-4


def test_fixed_and_alternating_shares():
    two = gcn(family("2*petersen").graph)
    found = label_spectrum(two, np.repeat([0, 1], 10))
    assert found.labels.fixed_share == pytest.approx(1.0)
    assert found.labels.mean == pytest.approx(1.0)
    assert "on the fixed space" in str(found)
    irregular = random_walk(family("star:5+path:4").graph)
    assert label_spectrum(irregular, np.repeat([0, 1], [6, 4])).labels.fixed_share == pytest.approx(1.0)
    swing = label_spectrum(symmetric(family("bipartite:4x4").graph), np.repeat([0, 1], 4))
    assert swing.labels.alternating_share == pytest.approx(1.0)
    assert swing.labels.mean == pytest.approx(-1.0)
    assert "alternating space" in str(swing)


def test_a_cycle_with_half_and_half_has_the_closed_form():
    n = 12
    found = label_spectrum(symmetric(family(f"cycle:{n}").graph), np.repeat([0, 1], n // 2))
    # edges within a half: n − 2 of n; the indicator is ±1/2
    assert found.labels.mean == pytest.approx(1 - 4 / n)
    assert found.by_class[0].mean == pytest.approx(found.by_class[1].mean)


def test_homophilous_classes_lie_higher_than_noise_and_heterophilous_ones_lower():
    smooth = model("planted_partition:classes=2,size=60", seed=0)
    noise = np.random.default_rng(0).standard_normal((120, 8))
    found = label_spectrum(gcn(smooth.graph), smooth.labels, noise)
    assert "smoother part" in str(found)
    sides = family("bipartite:30x30").graph
    rough = label_spectrum(
        gcn(sides), np.repeat([0, 1], 30), np.random.default_rng(0).standard_normal((60, 8))
    )
    assert "rougher part" in str(rough)
    same = label_spectrum(gcn(smooth.graph), smooth.labels, np.eye(2)[smooth.labels])
    assert "do not tell" in str(same)


@pytest.mark.parametrize(
    ("labels", "text"),
    [(np.full(34, -1), "no node has a known label"), (np.zeros(34, int), "there is one class only")],
)
def test_no_classes_no_signal(labels, text):
    found = label_spectrum(gcn(cases.GRAPHS["karate"]), labels, np.eye(34))
    assert found.labels.mean is found.labels.median is found.class_means.mean is None
    assert found.features.mean is not None
    assert text in str(found)
    assert text in str(found.labels)
    assert LabelSpectrum.from_dict(found.to_dict()) == found


def test_unknown_nodes_carry_zero_and_it_is_said():
    labels = np.where(np.arange(34) < 10, np.arange(34) % 2, -1)
    found = label_spectrum(gcn(cases.GRAPHS["karate"]), labels)
    assert "24 of 34 nodes have no known label and carry zero" in str(found)
    assert found.by_class[0].norm == pytest.approx(10 / 4)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e5 / 3])
def test_constant_features_are_nothing(value):
    found = label_spectrum(gcn(cases.GRAPHS["karate"]), np.arange(34) % 2, np.full((34, 7), value))
    assert found.features.mean is found.class_means.mean is None
    assert "the same features" in str(found.features)
    assert "one and the same mean" in str(found.class_means)


def test_a_graph_without_edges_and_loops_has_no_signal():
    found = label_spectrum(symmetric(cases.GRAPHS["no edges"]), np.array([0, 0, 1, 1, 1]), np.eye(5))
    assert found.labels.mean is None
    assert "no node with an edge" in str(found)
    looped = label_spectrum(gcn(cases.GRAPHS["no edges"]), np.array([0, 0, 1, 1, 1]))
    assert looped.labels.fixed_share == pytest.approx(1.0)
    one = label_spectrum(gcn(cases.GRAPHS["one node"]), np.array([0]), np.ones((1, 2)))
    assert one.labels.mean is None


def test_sparse_features_are_dense_ones():
    op, labels = random_walk(cases.GRAPHS["karate"]), np.arange(34) % 3
    x = np.random.default_rng(0).random((34, 50)) * (np.random.default_rng(1).random((34, 50)) < 0.1)
    dense, sparse = label_spectrum(op, labels, x), label_spectrum(op, labels, csr_array(x))
    assert sparse.class_means.mean == pytest.approx(dense.class_means.mean, abs=1e-12)
    assert sparse.features.lower == pytest.approx(dense.features.lower, abs=1e-12)


def test_wide_features_are_sketched_and_the_sides_cover_the_truth(monkeypatch):
    data = model("planted_partition:classes=3,size=50", seed=2)
    op = gcn(data.graph)
    x = np.random.default_rng(5).standard_normal((150, 60)) + np.eye(3)[data.labels].repeat(20, axis=1)
    truth = label_spectrum(op, data.labels, x, products=20).features
    monkeypatch.setattr(module, "SKETCH_ABOVE", 0)
    found = label_spectrum(op, data.labels, x, products=20, rng=1).features
    assert found.source == "estimate"
    assert "60 features sketched to 32" in found.note
    assert abs(found.mean - truth.mean) < 4 * found.mean_error
    assert found.norm == pytest.approx(truth.norm, rel=0.3)
    assert np.all(np.array(found.lower) <= np.array(truth.upper) + 1e-9)
    assert np.all(np.array(found.upper) >= np.array(truth.lower) - 1e-9)
    assert found == label_spectrum(op, data.labels, x, products=20, rng=1).features
    exact = label_spectrum(op, data.labels, x, products=None, rng=1).features
    assert exact.source == "exact"


def test_many_classes_are_cut_to_the_largest(monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 2)
    found = label_spectrum(gcn(cases.GRAPHS["karate"]), np.repeat([3, 1, 2, 0], [4, 10, 12, 8]))
    assert (found.classes, found.class_counts) == ((1, 2), (10, 12))
    assert "the 2 largest of 4 classes" in str(found)


def test_a_class_of_one_node():
    found = label_spectrum(gcn(cases.GRAPHS["karate"]), (np.arange(34) == 5).astype(int))
    assert found.class_counts == (33, 1)
    assert found.by_class[1].norm == pytest.approx(1 / 34 * 33)


def test_bad_arguments_are_refused():
    op, labels = gcn(cases.GRAPHS["karate"]), np.arange(34) % 2
    for grid in ([], [0.5, 0.5], [np.nan], [[0.0]]):
        with pytest.raises(UsageError, match="grid"):
            label_spectrum(op, labels, grid=np.array(grid))
    for products in (0, "many"):
        with pytest.raises(UsageError, match="products"):
            label_spectrum(op, labels, products=products)
    with pytest.raises(InputError, match="labels"):
        label_spectrum(op, labels[:5])
    with pytest.raises(InputError, match="features"):
        label_spectrum(op, labels, np.ones((3, 3)))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_permutation_of_nodes_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 14))
    a = cases.random_matrix(n, 3.0, seed=seed)
    labels, x, order = rng.integers(-1, 2, n), rng.standard_normal((n, 2)), rng.permutation(n)
    one = label_spectrum(gcn(cases.graph_from_matrix(a)), labels, x)
    other = label_spectrum(gcn(cases.graph_from_matrix(a[np.ix_(order, order)])), labels[order], x[order])
    for first, second in zip(parts(one).values(), parts(other).values(), strict=True):
        assert (first.mean is None) == (second.mean is None)
        assert first.mean is None or first.mean == pytest.approx(second.mean, abs=1e-10)
