"""Which node order pays: a pure function of the work and of how local its gathers are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from spectral_smooth.engines.order.cost import EVERY, NONE, once, product, shares_of, stays_near
from spectral_smooth.engines.order.locality import Locality
from spectral_smooth.engines.order.orders import OrderName
from spectral_smooth.engines.order.work import Work

WORTH = 0.15  # share of the whole time that an order must save: the estimates are not surer than that


@dataclass(frozen=True)
class OrderChoice:
    """A node order and why.

    Attributes
    ----------
    name : {"none", "degree", "bfs", "communities"}
        For `find_order`.
    gain : float
        Expected time of one product in the order at hand over that in this order; 1 for none.
    break_even : float or None
        Number of products after which the order has paid for itself; None for none.
    saved : float
        Expected share of the whole time that is saved, ordering and permuting counted.
    reason : str
        One sentence.
    """

    name: OrderName
    gain: float
    break_even: float | None
    saved: float
    reason: str

    def __str__(self) -> str:
        return self.reason

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> OrderChoice:
        """Build it from what `to_dict` returned."""
        return cls(**values)


def choose_order(work: Work, locality: Locality | float) -> OrderChoice:
    """Return the order with the smallest expected time of everything, if it saves enough to be sure of.

    ============================================  =============================================================
    work                                          order
    ============================================  =============================================================
    no edges, or no product                       none
    a block that fits into one core's cache (1)   none
    the order at hand is local already            none
    neighbours anywhere, no clusters, no hubs     none
    hubs lead most gathers, on pages far apart    degree, from the number of products that pays for it
    narrow rows, and rows of many lengths (2)     degree, likewise
    breadth-first layers that fit into the cache  bfs, likewise
    clusters that fit into the cache              communities, likewise, unless rows are narrow
    ============================================  =============================================================

    (1) The first one, where a node's numbers fill less than a cache line. (2) Less than a cache line a node:
    hubs fill whole lines then, and the processor foresees the ends of rows of equal length.

    Parameters
    ----------
    work : Work
        Sizes and depth.
    locality : Locality or float
        What `estimate_locality` found; or the share of row gathers that miss the cache in the order at hand, and
        then hubs are all that is known about other orders (``work.skew``).

    Returns
    -------
    OrderChoice
        The same for the same arguments: nothing is measured here.

    Notes
    -----
    A product's time per entry is that of the lines of a row, plus those that miss the core's cache, plus those that
    come from memory, plus pages that must be looked up. Shares of each in the order at hand come from the sample; in
    the order by degree all but the pages stays as it is, unless rows are narrow; breadth first and by communities they
    are those of `Locality.missed_breadth_first` and `Locality.missed_clustered`, and pages fall as much as these do.

    Examples
    --------
    >>> work = Work(nodes=1_000_000, entries=16_000_000, row_bytes=64, depth=100, skew=0.9)
    >>> print(choose_order(work, 0.9))
    Order by degree: a product is expected to take 1/1.7 of the time, which pays from product 7 on, and 100 are
    asked for.
    >>> choose_order(Work(nodes=1000, entries=8000, row_bytes=64, depth=100), 0.9).name
    'none'
    """
    if not work.entries or not work.depth:
        return _none("There is nothing to multiply")
    if stays_near(work):
        return _none("The block fits into the cache of one core")
    now, others = shares_of(work, locality)
    before = product(work, now)
    total = before * work.depth
    best: OrderName = "none"
    least, gain, cost = total, 1.0, 0.0
    for name, shares in others.items():
        after = product(work, shares)
        first = once(work, name, now.near)
        if first + after * work.depth < least:
            best, least, gain, cost = name, first + after * work.depth, before / after, first
    saved = 1.0 - least / total
    if best == "none":
        return _none("No order is expected to pay for itself")
    even = cost / (before * (1.0 - 1.0 / gain))
    if saved < WORTH:
        return _none(
            f"Order {_NAMES[best]} would save {100 * saved:.0f} % of the time, which is less than its doubt"
        )
    reason = (
        f"Order {_NAMES[best]}: a product is expected to take 1/{gain:.1f} of the time, which pays from product "
        f"{int(even) + 1:,} on, and {work.depth:,} are asked for."
    )
    return OrderChoice(best, gain, even, saved, reason)


def could_pay(work: Work) -> bool:
    """Return whether any order could pay, however the graph looks: if not, no sample is needed.

    Parameters
    ----------
    work : Work
        Sizes and depth.

    Returns
    -------
    bool
        False only where `choose_order` says none for every locality.

    Examples
    --------
    >>> could_pay(Work(nodes=2708, entries=10_556, row_bytes=64, depth=1000))
    False
    >>> could_pay(Work(nodes=1_000_000, entries=16_000_000, row_bytes=64, depth=100))
    True
    """
    if not work.entries or not work.depth or stays_near(work):
        return False
    total = work.depth * product(work, EVERY)
    least = once(work, "degree", 0.0) + work.depth * product(work, NONE)
    return least <= (1.0 - WORTH) * total


_NAMES = {"degree": "by degree", "bfs": "breadth first", "communities": "by communities"}


def _none(why: str) -> OrderChoice:
    return OrderChoice("none", 1.0, None, 0.0, f"{why}: the nodes stay in the order at hand.")
