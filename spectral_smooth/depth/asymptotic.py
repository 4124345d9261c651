"""The factor per depth that a rule and the two ends of the spectrum allow in the long run."""

from __future__ import annotations

from collections.abc import Sequence

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


def measure_rate(
    rule: Rule, top: Sequence[float], bottom: Sequence[float], measure: str = "deviation"
) -> float | None:
    """Return the long-run factor of a quadratic measure under a rule; the scale-free ones only without a restart.

    There the fixed part keeps its size (relative to the growth of the rule), so that collapse falls like the
    deviation and the Rayleigh quotient like the energy.

    Parameters
    ----------
    rule : Rule
    top, bottom : sequences of float
        Eigenvalues of both ends, descending; empty where there are none or they are not known.
    measure : {"deviation", "energy", "collapse", "rayleigh_quotient"}

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> measure_rate(ss.sgc(), [0.9, 0.8], [-0.2, -0.5], "collapse"), measure_rate(ss.ppr(), [0.9], [0.0], "collapse")
    (0.9, None)
    """
    scale_free = measure in ("collapse", "rayleigh_quotient")
    if not top or not bottom or (scale_free and (rule.c or abs(rule.a + rule.b) != rule.growth)):
        return None
    return asymptotic_rate(rule, top[0], bottom[-1], quadratic=measure in ("energy", "rayleigh_quotient"))
