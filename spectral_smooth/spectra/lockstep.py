"""Lock-step Lanczos: one scalar recurrence per row group over a whole block, whatever the engine can do."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from spectral_smooth.engines.types import BoundOperator, SupportsWalk
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.progress import Tick
from spectral_smooth.spectra.jacobi import Jacobi

# Below this the Krylov space of a group is exhausted: what is left is rounding.
EXHAUSTED = 1e-13


class _Stepper(Protocol):
    """The three parts of a Lanczos step w ← S v − β v₋; w ← w − α v; v₋, v ← v, w/‖w‖, known spaces projected out."""

    def multiply(self) -> FloatArray:
        """Take the product; return α = ⟨v, S v⟩ per group."""
        ...

    def orthogonalise(self, alpha: FloatArray) -> FloatArray:
        """Return ‖w‖² per group."""
        ...

    def advance(self, beta: FloatArray) -> None:
        """Go on to w, whose norm is beta; groups with beta 0 have ended."""
        ...


def lanczos(
    bound: BoundOperator, start: FloatArray, mass: FloatArray, steps: int, progress: Tick | None
) -> tuple[tuple[Jacobi | None, ...], int]:
    """Run Lanczos from a block without reorthogonalisation; return the recurrences and the products taken.

    The known spaces are projected out at every step: rounding in them, outside of the rest of the spectrum, grows
    without bound.

    Parameters
    ----------
    bound : BoundOperator
    start : float64 array, shape (num_nodes, columns)
        In core coordinates, off the known spaces; used up.
    mass : float array, shape (num_groups,)
        Its squared norm per row group; zero leaves a group out (None in the result).
    steps : int
    progress : callable or None
        Called with (done, total) products.
    """
    stepper: _Stepper = (
        FusedSteps(bound, start, mass, steps)
        if isinstance(bound, SupportsWalk)
        else _PassByPass(bound, start, mass)
    )
    groups = len(mass)
    alphas, betas = np.zeros((steps, groups)), np.zeros((steps, groups))
    length = np.where(mass > 0, steps, 0)
    alive = mass > 0
    used = 0
    for step in range(steps):
        if not alive.any():
            break
        alphas[step] = np.where(alive, stepper.multiply(), 0.0)
        used += 1
        beta = np.sqrt(np.maximum(stepper.orthogonalise(alphas[step]), 0.0))
        ended = alive & (beta <= EXHAUSTED)
        length[ended] = step + 1
        alive = alive & ~ended
        beta = np.where(alive, beta, 0.0)
        betas[step] = beta
        stepper.advance(beta)
        if progress is not None:
            progress(step + 1, steps)
    return tuple(
        _recurrence(alphas[:, g], betas[:, g], int(length[g]), float(mass[g]), exhausted=not alive[g])
        if mass[g] > 0
        else None
        for g in range(groups)
    ), used


class _PassByPass:
    """Every operation is a pass over the block: for engines that can only multiply."""

    def __init__(self, bound: BoundOperator, start: FloatArray, mass: FloatArray) -> None:
        self._bound, self._current = bound, start
        self._previous, self._image = np.zeros_like(start), np.empty_like(start)
        self._beta: FloatArray = np.zeros(len(mass))
        bound.scale_rows(start, _inverse(np.sqrt(mass)))

    def multiply(self) -> FloatArray:
        """Take the product; return α = ⟨v, S v⟩ per group."""
        self._bound.apply(self._current, self._image)
        return self._bound.inner(self._current, self._image)

    def orthogonalise(self, alpha: FloatArray) -> FloatArray:
        """Return ‖w‖² per group."""
        self._bound.recombine(self._image, self._current, self._previous, alpha, self._beta)
        self._bound.project_out(self._previous)
        return self._bound.inner(self._previous, self._previous)

    def advance(self, beta: FloatArray) -> None:
        """Go on to w."""
        self._bound.scale_rows(self._previous, _inverse(beta))
        self._current, self._previous = self._previous, self._current
        self._beta = beta


class FusedSteps:
    """One sweep and one pass a step, on two blocks: vectors are kept unnormalised, v = V/β, and scaled in the product.

    w ← S v − β v₋ is written over v₋; its means, known from the same sweep, leave with α v, and those that the rounding
    of that pass leaves behind are subtracted when w is read.
    """

    def __init__(self, bound: SupportsWalk, start: FloatArray, mass: FloatArray, steps: int) -> None:
        self.walk = bound.walk(start.shape[1], np.float64, steps)
        self._current, self._previous = self.walk.enter(start), self.walk.empty()
        self._means = self._next_means = self.walk.means(self._current)
        self._norm: FloatArray = np.sqrt(mass)
        self._norm_before: FloatArray = np.zeros(len(mass))
        self._beta: FloatArray = np.zeros(len(mass))

    def vector(self) -> FloatArray:
        """Return the present Lanczos vectors in the walk's coordinates, a block of its own."""
        factors = _inverse(self._norm)[self.walk.class_groups]
        of_row = self.walk.pattern.classes.of_row
        block: FloatArray = self._current * (factors[0] if of_row is None else factors[of_row][:, None])
        return block

    def multiply(self) -> FloatArray:
        """Take the product; return α = ⟨v, S v⟩ per group."""
        a, c = _inverse(self._norm), -self._beta * _inverse(self._norm_before)
        table = np.stack([a, np.zeros_like(a), np.where(self._norm > 0, c, 0.0)])
        step = self.walk.step(
            self._current,
            self._previous,
            means=self._means,
            coefficients=np.ascontiguousarray(table[:, self.walk.class_groups].T),
            anchor=self._previous,
        )
        self._next_means = step.means
        return np.asarray(
            np.divide(step.norm - step.energy, step.norm, out=np.zeros_like(a), where=step.norm > 0)
        )

    def orthogonalise(self, alpha: FloatArray) -> FloatArray:
        """Return ‖w‖² per group."""
        factors = (alpha * _inverse(self._norm))[self.walk.class_groups]
        squares, self._next_means = self.walk.orthogonalise(
            self._previous, self._current, factors, self._next_means, self._means
        )
        return squares

    def advance(self, beta: FloatArray) -> None:
        """Go on to w."""
        self._current, self._previous = self._previous, self._current
        self._means = self._next_means
        self._norm, self._norm_before, self._beta = beta, self._norm, beta


def _recurrence(alpha: FloatArray, beta: FloatArray, length: int, mass: float, *, exhausted: bool) -> Jacobi:
    following = None if exhausted else float(beta[length - 1])
    return Jacobi(alpha[:length], beta[: length - 1], mass, exhausted, following)


def _inverse(values: FloatArray) -> FloatArray:
    return np.asarray(np.divide(1.0, values, out=np.zeros_like(values), where=values > 0))
