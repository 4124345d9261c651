"""predict(): what must happen to the quadratic measures at every depth, from one spectral measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Source
from spectral_smooth.measures.quadratic import QUADRATIC, Parts, quadratic_curves
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.quadrature import Ends, SpectralMeasure, spectral_measure
from spectral_smooth.theory.sides import Sides, enclose

EXACT_BELOW = 400


def predict(
    operator: Operator,
    features: FloatArray,
    depth: int,
    *,
    rule: Rule | None = None,
    measures: Sequence[str] = QUADRATIC,
    products: int | str | None = "auto",
    sketch: int | None = None,
    ends: Ends | None = None,
    rng: np.random.Generator | int | None = None,
    progress: Tick | None = None,
) -> Trajectory:
    """Predict the quadratic measures at depths 0 to ``depth`` without propagating.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    depth : int
        Largest depth; cost does not depend on it beyond arithmetic on a few numbers.
    rule : Rule, optional
        Plain propagation by default.
    measures : sequence of str
        Names among `spectral_smooth.measures.quadratic.QUADRATIC`.
    products : int, None or "auto"
        Lanczos steps, one sparse product each. None: the full spectrum (exact, cubic in the largest
        component). "auto": the full spectrum on graphs of at most `EXACT_BELOW` nodes, else 32.
    sketch : int, optional
        Replace the features by X·G, G Gaussian N(0, 1/sketch) with this many columns: unbiased, and
        the curves become estimates, ± three standard errors from independent batches of columns.
    ends : Ends, optional
        Interval that holds the spectrum; see `spectral_measure`.
    rng : numpy Generator or seed
        For the sketch only.
    progress : callable, optional
        Called with (done, total) products.

    Returns
    -------
    Trajectory
        Curves ``exact`` (full spectrum or exhausted Krylov space, up to the stated rounding),
        ``bracket`` (proven sides) or ``estimate``.

    Raises
    ------
    UsageError
        If ``depth`` is negative, ``products`` or ``sketch`` is not of these, or a measure is not quadratic.
    InputError
        If the features are not one row a node, or not finite.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> curve = ss.predict(op, np.eye(34), 8, products=6).curve("energy")
    >>> curve.source, bool(np.all(curve.lower <= curve.upper))
    ('bracket', True)
    """
    rule = rule or sgc()
    if depth < 0:
        raise UsageError(f"depth must be at least 0, got {depth}")
    if products == "auto":
        products = None if operator.graph.num_nodes <= EXACT_BELOW else 32
    if isinstance(products, str):
        raise UsageError(f"products must be a number, None or 'auto', got {products!r}")
    if sketch is not None and sketch < 1:
        raise UsageError(f"sketch must be a number of columns, at least 1, or None, got {sketch}")
    depths = np.arange(depth + 1)
    if sketch is not None and np.ndim(features) == 2 and features.shape[1] > sketch:
        return _predict_sketch(operator, features, depths, rule, measures, products, sketch, ends, rng)
    found = spectral_measure(operator, features, products=products, ends=ends, progress=progress)
    return predict_from(found, operator, depths, rule=rule, measures=measures)


def predict_from(
    measure: SpectralMeasure,
    operator: Operator,
    depths: IntArray,
    *,
    rule: Rule | None = None,
    measures: Sequence[str] = QUADRATIC,
) -> Trajectory:
    """Predict from a spectral measure at hand: any rule and read-out, at any increasing depths.

    ``q_k = Σ_i w(μ_i) g_k(μ_i) ‖u_iᵀ T X‖²``: only g_k depends on the rule, so that one measure serves
    all rules without another product with S.

    Parameters
    ----------
    measure : SpectralMeasure
    operator : Operator
        The one the measure was found under; the curves are labelled with it.
    depths : int array, shape (n,)
        Strictly increasing.
    rule : Rule, optional
        Plain propagation by default.
    measures : sequence of str
        Names among `spectral_smooth.measures.quadratic.QUADRATIC`.

    Returns
    -------
    Trajectory

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> found = ss.spectral_measure(op, np.eye(34), products=None)
    >>> fast, slow = (predict_from(found, op, np.array([0, 64]), rule=r) for r in (ss.sgc(), ss.ppr(0.1)))
    >>> bool(fast.curve("energy").value[1] < 1e-6 * slow.curve("energy").value[1])
    True
    """
    rule = rule or sgc()
    low, high, source = group_parts(measure, depths, rule)
    curves = quadratic_curves(low, high, depths, source, measures, note=rule.scale_note)
    return Trajectory(tuple(curves), operator.label, rule.name, measure.applications)


def group_parts(measure: SpectralMeasure, depths: IntArray, rule: Rule) -> tuple[Parts, Parts, Source]:
    """Return lower and upper deviation², energy and fixed-part norm² per row group and depth."""
    groups = len(measure.rest)
    at = [g for g in range(groups) if measure.rest[g] is not None]
    present = [m for m in measure.rest if m is not None]
    atoms = rule.gains(np.array([1.0, -1.0]), depths)
    fixed = np.outer(measure.fixed, atoms[:, 0])
    swing = np.outer(measure.alternating, atoms[:, 1])
    # The atoms are inner products of float64 blocks, and so is what is measured.
    slack = 1.0 + 2.0 * measure.rounding * (depths + 8.0)
    if not present:
        return (
            Parts(swing, 2.0 * swing, fixed).lowered(slack),
            Parts(swing, 2.0 * swing, fixed).raised(slack),
            "exact",
        )
    deviation, energy = (
        enclose(present, rule, depths, measure.ends, energy=kind, rounding=measure.rounding)
        for kind in (False, True)
    )

    def spread(sides: FloatArray, atom: FloatArray) -> FloatArray:
        out = atom.copy()
        out[at] += sides
        return out

    low = Parts(spread(deviation.lower, swing), spread(energy.lower, 2.0 * swing), fixed)
    high = Parts(spread(deviation.upper, swing), spread(energy.upper, 2.0 * swing), fixed)
    return low.lowered(slack), high.raised(slack), _weaker(deviation, energy)


def _weaker(first: Sides, second: Sides) -> Source:
    order: tuple[Source, ...] = ("exact", "bracket", "estimate")
    return max(first.source, second.source, key=order.index)


def _predict_sketch(
    operator: Operator,
    features: FloatArray,
    depths: IntArray,
    rule: Rule,
    measures: Sequence[str],
    products: int | None,
    sketch: int,
    ends: Ends | None,
    rng: np.random.Generator | int | None,
) -> Trajectory:
    """Sketch in independent batches of columns: their mean is unbiased, their spread is the error."""
    generator = np.random.default_rng(rng)
    batches = min(8, sketch)
    width = -(-sketch // batches)
    lows, highs, used = [], [], 0
    for _ in range(batches):
        gaussian = generator.normal(scale=width**-0.5, size=(features.shape[1], width))
        found = spectral_measure(operator, np.asarray(features @ gaussian), products=products, ends=ends)
        used += found.applications
        low, high, _ = group_parts(found, depths, rule)
        lows.append(low)
        highs.append(high)
    low, high = Parts.estimate(lows, highs, errors=3.0)
    note = (
        f"features sketched to {batches * width} columns, sides are ± 3 standard errors of {batches} batches"
    )
    curves = quadratic_curves(
        low, high, depths, "estimate", measures, note="; ".join(filter(None, [rule.scale_note, note]))
    )
    return Trajectory(tuple(curves), operator.label, rule.name, used, notes=(note,))
