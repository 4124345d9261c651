"""What the reports say of the certificate of an analysis: each claim with how sure it is; text and HTML alike."""

from __future__ import annotations

from dataclasses import dataclass

from spectral_smooth.analysis.certified import Certified
from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import numbers
from spectral_smooth.report.wording import clean
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import EndBound, Kind

LISTED = 12
BOTH = "both ends"


@dataclass(frozen=True)
class Claim:
    """One line of the certificate.

    Attributes
    ----------
    what : str
        What is claimed.
    where : str
        The interval or the bound, rounded outwards.
    sure : str
        ``proven``, ``high probability, 99 %``, or ``not certified``.
    by : str
        What it rests on.
    """

    what: str
    where: str
    sure: str
    by: str


def headline(found: Certified) -> str:
    """Return in a few words whether what was asked for is proven."""
    top, bottom = _state(found.top), _state(found.bottom)
    if top == bottom:
        return f"both ends of the spectrum are {top}"
    return f"the top end of the spectrum is {top}, the bottom end {bottom}"


def claims(analysis: Analysis) -> list[Claim]:
    """Return all claims about the ends and about what follows for the decay; empty without a certificate."""
    found = analysis.certificate
    if found is None:
        return []
    top, bottom = found.top, found.bottom
    out = _decay(found, analysis)
    if top.gap is not None:
        where = numbers.enclosing(top.gap.low, top.gap.high)
        out.insert(0, Claim("gap 1 − μ_2", where, _sure(top.gap.kind, top.confidence), top.gap.source))
    out.append(_end("largest μ", top.top, top.confidence))
    out.append(_end("smallest μ", bottom.bottom, bottom.confidence))
    if analysis.spectrum.get("alternating_dimension"):
        sides = numbers.enclosing(found.low, found.high)
        out.append(Claim("all μ but the −1 of bipartite components", sides, "proven", "both ends"))
    return out


def clusters(one: Certificate) -> list[str]:
    """Return how many eigenvalues lie where, and which the graph's structure forces."""
    known = [
        f"{_number(cluster.at_least, cluster.at_most, cluster.kind)} in {numbers.enclosing(cluster.low, cluster.high)}"
        for cluster in one.clusters
    ]
    return known[:LISTED]


def structure(found: Certified) -> list[str]:
    """Return the eigenvalues that the structure of the graph forces."""
    return [str(one) for one in found.top.multiplicities[:LISTED]]


def _decay(found: Certified, analysis: Analysis) -> list[Claim]:
    """Return what follows for the depths: what is proven, and beside it what is probable where that says more."""
    out = []
    probable = found.probable
    if probable is not None and probable.safe_depth is not None:
        safe = probable.safe_depth
        depth = numbers.layers(safe.at_least, safe.at_most, safe.horizon)
        out.append(Claim("safe depth", depth, _sure("statistical", probable.confidence), BOTH))
    by = "; ".join([BOTH, *_left_out(analysis)])
    if found.factor is not None and 0.0 < found.factor < 1.0:
        out.append(Claim("deviation after k layers", _kept(found.factor), "proven", by))
    if (
        probable is not None
        and probable.factor is not None
        and probable.factor < min(found.factor or 1.0, 1.0)
    ):
        sure = _sure("statistical", probable.confidence)
        out.append(Claim("deviation after k layers", _kept(probable.factor), sure, by))
    return out


def _kept(factor: float) -> str:
    bound = numbers.at_most(factor)
    return f"≤ {f'({bound})' if ' ' in bound else bound}^k of that at depth 0"


def _left_out(analysis: Analysis) -> list[str]:
    """Return what a reader must know about the deviation."""
    has = analysis.predicted.has("deviation")
    notes = [clean(analysis.predicted.curve("deviation").note)] if has else []
    if analysis.spectrum.get("alternating_dimension"):
        notes.append("its part of period two left out")
    return [note for note in notes if note]


def _end(what: str, bound: EndBound, confidence: float | None) -> Claim:
    return Claim(what, numbers.enclosing(bound.low, bound.high), _sure(bound.kind, confidence), bound.source)


def _sure(kind: Kind, confidence: float | None) -> str:
    if kind == "statistical" and confidence is not None:
        return f"high probability, {100.0 * confidence:g} %"
    return "proven" if kind == "proven" else "not certified"


def _state(one: Certificate) -> str:
    if one.obtained:
        return "proven"
    if one.kind == "statistical" and one.confidence is not None:
        return f"known with high probability only, {100.0 * one.confidence:g} %"
    return "NOT certified" if one.kind == "none" else "proven, but not as closely as asked"


def _number(at_least: int, at_most: int | None, kind: Kind) -> str:
    if at_most is None or kind == "none":
        return f"at least {at_least:,}"
    sure = "" if kind == "proven" else " with high probability"
    return (f"exactly {at_least:,}" if at_least == at_most else f"{at_least:,} to {at_most:,}") + sure
