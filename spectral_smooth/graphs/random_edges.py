"""Edges of random graphs, drawn without a loop over edges or pairs; each edge once, in one direction."""

from __future__ import annotations

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, IntArray

Edges = tuple[IntArray, IntArray]


def independent_pairs(nodes: int, probability: float, rng: np.random.Generator) -> Edges:
    """Return each of the n(n − 1)/2 pairs with the same probability, independently."""
    at = _successes(nodes * (nodes - 1) // 2, probability, rng)
    # pair (low, high) has the number high·(high − 1)/2 + low; the root may be off by one in float64
    high = ((1.0 + np.sqrt(1.0 + 8.0 * at.astype(np.float64))) / 2.0).astype(np.int64)
    high -= high * (high - 1) // 2 > at
    high += (high + 1) * high // 2 <= at
    return at - high * (high - 1) // 2, high


def _successes(trials: int, probability: float, rng: np.random.Generator) -> IntArray:
    """Return the numbers of the successful trials, from geometric gaps between them."""
    if probability <= 0 or trials == 0:
        return np.empty(0, dtype=np.int64)
    if probability >= 1:
        return np.arange(trials)
    found, last = [], -1
    while last < trials:
        expected = (trials - last) * probability
        gaps = rng.geometric(probability, size=int(expected + 4.0 * expected**0.5 + 16.0))
        # a gap beyond the end is as good as any other beyond it, and the sum cannot overflow
        chunk = last + np.cumsum(np.minimum(gaps, trials + 1))
        found.append(chunk)
        last = int(chunk[-1])
    at = np.concatenate(found)
    return at[at < trials]


def labelled_pairs(labels: IntArray, inside: float, outside: float, rng: np.random.Generator) -> Edges:
    """Return pairs of equal labels with probability ``inside``, all others with ``outside``."""
    highest = max(inside, outside)
    low, high = independent_pairs(len(labels), highest, rng)
    if highest == 0:
        return low, high
    chance = np.where(labels[low] == labels[high], inside, outside) / highest
    kept = rng.random(len(low)) < chance
    return low[kept], high[kept]


def recursive_matrix(
    scale: int, count: int, corners: tuple[float, float, float], rng: np.random.Generator
) -> Edges:
    """Return R-MAT edges: every bit of both ends is drawn from the same 2×2 table; merged, no loops."""
    a, b, c = corners
    sources, targets = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for _ in range(scale):
        draw = rng.random(count)
        lower = draw >= a + b
        right = ((draw >= a) & ~lower) | (draw >= a + b + c)
        sources = 2 * sources + lower
        targets = 2 * targets + right
    names = rng.permutation(1 << scale)
    return merged(names[sources], names[targets], 1 << scale)


def merged(sources: IntArray, targets: IntArray, nodes: int) -> Edges:
    """Return every unordered pair once, without self-loops."""
    low, high = np.minimum(sources, targets), np.maximum(sources, targets)
    keys = np.unique((low * nodes + high)[low != high])
    return keys // nodes, keys % nodes


def regular_pairs(nodes: int, degree: int, rng: np.random.Generator) -> Edges:
    """Return the edges of a random graph whose degrees are all equal, about uniform for small degrees.

    Stubs are paired at random; pairs that would be loops or duplicates are paired anew, and the few
    that resist are resolved by switching with random edges.
    """
    if degree > (nodes - 1) // 2:
        return _complement(nodes, regular_pairs(nodes, nodes - 1 - degree, rng))
    keys: IntArray = np.empty(0, dtype=np.int64)
    stubs = np.repeat(np.arange(nodes), degree)
    for _ in range(64):
        if not len(stubs):
            break
        stubs = rng.permutation(stubs)
        fresh = _pair_keys(stubs[::2], stubs[1::2], nodes)
        good = _acceptable(fresh, stubs[::2] != stubs[1::2], keys)
        keys = np.concatenate([keys, fresh[good]])
        stubs = stubs[np.repeat(~good, 2)]
    for first, second in stubs.reshape(-1, 2):
        keys = _switch(int(first), int(second), keys, nodes, rng)
    return keys // nodes, keys % nodes


def _acceptable(fresh: IntArray, distinct: BoolArray, keys: IntArray) -> BoolArray:
    first = np.zeros(len(fresh), dtype=bool)
    first[np.unique(fresh, return_index=True)[1]] = True
    return first & distinct & ~np.isin(fresh, keys)


def _switch(first: int, second: int, keys: IntArray, nodes: int, rng: np.random.Generator) -> IntArray:
    """Replace a random edge (x, y) by (first, x) and (second, y)."""
    for _ in range(10_000):
        at = int(rng.integers(len(keys)))
        x, y = int(keys[at] // nodes), int(keys[at] % nodes)
        if rng.random() < 0.5:
            x, y = y, x
        new = _pair_keys(np.array([first, second]), np.array([x, y]), nodes)
        if first != x and second != y and new[0] != new[1] and not np.isin(new, keys).any():
            keys = keys.copy()
            keys[at] = new[0]
            return np.append(keys, new[1])
    raise UsageError(f"no regular graph was found on {nodes} nodes; try another seed")


def _pair_keys(sources: IntArray, targets: IntArray, nodes: int) -> IntArray:
    return np.asarray(np.minimum(sources, targets) * nodes + np.maximum(sources, targets))


def _complement(nodes: int, edges: Edges) -> Edges:
    absent = np.triu(np.ones((nodes, nodes), dtype=bool), 1)
    absent[edges] = False
    sources, targets = np.nonzero(absent)
    return sources, targets
