"""Class contrast without propagating: bilinear forms ⟨a_c, h_k(S) Y⟩ by Lanczos from the class vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.curve import Curve, Source
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.progress import Tick
from spectral_smooth.simulate.class_contrast import ClassContrasts, ClassSplit
from spectral_smooth.spectra.quadrature import SpectralMeasure, spectral_measure
from spectral_smooth.theory.bilinear import FEWER, Form, lanczos_forms, modal_forms, read_norms
from spectral_smooth.theory.predict import EXACT_BELOW, group_parts

PRODUCTS = 64
FLOAT64 = 2.0**-53
# The distance to fewer products is the tolerance, this many times over, where it is this small a share of the value.
SAFETY = 4.0
CONVERGED = 0.05


def predict_class_contrast(
    operator: Operator,
    features: FloatArray,
    labels: IntArray,
    depths: IntArray,
    *,
    rule: Rule | None = None,
    products: int | str | None = "auto",
    spectral: SpectralMeasure | None = None,
    engine: Engine | None = None,
    progress: Tick | None = None,
) -> ClassContrasts:
    """Predict the contrast of every class at any depths, from some products with the class vectors.

    With a_c the class vector in core coordinates, off the known spaces, and m Lanczos steps S V ≈ V J from it,

    ``a_cᵀ h_k(S) Y ≈ ‖a_c‖ · e₁ᵀ h_k(J) (VᵀY)``

    (Golub and Meurant 2010, ch. 7, for such bilinear forms). VᵀY is summed up as the steps go, m × columns
    numbers a class, and all classes share one sparse product a step: V is never stored. For k < m that is exact,
    because h_k(S) a_c lies in the span of V. Beyond, four times the distance to the value from m − 8 steps is the
    tolerance, as long as that distance is within 5 % of the value. Where it is more, slow modes have not been found
    yet and may hold much more than the value: the sides are then 0 and ‖a_c‖ · dev(k), which is always true.
    The denominator ‖Y_k‖_F comes from the spectral measure of the features. See `measure_class_contrast` for the
    definition.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    labels : int array, shape (num_nodes,)
        −1 is unknown.
    depths : int array
        Increasing.
    rule : Rule, optional
        Plain propagation by default.
    products : int, None or "auto"
        Lanczos steps. None: the full spectrum. "auto": the full spectrum on graphs of at most `EXACT_BELOW`
        nodes, else `PRODUCTS`, and then twice as many, up to `MOST_PRODUCTS`, while a value has not settled.
    spectral : SpectralMeasure, optional
        Of these features under this operator, where it is at hand; else it is found with as many products.
    engine : Engine, optional
        `Numba` by default.
    progress : callable, optional
        Called with (done, total) products.

    Returns
    -------
    ClassContrasts
        Curves ``exact`` (full spectrum), ``bracket`` (all depths below the number of products, norm enclosed)
        or ``estimate``. Empty where there are not two classes.

    Raises
    ------
    UsageError
        If ``products`` is not of these.
    InputError
        If labels or features are not one row a node.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> karate = ss.load("karate")
    >>> op = ss.gcn(karate.graph)
    >>> found = predict_class_contrast(op, np.eye(34), karate.labels, np.array([0, 8, 64]), products=20)
    >>> found.curve(0).source, found.curve(0).value.round(5).tolist()
    ('estimate', [0.34294, 0.64299, 0.0015])
    """
    rule, depths = rule or sgc(), np.asarray(depths, dtype=np.int64)
    split = ClassSplit.of(operator, labels)
    steps = _steps(operator, products)
    if not split.comparable or not len(depths):
        return ClassContrasts((), (), (), (), 0)
    used = 0
    if spectral is None:
        spectral = spectral_measure(operator, features, products=steps, engine=engine)
        used = spectral.applications
    bound: BoundOperator = (engine or Numba()).bind(operator)
    signal = deflate(bound, operator.enter(features))
    basis = split.differences(operator.fixed_space.basis.T.tocsr())
    vectors = np.ascontiguousarray(split.vectors())
    bound.project_out(vectors)
    bound.project_out(vectors)
    # A class vector that lies in the known spaces leaves nothing but rounding.
    sizes = np.sqrt(np.einsum("ic,ic->c", vectors, vectors))
    whole = np.sqrt(sizes**2 + np.einsum("cb,cb->c", basis, basis))
    vectors[:, sizes <= 1e-13 * whole] = 0.0
    sides = _Sides.of(spectral, rule, depths, split.scale)
    if steps is None:
        forms = modal_forms(operator, vectors, signal.rest)
    else:
        enough = sides.enough(rule) if products == "auto" else None
        forms = lanczos_forms(bound, vectors, signal.rest, steps, enough, progress)
        used += max(len(form.nodes) for form in forms)
    start = float(np.sqrt(spectral.total)) / split.scale
    plateaus = _plateaus(
        basis, signal.coefficients, operator.fixed_space.dimension, rule, depths, sides, start
    )
    curves = tuple(sides.curve(form, rule, label) for form, label in zip(forms, split.labels, strict=True))
    return ClassContrasts(split.labels, tuple(int(c) for c in split.counts), curves, plateaus, used)


def _steps(operator: Operator, products: int | str | None) -> int | None:
    if products == "auto":
        return None if operator.graph.num_nodes <= EXACT_BELOW else PRODUCTS
    if products is not None and (isinstance(products, str) or products < 1):
        raise UsageError(f"products must be a number of at least 1, None or 'auto', got {products!r}")
    return products


@dataclass(frozen=True, eq=False)
class _Sides:
    """The denominator's sides, and what rounding adds to a numerator."""

    depths: IntArray
    low: FloatArray
    high: FloatArray
    left: FloatArray
    before: FloatArray
    unit: FloatArray
    source: Source

    @classmethod
    def of(cls, spectral: SpectralMeasure, rule: Rule, depths: IntArray, scale: float) -> _Sides:
        low, high, source = group_parts(spectral, depths, rule)
        norms = [np.sqrt(side.total().deviation2 + side.total().fixed2)[0] / scale for side in (low, high)]
        # What is left one step before bounds the rounding of a step; nothing is left out before the first.
        mass = float(sum(m.mass for m in spectral.rest if m is not None)) + float(spectral.alternating.sum())
        left = np.sqrt(high.total().deviation2[0])
        before = np.concatenate([[np.sqrt(mass)], left[:-1]])
        return cls(depths, norms[0], norms[1], left, before, spectral.rounding * (depths + 8.0), source)

    def enough(self, rule: Rule) -> Callable[[Sequence[Form]], bool]:
        """Return whether forms have converged at all depths where a float64 could hold what is left."""

        def converged(forms: Sequence[Form]) -> bool:
            for form in forms:
                value, tolerance = form.norms(rule, self.depths)
                visible = form.size * self.left > FLOAT64 * self.low
                if np.any(visible & (tolerance > CONVERGED * value)):
                    return False
            return True

        return converged

    def curve(self, form: Form, rule: Rule, label: int) -> Curve:
        value, tolerance = form.norms(rule, self.depths)
        gain = np.sqrt(rule.gains(form.nodes, self.depths)).max(axis=1, initial=0.0)
        start = float(np.sqrt(np.einsum("pf,pf->", form.rows, form.rows)))
        noise = (self.unit + self.unit[0] * len(form.nodes)) * (form.size * self.before + start * gain)
        ceiling = form.size * self.left + noise
        sure = tolerance <= CONVERGED * value
        lower = np.where(sure, np.maximum(value - SAFETY * tolerance - noise, 0.0), 0.0)
        upper = np.where(sure, np.minimum(value + SAFETY * tolerance + noise, ceiling), ceiling)
        lower, upper = _ratio(lower, self.high, 0.0), _ratio(upper, self.low, np.inf)
        beyond = form.steps is not None and bool(np.any(self.depths >= form.steps))
        source: Source = "estimate" if beyond else self.source
        note = f"class {label}"
        if beyond:
            note += f", exact below depth {form.steps}, beyond it ± {SAFETY:g} × the distance to {FEWER} products less"
        lost = np.flatnonzero(~sure & (self.left > 0) & (value > 0))
        if beyond and len(lost):
            note += f", from depth {self.depths[lost[0]]:,} between 0 and what the whole signal allows"
        return Curve("class_contrast", self.depths, lower, np.maximum(lower, upper), source, note=note)


def _ratio(top: FloatArray, bottom: FloatArray, nothing: float) -> FloatArray:
    empty = np.where(top > 0, nothing, 0.0)
    return np.asarray(np.divide(top, bottom, out=empty, where=bottom > 0))


def _plateaus(
    basis: FloatArray,
    coefficients: FloatArray,
    dimension: int,
    rule: Rule,
    depths: IntArray,
    sides: _Sides,
    start: float,
) -> tuple[float, ...]:
    """Return the contrast of the known spaces' part at the last depth: two more modes, ±1.

    What is left of it after it has cancelled is rounding of the features of size ``start``, and no plateau.
    """
    fixed = basis[:, :dimension] @ coefficients[:dimension]
    swing = basis[:, dimension:] @ coefficients[dimension:]
    size = float(np.sqrt(sides.low[-1] * sides.high[-1]))
    ends = np.array([1.0, -1.0])
    norms = [
        float(read_norms(rule, ends, np.stack(rows), depths[-1:])[0])
        for rows in zip(fixed, swing, strict=True)
    ]
    rounding = 64.0 * float(np.finfo(np.float64).eps) * start
    return tuple(norm / size if size > 0 and norm > rounding else 0.0 for norm in norms)
