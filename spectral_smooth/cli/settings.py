"""Settings: the shared options of one command, checked before any file is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from spectral_smooth.cli.named import OperatorChoice, one_of, parse_operator, parse_rule
from spectral_smooth.cli.threads import limit_threads

if TYPE_CHECKING:
    from spectral_smooth.analysis.plan import Plan
    from spectral_smooth.graphs.policies import Direction, Labels, Policies, SelfLoops
    from spectral_smooth.operators.rule import Rule

DEPTH = 64
HORIZON = 1024
PRODUCTS = 64
COLLAPSE = 1e-2


@dataclass(frozen=True)
class Settings:
    """What the options said, as text; the properties give it as objects.

    Raises
    ------
    UsageError
        If a name is unknown or a value does not fit.
    """

    operator: str = "gcn"
    rule: str = "sgc"
    depth: int = DEPTH
    horizon: int = HORIZON
    features: str = "auto"
    products: int = PRODUCTS
    collapse: float = COLLAPSE
    exact: bool = False
    certify: bool = False
    dtype: str = "float64"
    seed: int = 0
    threads: int | None = None
    direction: str = "union"
    weight: str | None = None
    self_loops: str = "drop"
    labels: Labels = "error"
    chosen_operator: OperatorChoice = field(init=False)
    chosen_rule: Rule = field(init=False)

    def __post_init__(self) -> None:
        one_of("value of --features", self.features, ("auto", "raw", "rows", "standard"))
        one_of("value of --dtype", self.dtype, ("float32", "float64"))
        one_of("value of --direction", self.direction, ("union", "mutual", "error"))
        one_of("value of --self-loops", self.self_loops, ("drop", "keep"))
        object.__setattr__(self, "chosen_operator", parse_operator(self.operator))
        limit_threads(self.threads)  # before numpy and numba are loaded
        object.__setattr__(self, "chosen_rule", parse_rule(self.rule))

    def plan(self) -> Plan:
        """Return the plan of an analysis."""
        from spectral_smooth.analysis.plan import Plan

        return Plan(
            depth=self.depth,
            horizon=max(self.horizon, self.depth),
            rule=self.chosen_rule,
            loops=self.chosen_operator.loops,
            split=self.chosen_operator.split,
            features=self.features,
            products=self.products,
            collapse=self.collapse,
            sketch=None if self.exact else "auto",
            dtype=self.dtype,
            seed=self.seed,
            threads=self.threads,
        )

    def policies(self) -> Policies:
        """Return how a graph is read."""
        from spectral_smooth.graphs.policies import Policies

        return Policies(
            direction=cast("Direction", self.direction),
            weight=self.weight,
            self_loops=cast("SelfLoops", self.self_loops),
            labels=self.labels,
        )
