"""recommend_depth(): the depth at which a linear read-out tells classes best, from training labels alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.depth.advice import ClassAdvice, DepthAdvice
from spectral_smooth.depth.crossval import Readout, read_out
from spectral_smooth.depth.folds import Folds
from spectral_smooth.depth.grid import GRID
from spectral_smooth.depth.training import Training, find_training
from spectral_smooth.engines.types import Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.measures.curve import Curve
from spectral_smooth.operators.operator import Operator, gcn
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.kernels import kernels_by_depth
from spectral_smooth.spectra.quadrature import Tick

SHALLOW = 4
CAUTION = 2.0
BAND = 2.0
GONE = 0.5


def recommend_depth(
    dataset: Dataset,
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
    Φ(margin / (½ · rms margin)) instead of 0 or 1; the score of a depth is the balanced mean of that at its best
    ridge. The recommended depth has the largest score among depths 0 to 4, unless a deeper one is better by more
    than two standard errors of the paired difference: then the one that is better by most beyond that.

    Parameters
    ----------
    dataset : Dataset
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
        For the partitions, for the sample of labels where there are very many, and for probes; 0 by default.
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
    paired difference. A read-out rescales: what is merely small is not lost to it. What trained stacks lose for other
    reasons is not in it.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> advice = ss.recommend_depth(ss.load("karate"), rng=0)
    >>> advice.recommended_depth, advice.weak
    (4, False)
    """
    grid = _check_depths(depths)
    seeds = np.random.default_rng(0 if rng is None else rng).spawn(3)
    training = find_training(dataset, seeds[0])
    if training.reason_against:
        return _nothing(training)
    prepared, notes, applied = prepare_features(
        dataset.features, features, num_nodes=dataset.graph.num_nodes, rng=seeds[1]
    )
    folds = Folds.draw(training.codes, seeds[2])
    kernels = kernels_by_depth(
        operator or gcn(dataset.graph),
        prepared,
        training.nodes,
        grid,
        rule=rule,
        engine=engine,
        progress=progress,
    )
    table = Table.of(grid, [read_out(kernel, folds) for _, kernel in kernels], folds)
    more = [note.text for note in notes if applied == "probes"]
    return advise(table, training, more)


@dataclass(frozen=True, eq=False)
class Table:
    """Cross-validation at every depth, one row a depth, one column a training node.

    Attributes
    ----------
    depths : int array, shape (depths,)
    hits : float array, shape (depths, n)
        How often each node was told right, at the ridge of the best score.
    scores : float array, shape (depths, n)
        The same, softened.
    weights : float array, shape (n,)
        Of a balanced mean.
    codes : int array, shape (n,)
    """

    depths: IntArray
    hits: FloatArray
    scores: FloatArray
    weights: FloatArray
    codes: IntArray

    @classmethod
    def of(cls, depths: IntArray, found: Sequence[Readout], folds: Folds) -> Table:
        """Take each depth at its best ridge."""
        best = [int(np.argmax(readout.soft_hits @ folds.weights)) for readout in found]
        hits = np.array([readout.hits[ridge] for readout, ridge in zip(found, best, strict=True)])
        scores = np.array([readout.soft_hits[ridge] for readout, ridge in zip(found, best, strict=True)])
        return cls(depths, hits, scores, folds.weights, folds.codes)

    def best(self) -> int:
        """Return the row of the recommended depth: a deep one must be better by more than its noise.

        With few labels the noise of the score finds a best depth anywhere on the grid, and most of the grid is
        deep: without this caution a weak signal is answered with a large depth as often as not.
        """
        means = self.scores @ self.weights
        shallow = self.depths <= SHALLOW
        first = int(np.argmax(np.where(shallow, means, -np.inf)))
        error = self.error(self.scores - self.scores[first])
        lead = np.where(shallow, -np.inf, means - means[first] - CAUTION * error)
        deepest = int(np.argmax(lead))
        return deepest if lead[deepest] > 0 else first

    def error(self, rows: FloatArray) -> FloatArray:
        """Return the standard error of balanced means over nodes, one for each row."""
        variance = np.zeros(len(rows))
        classes = int(self.codes.max()) + 1
        for code in range(classes):
            own = rows[:, self.codes == code]
            variance += own.var(axis=1, ddof=1) / own.shape[1] / classes**2
        return np.asarray(np.sqrt(variance))


def advise(table: Table, training: Training, notes: Sequence[str] = ()) -> DepthAdvice:
    """Turn cross-validation into advice.

    Parameters
    ----------
    table : Table
    training : Training
    notes : sequence of str
        What else the basis must say.

    Returns
    -------
    DepthAdvice
    """
    best = table.best()
    depths = table.depths
    chance = 1.0 / len(training.labels)
    accuracy, error = table.hits @ table.weights, table.error(table.hits)
    curve = _curve("accuracy", table, accuracy, error)
    score = _curve("depth_score", table, table.scores @ table.weights, table.error(table.scores))
    loss = table.scores[best] - table.scores
    tied = loss @ table.weights <= table.error(loss)
    first, last = _around(tied, best)
    gone = _gone(depths, accuracy - GONE * error, chance)
    weak = gone == 0 or bool(tied.all())
    classes = tuple(_class_advice(table, training, code, chance) for code in range(len(training.labels)))
    basis = "; ".join(
        [
            f"cross-validated ridge read-outs on {len(table.codes):,} training nodes of {len(training.labels)} classes",
            *training.notes,
            *notes,
        ]
    )
    return DepthAdvice(
        recommended_depth=int(depths[best]),
        window=(int(depths[first]), int(depths[last])),
        signal_gone_at=gone,
        curve=curve,
        score=score,
        classes=classes,
        chance=chance,
        weak=weak,
        basis=basis,
        sentence=_sentence(depths, best, (first, last), gone, float(accuracy[best]), chance, weak=weak),
    )


def _check_depths(depths: Sequence[int] | IntArray) -> IntArray:
    grid = np.asarray(depths, dtype=np.int64)
    if grid.ndim != 1 or not len(grid) or grid[0] != 0 or np.any(np.diff(grid) <= 0):
        raise UsageError(f"depths must increase from 0, got {list(depths)[:8]}")
    return grid


def _nothing(training: Training) -> DepthAdvice:
    reason = training.reason_against
    sentence = (
        f"No depth is recommended: {reason}. The safe depth is what the graph and the features say alone."
    )
    return DepthAdvice(None, None, None, None, None, (), None, False, reason, sentence)


def _curve(name: str, table: Table, values: FloatArray, errors: FloatArray) -> Curve:
    low, high = values - BAND * errors, values + BAND * errors
    note = "± 2 standard errors, which may reach beyond 0 and 1"
    return Curve(name, table.depths, low, high, "estimate", note=note)


def _around(tied: FloatArray, best: int) -> tuple[int, int]:
    """Return the ends of the run of tied depths around the best one."""
    first = last = best
    while first > 0 and tied[first - 1]:
        first -= 1
    while last + 1 < len(tied) and tied[last + 1]:
        last += 1
    return first, last


def _gone(depths: IntArray, lower: FloatArray, chance: float) -> int | None:
    """Return the first depth from which an accuracy, less a part of its error, stays at or below chance."""
    above = np.flatnonzero(lower > chance)
    after = int(above[-1]) + 1 if len(above) else 0
    return int(depths[after]) if after < len(depths) else None


def _class_advice(table: Table, training: Training, code: int, chance: float) -> ClassAdvice:
    own = table.hits[:, table.codes == code]
    error = own.std(axis=1, ddof=1) / np.sqrt(own.shape[1])
    mean = own.mean(axis=1)
    gone = _gone(table.depths, mean - GONE * error, chance)
    return ClassAdvice(
        training.labels[code], training.counts[code], gone, _curve("recall", table, mean, error)
    )


def _sentence(
    depths: IntArray,
    best: int,
    window: tuple[int, int],
    gone: int | None,
    accuracy: float,
    chance: float,
    *,
    weak: bool,
) -> str:
    depth = int(depths[best])
    head = (
        "Do not smooth (depth 0): the classes are told best from each node's own features"
        if depth == 0
        else f"Depth {depth} is recommended: the classes are told best there"
    )
    told = f"{head}, {100 * accuracy:.0f} % right where guessing gives {100 * chance:.0f} %"
    first, last = int(depths[window[0]]), int(depths[window[1]])
    lost = (
        f"nothing measurable is lost from depth {first} to {last}"
        if first < last
        else "all depths around it are measurably worse"
    )
    caution = (
        " The signal is weak against the number of training labels: take this as a hint." if weak else ""
    )
    return f"{told}; {lost}; {_end(gone, int(depths[-1]))}.{caution}"


def _end(gone: int | None, last: int) -> str:
    if gone is None:
        return f"some class signal is left at depth {last}"
    return (
        f"the class signal is gone from depth {gone} on"
        if gone
        else "no depth is measurably better than guessing"
    )
