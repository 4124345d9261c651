"""Interleaved rounds: every contender once a round, the order rotated, ratios within a round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.versus.cases import Case
from benchmarks.versus.opponents.registry import PEERS
from benchmarks.versus.pool import Pool
from benchmarks.versus.rss import available

REST = 0.02  # seconds after a contender, until its threads have stopped waiting busily
FEWEST = 3


def measure(
    pool: Pool, case: Case, contenders: Sequence[str], rounds: int, seconds: float, need: int = 0
) -> dict[str, Any]:
    """Return one case: settings and errors of all contenders, times, quartiles, ratios.

    Stops after ``rounds``, or earlier when ``seconds`` are over and three rounds are done; a single round is enough
    where one alone takes longer than half of the time. A contender is left out where fewer than ``need`` bytes of
    memory are free when its turn to prepare comes.
    """
    prepared = {name: _prepare(pool, case, name, need) for name in contenders}
    running = [name for name, found in prepared.items() if "error" not in found]
    times: dict[str, list[float]] = {name: [] for name in running}
    start = time.perf_counter()
    for turn in range(rounds if running else 0):
        for name in running[turn % len(running) :] + running[: turn % len(running)]:
            answer = _time(pool, case, name)
            if "error" in answer:
                prepared[name] = answer
            else:
                times[name].append(answer["seconds"])
        running = [name for name in running if "error" not in prepared[name]]
        gone = time.perf_counter() - start
        if not running or (gone > seconds and (turn + 1 >= FEWEST or gone / (turn + 1) > seconds / 2)):
            break
    for name in contenders:
        if not name.endswith("_plain"):
            pool.ask(name, case.threads, "drop")
    for name in running:
        prepared[name] |= {"seconds": times[name], **quartiles(times[name])}
    return {"contenders": prepared, "ratios": ratios({name: times[name] for name in running})}


def quartiles(values: Sequence[float]) -> dict[str, float]:
    """Return median and quartiles."""
    if len(values) < 2:
        return dict.fromkeys(("median", "lower", "upper"), values[0])
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "lower": lower, "upper": upper}


def ratios(times: dict[str, list[float]]) -> dict[str, dict[str, Any]]:
    """Return, for each contender of ours, the time of every other over ours: quartiles over the rounds.

    ``best`` is the fastest peer of each round; its name is the one that was so most often.
    """
    found: dict[str, dict[str, Any]] = {}
    for us in (name for name in times if name.startswith("ours")):
        found[us] = {
            name: quartiles([t / u for t, u in zip(times[name], times[us], strict=True)])
            for name in times
            if name != us
        }
        peers = [name for name in times if name in PEERS]
        if peers:
            fastest = [min(peers, key=lambda name, at=at: times[name][at]) for at in range(len(times[us]))]
            best = [times[name][at] / times[us][at] for at, name in enumerate(fastest)]
            found[us]["best"] = {"name": statistics.mode(fastest), **quartiles(best)}
    return found


def _prepare(pool: Pool, case: Case, name: str, need: int) -> dict[str, Any]:
    if name.endswith("_plain"):  # the same process and arrays, another step
        return {"setting": "one step without measures"}
    if available() < need:
        return {
            "error": f"left out: {available() / 2**30:.1f} GiB of memory are free, {need / 2**30:.1f} are needed"
        }
    answer = pool.ask(name, case.threads, "prepare", graph=case.graph, columns=case.columns, dtype=case.dtype)
    if answer.get("worst_error", 0.0) > 1.0:
        return {"error": f"wrong answer: {answer['worst_error']:.3g} times what rounding allows"}
    return answer


def _time(pool: Pool, case: Case, name: str) -> dict[str, Any]:
    task = "plain" if name.endswith("_plain") else case.task
    answer = pool.ask(name.removesuffix("_plain"), case.threads, "time", task=task, depth=case.depth)
    time.sleep(REST)
    return answer
