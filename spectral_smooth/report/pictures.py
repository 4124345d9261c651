"""Which pictures the HTML report has, in which section, and what a screen reader says of each."""

from __future__ import annotations

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import numbers
from spectral_smooth.report.ends import spectrum_ends
from spectral_smooth.report.label_pictures import label_pictures
from spectral_smooth.report.picture import Picture
from spectral_smooth.report.plots import collapse_plot, decay_plot, measure_plot
from spectral_smooth.report.selection import NOTHING, all_series, all_zero, state_series
from spectral_smooth.report.series import Series
from spectral_smooth.report.structure_plots import component_plot, degree_plot, spectrum_plot
from spectral_smooth.report.terms import term
from spectral_smooth.report.wording import clean, nodes


def pictures(analysis: Analysis) -> list[Picture]:
    """Make every picture of the report; measures that are zero throughout have none."""
    every = [
        *label_pictures(analysis),
        *_collapse(analysis),
        *_decays(analysis),
        *_structure(analysis),
        *_measures(analysis),
    ]
    return [Picture(**{**vars(picture), "key": f"plot-{i}"}) for i, picture in enumerate(every, start=1)]


def _collapse(analysis: Analysis) -> list[Picture]:
    plot = collapse_plot(analysis)
    if plot is None:
        return []
    safe = analysis.safe_depth
    words = numbers.layers(safe.at_least, safe.at_most, safe.horizon)
    one = next(s for s in all_series([analysis]) if s.name == "collapse" and s.component is None)
    summary = f"{_ends(one)} Safe depth: {words}."
    return [Picture("", "collapse", "Collapse", term("collapse").sentence, summary, plot, _notes(one))]


def _decays(analysis: Analysis) -> list[Picture]:
    out = []
    for one in all_series([analysis]):
        if one.component is not None or one.predicted is None or one.name == "collapse" or all_zero(one):
            continue
        known = term(clean(one.name))
        title = f"{known.title[:1].upper()}{known.title[1:]}"
        if one.relative:
            title += ", as a share of its value at depth 0"
        out.append(Picture("", "decay", title, known.sentence, _ends(one), decay_plot(one), one.notes))
    return out


def _structure(analysis: Analysis) -> list[Picture]:
    spectrum, graph = analysis.spectrum, analysis.graph
    made = [
        (
            "spectrum",
            "Both ends of the spectrum",
            "Each mark is an eigenvalue; the axis is stretched towards ±1, where what is slow lives"
            + (", and hatched where nothing was computed." if spectrum_ends(analysis).unknown else "."),
            f"Gap {numbers.number(spectrum.get('gap'))}, rate {numbers.rate(spectrum.get('rate'))}.",
            spectrum_plot(analysis),
        ),
        (
            "degrees",
            "Degrees",
            "How many nodes have how many neighbours.",
            f"Degrees from {numbers.number(graph.get('min_degree'))} to {numbers.number(graph.get('max_degree'))}, "
            f"mean {numbers.number(graph.get('mean_degree'))}.",
            degree_plot(analysis),
        ),
        (
            "components",
            "Components",
            "Sizes of the connected components; each collapses on its own.",
            f"{numbers.count(graph.get('components'))} components, the largest of "
            f"{nodes(graph['component_sizes'][0]) if graph.get('component_sizes') else 'no nodes'}.",
            component_plot(analysis),
        ),
    ]
    return [
        Picture("", section, title, text, summary, plot)
        for section, title, text, summary, plot in made
        if plot is not None
    ]


def _measures(analysis: Analysis) -> list[Picture]:
    out = []
    for one in state_series(analysis):
        known = term(clean(one.name))
        title = f"{known.title[:1].upper()}{known.title[1:]}"
        out.append(Picture("", "measures", title, known.sentence, _ends(one), measure_plot(one), _notes(one)))
    return out


def _notes(one: Series) -> tuple[str, ...]:
    return (*one.notes, NOTHING) if all_zero(one) else one.notes


def _ends(one: Series) -> str:
    """Return where a measure starts and ends, in one sentence."""
    depths, values = one.points()
    kind = "measured"
    if not len(depths):
        depths, values, _ = one.band()
        kind = "predicted"
    if not len(depths):
        return "No values."
    first, last = numbers.number(float(values[0])), numbers.number(float(values[-1]))
    return f"{first} at depth {depths[0]:,}, {last} at depth {depths[-1]:,} ({kind})."
