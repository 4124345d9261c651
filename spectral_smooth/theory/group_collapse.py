"""Local collapse of groups of nodes without propagating: the slowest eigenpairs, and what the rest can add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import qr

from spectral_smooth.engines.deflation import Deflated, deflate
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.types import BoundOperator, Engine
from spectral_smooth.errors import NotConvergedError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.measures.curve import Source
from spectral_smooth.measures.rows import block_length
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule, sgc
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.quadrature import SpectralMeasure, spectral_measure
from spectral_smooth.spectra.types import Spectrum
from spectral_smooth.theory.predict import EXACT_BELOW, group_parts

PAIRS = 16
PRODUCTS = 64
# Products after which the remainder's spread over the groups is taken as it is.
WARM = 4
# More alternating vectors than this are not asked for one by one.
MANY_ALTERNATING = 64
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class GroupForecast:
    """Local collapse of each group, each array of shape (groups, depths).

    Attributes
    ----------
    depths : int array
    lower, upper : sides of the local collapse
    middle : one value between them, with the remainder spread as it lies after a few products
    source : str
        ``exact`` (all eigenpairs), ``bracket`` (dense eigenpairs, enclosed norms), else ``estimate``.
    """

    depths: IntArray
    lower: FloatArray
    upper: FloatArray
    middle: FloatArray
    source: Source


def slowest_pairs(
    operator: Operator, count: int = PAIRS, *, rng: np.random.Generator | int | None = 0
) -> Spectrum:
    """Return the slowest eigenpairs off the known spaces with vectors: all of them on small graphs.

    What an iteration reached is returned where it gave up; its ``convergence`` says so.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> slowest_pairs(ss.gcn(ss.load("karate").graph)).complete
    True
    """
    alternating = operator.fixed_space.alternating_dimension
    n = operator.graph.num_nodes
    wanted = n if n <= EXACT_BELOW else count + (alternating if alternating <= MANY_ALTERNATING else 0)
    try:
        return eigenpairs(operator, wanted, "top" if n <= EXACT_BELOW else "slowest", rng=rng)
    except NotConvergedError as error:
        partial: Spectrum = error.partial
        return partial


def predict_group_collapse(
    operator: Operator,
    features: FloatArray,
    divisions: Sequence[IntArray],
    depths: IntArray,
    *,
    rule: Rule | None = None,
    pairs: Spectrum | None = None,
    spectral: SpectralMeasure | None = None,
    engine: Engine | None = None,
) -> list[GroupForecast]:
    """Predict the local collapse of groups of nodes from the slowest eigenpairs (μ_j, u_j) of S.

    On a group the part off the fixed space is ``Σ_j h_k(μ_j) u_j c_jᵀ + R_k``, c_j = Yᵀu_j, and the remainder has
    at most the norm

    ``‖R_k‖ ≤ min( max_{|μ| ≤ r} |h_k(μ)| · ‖R_0‖,  √(dev²(k) − Σ_j h_k(μ_j)² ‖c_j‖²) )``

    with r the smallest |μ_j| and dev² from the spectral measure. All of it could lie on one group: that gives the
    sides. See `measure_group_collapse` for the definition.

    Parameters
    ----------
    operator : Operator
    features : float array, shape (num_nodes, num_features)
    divisions : sequence of int arrays, shape (num_nodes,)
        Group of each node, −1 for none.
    depths : int array
        Increasing.
    rule : Rule, optional
        Plain propagation by default.
    pairs : Spectrum, optional
        With vectors, of the slowest end or complete; `slowest_pairs` by default.
    spectral : SpectralMeasure, optional
        Of these features under this operator; found with `PRODUCTS` products by default.
    engine : Engine, optional

    Returns
    -------
    list of GroupForecast
        One for each division.

    Raises
    ------
    UsageError
        If ``pairs`` has no vectors, or is neither complete nor of the slowest end.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> halves = (np.arange(34) >= 17).astype(int)
    >>> found = predict_group_collapse(op, np.eye(34), [halves], np.array([0, 8, 32]))[0]
    >>> found.source, found.middle.round(3).tolist()
    ('exact', [[0.985, 0.444, 0.034], [0.985, 0.349, 0.025]])
    """
    rule, depths = rule or sgc(), np.asarray(depths, dtype=np.int64)
    modes = SlowModes.of(operator, features, pairs=pairs, engine=engine)
    if spectral is None and not modes.complete:
        spectral = spectral_measure(operator, features, products=PRODUCTS, engine=engine)
    reach, source = modes.remainder(rule, depths, spectral)
    return [modes.forecast(np.asarray(d, dtype=np.int64), rule, depths, reach, source) for d in divisions]


@dataclass(frozen=True, eq=False)
class SlowModes:
    """A signal split into its known parts, its slowest modes and a remainder.

    Attributes
    ----------
    operator : Operator
    signal : Deflated
        Its ``rest`` is used up.
    values : float array, shape (J,)
    vectors : float array, shape (num_nodes, J)
    contents : float array, shape (J, columns)
        c_j.
    radius : float
        Largest |μ| of what remains.
    complete, proven : bool
        Whether nothing remains; whether the radius is proven.
    squares : float array, shape (num_nodes,)
        Squared row norms of R_0.
    spread : float array, shape (WARM + 1, num_nodes)
        Squared row norms of S^k R_0, k = 0, 1, ..., over their sums: where the remainder lies.
    """

    operator: Operator
    signal: Deflated
    values: FloatArray
    vectors: FloatArray
    contents: FloatArray
    radius: float
    complete: bool
    proven: bool
    squares: FloatArray
    spread: FloatArray

    @classmethod
    def of(
        cls,
        operator: Operator,
        features: FloatArray,
        *,
        pairs: Spectrum | None = None,
        engine: Engine | None = None,
    ) -> SlowModes:
        """Split features; see `predict_group_collapse` for the arguments."""
        pairs = pairs or slowest_pairs(operator)
        if pairs.vectors is None or not (pairs.complete or pairs.which == "slowest"):
            raise UsageError("pairs must have vectors and be complete or of the slowest end")
        bound: BoundOperator = (engine or Numba()).bind(operator)
        signal = deflate(bound, operator.enter(features))
        # The alternating vectors are known, and already taken out.
        own = pairs.values > -1.0
        vectors = np.ascontiguousarray(pairs.vectors[:, own])
        contents = vectors.T @ signal.rest
        step = block_length(signal.rest.shape[1])
        for low in range(0, len(signal.rest), step):
            signal.rest[low : low + step] -= vectors[low : low + step] @ contents
        squares = np.einsum("if,if->i", signal.rest, signal.rest)
        if pairs.complete:
            squares[:] = 0.0
        slack = float(pairs.convergence.residuals.max(initial=0.0))
        radius = min(1.0, float(np.abs(pairs.values).min(initial=1.0)) + slack)
        dense = pairs.convergence.converged and pairs.convergence.applications == 0
        return cls(
            operator,
            signal,
            pairs.values[own],
            vectors,
            contents,
            0.0 if pairs.complete else radius if pairs.convergence.converged else 1.0,
            pairs.complete,
            dense,
            squares,
            _spread(bound, signal.rest, squares),
        )

    def remainder(
        self, rule: Rule, depths: IntArray, spectral: SpectralMeasure | None
    ) -> tuple[FloatArray, Source]:
        """Return an upper value of ‖R_k‖ at each depth, and what the forecast may be called."""
        if self.complete:
            return np.zeros(len(depths)), "exact"
        points = np.linspace(-self.radius, self.radius, 129)
        worst = rule.gains(points, depths).max(axis=1)
        square = worst * self.squares.sum()
        proven = self.proven and rule.nonnegative
        if spectral is not None:
            _, high, source = group_parts(spectral, depths, rule)
            masses = np.einsum("jf,jf->j", self.contents, self.contents)
            swing = rule.gains(np.array([-1.0]), depths)[:, 0] * self.signal.alternating.sum()
            left = high.total().deviation2[0]
            inside = rule.gains(self.values, depths) @ masses + swing
            # A difference is only as good as what it is taken of.
            square = np.minimum(square, np.maximum(left - inside, 0.0) + 64.0 * EPS * left)
            proven = proven and source != "estimate"
        return np.sqrt(square), "bracket" if proven else "estimate"

    def forecast(
        self, division: IntArray, rule: Rule, depths: IntArray, reach: FloatArray, source: Source
    ) -> GroupForecast:
        """Return the local collapse of the groups of one division."""
        grams = self._grams(division)
        if not len(grams):
            nothing = np.zeros((0, len(depths)))
            return GroupForecast(depths, nothing, nothing, nothing, source)
        deviation = np.stack([self._norms(gram[:-1, :-1], rule, depths, fixed=False) for gram in grams])
        whole = np.stack([self._norms(gram, rule, depths, fixed=True) for gram in grams])
        inside = division >= 0
        shares = np.stack(
            [bin_sums(division[inside], row[inside], len(grams)) for row in self.spread], axis=1
        )
        slack = 64.0 * EPS * whole
        lower = _quotient(np.maximum(deviation - reach - slack, 0.0), whole + reach + slack, 0.0)
        upper = _quotient(deviation + reach + slack, np.maximum(whole - reach - slack, 0.0), 1.0)
        spread = shares[:, np.minimum(depths, WARM)] * reach**2
        middle = _quotient(np.sqrt(deviation**2 + spread), np.sqrt(whole**2 + spread), 0.0)
        lower, upper = np.minimum(lower, 1.0), np.minimum(upper, 1.0)
        return GroupForecast(depths, lower, upper, np.clip(middle, lower, upper), source)

    def rows(
        self, rule: Rule, depths: IntArray, reach: FloatArray
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield the squared row norms of deviation and Y at each depth, the remainder spread as for ``middle``.

        Each of shape (num_nodes,); a few rows at a time, in features turned so that no more columns are left than
        there are modes.
        """
        space = self.operator.fixed_space
        slow, n = len(self.values), len(self.squares)
        turned = reduced(np.concatenate([self.contents, self.signal.coefficients]))
        fixed, swing = turned[slow : slow + space.dimension], turned[slow + space.dimension :]
        component = np.maximum(space.labels, 0)
        place = np.maximum((np.cumsum(space.alternating) - 1)[component], 0) if len(swing) else component
        factors = rule.responses(np.concatenate([self.values, [-1.0, 1.0]]), depths)
        step = block_length(turned.shape[1])
        for k, factor in enumerate(factors):
            deviation, whole = np.empty(n), np.empty(n)
            for low in range(0, n, step):
                at = slice(low, low + step)
                rows: FloatArray = (self.vectors[at] * factor[:slow]) @ turned[:slow]
                if len(swing):
                    rows += (factor[slow] * space.vector[at] * space.sides[at])[:, None] * swing[place[at]]
                deviation[at] = np.einsum("if,if->i", rows, rows)
                if len(fixed):
                    rows += (factor[slow + 1] * space.vector[at])[:, None] * fixed[component[at]]
                whole[at] = np.einsum("if,if->i", rows, rows)
            left = self.spread[min(int(depths[k]), WARM)] * reach[k] ** 2
            yield deviation + left, whole + left

    def _grams(self, division: IntArray) -> FloatArray:
        """Inner products on each group of the modes' blocks: slow ones, alternating part, fixed part."""
        space = self.operator.fixed_space
        count = int(division.max(initial=-1)) + 1
        slow = len(self.values)
        out = np.zeros((count, slow + 2, slow + 2))
        component = np.maximum(space.labels, 0)
        place = np.maximum((np.cumsum(space.alternating) - 1)[component], 0) if space.dimension else component
        known = np.stack([space.vector * space.sides, space.vector])
        products = self._known_products()
        for g in range(count):
            rows = np.flatnonzero(division == g)
            u = self.vectors[rows]
            out[g, :slow, :slow] = (u.T @ u) * products.slow
            for which, where in ((0, place[rows]), (1, component[rows])):
                if products.cross[which].size:
                    weight = known[which][rows]
                    cross = np.einsum("i,ij,ij->j", weight, u, products.cross[which][where])
                    out[g, slow + which, :slow] = out[g, :slow, slow + which] = cross
                    out[g, slow + which, slow + which] = np.sum(weight**2 * products.own[which][where])
            if products.cross[0].size:
                both = np.sum(known[0][rows] * known[1][rows] * products.both[component[rows]])
                out[g, slow, slow + 1] = out[g, slow + 1, slow] = both
        return out

    def _known_products(self) -> _Products:
        space = self.operator.fixed_space
        fixed = self.signal.coefficients[: space.dimension]
        swing = self.signal.coefficients[space.dimension :]
        both = np.zeros(max(space.dimension, 1))
        both[: space.dimension][space.alternating] = np.einsum("cf,cf->c", swing, fixed[space.alternating])
        return _Products(
            slow=self.contents @ self.contents.T,
            cross=(swing @ self.contents.T, fixed @ self.contents.T),
            own=(np.einsum("cf,cf->c", swing, swing), np.einsum("cf,cf->c", fixed, fixed)),
            both=both,
        )

    def _norms(self, gram: FloatArray, rule: Rule, depths: IntArray, *, fixed: bool) -> FloatArray:
        points = np.concatenate([self.values, [-1.0, 1.0] if fixed else [-1.0]])
        additive = isinstance(rule.readout, Concat)
        single = replace(rule, readout=Last()) if additive else rule
        factors = single.responses(points, int(depths[-1]) if additive else depths)
        squares = np.einsum("kj,kj->k", factors @ gram, factors)
        return np.asarray(np.sqrt(np.maximum(np.cumsum(squares)[depths] if additive else squares, 0.0)))


@dataclass(frozen=True, eq=False)
class _Products:
    """Inner products of coefficient rows: slow modes, and per known vector (alternating, fixed)."""

    slow: FloatArray
    cross: tuple[FloatArray, FloatArray]
    own: tuple[FloatArray, FloatArray]
    both: FloatArray


def reduced(rows: FloatArray) -> FloatArray:
    """Return rows with the same inner products and no more columns than rows."""
    if rows.shape[1] <= rows.shape[0]:
        return rows
    return np.asarray(qr(rows.T, mode="r", check_finite=False)[0][: rows.shape[0]].T)


def _spread(bound: BoundOperator, rest: FloatArray, squares: FloatArray) -> FloatArray:
    """Return where the remainder lies at the start and after each of `WARM` products; ``rest`` is used up."""
    total = float(squares.sum())
    out = np.zeros((WARM + 1, len(rest)))
    if total > 0:
        out[0] = squares / total
        image = np.empty_like(rest)
        for k in range(1, WARM + 1):
            bound.apply(rest, image)
            rest, image = image, rest
            rows = np.einsum("if,if->i", rest, rest)
            out[k] = rows / rows.sum() if rows.sum() > 0 else out[k - 1]
    return out


def _quotient(top: FloatArray, bottom: FloatArray, nothing: float) -> FloatArray:
    empty = np.where(top > 0, nothing, 0.0)
    return np.asarray(np.divide(top, bottom, out=empty, where=bottom > 0))
