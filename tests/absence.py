"""A test cannot run here: a skip with its reason, but a failure where everything must be present."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip, or fail under CI, where a missing browser or missing data would hide what is not tested."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"under CI this must not be missing: {reason}")
    pytest.skip(reason)
