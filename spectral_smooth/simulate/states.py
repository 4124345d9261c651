"""States of a block by depth, without the parts that never decay, and the factors of those parts."""

from __future__ import annotations

from collections.abc import Iterator

from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.rule import Rule, iterate

CLEANED = 16


def deflated_states(bound: BoundOperator, start: FloatArray, rule: Rule, depth: int) -> Iterator[FloatArray]:
    """Yield H[0], ..., H[depth] in core coordinates, cleaned of the known spaces at every `CLEANED`-th depth.

    Each product puts eps of the state into the fixed and the alternating space, where it does not decay. It does
    no harm to the rest, and the projection is as dear as the product: who looks at a state projects it again.

    Parameters
    ----------
    bound : BoundOperator
    start : float array, shape (num_nodes, columns)
        In core coordinates, off the known spaces (see `spectral_smooth.engines.deflation.deflate`).
    rule : Rule
    depth : int

    Yields
    ------
    float array, shape (num_nodes, columns)
        Overwritten two depths later.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> from spectral_smooth.engines.deflation import deflate
    >>> bound = ss.Numba().bind(ss.gcn(ss.load("karate").graph))
    >>> rest = deflate(bound, np.eye(34)).rest
    >>> [round(float(np.sum(h * h)), 4) for h in deflated_states(bound, rest, ss.sgc(), 2)]
    [33.0, 4.8757, 1.745]
    """
    for k, state in enumerate(iterate(rule, bound.apply, start, depth)):
        if k % CLEANED == 0:
            bound.project_out(state)
        yield state
