"""certify() and count_above(): the front door of everything that proves something about a spectrum."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import EigenvalueCount
from spectral_smooth.spectra.certify.counted import counted_groups
from spectral_smooth.spectra.certify.counting import Budget, Counter, Method
from spectral_smooth.spectra.certify.enclosures import Group, Residuals, groups
from spectral_smooth.spectra.certify.judge import Verdict, judge
from spectral_smooth.spectra.certify.multiplicity import structural_multiplicities
from spectral_smooth.spectra.certify.probable import probable
from spectral_smooth.spectra.certify.remainder import RemainderBound
from spectral_smooth.spectra.certify.rounding import EPS, Rounding
from spectral_smooth.spectra.certify.statement import Found, statement
from spectral_smooth.spectra.certify.stochastic import stochastic_count
from spectral_smooth.spectra.certify.window import certify_window
from spectral_smooth.spectra.types import Spectrum

MOST_VALUES = 5_000
BLUR = 1e-7


def certify(
    operator: Operator,
    spectrum: Spectrum,
    *,
    method: Method = "auto",
    budget: Budget | None = None,
    rng: np.random.Generator | int | None = None,
) -> Certificate:
    """Return what can be proven about the values of a spectrum.

    Residuals prove that there are *at least* so many eigenvalues near the values; the inertia of S − σI that there are
    *at most* so many beyond a separator. Where the two meet, every value's rank, its enclosure and the multiplicity of
    clusters follow for the exact S, rounding included. Where no factorisation is affordable, one Lanczos run bounds
    what was not found with a stated confidence.

    Parameters
    ----------
    operator : Operator
        The one that the spectrum was computed for.
    spectrum : Spectrum
        With vectors; without them more counts are needed, and a statistical certificate cannot be had.
    method : {"auto", "proven", "diagonalise", "bunch-kaufman", "sparse", "statistical"}
        ``auto`` proves where the budget allows and is statistical elsewhere; ``proven`` never is; the others force
        one way.
    budget : Budget, optional
        Fill, factorisations, products, confidence, and the longest interval that counts as certified.
    rng : numpy Generator or int, optional
        Of the statistical bound.

    Returns
    -------
    Certificate
        It is returned whatever was found: look at ``obtained``.

    Raises
    ------
    UsageError
        If the spectrum cannot be one of this operator, or ``method`` is unknown.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.certify.certify import certify
    >>> op = ss.symmetric(ss.as_graph(nx.complete_graph(5)))
    >>> certificate = certify(op, ss.eigenpairs(op, 2, "top", rng=0))
    >>> print(certificate.clusters[0])
    exactly 4 eigenvalues in [-0.25, -0.25] (proven)
    >>> certificate.obtained
    True
    """
    budget = budget or Budget()
    _check(operator, spectrum, method)
    rounding = Rounding.of(operator)
    counter = Counter(operator, method, budget, rounding)
    if spectrum.target is not None:
        if not spectrum.complete:
            return certify_window(operator, spectrum, counter)
        spectrum = replace(spectrum, which="top", target=None)
    total = int(operator.fixed_space.sizes.sum()) - operator.fixed_space.dimension
    found = _found(operator, spectrum, counter, total, np.random.default_rng(rng))
    return statement(operator, spectrum, found, counter, structural_multiplicities(operator))


def count_above(
    operator: Operator,
    value: float,
    *,
    method: Method = "auto",
    budget: Budget | None = None,
    rng: np.random.Generator | int | None = None,
) -> EigenvalueCount:
    """Return how many eigenvalues of S off the fixed space are larger than ``value``: how many slow modes there are.

    Proven by factorisations at value ± margin, which must agree; a stochastic estimate, with its interval and its
    blur, where they are too large.

    Parameters
    ----------
    operator : Operator
    value : float
        Between −1 and 1.
    method, budget, rng
        As for `certify`.

    Returns
    -------
    EigenvalueCount
        ``exact`` unless an eigenvalue lies within rounding of ``value``, or it is statistical.

    Raises
    ------
    UsageError
        If ``value`` is not a number between −1 and 1, or ``method`` is unknown.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.certify.certify import count_above
    >>> print(count_above(ss.symmetric(ss.as_graph(nx.cycle_graph(12))), 0.8))
    exactly 2 eigenvalues above 0.8 (proven, by verified diagonalisation)
    """
    if not -1.0 <= value <= 1.0:
        raise UsageError(f"value must be a number between -1 and 1, where all eigenvalues lie, got {value}")
    _check_method(method)
    budget = budget or Budget()
    counter = Counter(operator, method, budget, Rounding.of(operator))
    total = int(operator.fixed_space.sizes.sum()) - operator.fixed_space.dimension
    if not total or value == 1.0:
        return EigenvalueCount(value, "above", 0, 0, "proven", method="closed form")
    upper = counter.below(1, value, BLUR)
    if upper is not None:
        lower = counter.at(1, value + 1.5 * upper.error)
        if lower is not None and lower.inner >= value:
            return EigenvalueCount(
                value, "above", lower.at_least, upper.at_most, "proven", method=counter.words
            )
        at_least = upper.at_least
        margin = value - upper.inner
        return EigenvalueCount(
            value, "above", at_least, upper.at_most, "proven", margin=margin, method=counter.words
        )
    if method in ("auto", "statistical"):
        return stochastic_count(
            operator, value, budget.products, budget.confidence, np.random.default_rng(rng)
        )
    return EigenvalueCount(value, "above", 0, total, "none", method=counter.refused)


def _found(
    operator: Operator, spectrum: Spectrum, counter: Counter, total: int, rng: np.random.Generator
) -> Found:
    """Enclose, then count, then bound what is left where counting is not possible."""
    values = np.asarray(spectrum.values, dtype=np.float64)
    nothing = Found(Verdict(), None, None)
    if not len(values):
        if total:
            nothing.verdict.failures.append("not certified: the spectrum has no values")
        else:
            nothing.verdict.kind = "proven"
        return nothing
    if len(values) > MOST_VALUES or not np.isfinite(values).all():
        nothing.verdict.failures.append(
            f"not certified: between 1 and {MOST_VALUES:,} finite values are expected, got {len(values):,}"
        )
        return nothing
    if spectrum.vectors is None:
        return Found(*_by_counts(spectrum, values, counter, total))
    residuals = Residuals.measure(operator, values, spectrum.vectors, counter.rounding)
    disjoint = groups(residuals)
    verdict = Verdict()
    if not all(np.isfinite(group.radius) for group in disjoint):
        verdict.failures.append(
            "not certified: the vectors are linearly dependent, or lie in the fixed space"
        )
        return Found(verdict, residuals, None)
    verdict = judge(spectrum.which, disjoint, total, counter)
    if verdict.undecided and counter.method in ("auto", "statistical"):
        verdict, bound = probable(
            operator, spectrum.which, disjoint, residuals, spectrum.vectors, counter.budget, rng
        )
        return Found(verdict, residuals, bound)
    return Found(verdict, residuals, None)


def _by_counts(
    spectrum: Spectrum, values: FloatArray, counter: Counter, total: int
) -> tuple[Verdict, None, RemainderBound | None]:
    residuals = np.asarray(spectrum.convergence.residuals, dtype=np.float64)
    radii = residuals + 2.0 * float(counter.rounding.rows.max(initial=EPS))
    found: list[Group] | str = counted_groups(values, radii, counter)
    if isinstance(found, str):
        verdict = Verdict()
        verdict.failures.append(f"not certified without vectors: {found}")
        return verdict, None, None
    return judge(spectrum.which, found, total, counter), None, None


def _check(operator: Operator, spectrum: Spectrum, method: str) -> None:
    _check_method(method)
    space = operator.fixed_space
    nodes = operator.graph.num_nodes
    vectors = spectrum.vectors
    fits = vectors is None or vectors.shape == (nodes, len(spectrum.values))
    if not fits or spectrum.fixed_dimension != space.dimension:
        raise UsageError(
            f"the spectrum is not one of this operator, which has {nodes:,} nodes and a fixed space of "
            f"{space.dimension:,}; certify it with the operator that it was computed for"
        )


def _check_method(method: str) -> None:
    if method not in get_args(Method):
        raise UsageError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
