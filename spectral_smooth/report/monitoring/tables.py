"""Tables of every number that was measured, one a family of measures, for the HTML report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES, LayerMeasure
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import numbers
from spectral_smooth.report.monitoring.group_charts import class_order, component_label
from spectral_smooth.report.monitoring.zeros import ZERO_LAYER, is_zero, needs_size
from spectral_smooth.report.wording import clean

FAMILIES = {
    "size": "Size of the values",
    "distance": "Distances to smooth states",
    "energy": "Energies along edges",
    "direction": "Cosines and what is made of them",
    "rank": "Ranks",
    "columns": "Columns and dead units",
    "classes": "Scatter of the classes",
}


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def family_measures(result: Monitoring, family: str) -> list[LayerMeasure]:
    """Return the measures of one family that some layer has, in the order of the registry."""
    return [one for name, one in LAYER_MEASURES.items() if one.family == family and name in result.measures]


def family_table(result: Monitoring, family: str) -> Table:
    """Return one row a layer with every measure of a family, sampled ones with their error."""
    known = family_measures(result, family)
    rows = tuple(
        (*_layer(at, layer), *(cell(layer, one.name) for one in known))
        for at, layer in enumerate(result.layers)
    )
    return Table(FAMILIES[family], ("layer", "name", *(one.title for one in known)), rows)


def mode_table(result: Monitoring) -> Table | None:
    """Return distances to the fixed space with the first slow modes; None where no layer was compared."""
    most = max((len(layer.modes) for layer in result.layers if layer.modes is not None), default=0)
    if not most:
        return None
    headings = ("fixed space", *(f"and {k} slow mode{'s' if k > 1 else ''}" for k in range(1, most)))
    rows = tuple(
        (*_layer(at, layer), *(numbers.number(value) for value in _padded(layer.modes or (), most)))
        for at, layer in enumerate(result.layers)
    )
    return Table("Distances to the fixed space with its slowest modes", ("layer", "name", *headings), rows)


def class_table(result: Monitoring) -> Table | None:
    """Return one row a class, at the first layer and the last; None without labels."""
    if not result.classes:
        return None
    first, last = result.layers[0], result.layers[-1]
    heads = {
        "class_distance": "distance within",
        "class_contrast": "contrast",
        "class_separation": "separation",
        "within_cosine": "cosine within",
    }
    names = [name for name in heads if name in first.classes and name in last.classes]
    rows = tuple(
        (
            f"class {result.classes[at]}",
            numbers.count(result.class_counts[at]),
            *(_part(layer, layer.classes[name][at]) for name in names for layer in (first, last)),
        )
        for at in class_order(result)
    )
    return Table("Every class", ("class", "nodes", *_both(*(heads[name] for name in names))), rows)


def component_table(result: Monitoring) -> Table:
    """Return one row a component, at the first layer and the last."""
    first, last = result.layers[0], result.layers[-1]
    names = ("collapse", "constant_distance", "mean_cosine")
    rows = tuple(
        (
            component_label(result, at),
            *(_part(layer, layer.groups[name][at]) for name in names for layer in (first, last)),
        )
        for at in range(len(result.graph["components"]))
    )
    return Table("Every component", ("component", *_both("collapse", "to constants", "mean cosine")), rows)


def cell(layer: LayerNumbers, name: str) -> str:
    """Return a value with two standard errors where it is sampled; a dash where it is not defined."""
    if is_zero(layer) and needs_size(name):
        return numbers.MISSING
    value, error = layer.values.get(name), layer.errors.get(name)
    text = numbers.number(value)
    if not error or not math.isfinite(error) or text == numbers.MISSING:
        return text
    return f"{text} ± {numbers.number(2.0 * error, 2)}"


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}, {end}" for name in names for end in ("first layer", "last layer"))


def _layer(at: int, layer: LayerNumbers) -> tuple[str, str]:
    return str(at), clean(layer.name) + (f" ({ZERO_LAYER})" if is_zero(layer) else "")


def _part(layer: LayerNumbers, share: float) -> str:
    return numbers.MISSING if is_zero(layer) else numbers.number(share)


def _padded(values: Sequence[float], size: int) -> list[float | None]:
    return [*values, *([None] * (size - len(values)))]
