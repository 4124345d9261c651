"""One row of a propagation step, its numbers held in vector registers; `plain_row` says the same in plain numba.

For node i, with m_e the weight of entry e (1 where there are no weights), times s_j where rows are scaled::

    y   = r·(own·z_i + Σ_e m_e·z_j) − image shift          the operator's row
    u   = z_i − own shift
    out = mix·y + keep·u + pull·anchor_i                   the rule's row
    ‖u‖²·d,  ⟨u, u − y⟩·d                                  its part of norm² and energy

Why this is fast: the sum over neighbours never leaves the registers; the rows some entries ahead are asked for before
they are needed (a graph's neighbours defeat the processor's own guesses); an unweighted graph has no values to read.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from spectral_smooth.engines.kernels.vector_ir import FLOAT64, INT64, Row, Rows, absent, data_pointer

ARRAYS = ("x", "indices", "weights", "scale", "shift_own", "shift_image", "anchor", "seeds", "near", "out")


def _vector_row(
    _context: Any,
    lanes: Any,
    vectors: Any,
    x: Any,
    indices: Any,
    weights: Any,
    scale: Any,
    low: Any,
    high: Any,
    last: Any,
    ahead: Any,
    i: Any,
    stride: Any,
    first: Any,
    tail: Any,
    own: Any,
    r: Any,
    degree: Any,
    ruled: Any,
    mix: Any,
    keep: Any,
    pull: Any,
    shift_own: Any,
    shift_image: Any,
    shift_at: Any,
    anchor: Any,
    seeds: Any,
    seed_at: Any,
    measured: Any,
    sums: Any,
    near: Any,
    near_at: Any,
    past_cache: Any,
    out: Any,
    scratch: Any,
) -> Any:
    """Compile one row; the arguments, of which those named in `ARRAYS` are flat, are those of `plain_row`."""
    given = dict(locals())
    del given["_context"]
    kinds = tuple(given.values())
    result: Any = types.UniTuple(types.float64, 2)  # type: ignore[no-untyped-call]
    names = tuple(given)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = dict(zip(names, arguments, strict=True))
        return _Step(context, builder, dict(zip(names, signature.args, strict=True)), values).build(
            signature.return_type
        )

    return result(*kinds), codegen


# numba's decorator has no types for what numba itself passes in.
vector_row: Any = intrinsic(prefer_literal=True)(_vector_row)


class _Step:
    """Builds the instructions of one row."""

    def __init__(self, context: Any, builder: Any, kinds: dict[str, Any], values: dict[str, Any]) -> None:
        self.context, self.builder, self.kinds, self.values = context, builder, kinds, values
        stored = kinds["x"].dtype
        # bfloat16 comes as uint16, and is computed with as float32.
        self.number = types.float32 if stored == types.uint16 else stored
        size = self.number.bitwidth // 8
        lanes, vectors = kinds["lanes"].literal_value, kinds["vectors"].literal_value
        offsets = [INT64(lanes * v) for v in range(vectors - 1)] + [self.integer("tail")]
        number = ir.FloatType() if size == 4 else FLOAT64
        self.rows = Rows(builder, number, size, stored.bitwidth // 8, lanes, offsets)
        self.base = {
            name: data_pointer(context, builder, kinds[name], values[name])
            for name in ARRAYS
            if not absent(kinds[name])
        }
        for name in ("x", "out", "anchor"):
            if name in self.base:
                self.base[name] = builder.gep(self.base[name], [self.integer("first")])
        self.here = builder.mul(self.integer("i"), self.integer("stride"))

    def integer(self, name: str) -> Any:
        return self.context.cast(self.builder, self.values[name], self.kinds[name], types.int64)

    def real(self, name: str) -> Any:
        """Return a scalar in the row's own type."""
        return self.context.cast(self.builder, self.values[name], self.kinds[name], self.number)

    def _times_or_nothing(self, row: Row, name: str) -> Row:
        """Return scalar · row, and zero where the scalar is 0: NaN in a row that is not asked for stays out."""
        scalar = self.real(name)
        absent_here = self.builder.fcmp_ordered("==", scalar, ir.Constant(scalar.type, 0.0))
        return [
            self.builder.select(absent_here, ir.Constant(v.type, [0.0] * self.rows.lanes), v)
            for v in self.rows.times(row, scalar)
        ]

    def table(self, name: str, at: str) -> Row:
        """Read a row of a table whose rows are as long as those of x."""
        return self.rows.load_numbers(
            self.base[name], self.builder.add(self.integer(at), self.integer("first"))
        )

    def build(self, return_type: Any) -> Any:
        rows, z = self.rows, self.rows.load(self.base["x"], self.here)
        start = self._times_or_nothing(z, "own")
        if "seeds" in self.base:
            start = rows.plus(start, self.table("seeds", "seed_at"))
        y = rows.times_exactly(self._neighbours(start), self._double("r"))
        u = z
        if "shift_own" in self.base:
            y = rows.minus(y, self.table("shift_image", "shift_at"))
            u = rows.minus(z, self.table("shift_own", "shift_at"))
        measures = self._measures(u, y)
        result = self._rule(u, y)
        past = self.context.cast(
            self.builder, self.values["past_cache"], self.kinds["past_cache"], types.boolean
        )
        halves = self.kinds["out"].dtype == types.uint16
        with self.builder.if_else(past) as (yes, no):
            with yes:
                rows.store(result, self.base["out"], self.here, halves=halves, past_cache=True)
            with no:
                rows.store(result, self.base["out"], self.here, halves=halves, past_cache=False)
        # After the row is written: between them, writes past the cache would wait for these.
        if not absent(self.kinds["sums"]):
            rows.add_to(self.base["near"], self.integer("near_at"), result, self.real("degree"))
        return self.context.make_tuple(self.builder, return_type, measures)

    def _neighbours(self, start: Row) -> Row:
        """Add up the neighbours' rows: a loop whose state is the entry's number (int64) and the vectors of the sum."""
        builder, rows = self.builder, self.rows
        before = builder.block
        head, body, end = (builder.append_basic_block(name) for name in ("entries", "entry", "sum"))
        builder.branch(head)
        builder.position_at_end(head)
        entry = builder.phi(INT64)
        entry.add_incoming(self.values["low"], before)
        total = [builder.phi(v.type) for v in start]
        for phi, value in zip(total, start, strict=True):
            phi.add_incoming(value, before)
        builder.cbranch(builder.icmp_signed("<", entry, self.values["high"]), body, end)
        builder.position_at_end(body)
        self._prefetch(entry)
        node = self._node(entry)
        row = rows.load(self.base["x"], builder.mul(node, self.integer("stride")))
        factor = self._factor(entry, node)
        if factor is not None:
            row = rows.times(row, factor)
        for phi, value in zip(total, rows.plus(total, row), strict=True):
            phi.add_incoming(value, builder.block)
        entry.add_incoming(builder.add(entry, INT64(1)), builder.block)
        builder.branch(head)
        builder.position_at_end(end)
        return total

    def _prefetch(self, entry: Any) -> None:
        builder = self.builder
        soon, last = builder.add(entry, self.integer("ahead")), self.integer("last")
        # The entries end somewhere: behind the last one lies memory that is not ours.
        soon = builder.select(builder.icmp_signed("<", soon, last), soon, last)
        self.rows.prefetch(self.base["x"], builder.mul(self._node(soon), self.integer("stride")))

    def _node(self, entry: Any) -> Any:
        """Return the neighbour at an entry as int64; indices are never negative, so unsigned widening is right."""
        node = self.builder.load(self.builder.gep(self.base["indices"], [entry]))
        return self.builder.zext(node, INT64) if node.type.width < 64 else node

    def _factor(self, entry: Any, node: Any) -> Any:
        found = [
            self.context.cast(
                self.builder,
                self.builder.load(self.builder.gep(self.base[name], [at])),
                self.kinds[name].dtype,
                self.number,
            )
            for name, at in (("weights", entry), ("scale", node))
            if name in self.base
        ]
        if len(found) == 2:
            return self.builder.fmul(*found)
        return found[0] if found else None

    def _double(self, name: str) -> Any:
        return self.context.cast(self.builder, self.values[name], self.kinds[name], types.float64)

    def _measures(self, u: Row, y: Row) -> list[Any]:
        if absent(self.kinds["measured"]):
            return [ir.Constant(FLOAT64, 0.0)] * 2
        both = self.rows.dot(u, u), self.rows.dot(u, self.rows.minus(u, y))
        wide = [self.context.cast(self.builder, one, self.number, types.float64) for one in both]
        return [self.builder.fmul(one, self._double("degree")) for one in wide]

    def _rule(self, u: Row, y: Row) -> Row:
        if not absent(self.kinds["ruled"]):
            y = self.rows.times(y, self.real("mix"))
            y = self.rows.plus(y, self._times_or_nothing(u, "keep"))
        if "anchor" in self.base:
            anchor = self.rows.load(self.base["anchor"], self.here)
            y = self.rows.plus(y, self.rows.times(anchor, self.real("pull")))
        return y
