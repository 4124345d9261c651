"""Memory of this process and of the machine, from /proc."""

from __future__ import annotations

import re
from pathlib import Path


def resident() -> int:
    """Return the bytes in memory now."""
    return _field("VmRSS")


def high_water() -> int:
    """Return the most bytes that were in memory since the start or the last reset."""
    return _field("VmHWM")


def reset_high_water() -> None:
    """Forget the peak."""
    Path("/proc/self/clear_refs").write_text("5")


def available() -> int:
    """Return the bytes of the machine that a process could still take."""
    found = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    return int(found[1]) * 1024 if found else 1 << 62


def _field(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0
