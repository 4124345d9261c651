"""The orders that one bound operator has been put into, each made when it is first chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from spectral_smooth.engines.blocks import cache_bytes, cut_padded, shared_cache_bytes
from spectral_smooth.engines.order.choose import OrderChoice, choose_order, could_pay
from spectral_smooth.engines.order.locality import Locality, estimate_locality
from spectral_smooth.engines.order.orders import OrderName, find_order
from spectral_smooth.engines.order.work import Work
from spectral_smooth.engines.pattern import Pattern

Reorder: TypeAlias = Literal["auto", "none", "degree", "bfs", "communities"]
REORDER: tuple[Reorder, ...] = get_args(Reorder)


@dataclass(frozen=True, eq=False)
class Orders:
    """Chooses an order for a run, and keeps the patterns of those that were chosen.

    Attributes
    ----------
    own : Pattern
        In the graph's own order.
    reorder : Reorder
        What the user asked for.
    """

    own: Pattern
    reorder: Reorder
    _made: dict[OrderName, Pattern] = field(default_factory=dict, repr=False)

    def choose(self, columns: int, dtype: np.dtype[Any], depth: int) -> OrderChoice:
        """Choose for blocks of so many columns and ``depth`` products; the number of threads plays no part."""
        if self.reorder != "auto":
            return OrderChoice(self.reorder, 1.0, None, 0.0, "asked for")
        work = Work(
            nodes=self.own.rows,
            entries=len(self.own.indices),
            row_bytes=cut_padded(columns, dtype.itemsize).width * dtype.itemsize,
            depth=depth,
            cache_bytes=cache_bytes(),
            last_cache_bytes=shared_cache_bytes(),
        )
        if not could_pay(work):
            return choose_order(work, 0.0)
        return choose_order(work, self._locality)

    def pattern_in(self, name: OrderName) -> Pattern:
        """Return the pattern in an order."""
        if name == "none":
            return self.own
        if name not in self._made:
            self._made[name] = self.own.reordered(find_order(name, self.own.indptr, self.own.indices))
        return self._made[name]

    @cached_property
    def _locality(self) -> Locality:
        return estimate_locality(self.own.indptr, self.own.indices)
