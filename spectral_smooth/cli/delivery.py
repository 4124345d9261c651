"""Where the result of a verb goes: text or JSON on stdout, and JSON in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spectral_smooth.cli.output import Destination, destination
from spectral_smooth.cli.printing import print_json, print_text
from spectral_smooth.cli.talk import Talk


@dataclass(frozen=True)
class Delivery:
    """A result's way out, refused before anything is computed where it is not open.

    Attributes
    ----------
    target : Destination or None
        File of ``-o``.
    as_json : bool
        Whether stdout gets JSON instead of text.
    """

    target: Destination | None
    as_json: bool

    @classmethod
    def planned(cls, output: Path | None, *, force: bool, as_json: bool, graph: str) -> Delivery:
        """Check the file of ``-o``, which may not be the graph itself."""
        target = destination(output, option="--output", force=force)
        if target:
            target.check(inputs=[Path(graph)])
        return cls(target, as_json)

    def give(self, data: dict[str, Any], text: Callable[[], str], talk: Talk) -> None:
        """Write the file, if one was asked for, and print."""
        if self.target:
            self.target.write(json.dumps(data, allow_nan=False, ensure_ascii=False, indent=1) + "\n")
            talk.say(f"written: {self.target.path}")
        if self.as_json:
            print_json(data)
        else:
            print_text(text())
