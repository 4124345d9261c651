"""Rows of a feature block as lists of vector registers: the few LLVM operations that the row kernel is written in.

A row of F numbers is a list of vectors of ``lanes`` numbers each, one cache line (64 bytes) or less. Everything
here builds instructions; nothing computes. LLVM maps a vector to what the processor has: one register with AVX-512,
two with AVX2, four on NEON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

LINE = 64
LOOSE = ("reassoc", "contract", "nsz")

INT8, INT16, INT32, INT64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
FLOAT64 = ir.DoubleType()

Row = list[Any]


def absent(numba_type: Any) -> bool:
    """Whether an argument was passed as None."""
    return isinstance(numba_type, (types.NoneType, types.Omitted))


def data_pointer(context: Any, builder: Any, array_type: Any, array: Any) -> Any:
    """Return the address of an array's first element."""
    return context.make_array(array_type)(context, builder, array).data


def ask_for_lines(builder: Any, place: Any, lines: int) -> None:
    """Ask for so many lines from an address on, to be read soon."""
    pointer = INT8.as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer, INT32, INT32, INT32])
    insert: Any = cgutils.get_or_insert_function
    hint = insert(builder.module, kind, "llvm.prefetch.p0i8")
    start = builder.bitcast(place, pointer)
    for line in range(lines):
        # read, into the nearest cache, data
        builder.call(hint, [builder.gep(start, [INT64(LINE * line)]), INT32(0), INT32(3), INT32(1)])


@dataclass(frozen=True, eq=False)
class Rows:
    """Builds operations on rows.

    Attributes
    ----------
    builder : IRBuilder
    number : LLVM type
        Float or double.
    size : int
        Bytes of a number.
    stored : int
        Bytes of a number in a block: 2 for bfloat16, the upper half of a float; otherwise ``size``.
    lanes : int
        Numbers a vector.
    offsets : list of LLVM int64
        Column at which each vector of a row begins.
    """

    builder: Any
    number: Any
    size: int
    stored: int
    lanes: int
    offsets: Row

    def load(self, base: Any, offset: Any) -> Row:
        """Read the row of a block that begins ``offset`` numbers behind ``base``."""
        if self.stored == self.size:
            return self.load_numbers(base, offset)
        halves = [self._at(base, offset, o, INT16, self.lanes, 2) for o in self.offsets]
        wide = ir.VectorType(INT32, self.lanes)
        sixteen = ir.Constant(wide, [16] * self.lanes)
        upper = [self.builder.shl(self.builder.zext(half, wide), sixteen) for half in halves]
        return [self.builder.bitcast(bits, ir.VectorType(self.number, self.lanes)) for bits in upper]

    def load_numbers(self, base: Any, offset: Any) -> Row:
        """Read a row of numbers as they are computed with."""
        return [self._at(base, offset, o, self.number, self.lanes, self.size) for o in self.offsets]

    def store(self, row: Row, base: Any, offset: Any, *, halves: bool, past_cache: bool) -> None:
        """Write a row, rounded to ``halves`` if it is bfloat16.

        With ``past_cache`` (rows aligned to their size) the lines that it replaces are not read.
        """
        size = 2 if halves else self.size
        for value, o in zip(row, self.offsets, strict=True):
            place = self._place(base, offset, o, INT16 if halves else self.number, self.lanes)
            written = self.builder.store(
                self._upper_half(value) if halves else value,
                place,
                align=self.lanes * size if past_cache else size,
            )
            if past_cache:
                written.set_metadata("nontemporal", self.builder.module.add_metadata([INT32(1)]))

    def splat(self, scalar: Any) -> Any:
        """Return a vector of one number repeated."""
        vector = ir.VectorType(scalar.type, self.lanes)
        empty = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(empty, scalar, INT32(0))
        return self.builder.shuffle_vector(
            first, empty, ir.Constant(ir.VectorType(INT32, self.lanes), [0] * self.lanes)
        )

    def times(self, row: Row, scalar: Any) -> Row:
        """Return scalar · row."""
        factor = self.splat(scalar)
        return [self.builder.fmul(v, factor, flags=LOOSE) for v in row]

    def times_exactly(self, row: Row, scalar: Any) -> Row:
        """Return scalar · row, a float64 scalar not rounded to float32 first.

        A rounded one would be off by the same share in every step: after hundreds of steps that shows. The scalar is
        split in two numbers of the row's type; without ``reassoc`` the two products are not merged again.
        """
        if self.size == 8:
            return self.times(row, scalar)
        builder = self.builder
        high = builder.fptrunc(scalar, self.number)
        low = builder.fptrunc(builder.fsub(scalar, builder.fpext(high, FLOAT64)), self.number)
        highs, lows = self.splat(high), self.splat(low)
        only = ("contract",)
        return [
            builder.fadd(builder.fmul(v, highs, flags=only), builder.fmul(v, lows, flags=only), flags=only)
            for v in row
        ]

    def plus(self, left: Row, right: Row) -> Row:
        """Return left + right."""
        return [self.builder.fadd(v, w, flags=LOOSE) for v, w in zip(left, right, strict=True)]

    def minus(self, left: Row, right: Row) -> Row:
        """Return left − right."""
        return [self.builder.fsub(v, w, flags=LOOSE) for v, w in zip(left, right, strict=True)]

    def dot(self, left: Row, right: Row) -> Any:
        """Return Σ left·right, a number of the row's own type."""
        products = [self.builder.fmul(v, w, flags=LOOSE) for v, w in zip(left, right, strict=True)]
        total = products[0]
        for product in products[1:]:
            total = self.builder.fadd(total, product, flags=LOOSE)
        width = self.lanes
        while width > 1:
            width //= 2
            low, high = (self._part(total, first, width) for first in (0, width))
            total = self.builder.fadd(low, high, flags=LOOSE)
        return self.builder.extract_element(total, INT32(0))

    def add_to(self, totals: Any, offset: Any, row: Row, scalar: Any) -> None:
        """Add scalar · row to ``totals`` in memory, numbers as they are computed with."""
        for total, more, o in zip(
            self.load_numbers(totals, offset), self.times(row, scalar), self.offsets, strict=True
        ):
            place = self._place(totals, offset, o, self.number, self.lanes)
            self.builder.store(self.builder.fadd(total, more, flags=LOOSE), place, align=self.size)

    def prefetch(self, base: Any, offset: Any) -> None:
        """Ask for all lines of a row that will be read soon."""
        lines = max(1, len(self.offsets) * self.lanes * self.stored // LINE)
        ask_for_lines(self.builder, self.builder.gep(base, [offset]), lines)

    def _upper_half(self, value: Any) -> Any:
        """Round floats to bfloat16, halves to even."""
        builder, wide = self.builder, ir.VectorType(INT32, self.lanes)

        def same(number: int) -> Any:
            return ir.Constant(wide, [number] * self.lanes)

        bits = builder.bitcast(value, wide)
        odd = builder.and_(builder.lshr(bits, same(16)), same(1))
        rounded = builder.add(bits, builder.add(odd, same(0x7FFF)))
        return builder.trunc(builder.lshr(rounded, same(16)), ir.VectorType(INT16, self.lanes))

    def _place(self, base: Any, offset: Any, column: Any, number: Any, lanes: int) -> Any:
        place = self.builder.gep(base, [self.builder.add(offset, column)])
        return self.builder.bitcast(place, ir.VectorType(number, lanes).as_pointer())

    def _at(self, base: Any, offset: Any, column: Any, number: Any, lanes: int, size: int) -> Any:
        # The alignment is promised for single numbers only: any row may be given, aligned ones are as fast.
        return self.builder.load(self._place(base, offset, column, number, lanes), align=size)

    def _part(self, vector: Any, first: int, count: int) -> Any:
        chosen = ir.Constant(ir.VectorType(INT32, count), list(range(first, first + count)))
        return self.builder.shuffle_vector(vector, vector, chosen)
