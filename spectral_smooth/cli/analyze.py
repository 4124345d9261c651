"""``spectral-smooth analyze``: one graph on one screen, or several in one row each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.printing import print_json, print_text, terminal
from spectral_smooth.cli.settings import COLLAPSE, DEPTH, HORIZON, PRODUCTS, Settings
from spectral_smooth.cli.sources import Source, find_sources
from spectral_smooth.cli.talk import Talk
from spectral_smooth.cli.targets import Targets, many_targets, one_target
from spectral_smooth.errors import SpectralSmoothError

if TYPE_CHECKING:
    from spectral_smooth.analysis.result import Analysis

EXAMPLES = """\
Examples:

spectral-smooth analyze karate --html karate.html

spectral-smooth analyze cora.npz -o cora.json --html cora.html --rule ppr:alpha=0.1

spectral-smooth analyze grid:30x30 --certify --horizon 4096

spectral-smooth analyze graphs/ --html reports/ --json > all.json

Exit codes: 0 done; 1 error; 2 bad input or usage; 3 done, but something did not converge or, with --certify, is not
proven.
"""

BY_SEVERITY = (0, 3, 1, 2)
"""Exit codes, the worst last: a run over several graphs returns the worst of theirs."""


def analyze(
    context: typer.Context,
    graphs: options.GraphArguments,
    output: options.Output = None,
    html: options.Html = None,
    force: options.Force = False,
    json: options.Json = False,
    operator: options.Operator = "gcn",
    rule: options.Rule = "sgc",
    depth: options.Depth = DEPTH,
    horizon: options.Horizon = HORIZON,
    features: options.Features = "auto",
    exact: options.Exact = False,
    products: options.Products = PRODUCTS,
    collapse: options.Collapse = COLLAPSE,
    certify: options.Certify = False,
    dtype: options.Dtype = "float64",
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Predict, measure and explain the oversmoothing of a graph.

    One graph fills one screen: what it is, its gap and rate, predicted and measured decay, the safe depth
    with its reasons, a verdict. Several graphs, or a folder, give one row each; -o and --html then name
    folders, and --json prints one object with the lists analyses and failures.
    """
    del quiet, verbose  # their callbacks have told the talk
    chosen = Settings(
        operator=operator,
        rule=rule,
        depth=depth,
        horizon=horizon,
        features=features,
        exact=exact,
        products=products,
        collapse=collapse,
        certify=certify,
        dtype=dtype,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
    )
    sources = find_sources(graphs)
    if sources == [Source(graphs[0])]:
        target = one_target(output, html, force=force, inputs=[Path(graphs[0])])
        return _one(sources[0], chosen, target, context.obj, json=json)
    targets = many_targets(output, html, force=force, sources=sources)
    return _many(sources, chosen, targets, context.obj, json=json)


def compute(source: Source, chosen: Settings, talk: Talk) -> Analysis:
    """Read one graph and analyse it."""
    from spectral_smooth.analysis.run import analyze as run

    with talk.progress(source.label) as progress:
        if progress:
            progress("reading", 0.0)
        analysis = run(source.open(chosen), plan=chosen.plan(), certify=chosen.certify, progress=progress)
    for stage, seconds in analysis.provenance.get("seconds", {}).items():
        talk.detail(f"{source.label}: {stage} took {seconds:.2f} s")
    return analysis


def _one(source: Source, chosen: Settings, target: Targets, talk: Talk, *, json: bool) -> int:
    from spectral_smooth.report.text import render_text

    analysis = compute(source, chosen, talk)
    written = target.write(analysis)
    if json:
        for path in written:
            talk.say(f"written: {path}")
        print_json(analysis.to_dict())
    else:
        print_text(render_text(analysis, written=written, **terminal()))
    return exit_code(analysis, talk)


def exit_code(analysis: Analysis, talk: Talk) -> int:
    """Return 3, and say why, where something did not converge or is not proven."""
    from spectral_smooth.report.told import incomplete_title

    if not analysis.incomplete:
        return 0
    what = incomplete_title(analysis)
    reasons = "; ".join(analysis.warnings) or "see the report"
    talk.say(f"{analysis.name}: {what[:1].lower()}{what[1:]}: {reasons}")
    return 3


def _many(
    sources: Sequence[Source], chosen: Settings, targets: Sequence[Targets], talk: Talk, *, json: bool
) -> int:
    done: list[Analysis] = []
    failures: list[tuple[str, str]] = []
    codes = [0]
    for source, target in zip(sources, targets, strict=True):
        try:
            analysis = compute(source, chosen, talk)
            for path in target.write(analysis):
                talk.detail(f"written: {path}")
        except SpectralSmoothError as error:
            failures.append((source.argument, str(error)))
            codes.append(error.exit_code)
        except Exception as error:  # one graph must not take the others with it
            talk.trace()
            failures.append((source.argument, f"unexpected {type(error).__name__}: {error}"))
            codes.append(1)
        else:
            done.append(analysis)
            codes.append(exit_code(analysis, talk))
    _print_all(done, failures, talk, json=json)
    return max(codes, key=BY_SEVERITY.index)


def _print_all(
    done: Sequence[Analysis], failures: Sequence[tuple[str, str]], talk: Talk, *, json: bool
) -> None:
    from spectral_smooth.report.rows import render_row, render_table

    if json:
        listed = [{"graph": what, "error": why} for what, why in failures]
        print_json({"analyses": [analysis.to_dict() for analysis in done], "failures": listed})
    else:
        print_text(render_table([render_row(analysis) for analysis in done]))
    for what, why in failures:
        talk.error(why if what in why else f"{what}: {why}")
