"""``spectral-smooth spectrum``: eigenvalues of one end, gap and rate, and whether they may be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.delivery import Delivery
from spectral_smooth.cli.named import one_of
from spectral_smooth.cli.printing import columns
from spectral_smooth.cli.settings import Settings
from spectral_smooth.cli.sources import single_source
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import NotConvergedError

if TYPE_CHECKING:
    from spectral_smooth.operators.operator import Operator
    from spectral_smooth.spectra.types import Spectrum

EXAMPLES = """\
Examples:

spectral-smooth spectrum karate

spectral-smooth spectrum cora.npz -k 20 --end bottom --operator rw --json
"""


def spectrum(
    context: typer.Context,
    graph: options.GraphArgument,
    count: Annotated[int, typer.Option("-k", "--count", min=1, help="Number of eigenvalues.")] = 6,
    end: Annotated[
        str,
        typer.Option("--end", metavar="top|bottom|slowest", help="Which end; slowest is the largest |μ|."),
    ] = "slowest",
    json: options.Json = False,
    output: options.Output = None,
    force: options.Force = False,
    operator: options.Operator = "gcn",
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Show eigenvalues of a graph's operator off its fixed space, its gap and its rate."""
    del quiet, verbose
    one_of("end", end, ("top", "bottom", "slowest"))
    source = single_source(graph, "spectrum")
    delivery = Delivery.planned(output, force=force, as_json=json, graph=graph)
    chosen = Settings(
        operator=operator,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
    )
    talk: Talk = context.obj
    with talk.progress(source.label) as progress:
        if progress:
            progress("eigenvalues", 0.0)
        layer = chosen.chosen_operator.on(source.open(chosen).graph)
        found, code = _solve(layer, count, end, seed, talk)
    data = {"graph": layer.graph.name, "operator": layer.label, "seed": seed, **found.to_dict()}
    delivery.give(data, lambda: _text(layer, found), talk)
    return code


def _solve(layer: Operator, count: int, end: str, seed: int, talk: Talk) -> tuple[Spectrum, int]:
    from spectral_smooth.spectra.eigen import eigenpairs

    try:
        return eigenpairs(layer, count, end, rng=seed), 0  # type: ignore[arg-type]  # checked by one_of
    except NotConvergedError as error:
        if error.partial is None:
            raise
        talk.say(str(error))
        partial: Spectrum = error.partial
        return partial, 3


def _text(layer: Operator, found: Spectrum) -> str:
    rows = [("eigenvalue", "residual")]
    rows += [
        (f"{mu: .10f}", f"{r:.1e}") for mu, r in zip(found.values, found.convergence.residuals, strict=True)
    ]
    none = "  no eigenvalue off the fixed space" if len(rows) == 1 else ""
    shown = none or "\n".join(f"  {line}" for line in columns(rows).splitlines())
    lines = [
        f"{layer}",
        f"gap {_number(found.gap)}   rate {_number(found.rate)}   fixed space of dimension {found.fixed_dimension:,}"
        + (f"   {found.alternating_dimension:,} at -1" if found.alternating_dimension else ""),
        f"{'all' if found.complete else len(found.values)} values off the fixed space, {found.which} end:",
        shown,
        str(found.convergence),
    ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "not known from this end" if value is None else f"{value:.8g}"
