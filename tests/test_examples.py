"""The scripts in docs/examples: they run at small size, and what they show is what they say."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "examples"


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up while it is loading
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def transition():
    return load("csbm_transition")


@pytest.fixture(scope="module")
def oono_suzuki():
    return load("oono_suzuki")


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 20_000


def test_the_transition_rises_and_is_predicted(transition, tmp_path, capsys):
    points = transition.main(["--small", "--output", str(tmp_path / "figure.png")])
    assert is_png(tmp_path / "figure.png")
    assert [p.num_nodes for p in points] == sorted(p.num_nodes for p in points)
    predicted = [p.theory for p in points]
    assert predicted == sorted(predicted)
    assert points[-1].measured > points[0].measured + 0.5
    for p in points:
        assert abs(p.measured - p.theory) < 3 * p.error + 0.1
    printed = capsys.readouterr()
    assert "N = 250" in printed.err
    # both laws, each for both curves, and how well it is known
    assert printed.out.count("(log N),") == printed.out.count("(log N / log log N),") == 2
    assert "standard error" in printed.out


def test_the_transition_model_has_the_degree_it_names(transition):
    model = transition.model_of(2000, 2.0)
    assert model.mean_degree == pytest.approx(2 * np.log(2000))
    assert model.p == pytest.approx(3 * model.q)
    assert model.correlation == pytest.approx(0.5)


def test_fits_recover_their_own_law(transition):
    sizes = np.array([300, 1000, 5000, 20000])
    for law, x in transition.LAWS.items():
        found = transition.fit(law, sizes, 1.5 + 0.7 * x(sizes))
        assert (found.offset, found.slope) == pytest.approx((1.5, 0.7))
        assert found.spread < 1e-12


def test_a_peak_that_is_not_reached_is_refused(transition):
    with pytest.raises(ValueError, match="more layers"):
        transition.peak_of(np.array([0.6, 0.7, 0.8]))


def test_distances_stay_below_the_bound(oono_suzuki, tmp_path, capsys):
    runs, densities = oono_suzuki.main(["--small", "--output", str(tmp_path / "figure.png")])
    assert is_png(tmp_path / "figure.png")
    assert [one.scale for one in runs][:2] == [0.5, 1.0]
    assert runs[2].scale * runs[2].rate == pytest.approx(1.0)
    for one in (*runs, *(one for _, one in densities)):
        # what rounding leaves of a state of that size; it shrinks with the state, s at a time
        floor = 1e-13 * one.distances[0] * max(1.0, one.scale) ** np.arange(len(one.distances))
        assert np.all(one.distances <= one.bound * (1 + 1e-9) + floor)
        assert np.all(one.distances[1:] <= one.scale * one.rate * one.distances[:-1] * (1 + 1e-9) + floor[1:])
    left = [one.distances[-1] / one.distances[0] for one in runs]
    assert left == sorted(left)
    rates, factors = ([f(one) for _, one in densities] for f in (lambda r: r.rate, lambda r: r.per_layer))
    assert rates == sorted(rates, reverse=True)
    assert factors == sorted(factors, reverse=True)
    assert "s·λ = 1.0000" in capsys.readouterr().out


def test_rate_and_distance_by_definition(oono_suzuki):
    operator = oono_suzuki.graph_operator(60, 0.05, seed=3)
    dense = operator.matrix().toarray()
    values, vectors = np.linalg.eigh(dense)
    fixed = vectors[:, values > 1 - 1e-10]
    assert fixed.shape[1] > 1  # several components: each has its own fixed vector
    assert oono_suzuki.slowest_rate(operator) == pytest.approx(np.abs(values[values < 1 - 1e-10]).max())
    x = np.random.default_rng(0).standard_normal((60, 3))
    assert oono_suzuki.distance(operator, x) == pytest.approx(np.linalg.norm(x - fixed @ (fixed.T @ x)))


def test_weights_have_the_singular_value_asked_for(oono_suzuki):
    drawn = oono_suzuki.weights(7, 2.5, np.random.default_rng(0))
    assert np.linalg.svd(drawn, compute_uv=False)[0] == pytest.approx(2.5)
