"""Inner products of some nodes' propagated features, depth by depth: all that a linear read-out needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.engines.deflation import silence_noise
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import check_features
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, iterate, sgc
from spectral_smooth.progress import Tick

NOISE = 32.0 * float(np.finfo(np.float64).eps)


def kernels_by_depth(
    operator: Operator,
    features: FloatArray | csr_array,
    nodes: IntArray,
    depths: IntArray,
    *,
    rule: Rule | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> Iterator[tuple[int, FloatArray]]:
    """Yield (depth, K_k), K_k = (h_k(P) X)_nodes (h_k(P) X)_nodesᵀ.

    Either X is propagated, or, where there are fewer nodes than features, the nodes' own indicators:
    e_iᵀ h_k(P) = (h_k(S) T⁻¹ e_i)ᵀ T. Both give the same numbers up to rounding; sparse features stay sparse
    in the second. Concatenated read-outs add the kernels of all depths. What is no larger than the rounding of the sums
    it comes from is zero: centred features on a complete graph are gone after one layer, and noise is no signal.

    Parameters
    ----------
    operator : Operator
    features : float array or CSR array, shape (num_nodes, num_features)
    nodes : int array, shape (m,)
        Whose inner products are wanted.
    depths : int array
        Strictly increasing.
    rule : Rule, optional
        Plain propagation by default.
    engine : Engine, optional
        `Numba` by default.
    progress : callable, optional
        Called with (done, total) depths.

    Yields
    ------
    depth : int
    kernel : float array, shape (m, m)
        Symmetric, positive semi-definite up to rounding. A rule that grows is divided by growth^depth.

    Raises
    ------
    InputError
        If the features are not one row a node or not finite, or a node does not exist.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> for depth, kernel in kernels_by_depth(op, np.eye(34), np.array([0, 33]), np.array([0, 64])):
    ...     print(depth, kernel.round(3).tolist())
    0 [[1.0, 0.0], [0.0, 1.0]]
    64 [[0.089, 0.092], [0.092, 0.095]]
    """
    check_features(features, operator.graph.num_nodes)
    nodes = np.asarray(nodes, dtype=np.int64)
    if len(nodes) and not 0 <= nodes.min() <= nodes.max() < operator.graph.num_nodes:
        raise InputError(f"nodes must be numbers from 0 to {operator.graph.num_nodes - 1}")
    rule = rule or sgc()
    wide = features.shape[1] > len(nodes)
    start, kernel = (_from_nodes if wide else _from_features)(operator, features, nodes)
    bound = (engine or Numba()).bind(operator)
    wanted, last = set(np.asarray(depths).tolist()), int(np.max(depths))
    states = _cleaned(bound, iterate(rule, bound.apply, start, last))
    for depth, found in enumerate(_read_out(rule, states, kernel, wanted)):
        if progress is not None:
            progress(depth, last)
        if found is not None:
            yield depth, found


Kernel = Callable[[FloatArray], FloatArray]


def _cleaned(bound: BoundOperator, states: Iterator[FloatArray]) -> Iterator[FloatArray]:
    """Yield states; row groups that fell to the rounding of one product are set to zero, where they stay."""
    before: FloatArray = np.zeros(bound.operator.fixed_space.num_groups)
    for state in states:
        norms = np.sqrt(bound.inner(state, state))
        before = np.where(silence_noise(bound, state, norms, before), 0.0, norms)
        yield state


def _read_out(
    rule: Rule, states: Iterator[FloatArray], kernel: Kernel, wanted: set[int]
) -> Iterator[FloatArray | None]:
    """Yield the kernel of the read-out at every depth, None where it is not wanted."""
    if isinstance(rule.readout, Concat):
        for depth, total in enumerate(rule.readout.quadratics(states, kernel)):
            yield total if depth in wanted else None
    else:
        for depth, state in enumerate(rule.readout.combine(states)):
            yield kernel(state) if depth in wanted else None


def _from_features(
    operator: Operator, features: FloatArray | csr_array, nodes: IntArray
) -> tuple[FloatArray, Kernel]:
    back = operator.inverse_similarity[nodes, None]

    def kernel(state: FloatArray) -> FloatArray:
        rows = state[nodes] * back
        return np.asarray(rows @ rows.T)

    return operator.enter(features), kernel


def _from_nodes(
    operator: Operator, features: FloatArray | csr_array, nodes: IntArray
) -> tuple[FloatArray, Kernel]:
    start = np.zeros((operator.graph.num_nodes, len(nodes)))
    start[nodes, np.arange(len(nodes))] = operator.inverse_similarity[nodes]
    turned = csr_array(features.T) if issparse(features) else np.asarray(features, dtype=np.float64).T
    scale = operator.similarity[:, None]
    stored = turned.data if issparse(turned) else turned
    size = float(np.vdot(stored, stored))

    def kernel(state: FloatArray) -> FloatArray:
        sent = state * scale
        rows = np.asarray(turned @ sent)
        found = np.asarray(rows.T @ rows)
        noise = NOISE**2 * size * float(np.vdot(sent, sent))
        return found if float(np.trace(found)) > noise else np.zeros_like(found)

    return start, kernel
