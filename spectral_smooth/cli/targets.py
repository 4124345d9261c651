"""Targets: the files that an analysis is written to, one pair a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spectral_smooth.cli.output import Destination, destination, file_names, output_folder
from spectral_smooth.cli.sources import Source
from spectral_smooth.errors import UsageError

if TYPE_CHECKING:
    from spectral_smooth.analysis.result import Analysis


@dataclass(frozen=True)
class Targets:
    """Where one analysis goes; None where an output was not asked for."""

    json: Destination | None
    html: Destination | None

    def check(self, inputs: Sequence[Path]) -> None:
        """Refuse before computing what could not be written afterwards.

        Raises
        ------
        UsageError, OutputError
            If both outputs are one file, or one of them cannot be written.
        """
        if self.json and self.html and self.json.path.resolve() == self.html.path.resolve():
            raise UsageError(f"-o and --html name the same file, {self.json.path}")
        for one in filter(None, (self.json, self.html)):
            one.check(inputs=inputs)

    def write(self, analysis: Analysis) -> list[Path]:
        """Write the files and return their paths."""
        if self.json:
            self.json.write(analysis.to_json() + "\n")
        if self.html:
            from spectral_smooth.report.html import render_html

            self.html.write(render_html(analysis))
        return [one.path for one in (self.json, self.html) if one]


def one_target(output: Path | None, html: Path | None, *, force: bool, inputs: Sequence[Path]) -> Targets:
    """Return the checked targets of one graph."""
    target = Targets(
        destination(output, option="-o", force=force), destination(html, option="--html", force=force)
    )
    target.check(inputs)
    return target


def many_targets(
    output: Path | None, html: Path | None, *, force: bool, sources: Sequence[Source]
) -> list[Targets]:
    """Return the checked targets of several graphs: in folders, named after the graphs."""
    if not (output or html):
        return [Targets(None, None)] * len(sources)
    json_folder = output_folder(output, option="-o") if output else None
    html_folder = output_folder(html, option="--html") if html else None
    inputs = [Path(source.argument) for source in sources]
    targets = []
    for name in file_names(source.label for source in sources):
        json = Destination(json_folder / f"{name}.json", force) if json_folder else None
        page = Destination(html_folder / f"{name}.html", force) if html_folder else None
        targets.append(Targets(json, page))
        targets[-1].check(inputs)
    return targets
