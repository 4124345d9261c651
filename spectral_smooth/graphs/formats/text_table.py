"""Tables in plain text: cells separated by whitespace, tabs or commas, comments, perhaps a header.

Numbers are parsed in one call for the whole file; only what is not purely numeric is split line by line.
"""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import IntArray

_COMMENT_SIGN = re.compile(rb"[#%]")
_NUMERIC_BYTES = b"0123456789+-.eE \t\n\v\f,"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_EXACT = 2**53


@dataclass(frozen=True, eq=False)
class TextTable:
    """Cells of a text file by column.

    Attributes
    ----------
    columns : tuple of arrays
        int64, float64 or text, one array a column; equal lengths.
    header : tuple of str, optional
        Names of the columns.
    lines : int array
        Line of the file, from 1, that each row stands on.
    texts : tuple of lists of str
        The cells as written, by column; empty where the whole table is numeric.
    """

    columns: tuple[NDArray[Any], ...]
    header: tuple[str, ...] | None
    lines: IntArray
    texts: tuple[list[str], ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


def parse_table(data: bytes, header_words: frozenset[str]) -> TextTable:
    """Parse the bytes of a text file.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    header_words : frozenset of str
        Words in lower case that only a header would hold.

    Raises
    ------
    InputError
        If a line has another number of cells than the first, or an empty one.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data, comments = _take_comments(data)
    start, first = _first_line(data)
    separator = "," if "," in first else "\t" if "\t" in first.strip() else None
    cells = _split(first, separator, 1 + data.count(b"\n", 0, start)) if first else []
    body = data[start + len(first.encode()) :]
    header, rest = None, data
    if cells and _is_header(cells, body, separator, header_words):
        # an empty line in its place keeps the line numbers
        header, rest = tuple(cells), b"\n" * data.count(b"\n", 0, start) + body
    elif cells:
        header = _commented_header(comments, len(cells), header_words)
    table = _parse_numbers(rest, separator)
    if table is None:
        table = _parse_cells(rest, separator)
    if header and len(table) and len(header) != len(table.columns):
        raise InputError(
            f"the header has {len(header)} columns ({', '.join(header[:6])}), but the lines have {len(table.columns)}"
        )
    return replace(table, header=header)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, NaN and infinity included."""
    return _NUMBER.fullmatch(cell) is not None


def _take_comments(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the text without its comments, line breaks kept, and the comments."""
    pieces, comments, at = [], [], 0
    while found := _COMMENT_SIGN.search(data, at):
        start = found.start()
        if start and data[start - 1] not in b" \t\n,":  # inside a name, such as C#
            pieces.append(data[at : start + 1])
            at = start + 1
            continue
        pieces.append(data[at:start])
        end = data.find(b"\n", start)
        at = len(data) if end < 0 else end
        comments.append(data[start:at])
    return b"".join((*pieces, data[at:])), comments


def _first_line(data: bytes) -> tuple[int, str]:
    """Offset and text of the first line that is not blank."""
    found = re.search(rb"(?m)^[^\n]*\S[^\n]*", data)
    return (found.start(), found.group().decode()) if found else (0, "")


def _is_header(cells: list[str], body: bytes, separator: str | None, words: frozenset[str]) -> bool:
    if any(is_number(cell) for cell in cells):
        return False
    if sum(cell.lower() in words for cell in cells) >= min(2, len(cells)):
        return True
    _, second = _first_line(body)
    numeric = [is_number(cell) for cell in _cells(second, separator)]
    # one number among names may be a name; two ids, or a number in a further column, are data
    return bool(numeric) and (all(numeric[:2]) or any(numeric[2:]))


def _commented_header(comments: list[bytes], count: int, words: frozenset[str]) -> tuple[str, ...] | None:
    """Last comment, where it names every column and at least two of the names are known."""
    for comment in reversed(comments):
        cells = re.split(r"[\s,]+", comment.decode().strip("#% \t,"))
        if len(cells) == count and sum(cell.lower() in words for cell in cells) >= 2:
            return tuple(cells)
    return None


def _parse_numbers(data: bytes, separator: str | None) -> TextTable | None:
    """Parse a purely numeric table in one call, or return None to have it parsed cell by cell."""
    if data.translate(None, _NUMERIC_BYTES) or (separator != "," and b"," in data):
        return None
    if separator == ",":
        if not _commas_between_all(data):
            return None
        data = data.replace(b",", b" ")
    lines, width = _layout(data)
    if not width:
        return TextTable((), None, lines)
    whole = not any(letter in data for letter in (b".", b"e", b"E"))
    values = _numbers(data, whole, width * len(lines))
    if values is None:
        return None
    table = values.reshape(len(lines), width)
    return TextTable(tuple(np.ascontiguousarray(table[:, j]) for j in range(width)), None, lines)


def _layout(data: bytes) -> tuple[IntArray, int]:
    """Lines, from 1, that are not blank, and their number of cells between whitespace."""
    codes = np.frombuffer(data, dtype=np.uint8)
    blank = codes <= 32
    starts = ~blank
    starts[1:] &= blank[:-1]
    counts = _per_line(codes, starts)
    lines = np.flatnonzero(counts)
    width = int(counts[lines[0]]) if len(lines) else 0
    _check_widths(counts[lines], lines + 1, width)
    return lines + 1, width


def _commas_between_all(data: bytes) -> bool:
    """Whether every line has one comma fewer than it has cells, so that no cell is empty."""
    codes = np.frombuffer(data, dtype=np.uint8)
    commas = codes == ord(",")
    blank = (codes <= 32) | commas
    starts = ~blank
    starts[1:] &= blank[:-1]
    cells = _per_line(codes, starts)
    return bool(np.array_equal(np.maximum(cells - 1, 0), _per_line(codes, commas)))


def _per_line(codes: NDArray[np.uint8], marks: NDArray[np.bool_]) -> IntArray:
    """Count the marked bytes of each line."""
    begins = np.concatenate([[0], np.flatnonzero(codes == ord("\n")) + 1])
    begins = begins[begins < len(codes)]
    if not len(begins):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.add.reduceat(marks, begins, dtype=np.int64))


def _numbers(data: bytes, whole: bool, expected: int) -> NDArray[Any] | None:
    """Return all numbers of the text, or None where one of them is malformed or too large to be exact."""
    with warnings.catch_warnings():
        # NumPy stops at a malformed number with this warning; glued ones ("1-2") make the count too large
        warnings.simplefilter("error", DeprecationWarning)
        try:
            values = np.fromstring(data, dtype=np.int64 if whole else np.float64, sep=" ")
        except (DeprecationWarning, ValueError):
            return None
    if len(values) != expected:
        return None
    limits = np.iinfo(np.int64)
    if whole:
        saturated = values.max() == limits.max or values.min() == limits.min
        return None if saturated else values
    return None if np.any(np.abs(values) >= _EXACT) else values


def _parse_cells(data: bytes, separator: str | None) -> TextTable:
    if separator is None:
        lines, width = _layout(data)
        cells = [cell.decode() for cell in data.split()]
        return _text_table([cells[j::width] for j in range(width)], lines)
    rows, numbers = [], []
    for number, line in enumerate(data.decode().split("\n"), start=1):
        if line.strip():
            rows.append(_split(line, separator, number))
            numbers.append(number)
    lines = np.array(numbers, dtype=np.int64)
    if not rows:
        return TextTable((), None, lines)
    _check_widths(np.array([len(row) for row in rows]), lines, len(rows[0]))
    return _text_table([list(column) for column in zip(*rows, strict=True)], lines)


def _text_table(texts: list[list[str]], lines: IntArray) -> TextTable:
    return TextTable(tuple(_typed(column) for column in texts), None, lines, tuple(texts))


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    if '"' in line and separator == ",":
        try:
            return [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True), [])]
        except csv.Error:  # a cell beyond csv's limit; its commas then count as any other
            pass
    cells = [cell.strip() for cell in line.strip().split(separator)]
    # a line of a tab-separated file may use spaces all the same
    return line.split() if separator == "\t" and len(cells) == 1 else cells


def _split(line: str, separator: str | None, number: int) -> list[str]:
    cells = _cells(line, separator)
    if "" in cells:
        raise InputError(
            f"line {number} has an empty cell ({line.strip()[:60]!r}); expected a value in each column"
        )
    return cells


def _check_widths(counts: IntArray, lines: IntArray, width: int) -> None:
    other = np.flatnonzero(counts != width)
    if len(other):
        k = other[0]
        raise InputError(
            f"line {lines[k]} has {counts[k]} column{'s' if counts[k] != 1 else ''}, but line {lines[0]} "
            f"has {width}; expected an edge list with the same columns on every line"
        )


def _typed(cells: list[str]) -> NDArray[Any]:
    """Return a column as integers where all cells are, else as floats where all are numbers, else as text."""
    for kind, convert in ((np.int64, int), (np.float64, float)):
        try:
            return np.array([convert(cell) for cell in cells if _plain(cell)], dtype=kind)
        except (ValueError, OverflowError):
            continue
    return np.array(cells, dtype=object)


def _plain(cell: str) -> bool:
    """Refuse what Python reads as a number and people do not, such as 1_000."""
    if "_" in cell:
        raise ValueError(cell)
    return True
