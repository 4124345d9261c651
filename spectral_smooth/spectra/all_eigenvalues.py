"""all_eigenvalues(): every eigenvalue of S off its fixed space, component by component, within a memory budget."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.solvers.blocks import CHUNK, Blocks
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.types import Convergence, Spectrum

EPS = float(np.finfo(np.float64).eps)
# Matrices at a time: the block, what is taken off it, LAPACK's copy; for a proof vectors, residuals and products too.
VALUES_HOLD, PROOF_HOLDS = 3, 8


def all_eigenvalues(operator: Operator, *, memory: int = 4 << 30, certify: bool = False) -> Spectrum:
    """Return all eigenvalues of S off its fixed space, with multiplicity, without vectors.

    Each component is diagonalised by LAPACK, all components of one size in one call, so that a data set of a hundred
    thousand molecules takes no loop over them. The time grows with the cube of the largest component's size, and
    the memory with its square: 24 bytes a pair of nodes, 64 with ``certify``.

    Parameters
    ----------
    operator : Operator
        Its split plays no part. Nodes with d̃ = 0 have no share; their eigenvalue 0 is not listed.
    memory : int
        Bytes that dense matrices may take.
    certify : bool
        Whether each value comes with a proven error, by its residuals and how far the computed vectors are from
        orthogonal.

    Returns
    -------
    Spectrum
        Values descending, ``complete``, hence with gap and rate. The residuals are LAPACK's backward error bound,
        nodes × 2.2e-16, or the proven errors.

    Raises
    ------
    UsageError
        If a component needs more than ``memory``; nothing has been computed then.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> spectrum = ss.all_eigenvalues(ss.symmetric(ss.as_graph(nx.complete_graph(5))))
    >>> spectrum.values.round(12), round(spectrum.gap, 12)
    (array([-0.25, -0.25, -0.25, -0.25]), 1.25)
    """
    blocks = Blocks.of(operator)
    _check(blocks, memory, PROOF_HOLDS if certify else VALUES_HOLD)
    values, errors = _proven(operator) if certify else _computed(blocks)
    order = np.argsort(-values, kind="stable")
    values, errors = np.clip(values[order], -1.0, 1.0), errors[order]
    space = operator.fixed_space
    return Spectrum(
        values=values,
        vectors=None,
        fixed_dimension=space.dimension,
        alternating_dimension=space.alternating_dimension,
        which="top",
        complete=True,
        convergence=Convergence(True, errors, 0, 0, Dense().name if len(values) else "closed form"),
        certificate=_certificate(operator, values, errors) if certify else None,
    )


def _check(blocks: Blocks, memory: int, matrices: int) -> None:
    """Refuse before anything is computed; components of more than one node need a matrix."""
    largest = int(blocks.sizes[0]) if len(blocks.sizes) else 0
    number = 8 * matrices
    need = number * max(largest**2, min(CHUNK, int((blocks.sizes[blocks.sizes > 1] ** 2).sum())))
    if largest > 1 and need > memory:
        raise UsageError(
            f"all eigenvalues of a component of {largest:,} nodes need {need:,} bytes of dense matrices, more than the "
            f"{memory:,} allowed; allow more with memory=, or ask density_of_states or count_above how they are spread"
        )


def _computed(blocks: Blocks) -> tuple[FloatArray, FloatArray]:
    sizes = blocks.sizes
    alternating = int(np.count_nonzero(blocks.alternating))
    values, errors = [np.full(alternating, -1.0)], [np.zeros(alternating)]
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(sizes)) + 1, [len(sizes)]])
    for first, last in pairwise(cuts[: len(sizes) + 1]):
        if not blocks.free[first:last].any():
            continue
        table = blocks.dense_values(int(first), int(last))
        size = table.shape[1]
        # The known values have been pushed below all others.
        free = np.arange(size)[None, :] >= (size - blocks.free[first:last])[:, None]
        values.append(table[free])
        errors.append(np.full(len(values[-1]), size * EPS))
    return np.concatenate(values), np.concatenate(errors)


def _proven(operator: Operator) -> tuple[FloatArray, FloatArray]:
    """Return values and errors such that the sorted eigenvalues lie in the sorted intervals."""
    from spectral_smooth.spectra.certify.diagonalised import Diagonalised
    from spectral_smooth.spectra.certify.parts import Parts
    from spectral_smooth.spectra.certify.rounding import Rounding

    found = Diagonalised.of(Parts(operator), 0, Rounding.of(operator).entries)
    return found.values, found.errors


def _certificate(operator: Operator, values: FloatArray, errors: FloatArray) -> Certificate:
    from spectral_smooth.spectra.certify.complete import complete_certificate

    return complete_certificate(operator, values, errors)
