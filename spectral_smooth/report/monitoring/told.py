"""What the reports of a monitoring say in words; text and HTML alike."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.monitoring.judging.destination import Destination, destinations, nearest
from spectral_smooth.monitoring.judging.finding import Finding, confidence_word
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report import numbers
from spectral_smooth.report.monitoring.group_charts import component_label
from spectral_smooth.report.monitoring.marks import layer_label
from spectral_smooth.report.monitoring.zeros import ZERO_LAYER, is_zero
from spectral_smooth.report.wording import plural

# How loud each kind is told, in the levels that verdicts have.
LEVELS = {
    "smoothing": "high",
    "rank collapse": "high",
    "dead units": "high",
    "correlated columns": "moderate",
    "shrinking norm": "moderate",
    "exploding norm": "moderate",
}
LAYERS_SHOWN = 12


def level(result: Monitoring) -> str:
    """Return ``low``, ``moderate`` or ``high``: how grave the gravest finding is, at most moderate if doubtful."""
    found = result.diagnosis.findings
    if found and doubtful(found[0]):
        return "moderate"
    return LEVELS.get(result.diagnosis.kind, "low")


def doubtful(finding: Finding) -> bool:
    """Return whether a finding is of low confidence: reports say "perhaps" then."""
    return confidence_word(finding.confidence) == "low"


def kind_of(finding: Finding) -> str:
    """Return what a finding is called.

    Examples
    --------
    >>> kind_of(Finding("dead units", 3, "3", 5, 2, None, 0.4, "dead_columns", 0.5, 0.3, "", "half are dead"))
    'perhaps dead units'
    """
    return f"perhaps {finding.kind}" if doubtful(finding) else finding.kind


def headline(result: Monitoring) -> str:
    """Return what is wrong and since when, in a few words.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> headline(ss.monitor(ss.load("karate"), [np.eye(34), np.ones((34, 4))]))
    'smoothing since layer 1, towards constants'
    """
    found = result.diagnosis.findings
    if not found:
        return "nothing wrong: the layers gather by class" if result.diagnosis.clustering else "nothing wrong"
    end = f", towards {found[0].destination}" if found[0].destination else ""
    return f"{kind_of(found[0])} since {layer_label(found[0].layer, found[0].layer_name)}{end}"


def sure(finding: Finding) -> str:
    """Return how sure an onset is, and at which layers other thresholds are reached.

    Examples
    --------
    >>> print(sure(Finding("dead units", 3, "3", 5, 2, None, 0.6, "dead_columns", 0.5, 0.3, "", "half are dead")))
    moderate confidence: 3 of 5 thresholds from half to twice 0.3 agree within one layer; the most lenient is reached
    at layer 2, the strictest never
    """
    text = (
        f"{confidence_word(finding.confidence)} confidence: {round(5 * finding.confidence)} of 5 thresholds from half "
        f"to twice {numbers.number(finding.threshold, 3)} agree within one layer"
    )
    if (finding.earliest, finding.latest) == (finding.layer, finding.layer):
        return text
    first = "never" if finding.earliest is None else f"at layer {finding.earliest}"
    last = "never" if finding.latest is None else f"at layer {finding.latest}"
    return f"{text}; the most lenient is reached {first}, the strictest {last}"


def leads_to(result: Monitoring) -> str:
    """Return how near the layers come to where they lead; where they keep away from every smooth state, that."""
    found = result.diagnosis.findings
    if found and found[0].destination:
        at = "the last layer" if found[0].at == len(result.layers) - 1 else f"layer {found[0].at}"
        return f"distance {numbers.number(found[0].value, 2)} at {at}, as a share of its size"
    last = result.layers[-1]
    if result.diagnosis.clustering:
        share = last.values.get("class_share")
        return f"{numbers.percent(share, 3)} of the scatter of the last layer lies between classes"
    if is_zero(last):
        return f"the last layer is {ZERO_LAYER}"
    near = nearest_state(result, last)
    return (
        f"the nearest smooth state, {near.name}, is at distance {numbers.number(near.distance, 2)} as a share of the "
        "last layer's size"
    )


def nearest_state(result: Monitoring, layer: LayerNumbers) -> Destination:
    """Return the smooth state that a layer is nearest to."""
    return nearest(destinations(layer), result.diagnosis.thresholds.smooth)


def cosine_text(layer: LayerNumbers) -> str:
    """Return the mean cosine; close to one as its distance to one, which three digits would hide."""
    if is_zero(layer):
        return numbers.MISSING
    rest = layer.values["mad"]
    if rest == 0:
        return "1"
    return f"1 − {numbers.number(rest, 2)}" if rest < 5e-4 else numbers.number(layer.values["mean_cosine"], 3)


def class_line(result: Monitoring) -> str:
    """Return how the classes fare from the first layer to the last; empty without labels.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> class_line(ss.monitor(ss.load("karate").graph, [np.eye(34)]))
    ''
    """
    if not result.classes:
        return ""
    first, last = result.layers[0], result.layers[-1]
    count = len(result.classes)
    text = "one class" if count == 1 else f"{numbers.count(count)} classes"
    if "class_share" in last.values:
        before, after = first.values.get("class_share"), last.values["class_share"]
        text += f": {numbers.percent(before, 3)} of the scatter between classes at the first layer, "
        text += f"{numbers.percent(after, 3)} at the last"
    if is_zero(last):
        return f"{text}; the last layer is {ZERO_LAYER}"
    several = [at for at in range(count) if result.class_counts[at] > 1]
    parts = []
    if several:
        parts.append(f"distance within classes {_range(result, last.classes['class_distance'], several)}")
    if count > 1:
        parts.append(f"contrast {_range(result, last.classes['class_contrast'], range(count))}")
    single = count - len(several)
    alone = (
        f" ({plural(single, 'class')} of one node left out)".replace("classs", "classes") if single else ""
    )
    return f"{text}; at the last layer {', '.join(parts)}{alone}" if parts else text


def component_line(result: Monitoring) -> str:
    """Return how near the components are to a smooth state at the last layer; empty where there is one only.

    Of constants and the operator's fixed space the nearer one counts, in each component: a GCN with biases may lead
    to constants, from which ``collapse`` alone stays away.
    """
    sizes = result.graph["components"]
    if len(sizes) < 2:
        return ""
    last = result.layers[-1]
    if is_zero(last):
        return f"the last layer is {ZERO_LAYER}"
    pairs = zip(last.groups["collapse"], last.groups["constant_distance"], strict=True)
    values = [min(pair) for pair in pairs]
    low = min(range(len(values)), key=lambda at: values[at])
    high = max(range(len(values)), key=lambda at: values[at])
    return (
        f"distance to the nearest smooth state {numbers.number(values[0], 2)} in {component_label(result, 0)}; from "
        f"{numbers.number(values[low], 2)} in {component_label(result, low)} to {numbers.number(values[high], 2)} in "
        f"{component_label(result, high)}"
    )


def chosen_layers(result: Monitoring, most: int = LAYERS_SHOWN) -> list[int]:
    """Return which layers a short table shows: both ends and the onset in any case, others evenly between."""
    count = len(result.layers)
    if count <= most:
        return list(range(count))
    wanted = {0, count - 1}
    for finding in result.diagnosis.findings[:2]:
        wanted |= {at for at in (finding.layer - 1, finding.layer) if at >= 0}
    best = wanted
    for step in range(1, count):
        even = {round(i * (count - 1) / step) for i in range(step + 1)}
        if len(wanted | even) > most:
            break
        best = wanted | even
    return sorted(best)


def _range(result: Monitoring, values: Sequence[float], among: Sequence[int]) -> str:
    low, high = min(among, key=lambda at: values[at]), max(among, key=lambda at: values[at])
    texts = [numbers.number(values[at], 2) for at in (low, high)]
    if texts[0] == texts[1]:
        return texts[0]
    return f"{texts[0]} (class {result.classes[low]}) to {texts[1]} (class {result.classes[high]})"
