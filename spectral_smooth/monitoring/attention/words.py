"""What attention does, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.monitoring.attention.contrast import Contraction
from spectral_smooth.monitoring.attention.destination import AttentionDestination
from spectral_smooth.monitoring.attention.matrix import AttentionMatrix
from spectral_smooth.monitoring.attention.receptive_field import ReceptiveField

_EFFECT = {"slower": "slows mixing down", "faster": "speeds mixing up"}
# Sums of float32 weights are off by some ε√degree; more than this comes from elsewhere.
ROUNDED = 1e-5


def attention_sentence(
    whole: Contraction, destination: AttentionDestination, ours: ReceptiveField, uniform: ReceptiveField
) -> str:
    """Return contraction, destination and receptive field in a few sentences."""
    return " ".join(part for part in (_speed(whole), _end(destination), _field(ours, uniform)) if part)


def _speed(whole: Contraction) -> str:
    last = whole.attention.deviation[-1]
    depth = len(whole.attention.deviation)
    layers = "1 layer" if depth == 1 else f"{depth:,} layers"
    if last is None:
        return "No component has two nodes: there is nothing that attention could contract."
    error = whole.attention.deviation_error[-1]
    text = f"After {layers} attention leaves {_number(last, error)} of the deviation from the component means"
    other = whole.uniform.deviation[-1]
    if other is not None:
        text += f", uniform attention on the same edges {_number(other, whole.uniform.deviation_error[-1])}"
    if whole.verdict is None:
        return text + "."
    if whole.verdict == "alike":
        return f"{text}: attention mixes about as fast as uniform attention."
    ratio = _number(whole.ratio or 0.0, whole.ratio_error)
    at = "" if whole.compared_at == depth else f" at depth {whole.compared_at:,}"
    return f"{text}: attention {_EFFECT[whole.verdict]} (ratio {ratio}{at})."


def _end(found: AttentionDestination) -> str:
    if not found.components:
        return ""
    if found.constants:
        return (
            "Repeated on and on it ends in constants on every component, as any attention with weight on these edges "
            "does (arXiv 2305.16102): it changes the speed, not the destination."
        )
    if found.split:
        return (
            f"Repeated on and on it does not end in constants: {_count(found.closed, 'set')} of nodes "
            f"{'attends' if found.closed == 1 else 'attend'} to nothing outside, in "
            f"{_count(found.components, 'component')}."
        )
    if found.constants is None:
        return "Whether it ends in constants is left open: the edges differ from layer to layer, without all loops."
    return (
        f"Repeated on and on it does not end in constants: {_count(found.periodic, 'set')} of nodes without self-loops "
        f"{'goes' if found.periodic == 1 else 'go'} on oscillating."
    )


def _field(ours: ReceptiveField, uniform: ReceptiveField) -> str:
    if not ours.targets:
        return ""
    count, other = ours.participation[-1][1], uniform.participation[-1][1]
    drawn = f" of {_count(ours.targets, 'sampled node')}" if ours.targets < ours.population else ""
    return (
        f"At depth {ours.depths[-1]:,} a node effectively sees {count:.3g} nodes (median{drawn}; uniform attention "
        f"{other:.3g}) from {ours.hops[-1][1]:.2g} hops away."
    )


def _count(value: int, noun: str) -> str:
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def _number(value: float, error: float | None) -> str:
    return f"{value:.3g}" + (f" ± {error:.1g}" if error else "")


class NoteBook:
    """Notes about layers, one line for all the layers that share it."""

    def __init__(self) -> None:
        self._layers: dict[str, list[str]] = {}

    def add(self, text: str, layer: str) -> None:
        """Note something about a layer."""
        self._layers.setdefault(text, []).append(layer)

    def look_at(self, matrix: AttentionMatrix, silent: Sequence[int], missing: int) -> None:
        """Note what is unusual: ``silent`` nodes, and how many edges of the graph carry nothing."""
        if matrix.parallel:
            self.add(f"{_count(matrix.parallel, 'edge')} given more than once and added up", matrix.name)
        if len(silent):
            named = ", ".join(str(node) for node in silent[:5]) + (", ..." if len(silent) > 5 else "")
            self.add(
                f"no attention enters {_count(len(silent), 'node')} ({named}): zero is received there and handed on",
                matrix.name,
            )
        zeros = int(np.count_nonzero(~np.any(matrix.values, axis=1)))
        if zeros:
            self.add(f"{_count(zeros, 'edge')} of weight zero in every head, leading nowhere", matrix.name)
        if missing:
            carry = "carries" if missing == 1 else "carry"
            text = f"{_count(missing, 'edge')} of the graph, each way counted, {carry} no attention"
            self.add(text, matrix.name)
        if matrix.off_by > ROUNDED:
            self.add("weights into a node sum to one only roughly and were divided by their sum", matrix.name)

    def lines(self, layers: int) -> tuple[str, ...]:
        """Return all notes, with the layers that they are about."""
        return tuple(
            text
            if len(names) == layers
            else f"{'layers' if len(names) > 1 else 'layer'} {', '.join(names)}: {text}"
            for text, names in self._layers.items()
        )
