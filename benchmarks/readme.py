"""Make what the README shows, its screen of output and its picture, and the pictures of two pages of the docs.

Run ``python -m benchmarks.readme`` after a change of the report; a test holds the screen against a fresh run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import spectral_smooth as ss

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "pages" / "images"
PICTURE, ADVICE, MONITOR = (IMAGES / f"{name}.png" for name in ("karate", "advice", "monitor"))
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


def random_gcn(data: ss.Dataset, depth: int = 16, width: int = 32) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the layers of an untrained GCN: ReLU, He's initialisation, small random biases."""
    rng = np.random.default_rng(0)
    core = ss.gcn(data.graph).matrix()
    x = np.asarray(data.features)
    yield "input", x
    for layer in range(depth):
        weights = rng.normal(scale=np.sqrt(2.0 / x.shape[1]), size=(x.shape[1], width))
        x = np.maximum(core @ (x @ weights) + 0.02 * rng.normal(size=width), 0.0)
        yield f"conv{layer + 1}", x


def _draw_monitor() -> None:
    """Draw the layers of an untrained GCN on the seeded block model."""
    data = ss.load("csbm")
    ss.plot_monitor_overview(ss.monitor(data, random_gcn(data))).savefig(MONITOR, dpi=80)


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
    _draw_monitor()
    print(f"wrote {readme}, {PICTURE}, {ADVICE} and {MONITOR}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
