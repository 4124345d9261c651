"""Talk: everything a person is told while a command works, on stderr, so that stdout stays data."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

Progress = Callable[[str, float], None]


@dataclass
class Talk:
    """How much is said; ``-q`` and ``-v`` set it."""

    quiet: bool = False
    verbose: bool = False

    def say(self, text: str) -> None:
        """Tell something worth knowing, unless quiet."""
        if not self.quiet:
            typer.echo(_harmless(text), err=True)

    def detail(self, text: str) -> None:
        """Tell something that only ``-v`` asks for."""
        if self.verbose:
            typer.echo(_harmless(text), err=True)

    def trace(self) -> None:
        """Show where the exception that is being handled came from, if ``-v`` asks for it."""
        if self.verbose:
            typer.echo(traceback.format_exc(), err=True)

    def error(self, text: str) -> None:
        """Tell why the command failed: one line, always."""
        typer.echo(_harmless(f"spectral-smooth: error: {text}"), err=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress | None]:
        """Give a function that takes (stage, fraction done); None where nobody is watching."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(escape(title), total=1.0)

            def show(stage: str, fraction: float) -> None:
                bar.update(task, description=escape(f"{title}: {stage}"), completed=fraction)

            yield show


def _harmless(text: str) -> str:
    """Return one line; a name from a file cannot move the cursor or colour the terminal."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)
