"""Monitorings made by hand for tests of runs over epochs: real numbers of a real layer, planted where it matters."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from spectral_smooth.graphs.catalog import load
from spectral_smooth.monitoring.epochs.record import EpochRecord
from spectral_smooth.monitoring.judging.diagnosis import diagnose
from spectral_smooth.monitoring.monitor import monitor


@functools.cache
def measured(*, labels=True):
    """A healthy stack of two layers on the karate club, really measured."""
    rng = np.random.default_rng(0)
    data = load("karate")
    return monitor(data if labels else data.graph, [rng.normal(size=(34, 8)) for _ in range(2)])


def monitoring(distances, *, names=None, labels=True, **changes):
    """A monitoring whose layers lie so far from constants; one of 0.1 or less has smoothed."""
    base = measured(labels=labels)
    names = names or [str(i) for i in range(len(distances))]
    layers = []
    for i, distance in enumerate(distances):
        values = {
            **base.layers[0].values,
            "collapse": distance,
            "constant_distance": distance,
            "mad": distance**2,
            "mean_cosine": 1.0 - distance**2,
            "rms": 0.9**i,
        }
        layers.append(dataclasses.replace(base.layers[0], name=names[i], values=values, modes=None))
    return dataclasses.replace(
        base, layers=tuple(layers), diagnosis=diagnose(layers), plain=None, pace=None, **changes
    )


def smoothing(epoch, epochs, layers=6):
    """Layers that smooth from later to earlier ones over a run: healthy at its first epoch."""
    rate = 0.97 - 0.4 * epoch / max(epochs - 1, 1)
    return [rate**k for k in range(layers)]


def write_run(path, epochs, *, layers=6, step=1, names=None, labels=True, numbers=True):
    """Write a log without syncing every line, as many as a test wants."""
    lines = []
    for i in range(epochs):
        beside = {"loss": 2.0 / (1 + i), "accuracy": 0.5 + 0.4 * i / epochs} if numbers else {}
        found = monitoring(smoothing(i, epochs, layers), names=names, labels=labels)
        lines.append(EpochRecord.of(found, i * step, beside, "2026-01-01T00:00:00+00:00").to_line())
    path.write_bytes(b"".join(lines))
    return path
