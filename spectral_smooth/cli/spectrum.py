"""``spectral-smooth spectrum``: eigenvalues of one end, around a value, or all; how sure, how spread, what they say."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.delivery import Delivery
from spectral_smooth.cli.named import one_of
from spectral_smooth.cli.output import Destination, destination
from spectral_smooth.cli.settings import Settings
from spectral_smooth.cli.sources import single_source
from spectral_smooth.cli.spectrum_text import spectrum_text
from spectral_smooth.cli.talk import Talk
from spectral_smooth.errors import NotConvergedError, UsageError

if TYPE_CHECKING:
    from spectral_smooth.operators.operator import Operator
    from spectral_smooth.spectra.certify.certificate import Certificate
    from spectral_smooth.spectra.density.types import DensityOfStates
    from spectral_smooth.spectra.structure.facts import SpectralFacts
    from spectral_smooth.spectra.types import Spectrum

ACROSS = 3
PICTURES = (".png", ".svg", ".pdf")
EXAMPLES = """\
Examples:

spectral-smooth spectrum karate --certify --facts

spectral-smooth spectrum cora.npz -k 20 --end bottom --operator rw --json

spectral-smooth spectrum cora.npz -k 10 --around 0.5 --certify

spectral-smooth spectrum cora.npz --all --plot all.png

spectral-smooth spectrum cora.npz --density --plot spectrum.png --vectors slowest.npy
"""


def spectrum(
    context: typer.Context,
    graph: options.GraphArgument,
    count: Annotated[int, typer.Option("-k", "--count", min=1, help="Number of eigenvalues.")] = 6,
    end: Annotated[
        str,
        typer.Option("--end", metavar="top|bottom|slowest", help="Which end; slowest is the largest |μ|."),
    ] = "slowest",
    around: Annotated[
        float | None,
        typer.Option("--around", metavar="VALUE", help="Those nearest to a value instead of one end."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All eigenvalues, by dense algebra, without vectors.")
    ] = False,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify", help="Prove that no value is missing, and bounds of each; exit code 3 if not."
        ),
    ] = False,
    density: Annotated[
        bool, typer.Option("--density", help="How all eigenvalues are spread, with an error bar.")
    ] = False,
    facts: Annotated[
        bool,
        typer.Option("--facts", help="Bottleneck, mixing time, bipartiteness, communities, effect of loops."),
    ] = False,
    vectors: Annotated[
        Path | None,
        typer.Option("--vectors", metavar="FILE", help="Write the eigenvectors as .npy, one column a value."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw what was found: .png, .svg or .pdf.")
    ] = None,
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
    """Show eigenvalues of a graph's operator off its fixed space, how sure they are, and what they say."""
    del quiet, verbose
    one_of("end", end, ("top", "bottom", "slowest"))
    wish = Wish(count, end, around, every, certify)
    wish.check(given(context), vectors is not None)
    source = single_source(graph, "spectrum")
    delivery = Delivery.planned(output, force=force, as_json=json, graph=graph)
    modes = _planned(vectors, "--vectors", (".npy",), graph, force=force)
    picture = _planned(plot, "--plot", PICTURES, graph, force=force)
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
        opened = source.open(chosen)
        layer = chosen.chosen_operator.on(opened.graph)
        solved, code = _solve(layer, wish, seed, talk)
        found = Found(
            solved,
            _density(layer, seed, progress) if density else None,
            _facts(layer, solved.certificate, seed, opened.node_names, progress) if facts else None,
        )
    if certify and (solved.certificate is None or not solved.certificate.obtained):
        code = 3
    data = {"graph": layer.graph.name, "operator": layer.label, "seed": seed, **found.to_dict()}
    if modes:
        modes.write(_as_npy(solved))
        talk.say(f"written: {modes.path}")
    if picture:
        picture.write(_picture(found, picture.path.suffix.lower()))
        talk.say(f"written: {picture.path}")
    delivery.give(data, lambda: spectrum_text(layer, found.spectrum, found.density, found.facts), talk)
    return code


@dataclass(frozen=True)
class Wish:
    """Which eigenvalues, and whether with proofs."""

    count: int
    end: str
    around: float | None
    every: bool
    certify: bool

    def check(self, given: set[str], vectors: bool) -> None:
        """Refuse options that would be dropped."""
        if self.every and ({"count", "end", "around"} & given or vectors):
            raise UsageError(
                "--all gives every eigenvalue without vectors; leave out -k, --end, --around, --vectors"
            )
        if self.around is not None and "end" in given:
            raise UsageError(
                "--around gives the values nearest to one and --end those of an end; leave out one of them"
            )

    def granted(self, layer: Operator, seed: int) -> Spectrum:
        """Return those eigenvalues."""
        if self.every:
            from spectral_smooth.spectra.all_eigenvalues import all_eigenvalues

            return all_eigenvalues(layer, certify=self.certify)
        if self.around is not None:
            from spectral_smooth.spectra.around import eigenpairs_around

            return eigenpairs_around(layer, self.count, self.around, rng=seed, certify=self.certify)
        from spectral_smooth.spectra.eigen import eigenpairs

        return eigenpairs(layer, self.count, self.end, rng=seed, certify=self.certify)  # type: ignore[arg-type]  # checked by one_of


def given(context: typer.Context) -> set[str]:
    """Return the parameters that were given, as opposed to left at their defaults."""
    return {
        name
        for name in context.params
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    }


@dataclass(frozen=True, eq=False)
class Found:
    """What was asked for."""

    spectrum: Spectrum
    density: DensityOfStates | None
    facts: SpectralFacts | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; what was not asked for has no key."""
        data = self.spectrum.to_dict()
        if self.density is not None:
            data["density"] = self.density.to_dict()
        if self.facts is not None:
            data["facts"] = self.facts.to_dict()
        return data


def _planned(
    path: Path | None, option: str, endings: tuple[str, ...], graph: str, *, force: bool
) -> Destination | None:
    target = destination(path, option=option, force=force)
    if target is None:
        return None
    if target.path.suffix.lower() not in endings:
        raise UsageError(f"{option} takes a file ending in {', '.join(endings)}, got {target.path.name!r}")
    target.check(inputs=[Path(graph)])
    return target


def _solve(layer: Operator, wish: Wish, seed: int, talk: Talk) -> tuple[Spectrum, int]:
    try:
        return wish.granted(layer, seed), 0
    except NotConvergedError as error:
        if error.partial is None:
            raise
        talk.say(str(error))
        partial: Spectrum = error.partial
        return partial, 3


def _density(layer: Operator, seed: int, progress: Any) -> DensityOfStates:
    from spectral_smooth.spectra.density.states import density_of_states

    if not progress:
        return density_of_states(layer, rng=seed)
    return density_of_states(layer, rng=seed, progress=lambda done, total: progress("density", done / total))


def _facts(
    layer: Operator, certificate: Certificate | None, seed: int, names: Any, progress: Any
) -> SpectralFacts:
    from spectral_smooth.spectra.structure.facts import spectral_facts

    if progress:
        progress("what it says", 0.0)
    return spectral_facts(layer, certificate=certificate, rng=seed, names=names)


def _as_npy(found: Spectrum) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, np.zeros((0, 0)) if found.vectors is None else found.vectors, allow_pickle=False)
    return buffer.getvalue()


def _picture(found: Found, ending: str) -> bytes:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    from spectral_smooth.report.cut_figures import plot_sweep_cut
    from spectral_smooth.report.density_figures import plot_density, plot_eigenvalue_counts
    from spectral_smooth.report.eigenvalue_figures import plot_eigenvalues

    cheeger = found.facts.components[0].cheeger if found.facts and found.facts.components else None
    panels = 1 + 3 * (found.density is not None) + (cheeger is not None)
    across, down = min(panels, ACROSS), -(-panels // ACROSS)
    figure, grid = plt.subplots(
        down, across, figsize=(5.2 * across, 4.2 * down), layout="constrained", squeeze=False
    )
    places = list(grid.ravel())
    plot_eigenvalues(found.spectrum, ax=places.pop(0))
    if found.density is not None:
        plot_density(found.density, ax=places.pop(0))
        plot_eigenvalue_counts(found.density, axes=[places.pop(0), places.pop(0)])
    if cheeger is not None:
        plot_sweep_cut(cheeger, ax=places.pop(0))
    for unused in places:
        unused.remove()
    buffer = io.BytesIO()
    figure.savefig(buffer, format=ending[1:], dpi=150)
    plt.close(figure)
    return buffer.getvalue()
