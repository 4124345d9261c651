"""class_depths(): from which depth on each class is small, and from which on no rescaling brings it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.depth.safe import ROUNDOFF, crossing
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.class_contrast import ClassContrasts, ClassSplit, measure_class_contrast
from spectral_smooth.spectra.quadrature import SpectralMeasure, Tick
from spectral_smooth.theory.class_contrast import predict_class_contrast

GRID = np.array([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128])
# Modes with μ < 0 change sign at every depth: a grid of even depths alone would not see what odd ones hold.
BOTH_PARITIES = np.union1d(GRID, GRID[:-1] + 1)
MINORITY = 0.5
FLOAT64 = 2.0**-53
NOT_TWO = (
    "There are not two classes with connected, labelled nodes: no class has anything to be held against."
)


def grid_to(horizon: int) -> IntArray:
    """Return the default grid of depths, cut at or extended to a horizon in steps of a half and a third.

    Examples
    --------
    >>> grid_to(400).tolist()[-5:]
    [128, 192, 256, 384, 400]
    """
    more = [d for e in range(7, max(horizon, 1).bit_length() + 1) for d in (2**e, 3 * 2 ** (e - 1))]
    depths = np.unique(np.concatenate([GRID, np.array(more, dtype=np.int64), [horizon]]))
    return np.asarray(depths[depths <= horizon])


@dataclass(frozen=True)
class Onset:
    """The depth from which a falling quantity stays below a threshold, predicted and measured.

    Attributes
    ----------
    threshold : float
    predicted : int or None
        From the curve's value; None if it does not stay below within the horizon, or nothing was predicted.
    at_least : int or None
        Last depth at which the lower side is not below: the onset comes later. −1 if there is none; None without a
        prediction.
    at_most : int or None
        First depth from which the upper side stays below: the onset comes at it or before.
    measured : int or None
        Measured depth from which it stays below up to the last one; None if it does not.
    agrees : bool or None
        Whether both are within one step of the grid (neither within it counts too), see `agreement_grid`; None
        where only one of both was made.
    reason : str
        Why they do not agree; empty otherwise.
    """

    threshold: float
    predicted: int | None
    at_least: int | None
    at_most: int | None
    measured: int | None
    agrees: bool | None = None
    reason: str = ""

    @property
    def depth(self) -> int | None:
        """The predicted depth, or the measured one where there is no prediction."""
        return self.predicted if self.predicted is not None else self.measured

    def to_dict(self) -> dict[str, Any]:
        """Return the onset as plain JSON types."""
        return dict(vars(self))


def onset(
    threshold: float,
    predicted: Curve | None,
    measured: Curve | None,
    *,
    middle: Curve | None = None,
    grid: IntArray | None = None,
) -> Onset:
    """Find where both curves come to stay below a threshold, and whether they agree on it.

    Parameters
    ----------
    threshold : float
    predicted : Curve or None
        At every depth to the horizon, or on a grid of its own.
    measured : Curve or None
        At some depths.
    middle : Curve, optional
        The predicted value where it is not the mean of the sides.
    grid : int array, optional
        Depths whose steps decide about agreement; those of ``measured`` by default.

    Examples
    --------
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> grid = np.array([0, 1, 2, 4, 8])
    >>> every = Curve.points("c", np.arange(9), 0.5 ** np.arange(9), "exact")
    >>> found = onset(0.1, every, Curve.points("c", grid, 0.5**grid))
    >>> found.predicted, found.measured, found.agrees
    (4, 4, True)
    """
    seen = None if measured is None else stays_below(measured, threshold)
    if predicted is None:
        return Onset(threshold, None, None, None, seen)
    guess = stays_below(middle or predicted, threshold)
    above = np.flatnonzero(predicted.lower >= threshold)
    at_least = int(predicted.depths[above[-1]]) if len(above) else -1
    at_most = crossing(predicted, threshold)[1]
    if measured is None or not len(measured.depths):
        return Onset(threshold, guess, at_least, at_most, seen)
    grid = measured.depths if grid is None else grid
    if abs(_place(grid, guess) - _place(grid, seen)) <= 1:
        return Onset(threshold, guess, at_least, at_most, seen, True)
    inside = _inside(measured.depths, seen, at_least, at_most)
    reason = _reason(guess, seen, inside, predicted, int(measured.depths[-1]))
    return Onset(threshold, guess, at_least, at_most, seen, False, reason)


def stays_below(curve: Curve, threshold: float) -> int | None:
    """Return the first depth from which the curve's value stays below a threshold, None if there is none."""
    return crossing(Curve.points(curve.name, curve.depths, curve.value), threshold)[1]


def _place(grid: IntArray, depth: int | None) -> int:
    return len(grid) if depth is None else int(np.searchsorted(grid, depth))


def _inside(grid: IntArray, seen: int | None, at_least: int, at_most: int | None) -> bool:
    """Whether what was measured can be true while the sides are: it only says between which depths it is."""
    place = _place(grid, seen)
    before = -1 if place == 0 else int(grid[place - 1])
    return (seen is None or at_least < seen) and (at_most is None or before < at_most)


def _reason(guess: int | None, seen: int | None, inside: bool, predicted: Curve, measured_to: int) -> str:
    told = [
        "never within the depths looked at" if depth is None else f"from depth {depth:,}"
        for depth in (guess, seen)
    ]
    text = f"predicted {told[0]}, measured {told[1]}: more than a step of the grid apart"
    if inside:
        return f"{text}, but the measurement lies between the sides of the prediction"
    if seen is not None and (guess is None or guess > measured_to) and predicted.depths[-1] > measured_to:
        return f"{text}; the measurement ends at depth {measured_to:,} and does not see what comes after"
    return f"{text}, and outside of the sides of the prediction ({predicted.source})"


@dataclass(frozen=True, eq=False)
class ClassDepth:
    """What smoothing does to one class.

    Attributes
    ----------
    label : int
    count : int
        Labelled nodes.
    share : float
        Of all labelled nodes.
    minority : bool
        Whether the share is less than half of an equal one.
    small : Onset
        Contrast below the collapse threshold: nearly all of what is seen is shared, but rescaling the part off
        the fixed space brings the class back.
    unresolved : Onset
        Contrast below 2⁻²⁴: a plain float32 pass cannot hold it beside what is shared; rescaled after each layer
        it is still there.
    destroyed : Onset
        Contrast below 2⁻⁵³: no usual number format holds it; rescaling the result brings nothing back.
    plateau : float
        Contrast of the part that never decays: it tells components and degrees, whatever the features were.
    predicted, measured : Curve or None
    """

    label: int
    count: int
    share: float
    minority: bool
    small: Onset
    unresolved: Onset
    destroyed: Onset
    plateau: float
    predicted: Curve | None
    measured: Curve | None

    def to_dict(self) -> dict[str, Any]:
        """Return the class as plain JSON types."""
        nested = ("small", "unresolved", "destroyed", "predicted", "measured")
        return {k: v.to_dict() if k in nested and v is not None else v for k, v in vars(self).items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassDepth:
        """Read what `to_dict` wrote."""
        onsets = {k: Onset(**data[k]) for k in ("small", "unresolved", "destroyed")}
        curves = {k: data[k] and Curve.from_dict(data[k]) for k in ("predicted", "measured")}
        return cls(**{**data, **onsets, **curves})


@dataclass(frozen=True, eq=False, repr=False)
class ClassDepths:
    """Which class goes first.

    Attributes
    ----------
    classes : tuple of ClassDepth
        By label; empty where there are not two classes.
    collapse : float
        Threshold of ``small``.
    horizon : int
        Largest depth that was predicted.
    measured_to : int or None
        Largest depth that was measured.
    labelled : int
        Labelled nodes that are compared.
    notes : tuple of str
        What a reader must know: nodes left out, classes of one node.
    sentence : str

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> karate = ss.load("karate")
    >>> found = class_depths(ss.gcn(karate.graph), np.eye(34), karate.labels, horizon=256)
    >>> ClassDepths.from_dict(found.to_dict()).sentence == str(found)
    True
    """

    classes: tuple[ClassDepth, ...]
    collapse: float
    horizon: int
    measured_to: int | None
    labelled: int
    notes: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"ClassDepths of {len(self.classes)} classes: {self.sentence}"

    @property
    def agree(self) -> bool:
        """Whether prediction and measurement agree on every class and threshold that both looked at."""
        return all(o.agrees is not False for c in self.classes for o in (c.small, c.unresolved, c.destroyed))

    def to_dict(self) -> dict[str, Any]:
        """Return the depths and their curves as plain JSON types."""
        return {**vars(self), "classes": [c.to_dict() for c in self.classes], "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassDepths:
        """Read what `to_dict` wrote."""
        classes = tuple(ClassDepth.from_dict(c) for c in data["classes"])
        return cls(**{**data, "classes": classes, "notes": tuple(data["notes"])})


def class_depths(
    operator: Operator,
    features: FloatArray,
    labels: IntArray,
    *,
    depths: IntArray | None = None,
    horizon: int = 1024,
    rule: Rule | None = None,
    collapse: float = 1e-2,
    products: int | str | None = "auto",
    spectral: SpectralMeasure | None = None,
    measured: ClassContrasts | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> ClassDepths:
    """Find from which depth on each class is small, unresolved and destroyed; predicted and measured.

    The quantity is ``contrast_c(k)``, the distance of the class mean from the mean of the other labelled nodes
    over the root-mean-square row norm: see `measure_class_contrast`. It does not depend on how many nodes a class
    has.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    labels : int array, shape (num_nodes,)
        −1 is unknown.
    depths : int array, optional
        Depths that are measured; `BOTH_PARITIES` (to depth 128) by default, cut at the horizon. Empty: nothing is
        measured.
    horizon : int
        Largest depth that is predicted; the cost does not depend on it.
    rule : Rule, optional
        Plain propagation by default.
    collapse : float
        Threshold of ``small``.
    products : int, None or "auto"
        See `predict_class_contrast`.
    spectral : SpectralMeasure, optional
        Of these features, where it is at hand.
    measured : ClassContrasts, optional
        Where it is at hand, from a run that others watched too.
    engine : Engine, optional
    progress : callable, optional
        Called with (done, total) measured depths.

    Returns
    -------
    ClassDepths

    Raises
    ------
    UsageError
        If the threshold is not between 2⁻²⁴ and 1, the horizon negative, or depths do not increase.
    InputError
        If labels or features are not one row a node.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> karate = ss.load("karate")
    >>> found = class_depths(ss.gcn(karate.graph), np.eye(34), karate.labels, horizon=256)
    >>> found.classes[0].small.predicted, found.classes[0].small.measured, found.agree
    (47, 48, True)
    """
    grid = _checked(depths, horizon, collapse)
    split = ClassSplit.of(operator, labels)
    if not split.comparable:
        return ClassDepths((), collapse, horizon, None, int(split.counts.sum()), (), NOT_TWO)
    every = np.arange(horizon + 1)
    predicted = predict_class_contrast(
        operator, features, labels, every, rule=rule, products=products, spectral=spectral, engine=engine
    )
    if measured is None and len(grid):
        measured = measure_class_contrast(
            operator, features, labels, grid, rule=rule, engine=engine, progress=progress
        )
    classes = tuple(_classes(split, predicted, measured, collapse, horizon))
    return ClassDepths(
        classes=classes,
        collapse=collapse,
        horizon=horizon,
        measured_to=None if measured is None else int(measured.curves[0].depths[-1]),
        labelled=int(split.counts.sum()),
        notes=tuple(_notes(split)),
        sentence=class_sentence(classes, horizon),
    )


def _checked(depths: IntArray | None, horizon: int, collapse: float) -> IntArray:
    if not ROUNDOFF["float32"] < collapse < 1.0:
        raise UsageError(f"the collapse threshold must lie between 2^-24 and 1, got {collapse}")
    if horizon < 0:
        raise UsageError(f"the horizon must be at least 0, got {horizon}")
    grid = measured_depths(depths, horizon)
    if np.any(np.diff(grid) <= 0) or np.any(grid < 0):
        raise UsageError(f"depths must be at least 0 and increase, got {grid.tolist()}")
    return np.asarray(grid)


def measured_depths(depths: IntArray | None, horizon: int) -> IntArray:
    """Return the depths that are measured: the given ones, or `BOTH_PARITIES` up to the horizon."""
    given = BOTH_PARITIES[horizon >= BOTH_PARITIES] if depths is None else depths
    return np.asarray(given, dtype=np.int64)


def agreement_grid(measured: IntArray) -> IntArray:
    """Return the depths whose steps decide about agreement: `GRID` for the default depths, else the measured ones."""
    return (
        GRID[measured[-1] >= GRID] if len(measured) and np.all(np.isin(measured, BOTH_PARITIES)) else measured
    )


def _classes(
    split: ClassSplit,
    predicted: ClassContrasts,
    measured: ClassContrasts | None,
    collapse: float,
    horizon: int,
) -> Iterator[ClassDepth]:
    shares = split.counts / split.counts.sum()
    shown = grid_to(horizon)
    for place, label in enumerate(split.labels):
        every = predicted.curve(label)
        seen = None if measured is None else measured.curve(label)
        small, unresolved, destroyed = (
            onset(threshold, every, seen, grid=None if seen is None else agreement_grid(seen.depths))
            for threshold in (collapse, ROUNDOFF["float32"], FLOAT64)
        )
        yield ClassDepth(
            label=label,
            count=int(split.counts[place]),
            share=float(shares[place]),
            minority=bool(shares[place] < MINORITY / len(split.labels)),
            small=small,
            unresolved=unresolved,
            destroyed=destroyed,
            plateau=predicted.plateaus[place],
            predicted=replace(every, depths=shown, lower=every.lower[shown], upper=every.upper[shown]),
            measured=seen,
        )


def _notes(split: ClassSplit) -> Iterator[str]:
    if split.silent:
        yield f"{split.silent:,} labelled nodes without any edge or loop are left out"
    single = [str(c) for c, count in zip(split.labels, split.counts, strict=True) if count == 1]
    if single:
        word = "class" if len(single) == 1 else "classes"
        yield f"{word} {', '.join(single)} with one node: its mean is that node"


def class_sentence(classes: Sequence[ClassDepth], horizon: int) -> str:
    """Return in words who goes first: minority classes by name, the others together.

    Examples
    --------
    >>> def one(label, share, depth):
    ...     found = Onset(1e-2, depth, None, None, None)
    ...     return ClassDepth(label, 1, share, share < 0.1, found, found, found, 0.0, None, None)
    >>> print(class_sentence([one(0, 0.5, 31), one(1, 0.433, 31), one(3, 0.067, 9)], 64).split(". ")[0])
    Class 3, 6.7 % of the labelled nodes, is indistinguishable from depth 9, the others from depth 31
    """
    if len(classes) == 2:
        text = _pair(classes, horizon)
    else:
        minority = sorted((c for c in classes if c.minority), key=_by_depth)
        others = [c for c in classes if not c.minority]
        named = [f"class {c.label}, {_percent(c)}, {_is(c.small.depth, horizon)}" for c in minority]
        if others:
            named.append(
                ("the others " if minority else "the classes are ") + _range(others, horizon, minority)
            )
        text = (", " if len(named) < 3 else "; ").join(named)
    return f"{text[0].upper()}{text[1:]}. {_precision(classes, horizon)}"


def _pair(classes: Sequence[ClassDepth], horizon: int) -> str:
    small = min(classes, key=lambda c: c.share)
    first, second = (c.label for c in classes)
    depth = small.small.depth
    text = f"classes {first} and {second} " + (
        f"stay distinguishable within {horizon:,} layers"
        if depth is None
        else f"are indistinguishable from depth {depth:,}"
    )
    word = "the minority" if small.minority else "the smaller one"
    return f"{text} (two classes have one contrast; class {small.label} is {word}, {_percent(small)})"


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
