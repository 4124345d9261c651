"""Which nodes a recommendation learns from: the training mask, or all known labels, at most so many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import BoolArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.measures.classes import find_classes

MOST_NODES = 500
FEWEST_OF_CLASS = 2
MOST_CLASSES = MOST_NODES // FEWEST_OF_CLASS


@dataclass(frozen=True, eq=False)
class Training:
    """Training nodes and their classes.

    Attributes
    ----------
    nodes : int array, shape (n,)
        Ascending.
    codes : int array, shape (n,)
        Class of each, 0, 1, ..., as positions in ``labels``.
    labels : tuple of int
        Class numbers.
    counts : tuple of int
        Training nodes of each class that are used.
    left_out : tuple of int
        Classes with a single training node: leaving it out leaves nothing to learn from.
    notes : tuple of str
        What was chosen, and what a reader must know about it.
    """

    nodes: IntArray
    codes: IntArray
    labels: tuple[int, ...]
    counts: tuple[int, ...]
    left_out: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def reason_against(self) -> str:
        """Why nothing can be recommended from these nodes; empty where something can."""
        if not self.labels and not self.left_out:
            return "no label is known"
        if len(self.labels) + len(self.left_out) == 1:
            only = (*self.labels, *self.left_out)[0]
            return f"all training nodes are of one class ({only}): there is nothing to tell apart"
        if len(self.labels) < 2:
            return (
                f"fewer than two classes have {FEWEST_OF_CLASS} training nodes: none can be left out and told "
                "from the rest"
            )
        return ""


def find_training(
    dataset: Dataset, rng: np.random.Generator, *, reached: BoolArray | None = None
) -> Training:
    """Choose the training nodes of a data set.

    The nodes of the mask ``train`` with a known label; without such a mask all nodes with a known label. Of more
    than `MOST_NODES` a seeded sample is taken, the same number of every class as far as there are any: kernels grow
    with the square of it.

    Parameters
    ----------
    dataset : Dataset
    rng : numpy Generator
        For the sample only.
    reached : bool array, shape (num_nodes,), optional
        Nodes that receive anything under the operator; training nodes that do not are left out.

    Returns
    -------
    Training
        Without any label, or with one class, ``reason_against`` says so.

    Raises
    ------
    InputError
        If the training mask shares a node with another mask, or has no node with a known label.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = find_training(ss.load("karate"), np.random.default_rng(0))
    >>> found.labels, found.counts, found.notes
    ((0, 1), (17, 17), ('all 34 known labels (no training mask)',))
    """
    check_training(dataset)
    n = dataset.graph.num_nodes
    labels = np.full(n, -1) if dataset.labels is None else dataset.labels
    mask = dataset.masks.get("train")
    known = labels >= 0 if mask is None else mask & (labels >= 0)
    silent = 0 if reached is None else int(np.count_nonzero(known & ~reached))
    classes = find_classes(np.where(known if reached is None else known & reached, labels, -1), n)
    small = classes.sizes < FEWEST_OF_CLASS
    left_out = tuple(int(v) for v in classes.values[small])
    kept = np.flatnonzero(~small)
    taken = np.sort(kept[np.argsort(-classes.sizes[kept], kind="stable")[:MOST_CLASSES]])
    nodes = _sample(classes.codes, taken, rng)
    notes = list(_notes(mask is not None, int(np.count_nonzero(known)), len(nodes), silent, left_out))
    if len(taken) < len(kept):
        notes.append(f"the {len(taken):,} largest of {len(kept):,} classes")
    values, codes, counts = np.unique(classes.codes[nodes], return_inverse=True, return_counts=True)
    return Training(
        nodes,
        codes,
        tuple(int(v) for v in classes.values[values]),
        tuple(int(c) for c in counts),
        left_out,
        tuple(notes),
    )


def check_training(dataset: Dataset) -> None:
    """Refuse training labels that cannot be meant.

    Raises
    ------
    InputError
        If two masks share a node (what is chosen on nodes that it is tested on says nothing), or the training mask
        has no node with a known label while there are labels.
    """
    train, labels = dataset.masks.get("train"), dataset.labels
    for (name, mask), (other, second) in combinations(dataset.masks.items(), 2):
        shared = int(np.count_nonzero(mask & second))
        if shared:
            raise InputError(
                f"the masks {name} and {other} share {shared:,} nodes; expected none, for what is chosen on nodes that "
                "it is tested on says nothing; take them out of one of both"
            )
    if train is not None and labels is not None and np.any(labels >= 0) and not np.any(labels[train] >= 0):
        raise InputError(
            f"the training mask has {int(train.sum()):,} nodes and none of them has a known label; expected labels of "
            "at least two classes (or no training mask: then all known labels are used)"
        )


def _notes(masked: bool, known: int, used: int, silent: int, left_out: tuple[int, ...]) -> Iterator[str]:
    if not known:
        return
    source = "labels of the training mask" if masked else "known labels"
    without = "" if masked else " (no training mask)"
    alike = used + silent + len(left_out) >= known
    yield (
        f"all {known:,} {source}{without}"
        if alike
        else (f"{used:,} of the {known:,} {source}{without}, sampled alike from every class")
    )
    if silent:
        yield f"{silent:,} of them without any edge or loop, which receive nothing and are left out"
    if left_out:
        named = ", ".join(map(str, left_out[:8])) + (", ..." if len(left_out) > 8 else "")
        yield f"classes with a single training node, left out of the accuracy: {named}"


def _sample(codes: IntArray, classes: IntArray, rng: np.random.Generator) -> IntArray:
    """Return at most `MOST_NODES` nodes: every class gives the same number, or all it has."""
    members: list[Any] = [np.flatnonzero(codes == c) for c in classes]
    quota = _quota(np.array([len(m) for m in members], dtype=np.int64))
    chosen = [m if len(m) <= quota else np.sort(rng.choice(m, quota, replace=False)) for m in members]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def _quota(sizes: IntArray) -> int:
    """Return the largest number a class with which all classes together stay within `MOST_NODES`."""
    quota = int(sizes.max(initial=0))
    while quota > FEWEST_OF_CLASS and int(np.minimum(sizes, quota).sum()) > MOST_NODES:
        quota -= 1
    return quota
