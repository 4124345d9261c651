"""Side: one side of an interval, with the theorem it comes from and what that theorem needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["proven", "estimate"]


@dataclass(frozen=True)
class Side:
    """One number with its reason.

    Attributes
    ----------
    value : float or None
        None where the quantity has no finite value; ``theorem`` says why.
    kind : {"proven", "estimate"}
        ``proven``: true up to rounding, given what ``needs`` names, which is at hand. ``estimate``: true only
        if the computed eigenvalue is the extreme one, which nobody has certified.
    theorem : str
        Where the bound is from.
    needs : str
        What it stands on.

    Examples
    --------
    >>> print(Side(0.25, "estimate", "Cheeger", "a computed eigenvalue"))
    0.25 (estimate)
    """

    value: float | None
    kind: Kind
    theorem: str
    needs: str = ""

    def __str__(self) -> str:
        return f"{told(self.value)} ({self.kind})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Side:
        """Read what `to_dict` wrote."""
        return cls(**data)


def told(value: float | None) -> str:
    """Return a number for a sentence: four significant digits, whole numbers whole.

    Examples
    --------
    >>> told(0.123456), told(1500.0), told(2.1e-10), told(None)
    ('0.1235', '1,500', '2.1e-10', 'undefined')
    """
    if value is None or not math.isfinite(value):
        return "undefined"
    if float(value).is_integer() and abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def counted(number: int, word: str) -> str:
    """Return a number with its word in the right form.

    Examples
    --------
    >>> counted(1, "node"), counted(2500, "node")
    ('1 node', '2,500 nodes')
    """
    ending = "y" if word.endswith("y") else ""
    stem = word[: -len(ending)] if ending else word
    return f"{number:,} {word if number == 1 else stem + ('ies' if ending else 's')}"
