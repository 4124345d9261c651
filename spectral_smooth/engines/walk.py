"""Steps in walk coordinates Z = D̃^(-1/2) Y, where S is the mean over neighbours P = D̃⁻¹Ã, the fixed vectors constant.

There a row needs one scale and its neighbours none, the known spaces go by subtracting a mean per component (or side),
and norm, energy and those means fall out of the product itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spectral_smooth.engines.bfloat16 import STORED, from_bfloat16, number_type, to_bfloat16
from spectral_smooth.engines.blocks import LINE, Cut, cut_padded, new_block, shared_cache_bytes
from spectral_smooth.engines.order.choose import OrderChoice
from spectral_smooth.engines.pattern import Pattern
from spectral_smooth.engines.row_passes import RowPasses, scaled_edge_sums
from spectral_smooth.engines.sweeping import Extras, sweep
from spectral_smooth.graphs.arrays import FloatArray, IntArray, frozen
from spectral_smooth.operators.operator import Operator, degree_power


@dataclass(frozen=True, eq=False)
class Means:
    """The parts of a block in the known spaces, as one row for each class: what recentring subtracts.

    Attributes
    ----------
    own, image : float array, shape (classes + 1, stride)
        Of the rows themselves and of P times them; they differ where a component alternates, and are in the
        block's type.
    """

    own: FloatArray
    image: FloatArray


@dataclass(frozen=True, eq=False)
class Step:
    """What one step has found.

    Attributes
    ----------
    norm, energy : float array, shape (num_groups,)
        Σ d̃_i‖u_i‖² and Σ d̃_i⟨u_i, u_i − (Pu)_i⟩ of the block u that the step began with, recentred.
    means : Means
        Of the block that it wrote, not yet subtracted there.
    """

    norm: FloatArray
    energy: FloatArray
    means: Means


@dataclass(frozen=True, eq=False)
class Walk:
    """Blocks of one width and type, and steps between them; holds no block itself.

    A node that is a component of its own (or silent) never leaves the fixed space: its row is zero in every block.

    Attributes
    ----------
    operator : Operator
    pattern : Pattern
        Its arrays, in the graph's order or one with better locality.
    columns : int
    dtype : numpy dtype
        float64 or float32, or uint16 for bfloat16 (see `bfloat16`), of the blocks; sums are float64.
    plain : bool
        Whether to do without vector kernels.
    choice : OrderChoice or None
        How the order of the nodes was chosen; None where that was not asked.
    """

    operator: Operator
    pattern: Pattern
    columns: int
    dtype: np.dtype[Any]
    plain: bool = False
    choice: OrderChoice | None = None

    @cached_property
    def cut(self) -> Cut:
        """Vectors and panels of a row."""
        return cut_padded(self.columns, self.dtype.itemsize)

    @cached_property
    def class_groups(self) -> IntArray:
        """Row group of each class; silent rows, which add nothing, count to the last, so that every group is there."""
        space = self.operator.fixed_space
        groups = space.group_of_component[self.pattern.classes.component]
        return frozen(np.append(groups, space.num_groups - 1))

    @property
    def block_bytes(self) -> int:
        """Bytes of one block."""
        return self.pattern.rows * self.cut.stride * self.dtype.itemsize

    @property
    def _past_cache(self) -> bool:
        # Two blocks and the graph: what does not fit comes from memory anyway, and need not push out the other block.
        # Rows that do not fill a line would be written piece by piece.
        whole_lines = self.cut.stride * self.dtype.itemsize % LINE == 0
        return whole_lines and self.block_bytes > shared_cache_bytes() // 3

    def empty(self) -> Any:
        """Return a block of zeros, shape (num_nodes, stride), aligned; columns beyond the features stay zero."""
        return new_block(self.pattern.rows, self.cut.stride, self.dtype)

    def enter(self, core: FloatArray) -> FloatArray:
        """Return the block of Y in core coordinates, shape (num_nodes, columns)."""
        block: FloatArray = self.empty()
        self.fill(block, slice(0, self.columns), core)
        return block

    def fill(self, block: FloatArray, columns: slice, core: FloatArray) -> None:
        """Write some columns of Y, given in core coordinates, into a block."""
        columns = slice(columns.start, columns.start + core.shape[1])
        rows, entering = max(1, (1 << 20) // max(core.shape[1], 1)), self._entering
        for low in range(0, self.pattern.rows, rows):
            part = slice(low, low + rows)
            given = core[part] if self.pattern.order is None else core[self.pattern.order[part]]
            numbers = given * entering[part, None]
            block[part, columns] = to_bfloat16(numbers) if self.dtype == STORED else numbers

    def leave(self, block: FloatArray, means: Means | None = None) -> FloatArray:
        """Return a block in core coordinates, float64, shape (num_nodes, columns), recentred if means are given."""
        z: FloatArray = self._numbers(block[:, : self.columns]).astype(np.float64)
        if means is not None:
            classes = self.pattern.classes.of_row
            own = means.own[:, : self.columns]
            z -= own[0] if classes is None else own[classes]
        z *= np.sqrt(self.pattern.degrees)[:, None]
        if self.pattern.order is None:
            return z
        result = np.empty_like(z)
        result[self.pattern.order] = z
        return result

    def step(
        self,
        x: FloatArray,
        out: FloatArray,
        *,
        means: Means | None = None,
        coefficients: FloatArray | None = None,
        anchor: FloatArray | None = None,
    ) -> Step:
        """Write a·P u + b·u + c·anchor into ``out``, u being ``x`` recentred, in one sweep with all sums.

        Parameters
        ----------
        x, out : float array, shape (num_nodes, stride)
            Blocks of this walk.
        means : Means, optional
            Of ``x``.
        coefficients : float array, shape (classes + 1, 3), optional
            a, b and c of each class; 1, 0, 0 by default.
        anchor : float array, shape (num_nodes, stride), optional
            May be ``out`` itself.
        """
        extras = Extras(
            coefficients=coefficients,
            shift_own=None if means is None else frozen(means.own.ravel()),
            shift_image=None if means is None else frozen(means.image.ravel()),
            anchor=None if anchor is None else _read_only(anchor),
            groups=self.class_groups,
            sums=True,
            past_cache=self._past_cache,
        )
        swept = sweep(self.pattern, self.cut, _read_only(x), out.reshape(-1), extras, plain=self.plain)
        sums = swept.sums
        if len(sums) < self.pattern.classes.count:
            sums = self.passes.with_listed_sums(sums, self._numbers(out), self.pattern.degrees)
        return Step(swept.norm, swept.energy, self._means(sums))

    def combine(
        self, x: FloatArray, out: FloatArray, coefficients: FloatArray, anchor: FloatArray | None = None
    ) -> None:
        """Write a·P x + b·x + c·anchor into ``out``, and nothing else; see `step`."""
        extras = Extras(
            coefficients=coefficients,
            anchor=None if anchor is None else _read_only(anchor),
            past_cache=self._past_cache,
        )
        sweep(self.pattern, self.cut, _read_only(x), out.reshape(-1), extras, plain=self.plain)

    def same_for_all(self, a: float, b: float, c: float) -> FloatArray:
        """Return coefficients a, b and c for every class."""
        return np.tile([a, b, c], (self.pattern.classes.count + 1, 1))

    def apply(self, x: FloatArray, out: FloatArray) -> None:
        """Write P x into ``out``, and nothing else."""
        extras = Extras(past_cache=self._past_cache)
        sweep(self.pattern, self.cut, _read_only(x), out.reshape(-1), extras, plain=self.plain)

    def means(self, block: FloatArray) -> Means:
        """Return what is in the known spaces, by one pass over a block."""
        return self._means(self.passes.class_sums(self._numbers(block), self.pattern.degrees))

    def norm(self, block: FloatArray) -> FloatArray:
        """Return Σ d̃_i‖z_i‖² per row group."""
        block = self._numbers(block)
        return self.passes.inner(block, block, self.pattern.degrees, self._groups, self._group_count)

    def edge_energy(self, block: FloatArray) -> FloatArray:
        """Return ½ Σ_ij Ã_ij‖z_i − z_j‖² per row group: nothing cancels, for one more sweep.

        Constants leave no trace in the differences; where components alternate, recentre the block before.
        """
        return scaled_edge_sums(self.pattern, None, self._numbers(block), self._groups, self._group_count)

    def recentre(self, block: FloatArray, means: Means) -> None:
        """Subtract means from a block, in place."""
        numbers = self._numbers(block)
        self.passes.subtract(numbers, self._ones, means.own.astype(np.float64))
        if self.dtype == STORED:
            block[...] = to_bfloat16(numbers)

    def orthogonalise(
        self, w: FloatArray, v: FloatArray, alpha: FloatArray, of_w: Means, of_v: Means
    ) -> tuple[FloatArray, Means]:
        """Write w − alpha·v into w, one alpha a class, both recentred; return its squared norms and its means.

        What is left in the known spaces is the rounding of this pass. Its means are returned so that the next step
        can subtract them: left where they are they would grow by alpha over the norm in every step.
        """
        alpha = np.asarray(alpha, dtype=np.float64)
        shift = (of_w.own - alpha[:, None] * of_v.own).astype(self.dtype)
        squares, sums = self.passes.orthogonalise(w, v, self.pattern.degrees, alpha, shift, self.class_groups)
        return squares, self._means(sums)

    @cached_property
    def passes(self) -> RowPasses:
        """Passes that look at no neighbour."""
        return RowPasses(self.pattern.schedule, self.pattern.classes)

    @cached_property
    def nothing(self) -> Means:
        """Means of a block that has nothing in the known spaces."""
        zero = np.zeros((self.pattern.classes.count + 1, self.cut.stride), dtype=number_type(self.dtype))
        return Means(zero, zero)

    def _numbers(self, block: Any) -> Any:
        """Return a block as numbers: itself, or a float32 copy of bfloat16."""
        return from_bfloat16(block) if self.dtype == STORED else block

    @cached_property
    def _groups(self) -> IntArray:
        classes = self.pattern.classes.of_row
        if classes is None:
            return frozen(np.zeros(self.pattern.rows, dtype=np.uint8))
        return frozen(self.class_groups.astype(np.uint8)[classes])

    @property
    def _group_count(self) -> int:
        return self.operator.fixed_space.num_groups

    @property
    def _entering(self) -> FloatArray:
        classes = self.pattern.classes
        alone = classes.of_row == classes.count if classes.of_row is not None else False
        return np.where(alone, 0.0, degree_power(self.pattern.degrees, -0.5))

    @cached_property
    def _ones(self) -> FloatArray:
        return frozen(np.ones(self.pattern.rows))

    @cached_property
    def _masses(self) -> FloatArray:
        return self.pattern.classes.masses(self.pattern.degrees)

    def _means(self, sums: FloatArray) -> Means:
        number, masses = number_type(self.dtype), self._masses[:, None]
        if not self.pattern.classes.alternates:
            same = np.zeros((len(sums) + 1, self.cut.stride), dtype=number)
            np.divide(sums, masses, out=same[:-1], casting="same_kind")
            return Means(same, same)
        fixed, swing = self.pattern.classes.parts(sums / masses)
        return Means((fixed + swing).astype(number), (fixed - swing).astype(number))


def _read_only(block: FloatArray) -> FloatArray:
    return frozen(block.reshape(-1))
