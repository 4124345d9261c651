"""Block Lanczos with (σI − S)⁻¹: everything reorthogonalised, thick restarts, σ moved closer once where that pays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.inverse import Inverse
from spectral_smooth.spectra.solvers.orthonormal import orthonormal
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled

# A relative residual of the inverse; the value's relative error is about its square.
RELATIVE = 1e-6
# Below it nothing more is gained by going on.
EXACT = 1e-11
# Of the largest value left over it need only be seen that it is not larger than those found.
GLANCE = 1e-3
SPARE = 30


@dataclass(frozen=True, eq=False)
class InverseKrylov:
    """Search for the top end of σ − 1/θ, θ an eigenvalue of (σI − S)⁻¹, by Rayleigh and Ritz on a Krylov space.

    Where gaps are tiny the θ are far apart: a dozen solves do. σ lies above the spectrum, so that 1/θ > 0 and Ritz
    values of S obtained from those of the inverse are lower bounds.

    Attributes
    ----------
    inverse : Inverse
    shift : float
        σ.
    tolerance : float
        Residual ‖S u − μ u‖.
    applications : int
        Solves after which it gives up.
    """

    inverse: Inverse
    shift: float
    tolerance: float
    applications: int

    def search(self, problem: ComponentProblem, count: int, columns: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, from ``columns`` start vectors."""
        space = self._start(problem, count, columns, rng)
        aim = RELATIVE
        while True:
            values, combinations, errors = space.step(self.inverse, rng)
            last = space.full or space.solves >= self.applications
            if last or (len(values) >= count and bool(np.all(errors[:count] <= aim))):
                pairs = self._measured(problem, space, space.combine(combinations[:, :count]))
                if not pairs.converged:
                    space.solves += len(pairs.values)
                    pairs = self._measured(problem, space, self.inverse.solve(pairs.vectors))
                complete = pairs.converged and len(pairs.values) == count
                if last or (complete and (aim < EXACT or self._alike(pairs))):
                    return replace(pairs, converged=complete)
                aim *= 0.1
            space.make_room(values, combinations, count)

    def _alike(self, pairs: Pairs) -> bool:
        """Return whether all are as exact as the one nearest to 1 has to be.

        They are projected out when others are looked for, and what they are off by is left in there.
        """
        nearest = np.full(len(pairs.values), pairs.values[0])
        return bool(settled(nearest, pairs.residuals, self.tolerance).all())

    def glance(
        self, problem: ComponentProblem, threshold: float, columns: int, rng: np.random.Generator
    ) -> tuple[bool, bool, int]:
        """Return whether there is certainly a value above ``threshold``, whether that is settled, and the solves."""
        space = self._start(problem, 1, columns, rng)
        while True:
            values, combinations, errors = space.step(self.inverse, rng)
            if self.shift - 1.0 / float(values[0]) > threshold:
                return True, True, space.solves
            if space.full or float(errors[0]) <= GLANCE:
                return False, True, space.solves
            if space.solves >= self.applications:
                return False, False, space.solves
            space.make_room(values, combinations, 1)

    def _start(self, problem: ComponentProblem, count: int, columns: int, rng: np.random.Generator) -> _Space:
        spare = max(SPARE, 6 * columns)
        space = _Space(problem, min(problem.free, count + spare))
        space.renew(min(columns, problem.free), rng)
        return space

    def _measured(self, problem: ComponentProblem, space: _Space, vectors: FloatArray) -> Pairs:
        """Return what S itself says of the space of these vectors, which are nearly its eigenvectors."""
        basis = problem.project(vectors / np.linalg.norm(vectors, axis=0))
        if basis.shape[1] > 1:
            basis = np.linalg.qr(basis)[0]
            basis = basis @ np.linalg.eigh(basis.T @ problem.apply(basis))[1][:, ::-1]
        else:
            basis = basis / np.linalg.norm(basis)
        values, residuals = problem.measure(basis)
        fine = bool(settled(values, residuals, self.tolerance).all())
        return Pairs(values, basis, residuals, fine, space.solves, space.restarts)


class _Space:
    """An orthonormal basis off the known vectors, the inverse projected on it, and the block that comes next."""

    def __init__(self, problem: ComponentProblem, capacity: int) -> None:
        self._problem = problem
        self._vectors = np.zeros((problem.nodes, capacity), order="F")
        self._projected = np.zeros((capacity, capacity))
        self._next: FloatArray = np.zeros((problem.nodes, 0))
        self.capacity, self.size, self.solves, self.restarts = capacity, 0, 0, 0

    @property
    def full(self) -> bool:
        """Whether the basis is all there is."""
        return self.size == self._problem.free

    def renew(self, columns: int, rng: np.random.Generator) -> None:
        """Take random directions next."""
        self._next, _, _ = self._split(rng.standard_normal((self._problem.nodes, columns)))

    def step(self, inverse: Inverse, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Add the next block; return Ritz values of the inverse, falling, their combinations and relative residuals."""
        old, new = self.size, min(self.size + self._next.shape[1], self.capacity)
        block = self._next[:, : new - old]
        self._vectors[:, old:new] = block
        self.size = new
        self._next, coefficients, left = self._split(inverse.solve(block))
        self.solves += new - old
        self._projected[:new, old:new] = coefficients
        self._projected[old:new, :new] = coefficients.T
        square = self._projected[:new, :new]
        values, combinations = np.linalg.eigh(0.5 * (square + square.T))
        values, combinations = values[::-1], combinations[:, ::-1]
        errors = np.linalg.norm(left @ combinations[old:new], axis=0) / np.maximum(values, 1e-300)
        if not self.full and not self._next.shape[1]:
            # Nothing new comes of these vectors: other copies of the values may be elsewhere.
            self.renew(1, rng)
        return values, combinations, errors

    def make_room(self, values: FloatArray, combinations: FloatArray, count: int) -> None:
        """Keep the best Ritz vectors where the next block does not fit (Wu and Simon, 2000)."""
        wanted = self._next.shape[1]
        if self.size + wanted <= self.capacity or self.capacity == self._problem.free:
            return
        kept = max(min(count + 3 * wanted + 4, self.capacity - wanted), 1)
        self._vectors[:, :kept] = self.combine(combinations[:, :kept])
        self._projected[:kept, :kept] = np.diag(values[:kept])
        self.size, self.restarts = kept, self.restarts + 1

    def combine(self, combinations: FloatArray) -> FloatArray:
        """Return basis · combinations."""
        return np.asarray(self._vectors[:, : self.size] @ combinations)

    def _split(self, image: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return Q, H and R: image = basis·H + Q·R but for known vectors, Q orthonormal and off the basis."""
        own = self._vectors[:, : self.size]
        lengths = np.maximum(np.linalg.norm(image, axis=0), 1e-300)
        rest, left = image / lengths, np.diag(lengths)
        inside = np.zeros((self.size, image.shape[1]))
        for _ in range(6):
            rest = self._problem.project(rest, passes=1)
            part = own.T @ rest
            rest -= own @ part
            inside += part @ left
            rest, weights, factor = orthonormal(rest)
            left = factor @ left
            if not len(weights) or weights.min() > 0.9:
                return rest, inside, left
        return rest[:, :0], inside, left[:0]
