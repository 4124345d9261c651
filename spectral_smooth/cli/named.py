"""Names of the command line become objects: ``ppr:alpha=0.1`` a rule, ``gcn:loops=2`` an operator."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from spectral_smooth.errors import UsageError

if TYPE_CHECKING:
    from spectral_smooth.graphs.graph import Graph
    from spectral_smooth.operators.operator import Operator
    from spectral_smooth.operators.rule import Rule

RULES: Mapping[str, tuple[str, ...]] = {
    "sgc": (),
    "lazy": ("stay",),
    "residual": (),
    "ppr": ("alpha",),
    "gcnii": ("alpha",),
    "mean": (),
    "concat": (),
    "weighted": (),
    "heat": ("time",),
    "s2gc": ("alpha",),
}
OPERATORS: Mapping[str, tuple[float, float]] = {"gcn": (1.0, 0.5), "rw": (0.0, 1.0), "sym": (0.0, 0.5)}


@dataclass(frozen=True)
class OperatorChoice:
    """Loops and split of an operator, before there is a graph."""

    loops: float
    split: float

    def on(self, graph: Graph) -> Operator:
        """Return the operator on a graph."""
        from spectral_smooth.operators.operator import Operator

        return Operator(graph, loops=self.loops, split=self.split)


def parse_operator(text: str) -> OperatorChoice:
    """Return loops and split of ``gcn``, ``rw`` or ``sym``, with settings such as ``gcn:loops=2``.

    Raises
    ------
    UsageError
        If the name or a setting is unknown, or a value does not fit.

    Examples
    --------
    >>> parse_operator("gcn:loops=2")
    OperatorChoice(loops=2.0, split=0.5)
    """
    name, _, tail = text.partition(":")
    one_of("operator", name, OPERATORS)
    loops, split = OPERATORS[name]
    values = _settings("operator", name, tail, ("loops", "split"))
    loops, split = values.get("loops", loops), values.get("split", split)
    if loops < 0:
        raise UsageError(f"operator {name}: loops must be at least 0, got {loops:g}")
    if not 0.0 <= split <= 1.0:
        raise UsageError(f"operator {name}: split must lie between 0 and 1, got {split:g}")
    return OperatorChoice(loops, split)


def parse_rule(text: str) -> Rule:
    """Return the rule of a name such as ``ppr:alpha=0.1`` or ``weighted:0.5,0.3,0.2``.

    Raises
    ------
    UsageError
        If the name or a setting is unknown, or a value does not fit.

    Examples
    --------
    >>> parse_rule("ppr:alpha=0.2").name
    'ppr:alpha=0.2'
    """
    from spectral_smooth.operators import rule

    name, _, tail = text.partition(":")
    one_of("rule", name, RULES)
    if name == "weighted":
        return rule.weighted(_weights(tail))
    made: Rule = getattr(rule, name)(**_settings("rule", name, tail, RULES[name]))
    return made


def one_of(kind: str, name: str, known: Collection[str]) -> str:
    """Return ``name`` if it is known.

    Raises
    ------
    UsageError
        If it is not; the sentence lists what there is and the nearest of it.
    """
    if name in known:
        return name
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UsageError(f"there is no {kind} {name!r}; there are: {', '.join(known)}{hint}")


def _settings(kind: str, name: str, tail: str, keys: tuple[str, ...]) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in filter(None, tail.split(",")):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or key not in keys:
            takes = f"takes {' and '.join(f'{k}=NUMBER' for k in keys)}" if keys else "takes no settings"
            raise UsageError(f"{kind} {name} {takes}, got {part!r}")
        values[key] = _number(f"{kind} {name}: {key}", value)
    return values


def _weights(tail: str) -> tuple[float, ...]:
    if not tail:
        raise UsageError("rule weighted needs one weight a depth, such as weighted:0.5,0.3,0.2")
    return tuple(_number("rule weighted: a weight", part) for part in tail.split(","))


def _number(what: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{what} must be a finite number, got {text!r}")
    return value
