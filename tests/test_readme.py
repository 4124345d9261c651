"""The README's screen is what the program prints today."""

import re
from pathlib import Path

import spectral_smooth as ss

README = Path(__file__).parents[1] / "README.md"


def _steady(text):
    """Leave out what is rounding: the size of a difference between two equal numbers."""
    return re.sub(r"difference \S+ % at\s+depth\s+\d+", "difference", re.sub(r"\s+", " ", text))


def test_the_screen_is_todays():
    shown = re.search(r"<!-- screen -->\n```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    printed = ss.render_text(ss.analyze(ss.load("karate")), written=("karate.html",))
    assert _steady(shown).strip() == _steady(printed).strip()
    assert len(shown.splitlines()) <= 45


def test_the_picture_is_there():
    assert (README.parent / "docs" / "pages" / "images" / "karate.png").stat().st_size > 20_000
