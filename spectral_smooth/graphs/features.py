"""prepare_features(): the scaling of features, by stated policy."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.dataset import Note

FeaturePolicy = Literal["auto", "raw", "rows", "standard"]
Features = FloatArray | csr_array

LARGEST_CENTRED = 2 * 10**9
"""Most values, in bytes, of a sparse matrix that is made dense to be centred."""


def prepare_features(
    features: Features | None,
    policy: str = "auto",
    *,
    num_nodes: int,
    rng: np.random.Generator | int | None = None,
    probes: int = 16,
) -> tuple[Features, tuple[Note, ...], str]:
    r"""Scale features, or make probes where there are none.

    .. math:: \text{rows: } x_{ij} / \sum_l x_{il}, \qquad
              \text{standard: } (x_{ij} - \bar x_j) / \sqrt{\tfrac1n \sum_i (x_{ij} - \bar x_j)^2}.

    Parameters
    ----------
    features : float array or CSR array, shape (num_nodes, num_features), or None
        Finite values. None, or no column, gives standard normal probes.
    policy : {"auto", "raw", "rows", "standard"}
        ``auto`` is ``rows`` for features that are never negative and sparse (CSR, or more than half
        zeros) or only 0 and 1, and ``standard`` for all others.
    num_nodes : int
        Number of rows.
    rng : Generator or int, optional
        For probes.
    probes : int
        Number of probes.

    Returns
    -------
    prepared : float64 array or CSR array
        Of the kind that was given, except that centring makes a sparse matrix dense.
    notes : tuple of Note
        What was done, with counts of zero rows and constant columns.
    applied : str
        ``raw``, ``rows``, ``standard`` or ``probes``.

    Raises
    ------
    UsageError
        If the policy is unknown, or does not fit: negative features have no row sums to divide by.
    InputError
        If the features do not have one row a node, or a row sum overflows.

    Examples
    --------
    >>> import numpy as np
    >>> prepared, notes, applied = prepare_features(np.array([[1.0, 1.0], [0.0, 0.0]]), num_nodes=2)
    >>> applied, prepared.tolist()
    ('rows', [[0.5, 0.5], [0.0, 0.0]])
    """
    if policy not in get_args(FeaturePolicy):
        raise UsageError(f"features is {policy!r}; expected one of {', '.join(get_args(FeaturePolicy))}")
    if features is None or (features.ndim == 2 and features.shape[1] == 0):
        return _probes(num_nodes, probes, rng)
    if features.ndim != 2 or features.shape[0] != num_nodes:
        raise InputError(f"features have shape {features.shape}; expected ({num_nodes}, number of features)")
    values = features.astype(np.float64)
    applied = _automatic(values) if policy == "auto" else policy
    why = " (chosen by auto)" if policy == "auto" else ""
    if applied == "rows":
        return _divide_rows(values, why)
    if applied == "standard":
        return _standardise(values, why)
    return values, (Note("features", "features are used as they are (raw)"),), "raw"


def _probes(
    num_nodes: int, probes: int, rng: np.random.Generator | int | None
) -> tuple[Features, tuple[Note, ...], str]:
    if probes < 1:
        raise UsageError(f"probes is {probes}; at least one is needed")
    signal = np.random.default_rng(rng).standard_normal((num_nodes, probes))
    text = f"there are no features: {probes} standard normal probes take their place (seeded)"
    return signal, (Note("features", text, "notice"),), "probes"


def _automatic(features: Features) -> str:
    stored = features.data if issparse(features) else features
    if stored.size and stored.min() < 0:
        return "standard"
    if issparse(features):
        return "rows"
    sparse = np.count_nonzero(features) < features.size / 2
    binary = sparse or bool(np.all((features == 0) | (features == 1)))
    return "rows" if binary else "standard"


def _divide_rows(features: Features, why: str) -> tuple[Features, tuple[Note, ...], str]:
    stored = features.data if issparse(features) else features
    if stored.size and stored.min() < 0:
        raise UsageError(
            f"features='rows' divides each row by its sum, but a feature is {stored.min():g}; choose standard or raw"
        )
    with np.errstate(over="ignore"):
        sums = np.asarray(features.sum(axis=1), dtype=np.float64).ravel()
    if not np.all(np.isfinite(sums)):
        raise InputError("the sum of a feature row overflows; scale the features down first")
    empty = sums == 0
    divisors = np.where(empty, 1.0, sums)
    prepared: Features
    if issparse(features):
        prepared = features.copy()
        prepared.data = prepared.data / np.repeat(divisors, np.diff(prepared.indptr))
    else:
        prepared = features / divisors[:, None]
    text = f"each row of features is divided by its sum{why}"
    zero = int(np.count_nonzero(empty))
    if zero:
        text += f"; {_count(zero, 'row is', 'rows are')} all zero and stay so"
    return prepared, (Note("features", text, "notice" if zero else "info"),), "rows"


def _standardise(features: Features, why: str) -> tuple[Features, tuple[Note, ...], str]:
    dense = _dense(features)
    # exact for constant columns, where the mean is rounded and the deviation is not zero
    constant = dense.max(axis=0) == dense.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        centred = dense - dense.mean(axis=0)
        # the largest deviation is divided out first, so that squares neither overflow nor vanish
        largest = np.abs(centred).max(axis=0)
        constant |= ~(largest > 0)
        centred = np.where(constant, 0.0, centred / np.where(constant, 1.0, largest))
        deviations = np.sqrt(np.mean(centred**2, axis=0))
        prepared = centred / np.where(constant, 1.0, deviations)
    if not np.all(np.isfinite(prepared)):
        raise InputError("the mean of a feature column overflows; scale the features down first")
    count = int(np.count_nonzero(constant))
    text = f"columns of features are centred and scaled to unit variance{why}"
    if count:
        text += f"; {_count(count, 'column is', 'columns are')} constant and become zero"
    notes = [Note("features", text, "notice" if count else "info")]
    if count == dense.shape[1]:
        notes.append(Note("features", "all features are constant: there is nothing to smooth", "warning"))
    return prepared, tuple(notes), "standard"


def _dense(features: Features) -> FloatArray:
    if not issparse(features):
        return features
    if 8 * features.shape[0] * features.shape[1] > LARGEST_CENTRED:
        raise UsageError(
            f"centring makes sparse features of shape {features.shape} dense, which takes more than "
            f"{LARGEST_CENTRED / 1e9:g} GB; choose rows or raw"
        )
    return np.asarray(features.toarray(), dtype=np.float64)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
