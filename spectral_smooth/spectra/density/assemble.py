"""DensityOfStates put together: what is known exactly, what a run has found, and its errors."""

from __future__ import annotations

import numpy as np

from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.density.choose import Errors, judged
from spectral_smooth.spectra.density.known import KnownStates
from spectral_smooth.spectra.density.sample import EMPTY, SMOOTH, Start, quadrature_sample
from spectral_smooth.spectra.density.spikes import ALTERNATING, FIXED, Spike
from spectral_smooth.spectra.density.types import GRAPH, DensityOfStates
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.quadrature import SpectralMeasure


def of_graph(
    operator: Operator, known: KnownStates, found: Errors, method: str, spent: int, note: str
) -> DensityOfStates:
    """Put together what is known and what was sampled."""
    n = operator.graph.num_nodes
    return _result(GRAPH, operator, float(n), known.spikes, float(known.rest), found, method, spent, note)


def of_measure(name: str, operator: Operator, measure: SpectralMeasure) -> DensityOfStates:
    """Return the density of a signal from its spectral measure: nothing random, sides proven."""
    parts = [part for part in measure.rest if part is not None]
    mass = np.array([part.mass for part in parts])
    start = Start(np.zeros((0, 0)), measure.fixed, measure.alternating, mass)
    steps = max((len(part) for part in parts if isinstance(part, Jacobi)), default=0)
    sample = quadrature_sample(parts, 2 * steps or SMOOTH, measure.applications) if parts else EMPTY
    found = judged(sample, float(mass.sum() / measure.total), 0) if parts else Errors(EMPTY, 0.0, 0.0)
    method = "lanczos" if measure.applications else "full spectrum"
    note = "" if measure.total else "no node with an edge or a loop carries it"
    return of_signal(name, operator, start, found, method, measure.applications, note)


def of_signal(
    name: str, operator: Operator, start: Start, found: Errors, method: str, spent: int, note: str
) -> DensityOfStates:
    """Put together the parts of a signal."""
    parts = (1.0, start.fixed.sum(), FIXED), (-1.0, start.alternating.sum(), ALTERNATING)
    spikes = tuple(Spike(value, float(mass), why) for value, mass, why in parts if mass > 0)
    rest = float(start.mass.sum())
    total = rest + sum(spike.mass for spike in spikes)
    return _result(name, operator, total, spikes, rest, found, method, spent, note)


def _result(
    name: str,
    operator: Operator,
    total: float,
    spikes: tuple[Spike, ...],
    rest: float,
    found: Errors,
    method: str,
    spent: int,
    note: str,
) -> DensityOfStates:
    sample = found.sample
    return DensityOfStates(
        name=name,
        operator=operator.label,
        total=total,
        spikes=spikes,
        rest=rest,
        bracket=sample.bracket,
        moments=sample.moments,
        nodes=sample.nodes,
        weights=sample.weights,
        method=method,
        probes=sample.probes,
        products=sample.products,
        applications=spent,
        error_products=float(found.products),
        error_probes=float(found.probes),
        note=note,
    )
