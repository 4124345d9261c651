"""A run of epochs on one screen of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectral_smooth.monitoring.epochs.record import NEAREST
from spectral_smooth.monitoring.epochs.run import EpochRun
from spectral_smooth.monitoring.judging.diagnosis import FINE
from spectral_smooth.report.epoch_grids import measure_of, present
from spectral_smooth.report.epoch_told import (
    DOUBT,
    chosen,
    doubts,
    last_layer_rows,
    layer_rows,
    number_sentence,
    since,
    span,
    stretch_cells,
)
from spectral_smooth.report.screen import BOLD, LEVEL, Screen, fitted, joined
from spectral_smooth.report.wording import clean, plural, shorten

LABEL, CELL = 30, 11


@dataclass(frozen=True)
class _Room:
    """How many entries each list may show; the first room whose text fits the screen is taken."""

    layers: int
    stretches: int
    numbers: int
    notices: int


_ROOMS = (_Room(12, 6, 5, 4), _Room(10, 5, 4, 3), _Room(8, 4, 3, 2), _Room(6, 3, 2, 2), _Room(4, 2, 1, 1))


def render_epoch_text(
    run: EpochRun, *, width: int = 100, color: bool = False, written: Sequence[str | Path] = ()
) -> str:
    """Return a run as text that fits one screen.

    Parameters
    ----------
    run : EpochRun
    width : int
        Columns of the terminal; at least 60 are used.
    color : bool
        Whether to mark headings and the diagnosis with terminal codes.
    written : sequence of paths
        Files that were written; they are named at the end.

    Returns
    -------
    str
        At most `SCREEN` lines; lists that do not fit say how many entries are left out.
    """
    width = max(width, 60)
    return fitted(_Page(run, width, color, room).lines(written) for room in _ROOMS)


class _Page(Screen):
    """The sections, each a list of lines."""

    def __init__(self, run: EpochRun, width: int, color: bool, room: _Room) -> None:
        super().__init__(width, color)
        self.run, self.room = run, room

    def lines(self, written: Sequence[str | Path]) -> list[str]:
        sections = [
            self.title(),
            self.diagnosis(),
            self.stretches(),
            self.layers(),
            self.numbers(),
            self._titled("NOTICES", self.run.notices, self.room.notices),
            [f"wrote {clean(path)}" for path in written],
        ]
        return joined(sections)

    def title(self) -> list[str]:
        run = self.run
        how = f"{plural(len(run.names), 'layer')} at {span(run)}, under {clean(run.operator)}"
        return [self.heading(run.graph["name"], how)]

    def diagnosis(self) -> list[str]:
        found = self.run.diagnosis
        fine = found.kind == FINE
        doubt = doubts(self.run)
        head = f"{doubt}{clean(found.kind)}".upper() + f" {since(self.run)}"
        level = LEVEL["low" if fine else "moderate" if doubt else "high"]
        lines = [self.mark(shorten(head, self.width), level)]
        if doubt:
            lines.append(f"  {DOUBT}")
        said = [one.sentence for one in found.findings[:1]] or list(found.observations[:1])
        lines += [line for one in said for line in self._wrapped(clean(one), 2)]
        if found.remedies:
            lines += self._wrapped(f"try first: {clean(found.remedies[0])}", 3)
        more = [one.kind for one in found.findings[1:]]
        return lines + ([f"  also: {clean(', '.join(more))}"] if more else [])

    def stretches(self) -> list[str]:
        every = self.run.stretches()
        if len(every) < 2:
            return []
        shown = every[-self.room.stretches :]
        lines = [self.mark("DIAGNOSIS BY EPOCH", BOLD)]
        if len(shown) < len(every):
            lines.append(f"  {len(every) - len(shown):,} earlier stretches are not shown")
        for one in shown:
            epochs, _, kind, onsets, destination = stretch_cells(one)
            onset = "" if one.onsets is None else f" from layer {onsets} on"
            towards = "" if one.onsets is None or not one.destination else f", towards {destination}"
            lines.append(shorten(f"  {epochs:<14}{kind}{onset}{towards}", self.width))
        return lines

    def layers(self) -> list[str]:
        run = self.run
        at = chosen(len(run.epochs), max((self.width - LABEL) // CELL, 2))
        head = "  epoch".ljust(LABEL) + "".join(f"{int(run.epochs[j]):,}".rjust(CELL) for j in at)
        lines = []
        for name in present(run, (NEAREST, "collapse"))[:1]:
            lines += [self.mark(measure_of(name).title.upper(), BOLD), head]
            lines += [
                self._row(f"layer {label}", cells)
                for label, cells in layer_rows(run, name, at, self.room.layers)
            ]
            head = ""
        rest = last_layer_rows(run, at)
        if rest:
            lines += [self.mark("LAST LAYER", BOLD), *([head] if head else [])]
            lines += [self._row(title, cells) for title, cells in rest]
        return lines

    def numbers(self) -> list[str]:
        said = [f"{clean(name)}: {number_sentence(self.run, name)}" for name in self.run.numbers]
        return self._titled("LOGGED BESIDE", said, self.room.numbers)

    def _titled(self, title: str, texts: Sequence[str], most: int) -> list[str]:
        return [self.mark(title, BOLD), *self.listed(texts, most, one_line=True)] if texts else []

    def _row(self, label: str, cells: Sequence[str]) -> str:
        return "  " + shorten(label, LABEL - 3).ljust(LABEL - 2) + "".join(cell.rjust(CELL) for cell in cells)

    def _wrapped(self, text: str, most: int) -> list[str]:
        return textwrap.wrap(
            text, self.width, initial_indent="  ", subsequent_indent="  ", max_lines=most, placeholder=" …"
        )
