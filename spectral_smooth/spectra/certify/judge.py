"""Put lower counts (residuals) and upper counts (inertia) together: which ranks are proven."""

from __future__ import annotations

from dataclasses import dataclass, field

from spectral_smooth.spectra.certify.claims import Kind
from spectral_smooth.spectra.certify.counting import Blurred, Counter
from spectral_smooth.spectra.certify.enclosures import Group
from spectral_smooth.spectra.certify.pieces import Piece, listed, pieces_of, signs_of, split_tail

BELOW = 1e-6
ROOMS = (4e-12, 1e-9, 1e-7)


@dataclass(eq=False)
class Verdict:
    """What the counts say about the pieces.

    Attributes
    ----------
    kind : {"proven", "statistical", "none"}
        Of the ranks of all values.
    exact : list of Piece
        Pieces that hold exactly as many eigenvalues as values; beyond ``floor`` there are no others.
    tail : list of Piece
        The others: the last values, cut off within a cluster perhaps.
    floor : dict of int to float
        For each end the reach beyond which there is nothing but ``exact``; −1 where all values are known.
    ceiling : float
        Reach that no value of the tail exceeds.
    tail_holds : dict of int to (int, int)
        For each end the least and largest number of eigenvalues between the two separators, where that was counted.
    counts : list of Blurred
    failures : list of str
    undecided : bool
        Whether counting was not possible, as opposed to a count that speaks against the values.
    """

    kind: Kind = "none"
    exact: list[Piece] = field(default_factory=list)
    tail: list[Piece] = field(default_factory=list)
    floor: dict[int, float] = field(default_factory=dict)
    ceiling: float = 1.0
    tail_holds: dict[int, tuple[int, int]] = field(default_factory=dict)
    counts: list[Blurred] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    undecided: bool = False


def judge(which: str, groups: list[Group], total: int, counter: Counter) -> Verdict:
    """Decide by counting.

    Residuals prove that each group's interval holds *at least* as many eigenvalues as it has values. A count proves
    that beyond a separator there are *at most* so many. Where both meet, ranks and multiplicities follow. The
    separator is first put just inside of all values; if more lie beyond it than are listed (the last values
    are part of a cluster, or some were missed) then just outside of the last ones, where none may be missing.

    Parameters
    ----------
    which : str
    groups : list of Group
    total : int
        Number of eigenvalues off the fixed space.
    counter : Counter
    """
    pieces = pieces_of(which, groups)
    head, tail = split_tail(pieces)
    verdict = Verdict(tail=pieces)
    if listed(pieces) >= total:
        return _all_known(verdict, pieces, which, total)
    inner = _inside(which, tail, counter)
    if inner is not None:
        verdict.counts += inner
        if _settle(verdict, pieces, [], inner):
            return verdict
    outer = _outside(which, head, tail, counter)
    if outer is None:
        verdict.undecided = True
        verdict.failures.append(f"not certified: {counter.refused}")
        return verdict
    verdict.counts += outer
    if _settle(verdict, head, tail, outer):
        if inner is not None:
            for one in inner:
                before = listed([piece for piece in head if piece.sign == one.sign])
                at_least = _at_least(one, counter) - before
                verdict.tail_holds[one.sign] = at_least, one.at_most - before
        return verdict
    verdict.failures.append(_missed(head, outer))
    return verdict


def _all_known(verdict: Verdict, pieces: list[Piece], which: str, total: int) -> Verdict:
    if listed(pieces) > total:
        verdict.failures.append(
            f"not certified: {listed(pieces)} values were given where only {total} eigenvalues exist"
        )
        return verdict
    verdict.kind, verdict.exact, verdict.tail = "proven", pieces, []
    verdict.floor = dict.fromkeys(signs_of(which), -1.0)
    return verdict


def _inside(which: str, tail: list[Piece], counter: Counter) -> list[Blurred] | None:
    """Count beyond a separator just inside of all values."""
    limit = min(piece.low for piece in tail)
    if limit <= (0.0 if which == "slowest" else -1.0):
        return None
    return _counted(which, counter, limit, BELOW)


def _outside(which: str, head: list[Piece], tail: list[Piece], counter: Counter) -> list[Blurred] | None:
    """Count beyond a separator between the last values and those before them, as near to the last as can be."""
    high = max(piece.high for piece in tail)
    above = min((piece.low for piece in head), default=1.0)
    if high >= 1.0:  # nothing lies beyond ±1
        return [Blurred(sign, 1.0, 0.0, 0, 0, "closed form") for sign in signs_of(which)]
    for room in ROOMS:
        step = min(room, 0.5 * (above - high))
        found = _counted(which, counter, high + step, step)
        if found is not None or step < room:
            return found
    return None


def _counted(which: str, counter: Counter, limit: float, room: float) -> list[Blurred] | None:
    found = []
    for sign in signs_of(which):
        one = counter.below(sign, limit, room)
        if one is None:
            return None
        found.append(one)
    return found


def _at_least(count: Blurred, counter: Counter) -> int:
    """Return the least number beyond the same separator as ``at_most``, by one more count a little further out."""
    if not count.error:
        return count.at_least
    again = counter.at(count.sign, count.outer + 1.5 * count.error)
    return again.at_least if again is not None and again.inner >= count.outer else 0


def _settle(verdict: Verdict, exact: list[Piece], tail: list[Piece], counts: list[Blurred]) -> bool:
    """Accept if beyond the separator there are at most as many eigenvalues as values."""
    if sum(one.at_most for one in counts) != listed(exact):
        return False
    verdict.kind, verdict.exact, verdict.tail = "proven", exact, tail
    verdict.floor = {one.sign: one.outer for one in counts}
    verdict.ceiling = max(one.outer for one in counts)
    return True


def _missed(head: list[Piece], counts: list[Blurred]) -> str:
    at_least, at_most = (sum(getattr(one, name) for one in counts) for name in ("at_least", "at_most"))
    where = max(one.outer for one in counts)
    if at_most < listed(head):
        return f"not certified: contradiction, {listed(head)} values beyond {where:.9g} but {at_most} counted"
    sure = "were missed" if at_least > listed(head) else "may have been missed"
    return (
        f"not certified: values {sure}, {listed(head)} are listed beyond {where:.9g} where there are "
        f"{at_least} to {at_most} eigenvalues"
    )
