"""Plan: all settings of one analysis, checked before any work."""

from __future__ import annotations

from dataclasses import dataclass, field

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.rule import Rule, sgc


@dataclass(frozen=True)
class Plan:
    """All settings of one analysis.

    Attributes
    ----------
    depth : int
        Largest depth that is propagated and measured.
    horizon : int
        Largest depth that the prediction and the limits look at.
    rule : Rule
    loops, split : float
        The operator, see `Operator`.
    features : {"auto", "raw", "rows", "standard"}
        How features are scaled.
    products : int
        Lanczos steps of the prediction, one sparse product each; enough to say when a limit is reached.
    sketch : int or None or "auto"
        Columns that wide features are sketched to; None keeps all of them.
    collapse : float
        Threshold of the collapse limit on dev(X_k)/‖X_k‖.
    dtype : {"float64", "float32"}
        Storage of the propagated state; sums are float64 always.
    seed : int
    threads : int or None
        As it was set for the process, for the record; the plan itself starts no threads.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> ss.Plan(depth=32, rule=ss.ppr(0.1)).rule.name
    'ppr:alpha=0.1'
    """

    depth: int = 64
    horizon: int = 1024
    rule: Rule = field(default_factory=sgc)
    loops: float = 1.0
    split: float = 0.5
    features: str = "auto"
    products: int = 64
    sketch: int | str | None = "auto"
    collapse: float = 1e-2
    dtype: str = "float64"
    seed: int = 0
    threads: int | None = None


def check_plan(plan: Plan) -> None:
    """Refuse settings that cannot be used.

    Raises
    ------
    UsageError
        With what was seen and what was expected.
    """
    if plan.depth < 1:
        raise UsageError(f"depth must be at least 1, got {plan.depth}")
    if plan.horizon < plan.depth:
        raise UsageError(f"the horizon ({plan.horizon}) must be at least the depth ({plan.depth})")
    if plan.products < 1:
        raise UsageError(f"at least one product is needed, got {plan.products}")
    sketch = plan.sketch
    if sketch is not None and sketch != "auto" and not (isinstance(sketch, int) and sketch >= 1):
        raise UsageError(f"sketch must be a number of columns, None or 'auto', got {sketch!r}")
    if not (isinstance(plan.depth, int) and isinstance(plan.horizon, int)):
        raise UsageError(f"depth and horizon must be whole numbers, got {plan.depth!r} and {plan.horizon!r}")
    if plan.seed < 0:
        raise UsageError(f"the seed must be at least 0, got {plan.seed}")
