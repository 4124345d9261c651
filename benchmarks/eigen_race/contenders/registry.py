"""All contenders by name."""

from __future__ import annotations

from typing import Any

from benchmarks.eigen_race.contenders.eigsh import Eigsh, ShiftInvert
from benchmarks.eigen_race.contenders.lobpcg import Lobpcg
from benchmarks.eigen_race.contenders.ours import FORCED, Ours
from benchmarks.eigen_race.contenders.primme_eigsh import Primme
from benchmarks.eigen_race.contenders.slepc import Slepc

MULTIGRID = ("smoothed_aggregation", "ruge_stuben", "plain_aggregation")
OPPONENTS: dict[str, Any] = {
    one.name: one
    for one in (
        Eigsh(),
        ShiftInvert(),
        Lobpcg(),
        Lobpcg("pyamg", MULTIGRID, (1, 4)),
        Primme(),
        Slepc(),
    )
}
CONTENDERS: dict[str, Any] = {name: Ours(name) for name in ("ours", *FORCED)} | OPPONENTS
SHOWN = {
    "ours": "us",
    "ours_default": "us, default tolerance",
    "ours_lanczos": "our Lanczos",
    "ours_block_krylov": "our filtered blocks",
    "ours_lobpcg": "our LOBPCG",
    "ours_shift_invert": "our shift-invert",
    "ours_arpack": "our ARPACK",
    "ours_primme": "our PRIMME",
    "eigsh": "SciPy eigsh",
    "shift_invert": "SciPy eigsh, shift-invert",
    "lobpcg": "SciPy LOBPCG",
    "pyamg": "pyamg-LOBPCG",
    "primme": "PRIMME",
    "slepc": "SLEPc",
}
