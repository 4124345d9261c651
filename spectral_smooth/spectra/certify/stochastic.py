"""How many eigenvalues lie above a value, from random probes and a polynomial: an interval with a confidence."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, log, sqrt

import numpy as np
from scipy.fft import dct
from scipy.special import erfc

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.claims import EigenvalueCount

PROBES = 32
EDGE = 4.3  # erfc(4.3)/2 < 1e-9: where the step counts as done


def stochastic_count(
    operator: Operator, value: float, products: int, confidence: float, rng: np.random.Generator
) -> EigenvalueCount:
    """Return an interval for the number of eigenvalues off the fixed space above a value.

    The trace of f(S), f a smooth step of width w from 0 to 1 in [−ε, 1 + ε], is estimated by Gaussian probes
    (Hutchinson 1990). The interval is that of Laurent and Massart (Annals of Statistics 28, 2000, lemma 1) for Gaussian
    quadratic forms, with ‖f‖_F² ≤ (1 + ε) tr f: it holds for any number of probes, not only in the limit. The blur w
    is the count's ``margin``.

    Parameters
    ----------
    operator : Operator
    value : float
    products : int
        Products with S of 32 columns each; the blur is about 10 / products.
    confidence : float
    rng : numpy Generator
    """
    space = operator.fixed_space
    free = int(space.sizes.sum()) - space.dimension - space.alternating_dimension
    steps = max(products // 2, 8)
    coefficients, error, blur = step_filter(float(value), 2 * steps)
    moments = _moments(operator, steps, rng)
    trace = float(coefficients @ moments + error * moments[0])  # of f + ε ≥ 0
    low, high = trace_interval(max(trace, 0.0), 1.0 + 2.0 * error, PROBES, 1.0 - confidence)
    at_least = max(ceil((low - 2.0 * error * free) / (1.0 + error) - 1e-6), 0)
    at_most = min(floor(high / (1.0 - error) + 1e-6), free)
    return EigenvalueCount(
        value,
        "above",
        at_least,
        at_most,
        "statistical",
        margin=blur,
        confidence=confidence,
        method=f"{PROBES} random probes and a polynomial of degree {2 * steps}",
    )


@lru_cache(maxsize=8)
def step_filter(value: float, degree: int) -> tuple[FloatArray, float, float]:
    """Return Chebyshev coefficients of ½ erfc((value − x)/h), what they leave out at most, and the blur.

    The blur is the distance from ``value`` beyond which the step is done to 1e-9.
    """
    height = 2.2 * EDGE / degree
    points = 4 * degree
    angles = np.pi * (np.arange(points) + 0.5) / points
    samples = 0.5 * erfc((value - np.cos(angles)) / height)
    all_of_them = dct(samples) / points
    all_of_them[0] *= 0.5
    left_out = float(np.abs(all_of_them[degree + 1 :]).sum())
    return all_of_them[: degree + 1], 2.0 * left_out + 1e-9, EDGE * height


def trace_interval(estimate: float, largest: float, probes: int, chance: float) -> tuple[float, float]:
    """Return an interval for tr F, 0 ≤ F ≤ largest, from the mean of ``probes`` Gaussian quadratic forms.

    P(mean ≥ t + 2√(‖F‖_F² x/s) + 2‖F‖x/s) ≤ e^−x and P(mean ≤ t − 2√(‖F‖_F² x/s)) ≤ e^−x, with ‖F‖_F² ≤ largest·t.
    """
    x = log(2.0 / chance) * largest / probes
    low = max(sqrt(max(estimate - x, 0.0)) - sqrt(x), 0.0) ** 2 if estimate > 2.0 * x else 0.0
    high = (sqrt(x) + sqrt(x + estimate)) ** 2
    return low, high


def _moments(operator: Operator, steps: int, rng: np.random.Generator) -> FloatArray:
    """Return the mean of xᵀT_j(S)x, j = 0 … 2·steps, two a product: T_2j = 2T_j² − 1, T_2j+1 = 2T_jT_j+1 − T_1."""
    bound = Numba().bind(operator)
    probes = rng.standard_normal((operator.graph.num_nodes, PROBES))
    probes[operator.fixed_space.labels < 0] = 0.0
    bound.project_out(probes)
    before, now = probes, np.empty_like(probes)
    bound.apply(before, now)
    image = np.empty_like(probes)
    moments = np.zeros(2 * steps + 1)
    zero, one = _inner(before, before), _inner(before, now)
    moments[0], moments[1] = zero, one
    for j in range(1, steps + 1):
        moments[2 * j] = 2.0 * _inner(now, now) - zero
        if j == steps:
            break
        bound.apply(now, image)
        image *= 2.0
        image -= before
        before, now, image = now, image, before
        moments[2 * j + 1] = 2.0 * _inner(before, now) - one
    return moments / PROBES


def _inner(x: FloatArray, y: FloatArray) -> float:
    return float(np.einsum("ij,ij->", x, y))
