"""advise(): from cross-validation at every depth to advice, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.depth.advice import ClassAdvice, DepthAdvice
from spectral_smooth.depth.table import Table, binomial
from spectral_smooth.depth.training import Training
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.curve import Curve

BAND = 2.0
GONE = 0.5
WEAK = 3.2
"""Errors above guessing that the best depth reaches in fewer than 1 of 20 sets of labels without any signal."""
SLACK = 1e-9


def advise(table: Table, training: Training, notes: Sequence[str] = ()) -> DepthAdvice:
    """Turn cross-validation into advice.

    Parameters
    ----------
    table : Table
    training : Training
    notes : sequence of str
        What else the basis must say.

    Returns
    -------
    DepthAdvice
    """
    best = table.best()
    depths, chance = table.depths, 1.0 / table.classes
    accuracy, error = table.accuracy(), table.accuracy_error()
    scores = table.scores @ table.weights
    tied = table.tied(best)
    first, last = _around(tied, best)
    gone = _gone(depths, accuracy - chance - GONE * error)
    weak = _weak(table, float(accuracy[best]), gone, tied, int(depths[best]))
    told = (
        f"cross-validated ridge read-outs on {len(table.codes):,} training nodes of {table.classes} classes"
    )
    return DepthAdvice(
        recommended_depth=int(depths[best]),
        window=(int(depths[first]), int(depths[last])),
        signal_gone_at=gone,
        curve=_curve("accuracy", depths, accuracy, error),
        score=_curve("depth_score", depths, scores, table.paired_error(table.scores)),
        classes=_class_advice(table, training),
        chance=chance,
        weak=weak,
        basis="; ".join([told, *training.notes, *notes]),
        sentence=_sentence(depths, best, (first, last), gone, float(accuracy[best]), chance, weak=weak),
    )


def nothing_to_advise(training: Training) -> DepthAdvice:
    """Return advice without a depth, and why."""
    reason = training.reason_against
    sentence = (
        f"No depth is recommended: {reason}. The safe depth is what the graph and the features say alone."
    )
    return DepthAdvice(None, None, None, None, None, (), None, False, reason, sentence)


def _weak(table: Table, accuracy: float, gone: int | None, tied: BoolArray, depth: int) -> bool:
    """Whether labels without any signal would look like this, or the depths can't be told from one another."""
    chance = 1.0 / table.classes
    guessing = np.sqrt(np.sum(chance * (1.0 - chance) / table.sizes)) / table.classes
    within_noise = accuracy - chance < WEAK * guessing
    return bool(within_noise or tied.all() or (gone is not None and gone <= depth))


def _curve(name: str, depths: IntArray, values: FloatArray, errors: FloatArray) -> Curve:
    low, high = values - BAND * errors, values + BAND * errors
    note = "± 2 standard errors, which may reach beyond 0 and 1"
    return Curve(name, depths, low, high, "estimate", note=note)


def _around(tied: BoolArray, best: int) -> tuple[int, int]:
    """Return the ends of the run of tied depths around the best one."""
    first = last = best
    while first > 0 and tied[first - 1]:
        first -= 1
    while last + 1 < len(tied) and tied[last + 1]:
        last += 1
    return first, last


def _gone(depths: IntArray, excess: FloatArray) -> int | None:
    """Return the first depth from which there is no excess over guessing."""
    above = np.flatnonzero(excess > SLACK)
    after = int(above[-1]) + 1 if len(above) else 0
    return int(depths[after]) if after < len(depths) else None


def _class_advice(table: Table, training: Training) -> tuple[ClassAdvice, ...]:
    """Judge each class by recall less false alarms: recall alone is high for the class that is always guessed."""
    recalls, alarms, sizes = table.recalls(), table.false_alarms(), table.sizes
    recall_error = np.sqrt(binomial(recalls, sizes))
    error = np.sqrt(recall_error**2 + binomial(alarms, sizes.sum() - sizes))
    return tuple(
        ClassAdvice(
            label=training.labels[c],
            training_nodes=training.counts[c],
            gone_at=_gone(table.depths, (recalls - alarms - GONE * error)[:, c]),
            recall=_curve("recall", table.depths, recalls[:, c], recall_error[:, c]),
            false_alarms=Curve.points("false_alarms", table.depths, alarms[:, c], "estimate"),
        )
        for c in range(table.classes)
    )


def _sentence(
    depths: IntArray,
    best: int,
    window: tuple[int, int],
    gone: int | None,
    accuracy: float,
    chance: float,
    *,
    weak: bool,
) -> str:
    depth = int(depths[best])
    head = (
        "Do not smooth (depth 0): the classes are told best from each node's own features"
        if depth == 0
        else f"Depth {depth} is recommended: the classes are told best there"
    )
    told = f"{head}, {100 * accuracy:.0f} % right where guessing gives {100 * chance:.0f} %"
    first, last = int(depths[window[0]]), int(depths[window[1]])
    lost = (
        f"nothing measurable is lost from depth {first} to {last}"
        if first < last
        else "the depths beside it lose more than their error"
    )
    caution = (
        " The signal is weak: so few labels can look like this by chance, or do not tell the depths apart. Take it "
        "as a hint."
        if weak
        else ""
    )
    return f"{told}; {lost}; {_end(gone, int(depths[-1]))}.{caution}"


def _end(gone: int | None, last: int) -> str:
    if gone is None:
        return f"some class signal is left at depth {last}"
    return f"the class signal is gone from depth {gone} on" if gone else "no depth is better than guessing"
