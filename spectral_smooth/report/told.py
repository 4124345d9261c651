"""What the reports say in words of the recommended depth, of who goes first and of the labels; text and HTML alike."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.onset import Onset
from spectral_smooth.report import numbers
from spectral_smooth.report.wording import clean


def recommended(analysis: Analysis) -> str:
    """Return the recommended depth in words, empty where there is none.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> recommended(ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64)))
    '4 layers'
    """
    depth = analysis.advice.recommended_depth if analysis.advice is not None else None
    if depth is None:
        return ""
    return "0 layers: do not smooth" if depth == 0 else numbers.layers(depth, depth, depth)


def facts(analysis: Analysis) -> list[str]:
    """Return the facts of the verdict without the advice, which has a place of its own."""
    said = analysis.advice.sentence.rstrip(".") if analysis.advice is not None else None
    return [fact for fact in analysis.verdict.facts if fact.rstrip(".") != said]


def incomplete_title(analysis: Analysis) -> str:
    """Return what is not complete, as a heading.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.certify.counting import Budget
    >>> plan = ss.Plan(depth=4, horizon=8)
    >>> incomplete_title(ss.analyze(ss.load("karate"), plan=plan, certify=Budget(width=0.0)))
    'Not everything that was asked for is proven'
    """
    if not analysis.incomplete:
        return "Warnings"
    unproven = analysis.certificate is not None and not analysis.certificate.obtained
    if not unproven:
        return "Not everything converged"
    if analysis.spectrum.get("converged", True):
        return "Not everything that was asked for is proven"
    return "Not everything converged, and not everything that was asked for is proven"


def predicted_onset(onset: Onset, horizon: int) -> str:
    """Return from which depth on, as predicted, with both sides where they leave more than one depth.

    Examples
    --------
    >>> predicted_onset(Onset(0.01, 309, 308, 309, None), 1024)
    '309'
    >>> predicted_onset(Onset(0.01, 309, 290, 340, None), 1024)
    '309 [291, 340]'
    >>> predicted_onset(Onset(0.01, None, 1024, None, None), 1024)
    'not within 1,024'
    """
    if onset.predicted is None and onset.at_least is None:
        return numbers.MISSING
    low = 0 if onset.at_least is None else onset.at_least + 1
    if onset.predicted is None:
        text = f"not within {horizon:,}"
        return text if low > horizon else f"{text} [from {low:,}]"
    if low == onset.predicted == onset.at_most:
        return f"{onset.predicted:,}"
    end = "open" if onset.at_most is None else f"{onset.at_most:,}"
    return f"{onset.predicted:,} [{low:,}, {end}]"


def measured_onset(onset: Onset, measured_to: int | None) -> str:
    """Return from which depth on, as measured.

    Examples
    --------
    >>> measured_onset(Onset(0.01, 309, 308, 309, None), 128)
    'not within 128'
    """
    if onset.measured is not None:
        return f"{onset.measured:,}"
    return numbers.MISSING if measured_to is None else f"not within {measured_to:,}"


def disagreement(onsets: Sequence[Onset]) -> str:
    """Return why prediction and measurement do not agree, "yes" where they do, a dash where nothing was compared."""
    reasons = list(dict.fromkeys(clean(o.reason) for o in onsets if o.agrees is False))
    if reasons:
        return "NO: " + "; ".join(reasons)
    return "yes" if any(o.agrees for o in onsets) else numbers.MISSING


def first_sentence(text: str) -> str:
    """Return the first sentence of a text.

    Examples
    --------
    >>> first_sentence("Class 3, 6.7 % of the labelled nodes, is small from depth 9. Small is not gone.")
    'Class 3, 6.7 % of the labelled nodes, is small from depth 9.'
    """
    head, stop, _ = text.partition(". ")
    return head + stop.rstrip()


def why_not_n_star(analysis: Analysis) -> str:
    """Return why the best depth of the block model is not the recommended one; empty without a model."""
    found = analysis.labels.block_model.model if analysis.labels is not None else None
    if found is None:
        return ""
    best = "not within reach" if found.best_depth is None else f"{found.best_depth:,}"
    depth = analysis.advice.recommended_depth if analysis.advice is not None else None
    own = "No depth is recommended here" if depth is None else f"The recommended depth here is {depth:,}"
    return (
        f"n* of the block model is {best}. {own}: n* is no part of it. n* is where a threshold fixed before the first "
        "layer does best in a random graph with equal classes, and later layers shift all states together, past that "
        "threshold. A read-out trained at each depth moves along with the shift, so it often does well far beyond n*. "
        "What decides is how this graph's own classes lie, which the training labels tell and the model does not know."
    )
