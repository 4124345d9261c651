"""What the memory of this machine gives: reading, copying, and gathering rows in random order, in GB/s.

Run ``python -m benchmarks.versus.roofline 2`` for two threads. The best of ten counts: a neighbour on the machine
can only make it slower. Gathering says what propagation can reach where no row is in a cache.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np
from llvmlite import ir
from numba import njit, prange, set_num_threads, types
from numba.extending import intrinsic

from benchmarks.versus.runners import timed

READ_BYTES = 4 << 30
COPY_BYTES = 1 << 30
GATHER_BYTES = 1 << 28  # as F = 64 float32 on 2^20 nodes
GATHERED = 1 << 24
ROW_BYTES = (4, 64, 256, 512)
AHEAD_BYTES = 8192
FLOATS_PER_LINE = 16
REPEATS = 10


def roofline(threads: int, scale: float = 1.0) -> dict[str, object]:
    """Return GB/s of each kind; ``scale`` shrinks the arrays for a quick look."""
    set_num_threads(threads)
    return {
        "threads": threads,
        "read": _read_rate(scale, threads),
        "copy": _copy_rate(scale, threads),
        "gather": {str(row): _gather_rate(row, scale, threads) for row in ROW_BYTES},
    }


def _read_rate(scale: float, threads: int) -> float:
    data = np.ones(int(READ_BYTES * scale) // 8)
    return _rate(lambda _: _sum(data, 8 * threads), data.nbytes)


def _copy_rate(scale: float, threads: int) -> float:
    source = np.ones(int(COPY_BYTES * scale) // 8)
    target = np.zeros_like(source)
    return _rate(lambda _: _copy(source, target, threads), 2 * source.nbytes)


def _gather_rate(row_bytes: int, scale: float, threads: int) -> float:
    width = row_bytes // 4
    rows = int(GATHER_BYTES * scale) // row_bytes
    block = np.ones((rows, width), dtype=np.float32)
    ahead = int(np.clip(AHEAD_BYTES // row_bytes, 16, 128))
    count = int(GATHERED * scale * min(1.0, 256 / row_bytes))
    at = np.random.default_rng(0).integers(rows, size=count + ahead, dtype=np.uint32)
    return _rate(lambda _: _gather(block, at, count, ahead, 8 * threads), count * row_bytes)


def _rate(work: Callable[[int], object], size: int) -> float:
    work(0)
    return round(size / min(timed(work, 0) for _ in range(REPEATS)) / 1e9, 2)


@intrinsic
def _prefetch(typing, block, row, column):
    """Ask for the cache line at [row, column]; numba has no name for the instruction."""
    del typing

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        number = ir.IntType(32)
        byte = ir.IntType(8).as_pointer()
        function = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]), "llvm.prefetch.p0"
        )
        width = builder.extract_value(array.shape, 1)
        row, column = (context.cast(builder, arguments[k], signature.args[k], types.int64) for k in (1, 2))
        place = builder.gep(array.data, [builder.add(builder.mul(row, width), column)])
        place = builder.bitcast(place, byte)
        builder.call(function, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(block, row, column), generate


@njit(parallel=True, fastmath=True, cache=True)
def _sum(data, parts):
    totals = np.zeros(parts)
    size = -(-len(data) // parts)
    for part in prange(parts):
        totals[part] = _total(data[part * size : (part + 1) * size])
    return totals


@njit(fastmath=True, cache=True)
def _total(line):
    """Vectorised, because a whole array is counted from zero."""
    total = line.dtype.type(0)
    for k in range(len(line)):
        total += line[k]
    return total


@njit(parallel=True, cache=True)
def _copy(source, target, parts):
    size = -(-len(source) // parts)
    for part in prange(parts):
        target[part * size : (part + 1) * size] = source[part * size : (part + 1) * size]


@njit(parallel=True, fastmath=True, cache=True)
def _gather(block, at, count, ahead, parts):
    """Sum rows in random order; the row ``ahead`` places on is asked for while one is added."""
    totals = np.zeros((parts, 16))
    width = block.shape[1]
    size = -(-count // parts)
    for part in prange(parts):
        total = np.float32(0)
        for k in range(part * size, min((part + 1) * size, count)):
            later = at[k + ahead]
            for f in range(0, width, FLOATS_PER_LINE):
                _prefetch(block, later, f)
            row = at[k]
            total += _total(block[row])
        totals[part, 0] = total
    return totals


def main() -> int:
    """Print JSON for one number of threads."""
    threads = int(sys.argv[1])
    scale = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    print(json.dumps(roofline(threads, scale)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
