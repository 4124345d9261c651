"""Layers that are zero at every node: what has no value there, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES

ZERO_LAYER = "zero at every node"
# Of the measures that do not follow the size of the values, those that nothing has too: its columns are
# dead, its rank is zero. Cosines, correlations and shares of nothing are not defined.
OF_NOTHING = ("dead_columns", "dead_rows", "constant_columns", "stable_rank", "effective_rank")


def is_zero(layer: LayerNumbers) -> bool:
    """Return whether a layer is zero at every node."""
    return layer.values.get("rms") == 0


def zero_layers(layers: Sequence[LayerNumbers]) -> list[int]:
    """Return the numbers of the layers that are zero at every node."""
    return [at for at, layer in enumerate(layers) if is_zero(layer)]


def needs_size(name: str) -> bool:
    """Return whether a measure has no value where everything is zero.

    Examples
    --------
    >>> needs_size("mean_cosine"), needs_size("rms"), needs_size("dead_columns")
    (True, False, False)
    """
    return LAYER_MEASURES[name].scale_free and name not in OF_NOTHING


def gap_note(layers: Sequence[LayerNumbers]) -> tuple[str, ...]:
    """Return what a picture with gaps says of them; nothing where no layer is zero."""
    at = zero_layers(layers)
    if not at:
        return ()
    shown = ", ".join(map(str, at[:3])) + (", ..." if len(at) > 3 else "")
    many = len(at) > 1
    return (f"layer{'s' if many else ''} {shown} {'are' if many else 'is'} {ZERO_LAYER}: a gap here",)
