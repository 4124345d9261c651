import math

import cases
import naive
import networkx as nx
import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs import families
from spectral_smooth.graphs.families import family, family_names
from spectral_smooth.operators.operator import Operator, gcn, symmetric


@pytest.mark.parametrize("loops", cases.LOOPS)
@pytest.mark.parametrize("name", cases.FAMILIES)
def test_closed_form_is_the_spectrum_of_the_core(name, loops):
    one = cases.FAMILIES[name]
    if one.loop_free and loops:
        with pytest.raises(UsageError, match="no closed form"):
            one.spectrum(loops)
        return
    values = one.spectrum(loops)
    assert np.all(np.diff(values) <= 0)
    np.testing.assert_allclose(values, naive.eigenvalues(symmetric(one.graph, loops)), atol=1e-13)
    np.testing.assert_allclose(values, naive.eigenvalues(Operator(one.graph, loops, 1.0)), atol=1e-13)


@pytest.mark.parametrize(
    ("spec", "reference"),
    [
        ("cycle:7", nx.cycle_graph(7)),
        ("path:6", nx.path_graph(6)),
        ("grid:3x4", nx.grid_graph((4, 3))),
        ("grid:2x3x4", nx.grid_graph((4, 3, 2))),
        ("torus:3x5", nx.grid_graph((5, 3), periodic=True)),
        ("complete:6", nx.complete_graph(6)),
        ("star:5", nx.star_graph(5)),
        ("bipartite:3x4", nx.complete_bipartite_graph(3, 4)),
        ("hypercube:4", nx.hypercube_graph(4)),
        ("circulant:9:1,3", nx.circulant_graph(9, [1, 3])),
        ("circulant:8:2,4", nx.circulant_graph(8, [2, 4])),
        ("prism:5", nx.circular_ladder_graph(5)),
        ("petersen", nx.petersen_graph()),
        ("barbell:4", nx.barbell_graph(4, 0)),
        ("ring_of_cliques:4x3", nx.ring_of_cliques(4, 3)),
        ("cycle:3+2*path:2", nx.disjoint_union_all([nx.cycle_graph(3), nx.path_graph(2), nx.path_graph(2)])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_graph_is_the_one_that_networkx_makes(spec, reference):
    made = nx.from_scipy_sparse_array(family(spec).graph.adjacency())
    assert nx.is_isomorphic(made, reference)
    assert family(spec).name == family(spec).graph.name == spec


def test_plain_grid_has_the_gap_that_dense_algebra_finds():
    grid = family("grid:10x10")
    assert 1 - naive.eigenvalues(gcn(grid.graph))[1] == pytest.approx(0.022147, abs=5e-7)
    for loops in (0.0, 1.0):
        with pytest.raises(UsageError, match=r"grid:10x10 .* no closed form; compute it with eigenpairs"):
            grid.spectrum(loops)


def test_reflecting_grid_is_regular_through_its_own_loops():
    graph = family("reflecting_grid:4x6").graph
    np.testing.assert_array_equal(graph.degrees, 4.0)
    assert graph.self_loop_weights.max() == 2.0


def test_kronecker_refuses_loops_and_multiplies_without():
    product = families.kronecker(family("cycle:5"), family("star:2"))
    assert product.graph.num_nodes == 15
    with pytest.raises(UsageError):
        product.spectrum(1.0)


@pytest.mark.parametrize("loops", [-1.0, math.nan, math.inf])
def test_impossible_loops_are_refused(loops):
    with pytest.raises(UsageError, match="at least 0"):
        family("cycle:4").spectrum(loops)


@pytest.mark.parametrize("name", family_names())
def test_the_example_of_every_family_works(name):
    example = family_names()[name].rpartition(" ")[2]
    assert example.startswith(name)
    one = family(example)
    assert one.name == example
    assert len(repr(one)) < 80


@pytest.mark.parametrize(
    ("spec", "seen"),
    [
        ("cycel:4", "did you mean cycle"),
        ("unheard-of", "known are cycle, path"),
        ("", "unknown graph family ''"),
        ("cycle", "expected something like cycle:12"),
        ("cycle:x", "expected something like cycle:12"),
        ("cycle:4x4", "expected something like cycle:12"),
        ("cycle:-4", "expected something like"),
        ("cycle:4.5", "expected something like"),
        ("cycle:2", "at least 3, got 2"),
        ("path:0", "at least 1, got 0"),
        ("grid:3x0", "at least 1, got 0"),
        ("grid:", "expected something like grid:10x10"),
        ("torus:2x5", "at least 3, got 2"),
        ("bipartite:3", "expected something like bipartite:3x4"),
        ("bipartite:0x4", "at least 1, got 0"),
        ("circulant:12", "expected something like circulant:12:1,3"),
        ("circulant:12:7", "between 1 and 6"),
        ("circulant:12:0,1", "between 1 and 6"),
        ("petersen:3", "expected something like petersen"),
        ("hypercube:60", "ask for a smaller one"),
        ("grid:1000000x1000000", "ask for a smaller one"),
        ("complete:1000000", "ask for a smaller one"),
        ("0*cycle:3", "number of copies"),
        ("cycle:3+", "unknown graph family ''"),
    ],
)
def test_a_bad_spec_says_what_was_expected(spec, seen):
    with pytest.raises(UsageError, match=seen) as caught:
        family(spec)
    assert caught.value.exit_code == 2


def test_union_of_nothing_is_refused():
    with pytest.raises(UsageError, match="at least one"):
        families.disjoint_union([])
