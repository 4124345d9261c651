"""Certificate: what is proven about a spectrum, what is probable, and what is not certified and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.spectra.certify.claims import (
    Cluster,
    EigenvalueCount,
    Enclosure,
    EndBound,
    GapBound,
    Kind,
    Multiplicity,
)


@dataclass(frozen=True)
class Certificate:
    """Claims about the values of one `Spectrum`, each with its kind.

    Attributes
    ----------
    which : str
        End of the spectrum that was certified, or ``around`` a value.
    enclosures : tuple of Enclosure
        One per value, in the spectrum's order.
    clusters : tuple of Cluster
        Disjoint intervals around the values, and how many eigenvalues each holds.
    top, bottom : EndBound
        Both ends off the fixed space; the end that was not asked for has what is always true.
    gap : GapBound or None
        None where μ_2 is not among the values, or there is none.
    counts : tuple of EigenvalueCount
        Counts that the claims lean on.
    multiplicities : tuple of Multiplicity
        What the graph's structure forces.
    failures : tuple of str
        One sentence for each claim that was asked for and not proven.
    confidence : float or None
        Probability that all statistical claims hold together; None without any.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.certify.certify import certify
    >>> op = ss.gcn(ss.as_graph(nx.cycle_graph(6)))
    >>> certificate = certify(op, ss.eigenpairs(op, 2, "top", rng=0))
    >>> certificate.obtained
    True
    >>> print(certificate.clusters[0])
    exactly 2 eigenvalues in [0.6666666667, 0.6666666667] (proven)
    """

    which: str
    enclosures: tuple[Enclosure, ...]
    clusters: tuple[Cluster, ...]
    top: EndBound
    bottom: EndBound
    gap: GapBound | None
    counts: tuple[EigenvalueCount, ...]
    multiplicities: tuple[Multiplicity, ...]
    failures: tuple[str, ...] = ()
    confidence: float | None = None

    @property
    def kind(self) -> Kind:
        """``proven`` if every rank is; ``statistical`` if some are only probable; ``none`` if one is neither."""
        kinds = {one.kind for one in self.enclosures}
        if "none" in kinds or (self.failures and not kinds):
            return "none"
        return "statistical" if "statistical" in kinds else "proven"

    @property
    def obtained(self) -> bool:
        """Whether all that was asked for is proven."""
        return self.kind == "proven" and not self.failures

    @property
    def rate_bound(self) -> float:
        """Upper bound of the rate max |μ| off the fixed space (SLEM), as sure as `rate_kind`."""
        return max(abs(self.top.high), abs(self.bottom.low), abs(self.top.low), abs(self.bottom.high))

    @property
    def rate_kind(self) -> Kind:
        """The weaker kind of the two ends."""
        kinds = {self.top.kind, self.bottom.kind}
        return "none" if "none" in kinds else "statistical" if "statistical" in kinds else "proven"

    def __str__(self) -> str:
        count = len(self.enclosures)
        values = "1 value" if count == 1 else f"{count:,} values"
        place = "values around the target" if self.which == "around" else f"{self.which} end"
        if self.kind == "none":
            return f"not certified ({place}, {values}): {'; '.join(self.failures)}"
        if not count:
            return "certified: there is no eigenvalue off the fixed space"
        widest = max(one.width for one in self.enclosures)
        sure = "proven" if self.kind == "proven" else f"statistical, confidence {self.confidence}"
        more = f"; not proven: {'; '.join(self.failures)}" if self.failures else ""
        return f"{place} certified ({sure}): {values}, each by rank to within {widest:.1e}{more}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` reads them back."""
        return {
            "which": self.which,
            "kind": self.kind,
            "obtained": self.obtained,
            "sentence": str(self),
            "confidence": self.confidence,
            "enclosures": [one.to_dict() for one in self.enclosures],
            "clusters": [one.to_dict() for one in self.clusters],
            "top": self.top.to_dict(),
            "bottom": self.bottom.to_dict(),
            "gap": None if self.gap is None else self.gap.to_dict(),
            "rate_bound": self.rate_bound,
            "rate_kind": self.rate_kind,
            "counts": [one.to_dict() for one in self.counts],
            "multiplicities": [one.to_dict() for one in self.multiplicities],
            "failures": list(self.failures),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Certificate:
        """Return the certificate that `to_dict` wrote."""
        return cls(
            which=data["which"],
            enclosures=tuple(Enclosure(**one) for one in data["enclosures"]),
            clusters=tuple(Cluster(**one) for one in data["clusters"]),
            top=EndBound(**data["top"]),
            bottom=EndBound(**data["bottom"]),
            gap=None if data["gap"] is None else GapBound(**data["gap"]),
            counts=tuple(EigenvalueCount(**one) for one in data["counts"]),
            multiplicities=tuple(Multiplicity(**one) for one in data["multiplicities"]),
            failures=tuple(data["failures"]),
            confidence=data["confidence"],
        )
