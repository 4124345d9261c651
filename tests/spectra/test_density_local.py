import cases
import naive
import numpy as np
import pytest

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.spectra.density.local import class_densities, node_densities
from spectral_smooth.spectra.density.states import density_of_states

FEW_OPERATORS = ("symmetric", "transposed walk", "walk with per-node loops")
AT = np.linspace(-1.02, 1.02, 17)


def check(density, values, masses):
    if not masses.sum() > 1e-14:
        assert density.total == 0
        assert "nothing to look at" in str(density)
        return
    assert density.total == pytest.approx(masses.sum())
    for t in AT:
        if np.min(np.abs(values - t)) < 1e-7:
            continue
        sides = density.share_above(t)
        true = masses[values >= t].sum() / masses.sum()
        assert sides.low - 1e-8 <= true <= sides.high + 1e-8
    assert density.probes == 0
    assert density.confidence is None


@pytest.mark.parametrize("products", [1, 6, None])
@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, FEW_OPERATORS))
def test_classes_and_nodes_lie_between_their_sides(op, products):
    n = op.graph.num_nodes
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    labels = np.arange(n) % 3 * 2 - 1  # −1 (unknown), 1, 3
    for density, number in zip(
        class_densities(op, labels, products=products), np.unique(labels[labels >= 0]), strict=True
    ):
        assert density.name == f"class {number}"
        signal = naive.similarity(op) * (labels == number)
        check(density, values, (vectors.T @ signal) ** 2)
    for density, i in zip(node_densities(op, np.arange(n), products=products), range(n), strict=True):
        assert density.name == f"node {i}"
        check(density, values, vectors[i] ** 2)
        assert density.total == pytest.approx(1.0)


def test_nodes_average_to_the_graph():
    op = cases.operator("isolated nodes", "symmetric")
    whole = density_of_states(op, products=None)
    nodes = node_densities(op, range(op.graph.num_nodes), products=None)
    for t in AT + 0.0013:
        mean = np.mean([density.share_above(t).estimate for density in nodes])
        assert mean == pytest.approx(whole.share_above(t).estimate, abs=1e-9)


def test_a_node_without_edges_is_a_spike_at_zero():
    op = cases.operator("isolated nodes", "symmetric")
    found = node_densities(op, [int(np.flatnonzero(op.degrees == 0)[0])])[0]
    assert [(s.value, s.mass, s.why) for s in found.spikes] == [(0.0, 1.0, "nodes without edges")]
    assert found.share_above(0.1).estimate == 0
    assert str(found).endswith("known exactly")


def test_classes_that_are_not_there():
    op = cases.operator("karate", "gcn")
    assert class_densities(op, np.full(34, -1)) == ()
    assert node_densities(op, []) == ()
    one = class_densities(op, np.zeros(34, dtype=int))
    assert len(one) == 1
    # a class with one node is that node
    labels = np.full(34, -1)
    labels[5] = 7
    (alone,) = class_densities(op, labels)
    (node,) = node_densities(op, [5])
    assert alone.name == "class 7"
    assert alone.share_above(0.5).estimate == pytest.approx(node.share_above(0.5).estimate, abs=1e-9)


def test_what_makes_no_sense_is_refused():
    op = cases.operator("karate", "gcn")
    with pytest.raises(UsageError, match="at least one product is needed, got 0"):
        class_densities(op, np.zeros(34, dtype=int), products=0)
    with pytest.raises(InputError):
        class_densities(op, np.zeros(3, dtype=int))
    with pytest.raises(InputError):
        class_densities(op, np.zeros(34))
    with pytest.raises(InputError, match="between 0 and 33, got 2 to 34"):
        node_densities(op, [2, 34])
    with pytest.raises(InputError, match="whole numbers"):
        node_densities(op, [0.5])
