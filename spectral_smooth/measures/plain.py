"""Fields of a result as plain JSON types, and back."""

from __future__ import annotations

from typing import Any


def plain_fields(result: Any) -> dict[str, Any]:
    """Return a flat result's fields with lists for tuples; nothing in it is NaN by construction.

    Examples
    --------
    >>> from spectral_smooth.measures.sampling import Estimate
    >>> plain_fields(Estimate(1.0))
    {'value': 1.0, 'standard_error': 0.0, 'note': ''}
    """
    return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(result).items()}


def given_fields(data: dict[str, Any]) -> dict[str, Any]:
    """Return what `plain_fields` wrote with tuples for lists.

    Examples
    --------
    >>> given_fields({"hops": [1, 2], "sources": 3})
    {'hops': (1, 2), 'sources': 3}
    """
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
