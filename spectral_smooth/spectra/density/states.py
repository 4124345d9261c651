"""density_of_states(): where the eigenvalues of S lie, by random probes, with error bars and exact spikes."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.engines.numba_csr import BoundNumba, Numba
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.density.assemble import of_graph, of_measure, of_signal
from spectral_smooth.spectra.density.choose import MOST_PRODUCTS, PILOT_PRODUCTS, Errors, Size, search
from spectral_smooth.spectra.density.kernel import products_for
from spectral_smooth.spectra.density.known import known_states
from spectral_smooth.spectra.density.sample import (
    EMPTY,
    Method,
    Sample,
    Start,
    exact_sample,
    probe_start,
    run,
    signal_start,
)
from spectral_smooth.spectra.density.types import DensityOfStates
from spectral_smooth.spectra.density.whole import FULL_BELOW, remaining_values
from spectral_smooth.spectra.quadrature import spectral_measure

ERROR = 0.01
# Share of the error that is left to the products where they are chosen beforehand.
KERNEL_SHARE = 0.9


def density_of_states(
    operator: Operator,
    *,
    method: Method = "lanczos",
    probes: int | None = None,
    products: int | str | None = "auto",
    error: float | None = None,
    rng: np.random.Generator | int | None = None,
    features: FloatArray | csr_array | None = None,
    progress: Tick | None = None,
) -> DensityOfStates:
    """Return the distribution of all eigenvalues of S, or of features over them.

    ``F(t) = #{μ_i ≤ t}/n``; with features, Y = T X, ``F(t) = Σ_{μ_i ≤ t} ‖u_iᵀ Y‖²/‖Y‖²``. Fixed and alternating
    space, nodes with d̃ = 0, twin nodes and small components are known exactly and projected out of the probes.
    The rest is seen by P Gaussian probes V: ``F_V(t) = Σ_{μ_i ≤ t} ‖u_iᵀ V‖²/‖V‖²``, which m products enclose.

    Parameters
    ----------
    operator : Operator
        Its split plays no part without features.
    method : {"lanczos", "kernel_polynomial"}
        Gauss quadrature, between the sides of the Chebyshev-Markov-Stieltjes inequalities, or a Chebyshev
        series smoothed with Jackson's kernel.
    probes : int, optional
        Columns of the block; chosen for ``error`` by default.
    products : int, None or "auto"
        Products with S. "auto": all eigenvalues by dense algebra on graphs of at most `FULL_BELOW` nodes, or else
        as many as ``error`` needs. None: dense algebra whatever the size, cubic in the nodes.
    error : float, optional
        Wasserstein distance to reach as a share of 2, the width of [−1, 1]; `ERROR` by default. Where it is out
        of reach the result says so.
    rng : numpy Generator or int, optional
        For the probes; None is 0.
    features : float array or CSR array, shape (num_nodes, num_features), optional
        Look at these instead of at all eigenvectors: nothing is random then.
    progress : callable, optional
        Called with (done, total) products of each run.

    Returns
    -------
    DensityOfStates

    Raises
    ------
    UsageError
        If an option is none of these, or dense algebra would need more memory than `Auto` allows.
    InputError
        If features are not one finite row a node.

    Notes
    -----
    The law of Gaussian probes is known exactly (`law.probe_distance`): no variance has to be
    estimated. One recurrence runs over the whole block, for each of the largest components by itself. Sources:
    Dong, Benson and Bindel, Network density of states, KDD 2019 (motifs); Chen, Trogdon and Ubaru, Analysis of
    stochastic Lanczos quadrature for spectrum approximation, ICML 2021 (Wasserstein distance,
    Chebyshev-Markov-Stieltjes sides).

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.graphs.families import family
    >>> torus = ss.symmetric(family("torus:30x30").graph)
    >>> found = density_of_states(torus, error=0.02)
    >>> print(found.count_below(-1.0), found.error < 0.02)
    1 True
    """
    dense = _check(method, probes, products, error, operator.graph.num_nodes)
    target = ERROR if error is None else float(error)
    steps = None if isinstance(products, str) or products is None else products
    small = products == "auto" and operator.graph.num_nodes <= FULL_BELOW
    if features is not None:
        if dense or small:
            given = features.toarray() if issparse(features) else features
            return of_measure("features", operator, spectral_measure(operator, given, products=None))
        return _of_features(operator, features, method, steps, target, progress)
    known = known_states(operator)
    if not known.rest or dense or (small and probes is None):
        sample = EMPTY if not known.rest else exact_sample(*remaining_values(operator, known))
        return of_graph(operator, known, Errors(sample, 0.0, 0.0), "full spectrum", 0, "")
    bound = Numba().bind(operator)
    generator = np.random.default_rng(0 if rng is None else rng)

    def sampled(size: Size) -> Sample:
        start = probe_start(bound, known, size.probes, generator)
        return run(bound, start, method, size.products, progress)

    n = operator.graph.num_nodes
    share = known.rest / n
    found, spent = search(
        sampled,
        target,
        share=share,
        rest=known.rest,
        numbers=n,
        probes=probes,
        products=steps,
        first=_first_products(method, target, share),
    )
    return of_graph(operator, known, found, method, spent, _missed(found, target, steps))


def _of_features(
    operator: Operator,
    features: FloatArray | csr_array,
    method: Method,
    products: int | None,
    target: float,
    progress: Tick | None,
) -> DensityOfStates:
    bound: BoundNumba = Numba().bind(operator)
    start = signal_start(bound, operator.enter(features))
    rest = float(start.mass.sum())
    total = rest + float(start.fixed.sum() + start.alternating.sum())
    if not rest:
        note = "" if total else "no node with an edge or a loop carries it"
        return of_signal("features", operator, start, Errors(EMPTY, 0.0, 0.0), "full spectrum", 0, note)

    def once(size: Size) -> Sample:
        # a run uses its block up
        fresh = Start(start.block.copy(), start.fixed, start.alternating, start.mass)
        return run(bound, fresh, method, size.products, progress)

    n = operator.graph.num_nodes
    first = _first_products(method, target, rest / total)
    found, spent = search(
        once, target, share=rest / total, rest=0, numbers=n, probes=0, products=products, first=first
    )
    note = _missed(found, target, products)
    return of_signal("features", operator, start, found, method, spent, note)


def _first_products(method: Method, target: float, share: float) -> int:
    """Return the products of the first run: what the kernel leaves open is known beforehand."""
    if method == "lanczos":
        return PILOT_PRODUCTS
    return min(products_for(KERNEL_SHARE * target / share), MOST_PRODUCTS)


def _missed(found: Errors, target: float, products: int | None) -> str:
    if found.total <= target or products is not None:
        return ""
    return f"an error of {target:.2g} was asked for and not reached"


def _check(method: str, probes: Any, products: Any, error: float | None, n: int) -> bool:
    if method not in get_args(Method):
        raise UsageError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    for name, value in (("probes", probes), ("products", None if products == "auto" else products)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and (not whole or value < 1):
            raise UsageError(f"{name} must be a whole number of at least 1, got {value!r}")
    if error is not None and not 0.0 < error < 1.0:
        raise UsageError(f"error must lie between 0 and 1 (0.01 is one per cent of the width), got {error}")
    if products is None and n > 20_000:
        raise UsageError(
            f"the full spectrum of {n:,} nodes is out of reach of dense algebra; give products instead"
        )
    return products is None
