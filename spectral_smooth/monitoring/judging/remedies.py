"""What to try first about a finding, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.measures.plain import plain_fields
from spectral_smooth.monitoring.judging.finding import Finding


@dataclass(frozen=True)
class Remedy:
    """One thing to try.

    Attributes
    ----------
    action : str
    reason : str
        Why it answers this finding, with its source where it has one.

    Examples
    --------
    >>> print(Remedy("use fewer layers", "the graph itself smooths that fast"))
    use fewer layers: the graph itself smooths that fast
    """

    action: str
    reason: str

    def __str__(self) -> str:
        return f"{self.action}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return plain_fields(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Remedy:
        """Read what `to_dict` wrote."""
        return cls(**data)


def remedy_for(finding: Finding, *, graph_does_it: bool | None) -> Remedy:
    """Return what to try first.

    Parameters
    ----------
    finding : Finding
    graph_does_it : bool or None
        Whether plain smoothing on the same graph, from the same first layer and as deep, is as collapsed;
        None where
        it was not computed.
    """
    if finding.kind == "smoothing":
        return _smoothing(finding, graph_does_it)
    return _OTHERS[finding.kind]


def _smoothing(finding: Finding, graph_does_it: bool | None) -> Remedy:
    if finding.layer == 0:
        return Remedy(
            "look at what goes into the first layer",
            "it is already alike before any layer of those given has worked; standardise the inputs or "
            "give earlier layers",
        )
    if graph_does_it:
        kept = finding.layer - 1
        return Remedy(
            f"use at most {kept} {'layer' if kept == 1 else 'layers'}, or add an initial residual (APPNP, "
            "GCNII)"
            if kept
            else "add an initial residual (APPNP, GCNII)",
            "plain smoothing on this graph comes as far at that depth, so no weights are to blame; a part "
            "of the first layer in every layer keeps the states away from where they tend to (arXiv "
            "1810.05997, 2007.02133)",
        )
    if graph_does_it is None:
        return Remedy(
            "compare with plain smoothing on the same graph, and add an initial residual",
            "whether the graph or the weights do it is not known here",
        )
    return Remedy(
        "add residual connections or an initial residual (GCNII), then look at initialisation and weight "
        "decay",
        "the graph alone would not come that far in as many layers: weights and activations take away what "
        "tells nodes apart, which an identity path keeps and weights of larger norm do not damp (arXiv "
        "2007.02133, 1905.10947)",
    )


_OTHERS = {
    "rank collapse": Remedy(
        "add residual connections, batch normalisation, or orthogonal initialisation",
        "nodes still differ along the graph, so fewer layers would not help; products of many weight "
        "matrices lose rank by themselves, which an identity path or batch normalisation prevents (arXiv "
        "2003.01652)",
    ),
    "correlated columns": Remedy(
        "penalise correlation of columns, or use fewer columns",
        "many columns carry what one could; decorrelation keeps them apart (arXiv 2206.07743), depth or "
        "the graph is not the cause",
    ),
    "dead units": Remedy(
        "lower the learning rate, use a leaky activation, or check the initialisation and bias",
        "a unit that is zero at every node gets no gradient any more and stays so",
    ),
    "shrinking norm": Remedy(
        "normalise each layer (LayerNorm, PairNorm), or scale the initialisation up",
        "only sizes fall; an energy that falls with them would be called oversmoothing wrongly, and "
        "gradients vanish all the same",
    ),
    "exploding norm": Remedy(
        "normalise each layer, or scale weights or residual branches down",
        "sizes grow by a factor a layer, as residual sums do; values overflow and gradients explode",
    ),
}
