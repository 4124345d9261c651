"""What a run needs is said before it starts, and columns that do not fit go through in panels."""

import cases
import numpy as np
import pytest

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import UsageError
from spectral_smooth.operators.rule import ppr, sgc
from spectral_smooth.simulate.estimate import (
    RunEstimate,
    available_memory,
    estimate_run,
    gather_rate,
    panel_columns,
)
from spectral_smooth.simulate.propagate import propagate

OP = cases.operator("weighted self-loops", "walk with per-node loops")
NODES = OP.graph.num_nodes
GRAPH = 2 * (OP.graph.indices.nbytes + OP.graph.weights.nbytes) + 88 * NODES


def test_bytes_are_those_of_the_blocks_and_the_graph():
    found = estimate_run(OP, 16, 10, engine=Numba(reorder="none"))
    own = OP.graph.indices.nbytes + OP.graph.weights.nbytes + 88 * NODES
    assert found.peak_bytes == own + 2 * NODES * 16 * 8 + 16 * NODES * 16
    assert (
        estimate_run(OP, 16, 10, engine=Numba(reorder="bfs")).peak_bytes
        == GRAPH + 2 * NODES * 16 * 8 + 16 * NODES * 16
    )
    more = estimate_run(OP, 16, 10, rule=ppr(0.1), engine=Numba(reorder="none"))
    assert more.peak_bytes - found.peak_bytes == NODES * 16 * 8


def test_seconds_grow_with_depth_and_columns_and_say_so():
    one = estimate_run(OP, 16, 9)
    assert estimate_run(OP, 16, 19).seconds == pytest.approx(2 * one.seconds)
    assert estimate_run(OP, 64, 9).seconds == pytest.approx(4 * one.seconds)
    assert one.products == 10
    assert one.seconds > 0
    assert gather_rate() > 0
    assert set(one.to_dict()) == {"peak_bytes", "seconds", "products", "panels", "panel_columns", "order"}
    assert "10 products on 16 columns" in str(one)
    assert "3 panels" in str(RunEstimate(10, 1.0, 30, 3, 8, "bfs"))


def test_another_engine_has_no_order():
    assert estimate_run(OP, 4, 3, engine=Reference()).order == "none"
    assert estimate_run(OP, 4, 3, engine=Numba(reorder="degree")).order == "degree"


@pytest.mark.parametrize(("columns", "fitting"), [(40, 24), (24, 24), (5, 5)])
def test_panels_are_multiples_of_a_line_that_fit(columns, fitting):
    memory = GRAPH + 16 * NODES * columns + 27 * NODES * 16
    found = panel_columns(OP, columns, "float64", pulls=False, fused=True, memory=memory)
    assert found == fitting
    assert panel_columns(OP, columns, "float64", pulls=False, fused=True, memory=None) == columns


def test_less_than_a_line_is_a_panel_too():
    assert panel_columns(OP, 40, "float64", pulls=False, fused=True, memory=GRAPH + 43 * NODES * 16) == 3


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rule", cases.rule_params(("sgc", "ppr", "concat", "mean")))
@pytest.mark.parametrize("deflate", [True, False])
def test_columns_in_panels_add_up(dtype, rule, deflate):
    x = cases.features(NODES, 37)
    names = ["energy", "deviation", "norm", "collapse"]
    whole = propagate(
        OP, x, 6, rule=rule, measures=names, dtype=dtype, deflate=deflate, keep_final=rule.name != "concat"
    )
    size = {"float64": 8, "float32": 4}[dtype]
    fused = (deflate and rule.name in ("sgc", "concat")) or (deflate and rule.c)
    number_bytes = size * (2 + bool(rule.c)) if fused else 4 * size + 16
    split = propagate(
        OP,
        x,
        6,
        rule=rule,
        measures=names,
        dtype=dtype,
        deflate=deflate,
        keep_final=rule.name != "concat",
        memory=GRAPH + 16 * NODES * 37 + 17 * NODES * number_bytes,
    )
    assert any("panels of 16" in note for note in split.notes)
    tolerance = 1e-12 if dtype == "float64" else 2e-6
    for name in names:
        np.testing.assert_allclose(split.curve(name).lower, whole.curve(name).lower, rtol=tolerance)
    if whole.final is not None:
        np.testing.assert_allclose(split.final, whole.final, rtol=0, atol=tolerance)


def test_measures_of_the_state_need_all_columns_and_say_so():
    x = cases.features(NODES, 37)
    split = propagate(OP, x, 4, measures=["energy", "mad"], memory=GRAPH + 16 * NODES * 37 + 17 * NODES * 16)
    assert "measures of the state need all columns at once and are left out" in split.notes
    assert [curve.name for curve in split.curves if curve.component is None] == ["energy"]


def test_progress_counts_the_depths_of_all_panels():
    seen = []
    x = cases.features(NODES, 37)
    propagate(
        OP,
        x,
        4,
        measures=["energy"],
        memory=GRAPH + 16 * NODES * 37 + 17 * NODES * 16,
        progress=lambda *t: seen.append(t),
    )
    assert seen == [(k, 14) for k in range(15)]


def test_not_even_one_column_fits():
    with pytest.raises(
        UsageError, match=r"one column of features needs .* GB with the graph, and .* may be used"
    ):
        propagate(OP, cases.features(NODES, 2), 4, memory=10)
    with pytest.raises(UsageError, match="memory must be at least 0"):
        estimate_run(OP, 2, 2, memory=-1)
    with pytest.raises(UsageError, match="columns and depth"):
        estimate_run(OP, -1, 2)


def test_available_memory_is_a_share_of_what_the_system_says(tmp_path):
    source = tmp_path / "meminfo"
    source.write_text("MemTotal: 2000 kB\nMemAvailable:    1000 kB\n")
    assert available_memory(source) == 819_200
    assert available_memory(tmp_path / "missing") is None
    source.write_text("nothing\n")
    assert available_memory(source) is None


def test_no_columns_at_all():
    found = propagate(OP, np.zeros((NODES, 0)), 3, measures=["energy"], rule=sgc())
    assert found.curve("energy").lower.tolist() == [0.0] * 4
