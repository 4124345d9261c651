"""Both ends of the spectrum of one component: what is proven about them, and the vectors that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.eigen import both_ends, eigenpairs
from spectral_smooth.spectra.structure.part import Part
from spectral_smooth.spectra.structure.quotients import bottom_quotient, centred, gap_quotient, rounding
from spectral_smooth.spectra.types import Spectrum

# A vector counts as one of a component if no more than this of its square lies elsewhere.
OUTSIDE = 1e-8
# Distance between a listed eigenvalue and the quotient of its vector from which they do not belong together.
FOREIGN = 1e-6
CONTRADICTION = 1e-9
# Excess over what is always true from which a bound says something.
TRIVIAL = 1e-15
# Relative distance to the computed value within which a bound that is always true has proven it.
ATTAINED = 1e-9
COMPUTED = "that the computed eigenvalue is the extreme one (pass a certificate)"
CERTIFIED = "the certified end of the spectrum, or its closed form"

Spectra = Spectrum | Sequence[Spectrum] | None


@dataclass(frozen=True)
class EndBounds:
    """Bounds of both ends off the fixed space, each (low, high, proven); the plain form of a certificate.

    Attributes
    ----------
    top, bottom : tuple of (float, float, bool), or None
        Intervals that hold μ_2 and μ_n, and whether that is proven.

    Examples
    --------
    >>> EndBounds(top=(0.5, 0.5 + 1e-9, True)).bottom is None
    True
    """

    top: tuple[float, float, bool] | None = None
    bottom: tuple[float, float, bool] | None = None


@dataclass(frozen=True, eq=False)
class End:
    """Distance of one end of the spectrum from ±1: λ_2 = 1 − μ_2, or 1 + μ_n.

    Attributes
    ----------
    value : float
        Computed: the Rayleigh quotient of ``vector``.
    proven_low, proven_high : float
        Sides that hold whatever the solver did; the upper one is the quotient with its rounding.
    certified : bool
        Whether ``proven_low`` is a certificate's or a closed form's, and not only the trivial one.
    vector : float array, shape (part.size,), or None
        In the coordinates of S.
    """

    value: float
    proven_low: float
    proven_high: float
    certified: bool
    vector: FloatArray | None = None

    @property
    def low(self) -> float:
        """Best lower side: proven if certified, else the computed value."""
        return self.proven_low if self.certified else self.value


@dataclass(frozen=True, eq=False)
class Ends:
    """Both ends of one component; ``gap`` is None for one node, which has nothing off its fixed space.

    Attributes
    ----------
    part : Part
    gap : End or None
        λ_2 = 1 − μ_2.
    bottom : End
        1 + μ_n, for one node 2.
    """

    part: Part
    gap: End | None
    bottom: End


def find_ends(
    part: Part,
    spectrum: Spectra = None,
    certificate: Any = None,
    solver: Any = None,
    rng: np.random.Generator | int | None = None,
    own: Spectrum | None = None,
) -> Ends:
    """Return both ends of a component: from the given spectra where they hold them, else computed.

    Parameters
    ----------
    part : Part
    spectrum : Spectrum or sequence of Spectrum, optional
        Of the whole operator, with vectors.
    certificate : object with ``top`` and ``bottom``, or several, optional
        Of the whole operator, such as a `Certificate` or `EndBounds`: each None, (low, high, proven), or an
        object with ``low``, ``high`` and ``kind``; a ``gap`` of the latter form is used too. What is not
        ``proven`` is not used.
    solver, rng
        As in `eigenpairs`.
    own : Spectrum, optional
        Of ``part.operator``, with vectors, looked at after ``spectrum``.

    Raises
    ------
    UsageError
        If a spectrum has no vectors or is of another operator, or the certificate contradicts the vectors.
    NotConvergedError
        If an iteration gave up.
    """
    given = [spectrum] if isinstance(spectrum, Spectrum) else list(spectrum or ())
    if part.size == 1:
        return Ends(part, None, End(2.0, 2.0, 2.0, certified=True))
    alone = replace(part, nodes=np.arange(part.size))
    listed = [(part, one) for one in given] + ([] if own is None else [(alone, own)])
    top, low = (
        next((v for where, one in listed if (v := _listed(where, one, end)) is not None), None)
        for end in ("top", "bottom")
    )
    top, low = _computed(part, top, low, solver, rng)
    return Ends(part, _gap_end(part, top, certificate), _bottom_end(part, low, certificate))


def _listed(part: Part, spectrum: Spectrum, end: str) -> FloatArray | None:
    """Return the vector of this component's extreme eigenvalue, if the spectrum is sure to list it."""
    if spectrum.vectors is None:
        raise UsageError("the spectrum has no vectors; ask eigenpairs for them (vectors=True)")
    inside = np.einsum("ij,ij->j", part.localized(spectrum.vectors), part.localized(spectrum.vectors))
    own = np.flatnonzero(inside >= 1.0 - OUTSIDE)
    if spectrum.which == "slowest" and not spectrum.complete:
        own = own[spectrum.values[own] > 0] if end == "top" else own[spectrum.values[own] < 0]
    elif spectrum.which != end and not spectrum.complete:
        return None
    if not len(own):
        return None
    column = own[0] if end == "top" else own[-1]
    vector = part.localized(spectrum.vectors[:, column])
    mu = float(spectrum.values[column])
    f = centred(part.operator, vector)
    quotient = gap_quotient(part.operator, f) if end == "top" else 2.0 - gap_quotient(part.operator, f)
    if not abs((1.0 - mu if end == "top" else 1.0 + mu) - quotient) <= FOREIGN:
        raise UsageError(
            f"the spectrum lists {mu:.6g} where its vector says {_mu(quotient, end):.6g} under this operator; "
            "pass the spectrum of this very operator"
        )
    return vector


def _mu(distance: float, end: str) -> float:
    return 1.0 - distance if end == "top" else distance - 1.0


def _computed(
    part: Part,
    top: FloatArray | None,
    low: FloatArray | None,
    solver: Any,
    rng: np.random.Generator | int | None,
) -> tuple[FloatArray, FloatArray]:
    operator = part.operator
    if part.alternating:
        space = operator.fixed_space
        low = np.asarray(space.vector * space.sides)
    if top is None and low is None:
        first, last, _ = both_ends(operator, 1, solver=solver, rng=rng)
        return _column(first), _column(last)
    if top is None:
        top = _column(eigenpairs(operator, 1, "top", solver=solver, rng=rng))
    if low is None:
        low = _column(eigenpairs(operator, 1, "bottom", solver=solver, rng=rng))
    return top, low


def _column(spectrum: Spectrum) -> FloatArray:
    assert spectrum.vectors is not None
    return np.asarray(spectrum.vectors[:, 0])


def _gap_end(part: Part, vector: FloatArray, certificate: Any) -> End:
    value = gap_quotient(part.operator, centred(part.operator, vector))
    # a certificate that knows the gap itself keeps the digits that 1 − μ_2 loses
    lows = [1.0 - high for _, high in _proven(certificate, "top")]
    lows += [low for low, _ in _proven(certificate, "gap")]
    return _end(part.operator, value, max([0.0, *lows]), 0.0, vector, "top")


def _bottom_end(part: Part, vector: FloatArray, certificate: Any) -> End:
    if part.alternating:
        return End(0.0, 0.0, 0.0, certified=True, vector=vector)
    value = bottom_quotient(part.operator, vector * part.operator.scale)
    # Gershgorin holds without any certificate, but is far from the value where degrees differ.
    always = 2.0 * part.loop_share
    low = max([always, *(1.0 + low for low, _ in _proven(certificate, "bottom"))])
    return _end(part.operator, value, low, always, vector, "bottom")


def _end(operator: Operator, value: float, low: float, always: float, vector: FloatArray, name: str) -> End:
    """Make an end; a certificate that says no more than what is always true certifies nothing."""
    high = value * (1.0 + rounding(operator))
    if low > high + CONTRADICTION:
        raise UsageError(
            f"the certificate says that the {name} end is at least {low:.6g} away from its limit, but a vector shows "
            f"{value:.6g}; it belongs to another operator"
        )
    certified = low > always + TRIVIAL or low >= value * (1.0 - ATTAINED)
    return End(value, min(low, high), high, certified, vector)


def _proven(certificate: Any, name: str) -> list[tuple[float, float]]:
    """Return the proven intervals (low, high) that one or several certificates have for an end."""
    given = certificate if isinstance(certificate, list | tuple) else [certificate]
    found = []
    for one in given:
        bound = getattr(one, name, None)
        if bound is None:
            continue
        low, high, proven = (
            bound if isinstance(bound, tuple | list) else (bound.low, bound.high, bound.kind == "proven")
        )
        if not low <= high:
            raise UsageError(
                f"the certified {name} end is the interval [{low}, {high}], whose sides are swapped"
            )
        if proven:
            found.append((float(low), float(high)))
    return found
