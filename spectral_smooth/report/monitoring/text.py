"""The report of a monitoring on one screen of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import numbers
from spectral_smooth.report.monitoring import told
from spectral_smooth.report.monitoring.marks import layer_label
from spectral_smooth.report.monitoring.ticks import short_name, telling_parts
from spectral_smooth.report.monitoring.zeros import ZERO_LAYER, is_zero, needs_size
from spectral_smooth.report.screen import BOLD, DIM, LEVEL, Screen, columns, fitted, joined
from spectral_smooth.report.wording import clean, plural, shorten

# Columns of the table; what does not fit the width is left out from the end.
HEAD = (
    "layer",
    "name",
    "columns",
    "collapse",
    "nearest state",
    "cosine",
    "eff. rank",
    "corr.",
    "dead",
    "rms",
)
MEASURES = ("effective_rank", "column_correlation", "dead_columns", "rms")
_SHORT = {"constants and √degree": "const. and √deg."}


@dataclass(frozen=True)
class _Room:
    """How many entries each list may show; the first room whose text fits the screen is taken."""

    layers: int
    findings: int
    observations: int
    notes: int
    reasons: bool = True


_ROOMS = (
    _Room(12, 3, 4, 6),
    _Room(12, 3, 3, 3),
    _Room(12, 2, 2, 2),
    _Room(10, 2, 2, 1),
    _Room(8, 2, 1, 1),
    _Room(6, 1, 1, 1),
    _Room(5, 1, 1, 0, reasons=False),
    _Room(4, 0, 0, 0, reasons=False),
)


def render_monitor_text(
    result: Monitoring, *, width: int = 100, color: bool = False, written: Sequence[str | Path] = ()
) -> str:
    """Return the report of a monitoring as text that fits one screen.

    Parameters
    ----------
    result : Monitoring
    width : int
        Columns of the terminal; at least 60 are used.
    color : bool
        Whether to mark headings and the verdict with terminal codes.
    written : sequence of paths
        Files that were written; they are named at the end.

    Returns
    -------
    str
        At most `SCREEN` lines; lists that do not fit say how many entries are left out (the HTML report and the JSON
        file have them all).

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> found = ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 4))])
    >>> render_monitor_text(found).splitlines()[2]
    'SMOOTHING since layer 1'
    """
    width = max(width, 60)
    return fitted(_Page(result, width, color, room).lines(written) for room in _ROOMS)


class _Page(Screen):
    """The sections, each a list of lines."""

    def __init__(self, result: Monitoring, width: int, color: bool, room: _Room) -> None:
        super().__init__(width, color)
        self.result, self.room = result, room

    def lines(self, written: Sequence[str | Path]) -> list[str]:
        sections = [
            self.title(),
            [*self.verdict(), *self.destination(), *self.remedy()],
            self.others(),
            self.pace(),
            self.table(),
            self.groups(),
            self.notes(),
            self.files(written),
        ]
        return joined(sections)

    def title(self) -> list[str]:
        graph = self.result.graph
        how = (
            f"{plural(len(self.result.layers), 'layer')} under {clean(self.result.operator)}, "
            f"{plural(graph['nodes'], 'node')}, {plural(graph['edges'], 'edge')}"
        )
        return [self.heading(graph["name"], how)]

    def verdict(self) -> list[str]:
        diagnosis = self.result.diagnosis
        level = LEVEL[told.level(self.result)]
        if not diagnosis.findings:
            head = "NOTHING WRONG" + (": the layers gather by class" if diagnosis.clustering else "")
            return [self.mark(head, level)]
        first = diagnosis.findings[0]
        head = f"{told.kind_of(first).upper()} since {clean(layer_label(first.layer, first.layer_name))}"
        said = [f"{first.sentence}.", f"{told.sure(first)}."]
        if told.doubtful(first):
            said.reverse()
        return [self.mark(head, level), *self.wrap(said[0]), *self.wrap(said[1])]

    def destination(self) -> list[str]:
        end = self.result.diagnosis.destination or "nowhere smooth"
        return self._paragraph("LEADS TO  ", f"{end}: {told.leads_to(self.result)}.")

    def remedy(self) -> list[str]:
        if not self.result.diagnosis.remedies:
            return []
        first = self.result.diagnosis.remedies[0]
        text = f"{first.action}: {first.reason}." if self.room.reasons else f"{first.action}."
        return self._paragraph("TRY FIRST  ", text)

    def others(self) -> list[str]:
        diagnosis = self.result.diagnosis
        pairs = list(zip(diagnosis.findings, diagnosis.remedies, strict=True))[1:]
        found = [f"{told.kind_of(one)}: {one.sentence}; try first: {remedy.action}" for one, remedy in pairs]
        out: list[str] = []
        if found:
            out += [self.mark("ALSO FOUND", BOLD), *self.listed(found, self.room.findings)]
        if diagnosis.observations:
            out += [
                self.mark("WORTH KNOWING", BOLD),
                *self.listed(diagnosis.observations, self.room.observations),
            ]
        return out

    def pace(self) -> list[str]:
        pace = self.result.pace
        return [] if pace is None else self._paragraph("PACE  ", f"{pace.sentence}.")

    def table(self) -> list[str]:
        result = self.result
        shown = told.chosen_layers(result, self.room.layers)
        names = telling_parts(result.names)
        onset = result.diagnosis.layer
        rows: list[tuple[str, ...]] = [HEAD]
        for at in shown:
            layer = result.layers[at]
            rows.append(
                (
                    f"{'>' if at == onset else ' '}{at}",
                    short_name(names[at]),
                    numbers.count(layer.columns),
                    _cell(layer, "collapse"),
                    ZERO_LAYER if is_zero(layer) else self.nearest(at),
                    told.cosine_text(layer),
                    *(_cell(layer, name) for name in MEASURES),
                )
            )
        if all(row[0].strip(" >") == row[1] for row in rows[1:]):
            rows = [(row[0], *row[2:]) for row in rows]
        left = len(result.layers) - len(shown)
        hint = f"  {left} of {len(result.layers)} not shown" if left else ""
        hint += "  > onset" if onset in shown else ""
        return [self.mark("LAYERS", BOLD) + self.mark(hint, DIM), *self._fitting(rows)]

    def nearest(self, at: int) -> str:
        near = told.nearest_state(self.result, self.result.layers[at])
        return f"{numbers.number(near.distance, 3)} {_SHORT.get(near.name, near.name.split()[0])}"

    def groups(self) -> list[str]:
        out = []
        for title, text in (
            ("CLASSES  ", told.class_line(self.result)),
            ("COMPONENTS  ", told.component_line(self.result)),
            ("ATTENTION  ", "" if self.result.attention is None else self.result.attention.sentence),
        ):
            if text:
                out += self._paragraph(title, text.rstrip(".") + ".")
        return out

    def notes(self) -> list[str]:
        if not self.result.notes or not self.room.notes:
            return []
        return [self.mark("NOTES", BOLD), *self.listed(self.result.notes, self.room.notes)]

    def files(self, written: Sequence[str | Path]) -> list[str]:
        if not written:
            return []
        paths = [clean(path) for path in written]
        return [self.mark("WRITTEN  ", BOLD) + paths[0], *(f"         {path}" for path in paths[1:])]

    def _fitting(self, rows: Sequence[tuple[str, ...]]) -> list[str]:
        """Return aligned rows; columns from the right that are too much for the width are left out."""
        at = rows[0].index("nearest state")
        left = [0, 1, at] if rows[0][1] == "name" else [0, at]
        for count in range(len(rows[0]), 4, -1):
            lines = [f"  {line}" for line in columns([row[:count] for row in rows], left)]
            if max(map(len, lines)) <= self.width:
                return lines
        return [shorten(line, self.width) for line in lines]

    def _paragraph(self, title: str, text: str) -> list[str]:
        """Return a heading with its text on the same line, what follows indented."""
        lines = self.wrap(title + clean(text), "")
        return [self.mark(title, BOLD) + lines[0][len(title) :], *self.wrap(" ".join(lines[1:]))]


def _cell(layer: LayerNumbers, name: str) -> str:
    """Return a value in few digits; a dash where a layer that is zero has none."""
    return numbers.MISSING if is_zero(layer) and needs_size(name) else numbers.number(layer.values[name], 3)
