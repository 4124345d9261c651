"""Names become objects, and every rule and operator can be named."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.cli.named import OPERATORS, RULES, parse_operator, parse_rule
from spectral_smooth.errors import UsageError
from spectral_smooth.operators import rule as rules


def test_every_rule_maker_has_a_name():
    makers = {
        name
        for name, function in inspect.getmembers(rules, inspect.isfunction)
        if function.__module__ == rules.__name__ and not name.startswith("_") and name != "iterate"
    }
    assert makers == set(RULES)


@pytest.mark.parametrize("name", [name for name in RULES if name != "weighted"])
def test_settings_are_those_of_the_maker(name):
    assert tuple(inspect.signature(getattr(rules, name)).parameters) == RULES[name]


@pytest.mark.parametrize("name", [name for name in RULES if name != "weighted"])
def test_the_name_of_a_parsed_rule_gives_the_same_rule(name):
    settings = ",".join(f"{key}=0.25" for key in RULES[name])
    rule = parse_rule(f"{name}:{settings}" if settings else name)
    assert parse_rule(rule.name) == rule
    assert rule == getattr(rules, name)(**dict.fromkeys(RULES[name], 0.25))


def test_weights_are_listed():
    assert parse_rule("weighted:0.5,0.25") == ss.weighted((0.5, 0.25))


@pytest.mark.parametrize(
    ("name", "make"), [("gcn", ss.gcn), ("rw", ss.random_walk), ("sym", ss.symmetric)], ids=list(OPERATORS)
)
def test_operators_are_those_of_the_package(name, make):
    triangle = ss.Graph(*_triangle())
    named, made = parse_operator(name).on(triangle), make(triangle)
    assert (named.loops, named.split) == (made.loops, made.split)
    assert parse_operator(f"{name}:loops=3").on(triangle).loops == make(triangle, loops=3.0).loops


def _triangle():
    return np.array([0, 2, 4, 6]), np.array([1, 2, 0, 2, 0, 1])


@pytest.mark.parametrize(
    "text", ["", "SGC", "ppr:,x", "ppr:alpha", "ppr:alpha=", "ppr:alpha=1,beta=2", "lazy:0.5"]
)
def test_what_is_not_a_rule_is_refused(text):
    with pytest.raises(UsageError):
        parse_rule(text)
