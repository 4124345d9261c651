"""Closed-form eigenvalues of the core S for families of graphs; numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray


def regular(adjacency: FloatArray, degree: float, loops: float) -> FloatArray:
    """Return (a + γ)/(d + γ) for the adjacency eigenvalues a of a d-regular graph, any loops γ.

    An edgeless graph without loops has S = 0, hence all eigenvalues 0.
    """
    total = degree + loops
    if total == 0:
        return np.zeros(len(adjacency))
    return descending((adjacency + loops) / total)


def cycle(size: int) -> FloatArray:
    """Return adjacency eigenvalues 2·cos(2πj/n) of a cycle."""
    return 2.0 * np.cos(2.0 * np.pi * np.arange(size) / size)


def reflecting(size: int) -> FloatArray:
    """Return adjacency eigenvalues 2·cos(πk/n) of a path with a self-loop per missing neighbour."""
    return 2.0 * np.cos(np.pi * np.arange(size) / size)


def path(size: int) -> FloatArray:
    """Return eigenvalues cos(πk/(n − 1)) of the loop-free core of a path with n ≥ 2 nodes."""
    return descending(np.cos(np.pi * np.arange(size) / (size - 1)))


def circulant(size: int, offsets: Sequence[int]) -> FloatArray:
    """Return adjacency eigenvalues Σ_s 2·cos(2πjs/n); an offset of n/2 is one edge and counts once."""
    angles = 2.0 * np.pi * np.arange(size) / size
    total = np.zeros(size)
    for offset in offsets:
        total += (1.0 if 2 * offset == size else 2.0) * np.cos(angles * offset)
    return total


def hypercube(dimension: int) -> FloatArray:
    """Return adjacency eigenvalues d − 2k with multiplicity binomial(d, k)."""
    counts = [math.comb(dimension, k) for k in range(dimension + 1)]
    return np.repeat(dimension - 2.0 * np.arange(dimension + 1), counts)


def complete(size: int) -> FloatArray:
    """Return adjacency eigenvalues n − 1 and, n − 1 times, −1."""
    return np.repeat([size - 1.0, -1.0], [1, size - 1])


def bipartite(left: int, right: int, loops: float) -> FloatArray:
    """Return the core's eigenvalues of the complete bipartite graph K_(a,b), any loops γ.

    Vectors that sum to zero on one side give γ/(b + γ), a − 1 times, and γ/(a + γ), b − 1 times. The
    2×2 quotient has the same two numbers on its diagonal and the eigenvalue 1, hence, from its trace,
    γ/(b + γ) + γ/(a + γ) − 1.
    """
    on_left, on_right = loops / (right + loops), loops / (left + loops)
    values = np.repeat([on_left, on_right], [left - 1, right - 1])
    return descending(np.concatenate([[1.0, on_left + on_right - 1.0], values]))


def cartesian_sum(parts: Sequence[FloatArray]) -> FloatArray:
    """Return all sums of one eigenvalue a part: adjacency eigenvalues of a Cartesian product."""
    return reduce(lambda left, right: np.add.outer(left, right).ravel(), parts)


def descending(values: FloatArray) -> FloatArray:
    """Sort from the largest to the smallest."""
    return np.sort(values)[::-1]


def no_closed_form(name: str, loops: float) -> UsageError:
    """Return the error for a spectrum that is not known in closed form."""
    return UsageError(
        f"the spectrum of {name} with loops={loops:g} has no closed form; "
        "compute it with eigenpairs() instead"
    )
