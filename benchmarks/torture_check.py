"""What a spectrum and its certificate say, against all eigenvalues from dense LAPACK."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import spectral_smooth as ss
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import Enclosure
from spectral_smooth.spectra.types import Spectrum

CLOSE = 1e-8  # a value further off than this is wrong
SLACK = 2e-13  # what dense LAPACK may be off itself, on fewer than a few hundred nodes


def truth(operator: ss.Operator) -> np.ndarray:
    """All eigenvalues off the fixed space, descending; nodes with d̃ = 0 left out. Component by component."""
    labels = operator.fixed_space.labels
    dense = operator.matrix().toarray()
    found = [np.zeros(0)]
    for component in range(operator.fixed_space.dimension):
        nodes = np.flatnonzero(labels == component)
        found.append(np.linalg.eigvalsh(dense[np.ix_(nodes, nodes)])[:-1])
    return np.sort(np.concatenate(found))[::-1]


def ranked(values: np.ndarray, which: str) -> np.ndarray:
    """Values by rank from the end that is meant; for the slowest their sizes."""
    if which == "slowest":
        return np.sort(np.abs(values))[::-1]
    return np.sort(values) if which == "bottom" else np.sort(values)[::-1]


def wrong_values(spectrum: Spectrum, expected: np.ndarray) -> str:
    """Return ``value``, ``multiplicity`` or nothing: what is wrong with a spectrum that claims to be right."""
    have = ranked(spectrum.values, spectrum.which)
    want = ranked(expected, spectrum.which)[: len(have)]
    if len(have) == len(want) and np.all(np.abs(have - want) <= CLOSE):
        return ""
    strangers = [
        h for h in have if np.min(np.abs(expected - h), initial=9.0) > CLOSE and spectrum.which != "slowest"
    ]
    return "value" if strangers or len(have) != len(want) else "multiplicity"


def false_claims(
    certificate: Certificate, expected: np.ndarray, kinds: tuple[str, ...] = ("proven",)
) -> list[str]:
    """Return the claims of a certificate that the truth contradicts."""
    false = _false_ranks(certificate, expected, kinds)
    for cluster in certificate.clusters:
        inside = _inside(expected, cluster.low - SLACK, cluster.high + SLACK)
        surely = _inside(expected, cluster.low + SLACK, cluster.high - SLACK)
        if inside < cluster.at_least:
            false.append(f"{cluster}: there are {inside}")
        if cluster.kind in kinds and cluster.at_most is not None and surely > cluster.at_most:
            false.append(f"{cluster}: there are {surely}")
    false += _false_ends(certificate, expected, kinds)
    for count in certificate.counts:
        sign = 1.0 if count.side == "above" else -1.0
        reach, at = sign * expected, sign * count.value
        most = int(np.count_nonzero(reach > at + count.margin + SLACK))
        least = int(np.count_nonzero(reach > at - count.margin - SLACK))
        if count.kind in kinds and not (most <= count.at_most and least >= count.at_least):
            false.append(f"{count}: there are {most} to {least}")
    return false + _false_multiplicities(certificate, expected)


def _false_ranks(certificate: Certificate, expected: np.ndarray, kinds: tuple[str, ...]) -> list[str]:
    claimed = [one for one in certificate.enclosures if one.kind in kinds]
    if len(claimed) > len(expected):
        return [f"{len(claimed)} values claimed of {len(expected)}"]
    falling, rising = np.sort(expected)[::-1], np.sort(expected)
    if certificate.which == "top":
        return _outside(sorted(claimed, key=lambda one: -one.value), falling)
    if certificate.which == "bottom":
        return _outside(sorted(claimed, key=lambda one: one.value), rising)
    up = sorted((one for one in claimed if one.low > 0.0), key=lambda one: -one.value)
    down = sorted((one for one in claimed if one.high < 0.0), key=lambda one: one.value)
    false = _outside(up, falling) + _outside(down, rising)
    # whatever is not listed is no slower than the fastest of those that are
    reach = min((max(-one.low, one.high) for one in claimed), default=9.0)
    next_one = np.sort(np.abs(expected))[::-1][len(claimed) :]
    if len(next_one) and next_one[0] > reach + SLACK:
        false.append(f"a value of size {next_one[0]:.17g} is not listed")
    return false


def _outside(claimed: list[Enclosure], real: np.ndarray) -> list[str]:
    return [
        f"{one}: the truth is {value:.17g}"
        for one, value in zip(claimed, real, strict=False)
        if not one.low - SLACK <= value <= one.high + SLACK
    ]


def _false_ends(certificate: Certificate, expected: np.ndarray, kinds: tuple[str, ...]) -> list[str]:
    if not len(expected):
        return []
    false = []
    for name, bound, value in (
        ("top", certificate.top, expected[0]),
        ("bottom", certificate.bottom, expected[-1]),
    ):
        outer = value <= bound.high + SLACK if name == "top" else value >= bound.low - SLACK
        inner = value >= bound.low - SLACK if name == "top" else value <= bound.high + SLACK
        if not inner or (bound.kind in kinds and not outer):
            false.append(f"{name} {bound}: the truth is {value:.17g}")
    gap = certificate.gap
    if gap is not None:
        value = 1.0 - expected[0]
        if value > gap.high + SLACK or (gap.kind in kinds and value < gap.low - SLACK):
            false.append(f"{gap}: the truth is {value:.17g}")
    return false


def _false_multiplicities(certificate: Certificate, expected: np.ndarray) -> list[str]:
    false = []
    for one in certificate.multiplicities:
        if one.value == 1.0:
            continue
        near = _inside(expected, one.value - 1e-11, one.value + 1e-11)
        if near < one.at_least or (one.exact and one.value != -1.0 and near > one.at_least):
            false.append(f"{one}: there are {near}")
    return false


def _inside(values: np.ndarray, low: float, high: float) -> int:
    return int(np.count_nonzero((values >= low) & (values <= high)))


def sabotaged(spectrum: Spectrum, rng: np.random.Generator) -> list[Spectrum]:
    """Return spectra as a bad solver would have them: one value missing, one copied, one moved, one replaced."""
    vectors = spectrum.vectors
    assert vectors is not None
    count = len(spectrum.values)
    result = []
    if count > 1:
        lost = int(rng.integers(count - 1)) if spectrum.which != "bottom" else int(rng.integers(1, count))
        kept = np.delete(np.arange(count), lost)
        result.append(_picked(spectrum, kept))
        copied = np.arange(count)
        copied[lost] = (lost + 1) % count
        result.append(_picked(spectrum, np.sort(copied)))
    moved = spectrum.values.copy()
    moved[int(rng.integers(count))] += 10.0 ** rng.uniform(-9, -3) * (1 if rng.random() < 0.5 else -1)
    result.append(replace(spectrum, values=np.clip(moved, -1.0, 1.0)))
    mixed = vectors.copy()
    mixed[:, int(rng.integers(count))] = rng.standard_normal(len(vectors))
    result.append(replace(spectrum, vectors=mixed))
    return result


def _picked(spectrum: Spectrum, columns: np.ndarray) -> Spectrum:
    vectors = spectrum.vectors
    convergence = replace(spectrum.convergence, residuals=spectrum.convergence.residuals[columns])
    return replace(
        spectrum,
        values=spectrum.values[columns],
        vectors=None if vectors is None else vectors[:, columns],
        convergence=convergence,
        complete=False,
    )
