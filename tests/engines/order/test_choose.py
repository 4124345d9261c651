"""The decision: pure, monotone, and what was measured on the benchmark's graphs, made small."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.engines.order.choose import OrderChoice, choose_order, could_pay
from spectral_smooth.engines.order.locality import Locality
from spectral_smooth.engines.order.orders import ORDERS
from spectral_smooth.engines.order.work import Work
from spectral_smooth.errors import InputError

MILLION = 1_000_000
WORK = Work(nodes=MILLION, entries=16 * MILLION, row_bytes=64, depth=100)


def curve_of(slope, most=10**9):
    """Distinct rows against entries with that slope."""
    lengths = [256 << k for k in range(10)]
    return ((0, 0.0), *((length, min(slope * length, most)) for length in lengths))


def locality(missed, *, breadth_first=1.0, inside=0.1, hubs=0.1, nodes=MILLION, entries=16 * MILLION):
    anywhere = tuple(curve_of(missed, most=nodes / block) for block in (1, 4, 16, 64, 256))
    clusters = tuple((1 << k, inside) for k in range(4, 12))
    top = tuple((1 << k, hubs) for k in range(4, 18))
    return Locality(nodes, entries, anywhere, curve_of(breadth_first), clusters, top)


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (locality(0.95), "none"),
        (locality(0.1), "none"),
        (locality(0.9, hubs=0.9), "degree"),
        (locality(0.95, breadth_first=0.1), "bfs"),
        (locality(0.95, inside=0.9), "communities"),
    ],
)
def test_each_row_of_the_table(found, name):
    choice = choose_order(WORK, found)
    assert choice.name == name
    assert (choice.gain > 1.2) == (name != "none")
    assert choice.break_even is None or choice.break_even < WORK.depth
    assert choose_order(replace(WORK, depth=1), found).name == "none"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"entries": 0}, "nothing to multiply"),
        ({"depth": 0}, "nothing to multiply"),
        ({"nodes": 16_000}, "fits into the cache of one core"),
        ({"cache_bytes": 64 * MILLION}, "fits into the cache of one core"),
        ({"depth": 1}, "No order is expected to pay"),
        ({"depth": 25}, "less than its doubt"),
    ],
)
def test_the_reasons_for_none(change, sentence):
    choice = choose_order(replace(WORK, **change), locality(0.95, inside=0.6 if "depth" in change else 0.9))
    assert (choice.name, choice.gain, choice.break_even, choice.saved) == ("none", 1.0, None, 0.0)
    assert sentence in str(choice)


def test_the_order_is_taken_from_where_it_pays_enough():
    found = locality(0.95, breadth_first=0.1)
    names = [choose_order(replace(WORK, depth=depth), found).name for depth in range(1, 60)]
    first = names.index("bfs")
    assert set(names[:first]) == {"none"}
    assert set(names[first:]) == {"bfs"}
    choice = choose_order(WORK, found)
    assert choice.break_even < first + 1  # it pays before it saves enough to be sure
    assert f"from product {int(choice.break_even) + 1} on" in choice.reason


def test_threads_share_products_and_permuting_but_not_ordering():
    found = locality(0.95, inside=0.9)
    one, four = choose_order(WORK, found), choose_order(replace(WORK, threads=4), found)
    assert one.gain == pytest.approx(four.gain)
    assert four.break_even > 1.5 * one.break_even


def test_small_or_short_work_needs_no_sample():
    assert could_pay(WORK)
    assert not could_pay(replace(WORK, depth=1))
    assert not could_pay(replace(WORK, depth=0))
    assert not could_pay(replace(WORK, entries=0))
    assert not could_pay(replace(WORK, nodes=16_000))


def test_a_number_in_the_place_of_a_sample():
    assert choose_order(WORK, 0.9).name == "none"
    assert choose_order(replace(WORK, skew=0.9), 0.9).name == "degree"
    assert choose_order(replace(WORK, skew=0.9), 0.0).name == "none"


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 10**8),
    st.integers(0, 10**10),
    st.integers(1, 100_000),
    st.integers(0, 10**6),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)
def test_any_work_has_an_answer(nodes, entries, row_bytes, depth, missed, first, inside, hubs, sampled):
    work = Work(nodes, entries, row_bytes, depth, skew=hubs)
    found = (
        locality(missed, breadth_first=first, inside=inside, hubs=hubs, nodes=nodes, entries=entries)
        if sampled
        else missed
    )
    choice = choose_order(work, found)
    assert choice == choose_order(work, found)
    assert choice.name in ORDERS
    assert choice.reason.endswith(".")
    if choice.name != "none":
        assert could_pay(work)
        assert choice.gain > 1.0
        assert 0.0 < choice.break_even < depth
        assert 0.0 < choice.saved < 1.0
    assert OrderChoice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice
    assert np.isfinite(choice.gain)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("nodes", 0, "nodes of the work is 0; at least 1"),
        ("entries", -1, "entries of the work is -1; at least 0"),
        ("row_bytes", 0, "row_bytes of the work is 0; at least 1"),
        ("depth", -2, "depth of the work is -2; at least 0"),
        ("threads", 0, "threads of the work is 0; at least 1"),
        ("cache_bytes", 0, "cache_bytes of the work is 0; at least 1"),
    ],
)
def test_impossible_work_is_refused(field, value, sentence):
    with pytest.raises(InputError, match=sentence):
        replace(WORK, **{field: value})


NARROW = replace(WORK, row_bytes=8, depth=1000)


def test_where_a_node_is_a_number_hubs_share_lines_and_equal_rows_are_foreseen():
    hubs = locality(0.9, hubs=0.9)
    assert choose_order(NARROW, replace(hubs, uneven=0.9)).name == "degree"
    assert choose_order(NARROW, replace(locality(0.02, hubs=0.05), uneven=0.0)).name == "none"
    even, uneven = (choose_order(NARROW, replace(hubs, uneven=share)).gain for share in (0.0, 0.9))
    assert uneven > even


def test_narrow_rows_are_not_ordered_by_communities():
    found = locality(0.95, inside=0.95)
    assert choose_order(replace(WORK, depth=1000), found).name == "communities"
    assert choose_order(NARROW, found).name != "communities"


def test_narrow_rows_count_the_first_cache():
    small = Work(nodes=12_000, entries=1_000_000, row_bytes=8, depth=1000)
    assert could_pay(small)
    assert not could_pay(replace(small, nodes=4000))
    assert "fits into the cache" in choose_order(replace(small, nodes=4000), 0.9).reason
