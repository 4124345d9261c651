"""Edge lists in plain text: two columns of node ids or names, perhaps weights.

Separated by whitespace, tabs or commas; ``#`` and ``%`` start comments; a header line is optional. A
column named ``weight`` or ``edge_weight`` holds weights; without a header the columns beyond the second
are called ``column3``, ``column4``, ... and are used only when asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.graphs.assemble import graph_from_edges
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.formats.text_table import TextTable, is_number, parse_table
from spectral_smooth.graphs.policies import WEIGHT_NAMES, Policies

_SOURCE_WORDS = (
    "source",
    "src",
    "from",
    "fromnodeid",
    "from_node_id",
    "source_id",
    "node1",
    "node_1",
    "id1",
    "id_1",
)
_TARGET_WORDS = (
    "target", "dst", "dest", "to", "tonodeid", "to_node_id", "target_id", "node2", "node_2", "id2", "id_2",
)  # fmt: skip


def read_edgelist(data: bytes, name: str, policies: Policies) -> Dataset:
    r"""Read an edge list from the bytes of a text file.

    Ids that are whole numbers are kept where they are 0 to n − 1; otherwise nodes are numbered in
    the order of their ids or names, which become the node names.

    Raises
    ------
    InputError
        If there is no edge, a line is malformed, or a node id is negative or fractional; the message
        names the line.

    Examples
    --------
    >>> from spectral_smooth.graphs.policies import Policies
    >>> dataset = read_edgelist(b"anna,ben\nben,carl\n", "friends", Policies())
    >>> dataset.node_names
    ('anna', 'ben', 'carl')
    """
    asked = () if policies.weight is None else (policies.weight.lower(),)
    words = frozenset((*_SOURCE_WORDS, *_TARGET_WORDS, *WEIGHT_NAMES, *asked))
    table = parse_table(data, words)
    if not len(table):
        raise InputError("the file holds no edges, so it has zero nodes; expected two node ids on each line")
    if len(table.columns) < 2:
        raise InputError(f"line {table.lines[0]} has 1 column; expected at least two, the ends of an edge")
    columns = _column_names(table)
    ends = _end_columns(table)
    spare = [j for j in range(len(columns)) if j not in ends]
    weights, notes = _weights(table, columns, spare, policies)
    ids, num_nodes, names, id_notes = _number_nodes(table, ends)
    graph, edge_notes = graph_from_edges(ids[0], ids[1], num_nodes, weights, policies=policies, name=name)
    if table.header:
        notes = (Note("header", f"columns are named by a header: {', '.join(table.header)}"), *notes)
    return Dataset(graph, node_names=names, notes=(*notes, *id_notes, *edge_notes))


def _column_names(table: TextTable) -> list[str]:
    if table.header is None:
        return [f"column{j + 1}" for j in range(len(table.columns))]
    return [name.lower() if name.lower() in WEIGHT_NAMES else name for name in table.header]


def _end_columns(table: TextTable) -> tuple[int, int]:
    """Columns that the header calls source and target, else the first two."""
    words = [name.lower() for name in table.header or ()]
    sources = [j for j, word in enumerate(words) if word in _SOURCE_WORDS]
    targets = [j for j, word in enumerate(words) if word in _TARGET_WORDS]
    return (sources[0], targets[0]) if sources and targets else (0, 1)


def _weights(
    table: TextTable, columns: list[str], spare: list[int], policies: Policies
) -> tuple[NDArray[Any] | None, tuple[Note, ...]]:
    available = {columns[j]: j for j in spare}
    available.update({f"column{j + 1}": j for j in spare if policies.weight == f"column{j + 1}"})
    chosen, notes = policies.choose_weight(available, "the file")
    unused = [columns[j] for j in spare if chosen is None or j != available[chosen]]
    if unused and policies.weight != "none":
        seen = f"{'columns' if len(unused) > 1 else 'column'} {', '.join(unused)} not used"
        hint = "" if chosen else f"; ask for weight {unused[0]!r} if it holds edge weights"
        notes = (*notes, Note("weights", seen + hint, "notice"))
    if chosen is None:
        return None, notes
    values = table.columns[available[chosen]]
    if values.dtype.kind == "O":
        bad = next(k for k, cell in enumerate(values.tolist()) if not is_number(cell))
        raise InputError(f"line {table.lines[bad]} has the weight {str(values[bad])!r}; expected a number")
    bad_at = np.flatnonzero(~np.isfinite(values) | (values < 0))
    if len(bad_at):
        k = bad_at[0]
        raise InputError(
            f"line {table.lines[k]} has the weight {values[k]:g}; weights must be finite and not negative"
        )
    return values, notes


def _number_nodes(
    table: TextTable, at: tuple[int, int]
) -> tuple[IntArray, int, tuple[str, ...] | None, tuple[Note, ...]]:
    sources, targets = (table.columns[j] for j in at)
    if sources.dtype.kind == "O" or targets.dtype.kind == "O":
        return _number_names([table.texts[j] for j in at], table.lines)
    ends = np.stack([_whole(sources, table.lines), _whole(targets, table.lines)])
    present, numbered = _compact(ends)
    if numbered is None:
        return ends, len(present), None, ()
    text = (
        f"{len(present):,} node ids from {present[0]} to {present[-1]} are numbered 0 to {len(present) - 1}; "
        f"the ids are kept as node names"
    )
    return numbered, len(present), tuple(map(str, present.tolist())), (Note("node ids", text),)


def _whole(ids: NDArray[Any], lines: IntArray) -> IntArray:
    bad = np.flatnonzero((ids < 0) | ~np.isfinite(ids) | (np.floor(ids) != ids))
    if len(bad):
        value = ids[bad[0]]
        kind = "negative" if value < 0 else "not a whole number"
        raise InputError(
            f"line {lines[bad[0]]} has the node id {value:g}, which is {kind}; expected 0, 1, ... or names"
        )
    if ids.dtype.kind == "f" and ids.max() >= 2**53:
        k = int(np.argmax(ids))
        raise InputError(
            f"line {lines[k]} has the node id {ids[k]:g}, which is too large; expected ids below 2^53"
        )
    return ids.astype(np.int64)


def _compact(ends: IntArray) -> tuple[IntArray, IntArray | None]:
    """Ids that occur, and the ends renumbered; None where the ids are 0 to n − 1 already."""
    top = int(ends.max()) + 1
    if top <= 4 * ends.size + 1000:
        seen = np.zeros(top, dtype=bool)
        seen[ends.ravel()] = True
        present = np.flatnonzero(seen)
        if len(present) == top:
            return present, None
        return present, (np.cumsum(seen) - 1)[ends]
    present, numbered = np.unique(ends, return_inverse=True)
    return present, numbered.reshape(ends.shape)


def _number_names(
    cells: list[list[str]], lines: IntArray
) -> tuple[IntArray, int, tuple[str, ...], tuple[Note, ...]]:
    # a set and a dict of Python strings sort several times faster than NumPy's text arrays
    names = sorted({*cells[0], *cells[1]})
    number = {name: k for k, name in enumerate(names)}
    ids = np.array([[number[cell] for cell in column] for column in cells], dtype=np.int64)
    odd = [name for name in names if not is_number(name)]
    note = Note("node ids", f"{len(names):,} node names are numbered in alphabetical order")
    if odd and len(odd) < len(names) / 2:
        k = next(k for k, pair in enumerate(zip(*cells, strict=True)) if odd[0] in pair)
        text = f"most node ids are numbers, but {odd[0]!r} on line {lines[k]} is not, so all of them are read as names"
        note = Note("node ids", text, "warning")
    return ids, len(names), tuple(names), (note,)
