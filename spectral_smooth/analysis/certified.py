"""What is proven about both ends of the spectrum, and how it travels with an analysis."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.depth.safe import SafeDepth
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.quadrature import Ends
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.certified_ends import certified_ends, certified_factor


@dataclass(frozen=True, eq=False)
class Probable:
    """What follows from ends that hold with high probability only: never a bracket.

    Attributes
    ----------
    low, high : float
        Interval that holds the spectrum off the known spaces.
    confidence : float
        Probability that it does.
    factor : float or None
        As `Certified.factor`, with that probability.
    predicted : Trajectory or None
        Curves whose sides rest on it, each an ``estimate``; None where the whole spectrum is known anyway.
    safe_depth : SafeDepth or None
        From these curves.
    """

    low: float
    high: float
    confidence: float
    factor: float | None
    predicted: Trajectory | None = None
    safe_depth: SafeDepth | None = None

    @property
    def ends(self) -> Ends:
        """The interval, as predictions take it."""
        return Ends(self.low, self.high, proven=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            **vars(self),
            "predicted": None if self.predicted is None else self.predicted.to_dict(),
            "safe_depth": None if self.safe_depth is None else self.safe_depth.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Probable:
        """Read what `to_dict` wrote."""
        curves, safe = data["predicted"], data["safe_depth"]
        return cls(
            **{
                **data,
                "predicted": None if curves is None else Trajectory.from_dict(curves),
                "safe_depth": None if safe is None else SafeDepth.from_dict(safe),
            }
        )


@dataclass(frozen=True, eq=False)
class Certified:
    """What is proven about both ends of the spectrum, and what the predictions make of it.

    Attributes
    ----------
    top, bottom : Certificate
        Of the largest and the smallest values off the fixed space.
    low, high : float
        Proven interval that holds the spectrum off the fixed and the alternating space; the brackets rest on it.
    factor : float or None
        Proven f with dev(X_k) ≤ f^k dev(X_0) under the rule, off the alternating space, the rule's growth divided
        out; None for rules that have no such factor.
    probable : Probable or None
        Where an end is certified with high probability only.
    budget : dict
        What the certificates were allowed to spend.
    """

    top: Certificate
    bottom: Certificate
    low: float
    high: float
    factor: float | None
    probable: Probable | None
    budget: dict[str, Any]

    @property
    def ends(self) -> Ends:
        """The proven interval, as predictions take it."""
        return Ends(self.low, self.high, proven=True)

    @property
    def obtained(self) -> bool:
        """Whether all that was asked for is proven, at both ends."""
        return self.top.obtained and self.bottom.obtained

    @property
    def missing(self) -> tuple[str, ...]:
        """One sentence for each claim that is not proven."""
        return tuple(
            f"the {name} end of the spectrum is {_unproven(one)}"
            for name, one in (("top", self.top), ("bottom", self.bottom))
            if not one.obtained
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` reads them back."""
        return {
            "obtained": self.obtained,
            "missing": list(self.missing),
            "top": self.top.to_dict(),
            "bottom": self.bottom.to_dict(),
            "low": self.low,
            "high": self.high,
            "factor": self.factor,
            "probable": None if self.probable is None else self.probable.to_dict(),
            "budget": self.budget,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Certified:
        """Read what `to_dict` wrote."""
        return cls(
            top=Certificate.from_dict(data["top"]),
            bottom=Certificate.from_dict(data["bottom"]),
            low=data["low"],
            high=data["high"],
            factor=data["factor"],
            probable=None if data["probable"] is None else Probable.from_dict(data["probable"]),
            budget=data["budget"],
        )


def certify_ends(
    operator: Operator, top: Spectrum, bottom: Spectrum, rule: Rule, budget: Budget, seed: int
) -> Certified:
    """Return what can be proven about both ends; it is returned whatever was found.

    Parameters
    ----------
    operator : Operator
    top, bottom : Spectrum
        With vectors.
    rule : Rule
    budget : Budget
    seed : int
    """
    rng = np.random.default_rng(seed)
    of_top = certify(operator, top, budget=budget, rng=rng)
    of_bottom = certify(operator, bottom, budget=budget, rng=rng)
    ends = certified_ends(operator, of_top, of_bottom)
    probable = None
    if ends.probable is not None and ends.confidence is not None:
        factor = certified_factor(rule, ends.probable)
        probable = Probable(ends.probable.low, ends.probable.high, ends.confidence, factor)
    return Certified(
        top=of_top,
        bottom=of_bottom,
        low=ends.proven.low,
        high=ends.proven.high,
        factor=certified_factor(rule, ends.proven),
        probable=probable,
        budget=asdict(budget),
    )


def budget_of(asked: bool | Budget) -> Budget | None:
    """Return what a certificate may spend, None where none was asked for.

    Raises
    ------
    UsageError
        If ``asked`` is neither True, False nor a budget.
    """
    if isinstance(asked, Budget):
        return asked
    if isinstance(asked, bool):
        return Budget() if asked else None
    raise UsageError(f"certify must be True, False or a Budget, got {asked!r}")


def without_vectors(spectrum: Spectrum) -> Spectrum:
    """Return the values alone: the vectors have done their work."""
    return replace(spectrum, vectors=None)


def _unproven(certificate: Certificate) -> str:
    given = (one.removeprefix("not certified: ").removesuffix(", not proven") for one in certificate.failures)
    state = {
        "none": "not certified",
        "statistical": "not proven",
        "proven": "proven, but not as closely as asked",
    }
    return f"{state[certificate.kind]}: {'; '.join(given)}"
