"""What an opponent is: a library, and the ways in which it can multiply by S."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Variant:
    """One setting of a library, all plans made.

    Attributes
    ----------
    setting : str
        What was set, for the reader of the table.
    multiply : callable
        ``multiply(k)`` writes block 1 − k from block k, for k in {0, 1}.
    block : callable
        ``block(k)`` returns a block as an array.
    kind : str
        What the block is multiplied by, see `benchmarks.versus.core.multiplied_by`.
    close : callable
        Frees what Python does not.
    """

    setting: str
    multiply: Callable[[int], object]
    block: Callable[[int], np.ndarray]
    kind: str = "core"
    close: Callable[[], object] = field(default=lambda: None)


class Opponent(Protocol):
    """A library; a frozen dataclass. Libraries are imported when used."""

    @property
    def name(self) -> str:
        """Short name in tables and on the command line."""
        ...

    def about(self) -> str:
        """Return version and, if it can be asked, code path."""
        ...

    def variants(
        self, matrix: csr_array, blocks: tuple[np.ndarray, np.ndarray], threads: int
    ) -> Iterator[Variant]:
        """Yield the settings to try; the fastest is the one that is timed."""
        ...
