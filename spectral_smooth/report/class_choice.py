"""Which classes a picture shows one by one, in which order and how they look; shared by all pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.class_depth import ClassDepth
from spectral_smooth.report.axes import CLASS_COLORS, DASHES, MARKERS

MOST_CLASSES = 8


@dataclass(frozen=True)
class Look:
    """How one class is drawn in every picture: by colour, and by dash or marker for those who see no colour."""

    color: str
    dash: Any
    marker: str
    place: int


@dataclass(frozen=True)
class Contrast:
    """One line of contrast: a class, or both of two, which have one and the same."""

    label: str
    found: ClassDepth
    look: Look | None


def class_order(analysis: Analysis) -> list[int]:
    """Return the classes in the order of drawing: minority classes, smallest first, then the others, largest first."""
    counts, minority = _counts(analysis)
    return sorted(
        counts,
        key=lambda c: (c not in minority, counts[c] if c in minority else -counts[c], c),
    )


def looks(analysis: Analysis) -> dict[int, Look]:
    """Return how the first classes look; the ones that are not here are drawn in grey."""
    return {label: look(i) for i, label in enumerate(class_order(analysis)[:MOST_CLASSES])}


def split_classes(labels: Iterable[int], chosen: dict[int, Look]) -> tuple[list[int], list[int]]:
    """Return which of the labels have a look of their own, in its order, and which do not."""
    present = list(dict.fromkeys(labels))
    own = sorted((label for label in present if label in chosen), key=lambda label: chosen[label].place)
    return own, [label for label in present if label not in chosen]


def contrasts(analysis: Analysis) -> list[Contrast]:
    """Return the contrasts to draw, grey ones first so that the others lie on them."""
    found = analysis.first.classes if analysis.first is not None else None
    if found is None or not found.classes:
        return []
    by_label = {one.label: one for one in found.classes}
    chosen = looks(analysis)
    if len(by_label) == 2:
        first, second = sorted(by_label)
        return [Contrast(f"classes {first} and {second} (one contrast)", by_label[first], look(0))]
    own, rest = split_classes(by_label, chosen)
    grey = [Contrast(f"{len(rest)} other classes", by_label[label], None) for label in rest]
    return [*grey, *(Contrast(class_label(by_label[label]), by_label[label], chosen[label]) for label in own)]


def class_label(found: ClassDepth) -> str:
    """Return the name of a class for a legend.

    Examples
    --------
    >>> from spectral_smooth.depth.onset import Onset
    >>> never = Onset(1e-2, None, None, None, None)
    >>> class_label(ClassDepth(3, 18, 0.0984, True, never, never, never, 0.0, None, None))
    'class 3 (minority, 9.8 %)'
    """
    mark = "minority, " if found.minority else ""
    return f"class {found.label} ({mark}{100 * found.share:.2g} %)"


def look(place: int) -> Look:
    """Return how the class at a place in the order of drawing looks."""
    return Look(
        CLASS_COLORS[place % len(CLASS_COLORS)],
        DASHES[place % len(DASHES)],
        MARKERS[place % len(MARKERS)],
        place,
    )


def _counts(analysis: Analysis) -> tuple[dict[int, int], set[int]]:
    """Return how many known nodes each class has, and which are minorities."""
    first = analysis.first.classes if analysis.first is not None else None
    if first is not None and first.classes:
        counts = {one.label: one.count for one in first.classes}
        return counts, {one.label for one in first.classes if one.minority}
    if analysis.labels is not None:
        found = analysis.labels.homophily
        return dict(zip(found.classes, found.class_counts, strict=True)), set()
    trained: Sequence[Any] = analysis.advice.classes if analysis.advice is not None else ()
    return {one.label: one.training_nodes for one in trained}, set()
