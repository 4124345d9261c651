"""Counts over the whole graph: small components diagonalised once, large ones factorised at each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.affordable import affordable
from spectral_smooth.spectra.certify.diagonalised import Diagonalised
from spectral_smooth.spectra.certify.inertia import Inertia, dense_inertia, sparse_inertia
from spectral_smooth.spectra.certify.parts import Parts
from spectral_smooth.spectra.certify.rounding import Rounding

Method = Literal["auto", "proven", "diagonalise", "bunch-kaufman", "sparse", "statistical"]
DIAGONALISE_AT_MOST = 300
DENSE_AT_MOST = 3_000
SPARSE_BELOW = 0.1  # density under which a sparse factor is tried first


@dataclass(frozen=True)
class Budget:
    """What a certificate may spend.

    Attributes
    ----------
    fill : int
        Entries of a triangular factor beyond which nothing is factorised; 16 bytes each, twice.
    factorisations : int
        Factorisations of the large components.
    products : int
        Products with S for a statistical statement.
    confidence : float
        Probability with which statistical statements hold.
    width : float
        Longest interval of a value that counts as certified.
    """

    fill: int = 60_000_000
    factorisations: int = 64
    products: int = 600
    confidence: float = 0.99
    width: float = 1e-6


@dataclass(frozen=True)
class Blurred:
    """A count at σ with its error e: N(σ + e) ≤ at_most and N(σ − e) ≥ at_least, N(x) = #{sign·μ > x}.

    Eigenvalues off the fixed space are counted; σ is in units of the reach sign·μ.
    """

    sign: int
    at: float
    error: float
    at_least: int
    at_most: int
    method: str

    @property
    def outer(self) -> float:
        """Beyond this there are no more than ``at_most``."""
        return self.at + self.error

    @property
    def inner(self) -> float:
        """Beyond this there are no fewer than ``at_least``."""
        return self.at - self.error


@dataclass(eq=False)
class Counter:
    """Counts eigenvalues of S beyond any value, and remembers what is needed for the next count.

    The fixed μ = 1 of each component is taken off in closed form: one each, by Perron and Frobenius.
    """

    operator: Operator
    method: Method
    budget: Budget
    rounding: Rounding
    used: int = field(default=0)
    refused: str = field(default="")

    @cached_property
    def parts(self) -> Parts:
        """S by components."""
        return Parts(self.operator)

    @cached_property
    def large(self) -> int:
        """Number of components that are factorised: the first ones."""
        sizes = self.operator.fixed_space.sizes
        at_most = {"diagonalise": DENSE_AT_MOST, "bunch-kaufman": 1, "sparse": 1}.get(
            self.method, DIAGONALISE_AT_MOST
        )
        return int(np.count_nonzero(sizes > at_most))

    @cached_property
    def small(self) -> Diagonalised:
        """All eigenvalues of the other components."""
        return Diagonalised.of(self.parts, self.large, self.rounding.entries)

    def at(self, sign: int, reach: float) -> Blurred | None:
        """Count at one value; None where it cannot be proven, `refused` then says why."""
        if not self.possible:
            return None
        found_parts = []
        for component in range(self.large):
            found = self._inertia(component, sign * reach)
            if isinstance(found, str):
                self.refused = found
                return None
            found_parts.append(found)
        error = max((part.error for part in found_parts), default=0.0)
        sums = (
            np.array([part.beyond(sign) for part in found_parts], dtype=np.int64).reshape(-1, 2).sum(axis=0)
        )
        at_least, at_most = int(sums[0]), int(sums[1])
        if sign > 0:  # each μ = 1 is among them where it lies beyond
            at_least = max(at_least - self.large, 0)
            at_most = at_most - self.large if reach + error < 1.0 else 0
        at_least += self.small.beyond(sign, reach - error)[0]
        at_most += self.small.beyond(sign, reach + error)[1]
        return Blurred(sign, reach, error, at_least, at_most, self.words)

    def below(self, sign: int, limit: float, room: float) -> Blurred | None:
        """Count at a value of which ``outer ≤ limit``, as near to it as the error of the factorisation lets it be.

        Parameters
        ----------
        sign : int
        limit : float
            In units of the reach sign·μ.
        room : float
            How far below it the value may lie.
        """
        margin = 1e-12 if self.large else 0.0
        while margin <= room:
            found = self.at(sign, limit - margin)
            if found is None or found.outer <= limit:
                return found
            if not np.isfinite(found.error):
                break
            margin = max(10.0 * margin, 2.0 * found.error)
        self.refused = "two values are closer together than the rounding errors of the factorisation"
        return None

    @property
    def words(self) -> str:
        """How it is counted."""
        return "inertia" if self.large else "verified diagonalisation"

    @cached_property
    def possible(self) -> bool:
        """Whether the components' sizes and factors are within the budget."""
        if self.method == "statistical":
            self.refused = "a statistical certificate was asked for"
            return False
        sizes = self.operator.fixed_space.sizes[: self.large]
        if self.method in ("diagonalise", "bunch-kaufman") and np.any(sizes > DENSE_AT_MOST):
            self.refused = f"dense algebra is offered up to {DENSE_AT_MOST:,} nodes a component"
            return False
        if self.large and self.operator.graph.num_entries > 2 * self.budget.fill:
            self.refused = f"a factor would have more than {self.budget.fill:,} entries"
            return False
        for component in range(self.large):
            if sizes[component] <= DENSE_AT_MOST:
                break
            if not affordable(self.parts.block(component), self.budget.fill):
                self.refused = f"a factor would have more than {self.budget.fill:,} entries"
                return False
        return True

    def _inertia(self, component: int, shift: float) -> Inertia | str:
        if self.used >= self.budget.factorisations:
            return f"the budget of {self.budget.factorisations} factorisations is spent"
        self.used += 1
        matrix = self.parts.block(component)
        size = int(matrix.shape[0])
        small = size <= DENSE_AT_MOST
        wanted = self.method
        sparse_first = wanted == "sparse" or (
            wanted != "bunch-kaufman" and (not small or matrix.nnz < SPARSE_BELOW * size * size)
        )
        found: Inertia | str = "nothing was tried"
        if sparse_first:
            found = sparse_inertia(matrix, shift, self.rounding.entries)
            if wanted == "sparse" or not small or (isinstance(found, Inertia) and found.error < 1e-9):
                return found
        return dense_inertia(matrix, shift, self.rounding.entries)
