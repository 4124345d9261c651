"""all_eigenvalues against dense LAPACK and closed forms, in batches, within its memory, and proven."""

import tracemalloc

import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix, random_matrix
from eigen_cases import CLOSED, closed_form, free_values, random_operator
from scipy.sparse import block_diag

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.all_eigenvalues import all_eigenvalues
from spectral_smooth.spectra.certify.certificate import Certificate


@pytest.mark.parametrize("certify", [False, True])
def test_random_graphs_against_lapack(certify):
    for seed in range(100):
        op = random_operator(seed)
        truth = free_values(op)
        found = all_eigenvalues(op, certify=certify)
        assert found.complete
        assert found.vectors is None
        assert found.fixed_dimension == op.fixed_space.dimension
        np.testing.assert_allclose(found.values, truth, atol=1e-12)
        assert np.all(np.abs(found.values - truth) <= found.convergence.residuals + 1e-13)
        assert found.rate == pytest.approx(np.max(np.abs(truth), initial=0.0), abs=1e-12)


@pytest.mark.parametrize(("name", "loops"), CLOSED)
def test_closed_forms_lie_in_their_intervals(name, loops):
    op, expected = closed_form(name, loops)
    proof = all_eigenvalues(op, certify=True).certificate
    assert proof.obtained
    assert len(proof.enclosures) == len(expected)
    for enclosure, value in zip(proof.enclosures, expected, strict=True):
        assert enclosure.low - 1e-15 <= value <= enclosure.high + 1e-15
    assert sum(cluster.at_most for cluster in proof.clusters) == len(expected)


def test_multiplicities_are_those_of_the_clusters():
    proof = all_eigenvalues(symmetric(family("hypercube:5").graph), certify=True).certificate
    assert [cluster.at_most for cluster in proof.clusters] == [5, 10, 10, 5, 1]
    assert Certificate.from_dict(proof.to_dict()).to_dict() == proof.to_dict()


def test_components_of_one_size_take_one_call(monkeypatch):
    calls = []
    plain = np.linalg.eigvalsh
    monkeypatch.setattr(np.linalg, "eigvalsh", lambda stack: calls.append(stack.shape) or plain(stack))
    parts = [random_matrix(6, 9.0, 1)] * 30 + [random_matrix(4, 9.0, 2)] * 20 + [np.zeros((1, 1))] * 7
    op = gcn(graph_from_matrix(block_diag(parts).toarray()))
    assert all_eigenvalues(op).complete
    assert calls == [(30, 6, 6), (20, 4, 4)]


@pytest.mark.parametrize("name", ["one node", "no edges"])
@pytest.mark.parametrize("loops", [0.0, 1.0])
@pytest.mark.parametrize("certify", [False, True])
def test_nothing_off_the_fixed_space(name, loops, certify):
    found = all_eigenvalues(symmetric(GRAPHS[name], loops), memory=0, certify=certify)
    assert found.complete
    assert len(found.values) == 0
    assert found.rate == 0.0
    assert found.gap is None
    assert not certify or found.certificate.obtained


def test_isolated_edges_need_no_algebra():
    op = symmetric(graph_from_matrix(np.kron(np.eye(5), [[0, 1], [1, 0]])))
    np.testing.assert_array_equal(all_eigenvalues(op).values, -np.ones(5))


@pytest.mark.parametrize(("certify", "each"), [(False, 24), (True, 64)])
def test_what_it_would_take_is_said_before_anything_is_computed(certify, each):
    op = gcn(family("grid:20x30").graph)
    need = each * 600**2
    with pytest.raises(
        UsageError, match=f"600 nodes need {need:,} bytes .* density_of_states or count_above"
    ):
        all_eigenvalues(op, memory=need - 1, certify=certify)
    assert all_eigenvalues(op, memory=need, certify=certify).complete


@pytest.mark.parametrize("certify", [False, True])
def test_it_takes_no_more_than_it_says(certify):
    op = gcn(family("grid:25x30").graph)
    all_eigenvalues(gcn(family("grid:3x3").graph), certify=certify)
    tracemalloc.start()
    try:
        all_eigenvalues(op, certify=certify)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    beside = 4 << 20  # S itself, the certificate
    assert peak <= (64 if certify else 24) * 750**2 + beside
