import itertools

import cases
import naive
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import model
from spectral_smooth.measures import hops as hops_module
from spectral_smooth.measures import mad_gap as gap_module
from spectral_smooth.measures.hops import InformationNoise, information_noise_ratio
from spectral_smooth.measures.mad_gap import MadGap, mad_gap, mad_gap_nonzero
from spectral_smooth.measures.neighbourhoods import members, reach
from spectral_smooth.measures.pairs import ZERO_DISTANCE


def distances(graph):
    """Hops between all nodes, infinite without a path."""
    found = np.full((graph.num_nodes, graph.num_nodes), np.inf)
    for i, row in nx.all_pairs_shortest_path_length(nx.Graph(naive.dense_adjacency(graph) != 0)):
        for j, hops in row.items():
            found[i, j] = hops
    return found


def oracle(graph, labels, wanted):
    far, out = distances(graph), []
    for k in wanted:
        pairs = [
            (i, j)
            for i, j in itertools.permutations(range(graph.num_nodes), 2)
            if far[i, j] <= k and labels[i] >= 0 and labels[j] >= 0
        ]
        out.append(sum(labels[i] == labels[j] for i, j in pairs) / len(pairs) if pairs else None)
    return out


def gap_oracle(x, graph, near, remote, *, nonzero):
    far = distances(graph)
    unit = [row / np.linalg.norm(row) if row.any() else None for row in x]
    values = []
    for wanted in (lambda h: 0 < h <= near, lambda h: remote <= h < np.inf):
        means, any_pair = [], False
        for i, own in enumerate(unit):
            mine = [
                0.5 * np.sum((own - unit[j]) ** 2)
                for j in range(len(unit))
                if j != i and own is not None and unit[j] is not None and wanted(far[i, j])
            ]
            any_pair |= bool(mine)
            if nonzero:
                mine = [d for d in mine if d > ZERO_DISTANCE]
            if mine:
                means.append(np.mean(mine))
        values.append(float(np.mean(means)) if means else (0.0 if any_pair else None))
    return values


@pytest.mark.parametrize("name", cases.GRAPHS)
def test_reach_is_breadth_first_search(name):
    graph = cases.GRAPHS[name]
    far = distances(graph)
    sources = np.arange(graph.num_nodes)[:64]
    for k, words in enumerate(reach(graph, sources, 4), start=1):
        np.testing.assert_array_equal(members(words, len(sources)), far[:, sources] <= k)


@pytest.mark.parametrize("name", cases.GRAPHS)
@pytest.mark.parametrize("unknown", [0.0, 0.4])
def test_the_ratio_is_its_definition(name, unknown):
    graph = cases.GRAPHS[name]
    rng = np.random.default_rng(graph.num_nodes)
    labels = rng.integers(0, 3, graph.num_nodes) * 5
    labels[rng.random(graph.num_nodes) < unknown] = -1
    found = information_noise_ratio(graph, labels, [1, 2, 5])
    assert found.exact
    for value, expected in zip(found.shares, oracle(graph, labels, (1, 2, 5)), strict=True):
        assert value == (None if expected is None else pytest.approx(expected, abs=1e-15))
    assert InformationNoise.from_dict(found.to_dict()) == found
    assert len(found.curve().depths) == sum(share is not None for share in found.shares)
    assert str(found)


def test_more_than_64_sources_and_blocks_of_nodes(monkeypatch):
    graph = model("planted_partition:classes=3,size=60", seed=3)
    whole = information_noise_ratio(graph.graph, graph.labels, 3)
    monkeypatch.setattr(hops_module, "BLOCK_VALUES", 64 * 7)
    assert information_noise_ratio(graph.graph, graph.labels, 3) == whole
    assert list(whole.shares) == pytest.approx(oracle(graph.graph, graph.labels, (1, 2, 3)), abs=1e-15)


def test_everything_within_reach_gives_chance():
    found = information_noise_ratio(family("grid:6x6").graph, np.repeat([0, 1, 2], 12), 12)
    assert found.shares[-1] == pytest.approx(found.chance, abs=1e-15)
    assert found.shares[0] > found.chance
    same = information_noise_ratio(family("grid:6x6").graph, np.repeat([0, 1, 2], 12), np.int64(12))
    assert same == found


def test_a_sample_estimates_the_whole_within_its_error():
    data = model("planted_partition:classes=3,size=150", seed=1)
    whole = information_noise_ratio(data.graph, data.labels, 2)
    z = []
    for seed in range(40):
        found = information_noise_ratio(data.graph, data.labels, 2, sources=60, rng=seed)
        assert found.shares[0] == pytest.approx(whole.shares[0], abs=1e-15)
        assert found.standard_errors[0] == 0.0
        z.append((found.shares[1] - whole.shares[1]) / found.standard_errors[1])
    assert abs(np.mean(z)) < 0.6
    assert 0.6 < np.std(z) < 1.6
    assert "60 of 450 nodes sampled" in str(found)
    curve = found.curve()
    assert curve.source == "estimate"
    assert curve.lower[1] < found.shares[1] < curve.upper[1]
    again = information_noise_ratio(data.graph, data.labels, 2, sources=60, rng=39)
    assert again == found


def test_the_default_sample_follows_the_budget(monkeypatch):
    data = model("planted_partition:classes=3,size=150", seed=1)
    monkeypatch.setattr(hops_module, "SEARCH_WORK", 1)
    found = information_noise_ratio(data.graph, data.labels, 2)
    assert found.sources == hops_module.FEWEST_SOURCES
    assert not found.exact


@pytest.mark.parametrize(
    ("graph", "labels", "text"),
    [
        ("path:4", [-1, -1, -1, -1], "no node has a known label"),
        ("path:4", [0, -1, -1, -1], "no two labelled nodes are so close"),
        ("complete:1", [0], "no two labelled nodes are so close"),
    ],
)
def test_no_pair_no_ratio(graph, labels, text):
    found = information_noise_ratio(family(graph).graph, np.array(labels), 2)
    assert set(found.shares) == {None}
    assert text in str(found)
    assert InformationNoise.from_dict(found.to_dict()) == found


def test_one_class_and_classes_of_one_node():
    assert set(information_noise_ratio(family("path:4").graph, np.zeros(4, int), 2).shares) == {1.0}
    assert set(information_noise_ratio(family("path:4").graph, np.arange(4), 2).shares) == {0.0}


def test_bad_hops_are_refused():
    for hops in (0, [], [0, 1]):
        with pytest.raises(UsageError, match="hops"):
            information_noise_ratio(family("path:4").graph, np.zeros(4, int), hops)
    with pytest.raises(UsageError, match="source"):
        information_noise_ratio(family("path:4").graph, np.zeros(4, int), sources=0)


@pytest.mark.parametrize("name", [*cases.FEW_GRAPHS, "disjoint union", "long path"])
@pytest.mark.parametrize("nonzero", [False, True])
def test_mad_gap_is_its_definition(name, nonzero):
    graph = cases.GRAPHS[name]
    x = cases.features(graph.num_nodes, 3)
    x[::4] = x[0]
    x[1::6] = 0.0
    found = (mad_gap_nonzero if nonzero else mad_gap)(x, graph, near=2, remote=4)
    for value, expected in zip(
        (found.near, found.remote), gap_oracle(x, graph, 2, 4, nonzero=nonzero), strict=True
    ):
        assert value == (None if expected is None else pytest.approx(expected, abs=1e-12))
    assert (found.value is None) == (found.near is None or found.remote is None)
    assert found.standard_error in (None, 0.0)
    assert MadGap.from_dict(found.to_dict()) == found


def test_nodes_without_a_path_are_not_remote():
    found = mad_gap(np.eye(12)[:, :5] + 1.0, family("6*path:2").graph)
    assert found.remote is found.value is None
    assert "no two nodes with a path" in str(found)
    assert found.near is not None


def test_no_near_pair_and_no_state():
    nothing = mad_gap(np.zeros((4, 2)), family("path:4").graph)
    assert "fewer than two nodes" in str(nothing)
    assert nothing.value is None
    constant = mad_gap(np.ones((12, 2)), family("path:12").graph)
    assert constant.value == 0.0
    assert "no better" in str(constant)
    assert mad_gap_nonzero(np.ones((12, 2)), family("path:12").graph).value == 0.0
    x = np.zeros((10, 2))
    x[[0, 9]] = 1.0, 2.0
    assert "no node has another one within 3 hops" in str(mad_gap(x, family("path:10").graph))


def test_nearly_parallel_states_keep_their_digits():
    graph = family("path:12").graph
    slope = np.stack([np.ones(12), 1e-7 * np.arange(12)], axis=1)
    found = mad_gap(slope, graph, near=1, remote=2)
    # angles are 1e-7·|i − j| to first order
    assert found.near == pytest.approx(0.5e-14, rel=1e-5)
    assert found.value > 0


def test_a_sampled_gap_estimates_the_whole_within_its_error():
    graph = family("grid:15x15").graph
    rng = np.random.default_rng(0)
    x = np.stack([np.repeat(np.arange(15), 15), np.tile(np.arange(15), 15)], axis=1) / 5 + rng.random(
        (225, 2)
    )
    whole = mad_gap(x, graph).value
    z = []
    for seed in range(40):
        found = mad_gap(x, graph, rows=70, rng=seed)
        z.append((found.value - whole) / found.standard_error)
    assert abs(np.mean(z)) < 0.6
    assert 0.6 < np.std(z) < 1.6
    assert "70 of 225 nodes looked at" in str(found)


def test_short_blocks_add_up(monkeypatch):
    graph = family("grid:6x6").graph
    x = cases.features(36, 3)
    whole = mad_gap(x, graph)
    monkeypatch.setattr(gap_module, "BLOCK_VALUES", 36 * 5)
    assert mad_gap(x, graph).value == pytest.approx(whole.value, abs=1e-14)


def test_bad_gaps_are_refused():
    graph, x = family("path:4").graph, np.ones((4, 1))
    for near, remote in ((0, 2), (3, 3)):
        with pytest.raises(UsageError, match="near"):
            mad_gap(x, graph, near, remote)
    with pytest.raises(UsageError, match="3 rows"):
        mad_gap(x[:3], graph)
    with pytest.raises(UsageError, match="row"):
        mad_gap(x, graph, rows=0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_permutation_of_nodes_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 14))
    a = cases.random_matrix(n, 2.0, seed=seed)
    labels, x, order = rng.integers(-1, 3, n), rng.standard_normal((n, 2)), rng.permutation(n)
    graph, moved = (cases.graph_from_matrix(m) for m in (a, a[np.ix_(order, order)]))
    one, other = information_noise_ratio(graph, labels, 3), information_noise_ratio(moved, labels[order], 3)
    assert one.shares == other.shares
    one, other = mad_gap(x, graph, 1, 3), mad_gap(x[order], moved, 1, 3)
    assert (one.value is None) == (other.value is None)
    assert one.value is None or one.value == pytest.approx(other.value, abs=1e-12)


def test_self_loops_and_weights_play_no_part():
    a = cases.random_matrix(14, 3, seed=2)
    labels, x = np.arange(14) % 3, cases.features(14, 2)
    plain = cases.graph_from_matrix(a)
    heavy = cases.graph_from_matrix(3.0 * a + np.eye(14), weighted=True)
    assert information_noise_ratio(plain, labels).shares == information_noise_ratio(heavy, labels).shares
    assert mad_gap(x, plain, 1, 3) == mad_gap(x, heavy, 1, 3)
