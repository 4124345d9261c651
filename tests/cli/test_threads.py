"""--threads holds before and after numba is loaded."""

from __future__ import annotations

import subprocess
import sys

import numba
import pytest

from spectral_smooth.cli.threads import limit_threads
from spectral_smooth.errors import UsageError


def test_libraries_that_are_loaded_later_start_with_the_limit():
    script = (
        "import os; from spectral_smooth.cli.threads import limit_threads; limit_threads(3); "
        "import numba; print(numba.get_num_threads(), os.environ['OPENBLAS_NUM_THREADS'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == ["3", "3"]


@pytest.fixture
def threads_kept():
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.mark.usefixtures("threads_kept")
def test_a_loaded_numba_is_limited():
    limit_threads(1)
    assert numba.get_num_threads() == 1
    limit_threads(None)
    assert numba.get_num_threads() == 1


@pytest.mark.usefixtures("threads_kept")
def test_more_threads_than_numba_was_started_with_are_refused():
    with pytest.raises(UsageError, match="NUMBA_NUM_THREADS"):
        limit_threads(numba.config.NUMBA_NUM_THREADS + 1)
