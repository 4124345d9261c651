"""The gaps of real graphs that everybody can check."""

import numpy as np
import pytest

from spectral_smooth.graphs.formats.reader import read_graph
from spectral_smooth.operators.operator import gcn
from spectral_smooth.spectra.eigen import eigenpairs

GAPS = {"texas": 0.0404, "cora": 0.0036206, "minesweeper": 0.000333}


@pytest.mark.parametrize("name", GAPS)
def test_gap_of_a_real_graph(data_folder, name):
    op = gcn(read_graph(data_folder / "npz" / f"{name}.npz"))
    spectrum = eigenpairs(op, 6, "slowest", rng=0)
    assert np.all(spectrum.convergence.residuals <= 1e-10)
    largest = op.fixed_space.labels == 0
    inside = np.linalg.norm(spectrum.vectors[largest], axis=0) > 0.5
    assert 1.0 - spectrum.values[inside][0] == pytest.approx(GAPS[name], rel=2e-3)
    assert spectrum.fixed_dimension == op.graph.components.count
    if name == "cora":
        assert spectrum.fixed_dimension == 78
