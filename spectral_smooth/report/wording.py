"""Words from outside made harmless for a terminal and a picture, and labels of what the report shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from spectral_smooth.operators.fixed_space import MAX_GROUPS
from spectral_smooth.report.numbers import count

_MATH = str.maketrans("$\\", "··")


def clean(text: object) -> str:
    r"""Return text on one line without control characters, which could steer a terminal.

    Names come from files. Line breaks become spaces; escape codes, direction marks and halves of
    surrogate pairs become U+FFFD.

    Examples
    --------
    >>> clean("a\nb\x1b[31m")
    'a b�[31m'
    """
    return "".join(_harmless(character) for character in str(text))


def drawable(text: object) -> str:
    r"""Return `clean` text that no plotting library takes for mathematics.

    Matplotlib reads ``$...$`` as TeX and fails on what is not; Bokeh reads ``$$...$$`` and ``\(...\)``
    and would fetch MathJax from the network. Both signs become a middle dot.

    Examples
    --------
    >>> drawable("$x_$")
    '·x_·'
    """
    return clean(text).translate(_MATH)


def shorten(text: str, width: int) -> str:
    """Return text cut to a number of characters, an ellipsis last.

    Examples
    --------
    >>> shorten("roman-empire", 8)
    'roman-e…'
    """
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def group_label(component: int | None, graph: Mapping[str, Any]) -> str:
    """Return what a row group is: the whole graph, one component with its size, or all small ones.

    Examples
    --------
    >>> group_label(0, {"components": 2, "component_sizes": [2485, 26]})
    'component 0 (2,485 nodes)'
    """
    if component is None:
        return "whole graph"
    if component >= MAX_GROUPS and graph.get("components", 0) > MAX_GROUPS + 1:
        return "all smaller components"
    sizes = graph.get("component_sizes", [])
    return f"component {component}" + (f" ({nodes(sizes[component])})" if component < len(sizes) else "")


def nodes(value: int) -> str:
    """Return a number of nodes in words.

    Examples
    --------
    >>> nodes(1), nodes(2485)
    ('1 node', '2,485 nodes')
    """
    return plural(value, "node")


def plural(value: int, noun: str) -> str:
    """Return a counted noun.

    Examples
    --------
    >>> plural(1, "edge"), plural(78, "component")
    ('1 edge', '78 components')
    """
    return f"{count(value)} {noun}" + ("" if value == 1 else "s")


def limit_label(kind: str) -> str:
    """Return the name of a limit: ``resolution:float32`` is read as "float32 resolution".

    Examples
    --------
    >>> limit_label("resolution:float32"), limit_label("collapse")
    ('float32 resolution', 'collapse')
    """
    family, _, detail = clean(kind).partition(":")
    return f"{detail} {family}" if detail else family


def _harmless(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    return "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character
