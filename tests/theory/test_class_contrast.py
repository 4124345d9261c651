"""Predicted class contrast: against what is measured, against dense bilinear forms, and where it is exact."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import csbm
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.simulate.class_contrast import measure_class_contrast
from spectral_smooth.spectra.quadrature import spectral_measure
from spectral_smooth.theory import bilinear
from spectral_smooth.theory.class_contrast import predict_class_contrast

DEPTHS = np.array([0, 1, 2, 3, 5, 8, 13, 30])


def some_labels(n, classes=3):
    labels = np.random.default_rng(n).integers(-1, classes, size=n)
    if n > 4:
        labels[:2] = 0, 1
        labels[4] = classes
    return labels


def inside(predicted, measured, rtol=1e-9, atol=1e-13):
    """Whether every measured value lies between the sides."""
    low, high = predicted.lower * (1 - rtol) - atol, predicted.upper * (1 + rtol) + atol
    return np.all((low <= measured.value) & (measured.value <= high))


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS, operators=cases.FEW_OPERATORS))
@pytest.mark.parametrize("products", [None, 40])
def test_what_is_measured_lies_between_the_sides(op, products):
    n = op.graph.num_nodes
    x, labels = cases.features(n), some_labels(n)
    measured = measure_class_contrast(op, x, labels, DEPTHS)
    predicted = predict_class_contrast(op, x, labels, DEPTHS, products=products)
    assert predicted.labels == measured.labels
    for one, two in zip(predicted.curves, measured.curves, strict=True):
        assert inside(one, two)
        np.testing.assert_allclose(one.value, two.value, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(predicted.plateaus, measured.plateaus, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", cases.rule_params())
@pytest.mark.parametrize("products", [None, 24])
def test_every_rule(rule, products):
    op = gcn(cases.GRAPHS["karate"])
    x, labels = cases.features(34, 5), some_labels(34)
    measured = measure_class_contrast(op, x, labels, DEPTHS, rule=rule)
    predicted = predict_class_contrast(op, x, labels, DEPTHS, rule=rule, products=products)
    for one, two in zip(predicted.curves, measured.curves, strict=True):
        assert inside(one, two), rule.name
        np.testing.assert_allclose(one.value, two.value, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("make", [gcn, random_walk])
def test_below_the_number_of_products_the_form_is_exact(make):
    """h_k(S) a lies in the span of V for k < m: only rounding is left."""
    op = make(cases.GRAPHS["dense random"])
    x, labels = cases.features(20, 4), some_labels(20)
    depths = np.arange(6)
    exact = predict_class_contrast(op, x, labels, depths, products=None)
    few = predict_class_contrast(
        op, x, labels, depths, products=6, spectral=spectral_measure(op, x, products=None)
    )
    for one, two in zip(few.curves, exact.curves, strict=True):
        assert one.source in ("exact", "bracket")
        np.testing.assert_allclose(one.value, two.value, rtol=1e-11)


def test_beyond_the_products_the_tolerance_covers_the_error_and_is_called_an_estimate():
    data = csbm(nodes=1200)
    op = gcn(data.graph)
    depths = np.array([0, 4, 11, 12, 16, 24, 40])
    measured = measure_class_contrast(op, data.features, data.labels, depths)
    for products in (12, 20, 48):
        predicted = predict_class_contrast(op, data.features, data.labels, depths, products=products)
        for one, two in zip(predicted.curves, measured.curves, strict=True):
            assert one.source == ("bracket" if products > 40 else "estimate")
            assert inside(one, two)
            sure = depths < products
            np.testing.assert_allclose(one.value[sure], two.value[sure], rtol=1e-8)


def test_slow_modes_that_few_products_miss_are_not_guessed_away():
    """Far beyond the products the sides open instead of closing around a value that is far too small."""
    op = gcn(family("grid:30x30").graph)
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((900, 4)), rng.integers(0, 3, 900)
    depths = np.array([5, 20, 80, 200])
    measured = measure_class_contrast(op, x, labels, depths)
    for products in (4, 9, 20):
        found = predict_class_contrast(op, x, labels, depths, products=products)
        for one, two in zip(found.curves, measured.curves, strict=True):
            assert inside(one, two)
            assert one.lower[-1] == 0
            assert "what the whole signal allows" in one.note


def test_the_bilinear_form_is_that_of_dense_powers():
    op = gcn(cases.GRAPHS["weighted self-loops"])
    x, labels = cases.features(18, 2), some_labels(18)
    found = predict_class_contrast(op, x, labels, DEPTHS, products=None)
    basis = naive.fixed_basis(op)
    projector = np.eye(18) - basis @ basis.T
    for c, curve in zip(found.labels, found.curves, strict=True):
        own, others = labels == c, (labels >= 0) & (labels != c)
        vector = own / own.sum() - others / others.sum()
        for k, value in zip(DEPTHS, curve.value, strict=True):
            state = np.linalg.matrix_power(naive.dense_core(op), int(k)) @ x
            expected = np.linalg.norm(vector @ projector @ state) / np.sqrt(np.sum(state**2) / 18)
            assert value == pytest.approx(expected, rel=1e-7, abs=1e-13)


def test_all_classes_share_the_products_and_panels_change_nothing(monkeypatch):
    data = csbm(nodes=500)
    op, labels = gcn(data.graph), np.arange(500) % 7
    one = predict_class_contrast(op, data.features, labels, DEPTHS, products=10)
    monkeypatch.setattr(bilinear, "PANEL_NUMBERS", 1)
    two = predict_class_contrast(op, data.features, labels, DEPTHS, products=10)
    assert one.applications == two.applications == 20
    for first, second in zip(one.curves, two.curves, strict=True):
        np.testing.assert_allclose(first.value, second.value, rtol=1e-10)


def test_another_engine_gives_the_same():
    op, labels = gcn(cases.GRAPHS["karate"]), some_labels(34)
    x = cases.features(34)
    one = predict_class_contrast(op, x, labels, DEPTHS, products=9)
    two = predict_class_contrast(op, x, labels, DEPTHS, products=9, engine=Reference())
    for first, second in zip(one.curves, two.curves, strict=True):
        np.testing.assert_allclose(first.value, second.value, rtol=1e-9)


def test_classes_in_the_known_spaces_have_no_contrast():
    """Under the walk a class that is a component differs from the others in the fixed part alone."""
    op = random_walk(cases.GRAPHS["two equal components"])
    labels = op.graph.components.labels
    for products in (None, 5):
        found = predict_class_contrast(op, cases.features(20), labels, DEPTHS, products=products)
        assert all(np.all(curve.value < 1e-12) for curve in found.curves)
        assert min(found.plateaus) > 0.01


def test_wide_features_keep_their_inner_products():
    op, labels = gcn(cases.GRAPHS["karate"]), some_labels(34)
    x = cases.features(34, 90)
    for products in (None, 33):
        found = predict_class_contrast(op, x, labels, DEPTHS, products=products)
        for one, two in zip(found.curves, measure_class_contrast(op, x, labels, DEPTHS).curves, strict=True):
            np.testing.assert_allclose(one.value, two.value, rtol=1e-7)


@pytest.mark.parametrize(
    "case",
    [
        (gcn(cases.GRAPHS["one node"]), np.ones((1, 1)), np.zeros(1, dtype=int)),
        (symmetric(cases.GRAPHS["no edges"]), np.ones((5, 1)), np.arange(5) % 2),
        (gcn(cases.GRAPHS["karate"]), np.ones((34, 1)), np.full(34, -1)),
    ],
)
def test_nothing_to_compare(case):
    assert predict_class_contrast(*case, DEPTHS).curves == ()


def test_features_of_zeros_and_constants():
    op, labels = random_walk(cases.GRAPHS["karate"], loops=1.0), some_labels(34)
    for x in (np.zeros((34, 2)), np.ones((34, 2))):
        for products in (None, 6):
            found = predict_class_contrast(op, x, labels, DEPTHS, products=products)
            assert all(np.all(curve.value < 1e-13) for curve in found.curves)


@pytest.mark.parametrize("products", [0, "many"])
def test_bad_products(products):
    with pytest.raises(UsageError, match="products must be"):
        predict_class_contrast(
            gcn(cases.GRAPHS["karate"]), cases.features(34), some_labels(34), DEPTHS, products=products
        )


def test_auto_goes_on_until_the_values_have_settled():
    op = gcn(family("path:800").graph)
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((800, 2)), rng.integers(0, 3, 800)
    depths = np.array([0, 100, 3000])
    auto, fixed = (
        predict_class_contrast(op, x, labels, depths, products=products) for products in ("auto", 64)
    )
    assert auto.applications > fixed.applications == 128
    for one, two in zip(auto.curves, measure_class_contrast(op, x, labels, depths).curves, strict=True):
        assert inside(one, two)
        np.testing.assert_allclose(one.value, two.value, rtol=0.05)
