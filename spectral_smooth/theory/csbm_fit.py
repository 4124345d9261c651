"""fit_csbm(): the contextual block model nearest to a labelled graph, and how poorly it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.theory.class_features import ClassFeatures, Features
from spectral_smooth.theory.csbm import CSBM

# Where a departure from the model is worth a sentence.
DISPERSION, IMBALANCE, ANISOTROPY, SAMPLING_SHARE, FEW_EDGES = 2.0, 1.5, 2.0, 0.5, 30


@dataclass(frozen=True)
class CSBMFit:
    """A block model fitted to a graph, or why there is none.

    Attributes
    ----------
    model : CSBM or None
    reason : str
        Why there is no model; empty where there is one.
    classes : tuple of int
        The classes with known nodes.
    class_sizes : tuple of int
        Known nodes of each.
    degree_dispersion : float or None
        Variance over mean of the degrees; about 1 in the model (Poisson).
    size_ratio : float or None
        Largest class over smallest; 1 in the model.
    anisotropy : float or None
        Variance within classes along the lines through the class means, over the mean variance of a feature; 1
        in the model.
    poor : tuple of str
        In what the graph departs from the model, one clause each.

    Examples
    --------
    >>> from spectral_smooth.graphs.models import csbm
    >>> data = csbm(rng=1)
    >>> found = fit_csbm(data.graph, data.labels, data.features)
    >>> found.model.best_depth, found.model.break_even_depth, found.poor
    (3, 7, ())
    """

    model: CSBM | None
    reason: str
    classes: tuple[int, ...]
    class_sizes: tuple[int, ...]
    degree_dispersion: float | None
    size_ratio: float | None
    anisotropy: float | None
    poor: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.model is None:
            return f"no block model: {self.reason}"
        return f"{self.model}. {self.sentence}"

    @property
    def sentence(self) -> str:
        """How poor the fit is, or why there is none."""
        if self.model is None:
            return f"There is no block model: {self.reason}."
        if not self.poor:
            return "Nothing that was looked at speaks against the model."
        return f"A reading aid only, for the graph is not such a model: {'; '.join(self.poor)}."

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as plain JSON types."""
        return {
            **vars(self),
            "model": None if self.model is None else self.model.to_dict(),
            "classes": list(self.classes),
            "class_sizes": list(self.class_sizes),
            "poor": list(self.poor),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CSBMFit:
        """Read what `to_dict` wrote."""
        given = {name: tuple(data[name]) for name in ("classes", "class_sizes", "poor")}
        model = None if data["model"] is None else CSBM.from_dict(data["model"])
        return cls(**{**data, **given, "model": model})


def fit_csbm(graph: Graph, labels: IntArray | None, features: Features | None) -> CSBMFit:
    """Fit a `CSBM` of as many equal classes as the labels have.

    Parameters
    ----------
    graph : Graph
        Weights and self-loops are not looked at: an edge is there or not.
    labels : int array, shape (num_nodes,), or None
        −1 is unknown: such nodes count for the degrees only.
    features : float array or CSR array, shape (num_nodes, num_features), or None

    Returns
    -------
    CSBMFit
        Without a model, and with the reason, where there are no labels of two classes, no features, no edge or
        no pair within a class among labelled nodes, or nothing in the features that tells classes apart.

    Raises
    ------
    InputError
        If labels or features do not fit the graph.

    Notes
    -----
    p and q are the shares of joined pairs among labelled pairs within a class and between classes, both times one
    factor that gives the model the graph's own mean degree. gap² is the mean of ‖m_a − m_b‖² over pairs
    of nodes from different classes a and b, less what sampling of the class means adds to it,
    w·(1/n_a + 1/n_b) with w the variance within classes; sigma² is the variance within classes along m_a − m_b,
    averaged likewise. More than two classes are the symmetric planted partition, in which z is that
    of two classes against each other.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> print(fit_csbm(ss.load("karate").graph, None, None))
    no block model: no labels are given
    """
    data = Dataset(graph, features=features, labels=labels)
    if data.labels is None:
        return _none("no labels are given")
    known = np.flatnonzero(data.labels >= 0)
    classes, codes, sizes = np.unique(data.labels[known], return_inverse=True, return_counts=True)
    seen = tuple(classes.tolist()), tuple(sizes.tolist())
    if len(classes) < 2:
        return _none("no node has a label" if not len(classes) else "all labels are of one class", seen)
    if data.features is None or data.features.shape[1] == 0:
        return _none("no features are given", seen)
    inside, outside, pairs = _joined(graph, data.labels, sizes)
    if inside + outside == 0 or pairs[0] == 0:
        return _none(
            "no pair of labelled nodes is joined" if pairs[0] else "every class has one node only", seen
        )
    found = _class_features(data.features[known], codes)
    if isinstance(found, str):
        return _none(found, seen)
    gap, sigma, anisotropy, sampling = found
    p, q, degree = inside / pairs[0], outside / pairs[1], _degrees(graph)
    count, n = len(classes), graph.num_nodes
    factor = float(degree.mean()) / (n * (p + (count - 1) * q) / count)
    model = CSBM(n, min(1.0, factor * p), min(1.0, factor * q), gap, sigma, count)
    dispersion = float(degree.var() / degree.mean())
    ratio = float(sizes.max() / sizes.min())
    poor = _departures(model, dispersion, ratio, anisotropy, sampling, (inside, outside))
    return CSBMFit(model, "", *seen, dispersion, ratio, anisotropy, poor)


def _none(reason: str, seen: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())) -> CSBMFit:
    return CSBMFit(None, reason, *seen, None, None, None)


def _degrees(graph: Graph) -> FloatArray:
    return np.asarray(np.diff(graph.indptr) - (graph.self_loop_weights > 0), dtype=np.float64)


def _joined(graph: Graph, labels: IntArray, sizes: IntArray) -> tuple[int, int, tuple[float, float]]:
    """Count edges within and between classes among labelled nodes, and all pairs of both kinds."""
    first, second = graph.rows, graph.indices
    counted = (first < second) & (labels[first] >= 0) & (labels[second] >= 0)
    same = labels[first] == labels[second]
    within = float(np.sum(sizes * (sizes - 1.0)) / 2.0)
    total = float(sizes.sum()) * (float(sizes.sum()) - 1.0) / 2.0
    return int(np.sum(counted & same)), int(np.sum(counted & ~same)), (within, total - within)


def _class_features(x: Features, codes: IntArray) -> tuple[float, float, float, float] | str:
    """Return gap, sigma, anisotropy and the sampling share of the squared gap, or why they cannot be had."""
    found = ClassFeatures.of(x, codes)
    means, sizes, spread = found.means, found.sizes.astype(np.float64), found.variance
    if not spread:
        return "features do not vary within the classes"
    weights = np.outer(sizes, sizes) * (1.0 - np.eye(len(sizes)))
    weights = weights / weights.sum()
    squared = _differences(means @ means.T)
    seen2 = float(np.sum(weights * squared))
    gap2 = seen2 - spread * float(np.sum(weights * (1.0 / sizes[:, None] + 1.0 / sizes[None, :])))
    if gap2 <= 0:
        return "the class means are no farther apart than sampling alone would put them"
    # Covariance within classes of the coordinates ⟨x, m_a⟩: all that variances along m_a − m_b need.
    members = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
    coordinates = np.asarray(x @ means.T)
    coordinates = coordinates - (members @ coordinates / sizes[:, None])[codes]
    along = _differences(coordinates.T @ coordinates / (len(codes) - len(sizes)))
    apart = squared > 0
    variance = float(np.sum((weights * along)[apart] / squared[apart]) / weights[apart].sum())
    if variance <= 1e-12 * spread:
        return "features do not vary within the classes along the lines through the class means"
    return gap2**0.5, variance**0.5, variance * x.shape[1] / spread, 1.0 - gap2 / seen2


def _differences(gram: FloatArray) -> FloatArray:
    """Return the squared norms of all differences from a matrix of inner products."""
    return np.diag(gram)[:, None] + np.diag(gram)[None, :] - 2.0 * gram


def _departures(
    model: CSBM,
    dispersion: float,
    ratio: float,
    anisotropy: float,
    sampling: float,
    edges: tuple[int, int],
) -> tuple[str, ...]:
    out = []
    if dispersion > DISPERSION:
        out.append(f"the variance of the degrees is {dispersion:.3g} times their mean (1 in the model)")
    if ratio > IMBALANCE:
        out.append(f"the largest class has {ratio:.3g} times the nodes of the smallest")
    if anisotropy > ANISOTROPY or anisotropy < 1 / ANISOTROPY:
        out.append(
            f"features vary {anisotropy:.3g} times as much along the class means as in other directions on average"
        )
    if sampling > SAMPLING_SHARE:
        out.append(
            f"sampling makes {sampling:.0%} of the squared distance of the class means, so that the gap is hardly known"
        )
    if min(edges) < FEW_EDGES:
        out.append(
            f"only {edges[0]:,} edges within and {edges[1]:,} between classes join labelled nodes, which p and q "
            "rest on"
        )
    if model.q > model.p:
        out.append("classes are joined more to others than to themselves, the sides swap at every depth")
    if model.note:
        out.append(model.note)
    return tuple(out)
