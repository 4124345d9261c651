"""certified_ends(): the interval that certificates prove for the spectrum, as predictions use it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Last
from spectral_smooth.operators.rule import Rule
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import Kind
from spectral_smooth.spectra.quadrature import Ends

# Of the few float operations on a coefficient: a bound is rounded outwards.
OUTWARDS = 1.0 + 2.0**-49


@dataclass(frozen=True)
class CertifiedEnds:
    """Intervals that hold the spectrum off the fixed and the alternating space.

    Attributes
    ----------
    proven : Ends
        Sides that are not proven by a certificate are those that are always true.
    probable : Ends or None
        With sides that hold with `confidence` only, where there are any; predictions from them are estimates.
    confidence : float or None
        Probability that ``probable`` holds the spectrum.
    """

    proven: Ends
    probable: Ends | None = None
    confidence: float | None = None


def certified_ends(operator: Operator, top: Certificate, bottom: Certificate) -> CertifiedEnds:
    """Return what the certificates of both ends say about the interval that holds the spectrum.

    With [low, high] proven, every side of `predict` holds for each spectrum that the certificates allow.
    The alternating space is known in closed form, like the fixed one: where there is one, the lower side is that
    of the next eigenvalue by rank, or −high where every component is bipartite, whose spectrum is symmetric.

    Parameters
    ----------
    operator : Operator
        The one that the certificates are about.
    top, bottom : Certificate
        Of spectra of the top and of the bottom end.

    Returns
    -------
    CertifiedEnds

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> op = ss.gcn(ss.load("grid:30x30").graph)
    >>> spectra = (ss.eigenpairs(op, 2, end, rng=0, certify=True) for end in ("top", "bottom"))
    >>> ends = certified_ends(op, *(spectrum.certificate for spectrum in spectra))
    >>> round(ends.proven.high, 6), ends.proven.proven, ends.probable
    (0.997718, True, None)
    """
    sides = {kind: _sides(operator, top, bottom, kind) for kind in ("proven", "statistical")}
    low, high = sides["proven"]
    proven = Ends(min(low, high), max(low, high), proven=True)
    confidences = [
        one.confidence
        for one, kind in ((top, top.top.kind), (bottom, bottom.bottom.kind))
        if kind == "statistical" and one.confidence is not None
    ]
    if not confidences:
        return CertifiedEnds(proven)
    low, high = sides["statistical"]
    # each may fail by itself: the chances of error add up at most
    together = 1.0 - sum(1.0 - confidence for confidence in confidences)
    return CertifiedEnds(proven, Ends(min(low, high), max(low, high), proven=False), round(together, 12))


def certified_factor(rule: Rule, ends: Ends) -> float | None:
    """Return f with dev(X_k) ≤ f^k dev(X_0), growth divided out, for every spectrum within the ends.

    ``f = max(|a·low + b|, |a·high + b|) / growth``: |aμ + b| is convex in μ. It holds at every depth, not in the
    long run only, for the part of the deviation off the alternating space.

    Parameters
    ----------
    rule : Rule
    ends : Ends

    Returns
    -------
    float or None
        None for a rule with a restart (c ≠ 0) or another read-out than the last depth: no such factor exists.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> round(certified_factor(ss.lazy(0.5), Ends(-0.9, 0.6, True)), 12), certified_factor(ss.ppr(), Ends(0, 0.6, True))
    (0.8, None)
    """
    if rule.c or not isinstance(rule.readout, Last):
        return None
    return max(abs(rule.a * mu + rule.b) for mu in (ends.low, ends.high)) / rule.growth * OUTWARDS


def _sides(operator: Operator, top: Certificate, bottom: Certificate, weakest: Kind) -> tuple[float, float]:
    """Return the best sides that are at least as sure as ``weakest``."""
    enough: tuple[Kind, ...] = ("proven",) if weakest == "proven" else ("proven", "statistical")
    high = top.top.high if top.top.kind in enough else 1.0
    if top.gap is not None and top.gap.kind in enough:  # edge sums keep digits that μ_2 itself has lost
        high = min(high, math.nextafter(1.0 - top.gap.low, 2.0))
    alternating = operator.fixed_space.alternating_dimension
    if not alternating:
        return (bottom.bottom.low if bottom.bottom.kind in enough else operator.lower_end), high
    low = -1.0
    if len(bottom.enclosures) > alternating and bottom.enclosures[-1 - alternating].kind in enough:
        low = bottom.enclosures[-1 - alternating].low
    if alternating == operator.fixed_space.dimension:
        low = max(low, -abs(high))
    return low, high
