"""Numbers for people: four significant digits, thousands separators, intervals of depths."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

MISSING = "—"
MOST_DIGITS, FEWEST_DIGITS = 12, 6


def count(value: float | None) -> str:
    """Return a whole number with thousands separators.

    Examples
    --------
    >>> count(10556)
    '10,556'
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{value:,.0f}" if float(value).is_integer() else number(value)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with ``digits`` significant digits; NaN, infinity and None are a dash.

    Examples
    --------
    >>> number(0.0036206), number(0.000364999), number(12345.678), number(1e-30), number(0.0)
    ('0.003621', '3.65e-4', '12,346', '1e-30', '0')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
        text = f"{value:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def rate(value: float | None) -> str:
    """Return a factor per depth; close to one it is written as a distance, which four digits would hide.

    Examples
    --------
    >>> rate(0.89614), rate(1 - 2.1e-10)
    ('0.8961', '1 − 2.1e-10')
    """
    if value is not None and 0.9995 <= value < 1.0:
        return f"1 − {number(1.0 - value)}"
    return number(value)


def between(lower: float | None, upper: float | None, digits: int = 4) -> str:
    """Return an interval, or one number where both sides print alike.

    Examples
    --------
    >>> between(0.12181, 0.12222), between(0.25, 0.25), between(0.5, math.inf)
    ('[0.1218, 0.1222]', '0.25', '≥ 0.5')
    """
    low, high = number(lower, digits), number(upper, digits)
    if low != MISSING and high == MISSING:
        return f"≥ {low}"
    return low if low == high else f"[{low}, {high}]"


def enclosing(low: float, high: float) -> str:
    """Return a proven interval, its sides rounded outwards to two digits of its length, 6 to 12 digits in all.

    Examples
    --------
    >>> enclosing(0.896142049873, 0.896142050128), enclosing(-0.12345678, 0.5), enclosing(-1.0, -1.0)
    ('[0.89614204987, 0.89614205013]', '[-0.123457, 0.5]', '-1')
    """
    largest = max(abs(low), abs(high))
    if low == high and float(f"{low:.6g}") == low:
        return f"{low:.6g}"
    first = math.floor(math.log10(largest))
    last = first - MOST_DIGITS + 1
    if high > low:
        last = min(max(last, math.floor(math.log10(high - low)) - 1), first - FEWEST_DIGITS + 1)
    step = Decimal(1).scaleb(last)
    sides = (
        Decimal(low).quantize(step, ROUND_FLOOR),
        Decimal(high).quantize(step, ROUND_CEILING),
    )
    return f"[{_shortest(sides[0])}, {_shortest(sides[1])}]"


def at_most(value: float, digits: int = 6) -> str:
    """Return an upper bound, rounded up.

    Examples
    --------
    >>> at_most(0.8961420498), at_most(1.0), at_most(1.0 - 2.0**-40)
    ('0.896143', '1', '1 − 9.094e-13')
    """
    if 1.0 - 1e-3 <= value < 1.0:
        rest = Decimal(1) - Decimal(value)
        step = Decimal(1).scaleb(rest.adjusted() - 3)
        return f"1 − {_shortest(rest.quantize(step, ROUND_FLOOR))}"
    if value == 0:
        return "0"
    exact = Decimal(value)
    return _shortest(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_CEILING))


def plus_minus(lower: float, upper: float) -> str:
    """Return a measured value, with its error where it has one.

    Examples
    --------
    >>> plus_minus(0.25, 0.25), plus_minus(0.9414, 0.9490)
    ('0.25', '0.9452 ± 0.0038')
    """
    if lower == upper:
        return number(lower)
    return f"{number(0.5 * lower + 0.5 * upper)} ± {number(0.5 * (upper - lower), 2)}"


def layers(at_least: int | None, at_most: int | None, horizon: int) -> str:
    """Return the interval of a safe depth in words; one number where the limit is lost at the next depth.

    Examples
    --------
    >>> layers(21, 24, 4096), layers(3, None, 4096), layers(None, None, 4096)
    ('21 to 24 layers', 'at least 3 layers', 'no limit within 4,096 layers')
    """
    if at_least is None and at_most is None:
        return f"no limit within {horizon:,} layers"
    if at_least is not None and at_least < 0:
        return "0 layers"
    if at_most is None:
        return f"at least {_layers(at_least or 0)}"
    if at_least is None:
        return f"at most {_layers(at_most)}"
    return _layers(at_least) if at_most <= at_least + 1 else f"{at_least:,} to {_layers(at_most)}"


def layers_short(at_least: int | None, at_most: int | None, horizon: int) -> str:
    """Return the interval of a safe depth for a narrow column.

    Examples
    --------
    >>> layers_short(21, 24, 4096), layers_short(None, None, 4096), layers_short(7, 8, 4096)
    ('21–24', '> 4,096', '7')
    """
    if at_least is None and at_most is None:
        return f"> {horizon:,}"
    if at_least is not None and at_least < 0:
        return "0"
    if at_most is None:
        return f"≥ {at_least:,}"
    if at_least is None:
        return f"≤ {at_most:,}"
    return f"{at_least:,}" if at_most <= at_least + 1 else f"{at_least:,}–{at_most:,}"


def span(first: int, last: int) -> str:
    """Return a range of whole numbers; one number where both are the same.

    Examples
    --------
    >>> span(4, 16), span(0, 0)
    ('4–16', '0')
    """
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def percent(value: float | None, digits: int = 3) -> str:
    """Return a share in percent.

    Examples
    --------
    >>> percent(0.0665), percent(None)
    ('6.65 %', '—')
    """
    text = number(None if value is None else 100.0 * value, digits)
    return text if text == MISSING else f"{text} %"


def depth(value: int | None, otherwise: str = "never") -> str:
    """Return a depth of a limit; −1 is said in words, None is ``otherwise``.

    Examples
    --------
    >>> depth(21), depth(None), depth(-1)
    ('21', 'never', 'not even 0')
    """
    if value is None:
        return otherwise
    return "not even 0" if value < 0 else f"{value:,}"


def _shortest(value: Decimal) -> str:
    """Return all digits of a decimal but zeros at the end."""
    if value == 0:
        return "0"
    plain = value.normalize()
    if -5 < plain.adjusted() < 6:
        return f"{plain:f}"
    digits = f"{abs(plain).scaleb(-plain.adjusted()).normalize():f}"
    return f"{'-' if plain < 0 else ''}{digits}e{plain.adjusted()}"


def _layers(value: int) -> str:
    return f"{value:,} layer" if value == 1 else f"{value:,} layers"
