"""Pictures of the recommended depth, of who goes first and of the labels, with their words."""

from __future__ import annotations

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report.advice_plots import advice_plot, class_plot, recall_plot
from spectral_smooth.report.drawing_plots import drawing_plots
from spectral_smooth.report.graph_plots import group_plot, node_plot
from spectral_smooth.report.group_rows import group_chart
from spectral_smooth.report.label_plots import label_spectrum_plot, signal_noise_plots
from spectral_smooth.report.picture import Picture
from spectral_smooth.report.selection import shares
from spectral_smooth.report.wording import clean, plural

DRAWINGS = {
    "smooth": (
        "Nodes by local smoothing depth",
        "The depth at which a node's state has come close to what it tends to. The pointer tells all numbers of a "
        "node.",
    ),
    "lost": (
        "Nodes by the depth from which they are lost",
        "From there on what tells the node apart stays below the threshold, as a share of its whole state.",
    ),
    "class": ("Nodes by class", "Where the classes lie on the same drawing."),
    "region": (
        "Nodes by region",
        "The parts of the largest component that its slowest modes separate.",
    ),
    "density": (
        "Nodes by local density",
        "The share of joined pairs among the neighbours of a node (its clustering coefficient).",
    ),
}


def label_pictures(analysis: Analysis) -> list[Picture]:
    """Make the pictures for which the analysis has something to show."""
    return [*_advice(analysis), *_classes(analysis), *_nodes(analysis), *_labels(analysis)]


def _advice(analysis: Analysis) -> list[Picture]:
    advice = analysis.advice
    if advice is None:
        return []
    summary = clean(advice.sentence)
    made = (
        (
            "Accuracy by depth",
            "Balanced accuracy of linear read-outs on training nodes that they were not trained with; the shaded "
            "depths are as good as the recommended one, as far as the labels can tell.",
            advice_plot(analysis),
        ),
        (
            "Recall by class",
            "The share of each class that is told right; minority classes come first in the legend.",
            recall_plot(analysis),
        ),
    )
    curves = [advice.curve, *(one.recall for one in advice.classes)]
    cut = any(np.any(np.isnan(shares(curve)[1])) for curve in curves if curve is not None)
    notes = ("where a bar ends at 100 % or 0 % only its ends are known, and no mark is drawn",) if cut else ()
    return [Picture("", "advice", title, text, summary, plot, notes) for title, text, plot in made if plot]


def _classes(analysis: Analysis) -> list[Picture]:
    first = analysis.first
    if first is None:
        return []
    out = []
    plot = class_plot(analysis)
    if plot is not None and first.classes is not None:
        text = (
            "The distance of each class mean from the mean of the others, as a share of the size of a state: predicted "
            "as lines, measured as marks. Between the levels a class is small, not gone."
        )
        out.append(Picture("", "classes", "Contrast by class", text, clean(first.classes.sentence), plot))
    groups = group_plot(analysis)
    if groups is not None:
        text = "From which depth on what tells the nodes of a group apart stays below the threshold."
        chart = group_chart(analysis)
        if chart is not None and chart.left_out:
            text += f" {plural(chart.left_out, 'smaller group')} more in the table below."
        summary = clean(first.groups.sentence)
        out.append(Picture("", "groups", "Groups of nodes", text, summary, groups, first.groups.notes))
    return out


def _nodes(analysis: Analysis) -> list[Picture]:
    first = analysis.first
    if first is None:
        return []
    out = []
    plot = node_plot(analysis)
    if plot is not None and first.nodes is not None:
        last = f"{first.nodes.depth:,} layers"
        text = f"How many nodes are smooth, and lost, from which depth on; “later” is not within {last}."
        notes = (first.nodes.note,) if first.nodes.note else ()
        summary = clean(first.nodes.sentence)
        out.append(Picture("", "nodes", "Single nodes", text, summary, plot, notes))
    for color, drawing in drawing_plots(analysis).items():
        title, text = DRAWINGS[color]
        summary = f"The graph's drawing: {title[0].lower()}{title[1:]}."
        out.append(Picture("", "drawing", title, text, summary, drawing))
    return out


def _labels(analysis: Analysis) -> list[Picture]:
    found = analysis.labels
    if found is None:
        return []
    out = []
    spectrum = label_spectrum_plot(analysis)
    if spectrum is not None:
        text = (
            "The further right a curve stays high, the longer that signal lasts: a layer multiplies what lies at μ by "
            "μ. Where only both sides are known, the share lies between them."
        )
        title = "Classes and features, cumulated from the slow end"
        out.append(Picture("", "labels", title, text, clean(found.spectrum.sentence), spectrum))
    pair = signal_noise_plots(analysis)
    if pair is not None and found.signal is not None:
        summary = clean(str(found.signal))
        notes = (*found.signal.notes, *(found.scatter.notes if found.scatter is not None else ()))
        made = (
            (
                "Signal and noise",
                "Mixing shrinks the signal, denoising the noise; marks are the measured scatter between and within "
                "classes, which also holds what lies in the fixed space and never decays.",
                notes,
            ),
            (
                "Signal over noise",
                "With a threshold fixed in advance the ratio has a maximum; a read-out that is fitted at each depth "
                "takes out what all nodes share, and keeps what the other loses.",
                (),
            ),
        )
        out += [
            Picture("", "mixing", title, text, summary, plot, tuple(notes))
            for (title, text, notes), plot in zip(made, pair, strict=True)
        ]
    return out
