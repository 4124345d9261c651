"""Make what the README shows, its screen of output and its picture, and the picture of how to choose a depth.

Run ``python -m benchmarks.readme`` after a change of the report; a test holds the screen against a fresh run.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import spectral_smooth as ss

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "pages" / "images"
PICTURE, ADVICE = IMAGES / "karate.png", IMAGES / "advice.png"
BLOCK = re.compile(r"(<!-- screen -->\n```text\n).*?(```\n)", re.DOTALL)


def screen() -> str:
    """Return what ``spectral-smooth analyze karate --html karate.html`` prints."""
    analysis = ss.analyze(ss.load("karate"))
    return ss.render_text(analysis, written=("karate.html",)).rstrip() + "\n"


def _draw_advice() -> None:
    """Draw accuracy with its window, and recall and contrast of each class, of the seeded block model."""
    from matplotlib import pyplot as plt

    analysis = ss.analyze(ss.load("csbm"))
    sketch, axes = plt.subplots(1, 3, figsize=(16, 4.6), layout="constrained")
    for draw, ax in zip((ss.plot_advice, ss.plot_recall, ss.plot_classes), axes, strict=True):
        draw(analysis, ax=ax)
    sketch.savefig(ADVICE, dpi=90)


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
    IMAGES.mkdir(exist_ok=True)
    ss.plot_overview(ss.analyze(ss.load("karate"))).savefig(PICTURE, dpi=100)
    _draw_advice()
    print(f"wrote {readme}, {PICTURE} and {ADVICE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
