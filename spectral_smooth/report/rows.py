"""One row a graph: the table of a run over several graphs."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import numbers
from spectral_smooth.report.wording import clean, shorten

HEADINGS = ("name", "nodes", "edges", "gap", "rate", "safe depth", "recommended", "risk")
_NAME_WIDTH = 36

Row = tuple[str, str, str, str, str, str, str, str]


def render_row(analysis: Analysis) -> Row:
    """Return the cells of one graph, under `HEADINGS`."""
    graph, spectrum, safe = analysis.graph, analysis.spectrum, analysis.safe_depth
    return (
        clean(analysis.name),
        numbers.count(graph.get("num_nodes")),
        numbers.count(graph.get("num_edges")),
        numbers.number(spectrum.get("gap")),
        numbers.rate(spectrum.get("rate")),
        numbers.layers_short(safe.at_least, safe.at_most, safe.horizon),
        _recommended(analysis),
        analysis.verdict.level + (" (incomplete)" if analysis.incomplete else ""),
    )


def _recommended(analysis: Analysis) -> str:
    """Return the recommended depth with its window; a dash without training labels, a question mark if it is weak."""
    advice = analysis.advice
    if advice is None or advice.recommended_depth is None:
        return numbers.MISSING
    window = f" ({numbers.span(*advice.window)})" if advice.window is not None else ""
    return f"{advice.recommended_depth:,}{window}{' ?' if advice.weak else ''}"


def render_table(rows: Sequence[Sequence[str]], failures: Sequence[tuple[str, str]] = ()) -> str:
    """Return the rows as an aligned table, and below it what failed and why.

    Parameters
    ----------
    rows : sequence of rows
        As `render_row` makes them.
    failures : sequence of (what, why)
        Inputs that could not be analysed.

    Examples
    --------
    >>> row = ("karate", "34", "78", "0.1039", "0.8961", "11–12", "4 (3–8)", "high")
    >>> print(render_table([row], [("x.npz", "is empty")]))
    name    nodes  edges     gap    rate  safe depth  recommended  risk
    karate     34     78  0.1039  0.8961       11–12      4 (3–8)  high
    <BLANKLINE>
    1 failed:
      x.npz: is empty
    """
    lines = _aligned(rows) if rows else ["no graph was analysed"]
    if failures:
        lines += ["", f"{len(failures)} failed:"]
        lines += [f"  {clean(what)}: {clean(why)}" for what, why in failures]
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    table = [HEADINGS, *([shorten(row[0], _NAME_WIDTH), *row[1:]] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    return ["  ".join(_cell(row[i], widths[i], i) for i in range(len(HEADINGS))).rstrip() for row in table]


def _cell(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column in (0, len(HEADINGS) - 1) else text.rjust(width)
