"""A run of epochs as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.monitoring.epochs.run import EpochRun
from spectral_smooth.monitoring.judging.diagnosis import FINE
from spectral_smooth.monitoring.measuring.registry import LayerMeasure
from spectral_smooth.report import epoch_told as told
from spectral_smooth.report import numbers
from spectral_smooth.report.epoch_grids import COSINES, MAIN, measure_of, present, shown_values, thinned_note
from spectral_smooth.report.epoch_plots import EpochCanvas, epoch_plot, number_plot
from spectral_smooth.report.html import bokeh_script, document_json, environment
from spectral_smooth.report.picture import Picture
from spectral_smooth.report.wording import clean

MAX_NUMBERS = 12
# Rows of a table, and columns for chosen epochs.
MAX_ROWS, EPOCHS = 60, 9


def render_epoch_html(run: EpochRun) -> str:
    """Return a run of epochs as a self-contained HTML document.

    Parameters
    ----------
    run : EpochRun

    Returns
    -------
    str
        Scripts and styles are inside; a content security policy in the document forbids every request.
        The same run gives the same text.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss, tempfile
    >>> from pathlib import Path
    >>> from spectral_smooth.monitoring.epochs.log import EpochLog
    >>> from spectral_smooth.monitoring.epochs.run import read_log
    >>> from spectral_smooth.monitoring.monitor import monitor
    >>> rng = np.random.default_rng(0)
    >>> log = EpochLog(Path(tempfile.mkdtemp()) / "run.jsonl")
    >>> record = log.append(monitor(ss.load("karate"), [rng.normal(size=(34, 8)) for _ in range(4)]))
    >>> page = render_epoch_html(read_log(log.path))
    >>> page.startswith("<!DOCTYPE html>"), "src=" in page.split("<body")[0]
    (True, False)
    """
    canvas = EpochCanvas.of(run)
    pictures = _pictures(canvas)
    stretches = run.stretches()
    at = told.chosen(len(run.epochs), EPOCHS)
    return (
        environment()
        .get_template("epochs.html.jinja")
        .render(
            run=run,
            name=clean(run.graph["name"]),
            found=run.diagnosis,
            fine=run.diagnosis.kind == FINE,
            span=told.span(run),
            since=told.since(run),
            doubts=told.doubts(run),
            doubt=told.DOUBT,
            sentence=run.sentence,
            stretches=[told.stretch_cells(one) for one in stretches[-MAX_ROWS:]],
            earlier=max(len(stretches) - MAX_ROWS, 0),
            logged=[(name, told.number_sentence(run, name)) for name in run.numbers],
            more_numbers=max(len(run.numbers) - MAX_NUMBERS, 0),
            thinned=thinned_note(run, canvas.drawn),
            pictures=pictures,
            epochs=[f"{int(run.epochs[j]):,}" for j in at],
            tables=[_table(run, name, at) for name in present(run)],
            left_out=max(len(run.names) - MAX_ROWS, 0),
            classes=_class_rows(run),
            more_classes=max(len(run.classes) - MAX_ROWS, 0),
            measures=[measure_of(name) for name in present(run)],
            bokeh=bokeh_script(),
            document=document_json(pictures),
        )
    )


def _pictures(canvas: EpochCanvas) -> list[Picture]:
    run = canvas.run
    made = []
    for name in present(run, MAIN):
        grid = canvas.grid(name)
        summary = _summary(run, name)
        made.append(
            Picture("", "layers", grid.heading, _caption(measure_of(name)), summary, epoch_plot(canvas, name))
        )
    for name in list(run.numbers)[:MAX_NUMBERS]:
        sentence = told.number_sentence(run, name)
        made.append(Picture("", "numbers", clean(name), "", f"{sentence}.", number_plot(canvas, name)))
    return [Picture(**{**vars(one), "key": f"plot-{i}"}) for i, one in enumerate(made, start=1)]


def _caption(measure: LayerMeasure) -> str:
    if not measure.formula:
        return ""
    drawn = "; drawn is one minus that" if measure.name in COSINES else ""
    return f"{measure.formula}{drawn}. Misleads: {measure.misleads}."


def _summary(run: EpochRun, name: str) -> str:
    _, grid = shown_values(run, name)
    first, last = (numbers.number(told.last_value(grid[:, j])) for j in (0, -1))
    return (
        f"last layer: {first} at epoch {int(run.epochs[0]):,}, {last} at epoch {int(run.epochs[-1]):,}. "
        f"{len(run.names)} layers, {told.span(run)}."
    )


def _table(run: EpochRun, name: str, at: list[int]) -> dict[str, Any]:
    title, _ = shown_values(run, name)
    return {"title": title, "rows": told.layer_rows(run, name, at, MAX_ROWS)}


def _class_rows(run: EpochRun) -> list[tuple[str, str, list[str]]]:
    """Return class, nodes, and what the last layer makes of it at the first and the last epoch that has it."""
    if not run.class_values:
        return []
    rows = []
    for i, (number, count) in enumerate(zip(run.classes[:MAX_ROWS], run.class_counts, strict=False)):
        cells = []
        for name in ("class_distance", "class_contrast"):
            table = run.class_values[name][i] if name in run.class_values else np.full((1, 1), np.nan)
            known = [value for value in map(told.last_value, table.T) if value is not None]
            cells += [numbers.number(known[j], 3) if known else numbers.MISSING for j in (0, -1)]
        rows.append((f"class {number}", f"{count:,}", cells))
    return rows
