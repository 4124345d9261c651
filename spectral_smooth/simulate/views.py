"""Views of a propagation: deflated (what never decays is kept as numbers) or plain (as a network computes it)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from spectral_smooth.engines.deflation import deflate, silence_noise
from spectral_smooth.engines.types import BoundOperator
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.quadratic import Parts
from spectral_smooth.operators.rule import Rule, iterate
from spectral_smooth.simulate.known_parts import KnownParts

REFRESH = 64
FALL = 1e-3

# Called with a depth and a function that returns the whole state there, in core coordinates.
Look = Callable[[int, Callable[[], FloatArray]], None]


class View:
    """How the recurrence is run and how a read-out is turned into parts and into a whole state."""

    def __init__(self, bound: BoundOperator, start: FloatArray, rule: Rule, dtype: str) -> None:
        self.bound, self.rule = bound, rule
        self.start = start.astype(dtype, copy=False)
        self.dtype = np.dtype(dtype)

    @property
    def notes(self) -> list[str]:
        """What the user should know of the run."""
        return []

    def follow(self, depth: int, look: Look) -> Iterator[FloatArray]:
        """Yield the parts at depth 0, 1, ..., ``depth``; ``look`` may see the whole read-out at each in passing."""
        at = 0

        def measure(state: FloatArray) -> FloatArray:
            nonlocal at
            here, at = at, at + 1
            look(here, lambda: self.assemble(state, here))
            return self.parts(state)

        yield from self.rule.readout.quadratics(self.states(depth), measure)

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
        self.known = KnownParts.of(bound.operator.fixed_space, signal, rule, depth)
        super().__init__(bound, signal.rest, rule, dtype)
        self._cleaned: tuple[FloatArray, FloatArray] = self.start, signal.mass

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
            self._cleaned = state, squares
            yield state

    def parts(self, state: FloatArray) -> FloatArray:
        """Return deviation² and energy per row group, and whatever else `closed` needs."""
        cleaned, squares = self._cleaned
        # A read-out of the last depth is the state itself, whose norm is known.
        deviation2 = squares if state is cleaned else self.bound.inner(state, state)
        return np.stack([deviation2, self.bound.edge_energy(state)])

    def assemble(self, state: FloatArray, depth: int) -> FloatArray:
        """Return the whole state in core coordinates, the known parts added."""
        return self.known.added(state.astype(np.float64, copy=False), depth)

    def closed(self, parts: FloatArray) -> Parts:
        """Return parts per row group and depth from what `parts` returned at each depth."""
        return self.known.closed(parts)

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
