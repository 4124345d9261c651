"""Picture: one interactive picture of the HTML report, with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bokeh.plotting import figure


@dataclass(frozen=True)
class Picture:
    """One picture of the report.

    Attributes
    ----------
    key : str
        Identifier of its place in the page.
    section : str
        ``collapse``, ``decay``, ``spectrum``, ``degrees``, ``components``, ``measures``, or one of the labels'
        (``advice``, ``classes``, ``groups``, ``nodes``, ``drawing``, ``labels``, ``mixing``).
    title : str
    caption : str
        What is seen, in one sentence.
    summary : str
        The same in numbers, for those who do not see it.
    notes : tuple of str
    plot : bokeh figure
    """

    key: str
    section: str
    title: str
    caption: str
    summary: str
    plot: figure
    notes: tuple[str, ...] = ()
