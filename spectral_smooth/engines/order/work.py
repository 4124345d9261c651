"""What is to be computed: all that an order's cost depends on beside the graph's shape."""

from __future__ import annotations

from dataclasses import dataclass

from spectral_smooth.errors import InputError


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
