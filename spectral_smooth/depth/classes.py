"""class_depths(): from which depth on each class is small, and from which on no rescaling brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from spectral_smooth.depth.class_depth import ClassDepth, ClassDepths
from spectral_smooth.depth.class_words import class_sentence
from spectral_smooth.depth.grid import agreement_grid, grid_to, measured_depths
from spectral_smooth.depth.onset import onset
from spectral_smooth.depth.safe import ROUNDOFF
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.class_contrast import ClassContrasts, ClassSplit, measure_class_contrast
from spectral_smooth.spectra.quadrature import SpectralMeasure
from spectral_smooth.theory.class_contrast import predict_class_contrast

MINORITY = 0.5
FLOAT64 = 2.0**-53
NOT_TWO = (
    "There are not two classes with connected, labelled nodes: no class has anything to be held against."
)


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
