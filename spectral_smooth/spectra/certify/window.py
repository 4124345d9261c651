"""The certificate of values around a target: two counts prove that no other eigenvalue is as near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.claims import Cluster, EigenvalueCount, Enclosure, EndBound, Kind
from spectral_smooth.spectra.certify.counted import counted_groups
from spectral_smooth.spectra.certify.counting import Blurred, Counter
from spectral_smooth.spectra.certify.enclosures import Group, Residuals, groups
from spectral_smooth.spectra.certify.multiplicity import structural_multiplicities
from spectral_smooth.spectra.certify.rounding import EPS
from spectral_smooth.spectra.types import Spectrum

ROOM = 1e-7


@dataclass(frozen=True, eq=False)
class Proof:
    """Which groups are proven to be all eigenvalues of a window around the target.

    Attributes
    ----------
    whole : list of Group
        Exactly so many eigenvalues as values; no other eigenvalue is as near.
    last : list of Group
        The farthest, cut off within a cluster or at a tie: nothing nearer than they is missing.
    counts : tuple of EigenvalueCount
    failure : str
        Why nothing is proven; empty where it is.
    """

    whole: list[Group]
    last: list[Group]
    counts: tuple[EigenvalueCount, ...] = ()
    failure: str = ""


def certify_window(operator: Operator, spectrum: Spectrum, counter: Counter) -> Certificate:
    """Return what can be proven about the values around ``spectrum.target``.

    As many eigenvalues as a group has values lie in its interval (residuals). If by inertia no more than are listed lie
    in the smallest symmetric window that holds all intervals, these are all eigenvalues there; if more do, the same is
    tried without the farthest values. There is no statistical way inside a spectrum.

    Parameters
    ----------
    operator : Operator
    spectrum : Spectrum
        With a target.
    counter : Counter

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.cycle_graph(12)))
    >>> certificate = ss.eigenpairs_around(op, 3, 0.6, certify=True).certificate
    >>> print(certificate.clusters[1])
    exactly 2 eigenvalues in [0.5, 0.5] (proven)
    """
    values = np.asarray(spectrum.values, dtype=np.float64)
    found = _groups(operator, spectrum, values, counter)
    if isinstance(found, str):
        proof = Proof([], [], failure=f"not certified: {found}")
    else:
        proof = _proof(found, float(spectrum.target or 0.0), counter)
    failures = [proof.failure] if proof.failure else []
    enclosures = _enclosures(values, [] if isinstance(found, str) else found, bool(proof.failure))
    widest = max((one.width for one in enclosures if one.kind == "proven"), default=0.0)
    if widest > counter.budget.width:
        failures.append(
            f"an interval of length {widest:.1e} is longer than the {counter.budget.width:.1e} that was asked for"
        )
    return Certificate(
        which=spectrum.which,
        enclosures=enclosures,
        clusters=_clusters(proof),
        top=EndBound(
            max((one.low for one in enclosures), default=-1.0), 1.0, "proven", "what is always true"
        ),
        bottom=_bottom(operator, min((one.high for one in enclosures), default=1.0)),
        gap=None,
        counts=proof.counts,
        multiplicities=structural_multiplicities(operator),
        failures=tuple(failures),
    )


def _groups(
    operator: Operator, spectrum: Spectrum, values: FloatArray, counter: Counter
) -> list[Group] | str:
    if not len(values) or not np.isfinite(values).all():
        return "finite values are expected, and at least one"
    if spectrum.vectors is None:
        radii = spectrum.convergence.residuals + 2.0 * float(counter.rounding.rows.max(initial=EPS))
        return counted_groups(values, radii, counter)
    found = groups(Residuals.measure(operator, values, spectrum.vectors, counter.rounding))
    if not all(np.isfinite(group.radius) for group in found):
        return "the vectors are linearly dependent, or lie in the fixed space"
    return found


def _proof(found: list[Group], target: float, counter: Counter) -> Proof:
    far = max(_far(group, target) for group in found)
    every = _counted(target - far, target + far, counter)
    if every is not None and every[0] == _listed(found):
        return Proof(found, [], every[1])
    farthest = min(_near(group, target) for group in found if _far(group, target) == far)
    whole = [group for group in found if _far(group, target) < farthest]
    last = [group for group in found if _far(group, target) >= farthest]
    room = max((_far(group, target) for group in whole), default=0.0)
    if farthest == 0.0:  # the target may be an eigenvalue itself: nothing can be nearer than that
        return Proof([], last)
    inner = _near_edge(last, target, room)
    some = _counted(target - inner, target + inner, counter)
    if some is None:
        return Proof([], found, failure=f"not certified: {counter.refused}")
    if some[0] == _listed(whole):
        return Proof(whole, last, some[1])
    return Proof(
        [],
        found,
        some[1],
        f"not certified: values may have been missed, {_listed(whole)} are listed within {inner:.9g} of "
        f"{target:g} where there are up to {some[0]} eigenvalues",
    )


def _near_edge(last: list[Group], target: float, room: float) -> float:
    """Return a distance between the groups that are whole and the last ones, close to the last ones."""
    edge = min(_near(group, target) for group in last)
    return max(edge - ROOM, 0.5 * (edge + room))


def _counted(low: float, high: float, counter: Counter) -> tuple[int, tuple[EigenvalueCount, ...]] | None:
    """Return the largest possible number of eigenvalues between two values, ends included, and the counts."""
    counts, at_most = [], _free(counter)
    if low > -1.0:
        beyond = counter.below(1, low, ROOM)
        if beyond is None:
            return None
        at_most = beyond.at_most
        counts.append(beyond)
    if high < 1.0:
        above = _above(high, counter)
        if above is None:
            return None
        at_most -= above.at_least
        counts.append(above)
    return at_most, tuple(_told(one) for one in counts)


def _above(limit: float, counter: Counter) -> Blurred | None:
    """Count at a value of which ``inner ≥ limit``, so that what it counts lies beyond the limit."""
    margin = 1e-12
    while margin <= ROOM:
        found = counter.at(1, limit + margin)
        if found is None or found.inner >= limit:
            return found
        if not np.isfinite(found.error):
            break
        margin = max(10.0 * margin, 2.0 * found.error)
    counter.refused = "two values are closer together than the rounding errors of the factorisation"
    return None


def _free(counter: Counter) -> int:
    space = counter.operator.fixed_space
    return int(space.sizes.sum()) - space.dimension


def _far(group: Group, target: float) -> float:
    return max(group.high - target, target - group.low)


def _near(group: Group, target: float) -> float:
    return max(group.low - target, target - group.high, 0.0)


def _listed(found: list[Group]) -> int:
    return sum(len(group.columns) for group in found)


def _enclosures(values: FloatArray, found: list[Group], failed: bool) -> tuple[Enclosure, ...]:
    result = [Enclosure(float(value), -1.0, 1.0, "none") for value in values]
    for group in found:
        for column in group.columns:
            value = float(values[column])
            low, high = max(value - group.radius, group.low), min(value + group.radius, group.high)
            kind: Kind = "none" if failed else "proven"
            result[column] = Enclosure(value, max(low, -1.0), min(high, 1.0), kind)
    return tuple(result)


def _clusters(proof: Proof) -> tuple[Cluster, ...]:
    kind: Kind = "none" if proof.failure else "proven"
    made = []
    for group in (*proof.whole, *proof.last):
        count = len(group.columns)
        sure = any(group is one for one in proof.whole)
        low, high = max(group.low, -1.0), min(group.high, 1.0)
        made.append(Cluster(low, high, count, count, count if sure else None, kind if sure else "none"))
    return tuple(sorted(made, key=lambda one: -one.high))


def _told(one: Blurred) -> EigenvalueCount:
    return EigenvalueCount(
        value=one.at,
        side="above",
        at_least=one.at_least,
        at_most=one.at_most,
        kind="proven",
        margin=one.error,
        method=one.method,
    )


def _bottom(operator: Operator, high: float) -> EndBound:
    if operator.fixed_space.alternating_dimension:
        return EndBound(-1.0, -1.0, "proven", "a bipartite component without loops")
    return EndBound(max(-1.0, operator.lower_end - 8.0 * EPS), high, "proven", "Gershgorin's theorem")
