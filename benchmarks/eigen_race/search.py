"""The setting a contender runs with: the fastest with a right answer, at the loosest tolerance that gives one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.eigen_race.contenders.registry import CONTENDERS
from benchmarks.eigen_race.contenders.types import LADDER

ACCURACY = 1e-8
HURRY = 8
SAFETY = 3.0
Solve = Callable[[str, dict[str, Any], float, int, float], dict[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """What a contender runs with, and what it took when it was tried."""

    settings: dict[str, Any]
    tolerance: float
    seconds: float


def errors(answer: dict[str, Any], reference: float) -> dict[str, float]:
    """Return the relative errors of λ_2: of the number stated, of the vector's edge-wise quotient, the smaller one."""
    found = {
        name: abs(answer[name] / reference - 1.0)
        for name in ("stated", "quotient")
        if answer.get(name) is not None
    }
    return found | {"best": min(found.values(), default=float("inf"))}


def tried(
    solve: Solve, contender: str, reference: float, limit: float, seconds: float
) -> Chosen | dict[str, Any]:
    """Return the fastest setting with a right answer, or why there is none.

    Every setting climbs the ladder of tolerances to its first right answer, and is given up when it takes longer
    than the best so far, or than an eighth of ``limit``. Only where none has an answer by then, ``limit`` itself is
    given, to the first setting and to as many more as are begun within ``seconds``.
    """
    best: Chosen | None = None
    failure: dict[str, Any] = {}
    began = time.perf_counter()
    for share in (1 / HURRY, 1.0):
        for number, settings in enumerate(CONTENDERS[contender].variants()):
            if share == 1.0 and number and time.perf_counter() - began > seconds:
                break
            allowed = share * limit if best is None else best.seconds
            found = _climb(solve, contender, dict(settings), reference, allowed)
            if isinstance(found, Chosen):
                best = found if best is None or found.seconds < best.seconds else best
            elif not (failure.get("late") and share == 1.0 and number):
                failure = found
        if best is not None:
            return best
    return failure


def _climb(
    solve: Solve, contender: str, settings: dict[str, Any], reference: float, limit: float
) -> Chosen | dict[str, Any]:
    """Return the first tolerance at which the answer is right; ours runs twice to be warm.

    Our solvers that are forced have one tolerance, their default.
    """
    ours, forced = contender.startswith("ours"), contender.startswith("ours_")
    tolerance: float | None = 0.0 if forced else LADDER[0]
    runs, error = 0, float("inf")
    while tolerance is not None:
        answer = solve(contender, settings, tolerance, 0, limit)
        if "error" in answer:
            return answer
        runs, error = runs + 1, errors(answer, reference)["best"]
        if ours and runs == 1:
            continue
        if error <= ACCURACY:
            return Chosen(settings, tolerance, answer["seconds"])
        tolerance = None if forced else _tighter(tolerance, error)
    return {"error": f"wrong: λ_2 is off by {error:.1e} at its tightest tolerance"}


def _tighter(tolerance: float, error: float) -> float | None:
    """Return the next rung that can do: an eigenvalue's error falls with the square of the residual at most."""
    enough = SAFETY * tolerance * (ACCURACY / error) ** 0.5
    lower = [rung for rung in LADDER if rung < tolerance]
    return next((rung for rung in lower if rung <= enough), lower[-1] if lower else None)
