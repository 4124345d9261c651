"""Clock: times the stages of an analysis and passes progress on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]


class Clock:
    """Times stages, in seconds by name, and passes progress on as (stage, share done)."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self.name = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        self.name = name
        self.tick(0.0)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 4)
        self.tick(1.0)

    def tick(self, share: float) -> None:
        """Tell how much of the stage is done."""
        if self.progress is not None:
            self.progress(self.name, share)
