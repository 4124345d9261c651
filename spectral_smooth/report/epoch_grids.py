"""EpochGrid: one measure of a run made ready to be drawn, layer × epoch; shared by all pictures of epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.epochs.record import NEAREST, PLAIN
from spectral_smooth.monitoring.epochs.run import EpochRun
from spectral_smooth.monitoring.judging.finding import KINDS
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES, LayerMeasure
from spectral_smooth.report.axes import FEW_DECADES
from spectral_smooth.report.monitoring.ticks import short_name, telling_parts
from spectral_smooth.report.monitoring.zeros import needs_size
from spectral_smooth.report.series import LOG_SPAN
from spectral_smooth.report.wording import clean, drawable

# Cells and columns of one picture; a longer run is thinned to that.
MAX_CELLS = 6000
MAX_COLUMNS, MIN_COLUMNS = 240, 60
MAX_CURVE = 400
MAX_TICKS = 12
NAME_WIDTH = 18
MAX_POWERS = 6
SMALLEST = 1e-300

MAIN = (
    "collapse",
    NEAREST,
    "mean_cosine",
    "effective_rank",
    "column_correlation",
    "dead_columns",
    "rms",
    "class_share",
)
# Drawn from 0 to 1, so that a colour means the same in every run.
SHARES = ("dead_columns", "dead_rows", "constant_columns", "column_correlation", "class_share")
DECAYING = ("distance", "energy", "size", "direction")
# Their own values saturate: 0.99 and 0.99999 look alike, one minus them do not.
COSINES = ("mean_cosine", "edge_cosine", "edge_cosine_centred", "within_cosine", "between_cosine")

_OWN = {
    NEAREST: LayerMeasure(
        NEAREST,
        "distance to the nearest destination",
        "smallest distance to constants, √degree, both, or the slowest modes, over the size of the layer",
        "0 where the diagnosis says smoothing",
        "a large common offset makes it small although nodes differ",
        True,
        "distance",
    ),
    PLAIN: LayerMeasure(
        PLAIN,
        "collapse of plain smoothing",
        "‖T S^k X_0 − its fixed part‖_F / ‖T S^k X_0‖_F at depth k = layer",
        "0 in the fixed space",
        "what the graph does by itself, from the first layer of each epoch; no property of the model",
        True,
        "distance",
    ),
}


def measure_of(name: str) -> LayerMeasure:
    """Return what is known of a measure; a name from elsewhere stands for itself.

    Examples
    --------
    >>> measure_of("collapse").title, measure_of("strange").title
    ('collapse', 'strange')
    """
    known = _OWN.get(name) or LAYER_MEASURES.get(name)
    return known or LayerMeasure(name, clean(name), "", "", "", False, "")


@dataclass(frozen=True, eq=False)
class EpochGrid:
    """One measure of every layer at the epochs that are drawn.

    Attributes
    ----------
    name, title : str
        The title says "1 − " where that is what is drawn.
    unit : str
        Of the colours.
    log : bool
        Scale of the colours.
    low, high : float
        Their ends; what is below (zero too) has the darkest.
    values : float array, shape (layers, drawn epochs)
        NaN where there is nothing to draw.
    """

    name: str
    title: str
    unit: str
    log: bool
    low: float
    high: float
    values: FloatArray

    @property
    def clipped(self) -> FloatArray:
        """Values within the ends, NaN kept."""
        return np.clip(self.values, self.low, self.high)

    @property
    def holes(self) -> bool:
        """Whether some cells have no value."""
        return bool(np.isnan(self.values).any())

    @property
    def zeros(self) -> bool:
        """Whether zeros stand on a scale that has none."""
        return bool(self.log and np.any(self.values <= 0))

    @property
    def ticks(self) -> list[float]:
        """Values that a logarithmic bar of colours names: powers of ten, or 1, 2, 5 times them where those are few."""
        first, last = int(np.floor(np.log10(self.low))), int(np.ceil(np.log10(self.high)))
        step = max(1, -(-(last - first) // MAX_POWERS))
        steps = (1, 2, 5) if self.high < FEW_DECADES * self.low else (1,)
        every = [float(f"{digit}e{power}") for power in range(first, last + 1, step) for digit in steps]
        return [tick for tick in every if self.low <= tick <= self.high]

    @property
    def heading(self) -> str:
        """Title with a capital, and what a reader of the colours must know."""
        scale = ", log colours" if self.log else ""
        return f"{self.title[:1].upper()}{self.title[1:]}{scale}{'; zero is darkest' if self.zeros else ''}"

    @property
    def label(self) -> str:
        """Title and unit, for the bar of colours."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def epoch_grid(run: EpochRun, name: str, drawn: IntArray) -> EpochGrid:
    """Return one measure at the epochs drawn, with the scale of its colours.

    Raises
    ------
    UsageError
        If no epoch has it.
    """
    title, values = shown_values(run, name)
    shown = values[:, drawn]
    log, low, high = _scale(name, shown)
    return EpochGrid(name, drawable(title), _unit(name), log, low, high, shown)


def shown_values(run: EpochRun, name: str) -> tuple[str, FloatArray]:
    """Return title and values, shape (layers, epochs), of what is shown of a measure: of a cosine, 1 − cosine.

    Raises
    ------
    UsageError
        If no epoch has it.
    """
    values, title = _of_something(run, name, run.grid(name)), measure_of(name).title
    if name not in COSINES:
        return title, values
    # 1 − mean cosine itself was logged, with all its digits
    other = run.values.get("mad") if name == "mean_cosine" else None
    return f"1 − {title}", 1.0 - values if other is None else _of_something(run, "mad", other)


def _of_something(run: EpochRun, name: str, values: FloatArray) -> FloatArray:
    """Return values, NaN where a layer that is zero at every node has none: no cosine, no share."""
    sizes = run.values.get("rms")
    if sizes is None or not (name == NEAREST or (name in LAYER_MEASURES and needs_size(name))):
        return values
    return np.where(sizes == 0, np.nan, values)


def _scale(name: str, values: FloatArray) -> tuple[bool, float, float]:
    if name in SHARES:
        return False, 0.0, 1.0
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0]
    family = measure_of(name).family
    decays = name in COSINES or family in DECAYING
    if len(positive) and not np.any(finite < 0):
        high = float(positive.max())
        if decays or high > LOG_SPAN * float(positive.min()):
            # at least a decade, so that a run in which nothing happens looks like one
            return True, max(min(float(positive.min()), high / 10.0), SMALLEST), max(high, 10.0 * SMALLEST)
    if not len(finite):
        return False, 0.0, 1.0
    low, high = 1.0 if family == "rank" else float(finite.min()), float(finite.max())
    return (False, low, high) if high > low else (False, low - 0.5, low + 0.5)


def _unit(name: str) -> str:
    known = measure_of(name)
    if name in (NEAREST, PLAIN, "collapse") or (known.family == "distance" and known.scale_free):
        return "share of the layer's size"
    if name in SHARES and name != "column_correlation":
        return "share of all columns" if "columns" in name else "share"
    if known.name in ("effective_rank", "stable_rank"):
        return "directions"
    return (
        "units of the values"
        if known.name in ("rms", "largest", "norm", "deviation", "mean_deviation")
        else ""
    )


def present(run: EpochRun, names: Sequence[str] = MAIN) -> list[str]:
    """Return the names that some epoch has a value of."""
    return [name for name in names if name in run.values and np.isfinite(run.values[name]).any()]


def drawn_epochs(run: EpochRun) -> IntArray:
    """Return positions of the epochs that are drawn: all, or evenly chosen ones with both ends."""
    count = len(run.epochs)
    most = int(np.clip(MAX_CELLS // len(run.names), MIN_COLUMNS, MAX_COLUMNS))
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).round().astype(np.int64)


def thinned_note(run: EpochRun, drawn: IntArray) -> str:
    """Return what is not drawn, empty where everything is."""
    count = len(run.epochs)
    if len(drawn) == count:
        return ""
    step = int(np.diff(drawn).max())
    return (
        f"{len(drawn)} of {count:,} epochs are drawn, evenly chosen; what lasts fewer than {step} logged epochs may be "
        "missing"
    )


def cell_edges(epochs: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return left and right ends of the cells of epochs: they meet halfway, but no cell reaches into a long gap.

    A side is half the gap to its neighbour, and at most the whole gap on the other side, so that epochs logged ever
    more rarely still touch; at both ends the gap that is not there goes on as those before it.

    Examples
    --------
    >>> left, right = cell_edges(np.array([0, 1, 2, 50]))
    >>> left.tolist(), right.tolist()
    ([-0.5, 0.5, 1.5, 48.0], [0.5, 1.5, 3.0, 51.0])
    """
    gaps = np.diff(epochs).astype(np.float64)
    before = np.insert(gaps, 0, _outer(gaps[:2]))
    after = np.append(gaps, _outer(gaps[-2:][::-1]))
    left, right = np.minimum(before / 2, after), np.minimum(after / 2, before)
    return np.asarray(epochs - left), np.asarray(epochs + right)


def _outer(nearest: FloatArray) -> float:
    """Return the gap beyond an end from the gaps next to it, the outer one first; 1 without any."""
    if len(nearest) < 2:
        return float(nearest[0]) if len(nearest) else 1.0
    return min(float(nearest[0]), 2.0 * float(nearest[1]))


@dataclass(frozen=True, eq=False)
class OnsetLine:
    """Where one kind of finding begins: the lower side of its onset layer, over the epochs at which it is the gravest.

    Attributes
    ----------
    kind : str
    place : int
        Of the kind among all kinds; chooses the dashes.
    parts : list of (x, y)
        Unbroken lines.
    """

    kind: str
    place: int
    parts: list[tuple[list[float], list[float]]]


def onset_lines(run: EpochRun, drawn: IntArray) -> list[OnsetLine]:
    """Return the onset of the gravest finding at every drawn epoch as lines along the cells, one entry a kind."""
    left, right = cell_edges(run.epochs[drawn])
    parts: dict[str, list[tuple[list[float], list[float]]]] = {}
    before = ""
    for column, at in enumerate(drawn):
        found = run.diagnoses[int(at)]
        layer = found.layer
        if layer is not None:
            lines = parts.setdefault(found.kind, [])
            if found.kind != before or left[column] > right[column - 1] + 1e-9:
                lines.append(([], []))
            x, y = lines[-1]
            level = min(max(layer, 0), len(run.names) - 1) - 0.5
            x += [float(left[column]), float(right[column])]
            y += [level, level]
        before = found.kind
    return [OnsetLine(kind, KINDS.index(kind), parts[kind]) for kind in KINDS if kind in parts]


def layer_ticks(names: Sequence[str]) -> list[tuple[int, str]]:
    """Return the layers that are named at the axis, a dozen at most, with number and name.

    Examples
    --------
    >>> layer_ticks(["encoder.conv1.out", "encoder.a_very_long_name_1.out"])
    [(0, '0  conv1'), (1, '1  a_very_long_name_1')]
    >>> layer_ticks(["0", "1"])
    [(0, '0'), (1, '1')]
    """
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, len(names)) if len(names) <= MAX_TICKS * s)
    return list(enumerate(layer_labels(names)))[::step]


def layer_labels(names: Sequence[str]) -> list[str]:
    """Return the number of each layer, with what its name says more, short."""
    return [
        str(i) if str(i) in (name, part) else f"{i}  {short_name(part, NAME_WIDTH)}"
        for i, (name, part) in enumerate(zip(names, telling_parts(names), strict=True))
    ]


def thin_curve(values: FloatArray) -> IntArray:
    """Return positions to draw of a long curve: the smallest and largest of each stretch, so that no spike is lost.

    Examples
    --------
    >>> at = thin_curve(np.where(np.arange(9999) == 1234, 9.0, 0.0))
    >>> 1234 in at, len(at) <= MAX_CURVE + 2
    (True, True)
    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) <= MAX_CURVE:
        return known
    parts = np.array_split(known, MAX_CURVE // 2)
    kept = [part[[values[part].argmin(), values[part].argmax()]] for part in parts]
    return np.unique(np.concatenate([known[[0, -1]], *kept]))
