"""The report of a monitoring as one HTML file that needs nothing else."""

from __future__ import annotations

from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import wording
from spectral_smooth.report.html import bokeh_script, document_json, environment
from spectral_smooth.report.monitoring import tables, told
from spectral_smooth.report.monitoring.marks import layer_label
from spectral_smooth.report.monitoring.pictures import monitor_pictures


def render_monitor_html(result: Monitoring) -> str:
    """Return the report of a monitoring as a self-contained HTML document.

    Parameters
    ----------
    result : Monitoring
        Everything in the report comes from it; nothing is computed but pictures.

    Returns
    -------
    str
        Scripts and styles are inside; a content security policy in the document forbids every request.
        The same monitoring gives the same text.

    Raises
    ------
    InputError
        If the monitoring was read from a file that lacks a field.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> page = render_monitor_html(ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 3))]))
    >>> page.startswith("<!DOCTYPE html>"), "src=" in page.split("<body")[0]
    (True, False)
    """
    from jinja2 import UndefinedError

    try:
        return environment().get_template("monitor.html.jinja").render(**_filled(result))
    except (UndefinedError, KeyError) as error:
        raise InputError(f"the monitoring cannot be shown, a field is missing: {error}") from error


def _filled(result: Monitoring) -> dict[str, Any]:
    shown = monitor_pictures(result)
    findings = result.diagnosis.findings
    sections = [
        (key, title, tables.family_table(result, key))
        for key, title in tables.FAMILIES.items()
        if tables.family_measures(result, key)
    ]
    return {
        "result": result,
        "name": wording.clean(result.graph["name"]),
        "level": told.level(result),
        "headline": told.headline(result),
        "found": [
            (one, told.sure(one), remedy, layer_label(one.layer, one.layer_name), told.kind_of(one))
            for one, remedy in zip(findings, result.diagnosis.remedies, strict=True)
        ],
        "doubtful": bool(findings) and told.doubtful(findings[0]),
        "leads_to": told.leads_to(result),
        "class_line": told.class_line(result),
        "component_line": told.component_line(result),
        "pictures": shown,
        "families": sections,
        "mode_table": tables.mode_table(result),
        "class_table": tables.class_table(result),
        "component_table": tables.component_table(result),
        "bokeh": bokeh_script(),
        "document": document_json(shown),
    }
