"""Asking for a number that will be read soon, in kernels that are otherwise plain numba."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from spectral_smooth.engines.kernels.vector_ir import INT8, INT32, INT64, data_pointer


def _prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Bring the line of ``array[index]`` near; changes nothing, and any index of the array is right."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = INT8.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, INT32, INT32, INT32])
        insert: Any = cgutils.get_or_insert_function
        hint = insert(builder.module, kind, "llvm.prefetch.p0i8")
        at = context.cast(builder, arguments[1], signature.args[1], types.uint64)
        place = builder.gep(data_pointer(context, builder, signature.args[0], arguments[0]), [at])
        builder.call(hint, [builder.bitcast(place, pointer), INT32(0), INT32(3), INT32(1)])
        return INT64(0)

    return types.int64(array, index), codegen


prefetch: Any = intrinsic(_prefetch)
