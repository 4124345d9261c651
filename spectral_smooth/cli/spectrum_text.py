"""What ``spectral-smooth spectrum`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spectral_smooth.cli.printing import columns

if TYPE_CHECKING:
    from spectral_smooth.operators.operator import Operator
    from spectral_smooth.spectra.certify.certificate import Certificate
    from spectral_smooth.spectra.density.types import DensityOfStates
    from spectral_smooth.spectra.structure.facts import SpectralFacts
    from spectral_smooth.spectra.types import Spectrum


LONGEST = 60


def spectrum_text(
    layer: Operator, found: Spectrum, density: DensityOfStates | None, facts: SpectralFacts | None
) -> str:
    """Return the report: values, certificate, density and facts, as far as they were asked for."""
    lines = [
        f"{layer}",
        f"gap {_number(found.gap)}   rate {_number(found.rate)}   fixed space of dimension {found.fixed_dimension:,}"
        + (f"   {found.alternating_dimension:,} at -1" if found.alternating_dimension else ""),
        f"{_which(found)}:",
        _table(found),
        str(found.convergence),
    ]
    if found.certificate is not None:
        lines += ["", *_certificate(found.certificate)]
    if density is not None:
        lines += ["", str(density), *(f"  {spike}" for spike in density.spikes[:12])]
    if facts is not None:
        lines += ["", str(facts)]
    return "\n".join(lines)


def _which(found: Spectrum) -> str:
    if found.complete:
        return f"all {len(found.values):,} values off the fixed space"
    return f"{len(found.values):,} values off the fixed space, {found.place}"


def _table(found: Spectrum) -> str:
    if not len(found.values):
        return "  no eigenvalue off the fixed space"
    rows: list[tuple[str, ...]] = [("eigenvalue", "residual")]
    rows += [
        (f"{mu: .10f}", f"{r:.1e}") for mu, r in zip(found.values, found.convergence.residuals, strict=True)
    ]
    if found.certificate is not None:
        rows = [
            (*row, extra)
            for row, extra in zip(
                rows,
                [
                    "certified",
                    *(f"{one.kind}, within {one.width:.1e}" for one in found.certificate.enclosures),
                ],
                strict=True,
            )
        ]
    return "\n".join(f"  {line}" for line in _shortened(columns(rows).splitlines()))


def _shortened(lines: list[str]) -> list[str]:
    """Return a long list's first and last lines, and how many are between them."""
    if len(lines) <= LONGEST:
        return lines
    half = LONGEST // 2
    left_out = len(lines) - 2 * half
    return [*lines[:half], f"... {left_out:,} more, all of them with --json or -o", *lines[-half:]]


def _certificate(certificate: Certificate) -> list[str]:
    return [
        str(certificate),
        *_shortened([f"  {cluster}" for cluster in certificate.clusters]),
        f"  largest value off the fixed space in {certificate.top}",
        f"  smallest value off the fixed space in {certificate.bottom}",
        *([f"  {certificate.gap}"] if certificate.gap is not None else []),
        *(f"  by structure: {one}" for one in certificate.multiplicities[:12]),
    ]


def _number(value: float | None) -> str:
    return "not known from these values" if value is None else f"{value:.8g}"
