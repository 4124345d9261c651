import json

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.families import family, kronecker
from spectral_smooth.operators.operator import Operator, gcn, random_walk, symmetric
from spectral_smooth.spectra.density import small
from spectral_smooth.spectra.density.states import density_of_states
from spectral_smooth.spectra.density.types import DensityOfStates

AT = np.linspace(-1.02, 1.02, 53)
PLAIN = [name for name in cases.GRAPHS if not name.startswith("family")] + ["family hypercube:4"]
METHODS = ("lanczos", "kernel_polynomial")


@pytest.fixture
def large_only(monkeypatch):
    """Leave every component of three nodes and more to the probes."""
    monkeypatch.setattr(small, "LARGEST", 2)


def close(values, t):
    """Whether rounding decides on which side of t an eigenvalue lies."""
    return np.min(np.abs(values - t)) < 1e-8


def distance(found, values):
    """Half of ∫|F − F_true| dt, every stretch between two jumps at its middle."""
    # the estimate is a line between points of its grid
    t = np.unique(np.concatenate([found.grid, values, np.linspace(-1, 1, 2001)]))
    middle = 0.5 * (t[1:] + t[:-1])
    true = np.searchsorted(np.sort(values), middle, side="right") / len(values)
    return 0.5 * float(np.diff(t) @ np.abs(found.cumulative(middle)[0] - true))


@pytest.mark.parametrize("op", cases.operator_params(None, ("symmetric", "per-node loops")))
def test_the_full_spectrum_counts_every_eigenvalue(op):
    values = naive.eigenvalues(op)
    found = density_of_states(op, products=None)
    assert found.error == 0
    assert found.probes == 0
    assert found.rest + sum(spike.mass for spike in found.spikes) == len(values)
    for t in AT:
        if close(values, t):
            continue
        assert found.count_above(t) == (3 * (pytest.approx(np.sum(values >= t)),))
        assert found.count_below(t).estimate == pytest.approx(np.sum(values <= t))
        assert found.cumulative(np.array([t]))[0][0] == pytest.approx(np.mean(values <= t))
    assert found.count_above(1.0).estimate == found.fixed == op.fixed_space.dimension
    assert found.count_below(-1.0).estimate == found.alternating == op.fixed_space.alternating_dimension
    assert distance(found, values) < 1e-7


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("op", cases.operator_params(PLAIN, ("gcn", "symmetric")))
def test_probes_keep_their_error_on_every_graph(op, method, large_only):
    values = naive.eigenvalues(op)
    found = density_of_states(op, method=method, probes=8, products=12, rng=3)
    assert found.rest + sum(spike.mass for spike in found.spikes) == len(values)
    if found.bracket.exact and found.rest:
        # nothing but the probes' own error is left: 5 % are off
        more = [density_of_states(op, method=method, probes=9, products=12, rng=seed) for seed in range(12)]
        assert np.mean([distance(one, values) <= one.error + 1e-6 for one in more]) >= 0.75
    else:
        assert distance(found, values) <= found.error + 1e-6
    estimate, lower, upper = found.cumulative()
    assert np.all(lower <= estimate)
    assert np.all(estimate <= upper)
    for side in (estimate, lower, upper):
        assert np.all(np.diff(side) >= -1e-12)
    assert upper[-1] == pytest.approx(1.0)
    assert lower[-1] == pytest.approx(1.0)
    for t in (-1.5, 1.5):
        expected = len(values) if t < 0 else 0
        assert found.count_above(t) == (3 * (pytest.approx(expected),))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "one",
    [family("torus:21x22"), kronecker(family("cycle:21"), family("path:20"))],
    ids=["torus", "kronecker product"],
)
def test_the_error_bar_holds_and_counts_lie_between_their_sides(one, method):
    op, values = symmetric(one.graph), one.spectrum()
    held, inside, asked, within = [], [], [], []
    for seed in range(12):
        found = density_of_states(op, method=method, probes=6, products=24, rng=seed)
        held.append(distance(found, values) <= found.error)
        t = AT[[not close(values, t) for t in AT]]
        _, lower, upper = found.cumulative(t)
        true = np.array([np.mean(values <= s) for s in t])
        inside.append(np.all((lower <= true + 1e-12) & (true <= upper + 1e-12)))
        for s in (-0.93, -0.41, 0.33, 0.87):
            sides = found.count_above(s)
            asked.append(sides.low <= np.sum(values >= s) <= sides.high)
        slow = found.slow_modes(0.9)
        within.append(
            slow.low <= np.sum(np.abs(values) >= 0.9) - found.fixed - found.alternating <= slow.high
        )
    assert np.mean(held) >= 0.95
    assert np.mean(inside) >= 0.95
    assert np.mean(asked) >= 0.95
    assert np.mean(within) >= 0.9


@pytest.mark.parametrize("method", METHODS)
def test_an_error_that_is_asked_for_is_reached(method):
    op = symmetric(family("torus:25x26").graph)
    for error in (0.05, 0.02):
        found = density_of_states(op, method=method, error=error)
        assert 0 < found.error <= error
        assert not found.note
        assert found.confidence == 0.95
        assert found.applications >= found.products
    given_probes = density_of_states(op, method=method, probes=3, error=0.05)
    assert given_probes.probes == 3
    given_products = density_of_states(op, method=method, products=10)
    assert given_products.products == 10
    assert "products" in str(given_products)


def test_an_error_out_of_reach_is_said():
    found = density_of_states(symmetric(family("torus:25x26").graph), probes=1, error=0.001)
    assert found.error > 0.001
    assert "not reached" in str(found)


@pytest.mark.parametrize(
    ("spec", "loops", "expected"),
    [
        ("complete:90", 0.0, {1.0: 1, -1 / 89: 89}),
        ("complete:90", 1.0, {1.0: 1, 0.0: 89}),
        ("star:90", 0.0, {1.0: 1, -1.0: 1, 0.0: 89}),
        ("bipartite:60x70", 0.0, {1.0: 1, -1.0: 1, 0.0: 128}),
    ],
)
def test_multiplicities_that_structure_forces_are_exact(spec, loops, expected):
    found = density_of_states(gcn(family(spec).graph, loops=loops))
    assert found.rest == 0
    assert {round(s.value, 12): s.mass for s in found.spikes} == {
        round(v, 12): m for v, m in expected.items()
    }
    assert str(found).endswith("eigenvalues known exactly")
    assert found.resolution is None
    assert np.all(found.density(AT) == 0)


@pytest.mark.parametrize(
    ("name", "operator_name", "value"),
    [("one node", "symmetric", 0.0), ("one node", "gcn", 1.0), ("no edges", "symmetric", 0.0)],
)
def test_graphs_without_edges_are_known(name, operator_name, value):
    op = cases.operator(name, operator_name)
    found = density_of_states(op)
    assert [(s.value, s.mass) for s in found.spikes] == [(value, op.graph.num_nodes)]
    assert found.error == 0
    features = density_of_states(op, features=np.ones((op.graph.num_nodes, 2)))
    if value == 0.0:
        assert features.total == 0
        assert "nothing to look at (no node with an edge" in str(features)
        assert features.share_above(0.0) == (0.0, 0.0, 0.0)
        assert np.all(np.array(features.cumulative(AT)) == 0)
    else:
        assert features.fixed == pytest.approx(features.total)


def test_twins_leave_a_smooth_rest_and_the_same_answer(large_only):
    rng = np.random.default_rng(0)
    a = np.zeros((300, 300))
    a[:120, :120] = cases.random_matrix(120, 6.0, seed=1)
    hubs = rng.integers(40, size=180)
    a[hubs, np.arange(120, 300)] = a[np.arange(120, 300), hubs] = 1.0
    op = symmetric(cases.graph_from_matrix(a))
    values = naive.eigenvalues(op)
    found = density_of_states(op, probes=50, products=30)
    (twins,) = [s for s in found.spikes if s.why == "twin nodes"]
    assert twins.value == 0
    assert twins.mass >= 180 - 40
    assert np.sum(np.abs(values) < 1e-12) >= twins.mass
    assert distance(found, values) <= found.error


def test_the_split_plays_no_part_and_nor_does_the_order_of_nodes(large_only):
    graph = cases.GRAPHS["karate"]
    one, other = (density_of_states(o, probes=9, products=6) for o in (gcn(graph), Operator(graph, 1.0, 1.0)))
    assert one.bracket.points.tolist() == other.bracket.points.tolist()
    assert one.error == other.error


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["sparse random", "weighted self-loops", "disjoint union", "tree"]),
)
def test_a_permutation_of_the_nodes_changes_nothing(seed, name):
    graph = cases.GRAPHS[name]
    order = np.random.default_rng(seed).permutation(graph.num_nodes)
    a = naive.dense_adjacency(graph)[order][:, order]
    permuted = cases.graph_from_matrix(a, weighted=graph.weights is not None)
    first, second = (density_of_states(symmetric(g)) for g in (graph, permuted))
    assert len(first.spikes) == len(second.spikes)
    for one, other in zip(first.spikes, second.spikes, strict=True):
        assert (one.mass, one.why) == (other.mass, other.why)
        assert one.value == pytest.approx(other.value, abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(sorted(cases.GRAPHS)), min_size=1, max_size=4))
def test_counts_of_a_disjoint_union_add_up(names):
    blocks = [naive.dense_adjacency(cases.GRAPHS[name]) for name in names]
    a = np.zeros((sum(map(len, blocks)),) * 2)
    at = 0
    for block in blocks:
        a[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    whole = density_of_states(gcn(cases.graph_from_matrix(a, weighted=True)), products=None)
    parts = [
        density_of_states(gcn(cases.graph_from_matrix(block, weighted=True)), products=None)
        for block in blocks
    ]
    for t in (-0.4321, 0.0123, 0.4567, 0.9):
        assert whole.count_above(t).estimate == pytest.approx(sum(p.count_above(t).estimate for p in parts))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, cases.FEW_OPERATORS))
def test_features_lie_between_proven_sides(op, method):
    x = cases.features(op.graph.num_nodes, 4)
    found = density_of_states(op, features=x, method=method, products=5)
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    masses = np.sum((vectors.T @ (naive.similarity(op)[:, None] * x)) ** 2, axis=1)
    if not masses.sum() > 1e-12:
        assert found.total == 0
        return
    assert found.total == pytest.approx(masses.sum())
    assert found.confidence is None
    assert found.probes == 0
    t = AT[[not close(values, t) for t in AT]]
    estimate, lower, upper = found.cumulative(t)
    true = np.array([masses[values <= s].sum() for s in t]) / masses.sum()
    assert np.all(lower <= true + 1e-8)
    assert np.all(true <= upper + 1e-8)
    assert np.all((lower <= estimate) & (estimate <= upper))
    share = found.share_between(-0.3, 0.41)
    assert (
        share.low - 1e-8
        <= masses[(values >= -0.3) & (values <= 0.41)].sum() / masses.sum()
        <= share.high + 1e-8
    )
    with pytest.raises(UsageError, match="use share_above"):
        found.count_above(0.5)
    with pytest.raises(UsageError, match="use share_above"):
        found.slow_modes(0.5)


@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, ("symmetric", "transposed walk")))
def test_features_by_dense_algebra_are_exact(op):
    x = cases.features(op.graph.num_nodes, 2)
    found = density_of_states(op, features=x)
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    masses = np.sum((vectors.T @ (naive.similarity(op)[:, None] * x)) ** 2, axis=1)
    for t in AT[[not close(values, t) for t in AT]]:
        share = masses[values >= t].sum() / masses.sum() if masses.sum() > 1e-12 else 0.0
        assert found.share_above(t) == (3 * (pytest.approx(share, abs=1e-9),))
    assert found.to_dict() == density_of_states(op, features=x, products=None).to_dict()
    assert found.error == 0


def test_features_reach_an_error_and_sparse_ones_are_the_same():
    from scipy.sparse import csr_array

    op = random_walk(family("grid:20x21").graph)
    x = np.zeros((420, 2))
    x[[3, 77], [0, 1]] = 1.0
    dense, sparse = (density_of_states(op, features=f, error=0.02) for f in (x, csr_array(x)))
    assert 0 < dense.error <= 0.02
    assert dense.to_dict() == sparse.to_dict()


@pytest.mark.parametrize("name", ["karate", "isolated nodes", "no edges"])
def test_dictionaries_hold_everything(name, large_only):
    op = cases.operator(name, "symmetric")
    for found in (
        density_of_states(op, probes=2, products=4),
        density_of_states(op, products=None),
        density_of_states(op, features=np.ones((op.graph.num_nodes, 1))),
    ):
        text = json.dumps(found.to_dict(), allow_nan=False)
        again = DensityOfStates.from_dict(json.loads(text))
        assert json.dumps(again.to_dict()) == text
        assert str(again) == str(found)
        assert again.share_above(0.25) == found.share_above(0.25)


def test_the_smooth_curve_and_the_spikes_add_up_to_one():
    found = density_of_states(symmetric(family("torus:25x26").graph), error=0.05)
    at = np.cos(np.linspace(np.pi, 0, 4001))
    smooth = float(np.trapezoid(found.density(at), at))
    spikes = sum(spike.mass for spike in found.spikes) / found.total
    assert smooth + spikes == pytest.approx(1.0, abs=2e-3)
    assert found.resolution == pytest.approx(np.pi / (2 * found.products))
    assert found.weights.sum() == pytest.approx(1.0)
    assert np.all(np.diff(found.nodes) >= 0)
    # tr S = 0 without loops
    moment = found.rest * found.nodes @ found.weights + sum(s.value * s.mass for s in found.spikes)
    assert abs(moment) < 0.1 * found.total


def test_the_result_does_not_depend_on_threads_and_the_seed_is_kept():
    import numba

    op = gcn(family("grid:40x40").graph)
    before = numba.get_num_threads()
    try:
        found = []
        for threads in (1, before):
            numba.set_num_threads(threads)
            found.append(density_of_states(op, probes=64, products=8, rng=5).to_dict())
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]
    assert found[0] == density_of_states(op, probes=64, products=8, rng=np.random.default_rng(5)).to_dict()
    assert found[0] != density_of_states(op, probes=64, products=8).to_dict()


def test_progress_is_told():
    told = []
    density_of_states(
        gcn(family("grid:40x40").graph), probes=1, products=3, progress=lambda *at: told.append(at)
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "method must be one of lanczos, kernel_polynomial, got 'magic'"),
        ({"probes": 0}, "probes must be a whole number of at least 1, got 0"),
        ({"probes": 1.5}, "probes must be a whole number"),
        ({"products": 0}, "products must be a whole number of at least 1, got 0"),
        ({"products": "many"}, "products must be a whole number"),
        ({"error": 0.0}, "error must lie between 0 and 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        density_of_states(cases.operator("karate", "gcn"), **options)


def test_a_full_spectrum_out_of_reach_is_refused_and_features_are_checked():
    with pytest.raises(UsageError, match="out of reach of dense algebra"):
        density_of_states(gcn(family("cycle:20001").graph), products=None)
    with pytest.raises(InputError):
        density_of_states(cases.operator("karate", "gcn"), features=np.ones((3, 1)))
