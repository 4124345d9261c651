"""A target, what was measured, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Results = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """One line of the list at the end: ``held`` is None where nothing was measured."""

    what: str
    target: str
    measured: str | None
    held: bool | None

    def __str__(self) -> str:
        outcome = "not measured" if self.held is None else "held" if self.held else "NOT HELD"
        return f"{self.what}: target {self.target} / measured {self.measured or '–'} / {outcome}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"what": self.what, "target": self.target, "measured": self.measured, "held": self.held}


def at_least(what: str, target: float, measured: float | None, unit: str = "") -> Verdict:
    """Return whether a figure reaches a target."""
    held = None if measured is None else measured >= target
    return Verdict(what, f"≥ {target:g}{unit}", _shown(measured, unit), held)


def at_most(what: str, target: float, measured: float | None, unit: str = "") -> Verdict:
    """Return whether a figure stays below a limit."""
    held = None if measured is None else measured <= target
    return Verdict(what, f"≤ {target:g}{unit}", _shown(measured, unit), held)


def _shown(measured: float | None, unit: str) -> str | None:
    return None if measured is None else f"{measured:.3g}{unit}"


def find(results: Results, **wanted: Any) -> Results | None:
    """Return the case with these fields, or None."""
    for case in results["cases"]:
        if all(case["case"][name] == value for name, value in wanted.items()):
            return case
    return None


def median_ratio(case: Results | None, us: str, other: str) -> float | None:
    """Return the median over the rounds of the other's time over ours; None where it was not measured."""
    found = ((case or {}).get("ratios") or {}).get(us, {}).get(other)
    return None if found is None else float(found["median"])


def median_time(case: Results | None, contender: str) -> float | None:
    """Return the median of a contender's seconds; None where it was not measured."""
    return ((case or {}).get("contenders") or {}).get(contender, {}).get("median")
