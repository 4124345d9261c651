"""``spectral-smooth report``: render a result again, without computing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.output import destination
from spectral_smooth.cli.printing import print_text, terminal
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import InputError

if TYPE_CHECKING:
    from spectral_smooth.analysis.result import Analysis
    from spectral_smooth.monitoring.result import Monitoring

EXAMPLES = """\
Examples:

spectral-smooth report cora.json --html cora.html

spectral-smooth report cora.json
"""


def report(
    context: typer.Context,
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT.json", show_default=False, help="What analyze -o or monitor -o has written."
        ),
    ],
    html: options.Html = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Render a result of analyze or monitor again: as HTML, or on one screen where no --html is given."""
    del quiet, verbose
    target = destination(html, option="--html", force=force)
    if target:
        target.check(inputs=[result])
    read = read_result(result)
    talk: Talk = context.obj
    try:
        text = _render(read, html=target is not None)
    except Exception as error:  # from_dict does not look into every field: somebody has edited the file
        talk.trace()
        raise InputError(f"{result} is damaged: {type(error).__name__}: {error}") from error
    if target:
        target.write(text)
        talk.say(f"written: {target.path}")
    else:
        print_text(text)
    return 0


def _render(result: Analysis | Monitoring, *, html: bool) -> str:
    from spectral_smooth.monitoring.result import Monitoring

    if isinstance(result, Monitoring):
        return _render_monitoring(result, html=html)
    if html:
        from spectral_smooth.report.html import render_html

        return render_html(result)
    from spectral_smooth.report.text import render_text

    return render_text(result, **terminal())


def _render_monitoring(result: Monitoring, *, html: bool) -> str:
    if html:
        from spectral_smooth.report.monitoring.html import render_monitor_html

        return render_monitor_html(result)
    from spectral_smooth.report.monitoring.text import render_monitor_text

    return render_monitor_text(result, **terminal())


def read_result(path: Path) -> Analysis | Monitoring:
    """Read a result file of `analyze -o` or `monitor -o`.

    Raises
    ------
    InputError
        If it is missing, no JSON, or neither.
    """
    from spectral_smooth.analysis.result import Analysis
    from spectral_smooth.monitoring.result import KIND, Monitoring

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the result {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not a JSON file that analyze -o or monitor -o has written: {error}"
        ) from error
    try:
        if isinstance(data, dict) and data.get("kind") == KIND:
            return Monitoring.from_dict(data)
        return Analysis.from_dict(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
