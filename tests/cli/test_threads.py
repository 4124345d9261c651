"""--threads holds before and after numba is loaded."""

from __future__ import annotations

import os
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


def test_without_a_limit_blas_gets_one_thread_unless_the_environment_says_otherwise():
    script = (
        "import os; from spectral_smooth.cli.threads import limit_threads; limit_threads(None); "
        "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['MKL_NUM_THREADS'])"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS", "MKL"))}
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**environment, "MKL_NUM_THREADS": "4"},
    )
    assert run.stdout.split() == ["1", "4"]


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
