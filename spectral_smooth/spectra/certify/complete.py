"""The certificate of a whole spectrum, from values and errors that hold for all of it."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import Cluster, Enclosure, EndBound, GapBound
from spectral_smooth.spectra.certify.multiplicity import structural_multiplicities

SOURCE = "verified diagonalisation"


def complete_certificate(
    operator: Operator, values: FloatArray, errors: FloatArray, *, width: float = 1e-6
) -> Certificate:
    """Return the certificate of all eigenvalues off the fixed space.

    Each value is within its error of an eigenvalue of its own. Then the k-th largest eigenvalue lies between the k-th
    largest lower and the k-th largest upper end: sorting keeps that.

    Parameters
    ----------
    operator : Operator
    values, errors : float array, shape (count,)
        Values descending.
    width : float
        Longest interval that counts as certified.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.complete_graph(4)))
    >>> proof = complete_certificate(op, np.full(3, -1 / 3), np.full(3, 1e-15))
    >>> print(proof.clusters[0])
    exactly 3 eigenvalues in [-0.3333333333, -0.3333333333] (proven)
    """
    low = np.maximum(np.sort(values - errors)[::-1], -1.0)
    high = np.minimum(np.sort(values + errors)[::-1], 1.0)
    widest = float(np.max(high - low, initial=0.0))
    failures = (f"an interval of length {widest:.1e} is longer than {width:.1e}",) if widest > width else ()
    return Certificate(
        which="top",
        enclosures=tuple(
            Enclosure(float(value), float(min(a, value)), float(max(b, value)), "proven")
            for value, a, b in zip(values, low, high, strict=True)
        ),
        clusters=_clusters(low, high),
        top=_end(low[:1], high[:1]),
        bottom=_end(low[-1:], high[-1:]),
        gap=GapBound(max(1.0 - float(high[0]), 0.0), 1.0 - float(low[0]), "proven", SOURCE)
        if len(values)
        else None,
        counts=(),
        multiplicities=structural_multiplicities(operator),
        failures=failures,
    )


def _end(low: FloatArray, high: FloatArray) -> EndBound:
    if not len(low):
        return EndBound(0.0, 0.0, "proven", "no eigenvalue off the fixed space")
    return EndBound(float(low[0]), float(high[0]), "proven", SOURCE)


def _clusters(low: FloatArray, high: FloatArray) -> tuple[Cluster, ...]:
    """Join intervals that touch; both ends fall."""
    if not len(low):
        return ()
    first = np.flatnonzero(np.concatenate([[True], high[1:] < low[:-1]]))
    counts = np.diff(np.concatenate([first, [len(low)]]))
    found = []
    for start, count in zip(first.tolist(), counts.tolist(), strict=True):
        found.append(
            Cluster(float(low[start + count - 1]), float(high[start]), count, count, count, "proven")
        )
    return tuple(found)
