"""Handing out chunks: the one atomic operation of the kernels."""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import intrinsic

from spectral_smooth.engines.kernels.vector_ir import INT64, data_pointer


def _take(_context: Any, counter: Any) -> Any:
    """Return the first element of an int64 array and add one to it; never used to add up results."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = data_pointer(context, builder, signature.args[0], arguments[0])
        return builder.atomic_rmw("add", place, INT64(1), "monotonic")

    return types.int64(counter), codegen


take: Any = intrinsic(_take)
