"""Onset: the stretch that lasts to the end, and how sure it is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectral_smooth.monitoring.judging.onset import (
    LayerOnset,
    lasting,
    longest_run,
    onset_above,
    onset_below,
    onset_from,
    onset_of,
)
from spectral_smooth.monitoring.judging.thresholds import FACTORS

FLAGS = st.lists(st.booleans(), max_size=12)


@given(FLAGS)
def test_lasting_is_the_start_of_the_stretch_at_the_end(flags):
    starts = [i for i in range(len(flags)) if all(flags[i:])]
    assert lasting(flags) == (starts[0] if starts else None)


@given(FLAGS)
def test_the_longest_run_is_the_later_one_of_the_longest(flags):
    runs = [
        (i, j)
        for i in range(len(flags))
        for j in range(i, len(flags))
        if all(flags[i : j + 1])
        and (i == 0 or not flags[i - 1])
        and (j + 1 == len(flags) or not flags[j + 1])
    ]
    assert longest_run(flags) == (max(runs, key=lambda run: (run[1] - run[0], run[0])) if runs else None)


@given(values=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), threshold=st.floats(0.01, 0.9))
def test_below_and_what_half_and_twice_the_threshold_say(values, threshold):
    found = onset_below(values, threshold)
    at = {factor: lasting([v <= threshold * factor for v in values]) for factor in FACTORS}
    if found is None:
        assert at[1.0] is None
        return
    assert (found.layer, found.earliest, found.latest) == (at[1.0], at[2.0], at[0.5])
    assert found.earliest <= found.layer
    assert found.latest is None or found.latest >= found.layer
    close = [one for one in at.values() if one is not None and abs(one - found.layer) <= 1]
    assert found.confidence == pytest.approx(len(close) / len(FACTORS))


def test_above_moves_the_distance_to_one():
    # 0.8 is tried from 0.6 to 0.9
    assert onset_above([0.0, 0.65, 0.85, 0.95], 0.8) == LayerOnset(2, 1, 3, 1.0)
    assert onset_above([0.9, 0.7], 0.8) is None


def test_a_slow_crossing_is_less_sure_than_a_sudden_one():
    sudden = onset_below([1.0, 1.0, 1.0, 0.01, 0.01, 0.01, 0.01], 0.1)
    slow = onset_below([0.13 * 0.95**layer for layer in range(40)], 0.1)
    assert sudden.confidence == 1.0
    assert slow.confidence < 0.5
    assert slow.earliest == 0
    assert slow.latest > slow.layer + 10


def test_what_is_infinite_is_never_below():
    assert onset_below([math.inf, math.inf], 0.1) is None
    assert onset_below([math.inf, 0.0], 0.1).layer == 1


def test_conditions_and_choices():
    assert onset_of(lambda factor: [False, factor > 0.6, True]).latest == 2
    assert onset_of(lambda _: [True, False]) is None
    assert onset_from(lambda _: None) is None
    assert onset_from(lambda _: 4) == LayerOnset(4, 4, 4, 1.0)


def test_nothing_has_no_onset():
    assert onset_below([], 0.1) is None
    assert longest_run([]) is None
