"""``--threads``: hold every library that computes in parallel to one number of threads."""

from __future__ import annotations

import os
import sys
from typing import Any

from spectral_smooth.errors import UsageError

# Libraries read these once, when they are loaded; the command line loads them after this.
_VARIABLES = {
    "numpy": ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    "numba": ("NUMBA_NUM_THREADS",),
}


# What holds unless the user's environment says otherwise. The threads of a BLAS wait for one another by spinning:
# where other programs want the cores too, two of them were seen to take thirty times as long as one, and the
# kernels that matter are not BLAS.
_DEFAULTS = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}


def limit_threads(count: int | None) -> None:
    """Limit numba and the linear algebra library to ``count`` threads.

    None leaves numba all cores and gives the linear algebra library one thread, unless the environment
    sets it.

    Raises
    ------
    UsageError
        If numba is loaded already and was started with fewer threads (only within a running Python).
    """
    if count is None:
        if "numpy" not in sys.modules:
            for variable, value in _DEFAULTS.items():
                os.environ.setdefault(variable, value)
        return
    for library, variables in _VARIABLES.items():
        if library not in sys.modules:
            os.environ.update(dict.fromkeys(variables, str(count)))
    numba: Any = sys.modules.get("numba")
    if numba is not None:
        available = int(numba.config.NUMBA_NUM_THREADS)
        if count > available:
            raise UsageError(
                f"--threads {count} is more than the {available} that numba was started with; "
                "set NUMBA_NUM_THREADS before Python starts"
            )
        numba.set_num_threads(count)
