"""Contraction: how attention contracts a group of components, beside uniform attention on the same edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.attention.contraction import Decay

# Less than this share more or fewer layers for the same effect is called alike: nobody would see it.
ALIKE = 1e-2

Verdict: TypeAlias = Literal["slower", "faster", "alike"]


@dataclass(frozen=True)
class Contraction:
    """How the deviation from component means falls in a group of components.

    Attributes
    ----------
    name : str
        ``all``, ``component 0`` (the largest), ..., ``smaller components``.
    nodes, components : int
        Of two nodes or more; a single node has nothing to contract.
    attention, uniform : Decay
        The mean over heads, and each node's plain mean over the same edges.
    walk : Decay or None
        D̃⁻¹(A + I) of the graph; None where it is uniform attention itself.
    heads : tuple of Decay
        Each head on its own; empty with one head, or where their number differs between layers.
    compared_at : int or None
        Last depth at which both attention and uniform attention leave a deviation.
    ratio, ratio_error : float or None
        Deviation under attention over that under uniform attention, at that depth.
    verdict : {"slower", "faster", "alike"} or None
        Of attention against uniform attention. Alike within two standard errors, or where less than a hundredth
        more or fewer layers of uniform attention would do the same.
    """

    name: str
    nodes: int
    components: int
    attention: Decay
    uniform: Decay
    walk: Decay | None
    heads: tuple[Decay, ...]
    compared_at: int | None
    ratio: float | None
    ratio_error: float | None
    verdict: Verdict | None

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Contraction:
        """Read it from plain JSON types."""
        walk = data["walk"]
        read = {key: Decay.from_dict(data[key]) for key in ("attention", "uniform")}
        heads = tuple(Decay.from_dict(head) for head in data["heads"])
        return cls(**{**data, **read, "walk": walk and Decay.from_dict(walk), "heads": heads})


def contrast(attention: FloatArray, uniform: FloatArray, *, exact: bool) -> dict[str, Any]:
    """Return the fields of the comparison from squared deviations of shape (depths + 1, signals).

    The signals are the same on both sides, so the error of the ratio is that of paired differences.

    Examples
    --------
    >>> import numpy as np
    >>> contrast(np.array([[1.0], [0.25]]), np.array([[1.0], [0.0625]]), exact=True)["ratio"]
    2.0
    """
    left = np.flatnonzero((attention.sum(axis=1) > 0) & (uniform.sum(axis=1) > 0))
    depth = int(left[-1]) if len(left) else 0
    if depth == 0:
        return {"compared_at": None, "ratio": None, "ratio_error": None, "verdict": None}
    ours, theirs = attention[depth] / attention[depth].mean(), uniform[depth] / uniform[depth].mean()
    q = attention.shape[1]
    log_error = 0.0 if exact else 0.5 * float(np.std(ours - theirs, ddof=1)) / math.sqrt(q)
    log_ratio = 0.5 * math.log(float(attention[depth].sum() / uniform[depth].sum()))
    verdict: Verdict = "slower" if log_ratio > 0 else "faster"
    log_decay = 0.5 * math.log(float(uniform[depth].sum() / uniform[0].sum()))
    if abs(log_ratio) <= max(2.0 * log_error, ALIKE * abs(log_decay)):
        verdict = "alike"
    ratio = math.exp(log_ratio)
    return {"compared_at": depth, "ratio": ratio, "ratio_error": ratio * log_error, "verdict": verdict}
