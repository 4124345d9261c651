"""Every term and measure of a report in one plain sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spectral_smooth.measures.state import STATE_MEASURES


@dataclass(frozen=True)
class Term:
    """A word of the report.

    Attributes
    ----------
    name : str
        Key: a curve name or a word of the report.
    title : str
        How headings write it.
    sentence : str
        What it means, in one plain sentence.
    symbol : str
        Short sign for the axis of a picture; empty where there is none.
    formula : str
        Formula in plain characters; empty where there is none. Y = T X are the operator's own coordinates.
    relative : bool
        Whether pictures divide it by its value at depth 0, because its size alone means nothing.
    """

    name: str
    title: str
    sentence: str
    symbol: str = ""
    formula: str = ""
    relative: bool = False


WORDS: tuple[Term, ...] = (
    Term(
        "depth", "depth", "How many times the graph operator has been applied; one layer of a network is one."
    ),
    Term(
        "oversmoothing",
        "oversmoothing",
        "With every layer the states of connected nodes become more alike, until nodes can no longer be told apart.",
    ),
    Term(
        "operator",
        "operator",
        "The averaging that one layer does: each node takes a weighted mean of its neighbours' states (and of its "
        "own where there are self-loops).",
    ),
    Term(
        "rule",
        "rule",
        "How the state at one depth is made from the states before it, such as SGC, lazy or PPR.",
    ),
    Term(
        "spectrum",
        "spectrum (μ)",
        "The eigenvalues μ of the operator, between −1 and 1: a pattern on the graph with eigenvalue μ is "
        "multiplied by μ at every layer.",
    ),
    Term(
        "fixed space",
        "fixed space",
        "The patterns that averaging never changes (μ = 1): one per connected component, in which every node "
        "tells nothing but its degree.",
    ),
    Term(
        "gap",
        "spectral gap",
        "1 minus the largest μ off the fixed space: the larger, the faster smoothing ends.",
    ),
    Term(
        "rate",
        "rate",
        "The factor by which the slowest pattern shrinks per layer, the largest |μ| off the fixed space; early "
        "layers always shrink faster than this.",
    ),
    Term(
        "safe depth",
        "safe depth",
        "The largest depth at which every limit below still holds, as an interval; it is not the depth of best "
        "accuracy but the depth at which nodes can no longer be told apart.",
    ),
    Term(
        "recommended depth",
        "recommended depth",
        "The depth at which a linear read-out tells the classes best, cross-validated on the training labels alone; "
        "its window are the depths at which nothing measurable is lost against it.",
    ),
    Term(
        "contrast",
        "contrast of a class",
        "The distance of the class mean from the mean of the other labelled nodes, as a share of the size of a state; "
        "it does not depend on how many nodes the class has.",
    ),
    Term(
        "minority class",
        "minority class",
        "A class with less than half of an equal share of the labelled nodes.",
    ),
    Term(
        "small, unresolved, destroyed",
        "small, unresolved, destroyed",
        "Small is below the threshold but brought back by rescaling, unresolved is below what float32 holds beside "
        "what all nodes share, destroyed is below what float64 holds.",
    ),
    Term(
        "local smoothing depth",
        "local smoothing depth",
        "The depth at which the state of one node has come close to what it tends to; a node is lost from where nearly "
        "nothing of its state tells it apart.",
    ),
    Term(
        "local density",
        "local density",
        "The share of joined pairs among the neighbours of a node.",
    ),
    Term(
        "resolution",
        "resolution",
        "The depth at which a plain forward pass in a number format (float32, bfloat16, float16) rounds away the "
        "differences that are left between nodes.",
    ),
    Term(
        "plateau",
        "plateau",
        "A level at which a measure stays because what it calls smooth is not what the operator converges to; it "
        "does not mean that there is no smoothing.",
    ),
    Term("floor", "floor", "The level of rounding noise: what is measured at or below it means nothing."),
    Term("measured", "measured", "Computed by really propagating the features over the graph."),
    Term("exact", "exact", "Predicted from all eigenvalues of the graph, right up to rounding."),
    Term("bracket", "bracket", "Predicted as an interval with a proof that the true value lies inside it."),
    Term(
        "estimate",
        "estimate",
        "Predicted with a standard error or a stated tolerance, without a proof that the true value lies inside.",
    ),
    Term("bound", "bound", "Predicted with a proof for one side only; the other side is open."),
    Term(
        "mean-field", "mean-field", "Predicted for the average over a random model, not for this very graph."
    ),
)

MEASURES: tuple[Term, ...] = (
    Term(
        "energy",
        "energy",
        "How much the states of neighbours differ, summed over the edges in the scaling in which the operator "
        "brings it to zero.",
        "E_k",
        "Σ_edges w‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²",
        relative=True,
    ),
    Term(
        "deviation",
        "deviation",
        "The distance of the state from the fixed space: all that still tells nodes apart.",
        "dev(X_k)",
        "‖Y − ΠY‖_F, Π the projection on the fixed space",
        relative=True,
    ),
    Term(
        "norm",
        "norm",
        "The size of the whole state, the part in the fixed space included.",
        "‖X_k‖",
        "‖Y‖_F",
        relative=True,
    ),
    Term(
        "collapse",
        "collapse",
        "The deviation as a share of the whole state: 1 is all difference, 0 is nothing but degree left.",
        "dev(X_k) / ‖X_k‖",
        "‖Y − ΠY‖_F / ‖Y‖_F",
    ),
    Term(
        "rayleigh_quotient",
        "Rayleigh quotient",
        "The energy as a share of the squared norm: a state that merely shrinks keeps it.",
        "E_k / ‖X_k‖²",
        "energy / ‖Y‖_F²",
    ),
    Term(
        "edge_energy", "edge energy", "The squared difference of neighbours' states, summed over the edges."
    ),
    Term(
        "normalized_energy",
        "normalised energy",
        "The squared difference of neighbours' states, each divided by the square root of its node's degree, summed "
        "over the edges.",
    ),
    Term(
        "matched_energy",
        "the operator's own energy",
        "The sum in the scaling that the operator brings to zero, computed from the state as it is.",
    ),
    Term(
        "edge_rayleigh",
        "edge Rayleigh quotient",
        "The edge energy as a share of the squared norm of the state.",
    ),
    Term(
        "mean_deviation", "deviation from the mean", "The distance of the state from all nodes being equal."
    ),
    Term(
        "mean_cosine",
        "mean cosine",
        "The mean cosine over all pairs of nodes: 1 when all point the same way.",
    ),
    Term(
        "mad",
        "MAD",
        "Mean average distance: the mean cosine distance between nodes; 0 when all point the same way.",
    ),
    Term(
        "mad_nonzero",
        "MAD (non-zero only)",
        "MAD as first published, which leaves pairs at distance zero out of the mean and so overstates it.",
    ),
    Term(
        "smv",
        "SMV",
        "Half the mean distance between the directions of two nodes: 0 when all point the same way.",
    ),
    Term("row_difference", "row difference", "The mean distance between the states of two nodes."),
    Term(
        "column_difference",
        "column difference",
        "The mean distance between two feature columns, each scaled to size one.",
    ),
    Term(
        "stable_rank",
        "stable rank",
        "How many directions carry the state's squared size; 1 when all rows align.",
    ),
    Term(
        "effective_rank",
        "effective rank",
        "The exponential of the entropy of the singular values: how many directions the state really uses.",
    ),
    Term(
        "rank_one_distance",
        "distance to rank one",
        "How far the state, scaled to size one, is from all rows being multiples of one row.",
    ),
    Term(
        "column_correlation",
        "column correlation",
        "The mean absolute correlation between two feature columns that are not constant.",
    ),
)

_BY_NAME = {term.name: term for term in (*WORDS, *MEASURES)}


def term(name: str) -> Term:
    """Return the term of that name; one made up from the name where the glossary has none.

    Examples
    --------
    >>> term("gap").title, term("my_measure").title
    ('spectral gap', 'my measure')
    """
    known = _BY_NAME.get(name) or Term(
        name, name.replace("_", " "), "A quantity that is not in this glossary."
    )
    measure = STATE_MEASURES.get(name)
    return replace(known, formula=measure.formula) if measure and not known.formula else known


def glossary(measures: Iterable[str]) -> tuple[Term, ...]:
    """Return all words of the report and the measures that occur, in this order.

    Examples
    --------
    >>> [t.name for t in glossary(["energy"])][-2:]
    ['mean-field', 'energy']
    """
    return (*WORDS, *(term(name) for name in dict.fromkeys(measures)))
