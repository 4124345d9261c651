"""Estimate, and simple random samples with a stated budget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray

Seed: TypeAlias = np.random.Generator | int | None

# Up to this many members there is no sampling at all.
ALL_MEMBERS = 512
FEWEST_MEMBERS = 32
# Multiply-adds that one block of inner products may cost when members are sampled: some 20 ms.
SAMPLE_WORK = 400_000_000


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error; zero where nothing was sampled.

    Attributes
    ----------
    value : float
    standard_error : float
    note : str
        What a reader must know, for instance ``257 of 2,708 rows sampled``.
    """

    value: float
    standard_error: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        error = f" ± {self.standard_error:.1g}" if self.standard_error else ""
        return f"{self.value:.6g}{error}" + (f" ({self.note})" if self.note else "")


def choose_sample(
    population: int, length: int, rng: np.random.Generator, size: int | None = None
) -> IntArray:
    """Return sorted numbers of the members to look at: all, or a simple random sample.

    Parameters
    ----------
    population : int
    length : int
        Length of the vectors whose inner products are taken.
    rng : Generator
    size : int, optional
        By default all up to `ALL_MEMBERS`; beyond that as many as `SAMPLE_WORK` multiply-adds against
        the whole population allow, between `FEWEST_MEMBERS` and `ALL_MEMBERS`.
    """
    if size is None:
        affordable = SAMPLE_WORK // max(population * length, 1)
        size = population if population <= ALL_MEMBERS else min(ALL_MEMBERS, max(FEWEST_MEMBERS, affordable))
    if size >= population:
        return np.arange(population)
    return np.sort(rng.choice(population, size=size, replace=False))


def sample_mean(values: FloatArray, population: float, what: str = "rows") -> Estimate:
    """Return the mean of a simple random sample: error sd/√s·√(1 − s/population), 0 for a full sample."""
    size = len(values)
    if size >= population or size < 2:
        return Estimate(float(np.mean(values)))
    error = float(np.std(values, ddof=1)) / math.sqrt(size) * math.sqrt(1.0 - size / population)
    return Estimate(float(np.mean(values)), error, f"{size:,} of {round(population):,} {what} sampled")
