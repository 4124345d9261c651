"""The report as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.errors import InputError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.report import numbers, proof, told, wording
from spectral_smooth.report.distributions import component_bars, degree_bars
from spectral_smooth.report.picture import Picture
from spectral_smooth.report.pictures import pictures
from spectral_smooth.report.selection import all_series, share_texts, shares
from spectral_smooth.report.series import Series
from spectral_smooth.report.terms import glossary, term
from spectral_smooth.report.text import DEPTHS, lost_otherwise

if TYPE_CHECKING:
    from jinja2 import Environment

# In a script element HTML ends at "</script" and changes meaning at "<!--", whatever JSON says.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
_BOKEH_ID = re.compile(r"^p\d+$")


def render_html(analysis: Analysis) -> str:
    """Return the report as a self-contained HTML document.

    Parameters
    ----------
    analysis : Analysis
        Everything in the report comes from it; nothing is computed but pictures.

    Returns
    -------
    str
        Scripts and styles are inside; a content security policy in the document forbids every request.
        The same analysis gives the same text.

    Raises
    ------
    InputError
        If the analysis was read from a file that lacks a field.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> page = render_html(ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64)))
    >>> page.startswith("<!DOCTYPE html>"), "src=" in page.split("<body")[0]
    (True, False)
    """
    from jinja2 import UndefinedError

    try:
        return _fill(analysis)
    except UndefinedError as error:
        raise InputError(f"the analysis cannot be shown, a field is missing: {error}") from error


def _fill(analysis: Analysis) -> str:
    shown = pictures(analysis)
    return (
        environment()
        .get_template("report.html.jinja")
        .render(
            analysis=analysis,
            name=wording.clean(analysis.name),
            safe=analysis.safe_depth,
            advice=analysis.advice,
            first=analysis.first,
            labels=analysis.labels,
            certificate=analysis.certificate,
            claims=proof.claims(analysis),
            recommended=told.recommended(analysis),
            facts=told.facts(analysis),
            why_not_n_star=told.why_not_n_star(analysis),
            headline=numbers.layers(
                analysis.safe_depth.at_least, analysis.safe_depth.at_most, analysis.safe_depth.horizon
            ),
            pictures=shown,
            decay_table=decay_table(analysis),
            degrees=degree_bars(analysis.graph),
            components=component_bars(analysis.graph),
            glossary=glossary(wording.clean(one.name) for one in all_series([analysis])),
            notes=[*analysis.predicted.notes, *analysis.measured.notes],
            bokeh=bokeh_script(),
            document=document_json(shown),
            lost_otherwise=lost_otherwise,
        )
    )


def decay_table(analysis: Analysis) -> dict[str, Any]:
    """Return predicted and measured values at a few depths, of every measure that has both."""
    both = [
        one
        for one in all_series([analysis])
        if one.component is None and one.predicted is not None and one.measured is not None
    ]
    known = {int(d) for one in both for d in one.points()[0]}
    depths = [d for d in sorted({0, *DEPTHS, *(max(known, default=0),)}) if d in known]
    return {
        "titles": [term(wording.clean(one.name)).title for one in both],
        "scaled": [one.relative for one in both],
        "rows": [(f"{depth:,}", [_cells(one, depth) for one in both]) for depth in depths],
    }


def bokeh_script() -> str:
    """Return the part of BokehJS that the pictures need."""
    from bokeh.resources import Resources

    scripts = Resources(mode="inline", components=["bokeh"], log_level="error").js_raw
    text = "\n".join(scripts)
    # Nothing in the library may end the script element early.
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)


def document_json(shown: Iterable[Picture]) -> str:
    """Return all pictures as one Bokeh document, safe inside a script element.

    Bokeh numbers its models per process; they are numbered anew here, so that the same analysis gives the
    same report.
    """
    from bokeh.document import Document

    document = Document(title="")
    kept = list(shown)
    # Without this Bokeh looks through all models again after every picture.
    with document.models.freeze():
        for picture in kept:
            document.add_root(picture.plot)
    fresh: dict[str, str] = {}
    body = _renumbered(document.to_json(deferred=False), fresh)
    roots = {fresh[picture.plot.id]: picture.key for picture in kept}
    text = json.dumps({"document": body, "roots": roots}, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _renumbered(value: Any, fresh: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: fresh.setdefault(item, f"p{len(fresh) + 1}")
            if key == "id" and isinstance(item, str) and _BOKEH_ID.match(item)
            else _renumbered(item, fresh)
            for key, item in value.items()
        }
    return [_renumbered(item, fresh) for item in value] if isinstance(value, list) else value


def _cells(one: Series, depth: int) -> tuple[str, str]:
    def cell(curve: Any) -> str:
        if curve is None or depth not in curve.depths:
            return numbers.MISSING
        lower, upper = curve.at(depth)
        return numbers.between(lower / one.scale, upper / one.scale)

    return cell(one.predicted), cell(one.measured)


def environment() -> Environment:
    """Return the templates with their filters; what comes from outside is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("spectral_smooth.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "number": numbers.number,
        "count": numbers.count,
        "rate": numbers.rate,
        "depth": numbers.depth,
        "clean": wording.clean,
        "limit": wording.limit_label,
        "plural": wording.plural,
        "title_of": lambda name: term(wording.clean(name)).title,
        "sentence_of": lambda name: term(wording.clean(name)).sentence,
        "setting": _setting,
        "percent": numbers.percent,
        "begun": lambda text: f"{text[:1].upper()}{text[1:]}",
        "span": lambda ends: numbers.span(*ends),
        "middle_at": _middle_at,
        "predicted_onset": told.predicted_onset,
        "measured_onset": told.measured_onset,
        "disagreement": told.disagreement,
        "incomplete_title": told.incomplete_title,
        "proof_headline": proof.headline,
        "proof_clusters": proof.clusters,
        "proof_structure": proof.structure,
    }
    environment.filters.update(filters)
    return environment


def _middle_at(curve: Curve, depth: int) -> str:
    """Return a share at one depth with its error."""
    depths, *values = shares(curve)
    at = np.flatnonzero(depths == depth)
    return share_texts(*(v[at[:1]] for v in values))[0] if len(at) else numbers.MISSING


def _setting(value: object) -> str:
    """Return a setting as the reader would write it; what is not set is a dash."""
    if value is None:
        return numbers.MISSING
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return wording.clean(value)
    return numbers.number(value, 6)
