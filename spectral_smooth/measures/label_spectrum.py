"""label_spectrum(): which part of the spectrum of S carries the classes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import check_features
from spectral_smooth.measures.classes import Classes, find_classes
from spectral_smooth.measures.sampling import Seed
from spectral_smooth.measures.signal_spectrum import SignalSpectrum, nothing, signal_spectrum
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.column_measure import column_measures
from spectral_smooth.spectra.quadrature import spectral_measure

FULL_BELOW = 400
GRID = tuple(round(-1.0 + 0.05 * step, 2) for step in range(41))
MOST_CLASSES = 64
# Multiply-adds of one product beyond which the features are sketched, and to what.
SKETCH_ABOVE = 50_000_000
SKETCH_COLUMNS = 32
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class LabelSpectrum:
    """Where the classes lie in the spectrum of S, by class and together, and where the features lie.

    Attributes
    ----------
    operator : str
        Label of the operator.
    grid : tuple of float
        Values of t of all cumulative shares.
    classes, class_counts : tuple of int
        Class numbers that were looked at and the known nodes of each.
    by_class : tuple of SignalSpectrum
        Centred indicator of each class.
    labels : SignalSpectrum
        All of them together: a class counts by n_c(1 − n_c/n) (under split ½).
    class_means, features : SignalSpectrum or None
        Centred class-mean signal and centred features; None without features.
    known, nodes : int
    products : int or None
        Lanczos steps; None is the full spectrum.
    sentence : str

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> found = label_spectrum(ss.gcn(ss.as_graph(nx.cycle_graph(6))), np.array([0, 0, 0, 1, 1, 1]))
    >>> LabelSpectrum.from_dict(found.to_dict()) == found
    True
    """

    operator: str
    grid: tuple[float, ...]
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    by_class: tuple[SignalSpectrum, ...]
    labels: SignalSpectrum
    class_means: SignalSpectrum | None
    features: SignalSpectrum | None
    known: int
    nodes: int
    products: int | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        parts = {
            key: None if part is None else part.to_dict()
            for key in ("labels", "class_means", "features")
            for part in [getattr(self, key)]
        }
        lists = {key: list(getattr(self, key)) for key in ("grid", "classes", "class_counts")}
        return {**vars(self), **lists, **parts, "by_class": [part.to_dict() for part in self.by_class]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LabelSpectrum:
        """Read what `to_dict` wrote."""
        parts = {
            key: None if data[key] is None else SignalSpectrum.from_dict(data[key])
            for key in ("labels", "class_means", "features")
        }
        tuples = {key: tuple(data[key]) for key in ("grid", "classes", "class_counts")}
        each = tuple(SignalSpectrum.from_dict(part) for part in data["by_class"])
        return cls(**{**data, **tuples, **parts, "by_class": each})


def label_spectrum(
    operator: Operator,
    labels: IntArray,
    features: FloatArray | csr_array | None = None,
    *,
    products: int | str | None = "auto",
    grid: FloatArray | None = None,
    rng: Seed = 0,
) -> LabelSpectrum:
    """Return where in the spectrum of S the labels, the class-mean signal and the features lie.

    For a signal X, with Y = T X and the eigenpairs (μ_i, u_i) of S: the shares
    ``F(t) = Σ_{μ_i ≥ t} ‖u_iᵀ Y‖² / ‖Y‖²`` on a grid, their mean and their median. The signals::

        class c       X_i = [y_i = c] − n_c/n,  0 where the label is unknown (n_c of n known nodes)
        class means   X_i = x̄_{y_i} − x̄,        0 where the label is unknown
        features      X_i = x_i − (mean of all rows)

    Parameters
    ----------
    operator : Operator
    labels : int array, shape (num_nodes,)
        −1 is unknown: such a node carries zero.
    features : float array or CSR array, shape (num_nodes, num_features), optional
    products : int, None or "auto"
        Lanczos steps. None: the full spectrum, cubic in the nodes. "auto": the full spectrum on graphs of at
        most `FULL_BELOW` nodes, else 32.
    grid : float array, optional
        Increasing values of t; −1 to 1 in steps of 0.05 by default.
    rng : Generator or seed
        For the sketch of wide features only.

    Returns
    -------
    LabelSpectrum

    Raises
    ------
    UsageError
        If ``products`` is not of these, or the grid does not increase.
    InputError
        If there is not one integer label a node, or features are not one finite row a node.

    Notes
    -----
    Signals are centred, for a constant tells no classes apart; under the walk (split 1) with all labels known the
    degree-weighted mean is what lies on the fixed space, so that a share is left there as well. S multiplies the part
    at μ by μ at every layer: what lies near 1 lasts, what lies near 0 is gone after a layer. Sides come from
    `mass_above` (proven), means from the first moment. The class-mean signal has rank below the number of
    classes and is reduced to that many columns without loss. Features that would cost more than
    `SKETCH_ABOVE` multiply-adds a product are sketched to `SKETCH_COLUMNS` random combinations: an estimate,
    ± 3 standard errors. Beyond `MOST_CLASSES` classes the largest ones are taken, which the sentence says.

    Examples
    --------
    >>> import numpy as np, networkx as nx, spectral_smooth as ss
    >>> ring = ss.symmetric(ss.as_graph(nx.cycle_graph(4)))
    >>> print(label_spectrum(ring, np.array([0, 1, 0, 1])))
    all of the class signal lies on the alternating space (μ = −1)
    """
    grid = np.array(GRID) if grid is None else np.asarray(grid, dtype=np.float64)
    if grid.ndim != 1 or not len(grid) or not np.all(np.isfinite(grid)) or np.any(np.diff(grid) <= 0):
        raise UsageError("the grid must be increasing numbers, such as np.linspace(-1, 1, 41)")
    steps = _products(products, operator.graph.num_nodes)
    classes = find_classes(labels, operator.graph.num_nodes)
    if features is not None:
        check_features(features, operator.graph.num_nodes)
    chosen = np.sort(np.argsort(-classes.sizes, kind="stable")[:MOST_CLASSES])
    by_class, together = _indicators(operator, classes, chosen, steps, grid)
    found = LabelSpectrum(
        operator=operator.label,
        grid=tuple(float(t) for t in grid),
        classes=tuple(classes.numbers[c] for c in chosen),
        class_counts=tuple(classes.counts[c] for c in chosen),
        by_class=by_class,
        labels=together,
        class_means=None if features is None else _class_means(operator, classes, features, steps, grid),
        features=None if features is None else _features(operator, features, steps, grid, rng),
        known=classes.known,
        nodes=operator.graph.num_nodes,
        products=steps,
        sentence="",
    )
    return replace(found, sentence=_sentence(found, classes))


def _products(products: int | str | None, n: int) -> int | None:
    if products == "auto":
        return None if n <= FULL_BELOW else 32
    if isinstance(products, str) or (products is not None and products < 1):
        raise UsageError(f"products must be a number of at least 1, None or 'auto', got {products!r}")
    return products


def _indicators(
    operator: Operator, classes: Classes, chosen: IntArray, products: int | None, grid: FloatArray
) -> tuple[tuple[SignalSpectrum, ...], SignalSpectrum]:
    names = [f"class {classes.numbers[c]}" for c in chosen]
    if classes.count < 2:
        reason = "there is one class only" if classes.count else "no node has a known label"
        return tuple(nothing(name, reason) for name in names), nothing("labels", reason)
    known = classes.codes >= 0
    columns = (classes.codes[:, None] == chosen[None, :]).astype(np.float64)
    columns[known] -= classes.sizes[chosen] / classes.known
    measures = column_measures(operator, columns, products=products)
    reason = "no node with an edge or a loop carries it"
    by_class = tuple(
        signal_spectrum(name, [measure], grid, reason=reason)
        for name, measure in zip(names, measures, strict=True)
    )
    return by_class, signal_spectrum("labels", measures, grid, note=_left_out(classes), reason=reason)


def _left_out(classes: Classes) -> str:
    if classes.count <= MOST_CLASSES:
        return ""
    return f"the {MOST_CLASSES} largest of {classes.count:,} classes"


def _class_means(
    operator: Operator,
    classes: Classes,
    features: FloatArray | csr_array,
    products: int | None,
    grid: FloatArray,
) -> SignalSpectrum:
    name = "class means"
    if classes.count < 2:
        return nothing(name, "there is one class only" if classes.count else "no node has a known label")
    known = np.flatnonzero(classes.codes >= 0)
    codes = classes.codes[known]
    members = csr_array(
        (1.0 / classes.sizes[codes], (codes, known)), shape=(classes.count, len(classes.codes))
    )
    means = members @ features
    means = np.asarray(means.toarray() if issparse(means) else means, dtype=np.float64)
    centred = means - classes.sizes @ means / classes.known
    if _is_rounding(centred, float(np.max(np.abs(means), initial=0.0)), len(classes.codes)):
        return nothing(name, "all classes have one and the same mean")
    # ‖Z M‖ depends on M Mᵀ only: with M = R'Q' the block Z R' has as many columns as there are classes
    if centred.shape[1] > classes.count:
        centred = np.asarray(np.linalg.qr(centred.T, mode="r")).T
    signal = np.zeros((len(classes.codes), centred.shape[1]))
    signal[known] = centred[codes]
    return signal_spectrum(name, [spectral_measure(operator, signal, products=products)], grid)


def _features(
    operator: Operator,
    features: FloatArray | csr_array,
    products: int | None,
    grid: FloatArray,
    rng: Seed,
) -> SignalSpectrum:
    n, count = features.shape
    work = (operator.graph.num_entries + 4 * n) * count
    sketched = products is not None and work > SKETCH_ABOVE and count > SKETCH_COLUMNS
    if sketched:
        gaussian = np.random.default_rng(rng).standard_normal((count, SKETCH_COLUMNS))
        signal = np.asarray(features @ gaussian, dtype=np.float64)
    else:
        signal = np.array(features.toarray() if issparse(features) else features, dtype=np.float64)
    largest = float(np.max(np.abs(signal), initial=0.0))
    signal -= signal.mean(axis=0)
    if _is_rounding(signal, largest, n):
        return nothing("features", "all nodes have the same features")
    if not sketched:
        return signal_spectrum("features", [spectral_measure(operator, signal, products=products)], grid)
    # each column alone has the spectral measure of the features in the mean
    measures = column_measures(operator, signal, products=products)
    note = (
        f"{count:,} features sketched to {SKETCH_COLUMNS} random combinations, sides are ± 3 standard errors"
    )
    return signal_spectrum("features", measures, grid, note=note, batches=True)


def _is_rounding(centred: FloatArray, largest: float, n: int) -> bool:
    """Whether what is left after the mean is gone is nothing but the rounding of that mean."""
    return float(np.max(np.abs(centred), initial=0.0)) <= 64.0 * EPS * math.sqrt(n) * largest


def _sentence(found: LabelSpectrum, classes: Classes) -> str:
    labels = found.labels
    if labels.median is None:
        return f"{labels.note}: no class signal is defined" if classes.count < 2 else str(labels)
    unknown = found.nodes - found.known
    notes = [labels.note] if labels.note else []
    if unknown:
        notes.append(f"{unknown:,} of {found.nodes:,} nodes have no known label and carry zero")
    tail = f" ({'; '.join(notes)})" if notes else ""
    if (labels.alternating_share or 0.0) > 1.0 - 1e-9:
        return f"all of the class signal lies on the alternating space (μ = −1){tail}"
    start = f"half of the class signal lies {labels.where}"
    if found.features is None or found.features.median is None:
        return start + tail
    return f"{start}, half of the features {found.features.where}: {_compared(labels, found.features)}{tail}"


def _compared(labels: SignalSpectrum, features: SignalSpectrum) -> str:
    (low, high), (below, above) = labels.median or (0.0, 0.0), features.median or (0.0, 0.0)
    if low > above:
        return "the classes lie in the smoother part of the spectrum, which propagation keeps longest"
    if high < below:
        return "the classes lie in the rougher part of the spectrum, which propagation removes first"
    return "the sides do not tell which of the two is smoother"
