"""One run of a method from one block of probes or a signal, and what it leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import BoundNumba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.density.bracket import Bracket, Part, exact_bracket, quadrature_bracket
from spectral_smooth.spectra.density.chebyshev import chebyshev_moments
from spectral_smooth.spectra.density.kernel import kernel_bracket, moments_of
from spectral_smooth.spectra.density.known import KnownStates
from spectral_smooth.spectra.lockstep import lanczos

Method = Literal["lanczos", "kernel_polynomial"]
NOTHING: FloatArray = np.zeros(0)
# Moments of the smooth curve where the whole spectrum is known.
SMOOTH = 128


@dataclass(frozen=True, eq=False)
class Sample:
    """A distribution of mass 1 on (−1, 1) as found: see `DensityOfStates` for the fields."""

    bracket: Bracket
    moments: FloatArray
    nodes: FloatArray
    weights: FloatArray
    probes: int = 0
    products: int = 0


EMPTY = Sample(exact_bracket(NOTHING, NOTHING), NOTHING, NOTHING, NOTHING)


@dataclass(frozen=True, eq=False)
class Start:
    """A block in core coordinates without its parts in the known spaces, per row group.

    Attributes
    ----------
    block : float64 array, shape (num_nodes, columns)
        Used up by the first run.
    fixed, alternating, mass : float array, shape (num_groups,)
    """

    block: FloatArray
    fixed: FloatArray
    alternating: FloatArray
    mass: FloatArray


def signal_start(bound: BoundNumba, core: FloatArray) -> Start:
    """Return a signal as a start; ``core`` is used up."""
    found = deflate(bound, core)
    return Start(found.rest, found.fixed, found.alternating, found.mass)


def probe_start(bound: BoundNumba, known: KnownStates, probes: int, rng: np.random.Generator) -> Start:
    """Return Gaussian probes off everything that is known."""
    core = rng.standard_normal((bound.operator.graph.num_nodes, probes))
    known.filter(core)
    return signal_start(bound, core)


def run(
    bound: BoundNumba, start: Start, method: Method, products: int, progress: Tick | None = None
) -> Sample:
    """Take some products from a start that is not zero."""
    if method == "kernel_polynomial":
        moments = chebyshev_moments(bound, start.block, products, progress)
        bracket = kernel_bracket(moments)
        nodes, weights = bracket.steps()
        return Sample(bracket, moments, nodes, weights, products=products)
    found, used = lanczos(bound, start.block, start.mass, products, progress)
    parts = [part for part in found if part is not None]
    return quadrature_sample(parts, 2 * products, used)


def quadrature_sample(parts: Sequence[Part], moments: int, products: int) -> Sample:
    """Return what recurrences tell."""
    rules = [part.gauss() for part in parts]
    nodes, weights = (np.concatenate([rule[side] for rule in rules]) for side in (0, 1))
    order = np.argsort(nodes, kind="stable")
    nodes, weights = nodes[order], weights[order] / weights.sum()
    return Sample(
        quadrature_bracket(parts), moments_of(nodes, weights, moments), nodes, weights, products=products
    )


def exact_sample(values: FloatArray, masses: FloatArray) -> Sample:
    """Return a spectrum that is known completely: distinct values, ascending, with their masses."""
    if not len(values):
        return EMPTY
    return Sample(
        exact_bracket(values, masses), moments_of(values, masses, SMOOTH), values, masses / masses.sum()
    )
