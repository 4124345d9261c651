"""Threads that wait for calls, as an executor's do; but a call that nobody has begun is taken back.

A product on ten thousand nodes takes less than half a millisecond: futures and their conditions are felt there, and a
helper that wakes up late would be waited for though nothing is left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

MOST = 256


class Call:
    """One call, made by whoever claims it first, or by nobody."""

    __slots__ = ("_arguments", "_claimed", "_done", "_error", "_function")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._function, self._arguments = function, arguments
        self._claimed, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()
        self._error: BaseException | None = None

    def make(self) -> None:
        """Make the call unless it was made or taken back; an error waits for `end`."""
        if not self._claimed.acquire(blocking=False):
            return
        try:
            self._function(*self._arguments)
        except BaseException as error:
            self._error = error
        finally:
            self._done.release()

    def end(self) -> BaseException | None:
        """Take the call back, or wait for its end; return its error.

        Ctrl-C is kept until then: whoever goes on may rely on nobody being at work any more.
        """
        if self._claimed.acquire(blocking=False):
            return None
        interrupted: BaseException | None = None
        while True:
            try:
                self._done.acquire()
            except KeyboardInterrupt as error:
                interrupted = error
            else:
                return interrupted or self._error


class Crew:
    """Threads that sleep until there is a call; as many as were ever wanted at once, and none survives a fork."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._hiring = threading.Lock()
        self._members = 0

    def start(self, function: Callable[..., Any], arguments: tuple[Any, ...], times: int) -> list[Call]:
        """Hand out a call so many times, or fewer times where no more threads are to be had."""
        if self._members < times:
            self._hire(times)
        calls = [Call(function, arguments) for _ in range(min(times, self._members))]
        for call in calls:
            self._calls.put(call)
        return calls

    def _hire(self, wanted: int) -> None:
        with self._hiring:
            while self._members < min(wanted, MOST):
                name = f"spectral_smooth_{self._members}"
                try:
                    threading.Thread(target=self._work, name=name, daemon=True).start()
                except RuntimeError:  # no more threads are allowed here, or at exit
                    return
                self._members += 1

    def _work(self) -> None:
        while True:
            self._calls.get().make()
