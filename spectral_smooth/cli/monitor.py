"""``spectral-smooth monitor``: have the layers of a trained model collapsed, since which one, and why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.output import Destination, destination
from spectral_smooth.cli.printing import print_json, print_text, terminal
from spectral_smooth.cli.settings import Settings
from spectral_smooth.cli.sources import single_source
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import UsageError

if TYPE_CHECKING:
    from spectral_smooth.monitoring.epochs.run import EpochRun
    from spectral_smooth.monitoring.result import Monitoring

EXAMPLES = """\
Examples:

spectral-smooth monitor cora.npz layers/ --html layers.html

spectral-smooth monitor cora.npz layers.npz --attention attention.npz

spectral-smooth monitor cora.npz layers/ --log run.jsonl --epoch 10

spectral-smooth monitor --log run.jsonl --html run.html
"""
_IN = "What is monitored"


def monitor(
    context: typer.Context,
    graph: Annotated[
        str | None,
        typer.Argument(metavar="GRAPH", show_default=False, help="A file, or the name of an embedded graph."),
    ] = None,
    layers: Annotated[
        Path | None,
        typer.Argument(
            metavar="LAYERS",
            show_default=False,
            help="A folder of .npy, .npz or .safetensors files in natural order, or one such file.",
        ),
    ] = None,
    attention: Annotated[
        Path | None,
        typer.Option(
            "--attention",
            metavar="PATH",
            show_default=False,
            rich_help_panel=_IN,
            help="Attention weights of the same model: an .npz, or a folder of them.",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="RUN.jsonl",
            show_default=False,
            rich_help_panel=_IN,
            help="Append this epoch to a log; without GRAPH and LAYERS, show the log.",
        ),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(
            "--epoch",
            min=0,
            show_default=False,
            rich_help_panel=_IN,
            help="Number of the epoch in the log; one more than the last if not given.",
        ),
    ] = None,
    unlabelled: Annotated[
        bool,
        typer.Option("--no-labels", rich_help_panel=_IN, help="Do not use the labels that the graph has."),
    ] = False,
    unsmoothed: Annotated[
        bool,
        typer.Option(
            "--no-plain", rich_help_panel=_IN, help="Do not compute plain smoothing beside the layers."
        ),
    ] = False,
    output: options.Output = None,
    html: options.Html = None,
    force: options.Force = False,
    json: options.Json = False,
    operator: options.Operator = "gcn",
    seed: options.Seed = 0,
    threads: options.Threads = None,
    direction: options.Direction = "union",
    weight: options.Weight = None,
    self_loops: options.SelfLoops = "drop",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Measure the layer outputs of a trained model, and say whether they have collapsed.

    Tells since which layer, how surely, where the layers lead, what kind of trouble it is (smoothing, rank collapse,
    correlated columns, dead units, shrinking or exploding values, or nothing wrong) and what to try first. Labels of
    the graph are used where it has any, and ignored where they are no classes. With --log the measures of several
    epochs are kept and shown layer by epoch.
    """
    del quiet, verbose
    talk: Talk = context.obj
    chosen = Settings(
        operator=operator,
        seed=seed,
        threads=threads,
        direction=direction,
        weight=weight,
        self_loops=self_loops,
        labels="ignore",  # layers can be measured without: labels that are no classes must not stand in the way
    )
    _refuse_one_file(log, {"--output": output, "--html": html})
    _refuse_one_file(log, {"GRAPH": graph, "LAYERS": layers, "--attention": attention})
    for path in (output, html, log):
        _refuse_inside(path, [layers, attention])
    targets = _targets(output, html, force=force, inputs=[graph, layers, attention, log])
    if graph is None:
        if log is None:
            raise UsageError("nothing to monitor: name a GRAPH and its LAYERS, or a --log to show")
        _refuse_alone(attention=attention, epoch=epoch)
        return _show_log(log, *targets, talk, json=json)
    if layers is None:
        raise UsageError(
            "LAYERS is missing: name the folder or file that holds the layer outputs after the graph"
        )
    if epoch is not None:
        _refuse_epoch(epoch, log)
    result = _measure(graph, layers, attention, chosen, talk, labels=not unlabelled, plain=not unsmoothed)
    if log is not None:
        _append(log, result, epoch, talk)
    return _deliver(result, *targets, talk, json=json)


def _targets(
    output: Path | None, html: Path | None, *, force: bool, inputs: list[str | Path | None]
) -> tuple[Destination | None, Destination | None]:
    """Check both outputs before anything is computed."""
    target = destination(output, option="--output", force=force)
    page = destination(html, option="--html", force=force)
    if target and page and _same_file(target.path, page.path):
        raise UsageError("--output and --html name the same file; give them different names")
    for one in (target, page):
        if one:
            one.check(inputs=[Path(given) for given in inputs if given is not None])
    return target, page


def _refuse_one_file(log: Path | None, others: dict[str, str | Path | None]) -> None:
    """Refuse a log that is another file of this call too, also where it does not exist yet."""
    for option, path in others.items():
        if log is not None and path is not None and _same_file(log, Path(path)):
            raise UsageError(f"--log and {option} name the same file; give the log a name of its own")


def _refuse_inside(path: Path | None, folders: list[Path | None]) -> None:
    """Refuse to write over a file that is read: one in a folder of layers or of attention."""
    for folder in folders:
        if path is None or folder is None or not folder.is_dir() or not path.exists():
            continue
        if Path(os.path.realpath(folder)) in Path(os.path.realpath(path)).parents:
            raise UsageError(f"the output {path} is a file in {folder}, which is read; choose another name")


def _same_file(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return one.exists() and other.exists() and one.samefile(other)  # hard links, and case where it is ignored


def _refuse_alone(*, attention: Path | None, epoch: int | None) -> None:
    for option, value in (("--attention", attention), ("--epoch", epoch)):
        if value is not None:
            raise UsageError(f"{option} goes with GRAPH and LAYERS; a log is shown as it is")


def _refuse_epoch(epoch: int, log: Path | None) -> None:
    from spectral_smooth.monitoring.epochs.parsing import as_epoch

    if log is None:
        raise UsageError("--epoch numbers an epoch in a log; give --log RUN.jsonl too")
    as_epoch(epoch)


def _measure(
    graph: str,
    layers: Path,
    attention: Path | None,
    chosen: Settings,
    talk: Talk,
    *,
    labels: bool,
    plain: bool,
) -> Monitoring:
    from dataclasses import replace

    from spectral_smooth.monitoring.monitor import monitor as run
    from spectral_smooth.monitoring.reading.layer_files import read_layers

    source = single_source(graph, "monitor")
    files = read_layers(layers)
    dataset = source.open(chosen)
    if not labels:
        others = tuple(note for note in dataset.notes if note.topic != "labels")
        dataset = replace(dataset, labels=None, notes=others)
    for note in dataset.notes:
        talk.detail(f"{note.topic}: {note.text}")
    with talk.progress(source.label) as progress:

        def tick(done: int, total: int | None) -> None:
            if progress:
                progress(f"layer {done}", done / max(total or done, 1))

        return run(
            dataset,
            files,
            operator=chosen.chosen_operator.on(dataset.graph),
            attention=attention,
            plain=plain,
            seed=chosen.seed,
            progress=tick,
        )


def _append(log: Path, result: Monitoring, epoch: int | None, talk: Talk) -> None:
    import warnings

    from spectral_smooth.monitoring.epochs.log import EpochLog

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        record = EpochLog(log).append(result, epoch)
    for one in caught:
        talk.say(str(one.message))
    talk.say(f"appended: epoch {record.epoch} to {log}")


def _deliver(
    result: Monitoring, target: Destination | None, page: Destination | None, talk: Talk, *, json: bool
) -> int:
    if target:
        target.write(result.to_json() + "\n")
        talk.say(f"written: {target.path}")
    if page:
        from spectral_smooth.report.monitoring.html import render_monitor_html

        page.write(render_monitor_html(result))
        talk.say(f"written: {page.path}")
    if json:
        print_json(result.to_dict())
    else:
        from spectral_smooth.report.monitoring.text import render_monitor_text

        print_text(render_monitor_text(result, **terminal()))
    return 0


def _show_log(
    log: Path, target: Destination | None, page: Destination | None, talk: Talk, *, json: bool
) -> int:
    from spectral_smooth.monitoring.epochs.run import read_log

    run: EpochRun = read_log(log)
    for notice in run.notices:
        talk.say(notice)
    if target:
        import json as plain_json

        target.write(plain_json.dumps(run.to_dict(), allow_nan=False, ensure_ascii=False, indent=1) + "\n")
        talk.say(f"written: {target.path}")
    if page:
        from spectral_smooth.report.epoch_html import render_epoch_html

        page.write(render_epoch_html(run))
        talk.say(f"written: {page.path}")
    if json:
        print_json(run.to_dict())
    else:
        from spectral_smooth.report.epoch_text import render_epoch_text

        print_text(render_epoch_text(run, **terminal()))
    return 0
