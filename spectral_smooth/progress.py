"""How long work reports its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Called with (done, total).
Tick: TypeAlias = Callable[[int, int], object]
