"""Asking for a number that will be read soon, in kernels that are otherwise plain numba."""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import intrinsic

from spectral_smooth.engines.kernels.vector_ir import INT64, ask_for_lines, data_pointer


def _prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Bring the line of ``array[index]`` near; changes nothing, and any index of the array is right."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at = context.cast(builder, arguments[1], signature.args[1], types.uint64)
        place = builder.gep(data_pointer(context, builder, signature.args[0], arguments[0]), [at])
        ask_for_lines(builder, place, 1)
        return INT64(0)

    return types.int64(array, index), codegen


prefetch: Any = intrinsic(_prefetch)
