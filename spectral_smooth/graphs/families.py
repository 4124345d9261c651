"""family(): graphs by name, such as ``grid:10x10``; the oracle of tests, docs and benchmarks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.closed_forms import (
    Family,
    barbell,
    circulant,
    complete,
    complete_bipartite,
    cycle,
    grid,
    hypercube,
    path,
    petersen,
    prism,
    reflecting_grid,
    reflecting_path,
    ring_of_cliques,
    star,
    torus,
)
from spectral_smooth.graphs.family_products import disjoint_union, kronecker

__all__ = [
    "Family",
    "barbell",
    "circulant",
    "complete",
    "complete_bipartite",
    "cycle",
    "disjoint_union",
    "family",
    "family_names",
    "grid",
    "hypercube",
    "kronecker",
    "path",
    "petersen",
    "prism",
    "reflecting_grid",
    "reflecting_path",
    "ring_of_cliques",
    "star",
    "torus",
]

LARGEST_COUNT = 100_000


@dataclass(frozen=True)
class _Entry:
    example: str
    description: str
    make: Callable[[str], Family]


def family(spec: str) -> Family:
    """Return the family that a spec names.

    Parameters
    ----------
    spec : str
        ``name:sizes``, such as ``cycle:12``, ``grid:10x10`` or ``circulant:12:1,3``. Several joined by
        ``+`` are put side by side, and ``10*path:2`` is ten of one: ``cycle:20+10*path:2``.

    Raises
    ------
    UsageError
        If the name is unknown or the sizes do not fit it.

    Examples
    --------
    >>> from spectral_smooth.graphs.families import family
    >>> family("grid:10x10")
    Family grid:10x10: 100 nodes, 180 edges
    >>> family("star:3").spectrum(loops=1).round(3).tolist()
    [1.0, 0.5, 0.5, -0.25]
    """
    parts = [one for part in spec.split("+") for one in _repeated(part.strip())]
    return parts[0] if len(parts) == 1 else disjoint_union(parts, name=spec)


def family_names() -> dict[str, str]:
    """Return the name of every family with one line about it that ends with an example.

    Examples
    --------
    >>> from spectral_smooth.graphs.families import family_names
    >>> family_names()["cycle"]
    'ring of nodes, for instance cycle:12'
    """
    return {name: f"{entry.description}, for instance {entry.example}" for name, entry in _FAMILIES.items()}


def _repeated(part: str) -> list[Family]:
    found = re.fullmatch(r"(\d+)\*(.+)", part)
    if not found:
        return [_single(part)]
    count = int(found[1])
    if not 1 <= count <= LARGEST_COUNT:
        raise UsageError(
            f"{part!r}: the number of copies must lie between 1 and {LARGEST_COUNT:,}, got {count}"
        )
    return [_single(found[2].strip())] * count


def _single(part: str) -> Family:
    name, _, sizes = part.partition(":")
    entry = _FAMILIES.get(name)
    if entry is None:
        near = get_close_matches(name, _FAMILIES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_FAMILIES)}"
        raise UsageError(f"unknown graph family {name!r}; {hint}")
    try:
        return entry.make(sizes)
    except _SizesError:
        raise UsageError(
            f"{part!r} is not a {name} family; expected something like {entry.example}"
        ) from None


class _SizesError(ValueError):
    """The text after the colon has another form than the family needs."""


def _integers(text: str, separator: str = "x") -> list[int]:
    parts = text.split(separator)
    if not all(re.fullmatch(r"[0-9]{1,18}", part.strip()) for part in parts):
        raise _SizesError
    return [int(part) for part in parts]


def _one(make: Callable[[int], Family]) -> Callable[[str], Family]:
    def parse(text: str) -> Family:
        sizes = _integers(text)
        if len(sizes) != 1:
            raise _SizesError
        return make(sizes[0])

    return parse


def _two(make: Callable[[int, int], Family]) -> Callable[[str], Family]:
    def parse(text: str) -> Family:
        sizes = _integers(text)
        if len(sizes) != 2:
            raise _SizesError
        return make(sizes[0], sizes[1])

    return parse


def _circulant(text: str) -> Family:
    size, colon, offsets = text.partition(":")
    if not colon:
        raise _SizesError
    return _one(lambda n: circulant(n, _integers(offsets, ",")))(size)


def _petersen(text: str) -> Family:
    if text:
        raise _SizesError
    return petersen()


_FAMILIES: dict[str, _Entry] = {
    "cycle": _Entry("cycle:12", "ring of nodes", _one(cycle)),
    "path": _Entry("path:100", "line of nodes", _one(path)),
    "reflecting_path": _Entry(
        "reflecting_path:100", "line with a self-loop at both ends", _one(reflecting_path)
    ),
    "grid": _Entry("grid:10x10", "grid of any dimension", lambda text: grid(_integers(text))),
    "reflecting_grid": _Entry(
        "reflecting_grid:8x8",
        "grid with a self-loop per missing neighbour",
        lambda text: reflecting_grid(_integers(text)),
    ),
    "torus": _Entry("torus:8x8", "periodic grid of any dimension", lambda text: torus(_integers(text))),
    "complete": _Entry("complete:50", "every node joined to every other", _one(complete)),
    "star": _Entry("star:20", "a hub and its leaves (20 leaves in the example)", _one(star)),
    "bipartite": _Entry("bipartite:3x4", "complete bipartite graph", _two(complete_bipartite)),
    "hypercube": _Entry("hypercube:6", "hypercube of 2^d nodes", _one(hypercube)),
    "circulant": _Entry("circulant:12:1,3", "node i joined to i ± each offset", _circulant),
    "prism": _Entry("prism:6", "two rings joined rung by rung", _one(prism)),
    "petersen": _Entry("petersen", "the Petersen graph", _petersen),
    "barbell": _Entry("barbell:10", "two complete graphs joined by one edge", _one(barbell)),
    "ring_of_cliques": _Entry(
        "ring_of_cliques:8x5", "8 complete graphs of 5 nodes in a ring", _two(ring_of_cliques)
    ),
}
