"""Every measure of a layer by name: its formula, what it is blind to, and when it misleads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerMeasure:
    """A measure of one layer.

    Attributes
    ----------
    name : str
        Key of `LayerNumbers.values`.
    title : str
        What reports call it.
    formula : str
    smooth : str
        The states on which it says "smooth", and the value it then has.
    misleads : str
        When it says something else than it seems to.
    scale_free : bool
        Whether multiplying the layer by a positive number leaves it as it is.
    family : str
        ``size``, ``distance``, ``energy``, ``direction``, ``rank``, ``columns`` or ``classes``: the chart it
        is drawn in.
    """

    name: str
    title: str
    formula: str
    smooth: str
    misleads: str
    scale_free: bool
    family: str


_SIZE = "falls with the size of the values: a layer multiplied by 0.01 looks smoother and is not"
_ALL = (
    LayerMeasure(
        "rms",
        "size of the values",
        "‖X‖_F/√(nF)",
        "does not tell",
        "says nothing of smoothness",
        False,
        "size",
    ),
    LayerMeasure("norm", "norm", "‖T X‖_F", "does not tell", "says nothing of smoothness", False, "size"),
    LayerMeasure(
        "largest", "largest value", "max |x_if|", "does not tell", "one outlier sets it", False, "size"
    ),
    LayerMeasure(
        "dead_columns",
        "dead columns",
        "share of columns that are zero at every node",
        "does not tell",
        "a linear layer after dead units has none",
        True,
        "columns",
    ),
    LayerMeasure(
        "dead_rows",
        "zero rows",
        "share of nodes with x_i = 0",
        "does not tell",
        "cosines leave these nodes out",
        True,
        "columns",
    ),
    LayerMeasure(
        "constant_columns",
        "constant columns",
        "share of columns with one value at every node",
        "1 for constants",
        "a dead column is constant too",
        True,
        "columns",
    ),
    LayerMeasure(
        "deviation", "deviation", "‖T X − its fixed part‖_F", "0 in the fixed space", _SIZE, False, "distance"
    ),
    LayerMeasure(
        "collapse",
        "collapse",
        "‖T X − its fixed part‖_F / ‖T X‖_F",
        "0 in the fixed space",
        "a large common offset makes it small although nodes differ; it is not zero for constants under the "
        "GCN",
        True,
        "distance",
    ),
    LayerMeasure(
        "constant_distance",
        "distance to constants",
        "‖X − component means‖_F / ‖X‖_F",
        "0 for constants",
        "stays away from zero where a GCN leads: √degree is not constant",
        True,
        "distance",
    ),
    LayerMeasure(
        "degree_distance",
        "distance to √degree",
        "‖X − its part in √d̃ per component‖_F / ‖X‖_F",
        "0 for multiples of √d̃",
        "stays away from zero for constants",
        True,
        "distance",
    ),
    LayerMeasure(
        "profile_distance",
        "distance to constants and √degree",
        "‖X − its part in span(1, √d̃) per component‖_F / ‖X‖_F",
        "0 for both and their sums",
        "small for states that tell degrees apart, which may be all that is wanted",
        True,
        "distance",
    ),
    LayerMeasure(
        "constant_distance_median",
        "distance to constants, component of most nodes",
        "median over nodes of ‖X_c − mean‖_F / ‖X_c‖_F of their component c",
        "0 where the components that hold half of the nodes are constant each",
        "as the distance to constants; of small components it says nothing",
        True,
        "distance",
    ),
    LayerMeasure(
        "degree_distance_median",
        "distance to √degree, component of most nodes",
        "median over nodes of ‖X_c − its part in √d̃‖_F / ‖X_c‖_F of their component c",
        "0 where the components that hold half of the nodes are multiples of √d̃ each",
        "as the distance to √degree; of small components it says nothing",
        True,
        "distance",
    ),
    LayerMeasure(
        "profile_distance_median",
        "distance to constants and √degree, component of most nodes",
        "median over nodes of ‖X_c − its part in span(1, √d̃)‖_F / ‖X_c‖_F of their component c",
        "0 where the components that hold half of the nodes are sums of both each",
        "as the distance to constants and √degree; of small components it says nothing",
        True,
        "distance",
    ),
    LayerMeasure(
        "mean_deviation",
        "distance to equal rows",
        "‖X − 1x̄‖_F",
        "0 for constants over the whole graph",
        _SIZE + "; several components may each be constant",
        False,
        "distance",
    ),
    LayerMeasure(
        "edge_energy",
        "unnormalised energy",
        "Σ_edges w‖x_i − x_j‖²",
        "0 for constants per component",
        _SIZE + "; not zero for √degree, where a GCN leads",
        False,
        "energy",
    ),
    LayerMeasure(
        "normalized_energy",
        "normalised energy",
        "Σ_edges w‖x_i/√d̃_i − x_j/√d̃_j‖²",
        "0 for multiples of √d̃",
        _SIZE + "; not zero for constants",
        False,
        "energy",
    ),
    LayerMeasure(
        "energy",
        "the operator's own energy",
        "Σ_edges w‖x_i/d̃_i^(1−split) − x_j/d̃_j^(1−split)‖²",
        "0 in the fixed space",
        _SIZE,
        False,
        "energy",
    ),
    LayerMeasure(
        "edge_rayleigh",
        "unnormalised energy over ‖X‖²",
        "Σ_edges w‖x_i − x_j‖²/‖X‖_F²",
        "0 for constants per component",
        "a large common offset makes it small although neighbours differ",
        True,
        "energy",
    ),
    LayerMeasure(
        "rayleigh_quotient",
        "the operator's own energy over ‖T X‖²",
        "energy / ‖T X‖_F²",
        "0 in the fixed space",
        "a large part in the fixed space makes it small although neighbours differ",
        True,
        "energy",
    ),
    LayerMeasure(
        "edge_ratio",
        "neighbours against any two nodes",
        "mean over edges of ‖x_i − x_j‖² / mean over all pairs of ‖x_i − x_j‖²",
        "near 0 for slow modes, 1 for layers that do not know the graph",
        "undefined (0) for exactly equal rows; rounding noise of a collapsed layer has the value 1",
        True,
        "energy",
    ),
    LayerMeasure(
        "mean_cosine",
        "mean cosine",
        "mean of cos(x_i, x_j), i ≠ j",
        "1 for parallel rows",
        "1 for rows of one direction whatever their lengths; near 1 for any layer with a large common offset",
        True,
        "direction",
    ),
    LayerMeasure(
        "edge_cosine",
        "cosine of neighbours",
        "mean over edges of cos(x_i, x_j)",
        "1 for parallel neighbours",
        "as the mean cosine; alone it does not tell smooth from all alike",
        True,
        "direction",
    ),
    LayerMeasure(
        "edge_cosine_centred",
        "cosine of neighbours, centred",
        "mean over edges of cos(x_i − x̄, x_j − x̄)",
        "1 where neighbours differ from the mean in the same way",
        "of a collapsed layer it is the cosine of rounding noise",
        True,
        "direction",
    ),
    LayerMeasure(
        "mad",
        "mean average distance, corrected",
        "mean of 1 − cos(x_i, x_j), i ≠ j",
        "0 for parallel rows",
        "as the mean cosine",
        True,
        "direction",
    ),
    LayerMeasure(
        "mad_nonzero",
        "mean average distance, as published",
        "mean over rows of the mean of their non-zero 1 − cos(x_i, x_j)",
        "0 for parallel rows, not continuous there",
        "leaves exact zeros out: nine equal rows and one outlier score 1",
        True,
        "direction",
    ),
    LayerMeasure(
        "smv",
        "smoothness metric value",
        "mean of ½‖x̂_i − x̂_j‖, i ≠ j",
        "0 for parallel rows",
        "as the mean cosine",
        True,
        "direction",
    ),
    LayerMeasure(
        "row_difference",
        "row difference",
        "(1/n²) Σ_ij ‖x_i − x_j‖",
        "0 for constants over the whole graph",
        _SIZE,
        False,
        "distance",
    ),
    LayerMeasure(
        "median_pair_distance",
        "distance of the median pair",
        "median over pairs i ≠ j of ‖x_i − x_j‖/√(‖x_i‖² + ‖x_j‖²)",
        "0 where most pairs of rows are equal",
        "0 where one class holds most nodes and is a point, as well-separated classes may be",
        True,
        "distance",
    ),
    LayerMeasure(
        "column_difference",
        "column difference",
        "(1/F²) Σ_ab ‖x_a/‖x_a‖₁ − x_b/‖x_b‖₁‖",
        "0 for parallel columns",
        "dead columns count as far from living ones",
        True,
        "columns",
    ),
    LayerMeasure(
        "column_correlation",
        "correlation of columns",
        "mean of |Pearson correlation| of columns a ≠ b that vary",
        "1 where all columns say the same",
        "1 for two well-separated classes too",
        True,
        "columns",
    ),
    LayerMeasure(
        "stable_rank",
        "stable rank",
        "‖X‖_F²/‖X‖₂²",
        "1 for rank one",
        "near 1 for any layer with a large common offset; rank one is not smooth if rows differ in size",
        True,
        "rank",
    ),
    LayerMeasure(
        "effective_rank",
        "effective rank",
        "exp(−Σ p_i log p_i), p_i = σ_i/Σσ",
        "1 for rank one",
        "few well-separated classes have few directions; small noise in many columns raises it",
        True,
        "rank",
    ),
    LayerMeasure(
        "rank_one_distance",
        "rank-one distance",
        "‖X/‖X‖_* − s·uvᵀ/‖uvᵀ‖_*‖_*",
        "0 for rank one",
        "distance to one particular outer product, not to the nearest",
        True,
        "rank",
    ),
    LayerMeasure(
        "class_share",
        "scatter between classes",
        "Σ_c n_c‖m_c − m̄‖² / Σ_i ‖x_i − m̄‖²",
        "does not tell",
        "of many columns and few nodes a part lies between classes by chance",
        True,
        "classes",
    ),
    LayerMeasure(
        "class_distance",
        "distance to class means",
        "‖X − class means‖_F / ‖X‖_F over labelled nodes",
        "0 where classes are points",
        "0 for constants too: look at the scatter between classes beside it",
        True,
        "classes",
    ),
    LayerMeasure(
        "between_scatter",
        "between classes",
        "√(Σ_c n_c‖m_c − m̄‖²)",
        "0 for constants",
        _SIZE,
        False,
        "classes",
    ),
    LayerMeasure(
        "within_scatter",
        "within classes",
        "√(Σ_i ‖x_i − m_c(i)‖²)",
        "0 where classes are points",
        _SIZE,
        False,
        "classes",
    ),
    LayerMeasure(
        "within_cosine",
        "cosine within classes",
        "mean of cos(x_i, x_j) over pairs of one class",
        "1 for parallel rows",
        "as the mean cosine",
        True,
        "direction",
    ),
    LayerMeasure(
        "between_cosine",
        "cosine between classes",
        "mean of cos(x_i, x_j) over pairs of two classes",
        "1 for parallel rows",
        "as the mean cosine",
        True,
        "direction",
    ),
)

LAYER_MEASURES: dict[str, LayerMeasure] = {measure.name: measure for measure in _ALL}
