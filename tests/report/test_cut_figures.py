"""The picture of a sweep."""

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.report.cut_figures import plot_sweep_cut
from spectral_smooth.spectra.structure.cheeger import cheeger_interval
from spectral_smooth.spectra.structure.sweep import SweepCut, sweep_cut


@pytest.fixture(autouse=True)
def quiet_backend():
    mpl.use("Agg")
    yield
    plt.close("all")


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("spec", ["barbell:5", "complete:2", "ring_of_cliques:40x8", "star:9"])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_best_cut_is_the_lowest_point(spec, loops):
    found = cheeger_interval(symmetric(family(spec).graph, loops))
    ax = plot_sweep_cut(found)
    ax.figure.canvas.draw()
    profile, best = ax.get_lines()[:2]
    assert best.get_ydata()[0] == pytest.approx(min(profile.get_ydata()))
    assert best.get_xdata()[0] == found.cut.nodes_smaller
    low, high = ax.get_ylim()
    assert low < found.lower.value <= found.cut.bound < high
    assert any("no cut lies below (estimate)" in label for label in labels_of(ax))
    assert ax.get_xscale() == ("log" if spec.startswith("ring") else "linear")


def test_a_cut_alone_and_from_json():
    cut = sweep_cut(gcn(family("barbell:5").graph))
    ax = plot_sweep_cut(SweepCut.from_dict(cut.to_dict()))
    assert len(labels_of(ax)) == 3


def test_nothing_to_cut():
    ax = plot_sweep_cut(cheeger_interval(gcn(family("path:1").graph)))
    assert [text.get_text() for text in ax.texts] == ["one node cannot be cut"]


def test_draws_into_given_axes():
    _, ax = plt.subplots()
    assert plot_sweep_cut(sweep_cut(gcn(family("path:9").graph)), ax=ax) is ax
