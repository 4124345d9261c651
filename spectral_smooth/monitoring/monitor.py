"""Monitor and monitor(): layer outputs of a model trained elsewhere, measured one at a time and explained."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from spectral_smooth.analysis.versions import versions
from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.columns import as_labels
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.policies import Policies
from spectral_smooth.measures.curve import Curve
from spectral_smooth.monitoring.attention.attention import attention as analyze_attention
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis, diagnose
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.layer_measures import measure_layer
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.pace import Pace, find_pace
from spectral_smooth.monitoring.plain import PlainSmoothing, Start, smooth_plainly
from spectral_smooth.monitoring.reading.layer import Layer
from spectral_smooth.monitoring.reading.layer_arrays import as_layer
from spectral_smooth.monitoring.reading.layer_source import layers_of
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.operators.operator import Operator, gcn

Tick = Callable[[int, int | None], None]


class Monitor:
    """Measures layer outputs as they come, in memory that does not grow with their number.

    Parameters
    ----------
    graph : Graph, Dataset, or anything `as_dataset` takes
    labels : int array, shape (num_nodes,), optional
        −1 is unknown; those of the data set by default, where they are classes.
    operator : Operator, optional
        What smoothing means here; `gcn` by default, `random_walk` for mean aggregation.
    thresholds : Thresholds, optional
        Of the diagnosis.
    plain : bool
        Whether plain smoothing from the first layer is computed beside.
    seed : int
        Of samples, where layers are large.

    Raises
    ------
    InputError
        If the graph has no edge between two nodes, or labels do not fit.
    UsageError
        If the operator is one on another graph.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> watch = ss.Monitor(ss.load("karate"))
    >>> for layer in (np.eye(34), np.ones((34, 4))):
    ...     watch.add(layer)
    >>> watch.finish().diagnosis.destination
    'constants'
    """

    def __init__(
        self,
        graph: Any,
        labels: Any = None,
        *,
        operator: Operator | None = None,
        thresholds: Thresholds | None = None,
        plain: bool = True,
        seed: int = 0,
    ) -> None:
        if thresholds is not None and not isinstance(thresholds, Thresholds):
            raise UsageError(f"thresholds are {thresholds!r}; expected Thresholds(smooth=...)")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise UsageError(f"the seed is {seed!r}; expected a whole number of at least 0")
        dataset = _dataset_of(graph, labels)
        self._notes = [note.text for note in dataset.notes if note.severity != "info"]
        self._ground = Ground.of(_operator_on(dataset.graph, operator), dataset.labels)
        self._samples = Samples(self._ground, seed)
        self._thresholds = thresholds
        self._wants_plain = plain
        self._restart()

    def _restart(self) -> None:
        self._layers: list[LayerNumbers] = []
        self._start: Start | None = None
        self._began = time.perf_counter()

    def add(self, layer: Any, name: str | None = None) -> None:
        """Measure the output of the next layer, and forget it.

        Parameters
        ----------
        layer : array or tensor, shape (num_nodes, columns)
            Anything with ``__array__`` or DLPack, float16 and bfloat16 too.
        name : str, optional
            Its number by default.

        Raises
        ------
        InputError
            If it is on a device, needs a gradient, has another number of rows, or is not finite; the stack is
            then as
            it was before.
        """
        index = len(self._layers)
        given = layer if isinstance(layer, Layer) else as_layer(layer, str(index) if name is None else name)
        numbers = measure_layer(self._ground, self._samples, given, index)
        if index == 0 and self._wants_plain:
            self._start = Start.of(self._ground, given, self._samples.seed)
        self._layers.append(numbers)

    def finish(self, attention: Any = None) -> Monitoring:
        """Return what was measured since the last call, with its diagnosis; the next `add` begins a new stack.

        Parameters
        ----------
        attention : optional
            Attention of the same model, as `spectral_smooth.attention` takes it.

        Raises
        ------
        InputError
            If no layer was added.
        """
        if not self._layers:
            raise InputError("there are no layers: add at least one before finish()")
        layers, plain = tuple(self._layers), self._plain()
        curve = None if plain is None else plain.predicted.curve("collapse")
        classes = self._ground.classes
        found = None if attention is None else analyze_attention(self._ground.whole, attention)
        diagnosis = diagnose(
            layers,
            thresholds=self._thresholds,
            plain=() if plain is None else plain.layers,
            plain_collapse=() if curve is None else curve.value[: len(layers)].tolist(),
        )
        result = Monitoring(
            graph=self._graph_facts(),
            operator=self._ground.operator.label,
            layers=layers,
            diagnosis=diagnosis,
            plain=plain,
            pace=_pace(layers, diagnosis, curve),
            classes=() if classes is None else classes.numbers,
            class_counts=() if classes is None else classes.counts,
            attention=found,
            notes=tuple(self._all_notes(layers, plain)),
            provenance={**versions(), "seconds": time.perf_counter() - self._began},
        )
        self._restart()
        return result

    def _plain(self) -> PlainSmoothing | None:
        if self._start is None:
            return None
        return smooth_plainly(self._ground, self._samples, self._start, len(self._layers) - 1)

    def _graph_facts(self) -> dict[str, Any]:
        ground = self._ground
        sizes = np.bincount(ground.groups, weights=ground.sizes)
        return {
            "name": ground.whole.name,
            "nodes": ground.whole.num_nodes,
            "edges": ground.whole.num_edges,
            "left_out": ground.left_out,
            "components": [int(size) for size in sizes],
            "pooled": ground.count > ground.num_groups,
        }

    def _all_notes(self, layers: tuple[LayerNumbers, ...], plain: PlainSmoothing | None) -> list[str]:
        ground = self._ground
        notes = list(self._notes)
        if ground.left_out:
            notes.append(
                f"{ground.left_out:,} {'node has' if ground.left_out == 1 else 'nodes have'} no neighbour "
                f"and {'is' if ground.left_out == 1 else 'are'} left out of all measures"
            )
        sampled = sorted({name for layer in layers for name in layer.errors})
        if sampled:
            notes.append(f"sampled, with a standard error: {', '.join(sampled)}")
        rows = [len(self._samples.rows(layer.columns)) for layer in layers]
        if min(rows) < ground.rows:
            notes.append(
                f"ranks and columns are taken, without a standard error, from {min(rows):,} of "
                f"{ground.rows:,} rows in at least one layer"
            )
        if "modes" in vars(ground) and ground.modes.note:  # only where they were looked for
            notes.append(ground.modes.note)
        return notes + ([] if plain is None else list(plain.notes))


def monitor(
    graph: Any,
    layers: Any,
    labels: Any = None,
    *,
    operator: Operator | None = None,
    attention: Any = None,
    thresholds: Thresholds | None = None,
    plain: bool = True,
    seed: int = 0,
    progress: Tick | None = None,
) -> Monitoring:
    """Measure the layer outputs of a trained model, and say whether they have collapsed, since when, and why.

    Parameters
    ----------
    graph : Graph, Dataset, or anything `as_dataset` takes
    layers : path, mapping, or iterable of arrays
        A folder of .npy, .npz or .safetensors files in natural order, one such file, a mapping of names to arrays, or
        any iterable of arrays or (name, array) pairs, also a generator: one layer is in memory at a time.
    labels : int array, shape (num_nodes,), optional
        −1 is unknown; those of the data set by default.
    operator : Operator, optional
        `gcn` by default.
    attention : optional
        Attention of the same model, as `spectral_smooth.attention` takes it.
    thresholds : Thresholds, optional
    plain : bool
        Whether plain smoothing from the first layer is computed beside.
    seed : int
        Of samples, where layers are large.
    progress : callable, optional
        Called with (layers done, all layers or None).

    Returns
    -------
    Monitoring

    Raises
    ------
    InputError
        If the graph has no edge, there is no layer, or a layer cannot be read or does not fit: one sentence
        says which and what to do.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> rng = np.random.default_rng(0)
    >>> stack = {"conv1": rng.normal(size=(34, 8)), "conv2": rng.normal(size=(34, 8))}
    >>> ss.monitor(ss.load("karate"), stack).diagnosis.kind
    'nothing wrong'
    """
    watch = Monitor(graph, labels, operator=operator, thresholds=thresholds, plain=plain, seed=seed)
    total = len(layers) if hasattr(layers, "__len__") and not isinstance(layers, str) else None
    for done, layer in enumerate(layers_of(layers), start=1):
        watch.add(layer)
        if progress:
            progress(done, total)
    return watch.finish(attention)


def _dataset_of(graph: Any, labels: Any) -> Dataset:
    """Return the data set; labels that are given go before its own."""
    if isinstance(graph, Graph):
        graph = Dataset(graph)
    if isinstance(graph, Dataset):
        if labels is None:
            return graph
        given, notes = as_labels(labels)
        return Dataset(graph.graph, labels=given, notes=(*graph.notes, *notes))
    # monitoring needs no labels: own ones that are no classes (a regression's, say) are left aside, with a note
    return as_dataset(graph, labels=labels, policies=Policies(labels="ignore"))


def _pace(layers: tuple[LayerNumbers, ...], diagnosis: Diagnosis, curve: Curve | None) -> Pace | None:
    """Compare the last layer with plain smoothing, or the onset where smoothing is found; not a layer of zeros."""
    smooth = next((f for f in diagnosis.findings if f.kind == "smoothing"), None)
    last = len(layers) - 1 if smooth is None else smooth.layer or smooth.at
    if curve is None or not layers[last].values["rms"]:
        return None
    distances = [min(one.values["collapse"], one.values["constant_distance"]) for one in layers[: last + 1]]
    return find_pace(distances, curve)


def _operator_on(graph: Graph, operator: Operator | None) -> Operator:
    """Return the operator, which must be one on this graph."""
    if operator is None:
        return gcn(graph)
    if not isinstance(operator, Operator):
        raise UsageError(f"operator is {operator!r}; expected an Operator such as random_walk(graph)")
    own = operator.graph
    same = own is graph or (
        np.array_equal(own.indptr, graph.indptr) and np.array_equal(own.indices, graph.indices)
    )
    if not same:
        raise UsageError(
            f"the operator is one on {own!r}, which is not the graph that is monitored; make it of that graph"
        )
    return operator
