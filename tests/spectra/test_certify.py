"""Certificates against dense LAPACK: never false, nearly always obtained, and refused where something is wrong."""

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix, operator_params
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.spectra_torture import run
from benchmarks.torture_check import false_claims, sabotaged, truth
from benchmarks.torture_graphs import atlas, seeded
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.certify import certify, count_above
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.eigen import eigenpairs

ENDS = ("top", "bottom", "slowest")
PROVING = ("diagonalise", "bunch-kaufman", "sparse")


def without_vectors(spectrum):
    return replace(spectrum, vectors=None)


# multigrid's coarsest level on weights over many orders of magnitude; residuals decide what is believed
@pytest.mark.filterwarnings("ignore:An ill-conditioned matrix")
@pytest.mark.parametrize("first", range(0, 100, 25))
def test_torture_on_seeded_graphs(first):
    seeds = range(first, first + 25)
    for name, tally in run(seeds, map(seeded, seeds)).items():
        assert not tally.examples
        assert (tally.wrong_values, tally.wrong_multiplicities, tally.false_certificates) == (0, 0, 0)
        # multigrid, made for meshes, may give up on weights over many orders of magnitude, and says so
        assert tally.share >= (0.95 if name == "Lobpcg" else 0.99)


def test_torture_on_the_atlas():
    for tally in run(range(10**6, 10**7), list(atlas())[40::40]).values():
        assert not tally.examples
        assert tally.share == 1.0


@pytest.mark.parametrize("op", operator_params(operators=("gcn", "symmetric", "walk with per-node loops")))
def test_every_case_is_certified_at_every_end(op):
    expected = truth(op)
    for which in ENDS:
        certificate = certify(op, eigenpairs(op, 4, which, rng=0))
        assert certificate.obtained, str(certificate)
        assert not false_claims(certificate, expected)
        again = Certificate.from_dict(json.loads(json.dumps(certificate.to_dict())))
        assert again == certificate
        assert str(again) == str(certificate)


@pytest.mark.parametrize("method", PROVING)
@pytest.mark.parametrize("which", ENDS)
def test_each_way_of_counting_agrees(method, which):
    op = gcn(GRAPHS["karate"])
    certificate = certify(op, eigenpairs(op, 5, which, rng=0), method=method)
    assert certificate.obtained
    assert not false_claims(certificate, truth(op))
    assert all(cluster.exact for cluster in certificate.clusters)
    assert max(one.width for one in certificate.enclosures) < 1e-12


@pytest.mark.parametrize("which", ENDS)
def test_spoiled_spectra_are_never_certified_falsely(which):
    for seed in range(300, 312):
        op = seeded(seed)
        expected = truth(op)
        spectrum = eigenpairs(op, 4, which, rng=seed)
        for spoiled in sabotaged(spectrum, np.random.default_rng(seed)) if len(spectrum.values) else []:
            for method in ("auto", "bunch-kaufman", "sparse"):
                assert not false_claims(certify(op, spoiled, method=method), expected)


def test_a_missed_value_is_noticed():
    op = gcn(GRAPHS["karate"])
    spectrum = eigenpairs(op, 4, "top", rng=0)
    kept = [0, 2, 3]
    lost = replace(
        spectrum,
        values=spectrum.values[kept],
        vectors=spectrum.vectors[:, kept],
        convergence=replace(spectrum.convergence, residuals=spectrum.convergence.residuals[kept]),
    )
    for given_one in (lost, without_vectors(lost)):
        certificate = certify(op, given_one)
        assert not certificate.obtained
        assert certificate.kind == "none"
        assert "missed" in str(certificate)


def test_a_copied_vector_is_noticed():
    op = gcn(family("complete:8").graph)
    spectrum = eigenpairs(op, 3, "top", rng=0)
    vectors = spectrum.vectors.copy()
    vectors[:, 1] = vectors[:, 0]
    certificate = certify(op, replace(spectrum, vectors=vectors))
    assert certificate.kind == "none"
    assert "linearly dependent" in str(certificate)


def test_the_fixed_vector_is_not_taken_for_a_slow_mode():
    op = gcn(GRAPHS["karate"])
    spectrum = eigenpairs(op, 1, "top", rng=0)
    fixed = op.fixed_space.vector.reshape(-1, 1)
    false = replace(spectrum, values=np.ones(1), vectors=fixed)
    assert certify(op, false).kind == "none"


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_without_vectors_by_counts_alone(seed):
    op = seeded(seed)
    for which in ENDS:
        certificate = certify(op, without_vectors(eigenpairs(op, 3, which, rng=seed)))
        assert not false_claims(certificate, truth(op))
    op = gcn(GRAPHS["karate"])
    assert certify(op, without_vectors(eigenpairs(op, 3, "top", rng=0))).obtained


def test_exact_multiplicity_of_a_cut_cluster():
    op = symmetric(family("complete:30").graph)
    for method in ("auto", "bunch-kaufman"):
        certificate = certify(op, eigenpairs(op, 3, "top", rng=0), method=method)
        assert certificate.obtained
        (cluster,) = certificate.clusters
        assert (cluster.listed, cluster.at_least, cluster.at_most) == (3, 29, 29)
        twins = [one for one in certificate.multiplicities if one.source == "closed twins"]
        assert [(one.value, one.at_least, one.exact) for one in twins] == [(-1 / 29, 29, True)]


def test_one_component_and_ten_isolated_edges():
    op = symmetric(GRAPHS["component and isolated edges"])
    certificate = certify(op, eigenpairs(op, 12, "bottom", rng=0))
    assert certificate.obtained
    assert certificate.bottom.low == certificate.bottom.high == -1.0
    assert max(cluster.at_least for cluster in certificate.clusters) == 11
    assert certificate.rate_bound == 1.0


@pytest.mark.parametrize("name", ["one node", "no edges", "one self-loop"])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_nothing_off_the_fixed_space(name, loops):
    op = symmetric(GRAPHS[name], loops)
    certificate = certify(op, eigenpairs(op, 3, "slowest", rng=0))
    assert certificate.obtained
    assert certificate.rate_bound == 0.0
    assert "no eigenvalue" in str(certificate)
    count = count_above(op, 0.0)
    assert count.exact
    assert count.at_most == 0


def test_isolated_nodes_without_loops_are_left_out():
    op = symmetric(GRAPHS["isolated nodes"])
    spectrum = eigenpairs(op, 100, "top", rng=0)
    certificate = certify(op, spectrum)
    assert certificate.obtained
    assert sum(cluster.at_least for cluster in certificate.clusters) == len(truth(op))


@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_a_tiny_gap_keeps_its_digits(loops):
    n = 3000
    op = Operator(family(f"cycle:{n}").graph, loops=loops)
    path = Operator(graph_from_matrix(nx.to_numpy_array(nx.path_graph(400))), loops=loops)
    spectrum = eigenpairs(path, 3, "top", rng=0)
    certificate = certify(path, spectrum, method="sparse")
    assert certificate.obtained
    assert certificate.gap.source == "edge sums"
    assert certificate.gap.high - certificate.gap.low < 1e-9 * certificate.gap.high
    if not loops:
        closed = 2.0 * np.sin(np.pi / (2 * 399)) ** 2  # of the path, without the cancellation of 1 − cos
        assert certificate.gap.low <= closed * (1 + 1e-14)
        assert certificate.gap.high >= closed * (1 - 1e-14)
    twice = certify(op, eigenpairs(op, 2, "top", rng=0), method="sparse")
    closed = 4.0 * np.sin(np.pi / n) ** 2 / (2.0 + loops)
    assert twice.obtained
    assert twice.clusters[0].exact
    assert twice.clusters[0].at_most == 2
    assert twice.gap.low <= closed * (1 + 1e-14)
    assert twice.gap.high >= closed * (1 - 1e-14)
    assert twice.gap.high - twice.gap.low < 1e-4 * closed  # two of them: as wide as the residual


def test_statistical_certificates_hold_and_say_so():
    false = 0
    for seed in range(24):
        op = seeded(seed)
        expected = truth(op)
        for which in ENDS:
            certificate = certify(op, eigenpairs(op, 3, which, rng=seed), method="statistical", rng=seed)
            false += bool(false_claims(certificate, expected, kinds=("proven", "statistical")))
            if certificate.kind == "statistical":
                assert not certificate.obtained
                assert certificate.confidence == 0.99
                assert "confidence" in str(certificate)
    assert false <= 3  # of 72 with a confidence of 99 %


def test_large_fill_leads_to_a_statistical_certificate_or_none():
    op = gcn(family("grid:70x70").graph)
    spectrum = eigenpairs(op, 2, "top", rng=0)
    small = Budget(fill=1000, products=400)
    probable = certify(op, spectrum, budget=small, rng=0)
    assert probable.kind == "statistical"
    refused = certify(op, spectrum, budget=small, method="proven")
    assert refused.kind == "none"
    assert "factor would have more than 1,000 entries" in str(refused)
    proven = certify(op, spectrum)
    assert proven.obtained
    assert proven.top.low <= probable.top.high


def test_a_wide_interval_is_not_what_was_asked_for():
    op = gcn(GRAPHS["karate"])
    spectrum = eigenpairs(op, 2, "top", rng=0)
    rng = np.random.default_rng(0)
    rough = replace(spectrum, vectors=spectrum.vectors + 1e-4 * rng.standard_normal(spectrum.vectors.shape))
    certificate = certify(op, rough)
    assert certificate.kind == "proven"
    assert not certificate.obtained
    assert certify(op, rough, budget=Budget(width=0.1)).obtained


@pytest.mark.parametrize("value", [-0.9, -0.2, 0.0, 0.31, 0.8, 0.99])
def test_counts_above_a_value(value):
    for name in ("karate", "disjoint union", "weighted self-loops", "isolated nodes"):
        for op in (gcn(GRAPHS[name]), symmetric(GRAPHS[name])):
            expected = int(np.count_nonzero(truth(op) > value))
            for method in ("auto", *PROVING):
                count = count_above(op, value, method=method)
                assert count.at_least <= expected <= count.at_most
                if method == "sparse" and value == 0.0 and count.kind == "none":
                    continue  # a zero diagonal cannot do without pivoting
                assert count.kind == "proven"
                near = np.min(np.abs(truth(op) - value))
                assert count.exact or near < 1e-6


def test_a_count_at_an_eigenvalue_is_an_interval():
    op = symmetric(family("complete:5").graph)
    count = count_above(op, -0.25)
    assert (count.at_least, count.at_most) == (0, 4)
    assert not count.exact


def test_too_many_values_and_no_values():
    op = gcn(GRAPHS["karate"])
    spectrum = eigenpairs(op, 2, "top", rng=0)
    none = replace(
        spectrum,
        values=np.zeros(0),
        vectors=np.zeros((34, 0)),
        convergence=replace(spectrum.convergence, residuals=np.zeros(0)),
    )
    assert "no values" in str(certify(op, none))
    strange = replace(spectrum, values=np.array([np.nan, 0.2]))
    assert certify(op, strange).kind == "none"


def test_wrong_arguments():
    op = gcn(GRAPHS["karate"])
    spectrum = eigenpairs(op, 2, "top", rng=0)
    with pytest.raises(UsageError, match="not one of this operator"):
        certify(gcn(GRAPHS["barbell"]), spectrum)
    with pytest.raises(UsageError, match="method must be one of"):
        certify(op, spectrum, method="magic")
    for value in (2.0, np.nan):
        with pytest.raises(UsageError, match="between -1 and 1"):
            count_above(op, value)


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_node_order_plays_no_part(seed):
    op = seeded(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(op.graph.num_nodes)
    matrix = op.graph.adjacency().toarray()[np.ix_(order, order)]
    other = Operator(
        graph_from_matrix(matrix, weighted=op.graph.weights is not None), loops=op.loop_weights[order]
    )
    one, two = (certify(each, eigenpairs(each, 3, "top", rng=0)) for each in (op, other))
    assert one.kind == two.kind
    for first, second in zip(one.enclosures, two.enclosures, strict=True):
        assert first.low <= second.high
        assert second.low <= first.high
    known = [[(m.at_least, m.source) for m in each.multiplicities] for each in (one, two)]
    assert sorted(known[0]) == sorted(known[1])
