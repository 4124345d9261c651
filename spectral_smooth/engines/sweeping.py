"""One call for one propagation step: kernels chosen, threads started, chunk sums added up in order."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from spectral_smooth.engines.bfloat16 import STORED, number_type
from spectral_smooth.engines.blocks import LINE, Cut, cache_bytes, read_ahead
from spectral_smooth.engines.pattern import Pattern
from spectral_smooth.engines.threads import run_chunks
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, frozen

ONE_GROUP: IntArray = frozen(np.zeros(2, dtype=np.int64))
MEASURED: BoolArray = frozen(np.ones(1, dtype=bool))
SCATTERED = 0.5  # lines per entry; measured: web pages, grids and other orders that are local lie below 0.3
PLAIN = "SPECTRAL_SMOOTH_PLAIN_KERNELS"

_refused = False


@dataclass(frozen=True, eq=False)
class Extras:
    """What a sweep does beside out ← r(own·x_i + Σ m_e x_j); None leaves it out. Tables have one row per class.

    Attributes
    ----------
    scale : float array, shape (num_nodes,)
        Scale rows and neighbours (S in core coordinates); otherwise rows are divided by d̃ (P in walk coordinates).
    coefficients : float array, shape (classes + 1, 3)
        a, b, c of the rule.
    shift_own, shift_image : float array, shape ((classes + 1) · stride,)
        What is subtracted from the row and from its image.
    anchor : float array, flat
        The block that c multiplies; may be the output.
    groups : int array, shape (classes + 1,)
        Row group of each class; norms and energies are summed up if given.
    sums : bool
        Whether to sum up d̃_i·out_i per class.
    past_cache : bool
        Whether to write past the cache: faster where the block is much larger than it.
    """

    scale: FloatArray | None = None
    coefficients: FloatArray | None = None
    shift_own: FloatArray | None = None
    shift_image: FloatArray | None = None
    anchor: FloatArray | None = None
    groups: IntArray | None = None
    sums: bool = False
    past_cache: bool = False

    @property
    def by_class(self) -> bool:
        """Whether a row's class matters: where it does not, graphs with and without classes share a kernel."""
        given = self.coefficients, self.shift_own, self.groups
        return self.sums or any(one is not None for one in given)


@dataclass(frozen=True, eq=False)
class Swept:
    """What a sweep has summed up.

    Attributes
    ----------
    norm, energy : float array, shape (groups,)
        Σ d̃_i‖u_i‖² and Σ d̃_i⟨u_i, u_i − y_i⟩; empty unless groups were given.
    sums : float array, shape (fused, stride)
        Σ d̃_i out_i of the first classes; empty unless asked for.
    """

    norm: FloatArray
    energy: FloatArray
    sums: FloatArray


def sweep(
    pattern: Pattern, cut: Cut, x: FloatArray, out: FloatArray, extras: Extras, *, plain: bool = False
) -> Swept:
    """Run one step from block ``x`` to block ``out``, both flat, with ``cut.stride`` numbers from row to row."""
    chunks = len(pattern.schedule.bounds) - 1
    groups = ONE_GROUP if extras.groups is None else extras.groups
    parts = np.zeros((chunks if extras.groups is not None else 1, int(groups.max(initial=0)) + 1, 2))
    fused = pattern.classes.fused
    sums = np.zeros(chunks * fused * cut.stride) if extras.sums else None
    weights = pattern.weights_as(number_type(x.dtype))
    pattern.check_range(x.dtype)
    ahead = 0 if cut.width == 1 and _near(pattern, x) else read_ahead(cut.width * x.itemsize)
    work = (len(pattern.indices) + pattern.rows) * cut.width * cut.panels

    def arguments(seeds: FloatArray | None) -> tuple[Any, ...]:
        return (
            pattern.indptr,
            pattern.indices,
            weights,
            extras.scale,
            pattern.loops,
            pattern.degrees,
            x,
            cut.stride,
            cut.panels,
            cut.last_panel,
            cut.tail,
            ahead,
            pattern.classes.of_row if extras.by_class else None,
            groups,
            extras.coefficients,
            extras.shift_own,
            extras.shift_image,
            extras.anchor,
            seeds,
            pattern.schedule.long_rows,
            None if extras.groups is None else MEASURED,
            sums,
            fused,
            extras.past_cache,
            out,
            pattern.schedule.bounds,
            np.zeros(1, dtype=np.int64),
            parts,
            np.zeros(0, dtype=number_type(x.dtype)),
        )

    def run(without_vectors: bool) -> None:
        if without_vectors and x.dtype == STORED:
            raise UsageError(
                "bfloat16 is a storage of the vector kernels, which are not used here; use float32"
            )
        seeds = _long_row_sums(pattern, cut, x, extras.scale, weights, plain=without_vectors)
        run_chunks(_step(cut, plain=without_vectors), arguments(seeds), work)

    _with_fallback(run, plain=plain)
    return Swept(
        parts[:, :, 0].sum(axis=0),
        parts[:, :, 1].sum(axis=0),
        np.zeros((0, cut.stride)) if sums is None else sums.reshape(chunks, fused, cut.stride).sum(axis=0),
    )


def _near(pattern: Pattern, x: FloatArray) -> bool:
    """Return whether asking ahead for single numbers costs more than it saves: they are in a core's cache already.

    All of them, or most that a stretch of entries reads, for their neighbours in a line were read before.
    """
    return bool(x.nbytes <= cache_bytes() or pattern.scattered(LINE // x.itemsize) < SCATTERED)


def _step(cut: Cut, *, plain: bool) -> Callable[..., Any]:
    if cut.width == 1:
        from spectral_smooth.engines.kernels.scalar_sweep import make_scalar_sweep

        return cast("Callable[..., Any]", make_scalar_sweep())
    from spectral_smooth.engines.kernels.sweep import make_sweep

    return cast("Callable[..., Any]", make_sweep(cut.lanes, cut.vectors, plain=plain))


def _long_row_sums(
    pattern: Pattern,
    cut: Cut,
    x: FloatArray,
    scale: FloatArray | None,
    weights: FloatArray | None,
    *,
    plain: bool,
) -> FloatArray | None:
    """Return the sums over neighbours of the longest rows, and a row of zeros; None where there is no such row."""
    schedule = pattern.schedule
    if not len(schedule.long_rows):
        return None
    from spectral_smooth.engines.kernels.pieces import make_piece_sums

    pieces = schedule.pieces
    found = np.zeros(len(pieces) * cut.stride, dtype=number_type(x.dtype))
    run_chunks(
        make_piece_sums(cut.lanes, cut.vectors, plain=plain and cut.width > 1),
        (
            pieces,
            pattern.indices,
            weights,
            scale,
            x,
            cut.stride,
            cut.panels,
            cut.last_panel,
            cut.tail,
            read_ahead(cut.width * x.itemsize),
            np.zeros(1, dtype=np.int64),
            found,
        ),
        int((pieces[:, 1] - pieces[:, 0]).sum()) * cut.width * cut.panels,
    )
    seeds = np.zeros((len(schedule.long_rows) + 1, cut.stride))
    np.add.at(seeds, pieces[:, 2], found.reshape(len(pieces), cut.stride))
    return seeds.astype(number_type(x.dtype)).ravel()


def _with_fallback(run: Callable[[bool], None], *, plain: bool) -> None:
    """Run with vector instructions, or without where they are not wanted or were refused once."""
    global _refused
    from numba.core.errors import NumbaError

    if plain or _refused or os.environ.get(PLAIN, "") not in ("", "0"):
        run(True)
        return
    try:
        run(False)
    except (NumbaError, NotImplementedError, RuntimeError) as error:
        if type(error) is RuntimeError and "LLVM" not in str(error):
            raise
        _refused = True
        warnings.warn(
            f"the vector kernels could not be compiled here ({str(error).splitlines()[0]}); plain ones are used, "
            f"which are several times slower ({PLAIN}=1 chooses them without this warning)",
            stacklevel=2,
        )
        run(True)
