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

EXAMPLES = """\
Examples:

spectral-smooth report cora.json --html cora.html

spectral-smooth report cora.json
"""


def report(
    context: typer.Context,
    result: Annotated[
        Path, typer.Argument(metavar="RESULT.json", show_default=False, help="What analyze -o has written.")
    ],
    html: options.Html = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Render a result of analyze again: as HTML, or on one screen where no --html is given."""
    del quiet, verbose
    target = destination(html, option="--html", force=force)
    if target:
        target.check(inputs=[result])
    analysis = read_analysis(result)
    talk: Talk = context.obj
    try:
        text = _render(analysis, html=target is not None)
    except Exception as error:  # from_dict does not look into every field: somebody has edited the file
        talk.trace()
        raise InputError(f"{result} is damaged: {type(error).__name__}: {error}") from error
    if target:
        target.write(text)
        talk.say(f"written: {target.path}")
    else:
        print_text(text)
    return 0


def _render(analysis: Analysis, *, html: bool) -> str:
    if html:
        from spectral_smooth.report.html import render_html

        return render_html(analysis)
    from spectral_smooth.report.text import render_text

    return render_text(analysis, **terminal())


def read_analysis(path: Path) -> Analysis:
    """Read a result file.

    Raises
    ------
    InputError
        If it is missing, no JSON, or no analysis.
    """
    from spectral_smooth.analysis.result import Analysis

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the result {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a JSON file that analyze -o has written: {error}") from error
    try:
        return Analysis.from_dict(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
