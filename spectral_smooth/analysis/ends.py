"""Both ends of the spectrum as an analysis uses them: computed, proven where that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spectral_smooth.analysis.certified import Certified, certify_ends, without_vectors
from spectral_smooth.analysis.plan import Plan
from spectral_smooth.analysis.prediction import find_ends, predict_again, proven_ends
from spectral_smooth.depth.safe import safe_depth
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.quadrature import Ends, SpectralMeasure
from spectral_smooth.spectra.types import Spectrum


@dataclass(frozen=True, eq=False)
class EndsFound:
    """Both ends.

    Attributes
    ----------
    top, bottom : Spectrum
    ends : Ends or None
        Proven interval for the predictions; None is ``always``.
    always : Ends
        What needs no proof.
    warnings : tuple of str
        What did not converge, and what was to be certified and is not.
    certificate : Certified or None
    """

    top: Spectrum
    bottom: Spectrum
    ends: Ends | None
    always: Ends
    warnings: tuple[str, ...]
    certificate: Certified | None

    @classmethod
    def of(cls, operator: Operator, plan: Plan, budget: Budget | None) -> EndsFound:
        """Compute both ends, and certify them where there is a budget for it."""
        top, bottom, warnings = find_ends(operator, plan.seed, vectors=budget is not None)
        ends = proven_ends(operator, top, bottom)
        always = Ends.of(operator)
        if budget is None:
            return cls(top, bottom, ends, always, tuple(warnings), None)
        certificate = certify_ends(operator, top, bottom, plan.rule, budget, plan.seed)
        if certificate.obtained or ends is None:
            ends = certificate.ends
        return cls(
            without_vectors(top),
            without_vectors(bottom),
            ends,
            always,
            (*warnings, *certificate.missing),
            certificate,
        )

    def notes(self, measure: SpectralMeasure) -> tuple[str, ...]:
        """Return what a reader of the predicted curves must know about their ends; nothing without a certificate."""
        if self.certificate is None or measure.exact or self.ends is None or self.ends == self.always:
            return ()
        return (
            f"the sides rest on the proven interval [{self.ends.low:.9g}, {self.ends.high:.9g}] of the spectrum",
        )


def with_probable(
    certificate: Certified | None,
    measure: SpectralMeasure,
    operator: Operator,
    plan: Plan,
    measured: Trajectory,
) -> Certified | None:
    """Add the curves and the safe depth that follow from ends which hold with high probability only."""
    if certificate is None or certificate.probable is None or measure.exact:
        return certificate
    shown, everything = predict_again(measure, operator, plan, certificate.probable.ends)
    safe = safe_depth(
        everything,
        measured,
        collapse=plan.collapse,
        component_shares=operator.fixed_space.group_shares,
    )
    probable = replace(certificate.probable, predicted=shown, safe_depth=safe)
    return replace(certificate, probable=probable)
