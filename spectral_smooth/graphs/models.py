"""model(): seeded random graphs by name, such as ``csbm`` with its features and labels."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.random_models import (
    csbm,
    erdos_renyi,
    planted_partition,
    random_regular,
    ring_of_cliques,
    rmat,
)

__all__ = [
    "csbm",
    "erdos_renyi",
    "model",
    "model_names",
    "planted_partition",
    "random_regular",
    "ring_of_cliques",
    "rmat",
]


@dataclass(frozen=True)
class _Entry:
    example: str
    description: str
    make: Callable[..., Dataset]


_MODELS: dict[str, _Entry] = {
    "csbm": _Entry(
        "csbm:nodes=2000,distance=0.5", "two-class contextual block model with features and labels", csbm
    ),
    "planted_partition": _Entry(
        "planted_partition:classes=4,size=100", "equal classes, labelled", planted_partition
    ),
    "erdos_renyi": _Entry(
        "erdos_renyi:nodes=1000,probability=0.01", "every pair with one probability", erdos_renyi
    ),
    "random_regular": _Entry("random_regular:nodes=1000,degree=3", "all degrees equal", random_regular),
    "rmat": _Entry("rmat:scale=12,edge_factor=8", "skewed degrees, as in social networks", rmat),
    "cliques": _Entry(
        "cliques:count=8,size=5", "complete graphs in a ring, labelled by clique", ring_of_cliques
    ),
}


def model(spec: str, *, seed: int = 0) -> Dataset:
    """Return the seeded model that a spec names.

    Parameters
    ----------
    spec : str
        ``name`` or ``name:parameter=value,...``; what is not given keeps its default.
    seed : int

    Raises
    ------
    UsageError
        If the name, a parameter or a value does not fit.

    Examples
    --------
    >>> from spectral_smooth.graphs.models import model
    >>> model("random_regular:nodes=50,degree=4")
    Dataset 'random_regular:nodes=50,degree=4': 50 nodes, 100 edges
    """
    name, _, text = spec.partition(":")
    entry = _MODELS.get(name)
    if entry is None:
        near = get_close_matches(name, _MODELS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_MODELS)}"
        raise UsageError(f"unknown model {name!r}; {hint}")
    defaults = _defaults(entry.make)
    given = _parse(name, text, defaults)
    random = "rng" in inspect.signature(entry.make).parameters
    made = entry.make(**given, **({"rng": seed} if random else {}))
    settings = ", ".join(f"{key}={value}" for key, value in {**defaults, **given}.items())
    note = Note("model", f"made by the model {name} with {settings}" + (f", seed {seed}" if random else ""))
    return replace(made, graph=replace(made.graph, name=spec), notes=(*made.notes, note))


def model_names() -> dict[str, str]:
    """Return the name of every model with one line about it that ends with an example.

    Examples
    --------
    >>> from spectral_smooth.graphs.models import model_names
    >>> model_names()["random_regular"]
    'all degrees equal, for instance random_regular:nodes=1000,degree=3'
    """
    return {name: f"{entry.description}, for instance {entry.example}" for name, entry in _MODELS.items()}


def _defaults(make: Callable[..., Dataset]) -> dict[str, int | float]:
    parameters = inspect.signature(make).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY}


def _parse(name: str, text: str, defaults: Mapping[str, int | float]) -> dict[str, int | float]:
    given: dict[str, int | float] = {}
    for part in text.split(",") if text.strip() else []:
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or key not in defaults or key in given:
            expected = ",".join(f"{k}={v:g}" for k, v in defaults.items())
            raise UsageError(f"{part.strip()!r} does not fit the model {name}; expected {name}:{expected}")
        given[key] = _number(f"{name}: {key}", value, whole=isinstance(defaults[key], int))
    return given


def _number(what: str, text: str, *, whole: bool) -> int | float:
    if whole:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise UsageError(f"{what} must be a whole number, got {text!r}")
        return int(text)
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"{what} must be a number, got {text!r}") from None
    if not math.isfinite(value):
        raise UsageError(f"{what} must be finite, got {text!r}")
    return value
