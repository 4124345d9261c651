"""stream(): layers of files one after the other, the next one read while the caller works on this one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.stored_layer import StoredLayer

# One that is being read, and two that are the caller's: this layer and the one before, to compare them.
_BUFFERS = 3


def stream(stored: Sequence[StoredLayer]) -> Iterator[Layer]:
    """Yield each layer in memory that is used again: valid until the next but one is taken.

    No memory is fetched from the system after the third layer, and disk and caller work at the same time. A thread
    lives for one read: an iterator that is left alone keeps none. What goes wrong in it is raised here, when that
    layer is taken.

    Parameters
    ----------
    stored : sequence of StoredLayer

    Yields
    ------
    Layer
    """
    size = max((layer.nbytes for layer in stored), default=0)
    memory = [np.empty(size, np.uint8) for _ in range(min(_BUFFERS, len(stored)))]
    reading: _Reading | None = None
    try:
        for k in range(len(stored)):
            layer = (reading or _Reading(stored[k], memory[k % _BUFFERS])).result()
            following = k + 1
            reading = None
            if following < len(stored):
                reading = _Reading(stored[following], memory[following % _BUFFERS])
            yield layer
    finally:
        # A collector may close this generator from within the very thread that reads.
        if reading is not None and reading is not threading.current_thread():
            reading.join()


class _Reading(threading.Thread):
    """One layer being read; it starts at once."""

    def __init__(self, stored: StoredLayer, memory: NDArray[np.uint8]) -> None:
        super().__init__(name=f"reads {stored.name}")
        self._stored, self._memory = stored, memory
        self._layer: Layer | None = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Read, and keep what came of it."""
        try:
            self._layer = self._stored.read(self._memory)
        except BaseException as error:
            self._error = error

    def result(self) -> Layer:
        """Wait for the layer, or raise what went wrong."""
        self.join()
        error, self._error = self._error, None  # kept on both, thread and traceback would hold each other
        if error is not None:
            raise error
        assert self._layer is not None
        return self._layer
