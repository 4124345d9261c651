"""prepare_features: what each policy does, and when auto chooses it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs import features as module
from spectral_smooth.graphs.features import prepare_features

SIGNED = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]])
DENSE = np.abs(SIGNED)
BINARY = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
MOSTLY_ZERO = np.array([[0.0, 0.3, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (SIGNED, "standard"),
        (DENSE, "standard"),
        (BINARY, "rows"),
        (BINARY.astype(bool), "rows"),
        (MOSTLY_ZERO, "rows"),
        (-MOSTLY_ZERO, "standard"),
        (sparse.csr_array(DENSE), "rows"),
        (sparse.csr_array(SIGNED), "standard"),
        (sparse.csr_array((3, 4)), "rows"),
    ],
)
def test_automatic_choice(features, expected):
    prepared, notes, applied = prepare_features(features, num_nodes=3)
    assert applied == expected
    assert "(chosen by auto)" in notes[0].text
    assert prepared.dtype == np.float64


@given(arrays(np.float64, (6, 4), elements=st.floats(0, 1e6, width=32)))
@settings(max_examples=60, deadline=None)
def test_rows_add_up_to_one_or_stay_zero(features):
    expected = (features.sum(axis=1) > 0).astype(float)
    dense, notes, _ = prepare_features(features, "rows", num_nodes=6)
    assert dense.sum(axis=1) == pytest.approx(expected)
    compressed, more, _ = prepare_features(sparse.csr_array(features), "rows", num_nodes=6)
    assert sparse.issparse(compressed)
    np.testing.assert_allclose(compressed.toarray(), dense, rtol=1e-14)
    assert notes == more
    zero = int(6 - expected.sum())
    assert (str(zero) in notes[0].text) == bool(zero)


@given(arrays(np.float64, (6, 4), elements=st.floats(-1e6, 1e6, width=32)))
@settings(max_examples=60, deadline=None)
def test_standard_columns_have_mean_zero_and_variance_one_unless_constant(features):
    constant = features.max(axis=0) == features.min(axis=0)
    prepared, notes, applied = prepare_features(features, "standard", num_nodes=6)
    assert applied == "standard"
    assert prepared.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert prepared.var(axis=0) == pytest.approx(np.where(constant, 0.0, 1.0), abs=1e-9)
    assert any("nothing to smooth" in note.text for note in notes) == constant.all()


def test_standard_survives_extreme_scales():
    features = np.array([[1e-300, 1e300], [2e-300, -1e300], [3e-300, 0.0]])
    prepared, _, _ = prepare_features(features, "standard", num_nodes=3)
    assert prepared.var(axis=0) == pytest.approx([1, 1])


def test_a_column_that_rounding_makes_uneven_is_constant():
    prepared, notes, _ = prepare_features(np.full((10, 2), 0.1), "standard", num_nodes=10)
    assert not prepared.any()
    assert "2 columns are constant" in notes[0].text


def test_sparse_features_are_made_dense_to_be_centred_unless_too_large(monkeypatch):
    prepared, _, _ = prepare_features(sparse.csr_array(SIGNED), "standard", num_nodes=3)
    np.testing.assert_allclose(prepared, prepare_features(SIGNED, "standard", num_nodes=3)[0])
    monkeypatch.setattr(module, "LARGEST_CENTRED", 8)
    with pytest.raises(UsageError, match="choose rows or raw"):
        prepare_features(sparse.csr_array(SIGNED), "standard", num_nodes=3)


@pytest.mark.parametrize("features", [SIGNED, sparse.csr_array(SIGNED)])
def test_raw_is_what_was_given(features):
    prepared, _, applied = prepare_features(features, "raw", num_nodes=3)
    assert applied == "raw"
    assert abs(prepared - features).sum() == 0
    assert prepared is not features


@pytest.mark.parametrize("features", [None, np.zeros((7, 0))])
def test_probes_take_the_place_of_features(features):
    one, notes, applied = prepare_features(features, num_nodes=7, rng=1, probes=5)
    again, _, _ = prepare_features(features, num_nodes=7, rng=np.random.default_rng(1), probes=5)
    other, _, _ = prepare_features(features, num_nodes=7, rng=2, probes=5)
    assert one.shape == (7, 5)
    assert applied == "probes"
    assert "no features" in notes[0].text
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_input_is_left_alone():
    features = sparse.csr_array(DENSE)
    before = features.toarray()
    prepare_features(features, "rows", num_nodes=3)
    np.testing.assert_array_equal(features.toarray(), before)


@pytest.mark.parametrize(
    ("features", "policy", "error", "seen"),
    [
        (SIGNED, "columns", UsageError, "expected one of auto, raw, rows, standard"),
        (SIGNED, "rows", UsageError, "a feature is -2"),
        (SIGNED[:2], "raw", InputError, "expected \\(3, number of features\\)"),
        (np.full((3, 2), 1.7e308), "rows", InputError, "row overflows"),
        (np.array([[1.7e308], [1.7e308], [1.0]]), "standard", InputError, "column overflows"),
        (None, "auto", UsageError, "at least one is needed"),
    ],
)
def test_refused(features, policy, error, seen):
    with pytest.raises(error, match=seen):
        prepare_features(features, policy, num_nodes=3, probes=0)
