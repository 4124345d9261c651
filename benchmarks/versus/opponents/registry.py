"""All opponents by name."""

from __future__ import annotations

from benchmarks.versus.opponents.dgl_spmm import DGL
from benchmarks.versus.opponents.graphblas_mxm import GraphBLAS
from benchmarks.versus.opponents.mkl import MKL
from benchmarks.versus.opponents.numba_loop import NumbaLoop
from benchmarks.versus.opponents.scipy_csr import SciPy
from benchmarks.versus.opponents.torch_csr import Torch
from benchmarks.versus.opponents.types import Opponent

OPPONENTS: dict[str, Opponent] = {
    opponent.name: opponent
    for opponent in (SciPy(), MKL(), Torch(), DGL(), DGL(bare=True), GraphBLAS(), NumbaLoop())
}
PEERS = ("mkl", "torch", "dgl", "dgl_bare", "graphblas")  # of which the best counts
