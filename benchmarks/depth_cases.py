"""Training sets, kernels and read-outs of the graphs whose accuracy by depth was measured (``truth/``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

import spectral_smooth as ss
from benchmarks.machine import DATA
from spectral_smooth.depth.crossval import Readout, read_out
from spectral_smooth.depth.folds import Folds
from spectral_smooth.depth.training import Training, find_training
from spectral_smooth.graphs.features import prepare_features
from spectral_smooth.simulate.kernels import kernels_by_depth

SETS, PER_CLASS = 20, 20


@dataclass(frozen=True, eq=False)
class Case:
    """One training set of one graph: its nodes' classes, and read-outs at every depth of the table.

    ``parts`` leaves out a quarter of every class at a time, ``singles`` one node at a time; ``separation`` is the
    signal against noise of the kernel, see `separation`.
    """

    training: Training
    folds: Folds
    parts: list[Readout]
    singles: list[Readout]
    separation: list[float]


@dataclass(frozen=True, eq=False)
class Truth:
    """The measured table of one graph: depths, balanced accuracy and recall of each class."""

    name: str
    depths: np.ndarray
    balanced: np.ndarray
    recalls: np.ndarray
    cases: list[Case]

    def regret(self, depth: int) -> float:
        """Points lost at a depth against the best one; linear between tabulated depths."""
        return 100.0 * float(self.balanced.max() - np.interp(depth, self.depths, self.balanced))

    @property
    def window(self) -> tuple[int, int]:
        """Depths around the best one that stay within two points of it."""
        good = self.balanced >= self.balanced.max() - 0.02
        best = int(self.balanced.argmax())
        low = high = best
        while low > 0 and good[low - 1]:
            low -= 1
        while high + 1 < len(good) and good[high + 1]:
            high += 1
        return int(self.depths[low]), int(self.depths[high])


def draw(dataset: ss.Dataset, seed: int, per_class: int = PER_CLASS) -> Training:
    """Draw a training set by the recipe of the table: 20 nodes a class, a third of the class where it is smaller."""
    rng = np.random.default_rng(seed)
    labels = np.asarray(dataset.labels)
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels[labels >= 0]):
        own = rng.permutation(np.flatnonzero(labels == label))
        mask[own[: min(per_class, max(1, len(own) // 3))]] = True
    return find_training(replace(dataset, masks={"train": mask}), rng)


def separation(kernel: np.ndarray, codes: np.ndarray) -> float:
    """Return the distance² of class means over the variance within classes, both without bias, over all classes.

    Pairs of different nodes have independent noise: the mean of K over them within a class, less that between
    classes, is the squared distance of means; the mean of the diagonal less that within a class is the variance.
    """
    same = codes[:, None] == codes
    other = same & ~np.eye(len(codes), dtype=bool)
    within, between = kernel[other].mean(), kernel[~same].mean()
    variance = float(np.trace(kernel)) / len(codes) - within
    return float((within - between) / variance) if variance > 0 else 0.0


def load(name: str, first_seed: int, sets: int = SETS, per_class: int = PER_CLASS) -> Truth:
    """Read a graph and its table, and cross-validate every training set at every tabulated depth."""
    table = json.loads((DATA / "truth" / f"{name}.json").read_text())
    depths = np.array(table["K"])
    dataset = ss.read(DATA / "npz" / f"{name}.npz")
    labels = np.asarray(dataset.labels)
    prepared, _, _ = prepare_features(dataset.features, num_nodes=len(labels), rng=0)
    trainings = [draw(dataset, first_seed + s, per_class) for s in range(sets)]
    union = np.unique(np.concatenate([t.nodes for t in trainings]))
    several = [Folds.draw(t.codes, np.random.default_rng(s)) for s, t in enumerate(trainings)]
    single = [Folds(t.codes, (tuple(np.arange(len(t.codes))[:, None]),)) for t in trainings]
    cases = [Case(t, f, [], [], []) for t, f in zip(trainings, several, strict=True)]
    for _, kernel in kernels_by_depth(ss.gcn(dataset.graph), prepared, union, depths):
        for case, alone in zip(cases, single, strict=True):
            at = np.searchsorted(union, case.training.nodes)
            own = kernel[np.ix_(at, at)]
            case.parts.append(read_out(own, case.folds))
            case.singles.append(read_out(own, alone))
            case.separation.append(separation(own, case.training.codes))
    return Truth(name, depths, np.array(table["bal"]), np.array(table["per_class"]), cases)


def graphs() -> Iterator[str]:
    """Names of the graphs with a measured table."""
    yield from sorted(path.stem for path in (DATA / "truth").glob("*.json"))
