"""Drawing a benchmark's picture anew from its committed results, or from a file that is given."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS


def redraw(draw: Callable[[dict[str, Any], Path], None], results: str, picture: Path) -> int:
    """Draw ``results`` to ``picture``; the command line may name other files, in that order."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / results
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else picture
    draw(json.loads(source.read_text(encoding="utf-8")), target)
    print(f"wrote {target}")
    return 0
