import cases
import numpy as np
import pytest

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.measures import energies, rank, similarity
from spectral_smooth.measures.columns import column_difference
from spectral_smooth.measures.state import STATE_MEASURES, State, measure_state
from spectral_smooth.operators.operator import gcn


@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, cases.FEW_OPERATORS))
@pytest.mark.parametrize("kind", ["random", "zero", "constant", "one column", "float32"])
def test_every_measure_has_a_finite_value_on_every_state(op, kind):
    x = cases.features(op.graph.num_nodes, 1 if kind == "one column" else 4)
    x = {"zero": np.zeros_like(x), "constant": np.ones_like(x), "float32": x.astype(np.float32)}.get(kind, x)
    found = measure_state(op, x)
    assert list(found) == list(STATE_MEASURES)
    for name, one in found.items():
        assert np.isfinite(one.value), name
        assert one.value >= (-1.0 if name == "mean_cosine" else 0.0), name
        assert one.standard_error == 0.0, name


def test_the_registry_gives_what_the_functions_give():
    op = cases.operator("weighted", "gcn")
    x = cases.features(op.graph.num_nodes, 5)
    found = {name: one.value for name, one in measure_state(op, x).items()}
    direct = {
        "edge_energy": energies.edge_energy(op.graph, x),
        "normalized_energy": energies.normalized_energy(op, x),
        "matched_energy": energies.matched_energy(op, x),
        "edge_rayleigh": energies.edge_energy(op.graph, x) / np.sum(x**2),
        "mean_deviation": similarity.mean_deviation(x),
        "mean_cosine": similarity.mean_cosine(x),
        "mad": similarity.mad(x),
        "mad_nonzero": similarity.mad_nonzero(x).value,
        "smv": similarity.smv(x).value,
        "row_difference": similarity.row_difference(x).value,
        "column_difference": column_difference(x).value,
        "stable_rank": rank.stable_rank(x).value,
        "effective_rank": rank.effective_rank(x).value,
        "rank_one_distance": rank.rank_one_distance(x).value,
    }
    for name, value in direct.items():
        assert found[name] == pytest.approx(value, rel=1e-13), name


@pytest.mark.parametrize("name", STATE_MEASURES)
def test_every_measure_says_what_it_is(name):
    one = STATE_MEASURES[name]
    assert one.name == name
    assert all((one.label, one.formula, one.source, one.kernel))


@pytest.mark.parametrize("name", STATE_MEASURES)
def test_scale_free_measures_ignore_a_factor_and_the_others_do_not(name):
    op = cases.operator("weighted", "gcn")
    x = cases.features(op.graph.num_nodes, 5)
    once, twice = (measure_state(op, factor * x, [name])[name].value for factor in (1.0, 2.0))
    assert STATE_MEASURES[name].scale_free == (twice == pytest.approx(once, rel=1e-12))


def test_one_sample_and_one_factorisation_serve_all():
    op = gcn(cases.GRAPHS["karate"])
    state = State(cases.features(34), op)
    assert state.pairs is state.pairs
    assert state.factor is state.factor


def test_a_seed_gives_the_same_whatever_else_is_asked_for():
    n = 600
    op = gcn(cases.family(f"cycle:{n}").graph)
    x = np.random.default_rng(0).standard_normal((n, 3))
    every = measure_state(op, x, rng=3)
    assert every["smv"].standard_error > 0
    for name in ("smv", "row_difference", "column_difference"):
        assert measure_state(op, x, [name], rng=3)[name] == every[name]
    assert measure_state(op, x, ["smv"], rng=4)["smv"] != every["smv"]
    assert measure_state(op, x, ["smv"], rng=np.random.default_rng(3))["smv"] == every["smv"]


def test_what_cannot_be_measured_is_refused():
    op = gcn(cases.GRAPHS["karate"])
    with pytest.raises(UsageError, match="unknown state measure 'smoothness'; known are edge_energy"):
        measure_state(op, np.zeros((34, 1)), ["smoothness"])
    with pytest.raises(UsageError, match=r"expected \(34, columns\)"):
        measure_state(op, np.zeros((33, 1)))
    with pytest.raises(InputError, match="NaN or infinite"):
        measure_state(op, np.full((34, 1), np.nan))
