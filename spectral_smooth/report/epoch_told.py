"""What the reports say of a run of epochs in words and tables; text and HTML alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.epochs.run import EpochRun, Stretch
from spectral_smooth.monitoring.judging.finding import confidence_word
from spectral_smooth.report import numbers
from spectral_smooth.report.epoch_grids import layer_labels, present, shown_values
from spectral_smooth.report.wording import clean, plural

# Rows of the table of measures of the last layer, as far as they were measured.
LAST_LAYER = ("mean_cosine", "effective_rank", "column_correlation", "dead_columns", "rms", "class_share")
DOUBT = "low confidence: half or twice the threshold would say something else"
Row = tuple[str, list[str]]


def doubts(run: EpochRun) -> str:
    """Return "perhaps " where the gravest finding of the last epoch is of low confidence, nothing else."""
    found = run.diagnosis.findings
    return "perhaps " if found and confidence_word(found[0].confidence) == "low" else ""


def span(run: EpochRun) -> str:
    """Return how many epochs a run has and from which to which."""
    first, last = int(run.epochs[0]), int(run.epochs[-1])
    return plural(len(run.epochs), "epoch") + (
        f" ({first:,})" if first == last else f" ({first:,} to {last:,})"
    )


def since(run: EpochRun) -> str:
    """Return from which epoch on the last diagnosis holds."""
    if len(run.epochs) == 1:
        return f"at the only epoch, {int(run.epochs[0]):,}"
    if run.since == run.epochs[-1]:
        return f"at the last epoch, {run.since:,}"
    if run.since == run.epochs[0]:
        return f"at every epoch, {run.since:,} to {int(run.epochs[-1]):,}"
    return f"since epoch {run.since:,}"


def stretch_cells(one: Stretch) -> tuple[str, str, str, str, str]:
    """Return epochs, how many were logged, kind, onset layers and destination.

    Examples
    --------
    >>> stretch_cells(Stretch("smoothing", 12, 39, 28, (3, 5), "constants"))
    ('12–39', '28', 'smoothing', '3–5', 'constants')
    """
    onsets = numbers.MISSING if one.onsets is None else numbers.span(*one.onsets)
    return (
        numbers.span(one.first, one.last),
        f"{one.count:,}",
        clean(one.kind),
        onsets,
        clean(one.destination) or numbers.MISSING,
    )


def chosen(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers below ``count``, evenly, both ends among them.

    Examples
    --------
    >>> chosen(40, 5), chosen(3, 5)
    ([0, 10, 20, 29, 39], [0, 1, 2])
    """
    if count <= most:
        return list(range(count))
    return [int(i) for i in np.linspace(0, count - 1, max(most, 2)).round()]


def layer_rows(run: EpochRun, name: str, at: Sequence[int], most: int) -> list[Row]:
    """Return one measure of chosen layers, the last one first, at chosen epochs."""
    _, grid = shown_values(run, name)
    labels = layer_labels(run.names)
    layers = reversed(chosen(len(labels), most))
    return [(labels[i], [numbers.number(float(grid[i, j]), 3) for j in at]) for i in layers]


def last_layer_rows(run: EpochRun, at: Sequence[int]) -> list[Row]:
    """Return title and values of the measures of the last layer that each epoch has, at chosen epochs."""
    out = []
    for name in present(run, LAST_LAYER):
        title, grid = shown_values(run, name)
        out.append((title, [numbers.number(last_value(grid[:, j]), 3) for j in at]))
    return out


def last_value(column: FloatArray) -> float | None:
    """Return the value of the last layer that one epoch has, None if none has one."""
    known = np.flatnonzero(np.isfinite(column))
    return float(column[known[-1]]) if len(known) else None


def number_sentence(run: EpochRun, name: str) -> str:
    """Return how a number went: first, last, smallest and largest, with their epochs."""
    values = run.numbers[name]
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return "never a finite number"
    low, high = known[values[known].argmin()], known[values[known].argmax()]

    def at(i: int) -> str:
        return f"{numbers.number(float(values[i]))} at epoch {int(run.epochs[i]):,}"

    if len(known) == 1:
        return at(int(known[0]))
    if values[low] == values[high]:
        return f"{numbers.number(float(values[low]))} whenever it was logged"
    ends = f"{numbers.number(float(values[known[0]]))} → {numbers.number(float(values[known[-1]]))}"
    return f"{ends}, smallest {at(int(low))}, largest {at(int(high))}"
