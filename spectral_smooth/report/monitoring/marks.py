"""Onsets and thresholds of a diagnosis as marks of a picture."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.monitoring.judging.finding import Finding
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import numbers
from spectral_smooth.report.monitoring.chart import Level, Onset
from spectral_smooth.report.monitoring.ticks import short_name

# What each kind of finding is seen in, beside the measure that was compared.
SEEN_IN = {
    "smoothing": (
        "constant_distance",
        "degree_distance",
        "profile_distance",
        "constant_distance_median",
        "degree_distance_median",
        "profile_distance_median",
        "collapse",
    ),
    "rank collapse": ("stable_rank", "effective_rank", "rank_one_distance"),
    "correlated columns": ("column_correlation",),
    "dead units": ("dead_columns",),
    "shrinking norm": ("rms", "norm", "largest"),
    "exploding norm": ("rms", "norm", "largest"),
}


def layer_label(layer: int, name: str) -> str:
    """Return number and name of a layer, the name only where it says more.

    Examples
    --------
    >>> layer_label(3, "conv3"), layer_label(3, "3")
    ('layer 3 (conv3)', 'layer 3')
    """
    shown = short_name(name, 24)
    return f"layer {layer}" if shown == str(layer) else f"layer {layer} ({shown})"


def onsets(result: Monitoring, kinds: Sequence[str] = ()) -> tuple[Onset, ...]:
    """Return the onsets of the findings of some kinds; without kinds that of the gravest finding."""
    findings = result.diagnosis.findings
    chosen = [f for f in findings if f.kind in kinds] if kinds else list(findings[:1])
    return tuple(_onset(finding) for finding in chosen)


def measure_marks(result: Monitoring, name: str) -> tuple[tuple[Level, ...], tuple[Onset, ...]]:
    """Return the threshold and the onset of the finding that one measure shows, if there is one."""
    for finding in result.diagnosis.findings:
        if name == finding.measure or name in SEEN_IN[finding.kind]:
            levels = (_level(finding),) if name == finding.measure else ()
            return levels, (_onset(finding),)
    return (), ()


def smooth_level(result: Monitoring) -> Level:
    """Return the threshold on distances."""
    value = result.diagnosis.thresholds.smooth
    return Level(value, f"threshold {numbers.number(value)}")


def _level(finding: Finding) -> Level:
    return Level(finding.threshold, f"threshold {numbers.number(finding.threshold)}")


def _onset(finding: Finding) -> Onset:
    earliest = finding.layer if finding.earliest is None else finding.earliest
    latest = finding.layer if finding.latest is None else finding.latest
    text = f"{finding.kind} from layer {finding.layer} on"
    return Onset(finding.layer, min(earliest, latest), max(earliest, latest), text)
