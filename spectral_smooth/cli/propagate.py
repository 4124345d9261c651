"""``spectral-smooth propagate``: what really happens to the features, depth by depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.delivery import Delivery
from spectral_smooth.cli.named import one_of
from spectral_smooth.cli.settings import Settings
from spectral_smooth.cli.sources import Source, single_source
from spectral_smooth.cli.tables import as_csv, as_table
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import UsageError

if TYPE_CHECKING:
    from spectral_smooth.graphs.dataset import Note
    from spectral_smooth.measures.trajectory import Trajectory

EXAMPLES = """\
Examples:

spectral-smooth propagate karate --depth 16

spectral-smooth propagate cora.npz --measure energy --measure deviation --csv > curves.csv

spectral-smooth propagate cora.npz --rule lazy:stay=0.5 --plain --dtype float32
"""
DEFAULT_MEASURES = ("energy", "deviation", "norm", "collapse")
# Multiplications from which on a run says beforehand what it needs: some seconds.
LONG_RUN = 20_000_000_000


def propagate(
    context: typer.Context,
    graph: options.GraphArgument,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="NAME",
            show_default=False,
            help="What is measured; may be given several times, all for all of them. Default: "
            + ", ".join(DEFAULT_MEASURES)
            + ".",
        ),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="A plain forward pass, with the rounding floor that a network has."),
    ] = False,
    json: options.Json = False,
    output: options.Output = None,
    force: options.Force = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table for programs to stdout.")] = False,
    operator: options.Operator = "gcn",
    rule: options.Rule = "sgc",
    depth: options.Depth = 16,
    features: options.Features = "auto",
    dtype: options.Dtype = "float64",
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Propagate the features of a graph and print what is measured at each depth."""
    del quiet, verbose
    if json and csv:
        raise UsageError("--json and --csv exclude each other; give one of them")
    source = single_source(graph, "propagate")
    delivery = Delivery.planned(output, force=force, as_json=json, graph=graph)
    chosen = Settings(
        operator=operator,
        rule=rule,
        depth=depth,
        features=features,
        dtype=dtype,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
    )
    names = _names(measure or DEFAULT_MEASURES)
    talk: Talk = context.obj
    trajectory, audit = _run(source, chosen, names, talk, plain=plain)
    whole = [curve for curve in trajectory.curves if curve.component is None]
    head = f"{source.label}: {trajectory.rule} under {trajectory.operator}"
    data = {
        "graph": source.label,
        "seed": seed,
        "dtype": dtype,
        "audit": [vars(note) for note in audit],
        **trajectory.to_dict(),
    }
    delivery.give(data, lambda: as_csv(whole) if csv else f"{head}\n{as_table(whole)}", talk)
    if not (json or csv):
        for note in [*trajectory.notes, *(f"{curve.name}: {curve.note}" for curve in whole if curve.note)]:
            talk.say(note)
    return 0


def _names(asked: Sequence[str]) -> list[str]:
    from spectral_smooth.simulate.propagate import DEFAULT_MEASURES as KNOWN

    if "all" in asked:
        return list(KNOWN)
    return [one_of("measure", name, KNOWN) for name in dict.fromkeys(asked)]


def _run(
    source: Source, chosen: Settings, names: Sequence[str], talk: Talk, *, plain: bool
) -> tuple[Trajectory, tuple[Note, ...]]:
    import numpy as np

    from spectral_smooth.graphs.features import prepare_features
    from spectral_smooth.simulate.propagate import propagate as run

    dataset = source.open(chosen)
    features, notes, _ = prepare_features(
        dataset.features,
        chosen.features,
        num_nodes=dataset.graph.num_nodes,
        rng=np.random.default_rng(chosen.seed),
    )
    audit = (*dataset.notes, *notes)
    for note in audit:
        talk.say(f"{note.topic}: {note.text}")
    operator = chosen.chosen_operator.on(dataset.graph)
    if dataset.graph.num_entries * features.shape[1] * chosen.depth >= LONG_RUN:
        from spectral_smooth.simulate.estimate import estimate_run

        needs = estimate_run(
            operator, features.shape[1], chosen.depth, rule=chosen.chosen_rule, dtype=chosen.dtype
        )
        talk.say(f"this will take {needs}")
    with talk.progress(source.label) as progress:

        def tick(done: int, total: int) -> None:
            if progress:
                progress(f"depth {done}", done / max(total, 1))

        trajectory = run(
            operator,
            features if isinstance(features, np.ndarray) else features.toarray(),
            chosen.depth,
            rule=chosen.chosen_rule,
            measures=names,
            deflate=not plain,
            dtype=chosen.dtype,
            rng=chosen.seed,
            progress=tick,
        )
    return trajectory, audit
