"""Lanczos where weights spread over twenty orders of magnitude: values so close that rounding decides."""

from __future__ import annotations

import numpy as np
import pytest

import spectral_smooth as ss
from benchmarks.torture_check import truth, wrong_values
from benchmarks.torture_graphs import graph_of, seeded
from spectral_smooth.errors import NotConvergedError
from spectral_smooth.spectra.solvers.lanczos import Lanczos


# Of the torture's graphs: a Ritz value above 1 by rounding; values found less exactly than a closer one has to be.
@pytest.mark.parametrize(
    ("seed", "count", "which"),
    [(67, 2, "top"), (541, 5, "top"), (4392, 2, "top"), (2485, 6, "top"), (1337, 4, "top")],
)
def test_what_was_given_up_is_found(seed, count, which):
    operator = seeded(seed)
    found = ss.eigenpairs(operator, count, which, solver=Lanczos(), rng=seed)
    assert wrong_values(found, truth(operator)) == ""


def test_a_value_of_one_by_rounding_is_not_hopeless():
    """A gap of 1e-17 cannot be told from none; the search goes on all the same."""
    chain = np.diag([1.0, 1.0, 1e-17, 1.0, 1.0], 1)
    operator = ss.gcn(graph_of(chain + chain.T))
    found = ss.eigenpairs(operator, 3, "top", solver=Lanczos(), rng=0)
    assert wrong_values(found, truth(operator)) == ""


def test_with_a_least_gap_it_gives_up_early_and_says_so():
    operator = ss.gcn(ss.family("cycle:3000").graph)
    with pytest.raises(NotConvergedError) as raised:
        ss.eigenpairs(operator, 1, "top", solver=Lanczos(least_gap=0.01), rng=0)
    assert raised.value.partial.convergence.applications < 100
