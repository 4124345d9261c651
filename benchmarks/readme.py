"""Make what the README shows: its screen of output and its picture.

Run ``python -m benchmarks.readme`` after a change of the report; a test holds the screen against a fresh run.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import spectral_smooth as ss

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pages" / "images" / "karate.png"
BLOCK = re.compile(r"(<!-- screen -->\n```text\n).*?(```\n)", re.DOTALL)


def screen() -> str:
    """Return what ``spectral-smooth analyze karate --html karate.html`` prints."""
    analysis = ss.analyze(ss.load("karate"))
    return ss.render_text(analysis, written=("karate.html",)).rstrip() + "\n"


def main() -> int:
    """Write the screen into the README and the picture beside the docs."""
    import matplotlib as mpl

    mpl.use("Agg")
    readme = ROOT / "README.md"
    text, count = BLOCK.subn(lambda found: found[1] + screen() + found[2], readme.read_text())
    if count != 1:
        print("README.md has no block marked <!-- screen -->", file=sys.stderr)
        return 1
    readme.write_text(text)
    PICTURE.parent.mkdir(exist_ok=True)
    ss.plot_overview(ss.analyze(ss.load("karate"))).savefig(PICTURE, dpi=100)
    print(f"wrote {readme} and {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
