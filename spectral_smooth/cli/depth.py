"""``spectral-smooth depth``: how deep one may go, as an interval with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.analyze import compute, exit_code
from spectral_smooth.cli.delivery import Delivery
from spectral_smooth.cli.settings import COLLAPSE, DEPTH, HORIZON, PRODUCTS, Settings
from spectral_smooth.cli.sources import single_source
from spectral_smooth.cli.talk import Talk

if TYPE_CHECKING:
    from spectral_smooth.analysis.result import Analysis

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
    depth: options.Depth = DEPTH,
    horizon: options.Horizon = HORIZON,
    features: options.Features = "auto",
    exact: options.Exact = False,
    products: options.Products = PRODUCTS,
    collapse: options.Collapse = COLLAPSE,
    dtype: options.Dtype = "float64",
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Show the safe depth of a graph: the largest at which nodes can still be told apart.

    It is an interval with a reason for each limit; it is not the depth of best accuracy, for which the keys
    recommended_depth, window, signal_gone_at, curve and basis of --json are kept, null until that is built.
    """
    del quiet, verbose
    source = single_source(graph, "depth")
    delivery = Delivery.planned(output, force=force, as_json=json, graph=graph)
    chosen = Settings(
        operator=operator,
        rule=rule,
        depth=depth,
        horizon=horizon,
        features=features,
        exact=exact,
        products=products,
        collapse=collapse,
        dtype=dtype,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
    )
    talk: Talk = context.obj
    analysis = compute(source, chosen, talk)
    delivery.give(_as_dict(analysis), lambda: _text(analysis), talk)
    return exit_code(analysis, talk)


def _as_dict(analysis: Analysis) -> dict[str, Any]:
    advice = dict.fromkeys(("recommended_depth", "window", "signal_gone_at", "curve", "basis"))
    known = {"graph": analysis.name, "operator": analysis.plan["operator"], "rule": analysis.plan["rule"]}
    return {**known, **advice, "safe_depth": analysis.safe_depth.to_dict()}


def _text(analysis: Analysis) -> str:
    safe = analysis.safe_depth
    head = f"{analysis.name}: {analysis.plan['rule']} under {analysis.plan['operator']}"
    return "\n".join([head, safe.sentence, *(f"  {limit.kind}: {limit.sentence}" for limit in safe.limits)])
