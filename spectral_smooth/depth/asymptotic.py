"""The factor per depth that a rule and the two ends of the spectrum allow in the long run."""

from __future__ import annotations

from spectral_smooth.operators.readout import Last
from spectral_smooth.operators.rule import Rule

# An eigenvalue that is zero but for rounding is zero.
ROUNDING = 1e-12


def asymptotic_rate(
    rule: Rule, top: float | None, bottom: float | None, *, quadratic: bool = False
) -> float | None:
    """Return max |aμ + b| over both ends of the spectrum, divided by the rule's growth.

    That is lim |h_k(μ)|^(1/k) for a rule without a restart (c = 0) read out at its last depth, relative to
    growth^k. A restart leaves a plateau (factor 1); averaging read-outs fall like a power of the depth,
    where no such factor exists: None.

    Parameters
    ----------
    rule : Rule
    top, bottom : float or None
        Largest and smallest eigenvalue off the fixed space; None where unknown.
    quadratic : bool
        Return the factor of squared quantities (the energy).

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> asymptotic_rate(ss.lazy(0.5), 0.9, -1.0)
    0.95
    """
    if not isinstance(rule.readout, Last) or top is None or bottom is None:
        return None
    if rule.c:
        return 1.0
    factor = max(abs(rule.a * top + rule.b), abs(rule.a * bottom + rule.b)) / rule.growth
    if factor < ROUNDING:
        factor = 0.0
    return factor**2 if quadratic else factor
