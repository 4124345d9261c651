"""Bilinear forms ⟨a, h_k(S) Y⟩ from products with S and the vectors a: Lanczos, or all eigenvectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import eigh_tridiagonal

from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat, Last
from spectral_smooth.operators.rule import Rule
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.theory.group_collapse import reduced

MOST_PRODUCTS = 256
# The value from so many products less tells how far it still moves.
FEWER = 8
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


def modal_forms(operator: Operator, vectors: FloatArray, rest: FloatArray) -> list[Form]:
    """Return the forms from all eigenvectors: δ_c(k) = Σ_i h_k(μ_i) (u_iᵀa_c) u_iᵀY, exact at every depth."""
    spectrum = eigenpairs(operator, operator.graph.num_nodes, "top", rng=0)
    modes = np.zeros((len(rest), 0)) if spectrum.vectors is None else spectrum.vectors
    contents = modes.T @ vectors
    rows = reduced(modes.T @ rest)
    sizes = np.sqrt(np.einsum("ic,ic->c", vectors, vectors))
    return [
        Form(spectrum.values, contents[:, c, None] * rows, float(sizes[c])) for c in range(vectors.shape[1])
    ]


def lanczos_forms(
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
