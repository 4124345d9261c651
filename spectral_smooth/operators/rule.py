"""Rule: how depths follow one another. The recurrence is written once, for arrays and for numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.readout import Concat, Heat, Last, Mean, Readout, S2gc, Weighted, square_pair

Apply = Callable[[FloatArray, FloatArray], object]


@dataclass(frozen=True)
class Rule:
    """The depth rule ``H[k+1] = a·S H[k] + b·H[k] + c·H[0]``, and the read-out over depths.

    Parameters
    ----------
    a, b, c : float
        Coefficients of the propagated state, the previous state and the initial state.
    readout : Readout
        `Last` by default; `Mean`, `Concat`, `Weighted`, `Heat` or `S2gc` over depths 0 to K.
    name : str
        What reports call the rule.

    Notes
    -----
    A rule that grows (a + b > 1, such as the plain residual with 2^k) is computed divided by
    ``growth**depth``; only scale-free measures of it mean anything, and curves say so.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> ss.ppr(0.5).responses(np.array([1.0, 0.0]), 2)
    array([[1. , 1. ],
           [1. , 0.5],
           [1. , 0.5]])
    """

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    readout: Readout = field(default_factory=Last)
    name: str = "sgc"

    def __post_init__(self) -> None:
        if not all(np.isfinite([self.a, self.b, self.c])):
            raise UsageError(f"rule coefficients must be finite, got a={self.a}, b={self.b}, c={self.c}")
        if self.growth > 1.0 and not isinstance(self.readout, Last):
            raise UsageError(
                f"rule {self.name} grows like {self.growth:g}^depth; reading out several depths of it together "
                "is not defined here, use the last depth"
            )

    @property
    def growth(self) -> float:
        """Factor per depth by which states are divided: max(1, |a| + |b|)."""
        return max(1.0, abs(self.a) + abs(self.b))

    @property
    def scale_note(self) -> str:
        """What curves that are not scale-free must say, or an empty string."""
        return f"divided by {self.growth:g}^depth" if self.growth > 1 else ""

    @property
    def nonnegative(self) -> bool:
        """Whether a, b, c and the read-out weights are all at least zero."""
        return min(self.a, self.b, self.c) >= 0 and self.readout.nonnegative

    @property
    def convex_gains(self) -> bool:
        """Whether every even derivative of g_k is ≥ 0 everywhere: g_k is (a sum of) even powers of aμ + b."""
        return self.c == 0 and isinstance(self.readout, (Last, Concat))

    def responses(self, values: FloatArray, depths: IntArray | int) -> FloatArray:
        """Return the read-out of h_k at each number: shape (number of depths, len(values)).

        ``depths`` is a largest depth (0 to it) or an increasing array of depths.

        Raises
        ------
        UsageError
            If the read-out is `Concat`, which has no single state.
        """
        wanted, last = _depths(depths)
        states = self.readout.combine(self.states(values, last))
        return np.stack([s.copy() for k, s in enumerate(states) if k in wanted])

    def states(self, values: FloatArray, depth: int) -> Iterator[FloatArray]:
        """Yield h_0, ..., h_depth at each number: the recurrence with S := μ and H[0] := 1."""
        values = np.asarray(values, dtype=np.float64)
        start = np.ones_like(values)
        yield from iterate(self, lambda x, out: np.multiply(values, x, out=out), start, depth)

    def gains(self, values: FloatArray, depths: IntArray | int) -> FloatArray:
        """Return g_k(μ), the factor on the squared modal content: read-out² (or Σ_j h_j² for Concat).

        Shape (number of depths, len(values)), as for `responses`.
        """
        wanted, last = _depths(depths)
        states = self.states(np.asarray(values, dtype=np.float64), last)
        gains = self.readout.quadratics(states, np.square)
        return np.stack([g for k, g in enumerate(gains) if k in wanted])

    def split_gains(self, values: FloatArray, depths: IntArray | int) -> tuple[FloatArray, FloatArray]:
        """Return (g_e, g_o) with g(μ) = g_e(μ) + μ·g_o(μ), both even in μ, without cancellation.

        The recurrence runs on pairs h = e + μ·o: multiplying by μ maps (e, o) to (μ²o, e). For rules
        with non-negative coefficients every sum has one sign, so nothing cancels.
        """
        wanted, last = _depths(depths)
        squares = np.asarray(values, dtype=np.float64) ** 2
        start = np.stack([np.ones_like(squares), np.zeros_like(squares)])

        def multiply(pair: FloatArray, out: FloatArray) -> None:
            np.multiply(squares, pair[1], out=out[0])
            out[1] = pair[0]

        pairs = iterate(self, multiply, start, last)
        both = self.readout.quadratics(pairs, lambda pair: np.stack(square_pair(pair, squares)))
        halves = np.stack([h for k, h in enumerate(both) if k in wanted])
        return halves[:, 0], halves[:, 1]


def _depths(depths: IntArray | int) -> tuple[Container[int], int]:
    if isinstance(depths, int):
        return range(depths + 1), depths
    return {int(k) for k in depths}, int(depths[-1])


def iterate(rule: Rule, apply: Apply, start: FloatArray, depth: int) -> Iterator[FloatArray]:
    """Yield H[0], ..., H[depth] of a rule, each divided by ``rule.growth**k``.

    The yielded array is overwritten two steps later: copy it to keep it.
    """
    a, b, c = rule.a / rule.growth, rule.b / rule.growth, rule.c
    anchor = start
    state, spare = start.copy(), np.empty_like(start)
    yield state
    for k in range(1, depth + 1):
        apply(state, spare)
        if a != 1.0:
            spare *= np.asarray(a, dtype=spare.dtype)
        if b:
            spare += np.asarray(b, dtype=spare.dtype) * state
        if c:
            spare += np.asarray(c * rule.growth ** -float(k), dtype=spare.dtype) * anchor
        state, spare = spare, state
        yield state


def sgc() -> Rule:
    """Return plain propagation H ← S H (SGC, arXiv 1902.07153).

    Examples
    --------
    >>> sgc().responses(np.array([0.5]), 3)[:, 0].tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    return Rule(name="sgc")


def lazy(stay: float = 0.5) -> Rule:
    """Return the lazy step H ← (1 − stay)·S H + stay·H.

    Raises
    ------
    UsageError
        If ``stay`` does not lie between 0 and 1.

    Examples
    --------
    >>> lazy(0.5).responses(np.array([-1.0, 0.0, 1.0]), 1)[1].tolist()
    [0.0, 0.5, 1.0]
    """
    _in_unit("stay", stay)
    return Rule(1.0 - stay, stay, 0.0, name=f"lazy:stay={stay:g}")


def residual() -> Rule:
    """Return the plain residual H ← S H + H; it grows like 2^k, use scale-free measures.

    Examples
    --------
    >>> residual().growth, residual().scale_note
    (2.0, 'divided by 2^depth')
    """
    return Rule(1.0, 1.0, 0.0, name="residual")


def ppr(alpha: float = 0.1) -> Rule:
    """Return personalised PageRank H ← (1 − α)·S H + α·H[0] (APPNP, arXiv 1810.05997).

    Raises
    ------
    UsageError
        If ``alpha`` does not lie between 0 and 1.

    Examples
    --------
    A mode μ settles at α/(1 − (1 − α)μ) and decays no further:

    >>> round(float(ppr(0.5).responses(np.array([0.5]), 60)[-1, 0]), 12) == round(0.5 / 0.75, 12)
    True
    """
    _in_unit("alpha", alpha)
    return Rule(1.0 - alpha, 0.0, alpha, name=f"ppr:alpha={alpha:g}")


def gcnii(alpha: float = 0.1) -> Rule:
    """Return GCNII (arXiv 2007.02133) with identity weights, which is ppr(alpha) and is named so.

    Examples
    --------
    >>> gcnii(0.1) == ppr(0.1)
    True
    """
    return ppr(alpha)


def mean() -> Rule:
    """Return plain propagation read out as the mean over depths 0 to K, 1/(K + 1)·Σ_j H[j].

    Examples
    --------
    >>> mean().responses(np.array([0.5]), 2)[:, 0].round(4).tolist()
    [1.0, 0.75, 0.5833]
    """
    return Rule(readout=Mean(), name="mean")


def concat() -> Rule:
    """Return plain propagation with all depths concatenated (jumping knowledge, arXiv 1806.03536).

    Squared norms add, g_K = Σ_{j ≤ K} μ^(2j); there is no single state, so `Rule.responses` refuses.

    Examples
    --------
    >>> concat().gains(np.array([0.5]), 2)[:, 0].tolist()
    [1.0, 1.25, 1.3125]
    """
    return Rule(readout=Concat(), name="concat")


def weighted(weights: tuple[float, ...]) -> Rule:
    """Return plain propagation read out as Σ_j weights[j]·H[j]; depths beyond the list have weight 0.

    Raises
    ------
    UsageError
        If there is no weight, or one is not finite.

    Examples
    --------
    >>> weighted((0.5, 0.5)).responses(np.array([0.5]), 2)[:, 0].tolist()
    [0.5, 0.75, 0.75]
    """
    return Rule(readout=Weighted(tuple(float(w) for w in weights)), name="weighted")


def heat(time: float = 1.0) -> Rule:
    """Return heat diffusion exp(−t(I − S)) as a read-out, Σ_j e^(−t) t^j/j!·H[j] (GDC, arXiv 1911.05485).

    Raises
    ------
    UsageError
        If ``time`` is negative or not finite.

    Examples
    --------
    >>> deep = heat(2.0).responses(np.array([0.5]), 40)[-1]
    >>> bool(np.allclose(deep, np.exp(-2.0 * (1 - 0.5))))
    True
    """
    if not np.isfinite(time) or time < 0:
        raise UsageError(f"heat needs a finite time of at least 0, got {time}")
    return Rule(readout=Heat(time), name=f"heat:time={time:g}")


def s2gc(alpha: float = 0.05) -> Rule:
    """Return S²GC: α·H[0] + (1 − α)/K·Σ_{j=1..K} H[j] (Zhu and Koniusz, ICLR 2021).

    Raises
    ------
    UsageError
        If ``alpha`` does not lie between 0 and 1.

    Examples
    --------
    >>> s2gc(0.0).responses(np.array([0.5]), 2)[:, 0].tolist()
    [1.0, 0.5, 0.375]
    """
    _in_unit("alpha", alpha)
    return Rule(readout=S2gc(alpha), name=f"s2gc:alpha={alpha:g}")


def _in_unit(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise UsageError(f"{name} must lie between 0 and 1, got {value}")
