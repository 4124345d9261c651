"""Verdict: how much oversmoothing threatens on this graph, and the facts that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.safe import SafeDepth

Level = Literal["low", "moderate", "high"]


@dataclass(frozen=True)
class Verdict:
    """Risk of oversmoothing.

    Attributes
    ----------
    level : {"low", "moderate", "high"}
    facts : tuple of str
        The facts the level rests on, one sentence each.

    Examples
    --------
    >>> print(Verdict("low", ("density 0.01: sparse",)))
    low risk of oversmoothing
    """

    level: Level
    facts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.level} risk of oversmoothing"

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON types."""
        return {"level": self.level, "facts": list(self.facts)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """Read what `to_dict` wrote."""
        return cls(data["level"], tuple(data["facts"]))


HIGH_BELOW, MODERATE_BELOW = 8, 64
# With labels: networks of the usual two layers lose already, or those of a few more.
HARMS_BELOW, SLIPS_BELOW = 2, 8
DENSE = 0.5
LEVELS: tuple[Level, ...] = ("low", "moderate", "high")


def verdict(
    safe: SafeDepth,
    *,
    rate: float | None,
    density: float,
    outside_largest: float = 0.0,
    alternating: int = 0,
    collapse: float = 1e-2,
    advice: DepthAdvice | None = None,
    found: bool = True,
) -> Verdict:
    """Judge the risk of oversmoothing.

    Where training labels recommend a depth and the signal is not weak, by the last depth at which nothing
    measurable is lost for telling the classes: below 2 layers high, below 8 moderate, else low. Otherwise the worst
    of three classes:

    - safe depth (its proven ``at_least``): below 8 layers high, below 64 moderate, else low;
    - rate: the depth log(collapse)/log(rate) after which even the slowest mode under the rule is below the
      threshold, in the same classes (a generic signal reaches it earlier);
    - density 2E/(n(n − 1)): at least 0.5 moderate, else low. What a dense graph does is in the other two;
      this is the warning for signals that happen to lie in its few slow modes.

    Many components and bipartite ones are facts beside it; they do not change the level. Where there is nothing
    to smooth the level is low, and that is the only fact.

    Parameters
    ----------
    safe : SafeDepth
    rate : float or None
        Factor per depth that the rule leaves the slowest mode, see `asymptotic_rate`; None where there is
        none or it is not known.
    density : float
    outside_largest : float
        Share of the nodes outside of the largest component.
    alternating : int
        Number of bipartite components without loops.
    collapse : float
        Threshold of the collapse limit.
    advice : DepthAdvice, optional
    found : bool
        Whether the slowest mode was found; if not, that is said, and the level rests on the other two.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> from spectral_smooth.depth.safe import Limit, SafeDepth
    >>> limit = Limit("collapse", 0.01, None, 40, 41, 40, True, "")
    >>> verdict(SafeDepth(40, 41, 1024, (limit,), "exact", ""), rate=0.896, density=0.139).level
    'moderate'
    """
    told = advice is not None and advice.window is not None
    first = [advice.sentence.rstrip(".")] if told and advice is not None else []
    if safe.nothing_to_smooth:
        return Verdict("low", (*first, safe.sentence))
    levels, facts = [_class_of(safe.at_least)], [*first, _depth_fact(safe)]
    if rate is not None:
        reach = _slowest_reach(rate, collapse)
        levels.append(_class_of(reach))
        facts.append(_rate_fact(rate, reach, collapse))
    elif not found:
        facts.append("how fast the slowest mode decays is not known: the search for it gave up")
    levels.append(1 if density >= DENSE else 0)
    facts.append(f"{100 * density:.3g} % of all pairs of nodes are joined")
    if outside_largest > 0:
        facts.append(
            f"{100 * outside_largest:.3g} % of the nodes lie outside of the largest component; "
            "each component keeps its own mean for ever, so its nodes collapse only among themselves"
        )
    if alternating:
        what = "component" if alternating == 1 else "components"
        facts.append(f"{alternating:,} bipartite {what} without loops keep an oscillating part for ever")
    if advice is not None and advice.window is not None and not advice.weak:
        last = advice.window[1]
        levels = [2 if last < HARMS_BELOW else 1 if last < SLIPS_BELOW else 0]
    return Verdict(LEVELS[max(levels)], tuple(facts))


def _class_of(depth: int | None) -> int:
    if depth is None:
        return 0
    return 2 if depth < HIGH_BELOW else 1 if depth < MODERATE_BELOW else 0


def _slowest_reach(rate: float, threshold: float) -> int | None:
    if rate >= 1.0:
        return None
    if rate <= 0.0:
        return 1
    return int(np.ceil(np.log(threshold) / np.log(rate)))


def _rate_fact(rate: float, reach: int | None, threshold: float) -> str:
    if rate < 1e-12:
        return "every mode off the fixed space is gone after one layer"
    keeps = f"under this rule the slowest mode keeps a factor {rate:.6g} per layer"
    if reach is None:
        return f"{keeps}: it never falls below {threshold:g}"
    return f"{keeps}: it is below {threshold:g} after {reach:,} layer{'s' * (reach > 1)}"


def _depth_fact(safe: SafeDepth) -> str:
    if safe.at_least is None:
        return f"no limit is reached within {safe.horizon:,} layers"
    if safe.at_least == -1:
        return "a limit is violated before the first layer"
    return f"every limit holds down to depth {safe.at_least:,}"
