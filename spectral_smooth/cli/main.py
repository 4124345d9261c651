"""The command ``spectral-smooth``: its verbs, and what becomes of every error."""

from __future__ import annotations

import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from spectral_smooth import __version__
from spectral_smooth.cli import analyze, depth, graphs, monitor, propagate, report, spectrum, warmup
from spectral_smooth.cli.compiled import compiled_so_far, tell_compiled
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import SpectralSmoothError

INTERRUPTED = 130
PIPE_CLOSED = 141
_UsageProblem: type[Exception] = typer.BadParameter.__bases__[0]  # typer has no public name for it

app = typer.Typer(
    name="spectral-smooth",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example:\n\nspectral-smooth analyze karate --html karate.html",
)


def _add(verb: str, function: Callable[..., int], examples: str) -> None:
    """Add a verb; paragraphs of its docstring are joined to lines, which the terminal then wraps."""
    paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    app.command(verb, help="\n\n".join(" ".join(p.split()) for p in paragraphs), epilog=examples)(function)


_add("analyze", analyze.analyze, analyze.EXAMPLES)
_add("spectrum", spectrum.spectrum, spectrum.EXAMPLES)
_add("depth", depth.depth, depth.EXAMPLES)
_add("propagate", propagate.propagate, propagate.EXAMPLES)
_add("monitor", monitor.monitor, monitor.EXAMPLES)
_add("report", report.report, report.EXAMPLES)
_add("graphs", graphs.graphs, graphs.EXAMPLES)
_add("warmup", warmup.warmup, warmup.EXAMPLES)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spectral-smooth {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Predict, measure and explain oversmoothing of a graph before any training."""
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process by default.

    Returns
    -------
    int
        0 done; 1 error; 2 bad input or usage; 3 done, but something did not converge; 130 interrupted;
        141 the reader of the output went away.
    """
    talk = Talk()
    try:
        with _forgiving_streams(), _quiet_libraries():
            code = _run(sys.argv[1:] if arguments is None else list(arguments), talk)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        return PIPE_CLOSED
    return code


def _run(arguments: list[str], talk: Talk) -> int:
    try:
        return _invoke(arguments, talk)
    except typer.Exit as stop:
        return stop.exit_code
    except SpectralSmoothError as error:
        return _failed(talk, str(error), error.exit_code)
    except _UsageProblem as error:
        return _failed(talk, _usage_sentence(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        return _failed(talk, "interrupted; no output is left half written", INTERRUPTED)
    except BrokenPipeError:
        raise
    except MemoryError:
        return _failed(talk, "there is not enough memory for this", 1)
    except Exception as error:  # the last line of defence: one sentence instead of a traceback
        talk.trace()
        hint = "" if talk.verbose else "; this should not happen, -v shows where it did"
        return _failed(talk, f"unexpected {type(error).__name__}: {error}{hint}", 1)


def _invoke(arguments: list[str], talk: Talk) -> int:
    """Run a verb without typer's own handling of errors, which prints boxes and ends the process."""
    command: Any = typer.main.get_command(app)
    before = compiled_so_far()
    with command.make_context("spectral-smooth", arguments, obj=talk) as context:
        code = int(command.invoke(context) or 0)
        if context.invoked_subcommand != "warmup":  # which tells it itself
            tell_compiled(compiled_so_far() - before, talk)
    return code


def _failed(talk: Talk, sentence: str, code: int) -> int:
    talk.error(sentence)
    return code


def _usage_sentence(error: Any) -> str:
    context = getattr(error, "ctx", None)
    where = context.command_path if context else "spectral-smooth"
    return f"{error.format_message().rstrip('.')}; see {where} --help"


@contextmanager
def _forgiving_streams() -> Iterator[None]:
    """Show a question mark for a letter that the terminal lacks, instead of stopping the work."""
    changed = [(s, s.errors) for s in (sys.stdout, sys.stderr) if hasattr(s, "reconfigure")]
    for stream, _ in changed:
        stream.reconfigure(errors="replace")
    yield
    for stream, errors in changed:
        stream.reconfigure(errors=errors)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what libraries tell developers to ourselves; what users must know is among the report's warnings."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        yield


def _drop_stdout() -> None:
    """Send what is left in the buffer nowhere, so that Python does not complain while it ends."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a file
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
