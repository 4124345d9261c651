"""The certificate's words: enclosures, clusters, ends and gap from a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import (
    Cluster,
    EigenvalueCount,
    Enclosure,
    EndBound,
    GapBound,
    Multiplicity,
)
from spectral_smooth.spectra.certify.counting import Blurred, Counter
from spectral_smooth.spectra.certify.enclosures import Residuals
from spectral_smooth.spectra.certify.judge import Verdict
from spectral_smooth.spectra.certify.pieces import Piece, signs_of
from spectral_smooth.spectra.certify.refine import gap_bound, neighbours, temple
from spectral_smooth.spectra.certify.remainder import RemainderBound
from spectral_smooth.spectra.certify.rounding import EPS
from spectral_smooth.spectra.types import Spectrum


@dataclass(frozen=True, eq=False)
class Found:
    """All that was found: the verdict, and what it was found from."""

    verdict: Verdict
    residuals: Residuals | None
    remainder: RemainderBound | None


def statement(
    operator: Operator,
    spectrum: Spectrum,
    found: Found,
    counter: Counter,
    structure: tuple[Multiplicity, ...],
) -> Certificate:
    """Return the certificate."""
    verdict = found.verdict
    enclosures = _enclosures(spectrum, found)
    clusters = tuple(_raised(one, structure, counter) for one in _clusters(verdict))
    top, bottom = _top(spectrum, enclosures, found), _bottom(operator, spectrum, enclosures, found)
    failures = list(verdict.failures)
    widest = max((one.width for one in enclosures if one.kind != "none"), default=0.0)
    if verdict.kind != "none" and widest > counter.budget.width:
        failures.append(
            f"an interval of length {widest:.1e} is longer than the {counter.budget.width:.1e} that was asked for"
        )
    confidence = counter.budget.confidence if verdict.kind == "statistical" else None
    return Certificate(
        which=spectrum.which,
        enclosures=enclosures,
        clusters=clusters,
        top=top,
        bottom=bottom,
        gap=_gap(operator, spectrum, enclosures, top, found, counter),
        counts=tuple(_told(one) for one in verdict.counts),
        multiplicities=tuple(_settled(one, clusters, counter) for one in structure),
        failures=tuple(failures),
        confidence=confidence,
    )


def _enclosures(spectrum: Spectrum, found: Found) -> tuple[Enclosure, ...]:
    verdict = found.verdict
    result = [Enclosure(float(value), -1.0, 1.0, "none") for value in spectrum.values]
    for piece in (*verdict.exact, *verdict.tail):
        exact = any(piece is one for one in verdict.exact)
        for column in piece.group.columns:
            value = float(spectrum.values[column])
            if exact or verdict.kind == "none":
                low, high = _within(value, piece)
            else:
                low, high = _from_tail(value, piece, verdict.ceiling, spectrum.which)
            result[column] = Enclosure(value, max(low, -1.0), min(high, 1.0), verdict.kind)
        if exact and verdict.kind == "proven" and piece.count == 1 and found.residuals is not None:
            column = int(piece.group.columns[0])
            result[column] = _sharpened(result[column], piece, found.residuals, verdict)
    return tuple(result)


def _within(value: float, piece: Piece) -> tuple[float, float]:
    group = piece.group
    return max(value - group.radius, group.low), min(value + group.radius, group.high)


def _from_tail(value: float, piece: Piece, ceiling: float, which: str) -> tuple[float, float]:
    """Enclose a value of the tail: no further out than the ceiling, no further in than its residual allows."""
    group = piece.group
    if which == "slowest" and piece.sign == 0:
        return -ceiling, ceiling
    if piece.sign > 0:
        return max(value - group.radius, group.low), ceiling
    return -ceiling, min(value + group.radius, group.high)


def _sharpened(one: Enclosure, piece: Piece, residuals: Residuals, verdict: Verdict) -> Enclosure:
    sign = piece.sign or 1
    sharp = temple(residuals, piece.group, *neighbours(piece.group, verdict, sign))
    if sharp is None:
        return one
    # the value itself stays inside: nobody is surprised by that
    low = min(max(one.low, sharp[0]), one.value)
    high = max(min(one.high, sharp[1]), one.value)
    return replace(one, low=low, high=high)


def _clusters(verdict: Verdict) -> tuple[Cluster, ...]:
    found = [
        Cluster(_clip(one.group.low), _clip(one.group.high), one.count, one.count, one.count, verdict.kind)
        for one in verdict.exact
    ]
    for piece in verdict.tail:
        low, high = _clip(piece.group.low), _clip(piece.group.high)
        whole = verdict.tail_holds.get(piece.sign)
        if whole is None or sum(one.sign == piece.sign for one in verdict.tail) > 1:
            found.append(Cluster(low, high, piece.count, piece.count, None, "none"))
            continue
        # between the two separators lies what was counted there
        edge = next(one.outer for one in verdict.counts if one.sign == piece.sign)
        ends = sorted((piece.sign * edge, piece.sign * verdict.floor[piece.sign]))
        at_least = max(piece.count, whole[0])
        found.append(Cluster(_clip(ends[0]), _clip(ends[1]), piece.count, at_least, whole[1], verdict.kind))
    return tuple(sorted(found, key=lambda one: -one.high))


def _clip(value: float) -> float:
    return float(min(max(value, -1.0), 1.0))


def _told(one: Blurred) -> EigenvalueCount:
    return EigenvalueCount(
        value=one.sign * one.at,
        side="above" if one.sign > 0 else "below",
        at_least=one.at_least,
        at_most=one.at_most,
        kind="proven",
        margin=one.error,
        method=one.method,
    )


def _top(spectrum: Spectrum, enclosures: tuple[Enclosure, ...], found: Found) -> EndBound:
    """Return bounds of μ_2: any value's lower side, and the first one's upper side where ranks are certified."""
    verdict = found.verdict
    if not enclosures and verdict.kind == "proven":
        return EndBound(0.0, 0.0, "proven", "no eigenvalue off the fixed space")
    low = _innermost(verdict, enclosures)[1]
    if verdict.kind != "none" and 1 in signs_of(spectrum.which):
        high = max(max(one.high for one in enclosures), _floor(verdict, 1))
        return EndBound(low, _clip(high), verdict.kind, _source(found))
    if found.remainder is not None and verdict.kind == "statistical":
        return EndBound(
            low, _clip(max(found.remainder.high, max(e.high for e in enclosures))), "statistical", "Lanczos"
        )
    return EndBound(low, 1.0, "proven", "what is always true")


def _bottom(
    operator: Operator, spectrum: Spectrum, enclosures: tuple[Enclosure, ...], found: Found
) -> EndBound:
    verdict = found.verdict
    if not enclosures and verdict.kind == "proven":
        return EndBound(0.0, 0.0, "proven", "no eigenvalue off the fixed space")
    if operator.fixed_space.alternating_dimension:
        return EndBound(-1.0, -1.0, "proven", "a bipartite component without loops")
    high = _innermost(verdict, enclosures)[0]
    always = max(-1.0, operator.lower_end - 8.0 * EPS)
    if verdict.kind != "none" and -1 in signs_of(spectrum.which):
        low = min(min(one.low for one in enclosures), -_floor(verdict, -1))
        return EndBound(max(_clip(low), always), high, verdict.kind, _source(found))
    return EndBound(always, high, "proven", "Gershgorin's theorem")


def _innermost(verdict: Verdict, enclosures: tuple[Enclosure, ...]) -> tuple[float, float]:
    """Proven upper side of the smallest eigenvalue and lower side of the largest: each group holds one at least."""
    if verdict.kind == "proven":
        return min(one.high for one in enclosures), max(one.low for one in enclosures)
    groups = [piece.group for piece in (*verdict.exact, *verdict.tail)]
    return (
        _clip(min((group.high for group in groups), default=1.0)),
        _clip(max((group.low for group in groups), default=-1.0)),
    )


def _floor(verdict: Verdict, sign: int) -> float:
    """Reach of what is not listed on one end: it matters only where none of the end's values is."""
    if any(piece.sign == sign for piece in (*verdict.exact, *verdict.tail)) and verdict.kind == "proven":
        return -1.0
    return verdict.floor.get(sign, 1.0)


def _source(found: Found) -> str:
    if found.remainder is not None:
        return "residuals and a Lanczos bound of the rest"
    methods = [one.method for one in found.verdict.counts]
    return f"residuals and {methods[-1]}" if methods else "residuals of all eigenvalues"


def _gap(
    operator: Operator,
    spectrum: Spectrum,
    enclosures: tuple[Enclosure, ...],
    top: EndBound,
    found: Found,
    counter: Counter,
) -> GapBound | None:
    """1 − μ_2 by the enclosure, sharpened by edge sums where there are vectors."""
    if not enclosures or 1 not in signs_of(spectrum.which):
        return None
    first = int(np.argmax(spectrum.values))
    bound = GapBound(max(1.0 - top.high, 0.0), 1.0 - top.low, top.kind, top.source)
    if found.residuals is None or spectrum.vectors is None or found.verdict.kind == "none":
        return bound
    alone = _alone(found, first)
    sharp = gap_bound(operator, spectrum.vectors[:, first], found.residuals, first, counter.rounding, alone)
    if sharp is None:
        return bound
    low = max(bound.low, sharp.low) if sharp.kind == "proven" else bound.low
    return GapBound(low, min(bound.high, sharp.high), bound.kind, "edge sums" if alone else bound.source)


def _alone(found: Found, column: int) -> tuple[float, float, float] | None:
    """Residual, upper bound of the other eigenvalues and rounding of μ_2, where it is proven to be alone."""
    residuals, verdict = found.residuals, found.verdict
    if verdict.kind != "proven" or residuals is None:
        return None
    for piece in verdict.exact:
        if piece.count == 1 and int(piece.group.columns[0]) == column:
            below, above = neighbours(piece.group, verdict, 1)
            if np.isinf(above) and piece.sign >= 0:
                return piece.group.radius, below, 8.0 * EPS
    return None


def _raised(one: Cluster, structure: tuple[Multiplicity, ...], counter: Counter) -> Cluster:
    """Return a cluster of at least as many eigenvalues as structure puts there."""
    inside = [known.at_least for known in structure if abs(known.value) < 1.0 and _holds(one, known, counter)]
    at_least = max([one.at_least, *inside])
    if one.at_most is not None and at_least > one.at_most:
        return one
    return replace(one, at_least=at_least)


def _settled(one: Multiplicity, clusters: tuple[Cluster, ...], counter: Counter) -> Multiplicity:
    """Whether a certified cluster around a structural value leaves no room for more copies."""
    for cluster in clusters:
        sure = cluster.exact and cluster.kind == "proven"
        if sure and _holds(cluster, one, counter) and cluster.at_most == one.at_least:
            return replace(one, exact=True)
    return one


def _holds(cluster: Cluster, known: Multiplicity, counter: Counter) -> bool:
    slack = max(4.0 * EPS, 0.0 if counter.operator.graph.weights is None else counter.rounding.entries)
    return cluster.low <= known.value - slack and known.value + slack <= cluster.high
