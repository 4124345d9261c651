"""What was warmed up is not compiled again, and what cannot be meant is refused."""

from __future__ import annotations

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.engines.compilation import Compilations, compilations
from spectral_smooth.warmup import warm_up


def compiled() -> int:
    now = compilations()
    return now.compiled + now.loaded


# A width of 3 to 4 columns, and one of 33 to 40.
@pytest.mark.parametrize("columns", [3, 33])
def test_a_graph_of_a_warm_width_compiles_nothing(columns):
    found = warm_up([columns])
    assert isinstance(found, Compilations)
    before = compiled()
    rng = np.random.default_rng(0)
    two = ss.model("csbm:nodes=300,inside=0.05,outside=0.01", seed=0).graph
    for graph in (ss.load("karate").graph, two):
        operator = ss.gcn(graph)
        features = rng.standard_normal((graph.num_nodes, columns + 1))
        ss.propagate(operator, features, 80, measures=("energy", "deviation"))
        ss.propagate(operator, features, 3, rule=ss.ppr(0.2))
        ss.spectral_measure(operator, features, products=6)
    assert compiled() == before


def test_weights_and_types_are_warmed_up_on_request():
    warm_up([2], ["float32"], weighted=True)
    before = compiled()
    graph = ss.load("karate").graph
    weights = 1.0 + (graph.rows + graph.indices) % 3
    heavy = ss.Graph(graph.indptr, graph.indices, weights)
    ss.propagate(ss.gcn(heavy), np.eye(34)[:, :2], 8, dtype="float32")
    assert compiled() == before


def test_a_second_call_finds_everything_there_and_reports_every_run():
    warm_up([2])
    told = []
    again = warm_up([2, 2], ["float64", "float64"], progress=lambda done, total: told.append((done, total)))
    assert again == Compilations(0, 0)
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]
    assert len(told) == 10


@pytest.mark.parametrize(
    ("columns", "dtypes", "says"),
    [
        ([0], ["float64"], "at least 1, got 0"),
        ([1], ["float16"], "float64, float32, got 'float16'"),
    ],
)
def test_what_cannot_be_meant_is_refused(columns, dtypes, says):
    with pytest.raises(ss.errors.UsageError, match=says):
        warm_up(columns, dtypes)
