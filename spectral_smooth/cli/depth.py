"""``spectral-smooth depth``: how deep one may go, as a recommendation and as an interval with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.delivery import Delivery
from spectral_smooth.cli.settings import COLLAPSE, HORIZON, PRODUCTS, Settings
from spectral_smooth.cli.sources import single_source
from spectral_smooth.cli.talk import Talk

if TYPE_CHECKING:
    from spectral_smooth.analysis.depth import DepthAnswer

EXAMPLES = """\
Examples:

spectral-smooth depth karate

spectral-smooth depth cora.npz --rule ppr:alpha=0.1 --json
"""


def depth(
    context: typer.Context,
    graph: options.GraphArgument,
    json: options.Json = False,
    output: options.Output = None,
    force: options.Force = False,
    operator: options.Operator = "gcn",
    rule: options.Rule = "sgc",
    horizon: options.Horizon = HORIZON,
    features: options.Features = "auto",
    exact: options.Exact = False,
    products: options.Products = PRODUCTS,
    collapse: options.Collapse = COLLAPSE,
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Recommend a depth from training labels, and show the safe depth.

    The recommended depth is where a linear read-out tells the classes best; it needs labels of at least two
    classes (the training mask if there is one, else all known labels). The safe depth is the largest at which nodes
    can still be told apart; it needs no labels. Nothing is propagated to be measured: analyze does that.
    """
    del quiet, verbose
    source = single_source(graph, "depth")
    delivery = Delivery.planned(output, force=force, as_json=json, graph=graph)
    chosen = Settings(
        operator=operator,
        rule=rule,
        depth=1,
        horizon=horizon,
        features=features,
        exact=exact,
        products=products,
        collapse=collapse,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
    )
    talk: Talk = context.obj
    from spectral_smooth.analysis.depth import answer_depth

    with talk.progress(source.label) as progress:
        if progress:
            progress("reading", 0.0)
        answer = answer_depth(source.open(chosen), chosen.plan(), progress=progress)
    delivery.give(answer.to_dict(), lambda: _text(answer), talk)
    return 0


def _text(answer: DepthAnswer) -> str:
    safe = answer.safe_depth
    return "\n".join(
        [
            f"{answer.name}: {answer.rule} under {answer.operator}",
            answer.advice.sentence,
            *([f"  basis: {answer.advice.basis}"] if answer.advice.recommended_depth is not None else []),
            safe.sentence,
            *(f"  {limit.kind}: {limit.sentence}" for limit in safe.limits),
        ]
    )
