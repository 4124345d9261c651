"""How many probes and products reach an error: a small run first, then one of the size that it tells."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.density.law import probe_distance
from spectral_smooth.spectra.density.sample import Sample

PILOT_PRODUCTS, PILOT_PROBES, PILOT_NUMBERS = 16, 8, 1 << 17
MOST_PRODUCTS, MOST_NUMBERS = 1500, 1 << 27
ATTEMPTS = 4
# Share of the error that is left to the probes, and what both sizes are taken larger by: where a spectrum has a narrow
# part, the products' error falls more slowly in the beginning, and another run would cost more.
PROBES_SHARE, SPARE_PROBES, SPARE_PRODUCTS = 0.3, 1.06, 1.2


@dataclass(frozen=True)
class Size:
    """Probes (0: a signal, nothing random) and products of one run."""

    probes: int
    products: int


@dataclass(frozen=True, eq=False)
class Errors:
    """A run with the two parts of its error, as shares of all eigenvalues times the width of [−1, 1]."""

    sample: Sample
    products: float
    probes: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.products + self.probes


def judged(sample: Sample, share: float, rest: int) -> Errors:
    """Return a run with its errors; ``share`` of everything is what it has looked at.

    Parameters
    ----------
    sample : Sample
    share : float
        Of all eigenvalues, or of a signal's squared norm.
    rest : int
        Number of eigenvalues that the probes stand for.
    """
    probes = 0.0
    if sample.probes:
        points: tuple[FloatArray, FloatArray] = sample.bracket.steps()
        probes = probe_distance(*points, rest, sample.probes)
    return Errors(sample, 0.5 * share * sample.bracket.distance, 0.5 * share * probes)


def pilot(numbers: int, probes: int | None, products: int | None, first: int = PILOT_PRODUCTS) -> Size:
    """Return the size of the first run; what is given stays.

    Examples
    --------
    >>> pilot(1_000_000, None, None), pilot(1000, None, 50)
    (Size(probes=1, products=16), Size(probes=8, products=50))
    """
    wanted = probes if probes is not None else PILOT_PROBES if numbers < PILOT_NUMBERS else 1
    return Size(wanted, products if products is not None else first)


def next_size(found: Errors, size: Size, target: float, fixed: tuple[bool, bool], most_probes: int) -> Size:
    """Return the size that should reach a target, from what a smaller run has found.

    The error of the probes falls with √probes, that of the products with their number.

    Parameters
    ----------
    found : Errors
    size : Size
    target : float
    fixed : tuple of two bool
        Whether the number of probes, and of products, is given.
    most_probes : int
    """
    probes, products = size.probes, size.products
    part = PROBES_SHARE * target if not fixed[1] else max(target - found.products, PROBES_SHARE * target)
    if not fixed[0] and found.probes > part:
        probes = min(math.ceil(SPARE_PROBES * probes * (found.probes / part) ** 2), max(most_probes, probes))
    left = target - found.probes * math.sqrt(size.probes / probes) if probes else target
    if not fixed[1] and found.products > 0:
        left = max(left, PROBES_SHARE * target)
        products = min(max(math.ceil(SPARE_PRODUCTS * products * found.products / left), 2), MOST_PRODUCTS)
    return Size(probes, products)


def search(
    run: Callable[[Size], Sample],
    target: float,
    *,
    share: float,
    rest: int,
    numbers: int,
    probes: int | None,
    products: int | None,
    first: int = PILOT_PRODUCTS,
) -> tuple[Errors, int]:
    """Run until the error is within a target, at most `ATTEMPTS` times; return the last run and all products.

    Parameters
    ----------
    run : callable
        Takes a size.
    target : float
    share, rest :
        See `judged`.
    numbers : int
        Numbers in one column.
    probes, products : int or None
        None is chosen; zero probes are a signal.
    first : int
        Products of the first run.
    """
    fixed = probes is not None, products is not None
    size, spent = pilot(numbers, probes, products, first), 0
    most = max(1, MOST_NUMBERS // numbers)
    for _ in range(ATTEMPTS):
        sample = run(size)
        found = judged(replace(sample, probes=size.probes), share, rest)
        spent += found.sample.products
        following = next_size(found, size, target, fixed, most)
        if found.total <= target or following == size:
            break
        size = following
    return found, spent
