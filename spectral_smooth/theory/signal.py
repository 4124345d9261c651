"""signal_and_noise(): how much of what tells classes apart is left at each depth, and how much of the noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.measures.curve import Curve, Source
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.simulate.scatter import checked_depths, known_classes
from spectral_smooth.spectra.quadrature import spectral_measure
from spectral_smooth.theory.class_features import ClassFeatures
from spectral_smooth.theory.noise import NoiseGain, noise_gain
from spectral_smooth.theory.predict import EXACT_BELOW, predict_from

_NAMES = ("signal", "noise", "noise_varying", "ratio", "ratio_fitted", "row_norm")
# A share of the signal that is only sampling of the class means, from which on it is said.
SAMPLING_SHARE = 0.1
# A share of the class means that smoothing leaves alone, from which on it is said.
FIXED_SHARE = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class SignalNoise:
    """Signal and noise of labelled features by depth, without a model of the graph.

    Root mean squares over nodes, in units of the features. Node i has weight t_i² (T = diag(t); all the same for the
    GCN, d̃_i for the walk), the measure in which S is symmetric.

    Attributes
    ----------
    signal : Curve
        ‖h_k(S) T M‖ off the fixed space, M the class means of the labelled nodes: from its spectral measure,
        exact, bracket or estimate.
    noise : Curve
        √(variance within classes · mean row norm² of h_k(P)), fixed space included: exact or estimate.
    noise_varying : Curve
        The same off the fixed space.
    ratio : Curve
        signal / noise: what counts for a threshold **fixed in advance**, on which the common shift of all nodes
        falls as well. It has a maximum: the n* of a block model.
    ratio_fitted : Curve
        signal / noise_varying: what counts for a read-out **fitted at this depth**, which takes out shift and scale.
    row_norm : Curve
        Mean row norm² of h_k(P), all nodes alike, without the variance.
    variance, between, sampling_share : float
        Variance within classes and scatter of the class means, summed over features, and the share of that scatter
        that sampling of the means accounts for on average.
    notes : tuple of str
    """

    signal: Curve
    noise: Curve
    noise_varying: Curve
    ratio: Curve
    ratio_fitted: Curve
    row_norm: Curve
    variance: float
    between: float
    sampling_share: float
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        fixed, fitted = self.best_fixed, self.best_fitted
        if fixed is None or fitted is None:
            return "signal and noise: there is no signal to follow"
        return (
            f"signal to noise (noise: {self.noise.source}): with a threshold fixed in advance best at depth {fixed} of "
            f"{self.ratio.depths[-1]}, with one fitted at each depth at depth {fitted}"
        )

    @property
    def best_fixed(self) -> int | None:
        """Depth of the largest ``ratio`` on the grid; None without a signal."""
        return _best(self.ratio)

    @property
    def best_fitted(self) -> int | None:
        """Depth of the largest ``ratio_fitted`` on the grid; None without a signal."""
        return _best(self.ratio_fitted)

    def to_dict(self) -> dict[str, Any]:
        """Return curves and numbers as plain JSON types; an infinite ratio is null."""
        return {
            **{name: getattr(self, name).to_dict() for name in _NAMES},
            "variance": self.variance,
            "between": self.between,
            "sampling_share": self.sampling_share,
            "best_fixed": self.best_fixed,
            "best_fitted": self.best_fitted,
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SignalNoise:
        """Read what `to_dict` wrote."""
        numbers = (data["variance"], data["between"], data["sampling_share"])
        signal, noise, varying, ratio, fitted, rows = (Curve.from_dict(data[name]) for name in _NAMES)
        return cls(signal, noise, varying, ratio, fitted, rows, *numbers, tuple(data["notes"]))


def signal_and_noise(
    operator: Operator,
    features: FloatArray | csr_array,
    labels: IntArray,
    depths: IntArray,
    *,
    rule: Rule | None = None,
    products: int = 32,
    probes: int = 32,
    engine: Engine | None = None,
    rng: np.random.Generator | int | None = 0,
) -> SignalNoise:
    """Predict signal and noise of labelled features at the depths asked for.

    Parameters
    ----------
    operator : Operator
    features : float array or CSR array, shape (num_nodes, num_features)
    labels : int array, shape (num_nodes,)
        −1 is unknown: such nodes have no part in the class means and carry no signal of their own; nor do
        silent ones (d̃ = 0).
    depths : int array
        Increasing, from 0 on.
    rule : Rule, optional
        Plain propagation by default; its read-out must have a single state.
    products : int
        Lanczos steps for the signal.
    probes : int
        Probes for the noise. On graphs of at most `EXACT_BELOW` nodes both are exact instead.
    engine : Engine, optional
    rng : numpy Generator or seed
        For the probes.

    Returns
    -------
    SignalNoise

    Raises
    ------
    UsageError
        If the depths do not increase, no node has a label, every class has one labelled node (nothing is known about
        the noise then), or the read-out has no single state.
    InputError
        If labels or features do not fit the graph.

    Notes
    -----
    Features are taken as class mean plus noise that is independent from node to node, with one covariance for all
    classes; only its trace enters. Where noise of neighbours is alike, more of it survives than is said here:
    `scatter_by_depth` measures it. With one class, or constant features, the signal is zero.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.graphs.models import csbm
    >>> data = csbm(rng=0)
    >>> walk = ss.random_walk(data.graph)
    >>> print(signal_and_noise(walk, data.features, data.labels, np.arange(17)))
    signal to noise (noise: estimate): with a threshold fixed in advance best at depth 3 of 16, with one fitted
    at each depth at depth 16
    """
    depths = checked_depths(depths)
    rule = rule or sgc()
    data = Dataset(operator.graph, features=features, labels=np.asarray(labels))
    classes, codes = known_classes(operator, data.labels)
    found = ClassFeatures.of(features, codes)
    if found.variance is None:
        raise UsageError(
            f"every one of the {len(classes)} classes has one labelled node; the noise within classes cannot be told"
        )
    small = operator.graph.num_nodes <= EXACT_BELOW
    gain = noise_gain(operator, depths, rule, probes=None if small else probes, engine=engine, rng=rng)
    signal, kept = _signal(operator, found, codes, depths, rule, None if small else products, engine)
    noise = _noise("noise", gain.weighted, gain, found.variance, depths, rule)
    varying = _noise("noise_varying", gain.varying, gain, found.variance, depths, rule)
    return SignalNoise(
        signal,
        noise,
        varying,
        _ratio("signal_to_noise", signal, noise),
        _ratio("signal_to_varying_noise", signal, varying),
        Curve("row_norm", depths, gain.rows[0], gain.rows[1], gain.source, note=rule.scale_note),
        found.variance,
        found.between,
        min(1.0, found.sampling / found.between) if found.between > 0 else 0.0,
        _notes(operator, found, codes, kept),
    )


def _signal(
    operator: Operator,
    found: ClassFeatures,
    codes: IntArray,
    depths: IntArray,
    rule: Rule,
    products: int | None,
    engine: Engine | None,
) -> tuple[Curve, float]:
    """Return the signal, and the share of the squared class means that lies in the fixed space."""
    # ‖h(S)T M‖ depends on the class means through their inner products only: C columns at most, not F.
    values, vectors = np.linalg.eigh(found.means @ found.means.T)
    kept = values > 1e-14 * max(float(values[-1]), np.finfo(np.float64).tiny)
    if not kept.any():
        return Curve.points("signal", depths, np.zeros(len(depths)), "exact", note=rule.scale_note), 0.0
    columns = vectors[:, kept] * np.sqrt(values[kept])
    means = np.where(codes[:, None] >= 0, columns[codes], 0.0)
    measure = spectral_measure(operator, means, products=products, engine=engine)
    curve = predict_from(measure, operator, depths, rule=rule, measures=("deviation",)).curve("deviation")
    scale = float(np.sum(operator.similarity**2)) ** -0.5
    signal = Curve("signal", depths, curve.lower * scale, curve.upper * scale, curve.source, note=curve.note)
    return signal, float(measure.fixed.sum()) / measure.total


def _noise(
    name: str, squares: FloatArray, gain: NoiseGain, variance: float, depths: IntArray, rule: Rule
) -> Curve:
    lower, upper = np.sqrt(variance * squares)
    return Curve(name, depths, lower, upper, gain.source, note=rule.scale_note)


def _ratio(name: str, top: Curve, bottom: Curve) -> Curve:
    order: tuple[Source, ...] = ("exact", "bracket", "estimate")
    source = max(top.source, bottom.source, key=order.index)
    return Curve(name, top.depths, _over(top.lower, bottom.upper), _over(top.upper, bottom.lower), source)


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; 0/0 is 0, nothing is there, and anything else over 0 is infinite."""
    return np.asarray(np.divide(top, bottom, out=np.where(top > 0, np.inf, 0.0), where=bottom > 0))


def _best(curve: Curve) -> int | None:
    return int(curve.depths[np.argmax(curve.value)]) if np.any(curve.value > 0) else None


def _notes(operator: Operator, found: ClassFeatures, codes: IntArray, kept: float) -> tuple[str, ...]:
    notes = []
    alive = operator.graph.num_nodes - operator.silent
    labelled = int(found.sizes.sum())
    if len(found.sizes) == 1:
        notes.append("there is one class only: no signal")
    elif found.between == 0:
        notes.append("all class means are equal: no signal")
    elif found.sampling > SAMPLING_SHARE * found.between:
        notes.append(
            f"{min(1.0, found.sampling / found.between):.0%} of the scatter of the class means is what sampling "
            "them adds on average: the signal is too large by that"
        )
    if kept > FIXED_SHARE:
        notes.append(
            f"{kept:.0%} of the squared class means lie in the fixed space (components, degrees): they never decay and "
            "are no part of the signal"
        )
    if found.variance == 0:
        notes.append("features do not vary within the classes: no noise")
    if labelled < alive:
        notes.append(
            f"{labelled:,} of {alive:,} nodes are labelled: the signal is that of these alone, while noise is on all"
        )
    lost = int(np.count_nonzero((operator.degrees == 0) & (codes < 0)))
    if lost:
        notes.append(f"{lost:,} isolated nodes without a loop are left out")
    return tuple(notes)
