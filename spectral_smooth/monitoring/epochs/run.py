"""EpochRun and read_log(): a whole training run, layer × epoch, as its log tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.epochs.reading import gather
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis
from spectral_smooth.monitoring.judging.onset import lasting

RUN_VERSION = 1
RUN_KIND = "spectral_smooth monitor run"


@dataclass(frozen=True)
class Stretch:
    """Successive epochs with one kind of diagnosis.

    Attributes
    ----------
    kind : str
        A kind of finding, or ``nothing wrong``.
    first, last : int
        Epochs.
    count : int
        Epochs that were logged between them, both included.
    onsets : tuple of int or None
        Smallest and largest onset layer among them; None where nothing is wrong.
    destination : str
        Where the layers lead at the last of them.
    """

    kind: str
    first: int
    last: int
    count: int
    onsets: tuple[int, int] | None
    destination: str


@dataclass(frozen=True, eq=False, repr=False)
class EpochRun:
    """Layers against epochs.

    Layers are matched by their number, also where their names change from one epoch to the next.

    Attributes
    ----------
    source : str
        Where the log was read from.
    graph : dict
        ``name``, ``nodes``, ``edges``, ``left_out`` at the last epoch.
    operator : str
    names : tuple of str
        Of the layers, as the last epoch that has each calls it.
    epochs : int array, shape (epochs,)
        Rising; not every number need be there.
    times : tuple of str
        When each was logged.
    values : dict of str to float array, shape (layers, epochs)
        As `EpochRecord.values`; NaN where an epoch does not have the layer or the measure.
    numbers : dict of str to float array, shape (epochs,)
        What was logged beside; NaN where it was not, or was not finite.
    classes, class_counts : tuple of int
        At the last epoch.
    class_values : dict of str to float array, shape (classes, layers, epochs)
        NaN at epochs with other classes.
    diagnoses : tuple of Diagnosis
    notices : tuple of str
        What a reader must know of the log: torn lines, replaced epochs, changes between epochs.
    """

    source: str
    graph: dict[str, Any]
    operator: str
    names: tuple[str, ...]
    epochs: IntArray
    times: tuple[str, ...]
    values: dict[str, FloatArray]
    numbers: dict[str, FloatArray]
    classes: tuple[int, ...]
    class_counts: tuple[int, ...]
    class_values: dict[str, FloatArray]
    diagnoses: tuple[Diagnosis, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        spans = (
            f"epoch {self.epochs[0]}"
            if len(self.epochs) == 1
            else f"epochs {self.epochs[0]} to {self.epochs[-1]}"
        )
        layers = "1 layer" if len(self.names) == 1 else f"{len(self.names)} layers"
        told = f"; {len(self.notices)} notice{'s' if len(self.notices) > 1 else ''}" if self.notices else ""
        return f"EpochRun of {layers} at {len(self.epochs):,} {spans} on {self.graph['name']!r}: {self.sentence}{told}"

    @property
    def diagnosis(self) -> Diagnosis:
        """Diagnosis of the last epoch."""
        return self.diagnoses[-1]

    @property
    def since(self) -> int:
        """Epoch from which on, at every logged one, the gravest finding is of the last epoch's kind."""
        kind = self.diagnosis.kind
        first = lasting([one.kind == kind for one in self.diagnoses])
        return int(self.epochs[first or 0])

    @property
    def sentence(self) -> str:
        """What the last diagnosis is, since which epoch and which layer."""
        found, layer = self.diagnosis, self.diagnosis.layer
        if len(self.epochs) == 1:
            since = "at the only epoch"
        else:
            since = "at every epoch" if self.since == self.epochs[0] else f"since epoch {self.since:,}"
        if layer is None:
            return f"{found.kind} {since}"
        towards = f", towards {found.destination}" if found.findings[0].destination else ""
        name = found.findings[0].layer_name
        named = "" if name == str(layer) else f" ({name})"
        where = "" if len(self.epochs) == 1 else ", at the last one"
        return f"{found.kind} {since}{where} from layer {layer}{named} on{towards}"

    def grid(self, name: str) -> FloatArray:
        """Return one measure, shape (layers, epochs), NaN where it was not measured or is not defined.

        Raises
        ------
        UsageError
            If no epoch has it.
        """
        if name not in self.values:
            raise UsageError(f"no epoch has a measure {name!r}; there are: {', '.join(self.values)}")
        return self.values[name]

    def onsets(self) -> FloatArray:
        """Return the onset layer of the gravest finding at each epoch, NaN where nothing is wrong."""
        return np.array([np.nan if one.layer is None else float(one.layer) for one in self.diagnoses])

    def stretches(self) -> list[Stretch]:
        """Return the run as successive stretches of one kind of diagnosis."""
        kinds = [one.kind for one in self.diagnoses]
        starts = [i for i, kind in enumerate(kinds) if i == 0 or kind != kinds[i - 1]]
        return [self._stretch(i, j) for i, j in zip(starts, [*starts[1:], len(kinds)], strict=True)]

    def _stretch(self, start: int, stop: int) -> Stretch:
        among = self.diagnoses[start:stop]
        layers = [one.layer for one in among if one.layer is not None]
        return Stretch(
            kind=among[-1].kind,
            first=int(self.epochs[start]),
            last=int(self.epochs[stop - 1]),
            count=stop - start,
            onsets=(min(layers), max(layers)) if layers else None,
            destination=among[-1].destination,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types (version `RUN_VERSION`), None for NaN."""
        return {
            "kind": RUN_KIND,
            "version": RUN_VERSION,
            "source": self.source,
            "graph": self.graph,
            "operator": self.operator,
            "names": list(self.names),
            "epochs": self.epochs.tolist(),
            "times": list(self.times),
            "values": {key: _lists(values) for key, values in self.values.items()},
            "numbers": {key: _lists(values) for key, values in self.numbers.items()},
            "classes": list(self.classes),
            "class_counts": list(self.class_counts),
            "class_values": {key: _lists(values) for key, values in self.class_values.items()},
            "diagnoses": [one.to_dict() for one in self.diagnoses],
            "since": self.since,
            "sentence": self.sentence,
            "notices": list(self.notices),
        }

    def to_json(self) -> str:
        """Return it as a JSON document."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> EpochRun:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If it is nothing of the kind, of another version, or damaged.
        """
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind != RUN_KIND or data.get("version") != RUN_VERSION:
            raise InputError(
                f"this is no run of epochs (kind {kind!r}; expected {RUN_KIND!r} of version {RUN_VERSION})"
            )

        def arrays(values: dict[str, Any]) -> dict[str, FloatArray]:
            return {key: np.array(value, dtype=np.float64) for key, value in values.items()}

        try:
            return cls(
                source=data["source"],
                graph=data["graph"],
                operator=data["operator"],
                names=tuple(data["names"]),
                epochs=np.array(data["epochs"], dtype=np.int64),
                times=tuple(data["times"]),
                values=arrays(data["values"]),
                numbers=arrays(data["numbers"]),
                classes=tuple(data["classes"]),
                class_counts=tuple(data["class_counts"]),
                class_values=arrays(data["class_values"]),
                diagnoses=tuple(Diagnosis.from_dict(one) for one in data["diagnoses"]),
                notices=tuple(data["notices"]),
            )
        except KeyError as error:
            raise InputError(f"this run of epochs is damaged: it lacks {error.args[0]!r}") from error
        except (TypeError, AttributeError, ValueError, OverflowError) as error:
            raise InputError(
                "this run of epochs is damaged: a part of it is not what a run holds; write it again from its log"
            ) from error


def read_log(path: str | Path) -> EpochRun:
    """Read a log that `EpochLog` wrote, also while it is being written.

    A torn last line (a crash, or a writer at work) is left out with a notice. Where the epochs of a log go back, the
    run was resumed: records before that line of the same or later epochs are left out with a notice, so that no
    picture mixes two attempts. Layers are matched by their number; another number or other names of layers, another
    graph, operator or other classes between epochs are noticed, and so are measures that some epochs lack.

    Parameters
    ----------
    path : path

    Returns
    -------
    EpochRun

    Raises
    ------
    InputError
        If the file cannot be read, is something else, holds no whole epoch, or a line other than a torn last one is
        damaged: it is named by its number.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss, tempfile
    >>> from pathlib import Path
    >>> from spectral_smooth.monitoring.epochs.log import EpochLog
    >>> from spectral_smooth.monitoring.monitor import monitor
    >>> rng = np.random.default_rng(0)
    >>> log = EpochLog(Path(tempfile.mkdtemp()) / "run.jsonl")
    >>> for epoch in range(3):
    ...     layers = [rng.normal(size=(34, 8)) for _ in range(2)]
    ...     _ = log.append(monitor(ss.load("karate"), layers), loss=2.0 - epoch)
    >>> run = read_log(log.path)
    >>> run
    EpochRun of 2 layers at 3 epochs 0 to 2 on 'karate': nothing wrong at every epoch
    >>> run.grid("collapse").shape, run.numbers["loss"].tolist()
    ((2, 3), [2.0, 1.0, 0.0])
    """
    found = gather(path)
    last = found.last
    return EpochRun(
        source=str(path),
        graph=found.graph,
        operator=last.operator,
        names=found.names,
        epochs=found.epochs,
        times=tuple(one.time for one in found.kept),
        values=found.values(),
        numbers=found.numbers(),
        classes=last.classes,
        class_counts=last.class_counts,
        class_values=found.class_values(),
        diagnoses=tuple(one.diagnosis for one in found.kept),
        notices=found.notices(),
    )


def _lists(values: FloatArray) -> Any:
    """Nested lists with None for what is not finite."""
    found = values.astype(object)
    found[~np.isfinite(values)] = None
    return found.tolist()
