"""All eigenvalues of a small graph by dense algebra, without those that are known."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.density.known import KnownStates
from spectral_smooth.spectra.density.spikes import merged

FULL_BELOW = 400


def remaining_values(operator: Operator, known: KnownStates) -> tuple[FloatArray, FloatArray]:
    """Return the distinct eigenvalues of the rest, ascending, and how often each occurs.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> from spectral_smooth.spectra.density.known import known_states
    >>> op = ss.symmetric(ss.as_graph(nx.cycle_graph(60)))
    >>> values, counts = remaining_values(op, known_states(op))
    >>> len(values), float(counts.sum())
    (29, 58.0)
    """
    values = np.linalg.eigvalsh(operator.matrix().toarray())
    for spike in known.spikes:
        # What is known exactly has been computed as well: the nearest ones go.
        nearest = np.argsort(np.abs(values - spike.value), kind="stable")[: round(spike.mass)]
        values = np.delete(values, nearest)
    return merged(values, np.ones(len(values)))
