"""Groups of values seen from the end that was asked for: by reach, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.spectra.certify.enclosures import Group


@dataclass(frozen=True, eq=False)
class Piece:
    """One group of values, in units of the reach: μ at the top, −μ at the bottom, |μ| for the slowest.

    Attributes
    ----------
    group : Group
    sign : int
        End on which it lies; 0 for a group of slowest values around μ = 0.
    low, high : float
        Its interval of reach.
    """

    group: Group
    sign: int
    low: float
    high: float

    @property
    def count(self) -> int:
        """Number of values."""
        return len(self.group.columns)


def signs_of(which: str) -> tuple[int, ...]:
    """Return the ends that count: +1 for the top, −1 for the bottom."""
    return {"top": (1,), "bottom": (-1,), "slowest": (1, -1)}[which]


def pieces_of(which: str, groups: Sequence[Group]) -> list[Piece]:
    """Return the pieces by falling reach."""
    found = []
    for group in groups:
        sign = signs_of(which)[0] if which != "slowest" else int(group.low > 0.0) - int(group.high < 0.0)
        edges = (sign * group.low, sign * group.high) if sign else (0.0, max(-group.low, group.high))
        found.append(Piece(group, sign, min(edges), max(edges)))
    return sorted(found, key=lambda piece: -piece.high)


def split_tail(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces clearly beyond the last one, and the last with what its interval touches."""
    rising = sorted(pieces, key=lambda piece: piece.low)
    high = -np.inf
    tail: list[Piece] = []
    for piece in rising:
        if tail and piece.low > high:
            break
        tail.append(piece)
        high = max(high, piece.high)
    head = [piece for piece in pieces if all(piece is not other for other in tail)]
    return head, tail


def listed(pieces: Sequence[Piece]) -> int:
    """Return the number of values in some pieces."""
    return sum(piece.count for piece in pieces)
