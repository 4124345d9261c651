"""The verdict where nothing can be factorised: ranks from a probable bound of what was not found."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.certify.enclosures import Group, Residuals
from spectral_smooth.spectra.certify.judge import Verdict
from spectral_smooth.spectra.certify.pieces import Piece, listed, pieces_of, signs_of
from spectral_smooth.spectra.certify.remainder import RemainderBound, remainder_bound


def probable(
    operator: Operator,
    which: str,
    groups: list[Group],
    residuals: Residuals,
    vectors: FloatArray,
    budget: Budget,
    rng: np.random.Generator,
) -> tuple[Verdict, RemainderBound | None]:
    """Decide by one Lanczos run on the complement of all vectors that were found.

    With ρ = ‖R‖₂/σ_min(W) of all columns, S differs from the block diagonal matrix of its compressions to the found
    vectors and to their complement by at most ρ, and the found values from the eigenvalues of the first by at most
    ρ. So if the second reaches no further than B, whatever is beyond B + 2ρ was found.
    """
    all_columns = np.arange(len(residuals.values))
    coupling = residuals.radius(all_columns)
    verdict = Verdict(tail=pieces_of(which, groups))
    if not coupling < 0.1:
        verdict.failures.append("not certified: the vectors are far from eigenvectors, or linearly dependent")
        return verdict, None
    last = min(piece.low for piece in verdict.tail) - 3.0 * coupling
    signs = signs_of(which)
    enough = (-last if -1 in signs else -2.0, last if 1 in signs else 2.0)
    bound = remainder_bound(
        operator, vectors, rng, products=budget.products, confidence=budget.confidence, enough=enough
    )
    reach = max({1: bound.high, -1: -bound.low}[sign] for sign in signs)
    verdict.kind = "statistical"
    verdict.exact, verdict.tail = _clear(verdict.tail, reach, coupling)
    verdict.floor = {sign: min({1: bound.high, -1: -bound.low}[sign] + 2.0 * coupling, 1.0) for sign in signs}
    tail_high = max((piece.high for piece in verdict.tail), default=-1.0)
    verdict.ceiling = min(max(tail_high + coupling, reach) + coupling, 1.0)
    words = f"{100.0 * budget.confidence:g} %"
    verdict.failures.append(f"what was not found is bounded with a confidence of {words} only, not proven")
    return verdict, bound


def _clear(pieces: list[Piece], reach: float, coupling: float) -> tuple[list[Piece], list[Piece]]:
    """Split off the first pieces that lie, with a gap after them, beyond what the remainder can reach."""
    rising = sorted(pieces, key=lambda piece: -piece.low)
    best = 0
    for number, piece in enumerate(rising, start=1):
        following = max((other.high for other in rising[number:]), default=-np.inf)
        if piece.low >= reach + 2.0 * coupling and following + 2.0 * coupling < piece.low:
            best = number
    assert listed(rising[:best]) + listed(rising[best:]) == listed(pieces)
    return rising[:best], rising[best:]
