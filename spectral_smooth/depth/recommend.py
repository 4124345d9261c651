"""recommend_depth(): the depth at which a linear read-out tells classes best, from training labels alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.advise import advise, nothing_to_advise
from spectral_smooth.depth.crossval import read_out
from spectral_smooth.depth.folds import Folds
from spectral_smooth.depth.grid import GRID
from spectral_smooth.depth.table import Table
from spectral_smooth.depth.training import find_training
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.operators.operator import Operator, gcn
from spectral_smooth.operators.rule import Rule
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.kernels import kernels_by_depth


def recommend_depth(
    data: Any,
    *,
    operator: Operator | None = None,
    rule: Rule | None = None,
    features: str = "auto",
    depths: Sequence[int] | IntArray = GRID,
    engine: Engine | None = None,
    rng: np.random.Generator | int | None = None,
    progress: Tick | None = None,
) -> DepthAdvice:
    """Recommend a depth from the training labels, before any training.

    At each depth k ridge read-outs of X_k = h_k(P) X are cross-validated on the training nodes in closed form
    (four parts, several random partitions, 17 ridges relative to the size of the kernel). A node counts
    Φ(margin / (½ · median margin)) instead of 0 or 1; the score of a depth is the balanced mean of that at its best
    ridge. The recommended depth has the largest score among depths 0 to 4, unless a deeper one is better by more
    than two standard errors of the paired difference: then the one that is better by most beyond that.

    Parameters
    ----------
    data : Dataset, or anything `as_dataset` takes
        With labels (−1 unknown) and, if there is one, the mask ``train``: labels outside of it are never looked at.
        Without that mask all known labels are used.
    operator : Operator, optional
        `gcn` of the graph by default.
    rule : Rule, optional
        Plain propagation by default.
    features : {"auto", "raw", "rows", "standard"}
        Scaling, see `prepare_features`; without features seeded probes take their place and the basis says so.
    depths : sequence of int
        Depths to compare, increasing, with 0 among them.
    engine : Engine, optional
    rng : numpy Generator or seed
        For the partitions, for the sample of labels where there are very many, and for probes; 0 by default. A
        Generator is spawned from: the same one gives other partitions the second time.
    progress : callable, optional
        Called with (done, total) depths.

    Returns
    -------
    DepthAdvice
        With None for everything where there is nothing to learn from; ``basis`` then says why.

    Raises
    ------
    InputError
        If the training mask shares nodes with another one or has no known label, or features do not fit.
    UsageError
        If the depths do not increase from 0.

    Notes
    -----
    The window are the depths around the recommended one whose score is lower by at most one standard error of the
    paired difference. Training nodes without any edge or loop receive nothing under the operator and are left out.
    The signal is called weak where the accuracy is within 3.2 standard errors of guessing, which the best of all depths
    and ridges reaches in fewer than one of twenty sets of labels without any signal. A read-out rescales: what is
    merely small is not lost to it. What trained stacks lose for other reasons is not in it.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> advice = ss.recommend_depth(ss.load("karate"), rng=0)
    >>> advice.recommended_depth, advice.weak
    (4, False)
    """
    grid = _check_depths(depths)
    dataset = as_dataset(data)
    operator = operator or gcn(dataset.graph)
    seeds = np.random.default_rng(0 if rng is None else rng).spawn(3)
    training = find_training(dataset, seeds[0], reached=operator.degrees > 0)
    if training.reason_against:
        return nothing_to_advise(training)
    prepared, notes, applied = prepare_features(
        dataset.features, features, num_nodes=dataset.graph.num_nodes, rng=seeds[1]
    )
    folds = Folds.draw(training.codes, seeds[2])
    kernels = kernels_by_depth(
        operator,
        prepared,
        training.nodes,
        grid,
        rule=rule,
        engine=engine,
        progress=progress,
    )
    table = Table.of(grid, [read_out(kernel, folds) for _, kernel in kernels], folds)
    more = [note.text for note in dataset.notes if note.topic == "masks"]
    more += [note.text for note in notes if applied == "probes"]
    return advise(table, training, more)


def _check_depths(depths: Sequence[int] | IntArray) -> IntArray:
    grid = np.asarray(depths)
    whole = grid.dtype.kind in "iu" and grid.ndim == 1 and len(grid) > 0
    if not whole or grid[0] != 0 or np.any(np.diff(grid) <= 0):
        raise UsageError(f"depths must be whole numbers that increase from 0, got {depths!r:.80}")
    return grid.astype(np.int64)
