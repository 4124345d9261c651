"""Which node order pays: a pure function of the work and of how local its gathers are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from spectral_smooth.engines.order.locality import Locality
from spectral_smooth.engines.order.orders import OrderName
from spectral_smooth.errors import InputError

LINE = 64  # bytes
PAGE = 4096
PAGES = 3072  # whose addresses a core remembers
WORTH = 0.15  # share of the whole time that an order must save: the estimates are not surer than that

# Nanoseconds on one core, fitted to products of vector kernels on the graphs of benchmarks/reorder.py in all orders,
# 16 and 64 float32 columns (AMD EPYC of the fourth generation). Only their ratios matter.
ENTRY, ENTRY_LINE = 0.45, 0.70  # an entry, and each line of its row
ROW = 4.0
NEAR_LINE = 0.7  # a line that the core's own cache misses
FAR_LINE = 4.2  # a line that comes from memory
FAR_PAGE, FAR_PAGE_LINE = 3.0, 1.7  # a row on a page whose address must be looked up
ORDERING = {  # per node, per entry that misses the core's cache: what is read at random there is so here
    "degree": (3.0, 0.0),
    "bfs": (20.0, 17.0),
    "communities": (40.0, 55.0),
}
PERMUTING = (25.0, 15.0)  # per node, per entry
BLOCK_ROW, BLOCK_BYTE = 19.0, 0.25  # a row into the order and back


@dataclass(frozen=True)
class Work:
    """What is to be computed.

    Attributes
    ----------
    nodes, entries : int
        Of the pattern; an undirected edge is two entries.
    row_bytes : int
        Of a node's features in a block.
    depth : int
        Number of products.
    cache_bytes, last_cache_bytes : int
        Of the cache of one core and of the last one before memory.
    threads : int
        That share a product. Finding an order is the work of one.
    skew : float
        Share of the entries that lead to hubs that fit into the core's cache; looked at only where the locality is
        a number.
    """

    nodes: int
    entries: int
    row_bytes: int
    depth: int
    cache_bytes: int = 1 << 20
    last_cache_bytes: int = 32 << 20
    threads: int = 1
    skew: float = 0.0

    def __post_init__(self) -> None:
        least = {"nodes": 1, "entries": 0, "row_bytes": 1, "depth": 0, "cache_bytes": 1, "threads": 1}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise InputError(f"{name} of the work is {getattr(self, name)}; at least {low} is needed")


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
    a block that fits into one core's cache       none
    the order at hand is local already            none
    neighbours anywhere, no clusters, no hubs     none
    hubs lead most gathers, on pages far apart    degree, from the number of products that pays for it
    breadth-first layers that fit into the cache  bfs, likewise
    clusters that fit into the cache              communities, likewise
    ============================================  =============================================================

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
    the order by degree all but the pages stays as it is; breadth first and by communities they are those of
    `Locality.missed_breadth_first` and `Locality.missed_clustered`, and pages fall as much as these do.

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
    if work.nodes * work.row_bytes <= work.cache_bytes:
        return _none("The block fits into the cache of one core")
    now, others = _shares(work, locality)
    before = _product(work, now)
    total = before * work.depth
    best: OrderName = "none"
    least, gain, cost = total, 1.0, 0.0
    for name, shares in others.items():
        after = _product(work, shares)
        once = _once(work, name, now.near)
        if once + after * work.depth < least:
            best, least, gain, cost = name, once + after * work.depth, before / after, once
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
    if not work.entries or not work.depth or work.nodes * work.row_bytes <= work.cache_bytes:
        return False
    total = work.depth * _product(work, _Shares(1.0, 1.0, 1.0))
    least = _once(work, "degree", 0.0) + work.depth * _product(work, _Shares(0.0, 0.0, 0.0))
    return least <= (1.0 - WORTH) * total


@dataclass(frozen=True)
class _Shares:
    """Of the row gathers: those that miss the core's cache, that come from memory, that look up a page."""

    near: float
    far: float
    page: float


_NAMES = {"degree": "by degree", "bfs": "breadth first", "communities": "by communities"}


def _none(why: str) -> OrderChoice:
    return OrderChoice("none", 1.0, None, 0.0, f"{why}: the nodes stay in the order at hand.")


def _shares(work: Work, locality: Locality | float) -> tuple[_Shares, dict[OrderName, _Shares]]:
    """Shares in the order at hand and in the others."""
    size = work.row_bytes
    near, far, pages = work.cache_bytes / size, work.last_cache_bytes / size, PAGE * PAGES / size
    if not isinstance(locality, Locality):
        fits = max(0.0, 1.0 - far / work.nodes)
        looked_up = max(0.0, 1.0 - pages / work.nodes)
        now = _Shares(locality, locality * fits, locality * looked_up)
        return now, {"degree": _Shares(locality, locality * fits, min(now.page, 1.0 - work.skew))}
    line = LINE // size  # a row narrower than a line brings its neighbours along
    now = _Shares(
        locality.missed(near, line), locality.missed(far, line), locality.missed(pages, PAGE // size)
    )
    once = work.nodes / work.entries  # a row is read at least once
    others: dict[OrderName, _Shares] = {
        # an order that is local already is lost
        "degree": _Shares(
            max(now.near, locality.missed_hubs(near)),
            max(now.far, locality.missed_hubs(far)),
            min(now.page, locality.missed_hubs(pages)),
        )
    }
    ways: dict[OrderName, Callable[[float], float]] = {
        "bfs": locality.missed_breadth_first,
        "communities": locality.missed_clustered,
    }
    for name, missed in ways.items():
        left = (missed(near) - once) / (now.near - once) if now.near > once else 1.0
        others[name] = _Shares(missed(near), missed(far), now.page * min(max(left, 0.0), 1.0))
    return now, others


def _product(work: Work, shares: _Shares) -> float:
    lines = max(work.row_bytes / LINE, 1.0)
    entry = (
        ENTRY
        + ENTRY_LINE * lines
        + NEAR_LINE * lines * shares.near
        + FAR_LINE * lines * shares.far
        + (FAR_PAGE + FAR_PAGE_LINE * lines) * shares.page
    )
    return (work.entries * entry + work.nodes * ROW) / work.threads


def _once(work: Work, name: OrderName, near: float) -> float:
    """Time to find the order, permute the graph, take the block into the order and its result back."""
    node, entry = ORDERING[name]
    shared = PERMUTING[0] * work.nodes + PERMUTING[1] * work.entries
    shared += (BLOCK_ROW + BLOCK_BYTE * work.row_bytes) * work.nodes
    return node * work.nodes + entry * near * work.entries + shared / work.threads
