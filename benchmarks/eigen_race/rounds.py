"""One graph: settings first, then interleaved rounds in rotating order, every answer checked."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any, Protocol

from benchmarks.eigen_race.search import ACCURACY, Chosen, errors, tried
from benchmarks.versus.rounds import quartiles

LIMIT = 60.0  # seconds for one answer, or four times ours if that is more
TIMES_OURS = 4.0
OURS_AT_MOST = 600.0
SLACK = 1.5  # a setting that was just within the limit may be a little slower in a round
SEED = 0  # of every start: a tolerance that is loose enough for one start may be too loose for another


class Solving(Protocol):
    """What runs the contenders: `processes.Processes`, or a stand-in."""

    def solve(
        self, contender: str, settings: dict[str, Any], tolerance: float, seed: int, limit: float
    ) -> dict[str, Any]:
        """Return one answer, or ``{"error": ...}``."""
        ...

    def end(self, contender: str) -> None:
        """End a contender's process."""
        ...


def measure(
    running: Solving,
    contenders: Sequence[str],
    reference: float,
    rounds: int,
    seconds: float,
    limit: float = LIMIT,
    known: dict[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return setting, times, errors and peak memory of each contender, or why it has none.

    ``known`` is the result of an earlier run, whose settings are taken instead of being sought.
    Rounds end after ``seconds``, but not before the first.
    """
    found: dict[str, dict[str, Any]] = {}
    chosen: dict[str, Chosen] = {}
    for name in contenders:
        allowed = OURS_AT_MOST if name.startswith("ours") else limit
        picked = _known((known or {}).get(name)) or tried(running.solve, name, reference, allowed, allowed)
        if isinstance(picked, Chosen):
            chosen[name] = picked
            if name == "ours":
                limit = max(limit, TIMES_OURS * picked.seconds)
            print(f"  {name}: {_words(picked)}, {picked.seconds:.2f} s when tried", flush=True)
        else:
            found[name] = picked
            print(f"  {name}: {picked['error']}", flush=True)
        running.end(name)  # so that the first round sees the memory of a fresh process
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in chosen}
    began = time.perf_counter()
    for turn in range(rounds):
        names = [name for name in chosen if name not in found]
        shift = turn % max(len(names), 1)
        for name in names[shift:] + names[:shift]:
            answer = _once(running, name, chosen[name], reference, limit, warm=turn > 0)
            if "error" in answer:
                found[name] = answer
            else:
                answers[name].append(answer)
        if time.perf_counter() - began > seconds:
            break
    for name in [one for one in chosen if one not in found]:
        found[name] = _record(chosen[name], answers[name], reference)
    return {name: found[name] for name in contenders}


def _once(
    running: Solving, name: str, chosen: Chosen, reference: float, limit: float, *, warm: bool
) -> dict[str, Any]:
    """Return one answer if it is right.

    A fresh process of ours answers twice: loading compiled code is no part of the time, but the memory is the first's.
    """
    ours = name.startswith("ours")
    allowed = OURS_AT_MOST if ours else SLACK * max(limit, chosen.seconds)
    answer = running.solve(name, chosen.settings, chosen.tolerance, SEED, allowed)
    if ours and not warm and "error" not in answer:
        first = answer["peak_bytes"]
        answer = running.solve(name, chosen.settings, chosen.tolerance, SEED, allowed)
        answer["peak_bytes"] = first
    if "error" not in answer and (off := errors(answer, reference)["best"]) > ACCURACY:
        return {"error": f"wrong when repeated: λ_2 is off by {off:.1e}"}
    return answer


def ratios(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the times of the others over ours, the median over the rounds; ``best`` is the fastest opponent."""
    if "seconds" not in found.get("ours", {}):
        return {}
    ours = found["ours"]["seconds"]
    made = {
        name: {"median": statistics.median(t / u for t, u in zip(one["seconds"], ours, strict=False))}
        for name, one in found.items()
        if name != "ours" and "seconds" in one
    }
    peers = {name: one["median"] for name, one in made.items() if not name.startswith("ours")}
    if peers:
        name = min(peers, key=peers.__getitem__)
        made["best"] = {"name": name, "median": peers[name]}
    return made


def _known(record: dict[str, Any] | None) -> Chosen | dict[str, Any] | None:
    """Return the setting of an earlier run, or its failure where that cost the whole time."""
    if record is None or ("error" in record and not record.get("late")):
        return None
    if "error" in record:
        return record
    return Chosen(record["settings"], record["tolerance"], record["median"])


def _record(chosen: Chosen, answers: list[dict[str, Any]], reference: float) -> dict[str, Any]:
    off = [errors(answer, reference) for answer in answers]
    times = [answer["seconds"] for answer in answers]
    stated = [one["stated"] for one in off if "stated" in one]
    return {
        "settings": chosen.settings,
        "tolerance": chosen.tolerance,
        "setting": _words(chosen, answers[0]["told"]),
        "seconds": times,
        **quartiles(times),
        "worst_error": max(one["best"] for one in off),
        "stated_error": max(stated, default=None),
        "peak_bytes": answers[0]["peak_bytes"],
    }


def _words(chosen: Chosen, told: str = "") -> str:
    parts = [f"{name} = {value}" for name, value in chosen.settings.items()]
    parts += [f"tol = {chosen.tolerance:.0e}"] if chosen.tolerance else []
    return ", ".join([*parts, *([told] if told else [])]) or "defaults"
