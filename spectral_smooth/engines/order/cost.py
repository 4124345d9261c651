"""What a product and an order are expected to take: times per entry, cache line, page and row, fitted to measured ones.

Only the ratios of the constants matter. They are nanoseconds on one core of an AMD EPYC of the fourth generation,
fitted to the graphs of benchmarks/reorder.py in all orders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spectral_smooth.engines.order.locality import Locality
from spectral_smooth.engines.order.orders import OrderName
from spectral_smooth.engines.order.work import Work

LINE = 64  # bytes
PAGE = 4096
PAGES = 3072  # whose addresses a core remembers
FIRST_CACHE, FIRST_PAGES = 32 << 10, 72  # bytes and pages that cost nothing at all

# Vector kernels, of 16 and 64 float32 columns.
ENTRY, ENTRY_LINE = 0.45, 0.70  # an entry, and each line of its row
ROW = 4.0
NEAR_LINE = 0.7  # a line that the core's own cache misses
FAR_LINE = 4.2  # a line that comes from memory
FAR_PAGE, FAR_PAGE_LINE = 3.0, 1.7  # a row on a page whose address must be looked up

# Rows narrower than a line, of one float64 column: a few instructions an entry, so that the first cache and a
# mispredicted end of a row count too.
NARROW_ENTRY, NARROW_ROW = 0.6, 3.0
NARROW_FIRST, NARROW_FIRST_PAGE = 0.3, 0.5  # an entry that the first cache misses, whose page it does
NARROW_NEAR, NARROW_FAR, NARROW_PAGE = 0.8, 4.2, 1.7
SURPRISE = 6.0  # a row of another length than the one before

ORDERING = {  # per node, per entry that misses the core's cache: what is read at random there is so here
    "degree": (3.0, 0.0),
    "bfs": (20.0, 17.0),
    "communities": (40.0, 55.0),
}
PERMUTING = (25.0, 15.0)  # per node, per entry
BLOCK_ROW, BLOCK_BYTE = 19.0, 0.25  # a row into the order and back


@dataclass(frozen=True)
class Shares:
    """Of the row gathers, but the last.

    Attributes
    ----------
    near, far, page : float
        That miss the core's cache, that come from memory, that look up a page.
    first, first_page : float
        That miss the first cache, and the pages whose addresses are at hand; matter to narrow rows only.
    uneven : float
        Of the rows: those of another length than the one before; likewise.
    """

    near: float
    far: float
    page: float
    first: float
    first_page: float
    uneven: float


EVERY = Shares(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
NONE = Shares(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def stays_near(work: Work) -> bool:
    """Return whether a block fits into the cache that is as fast as its rows need."""
    return work.nodes * work.row_bytes <= (FIRST_CACHE if _narrow(work) else work.cache_bytes)


def shares_of(work: Work, locality: Locality | float) -> tuple[Shares, dict[OrderName, Shares]]:
    """Return the shares in the order at hand and in the others."""
    if isinstance(locality, Locality):
        return _sampled(work, locality)
    size = work.row_bytes
    fits = max(0.0, 1.0 - work.last_cache_bytes / size / work.nodes)
    looked_up = max(0.0, 1.0 - PAGE * PAGES / size / work.nodes)
    page = locality * looked_up
    now = Shares(locality, locality * fits, page, locality, locality, 1.0)
    hubs = min(locality, 1.0 - work.skew)
    return now, {"degree": Shares(locality, locality * fits, min(page, 1.0 - work.skew), locality, hubs, 1.0)}


def product(work: Work, shares: Shares) -> float:
    """Return the nanoseconds of one product."""
    if _narrow(work):
        entry = (
            NARROW_ENTRY
            + NARROW_FIRST * shares.first
            + NARROW_FIRST_PAGE * shares.first_page
            + NARROW_NEAR * shares.near
            + NARROW_FAR * shares.far
            + NARROW_PAGE * shares.page
        )
        row = NARROW_ROW + SURPRISE * shares.uneven
        return (work.entries * entry + work.nodes * row) / work.threads
    lines = work.row_bytes / LINE
    entry = (
        ENTRY
        + ENTRY_LINE * lines
        + NEAR_LINE * lines * shares.near
        + FAR_LINE * lines * shares.far
        + (FAR_PAGE + FAR_PAGE_LINE * lines) * shares.page
    )
    return (work.entries * entry + work.nodes * ROW) / work.threads


def once(work: Work, name: OrderName, near: float) -> float:
    """Return the nanoseconds to find the order, permute the graph, take the block into it and its result back."""
    node, entry = ORDERING[name]
    shared = PERMUTING[0] * work.nodes + PERMUTING[1] * work.entries
    shared += (BLOCK_ROW + BLOCK_BYTE * work.row_bytes) * work.nodes
    return node * work.nodes + entry * near * work.entries + shared / work.threads


def _narrow(work: Work) -> bool:
    return work.row_bytes < LINE


def _sampled(work: Work, locality: Locality) -> tuple[Shares, dict[OrderName, Shares]]:
    size = work.row_bytes
    near, far, pages = work.cache_bytes / size, work.last_cache_bytes / size, PAGE * PAGES / size
    first, first_pages = FIRST_CACHE / size, PAGE * FIRST_PAGES / size
    line = LINE // size  # a row narrower than a line brings its neighbours along
    missed, hubs = locality.missed, locality.missed_hubs
    now = Shares(
        missed(near, line),
        missed(far, line),
        missed(pages, PAGE // size),
        missed(first, line),
        missed(first_pages, PAGE // size),
        locality.uneven,
    )
    if _narrow(work):
        # hubs that lie together fill lines, which they shared with others before
        by_degree = Shares(hubs(near), hubs(far), hubs(pages), hubs(first), hubs(first_pages), 0.0)
    else:
        # an order that is local already is lost
        by_degree = Shares(
            max(now.near, hubs(near)), max(now.far, hubs(far)), min(now.page, hubs(pages)), 1.0, 1.0, 0.0
        )
    others: dict[OrderName, Shares] = {"degree": by_degree}
    ways: dict[OrderName, Callable[[float], float]] = {"bfs": locality.missed_breadth_first}
    if not _narrow(
        work
    ):  # for narrow rows it was never the fastest, and up to 1.5 times slower than no order
        ways["communities"] = locality.missed_clustered
    once_each = work.nodes / work.entries  # a row is read at least once
    for name, way in ways.items():
        left = (way(near) - once_each) / (now.near - once_each) if now.near > once_each else 1.0
        kept = min(max(left, 0.0), 1.0)
        others[name] = Shares(
            way(near), way(far), now.page * kept, way(first), now.first_page * kept, now.uneven
        )
    return now, others
