"""What a certificate is made of: enclosures, clusters, ends, counts and multiplicities, each with its kind."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["proven", "statistical", "none"]
Side = Literal["above", "below"]


@dataclass(frozen=True)
class Enclosure:
    """Where the eigenvalue of one rank lies.

    The first of the largest values is the largest eigenvalue off the fixed space, and so on by rank from the end. The
    slowest are ranked each from its own end, positive ones from the top and negative ones from the bottom, and no
    eigenvalue that is not listed has a larger |μ| than an interval of one that is may reach.

    Attributes
    ----------
    value : float
        What the solver returned.
    low, high : float
        With kind ``none`` some eigenvalue lies between them, and its rank is not known. With residuals too large to
        mean anything they are −1 and 1.
    kind : {"proven", "statistical", "none"}

    Examples
    --------
    >>> print(Enclosure(0.5, 0.4999999, 0.5000001, "proven"))
    0.5 in [0.4999999, 0.5000001] (proven)
    """

    value: float
    low: float
    high: float
    kind: Kind

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.high - self.low

    def __str__(self) -> str:
        words = "rank not certified" if self.kind == "none" else self.kind
        return f"{self.value:.10g} in [{self.low:.10g}, {self.high:.10g}] ({words})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Cluster:
    """How many eigenvalues off the fixed space an interval holds.

    Attributes
    ----------
    low, high : float
    listed : int
        Values of the spectrum in it.
    at_least : int
        Always proven.
    at_most : int or None
        None where nothing is known from above.
    kind : {"proven", "statistical", "none"}
        Of ``at_most``.

    Examples
    --------
    >>> print(Cluster(-0.3334, -0.3333, 3, 3, 3, "proven"))
    exactly 3 eigenvalues in [-0.3334, -0.3333] (proven)
    """

    low: float
    high: float
    listed: int
    at_least: int
    at_most: int | None
    kind: Kind

    @property
    def exact(self) -> bool:
        """Whether the number of eigenvalues is known."""
        return self.kind != "none" and self.at_least == self.at_most

    def __str__(self) -> str:
        where = f"in [{self.low:.10g}, {self.high:.10g}]"
        if self.exact:
            return f"exactly {_eigenvalues(self.at_least)} {where} ({self.kind})"
        if self.kind == "none" or self.at_most is None:
            return f"at least {_eigenvalues(self.at_least)} {where} (proven; not certified from above)"
        return f"{self.at_least} to {_eigenvalues(self.at_most)} {where} ({self.kind})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class EndBound:
    """Where one end of the spectrum off the fixed space lies.

    Attributes
    ----------
    low, high : float
        For the top low ≤ μ_2 ≤ high; for the bottom low ≤ μ_n ≤ high. The outer one is what turns an estimate into a
        bracket; the inner one is always proven.
    kind : {"proven", "statistical", "none"}
        Of the outer side.
    source : str
        How it was found.

    Examples
    --------
    >>> print(EndBound(0.9, 0.91, "proven", "inertia"))
    [0.9, 0.91] (proven, by inertia)
    """

    low: float
    high: float
    kind: Kind
    source: str

    def __str__(self) -> str:
        return f"[{self.low:.12g}, {self.high:.12g}] ({self.kind}, by {self.source})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class GapBound:
    """Where the gap 1 − μ_2 lies, to full relative precision where edge sums could be used.

    Attributes
    ----------
    low, high : float
    kind : {"proven", "statistical", "none"}
        Of ``low``; ``high`` is always proven.
    source : str

    Examples
    --------
    >>> print(GapBound(2.0e-10, 2.1e-10, "proven", "edge sums"))
    gap in [2e-10, 2.1e-10] (proven, by edge sums)
    """

    low: float
    high: float
    kind: Kind
    source: str

    def __str__(self) -> str:
        return f"gap in [{self.low:.12g}, {self.high:.12g}] ({self.kind}, by {self.source})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Multiplicity:
    """An eigenvalue that the structure of the graph forces.

    Attributes
    ----------
    value : float
        Exact, then rounded once.
    at_least : int
        Dimension of the eigenvectors that the structure gives, over all nodes.
    source : str
        Which structure.
    exact : bool
        Whether there are no others: by Perron and Frobenius for ±1, otherwise because a certified cluster around
        the value holds no more.

    Examples
    --------
    >>> print(Multiplicity(0.0, 3, "open twins", False))
    0 at least 3 times (open twins)
    """

    value: float
    at_least: int
    source: str
    exact: bool

    def __str__(self) -> str:
        return f"{self.value:.10g} {'exactly' if self.exact else 'at least'} {self.at_least} times ({self.source})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class EigenvalueCount:
    """How many eigenvalues off the fixed space lie beyond a value.

    With N(x) their number strictly above x (or below it)::

        N(value + margin) ≤ at_most,    N(value − margin) ≥ at_least      (signs swapped for ``below``)

    Attributes
    ----------
    value : float
    side : {"above", "below"}
    at_least, at_most : int
    kind : {"proven", "statistical", "none"}
    margin : float
        0 where the statement is about the value itself.
    confidence : float or None
        Probability that a statistical statement holds.
    method : str
        How it was counted; for kind ``none`` why it was not.

    Examples
    --------
    >>> print(EigenvalueCount(0.9, "above", 2, 2, "proven", method="inertia"))
    exactly 2 eigenvalues above 0.9 (proven, by inertia)
    """

    value: float
    side: Side
    at_least: int
    at_most: int
    kind: Kind
    margin: float = 0.0
    confidence: float | None = None
    method: str = ""

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.kind != "none" and self.at_least == self.at_most

    def __str__(self) -> str:
        where = f"{self.side} {self.value:.12g}" + (f" ± {self.margin:.1g}" if self.margin else "")
        if self.kind == "none":
            return f"eigenvalues {where} not counted: {self.method}"
        number = (
            f"exactly {_eigenvalues(self.at_most)}"
            if self.exact
            else f"{self.at_least:,} to {_eigenvalues(self.at_most)}"
        )
        sure = "proven" if self.kind == "proven" else f"confidence {self.confidence}"
        return f"{number} {where} ({sure}, by {self.method})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


def _eigenvalues(count: int) -> str:
    return f"{count:,} eigenvalue" + ("" if count == 1 else "s")
