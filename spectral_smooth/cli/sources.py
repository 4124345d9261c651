"""Sources: what the arguments of a command stand for: files, names of embedded graphs, folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spectral_smooth.errors import InputError

if TYPE_CHECKING:
    from spectral_smooth.cli.settings import Settings
    from spectral_smooth.graphs.dataset import Dataset

GRAPH_SUFFIXES = (".npz", ".edgelist", ".edges", ".el", ".txt", ".csv", ".tsv", ".dat")
"""In a folder, files with these endings (``.gz`` may follow) are taken for graphs; the rest is left alone."""


@dataclass(frozen=True)
class Source:
    """One graph that a command was asked for.

    Attributes
    ----------
    argument : str
        What the user wrote, or the path of a file in the folder that he named.
    """

    argument: str

    @property
    def label(self) -> str:
        """Short name for messages and output files: a file's stem, or the embedded name."""
        path = Path(self.argument)
        return Path(path.name.removesuffix(".gz")).stem if path.is_file() else self.argument

    def open(self, chosen: Settings) -> Dataset:
        """Read the file or make the embedded graph; a file goes before a name.

        Raises
        ------
        InputError
            If there is neither, or it cannot be used.
        """
        from spectral_smooth.graphs.catalog import load

        if is_folder(self.argument):
            raise InputError(_nothing_in(Path(self.argument)))
        return load(self.argument, policies=chosen.policies(), seed=chosen.seed)


def is_folder(argument: str) -> bool:
    """Whether an argument stands for the graphs of a folder; an embedded name goes before a folder."""
    if not Path(argument).is_dir():
        return False
    from spectral_smooth.graphs.catalog import embedded_names

    return argument not in embedded_names()


def find_sources(arguments: Iterable[str]) -> list[Source]:
    """Return the graphs that arguments stand for, folders spread out in order of file name.

    A folder without graphs stays as it is: opening it says so.
    """
    found = []
    for argument in arguments:
        inside = _graph_files(Path(argument)) if is_folder(argument) else []
        found += [Source(str(path)) for path in inside] or [Source(argument)]
    return found


def single_source(argument: str, verb: str) -> Source:
    """Return the one graph of a command that takes one.

    Raises
    ------
    InputError
        If the argument is a folder.
    """
    if is_folder(argument):
        if not _graph_files(Path(argument)):
            raise InputError(_nothing_in(Path(argument)))
        raise InputError(f"{argument} is a folder, but {verb} takes one graph; name a file in it")
    return Source(argument)


def _graph_files(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        return [
            p for p in files if p.name.lower().removesuffix(".gz").endswith(GRAPH_SUFFIXES) and p.is_file()
        ]
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read: {error.strerror or error}") from error


def _nothing_in(folder: Path) -> str:
    endings = ", ".join(GRAPH_SUFFIXES)
    return (
        f"the folder {folder} has no graph in it; looked for files that end in {endings} (or those with .gz)"
    )
