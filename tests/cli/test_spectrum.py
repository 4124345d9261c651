"""spectrum's certificates, densities, facts, vectors and pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.density.types import DensityOfStates

PNG = b"\x89PNG"


def test_a_certificate_comes_with_the_values_and_is_the_librarys(run):
    result = run("spectrum", "karate", "-k", "3", "--end", "top", "--certify", "--json")
    printed = json.loads(result.out)["certificate"]
    expected = ss.eigenpairs(ss.gcn(ss.load("karate").graph), 3, "top", rng=0, certify=True).certificate
    assert result.code == 0
    assert printed["obtained"]
    assert Certificate.from_dict(printed).to_dict() == expected.to_dict()
    assert "certified (proven)" in run("spectrum", "karate", "--certify").out


def test_a_certificate_that_is_not_obtained_exits_three(run, monkeypatch):
    module = "spectral_smooth.spectra.certify.certify"

    def doubtful(operator, spectrum, **_):
        honest = certify(operator, spectrum)
        return Certificate.from_dict(honest.to_dict() | {"failures": ["no factorisation was affordable"]})

    from spectral_smooth.spectra.certify.certify import certify

    monkeypatch.setattr(f"{module}.certify", doubtful)
    result = run("spectrum", "karate", "--certify")
    assert result.code == 3
    assert "no factorisation was affordable" in result.out
    assert run("spectrum", "karate").code == 0


def test_density_and_facts(run):
    printed = json.loads(run("spectrum", "karate", "--density", "--facts", "--json").out)
    density = DensityOfStates.from_dict(printed["density"])
    assert density.count_above(-1.5).estimate == 34
    assert printed["facts"]["components"][0]["nodes"] == 34
    out = run("spectrum", "karate", "--density", "--facts").out
    assert "density of states" in out
    assert "mixes to within" in out


def test_vectors_are_written_as_they_are(run, tmp_path):
    file = tmp_path / "modes.npy"
    assert run("spectrum", "karate", "-k", "2", "--end", "top", "--vectors", file).code == 0
    vectors = np.load(file, allow_pickle=False)
    op = ss.gcn(ss.load("karate").graph)
    values = ss.eigenpairs(op, 2, "top", rng=0).values
    np.testing.assert_allclose(op.matrix() @ vectors, vectors * values, atol=1e-12)


@pytest.mark.parametrize("asked", [(), ("--density",), ("--density", "--facts")])
def test_a_picture_is_drawn(run, tmp_path, asked):
    file = tmp_path / "found.png"
    assert run("spectrum", "karate", "--plot", file, *asked).code == 0
    assert file.read_bytes().startswith(PNG)


@pytest.mark.parametrize(("option", "name"), [("--vectors", "x.txt"), ("--plot", "x.jpg")])
def test_files_of_another_kind_are_refused_before_anything_is_computed(run, tmp_path, option, name):
    result = run("spectrum", "karate", option, tmp_path / name)
    assert result.code == 2
    assert "takes a file ending in" in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("option", "name"), [("--vectors", "x.npy"), ("--plot", "x.png")])
def test_existing_files_are_kept_without_force(run, tmp_path, option, name):
    file = tmp_path / name
    file.write_bytes(b"mine")
    assert run("spectrum", "karate", option, file).code == 2
    assert file.read_bytes() == b"mine"
    assert run("spectrum", "karate", option, file, "--force").code == 0
    assert file.read_bytes() != b"mine"


def test_values_around_one(run, tmp_path):
    file = tmp_path / "around.png"
    result = run("spectrum", "karate", "-k", "3", "--around", "0.3", "--certify", "--json", "--plot", file)
    printed = json.loads(result.out)
    expected = ss.eigenpairs_around(ss.gcn(ss.load("karate").graph), 3, 0.3, rng=0)
    assert result.code == 0
    assert (printed["which"], printed["target"]) == ("around", 0.3)
    assert printed["values"] == expected.values.tolist()
    assert printed["certificate"]["obtained"]
    assert file.read_bytes().startswith(PNG)
    assert (
        "3 values off the fixed space, around 0.3" in run("spectrum", "karate", "-k3", "--around", "0.3").out
    )


def test_all_values(run, tmp_path):
    file = tmp_path / "all.svg"
    result = run("spectrum", "csbm:nodes=300", "--all", "--plot", file)
    values = json.loads(run("spectrum", "csbm:nodes=300", "--all", "--json").out)["values"]
    assert result.code == 0
    assert "more, all of them with --json or -o" in result.out
    assert f"all {len(values)} values off the fixed space" in result.out
    assert file.read_bytes().startswith(b"<?xml")
    op = ss.gcn(ss.load("csbm:nodes=300").graph)
    assert values == ss.all_eigenvalues(op).values.tolist()
    assert "(proven)" in run("spectrum", "karate", "--all", "--certify").out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--all", "-k", "3"), "leave out -k, --end, --around, --vectors"),
        (("--all", "--around", "0.3"), "leave out -k, --end, --around, --vectors"),
        (("--all", "--vectors", "x.npy"), "leave out -k, --end, --around, --vectors"),
        (("--around", "0.3", "--end", "slowest"), "leave out one of them"),
        (("--around", "1.5"), "value must be a number between -1 and 1"),
        (("--around", "nan"), "value must be a number between -1 and 1"),
    ],
)
def test_options_that_would_be_dropped_are_refused(run, options, sentence):
    result = run("spectrum", "karate", *options)
    assert result.code == 2
    assert sentence in result.err


def test_a_search_that_gives_up_exits_three_with_what_it_has(run, monkeypatch):
    from spectral_smooth.spectra.solvers.nearest import Nearest

    starved = Nearest(dense_up_to=0, max_solves=1, max_products=1)
    monkeypatch.setattr("spectral_smooth.spectra.around.Nearest", lambda: starved)
    result = run("spectrum", "karate", "-k", "2", "--around", "0.3")
    assert result.code == 3
    assert "gave up" in result.err
    assert "2 values off the fixed space, around 0.3" in result.out
