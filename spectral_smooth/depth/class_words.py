"""Which classes go first, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.depth.class_depth import ClassDepth

NAMED = 3
"""Most minority classes that are named one by one."""


def class_sentence(classes: Sequence[ClassDepth], horizon: int) -> str:
    """Return in words who goes first: minority classes by name, the others together.

    Examples
    --------
    >>> from spectral_smooth.depth.class_depth import ClassDepth
    >>> from spectral_smooth.depth.onset import Onset
    >>> def one(label, share, depth):
    ...     found = Onset(1e-2, depth, None, None, None)
    ...     return ClassDepth(label, 1, share, share < 0.1, found, found, found, 0.0, None, None)
    >>> print(class_sentence([one(0, 0.5, 31), one(1, 0.433, 31), one(3, 0.067, 9)], 64).split(". ")[0])
    Class 3, 6.7 % of the labelled nodes, is indistinguishable from depth 9, the others from depth 31
    """
    if all(_touches_nothing(c) for c in classes):
        text = (
            "nothing that tells the classes apart lies off the fixed space: smoothing takes nothing from them"
        )
        return f"{text[0].upper()}{text[1:]}.{_lasting(classes)}"
    if len(classes) == 2:
        text = _pair(classes, horizon)
    else:
        minority = sorted((c for c in classes if c.minority), key=_by_depth)
        others = [c for c in classes if not c.minority]
        named = [f"class {c.label}, {_percent(c)}, {_is(c.small.depth, horizon)}" for c in minority[:NAMED]]
        if len(minority) > NAMED:
            named.append(
                f"{len(minority) - NAMED} more minority classes {_range(minority[NAMED:], horizon, minority)}"
            )
        if others:
            named.append(
                ("the others " if minority else "the classes are ") + _range(others, horizon, minority)
            )
        text = (", " if len(named) < 3 else "; ").join(named)
    return f"{text[0].upper()}{text[1:]}. {_precision(classes, horizon)}{_lasting(classes)}"


def _pair(classes: Sequence[ClassDepth], horizon: int) -> str:
    small = min(classes, key=lambda c: c.share)
    first, second = (c.label for c in classes)
    depth = small.small.depth
    text = f"classes {first} and {second} " + (
        f"stay distinguishable within {horizon:,} layers"
        if depth is None
        else f"are indistinguishable from depth {depth:,}"
    )
    if small.share == 0.5:
        return f"{text} (two classes have one contrast, and these are of one size)"
    word = "the minority" if small.minority else "the smaller one"
    return f"{text} (two classes have one contrast; class {small.label} is {word}, {_percent(small)})"


def _touches_nothing(one: ClassDepth) -> bool:
    curve = one.measured or one.predicted
    return curve is not None and len(curve.depths) > 0 and curve.depths[0] == 0 and curve.upper[0] == 0


def _lasting(classes: Sequence[ClassDepth]) -> str:
    """Say how much the classes differ in the part that never decays, where that is above the threshold."""
    most = max(classes, key=lambda c: c.plateau)
    if most.plateau < most.small.threshold:
        return ""
    which = "they differ" if len(classes) == 2 else f"class {most.label} differs most,"
    return (
        f" In the part that never decays (components, degrees, sides) {which} by {100 * most.plateau:.2g} % of the "
        "state at every depth."
    )


def _by_depth(one: ClassDepth) -> float:
    return np.inf if one.small.depth is None else float(one.small.depth)


def _percent(one: ClassDepth) -> str:
    share = 100.0 * one.share
    return f"{share:.1f} % of the labelled nodes" if share >= 1 else f"{share:.2g} % of the labelled nodes"


def _is(depth: int | None, horizon: int) -> str:
    if depth is None:
        return f"stays distinguishable (not lost within {horizon:,} layers)"
    return f"is indistinguishable from depth {depth:,}"


def _range(others: Sequence[ClassDepth], horizon: int, minority: Sequence[ClassDepth]) -> str:
    order = sorted(others, key=_by_depth)
    first, last = order[0].small.depth, order[-1].small.depth
    word = "" if minority else "indistinguishable "
    if first is None:
        return f"not within {horizon:,} layers" if minority else f"distinguishable within {horizon:,} layers"
    if first == last:
        return f"{word}from depth {first:,}"
    end = f"not all within {horizon:,} layers" if last is None else f"{last:,} (class {order[-1].label})"
    joint = ", " if last is None else " to "
    return f"{word}from depth {first:,} (class {order[0].label}){joint}{end}"


def _precision(classes: Sequence[ClassDepth], horizon: int) -> str:
    """Say what is left of a small signal: it can be rescaled until the precision runs out."""
    known = [c.unresolved.depth for c in classes if c.unresolved.depth is not None]
    if all(c.small.depth is None for c in classes):
        return f"No class falls below the threshold within {horizon:,} layers."
    if not known:
        return (
            f"Small is not gone: float32 resolves every class through all {horizon:,} layers, rescaling brings it "
            "back."
        )
    return (
        f"Small is not gone: rescaling brings a class back until float32 no longer resolves it, first from depth "
        f"{min(known):,} on."
    )
