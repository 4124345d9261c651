"""The report on one screen of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.compare import Comparison
from spectral_smooth.depth.safe import Limit, SafeDepth
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report import numbers, proof, told
from spectral_smooth.report.rows import render_row, render_table
from spectral_smooth.report.screen import BOLD, LEVEL, Screen, columns, fitted, joined
from spectral_smooth.report.series import Series, pair
from spectral_smooth.report.terms import term
from spectral_smooth.report.wording import clean, group_label, limit_label, nodes, plural, shorten

__all__ = ["render_row", "render_table", "render_text"]

DEPTHS = (1, 2, 4, 8, 16, 32, 64)
_SEVERITY = {"warning": 0, "notice": 1, "info": 2}


@dataclass(frozen=True)
class _Room:
    """How many entries each list may show; the first room whose text fits the screen is taken.

    ``first`` is how much is said of who goes first: 2 everything, 1 one sentence on classes and one line on groups, 0
    nothing. ``every`` leaves out rows of the decay table: 2 is every second one. ``claims`` are the certificate's.
    """

    audit: int
    facts: int
    limits: int
    compared: int
    reasons: int
    sentences: bool = True
    first: int = 2
    every: int = 1
    claims: int = 8


_ROOMS = (
    _Room(8, 6, 8, 2, 2),
    _Room(6, 5, 6, 2, 1),
    _Room(5, 5, 5, 1, 2),
    _Room(5, 4, 5, 1, 1),
    _Room(4, 4, 5, 1, 1),
    _Room(3, 4, 4, 1, 1, claims=6),
    _Room(3, 3, 4, 1, 0, claims=6),
    _Room(3, 3, 4, 1, 0, first=1, claims=4),
    _Room(3, 3, 4, 1, 0, first=1, every=2, claims=4),
    _Room(2, 2, 3, 1, 0, first=1, every=2, claims=4),
    _Room(1, 1, 3, 1, 0, first=1, every=2, claims=4),
    _Room(1, 1, 2, 1, 0, sentences=False, claims=2),
    _Room(1, 1, 2, 1, 0, sentences=False, first=1, every=2, claims=2),
    _Room(1, 1, 1, 0, 0, sentences=False, first=1, every=2, claims=1),
    _Room(1, 1, 1, 0, 0, sentences=False, first=0, every=2, claims=1),
)


def render_text(
    analysis: Analysis, *, width: int = 100, color: bool = False, written: Sequence[str | Path] = ()
) -> str:
    """Return the report as text that fits one screen.

    Parameters
    ----------
    analysis : Analysis
    width : int
        Columns of the terminal; at least 60 are used.
    color : bool
        Whether to mark headings and the verdict with terminal codes.
    written : sequence of paths
        Files that were written; they are named at the end.

    Returns
    -------
    str
        At most `SCREEN` lines; lists that do not fit say how many entries are left out (the HTML
        report and the JSON file have them all).

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> render_text(analysis).splitlines()[0]
    'karate   sgc under gcn (loops 1, split 0.5), depth 8'
    """
    width = max(width, 60)
    return fitted(_Page(analysis, width, color, room).lines(written) for room in _ROOMS)


class _Page(Screen):
    """The sections, each a list of lines."""

    def __init__(self, analysis: Analysis, width: int, color: bool, room: _Room) -> None:
        super().__init__(width, color)
        self.analysis, self.room = analysis, room

    def lines(self, written: Sequence[str | Path]) -> list[str]:
        sections = [
            self.title(),
            self.verdict(),
            self.recommended_depth(),
            self.safe_depth(),
            self.goes_first(),
            self.graph(),
            self.certificate(),
            self.decay(),
            self.warnings(),
            self.files(written),
        ]
        return joined(sections)

    def title(self) -> list[str]:
        plan = self.analysis.plan
        how = f"{clean(plan.get('rule', ''))} under {clean(plan.get('operator', ''))}, depth {plan.get('depth')}"
        return [self.heading(self.analysis.name, how)]

    def verdict(self) -> list[str]:
        verdict = self.analysis.verdict
        head = f"{verdict.level.upper()} RISK of oversmoothing"
        return [
            self.mark(head, LEVEL[verdict.level]),
            *self.listed(told.facts(self.analysis), self.room.facts),
        ]

    def recommended_depth(self) -> list[str]:
        advice = self.analysis.advice
        if advice is None:
            return []
        title = self.mark("RECOMMENDED DEPTH  ", BOLD)
        if advice.recommended_depth is None:
            return [
                title
                + shorten(f"needs training labels of two classes: {clean(advice.basis)}", self.width - 19)
            ]
        head = self.mark(f"{advice.recommended_depth:,}", BOLD)
        if advice.window is not None:
            head += f"  window {numbers.span(*advice.window)}"
        if advice.weak:
            head += "  (weak signal: a hint)"
        return [title + head, *self.wrap(advice.sentence)]

    def goes_first(self) -> list[str]:
        found = self.analysis.first
        if found is None or not self.room.first:
            return []
        classes = found.classes.sentence if found.classes is not None else ""
        title = "WHO GOES FIRST"
        if self.room.first > 1:
            return [self.mark(title, BOLD), *self.listed(filter(None, [classes, found.groups.sentence]), 2)]
        out = [self.mark(title, BOLD)]
        if classes:
            out += self.listed([told.first_sentence(classes)], 1)
        return out + self.listed([found.groups.sentence], 1, one_line=True)

    def safe_depth(self) -> list[str]:
        safe = self.analysis.safe_depth
        head = numbers.layers(safe.at_least, safe.at_most, safe.horizon)
        out = [self.mark("SAFE DEPTH  ", BOLD) + self.mark(f"{head}", BOLD) + f"  ({clean(safe.source)})"]
        if self.room.sentences:
            out += self.wrap(safe.sentence)
        return out + (self._limits() if safe.limits else [])

    def _limits(self) -> list[str]:
        safe = self.analysis.safe_depth
        order = _telling(safe)
        shown = order[: self.room.limits]
        table = [("limit", "threshold", "holds up to", "lost from", "measured", "counts")]
        for limit in shown:
            group = (
                "" if limit.component is None else f", {group_label(limit.component, self.analysis.graph)}"
            )
            table.append(
                (
                    shorten(limit_label(limit.kind) + group, 40),
                    numbers.number(limit.threshold),
                    numbers.depth(limit.at_least, f"> {safe.horizon:,}"),
                    numbers.depth(limit.at_most, lost_otherwise(limit)),
                    numbers.depth(limit.measured, f"> {self._measured_to()}"),
                    "yes" if limit.binding else "no",
                )
            )
        return self.indent(columns(table)) + self.left_out(len(order) - len(shown), "limit")

    def graph(self) -> list[str]:
        graph = self.analysis.graph
        out = [self.mark("GRAPH  ", BOLD) + self._size()]
        out.append(
            f"  degrees {numbers.number(graph.get('min_degree'))} to {numbers.number(graph.get('max_degree'))}, "
            f"mean {numbers.number(graph.get('mean_degree'))}, density {numbers.number(graph.get('density'))}"
            + ("; weighted" if graph.get("weighted") else "")
        )
        notes = sorted(self.analysis.audit, key=lambda note: _SEVERITY[note.severity])
        out += self.listed(map(_audit_line, notes), self.room.audit, one_line=True)
        return out + self._spectrum()

    def _size(self) -> str:
        graph = self.analysis.graph
        parts = [nodes(graph.get("num_nodes", 0)), plural(graph.get("num_edges", 0), "edge")]
        sizes = graph.get("component_sizes", [])
        many = graph.get("components", 0)
        parts.append(
            plural(many, "component") + (f", largest {numbers.count(sizes[0])}" if many > 1 and sizes else "")
        )
        if graph.get("isolated"):
            parts.append(f"{numbers.count(graph['isolated'])} isolated")
        return ", ".join(parts)

    def _spectrum(self) -> list[str]:
        spectrum = self.analysis.spectrum
        text = (
            f"gap {numbers.number(spectrum.get('gap'))}   rate {numbers.rate(spectrum.get('rate'))} per layer   "
            f"fixed space of {plural(spectrum.get('fixed_dimension', 0), 'dimension')}"
        )
        if spectrum.get("alternating_dimension"):
            text += f"   {numbers.count(spectrum['alternating_dimension'])} at μ = −1"
        return [self.mark("SPECTRUM  ", BOLD) + text]

    def certificate(self) -> list[str]:
        found = self.analysis.certificate
        if found is None:
            return []
        out = [self.mark("CERTIFICATE  ", BOLD) + shorten(proof.headline(found), self.width - 13)]
        everything = proof.claims(self.analysis)
        shown = [(one.what, one.where, one.sure) for one in everything[: self.room.claims]]
        out += self.indent(columns(shown, left=(0, 1, 2))) if shown else []
        return out + self.left_out(len(everything) - len(shown), "claim")

    def decay(self) -> list[str]:
        shown = self._two_series()
        depths = _table_depths(shown, self.analysis.plan.get("depth", 64))
        depths = depths[::-1][:: self.room.every][::-1]
        if not shown or not depths:
            return []
        head = "  ".join(f"{one.axis_label}: {_source(one)}" for one in shown)
        table = [
            ("depth", *(cell for one in shown for cell in (f"{term(one.name).title} predicted", "measured")))
        ]
        for depth in depths:
            cells = (
                cell
                for one in shown
                for cell in (_at(one.predicted, one, depth), _at(one.measured, one, depth))
            )
            table.append((f"{depth:,}", *cells))
        out = [self.mark("DECAY  ", BOLD) + shorten(head, self.width - 7), *self.indent(columns(table))]
        return out + self._compared(shown)

    def _compared(self, shown: Sequence[Series]) -> list[str]:
        out: list[str] = []
        for one in shown[: self.room.compared]:
            for comparison in self.analysis.comparisons:
                if (comparison.name, comparison.component) == (one.name, one.component):
                    out += self.wrap(compared(comparison, self.room.reasons))
        return out

    def _two_series(self) -> list[Series]:
        """Energy and collapse where they exist, otherwise the first measures there are."""
        pairs = pair(self.analysis.predicted.curves, self.analysis.measured.curves)
        whole = [one for one in pairs if one.component is None]
        rank = {"energy": 0, "collapse": 1}
        both = [one for one in whole if one.predicted is not None and one.measured is not None]
        return sorted(both or whole, key=lambda one: rank.get(one.name, 2))[:2]

    def warnings(self) -> list[str]:
        if not self.analysis.warnings:
            return []
        return [self.mark("WARNINGS", BOLD), *self.listed(self.analysis.warnings, 3)]

    def files(self, written: Sequence[str | Path]) -> list[str]:
        if not written:
            return []
        paths = [clean(path) for path in written]
        together = ", ".join(paths)
        lines = [together] if len(together) <= self.width - 9 else paths
        return [self.mark("WRITTEN  ", BOLD) + lines[0], *(f"         {line}" for line in lines[1:])]

    def _measured_to(self) -> str:
        depths = [int(c.depths[-1]) for c in self.analysis.measured.curves if len(c.depths)]
        return f"{max(depths):,}" if depths else numbers.MISSING


def compared(comparison: Comparison, reasons: int | None = None) -> str:
    """Return in one sentence how the prediction and the measurement of one measure agree."""
    inside = (
        "inside the prediction at every depth"
        if comparison.contained
        else "NOT inside the prediction everywhere"
    )
    text = f"{term(clean(comparison.name)).title}: measured {inside}"
    difference = comparison.largest_relative_difference
    if comparison.at_depth is not None:
        text += f", largest difference {_percent(difference)} at depth {comparison.at_depth:,}"
    if comparison.predicted_rate is not None:
        text += f"; factor per layer {numbers.rate(comparison.predicted_rate)} in the long run"
        if comparison.fitted.rate is not None:
            text += f", {numbers.rate(comparison.fitted.rate)} over the last depths measured"
    shown = comparison.reasons[:reasons] if reasons is not None else comparison.reasons
    return "; ".join([text, *(clean(reason).rstrip(".") for reason in shown)]) + "."


def lost_otherwise(limit: Limit) -> str:
    """Return what stands for a missing ``at_most``: nothing to lose, or not decided within the horizon."""
    return numbers.MISSING if limit.at_least is None else "undecided"


def _percent(value: float | None) -> str:
    text = numbers.MISSING if value is None else numbers.number(100.0 * value, 2)
    return text if text == numbers.MISSING else f"{text} %"


def _audit_line(note: Note) -> str:
    mark = "! " if note.severity == "warning" else ""
    return f"{mark}{note.topic}: {note.text}"


def _telling(safe: SafeDepth) -> list[Limit]:
    """Return the limits in the order of reading: those that count, the whole graph's, the components'."""
    order = sorted(safe.limits, key=lambda one: safe.horizon + 1 if one.at_least is None else one.at_least)
    return sorted(order, key=lambda one: (not one.binding, one.component is not None))


def _source(one: Series) -> str:
    return one.predicted.source if one.predicted is not None else "measured only"


def _at(curve: Curve | None, one: Series, depth: int) -> str:
    if curve is None or depth not in curve.depths:
        return numbers.MISSING
    lower, upper = curve.at(depth)
    return numbers.between(lower / one.scale, upper / one.scale)


def _table_depths(shown: Sequence[Series], last: int) -> list[int]:
    known = {
        int(d) for one in shown for c in (one.predicted, one.measured) if c is not None for d in c.depths
    }
    wanted = [depth for depth in DEPTHS if depth in known and depth <= last]
    return [*wanted, last] if last in known and last not in wanted and len(wanted) < len(DEPTHS) else wanted
