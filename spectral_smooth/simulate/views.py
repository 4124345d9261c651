"""Views of a propagation: deflated (what never decays is kept as numbers) or plain (as a network computes it)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spectral_smooth.engines.deflation import deflate, silence_noise
from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.quadratic import Parts
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule, iterate

REFRESH = 64
FALL = 1e-3


class View:
    """How the recurrence is run and how a read-out is turned into parts and into a whole state."""

    def __init__(self, bound: BoundOperator, start: FloatArray, rule: Rule, dtype: str) -> None:
        self.bound, self.rule = bound, rule
        self.start = start.astype(dtype)
        self.dtype = np.dtype(dtype)

    def states(self, depth: int) -> Iterator[FloatArray]:
        """Yield H[0], ..., H[depth] of the rule."""
        return iterate(self.rule, self.bound.apply, self.start, depth)

    def parts(self, state: FloatArray) -> FloatArray:
        """Return deviation² and energy per row group, and whatever else `closed` needs."""
        raise NotImplementedError  # pragma: no cover - both views have their own

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        raise NotImplementedError  # pragma: no cover

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `parts` returned at each depth."""
        raise NotImplementedError  # pragma: no cover

    def floor(self, parts: Parts) -> FloatArray | float:
        """Return the level of rounding of the norm at each depth; 0 where there is none."""
        raise NotImplementedError  # pragma: no cover


class DeflatedView(View):
    """The part off the known spaces is propagated; the known parts are numbers, h_k(1) and h_k(−1)."""

    def __init__(self, bound: BoundOperator, core: FloatArray, rule: Rule, depth: int, dtype: str) -> None:
        signal = deflate(bound, core)
        self.coefficients = signal.coefficients
        self.masses = signal.fixed, signal.alternating
        super().__init__(bound, signal.rest, rule, dtype)
        depths = np.arange(depth + 1)
        self.atoms = rule.gains(np.array([1.0, -1.0]), depths)
        additive = isinstance(rule.readout, Concat)
        self.known: tuple[FloatArray, FloatArray] = self.start, signal.mass
        self.factors = np.sqrt(self.atoms) if additive else rule.responses(np.array([1.0, -1.0]), depths)

    def states(self, depth: int) -> Iterator[FloatArray]:
        """Yield states, cleaned of rounding.

        Rounding puts eps of the state into the known spaces, where it does not decay: it is removed once a
        row group has fallen to `FALL` since the last removal, or after `REFRESH` steps; being orthogonal to
        the rest it counts squared, (eps/`FALL`)². A product that is smaller than the rounding of its terms
        is nothing but rounding: zero.
        """
        reference = before = np.zeros(self.bound.operator.fixed_space.num_groups)
        age = 0
        for state in super().states(depth):
            squares = self.bound.inner(state, state)
            norms = np.sqrt(squares)
            noise = silence_noise(self.bound, state, norms, before)
            norms, squares = np.where(noise, 0.0, norms), np.where(noise, 0.0, squares)
            age += 1
            if np.any(norms < FALL * reference) or age >= REFRESH:
                self.bound.project_out(state)
                squares = self.bound.inner(state, state)
                reference, age = norms, 0
            reference = np.maximum(reference, norms)
            before = norms
            self.known = state, squares
            yield state

    def parts(self, state: FloatArray) -> FloatArray:
        """Return deviation² and energy per row group, and whatever else `closed` needs."""
        cleaned, squares = self.known
        # A read-out of the last depth is the state itself, whose norm is known.
        deviation2 = squares if state is cleaned else self.bound.inner(state, state)
        return np.stack([deviation2, self.bound.edge_energy(state)])

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        space = self.bound.operator.fixed_space
        factors = np.full(len(self.coefficients), self.factors[depth, 0])
        factors[space.dimension :] = self.factors[depth, 1]
        return state.astype(np.float64) + space.expand(self.coefficients * factors[:, None])

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `parts` returned at each depth."""
        fixed = np.outer(self.masses[0], self.atoms[:, 0])
        swing = np.outer(self.masses[1], self.atoms[:, 1])
        return Parts(parts[:, 0].T + swing, parts[:, 1].T + 2.0 * swing, fixed)

    def floor(self, parts: Parts) -> FloatArray | float:
        """Return the level of rounding of the norm at each depth; 0 where there is none."""
        del parts
        return 0.0


class PlainView(View):
    """The forward pass as a network does it: everything in one array of the given precision."""

    def __init__(self, bound: BoundOperator, core: FloatArray, rule: Rule, depth: int, dtype: str) -> None:
        del depth
        super().__init__(bound, core, rule, dtype)

    def parts(self, state: FloatArray) -> FloatArray:
        """Return deviation² and energy per row group, and whatever else `closed` needs."""
        space = self.bound.operator.fixed_space
        whole = state.astype(np.float64)
        coefficients = space.coefficients(whole)
        fixed = space.group_mass(coefficients)[0]
        coefficients[space.dimension :] = 0.0
        rest = whole - space.expand(coefficients)
        return np.stack([self.bound.inner(rest, rest), self.bound.edge_energy(whole), fixed])

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        del depth
        return state.astype(np.float64)

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `parts` returned at each depth."""
        return Parts(parts[:, 0].T, parts[:, 1].T, parts[:, 2].T)

    def floor(self, parts: Parts) -> FloatArray | float:
        """Return the level of rounding of the norm at each depth; 0 where there is none."""
        norm = np.sqrt((parts.deviation2 + parts.fixed2).sum(axis=0))
        return np.asarray(float(np.finfo(self.dtype).eps) * norm)
