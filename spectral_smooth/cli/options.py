"""Options that several verbs share: written once, so that they mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

_HOW = "What is computed"
_IN = "How the graph is read"
_OUT = "Output"
_TALK = "Talk"


def _hush(context: typer.Context, value: bool) -> None:
    if value:
        context.obj.quiet = True


def _elaborate(context: typer.Context, value: bool) -> None:
    if value:
        context.obj.verbose = True


GraphArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="GRAPH", show_default=False, help="A file, or the name of an embedded graph.")
]
GraphArguments: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="GRAPH...",
        show_default=False,
        help="Files, names of embedded graphs, or a folder: every graph file in it.",
    ),
]
Operator: TypeAlias = Annotated[
    str,
    typer.Option(
        "--operator",
        metavar="NAME",
        rich_help_panel=_HOW,
        help="gcn, rw (random walk) or sym (no loops); with settings: gcn:loops=2.",
    ),
]
Rule: TypeAlias = Annotated[
    str,
    typer.Option(
        "--rule",
        metavar="NAME",
        rich_help_panel=_HOW,
        help="sgc, lazy, residual, ppr, gcnii, mean, concat, weighted, heat or s2gc; with settings: ppr:alpha=0.1.",
    ),
]
Depth: TypeAlias = Annotated[
    int,
    typer.Option(
        "--depth", min=1, rich_help_panel=_HOW, help="Largest depth that is propagated and measured."
    ),
]
Horizon: TypeAlias = Annotated[
    int,
    typer.Option(
        "--horizon", min=1, rich_help_panel=_HOW, help="Largest depth that prediction and limits look at."
    ),
]
Features: TypeAlias = Annotated[
    str,
    typer.Option(
        "--features",
        metavar="auto|raw|rows|standard",
        rich_help_panel=_HOW,
        help="Scaling: rows divided by their sum, columns standardised, or as they are.",
    ),
]
Certify: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--certify",
        rich_help_panel=_HOW,
        help="Prove both ends of the spectrum, for tighter predictions; exit code 3 where that fails.",
    ),
]
Exact: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--exact", rich_help_panel=_HOW, help="Keep every feature column: no sketch of wide features."
    ),
]
Products: TypeAlias = Annotated[
    int,
    typer.Option(
        "--products", min=1, rich_help_panel=_HOW, help="Sparse products that the prediction may use."
    ),
]
Collapse: TypeAlias = Annotated[
    float,
    typer.Option(
        "--collapse",
        metavar="SHARE",
        rich_help_panel=_HOW,
        help="Collapse limit: share of the signal below which nodes count as lost.",
    ),
]
Dtype: TypeAlias = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="float32|float64",
        rich_help_panel=_HOW,
        help="Storage of the states; sums are float64.",
    ),
]
Seed: TypeAlias = Annotated[
    int, typer.Option("--seed", min=0, rich_help_panel=_HOW, help="Seed of everything that is random.")
]
Threads: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--threads", min=1, show_default=False, rich_help_panel=_HOW, help="Threads; all cores if not given."
    ),
]
Direction: TypeAlias = Annotated[
    str,
    typer.Option(
        "--direction",
        metavar="union|mutual|error",
        rich_help_panel=_IN,
        help="Directed edges: keep either direction, only mutual ones, or refuse.",
    ),
]
Weight: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--weight",
        metavar="NAME|none",
        show_default=False,
        rich_help_panel=_IN,
        help="Which edge weights are used; none ignores them. Default: those called weight or edge_weight.",
    ),
]
SelfLoops: TypeAlias = Annotated[
    str,
    typer.Option(
        "--self-loops", metavar="drop|keep", rich_help_panel=_IN, help="Self-loops that the source has."
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", rich_help_panel=_OUT, help="Print JSON to stdout.")]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE.json",
        show_default=False,
        rich_help_panel=_OUT,
        help="Write the result as JSON; a folder where there are several graphs.",
    ),
]
Html: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE.html",
        show_default=False,
        rich_help_panel=_OUT,
        help="Write the report, one file that needs no network; a folder where there are several graphs.",
    ),
]
Force: TypeAlias = Annotated[
    bool, typer.Option("--force", rich_help_panel=_OUT, help="Replace outputs that exist already.")
]
Quiet: TypeAlias = Annotated[
    bool,
    typer.Option(
        "-q", "--quiet", callback=_hush, rich_help_panel=_TALK, help="Say nothing but errors on stderr."
    ),
]
Verbose: TypeAlias = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        callback=_elaborate,
        rich_help_panel=_TALK,
        help="Say more; tracebacks where something fails.",
    ),
]
