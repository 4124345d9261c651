"""Samples: the same for every layer of a width, without bias, and with an error that is right."""

from __future__ import annotations

import cases
import numpy as np
import pytest
from monitoring.stacks import measured

from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import model
from spectral_smooth.monitoring.measuring import samples
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.operators.operator import gcn, random_walk

ALONG_EDGES = {
    "edge_energy",
    "normalized_energy",
    "energy",
    "edge_rayleigh",
    "rayleigh_quotient",
    "edge_ratio",
    "edge_cosine",
    "edge_cosine_centred",
}
BETWEEN_PAIRS = {"median_pair_distance", "row_difference", "smv", "mad_nonzero"}
OF_ROWS = {
    "stable_rank",
    "effective_rank",
    "rank_one_distance",
    "column_correlation",
    "column_difference",
    "constant_columns",
}


@pytest.fixture
def small_samples(monkeypatch):
    """Samples of a hundred edges and sixty rows, however small the graph."""
    for name, value in {
        "ALL_ROW_VALUES": 0,
        "SOME_ROW_VALUES": 0,
        "FEWEST_ROWS": 60,
        "ALL_EDGE_VALUES": 0,
        "SOME_EDGE_VALUES": 0,
        "FEWEST_EDGES": 100,
    }.items():
        monkeypatch.setattr(samples, name, value)


def smoothed(op, columns, steps=1, seed=0):
    """Noise and a few steps of the walk: neighbours are related, rows are of different sizes."""
    x = np.random.default_rng(seed).standard_normal((op.graph.num_nodes, columns)) + 0.2
    walk = op.matrix()
    for _ in range(steps):
        x = walk @ x
    return x


@pytest.mark.parametrize("nodes", [100, 240])
def test_estimates_are_within_their_errors(nodes, small_samples, monkeypatch):
    graph = model(f"csbm:nodes={nodes},inside=0.2,outside=0.05", seed=1).graph
    op = random_walk(graph, loops=1.0)
    x = smoothed(op, 6)
    drawn = [measured(op, x, seed=seed) for seed in range(120)]
    with monkeypatch.context() as patch:
        patch.setattr(samples, "ALL_PAIRS", nodes)
        patch.setattr(samples, "ALL_EDGE_VALUES", 2**23)
        full = measured(op, x)
    assert not full.errors
    for name in ALONG_EDGES | BETWEEN_PAIRS:
        z = np.array([(one.values[name] - full.values[name]) / one.errors[name] for one in drawn])
        assert np.mean(np.abs(z) <= 4.0) >= 0.95, name
        # neither too small nor too large: the root mean square of right z is one
        least = 0.0 if name == "median_pair_distance" else 0.7  # that of a quantile is on the safe side
        assert least < np.sqrt(np.mean(z**2)) < 1.4, (name, np.sqrt(np.mean(z**2)))
        assert abs(z.mean()) < 0.5, (name, z.mean())
    for one in drawn[:5]:
        assert set(one.errors) == ALONG_EDGES | BETWEEN_PAIRS
        for name in set(LAYER_MEASURES) & set(full.values) - set(one.errors) - OF_ROWS:
            assert one.values[name] == full.values[name], name


def test_ranks_of_sampled_rows_are_close_to_those_of_all(small_samples, monkeypatch):
    graph = model("csbm:nodes=240,inside=0.1,outside=0.02", seed=1).graph
    op, x = gcn(graph), np.random.default_rng(0).standard_normal((240, 6)) + 0.2
    one = measured(op, x)
    with monkeypatch.context() as patch:
        patch.setattr(samples, "ALL_ROW_VALUES", 2**22)
        full = measured(op, x)
    for name in OF_ROWS - {"column_correlation", "column_difference"}:
        assert one.values[name] == pytest.approx(full.values[name], rel=0.2), name
    assert one.values["constant_columns"] == full.values["constant_columns"] == 0.0


def test_what_fits_is_measured_in_full():
    ground = Ground.of(gcn(family("grid:8x8").graph), None)
    drawn = Samples(ground)
    assert len(drawn.rows(64)) == 64
    assert len(drawn.edges(64).heads) == drawn.edges(64).total == 112
    assert drawn.pairs().heads.shape == (64, 63)
    seen = {(i, j) for i, j in zip(drawn.pairs().heads.ravel(), drawn.pairs().tails.ravel(), strict=True)}
    assert seen == {(i, j) for i in range(64) for j in range(64) if i != j}
    assert not measured(ground.operator, cases.features(64, 5)).errors


@pytest.mark.parametrize("zeros", [0, 5, 33, 34])
def test_rows_without_a_direction_do_not_make_a_sample_of_all(zeros):
    x = cases.features(34, 4)
    x[:zeros] = 0.0
    assert not measured(gcn(cases.GRAPHS["karate"]), x).errors


def test_partners_are_others_and_samples_hold_nothing_twice(small_samples):
    ground = Ground.of(gcn(cases.graph_from_matrix(np.pad(np.ones((150, 150)), (0, 7)))), None)
    drawn = Samples(ground, seed=3)
    rows, edges, pairs = drawn.rows(9), drawn.edges(9), drawn.pairs()
    assert len(rows) == 60
    assert len(np.unique(rows)) == 60
    assert np.all(np.diff(rows) > 0)
    assert len({(int(i), int(j)) for i, j in zip(edges.heads, edges.tails, strict=True)}) == 100
    assert edges.total == 150 * 149 // 2
    assert np.all(pairs.heads != pairs.tails)
    assert max(pairs.heads.max(), pairs.tails.max()) < 150, "nodes without a neighbour are nobody's partner"
    assert len(np.unique(pairs.heads[:, 0])) == len(pairs.heads)


def test_samples_depend_on_the_seed_alone(small_samples):
    op = gcn(family("grid:20x20").graph)
    x = smoothed(op, 5)
    one, same, other = measured(op, x, seed=4), measured(op, x, seed=4), measured(op, x, seed=5)
    assert one.to_dict() == same.to_dict()
    assert one.values["edge_energy"] != other.values["edge_energy"]
    drawn = Samples(Ground.of(op, None), 4)
    first = drawn.pairs().tails.copy()
    again = Samples(Ground.of(op, None), 4)
    again.edges(3), again.rows(7)
    np.testing.assert_array_equal(again.pairs().tails, first)


def test_very_wide_layers_have_a_small_gram_matrix(monkeypatch):
    monkeypatch.setattr(samples, "WIDE", 20)
    ground = Ground.of(gcn(cases.GRAPHS["karate"]), None)
    assert len(Samples(ground).rows(20)) == 34
    assert len(Samples(ground).rows(21)) == 20
