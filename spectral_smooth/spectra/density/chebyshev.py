"""Chebyshev moments of a block: one fused sweep and two moments a product."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.numba_csr import BoundNumba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.progress import Tick


def chebyshev_moments(
    bound: BoundNumba, start: FloatArray, products: int, progress: Tick | None = None
) -> FloatArray:
    """Return c_k = tr(Vᵀ T_k(S) V)/tr(VᵀV) for k < 2·products.

    With Z_k = T_k(S) V, norms and ⟨Z_k, S Z_k⟩ fall out of the sweep that makes Z_(k+1) = 2 S Z_k − Z_(k−1)::

        c_(2k) = 2⟨Z_k, Z_k⟩ − c_0,    c_(2k+1) = 2⟨Z_k, Z_(k+1)⟩ − c_1

    Parameters
    ----------
    bound : BoundNumba
    start : float64 array, shape (num_nodes, columns)
        V in core coordinates, off the known spaces, not zero.
    products : int
    progress : callable, optional
        Called with (done, total) products.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> bound = ss.Numba().bind(ss.symmetric(ss.as_graph(nx.complete_graph(3))))
    >>> start = np.array([[1.0], [-1.0], [0.0]])  # an eigenvector of −1/2
    >>> chebyshev_moments(bound, start, 2).round(12).tolist()
    [1.0, -0.5, -0.5, 1.0]
    """
    walk = bound.walk(start.shape[1], np.float64, products)
    current, previous = walk.enter(start), walk.empty()
    means = walk.means(current)
    first, later = (
        np.ascontiguousarray(np.tile(row, (len(walk.class_groups), 1)))
        for row in (np.array([1.0, 0.0, 0.0]), np.array([2.0, 0.0, -1.0]))
    )
    moments = np.zeros(2 * products)
    mixed = 0.0
    for k in range(products):
        step = walk.step(
            current,
            previous,
            means=means,
            coefficients=later if k else first,
            anchor=previous,  # zeros at first, so that the kernel is that of `lanczos`
        )
        norm = float(step.norm.sum())
        image = norm - float(step.energy.sum())
        mixed = 2.0 * image - mixed if k else image
        moments[2 * k] = 2.0 * norm - moments[0] if k else norm
        moments[2 * k + 1] = 2.0 * mixed - moments[1] if k else mixed
        current, previous, means = previous, current, step.means
        if progress is not None:
            progress(k + 1, products)
    return np.asarray(moments / moments[0])
