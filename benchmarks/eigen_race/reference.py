"""λ_2 to 1e-9 and better by two routes with different iterations, before anybody is timed.

The edge-wise quotient of a vector is never below λ_2, and its error is the square of the vector's. So the smaller of
two is taken, and both must agree; two solvers that stop at the same wrong eigenvalue by chance would have to be wrong
in the same way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.eigen_race.rounds import Solving
from benchmarks.graphs import VERSION

AGREE = 1e-9  # of the two quotients; a tenth of what is asked of the contenders
PATIENCE = 240.0
SMOOTH = (  # graphs with small factors: long, flat, or in lumps
    ("shift_invert", {"sigma": -1e-11, "ordering": "MMD_AT_PLUS_A"}, 1e-12),
    ("pyamg", {"M": "smoothed_aggregation", "block": 4, "steps": 100}, 1e-14),
    ("primme", {"method": "PRIMME_DEFAULT_MIN_TIME"}, 1e-11),
    ("ours_lobpcg", {}, 0.0),
    ("ours_lanczos", {}, 0.0),
)
EXPANDING = (
    ("eigsh", {"ncv": 40}, 1e-12),
    ("primme", {"method": "PRIMME_DEFAULT_MIN_MATVECS"}, 1e-10),
    ("lobpcg", {"M": "none", "block": 4}, 1e-9),
    ("ours_block_krylov", {}, 0.0),
    ("ours", {}, 0.0),
)
EXPANDERS = ("rmat", "regular", "communities")


class NoReferenceError(Exception):
    """No two routes agree, so that nothing can be checked."""


def reference(running: Solving, graph: str, cache: Path) -> dict[str, Any]:
    """Return λ_2, the routes that agree on it, and by how much; kept in the cache."""
    file = cache / f"{graph}-gap-{VERSION}.json"
    if file.exists():
        return dict(json.loads(file.read_text()))
    found: list[tuple[str, float]] = []
    told = []
    for name, settings, tolerance in EXPANDING if graph.startswith(EXPANDERS) else SMOOTH:
        answer = running.solve(name, settings, tolerance, 12345, PATIENCE)
        running.end(name)
        told.append(f"{name}: {answer.get('error') or answer.get('quotient')}")
        print(f"  reference by {told[-1]}", flush=True)
        if "error" in answer or answer["quotient"] is None:
            continue
        found.append((name, answer["quotient"]))
        if made := agreed(found):
            file.write_text(json.dumps(made))
            return made
    raise NoReferenceError(f"no two routes agree on λ_2 of {graph}: {'; '.join(told)}")


def agreed(found: list[tuple[str, float]]) -> dict[str, Any] | None:
    """Return the smallest value if another route gives the same."""
    (first, least), *others = sorted(found, key=lambda one: one[1])
    for name, value in others[:1]:
        if value / least - 1.0 <= AGREE:
            return {"value": least, "routes": [first, name], "difference": value / least - 1.0}
    return None
