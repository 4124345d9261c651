"""Errors: one class per remedy, each with the exit code that the command line gives it."""

from __future__ import annotations

from typing import Any


class SpectralSmoothError(Exception):
    """Base of everything this package raises on purpose; exit code 1."""

    exit_code = 1


class InputError(SpectralSmoothError, ValueError):
    """The data cannot be used: mend the file, array or object; exit code 2."""

    exit_code = 2


class UsageError(SpectralSmoothError, ValueError):
    """An option or argument is unknown or does not fit: change the call; exit code 2."""

    exit_code = 2


class OutputError(SpectralSmoothError, OSError):
    """An output cannot be written: choose another path, or ``--force``; exit code 2."""

    exit_code = 2


class MissingLibraryError(SpectralSmoothError, ImportError):
    """An optional library is absent: install it with the line in the message; exit code 1."""

    def __init__(self, library: str, purpose: str, install: str) -> None:
        super().__init__(f"{purpose} needs {library}, which is not installed; run: pip install {install}")


class NotConvergedError(SpectralSmoothError, ArithmeticError):
    """An iteration stopped early; ``partial`` holds what it had reached; exit code 3."""

    exit_code = 3

    def __init__(self, message: str, partial: Any) -> None:
        super().__init__(message)
        self.partial = partial
