"""Class contrast without propagating: bilinear forms ⟨a_c, h_k(S) Y⟩ by Lanczos from the class vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import eigh_tridiagonal

from spectral_smooth.engines.deflation import deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.curve import Curve, Source
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.simulate.class_contrast import ClassContrasts, ClassSplit
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.quadrature import SpectralMeasure, Tick, spectral_measure
from spectral_smooth.theory.group_collapse import reduced
from spectral_smooth.theory.predict import EXACT_BELOW, group_parts

PRODUCTS = 64
MOST_PRODUCTS = 256
FLOAT64 = 2.0**-53
FEWER = 8
# The distance to fewer products is the tolerance, this many times over, where it is this small a share of the value.
SAFETY = 4.0
CONVERGED = 0.05
# Numbers that V^T Y of all classes may hold at once; more classes run in several panels.
PANEL_NUMBERS = 8_000_000
EXHAUSTED = 1e-13


@dataclass(frozen=True, eq=False)
class Form:
    """One class's δ_c(k) = Σ_p h_k(node_p) · row_p, up to a rotation of the features.

    Attributes
    ----------
    nodes : float array, shape (m,)
        Eigenvalues, or Ritz values of the class vector.
    rows : float array, shape (m, r)
    size : float
        ‖a_c‖ off the known spaces, in core coordinates.
    steps : int or None
        Depths below it are exact; None: all are.
    fewer_nodes, fewer_rows : float arrays, or None
        The same from `FEWER` steps less, in the same rotation: the difference is the tolerance.
    """

    nodes: FloatArray
    rows: FloatArray
    size: float
    steps: int | None = None
    fewer_nodes: FloatArray | None = None
    fewer_rows: FloatArray | None = None

    def norms(self, rule: Rule, depths: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return ‖δ_c(k)‖ and its tolerance at each depth (zero where it is exact)."""
        value = read_norms(rule, self.nodes, self.rows, depths)
        if self.steps is None:
            return value, np.zeros_like(value)
        if self.fewer_nodes is None or self.fewer_rows is None:
            distance = value
        else:
            nodes = np.concatenate([self.nodes, self.fewer_nodes])
            distance = read_norms(rule, nodes, np.concatenate([self.rows, -self.fewer_rows]), depths)
        return value, np.where(depths < self.steps, 0.0, distance)


def read_norms(rule: Rule, nodes: FloatArray, rows: FloatArray, depths: IntArray) -> FloatArray:
    """Return ‖Σ_p h_k(node_p) row_p‖ at each depth, h_k the read-out (all states, where they are concatenated)."""
    if not isinstance(rule.readout, Concat):
        states = rule.responses(nodes, depths) @ rows
        return np.asarray(np.sqrt(np.einsum("kf,kf->k", states, states)))
    single = Rule(rule.a, rule.b, rule.c, Last(), rule.name)
    states = single.responses(nodes, int(depths[-1])) @ rows
    return np.asarray(np.sqrt(np.cumsum(np.einsum("kf,kf->k", states, states))[depths]))


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
    vectors = split.vectors()
    bound.project_out(vectors)
    bound.project_out(vectors)
    # A class vector that lies in the known spaces leaves nothing but rounding.
    sizes = np.sqrt(np.einsum("ic,ic->c", vectors, vectors))
    whole = np.sqrt(sizes**2 + np.einsum("cb,cb->c", basis, basis))
    vectors[:, sizes <= 1e-13 * whole] = 0.0
    sides = _Sides.of(spectral, rule, depths, split.scale)
    if steps is None:
        forms = _modal_forms(operator, vectors, signal.rest)
    else:
        enough = sides.enough(rule) if products == "auto" else None
        forms = _lanczos_forms(bound, vectors, signal.rest, steps, enough, progress)
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


def _modal_forms(operator: Operator, vectors: FloatArray, rest: FloatArray) -> list[Form]:
    """Return the forms from all eigenvectors: δ_c(k) = Σ_i h_k(μ_i) (u_iᵀa_c) u_iᵀY, exact at every depth."""
    spectrum = eigenpairs(operator, operator.graph.num_nodes, "top", rng=0)
    modes = np.zeros((len(rest), 0)) if spectrum.vectors is None else spectrum.vectors
    contents = modes.T @ vectors
    rows = reduced(modes.T @ rest)
    sizes = np.sqrt(np.einsum("ic,ic->c", vectors, vectors))
    return [
        Form(spectrum.values, contents[:, c, None] * rows, float(sizes[c])) for c in range(vectors.shape[1])
    ]


def _lanczos_forms(
    bound: BoundOperator,
    vectors: FloatArray,
    rest: FloatArray,
    steps: int,
    enough: Callable[[Sequence[Form]], bool] | None,
    progress: Tick | None,
) -> list[Form]:
    """Run the classes in panels; with ``enough``, go on in doublings until it is, or `MOST_PRODUCTS` are done."""
    most = steps if enough is None else max(steps, MOST_PRODUCTS)
    width = max(1, PANEL_NUMBERS // (most * max(rest.shape[1], 1)))
    forms: list[Form] = []
    for first in range(0, vectors.shape[1], width):
        panel = _Panel.start(bound, np.ascontiguousarray(vectors[:, first : first + width]), rest)
        panel.extend(steps, progress)
        found = panel.forms()
        while enough is not None and not enough(found) and panel.done < MOST_PRODUCTS and panel.alive.any():
            panel.extend(min(2 * panel.done, MOST_PRODUCTS), progress)
            found = panel.forms()
        forms += found
    return forms


@dataclass(eq=False)
class _Panel:
    """Lanczos from several columns in lock-step, each with its own recurrence, summing up VᵀY as it goes."""

    bound: BoundOperator
    rest: FloatArray
    sizes: FloatArray
    current: FloatArray
    previous: FloatArray
    beta: FloatArray
    alive: BoolArray
    length: IntArray
    alphas: list[FloatArray] = field(default_factory=list)
    betas: list[FloatArray] = field(default_factory=list)
    images: list[FloatArray] = field(default_factory=list)

    @classmethod
    def start(cls, bound: BoundOperator, columns: FloatArray, rest: FloatArray) -> _Panel:
        sizes = np.sqrt(np.einsum("ic,ic->c", columns, columns))
        count = len(sizes)
        return cls(
            bound,
            rest,
            sizes,
            columns * _inverse(sizes),
            np.zeros_like(columns),
            np.zeros(count),
            sizes > 0,
            np.ones(count, dtype=np.int64),
        )

    @property
    def done(self) -> int:
        """Products so far."""
        return len(self.alphas)

    def extend(self, steps: int, progress: Tick | None) -> None:
        """Go on to this many products, or to where no column has anything left."""
        image = np.empty_like(self.current)
        while self.done < steps and (self.alive.any() or not self.done):
            self.images.append(self.current.T @ self.rest)
            self.bound.apply(self.current, image)
            alpha = np.einsum("ic,ic->c", self.current, image)
            self.alphas.append(alpha)
            following = self.previous
            np.subtract(image, self.beta * following, out=following)
            following -= alpha * self.current
            # Every step, as for the spectral measure: rounding in the known spaces would grow.
            self.bound.project_out(following)
            beta = np.sqrt(np.einsum("ic,ic->c", following, following))
            self.length[self.alive] = self.done
            self.alive &= beta > EXHAUSTED
            self.beta = np.where(self.alive, beta, 0.0)
            self.betas.append(self.beta)
            following *= _inverse(self.beta)
            self.current, self.previous = following, self.current
            if progress is not None:
                progress(self.done, steps)

    def forms(self) -> list[Form]:
        """Return the form of each column."""
        alphas, betas, images = np.stack(self.alphas), np.stack(self.betas), np.stack(self.images)
        return [
            _ritz_form(
                alphas[:m, c], betas[: m - 1, c], images[:m, c], float(self.sizes[c]), bool(self.alive[c])
            )
            for c, m in enumerate(self.length)
        ]


def _ritz_form(
    alpha: FloatArray, beta: FloatArray, images: FloatArray, size: float, unfinished: bool
) -> Form:
    nodes, rows = _ritz(alpha, beta, images, size)
    m = len(alpha)
    if not unfinished:
        return Form(nodes, reduced(rows), float(size))
    if m <= FEWER:
        return Form(nodes, reduced(rows), float(size), m)
    fewer = m - FEWER
    fewer_nodes, fewer_rows = _ritz(alpha[:fewer], beta[: fewer - 1], images[:fewer], size)
    both = reduced(np.concatenate([rows, fewer_rows]))
    return Form(nodes, both[:m], float(size), m, fewer_nodes, both[m:])


def _ritz(
    alpha: FloatArray, beta: FloatArray, images: FloatArray, size: float
) -> tuple[FloatArray, FloatArray]:
    """Diagonalise J: h_k(J) becomes h_k at the Ritz values, and e₁ and VᵀY turn with it."""
    if len(alpha) == 1:
        return alpha.copy(), size * images
    nodes, turn = eigh_tridiagonal(alpha, beta, check_finite=False)
    return nodes, size * turn[0][:, None] * (turn.T @ images)


def _inverse(values: FloatArray) -> FloatArray:
    return np.asarray(np.divide(1.0, values, out=np.zeros_like(values), where=values > 0))
