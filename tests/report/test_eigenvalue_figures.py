"""plot_eigenvalues: what is drawn is what was computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.report.eigenvalue_figures import plot_eigenvalues
from spectral_smooth.spectra.all_eigenvalues import all_eigenvalues
from spectral_smooth.spectra.around import eigenpairs_around
from spectral_smooth.spectra.eigen import eigenpairs


@pytest.mark.parametrize("end", ["top", "bottom", "slowest"])
def test_marks_lie_on_the_values(end):
    found = eigenpairs(gcn(family("grid:5x6").graph), 7, end, rng=0)
    ax = plot_eigenvalues(found)
    marks = np.concatenate([part.get_offsets() for part in ax.collections])
    np.testing.assert_allclose(marks[:, 1], found.values)
    assert end in ax.get_title()


def test_values_near_one_are_drawn_by_their_distance():
    found = eigenpairs(symmetric(family("path:2000").graph), 3, "top", rng=0)
    ax = plot_eigenvalues(found)
    assert ax.get_yscale() == "log"
    np.testing.assert_allclose(ax.collections[0].get_offsets()[:, 1], found.distances)


def test_what_did_not_converge_is_open():
    found = eigenpairs(gcn(family("grid:5x6").graph), 3, rng=0)
    open_ones = replace(found, convergence=replace(found.convergence, converged=False))
    filled, hollow = (part.get_offsets() for part in plot_eigenvalues(open_ones).collections)
    assert (len(filled), len(hollow)) == (0, 3)


def test_the_target_is_drawn_and_named():
    ax = plot_eigenvalues(eigenpairs_around(gcn(family("grid:5x6").graph), 4, 0.25))
    assert ax.get_title() == "around 0.25"
    assert any(np.all(np.asarray(line.get_ydata()) == 0.25) for line in ax.lines)


def test_all_eigenvalues_are_called_so():
    ax = plot_eigenvalues(all_eigenvalues(gcn(family("grid:12x12").graph)))
    assert ax.get_title().startswith("all eigenvalues, gap")


def test_nothing_to_draw_is_said():
    ax = plot_eigenvalues(eigenpairs(gcn(family("complete:1").graph), 3, rng=0))
    assert "no eigenvalue" in " ".join(text.get_text() for text in ax.texts)
