"""Where tests find real graphs, and what happens where there are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from absence import absent

# Threads of a BLAS spin while they wait: with other work on the machine the tests would take many times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the real graphs: SPECTRAL_SMOOTH_DATA, or one beside the repository."""
    folder = Path(os.environ.get("SPECTRAL_SMOOTH_DATA") or BESIDE)
    if not (folder / "npz").is_dir():
        absent(f"no folder of real graphs at {folder}; set SPECTRAL_SMOOTH_DATA")
    return folder
