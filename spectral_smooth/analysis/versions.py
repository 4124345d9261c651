"""Versions that a result was made with, for its provenance."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = ("spectral_smooth", "numpy", "scipy", "numba")


def versions() -> dict[str, str]:
    """Return the versions of Python, this package and what computes.

    Examples
    --------
    >>> sorted(versions())
    ['numba', 'numpy', 'python', 'scipy', 'spectral_smooth']
    """
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
