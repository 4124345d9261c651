"""Lines of a report on a terminal: wrapped, marked, listed, in columns; shared by all text reports."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from spectral_smooth.report.wording import clean, plural, shorten

SCREEN = 45
BOLD, DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"
LEVEL = {"low": "\x1b[1;32m", "moderate": "\x1b[1;33m", "high": "\x1b[1;31m"}


class Screen:
    """Makes lines no longer than ``width``, with terminal codes if ``color``."""

    def __init__(self, width: int, color: bool) -> None:
        self.width, self.color = width, color

    def heading(self, name: str, how: str) -> str:
        """Return the first line: a name, and how it was made as far as there is room."""
        name = shorten(clean(name), self.width - 2)
        return self.mark(name, BOLD) + self.mark(shorten(f"   {how}", max(self.width - len(name), 0)), DIM)

    def listed(self, texts: Iterable[str], most: int, *, one_line: bool = False) -> list[str]:
        """Return texts as a list, those beyond ``most`` counted only."""
        everything = [clean(text) for text in texts]
        out: list[str] = []
        for text in everything[:most]:
            out += [f"  · {shorten(text, self.width - 4)}"] if one_line else self.wrap(text, "  · ")
        return out + self.left_out(len(everything) - most, "line")

    def left_out(self, number: int, noun: str) -> list[str]:
        """Return the line that says how many entries of a list are not there."""
        return (
            [self.mark(f"    and {plural(number, noun)} more in the full report", DIM)] if number > 0 else []
        )

    def wrap(self, text: str, lead: str = "  ") -> list[str]:
        """Return a text as indented lines."""
        return textwrap.wrap(
            clean(text),
            self.width,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_on_hyphens=False,
        )

    def indent(self, lines: Iterable[str]) -> list[str]:
        """Return lines indented and cut to the width."""
        return [shorten(f"  {line}", self.width) for line in lines]

    def mark(self, text: str, code: str) -> str:
        """Return a text between terminal codes, or as it is without colours."""
        return f"{code}{text}{_OFF}" if self.color and text else text


def joined(sections: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of all sections, with an empty line between those that have any.

    Examples
    --------
    >>> joined([["a"], [], ["b"]])
    ['a', '', 'b']
    """
    out: list[str] = []
    for section in sections:
        out += ([""] if out and section else []) + [*section]
    return out


def fitted(pages: Iterable[Sequence[str]]) -> str:
    """Return the first page that fits the screen, or the last one; pages are made as they are asked for.

    Examples
    --------
    >>> fitted([["line"] * 60, ["short"], ["never made"]])
    'short'
    """
    lines: Sequence[str] = ()
    for lines in pages:
        if len(lines) <= SCREEN:
            break
    return "\n".join(lines)


def columns(table: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Return rows as aligned lines; the columns in ``left`` begin at the left.

    Examples
    --------
    >>> columns([("a", "value"), ("bc", "1")])
    ['a   value', 'bc      1']
    """
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
