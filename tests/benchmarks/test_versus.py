"""The comparison of speeds refuses wrong answers, and its figures are what it measured."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

import spectral_smooth as ss
from benchmarks.graphs import build, communities, grid, regular, rmat
from benchmarks.machine import RESULTS
from benchmarks.versus import runners
from benchmarks.versus.blocks import LINE, empty_block, features
from benchmarks.versus.cases import Case, quick, standard
from benchmarks.versus.chart import draw, spread
from benchmarks.versus.check import Expected, worst_error
from benchmarks.versus.core import core_matrix, multiplied_by, weighted
from benchmarks.versus.opponents.registry import OPPONENTS
from benchmarks.versus.opponents.types import Variant
from benchmarks.versus.page import PAGE, blocks, filled
from benchmarks.versus.record import case_record, write
from benchmarks.versus.rounds import measure, quartiles, ratios
from benchmarks.versus.verdicts import recentred
from benchmarks.versus.verdicts.all import verdicts
from benchmarks.versus.worker import Worker

CASE = Case("tiny", 16, threads=1)
MADE = {
    "rmat": lambda: rmat(7, 500, "rmat"),
    "grid": lambda: grid(7, 5),
    "regular": lambda: regular(60, 6),
    "communities": lambda: communities(300, 30, 8),
}


class InProcess:
    """A pool whose workers live in this process."""

    def __init__(self, cache):
        self.cache, self.workers = cache, {}

    def ask(self, contender, threads, do, **request):
        worker = self.workers.setdefault(contender, Worker(contender, threads, self.cache))
        try:
            return getattr(worker, do)(**request)
        except Exception as error:
            return {"error": str(error)}


@dataclass(frozen=True)
class Wrong:
    """Computes S x, but for one row."""

    name: str = "wrong"

    def variants(self, matrix, blocks, threads):
        def multiply(k):
            blocks[1 - k][...] = matrix @ blocks[k]
            blocks[1 - k][5] += 1e-3

        yield Variant("wrong", multiply, blocks.__getitem__)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    pool = InProcess(tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPPONENTS, "wrong", Wrong())
        return measure(pool, CASE, ["ours", "ours_plain", "scipy", "wrong"], rounds=3, seconds=60.0)


@pytest.fixture(scope="module")
def results(found):
    case = case_record(CASE, 256, 1430, found)
    made = {
        "machine": {"processor": "none", "cores": 1, "python": "3", "numpy": "2"},
        "settings": {"threads": 1},
        "opponents": {"scipy": {"about": "scipy 1"}, "mkl": {"about": "mkl 1, code path def (long name)"}},
        "roofline": {"1": {"read": 1.0, "copy": 1.0, "gather": {"64": 1.0, "256": 1.0, "512": 1.0}}},
        "cases": [case],
        "memory": [
            {"title": "tiny", "contenders": {"ours": {"step_bytes": 1 << 20}, "scipy": {"error": "none"}}}
        ],
    }
    return made | {"verdicts": [verdict.to_dict() for verdict in verdicts(made)]}


@pytest.mark.parametrize("name", MADE)
def test_a_made_graph_passes_the_checks_it_skipped(name):
    made, again = MADE[name](), MADE[name]()
    checked = ss.Graph(made.indptr, made.indices)
    assert not np.any(checked.self_loop_weights)
    np.testing.assert_array_equal(made.indices, again.indices)
    assert made.indices.dtype == checked.indices.dtype
    assert made.indptr.dtype == checked.indptr.dtype


def test_the_regular_graph_is_regular_and_the_grid_a_grid():
    assert set(regular(60, 6).degrees) == {6.0}
    assert grid(7, 5).num_edges == 7 * 4 + 6 * 5


def test_the_cache_returns_the_same_graph(tmp_path):
    first, second = build("tiny", tmp_path), build("tiny", tmp_path)
    np.testing.assert_array_equal(first.indices, second.indices)
    assert second.name == "tiny"


@pytest.mark.parametrize("change", [lambda graph: graph, weighted])
def test_the_core_is_the_operators(change):
    graph = change(ss.load("karate").graph)
    np.testing.assert_allclose(core_matrix(graph).toarray(), ss.gcn(graph).matrix().toarray(), rtol=1e-14)


def test_what_else_may_be_multiplied_by():
    graph = ss.load("karate").graph
    pattern = graph.adjacency().toarray() > 0
    core = core_matrix(graph)
    np.testing.assert_array_equal(multiplied_by(core, "pattern").toarray(), pattern + np.eye(34))
    np.testing.assert_allclose(multiplied_by(core, "walk").toarray().sum(axis=1), 1.0)


def test_blocks_begin_at_a_cache_line():
    assert empty_block(3, 5, "float32").ctypes.data % LINE == 0
    assert np.abs(features(50, 4, "float32")).max() <= 1.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_check_admits_rounding_and_nothing_more(dtype, tmp_path):
    graph = build("tiny")
    matrix, x = core_matrix(graph), features(256, 20, dtype)
    Expected.of(matrix).save(tmp_path / "check.npz")
    expected = Expected.load(tmp_path / "check.npz")
    y = matrix.astype(dtype) @ x
    assert worst_error(expected, x, y) < 1.0
    y[7, 3] += 1e4 * np.finfo(dtype).eps
    assert worst_error(expected, x, y) > 1.0
    y[7, 3] = np.nan
    assert worst_error(expected, x, y) == np.inf


def test_a_wrong_contender_is_refused(found):
    assert "wrong answer" in found["contenders"]["wrong"]["error"]
    assert "wrong" not in found["ratios"]["ours"]


def test_every_other_contender_is_timed_in_every_round(found):
    for name in ("ours", "ours_plain", "scipy"):
        assert len(found["contenders"][name]["seconds"]) == 3
        assert found["contenders"][name]["median"] > 0
    assert set(found["ratios"]["ours"]) == {"ours_plain", "scipy"}


def test_ratios_are_taken_within_a_round():
    told = ratios(
        {"ours": [1.0, 2.0, 4.0], "mkl": [3.0, 2.0, 12.0], "dgl": [2.0, 8.0, 8.0], "scipy": [9.0, 9.0, 9.0]}
    )
    assert told["ours"]["mkl"]["median"] == 3.0
    assert told["ours"]["best"]["median"] == quartiles([2.0, 1.0, 2.0])["median"]
    assert told["ours"]["best"]["name"] == "dgl"


def test_the_file_is_plain_json_and_says_what_was_gathered(results, tmp_path):
    path = tmp_path / "versus.json"
    write(path, results)
    read = json.loads(path.read_text())
    assert read == results
    ours = read["cases"][0]["contenders"]["ours"]
    assert ours["gathered_gb_per_s"] == pytest.approx(1430 * 16 * 4 / ours["median"] / 1e9, rel=1e-2)


def test_verdicts_say_what_was_not_measured(results):
    told = verdicts(results)
    assert all(verdict.held is None for verdict in told if verdict.what.startswith("rmat"))
    (cost,) = [verdict for verdict in told if verdict.what.startswith("cost of measures")]
    assert cost.held is not None
    assert "target" in str(cost)


def test_the_page_is_filled_and_filling_it_again_changes_nothing(results):
    text = "a\n<!-- ratios -->\nold\n<!-- /ratios -->\nb\n<!-- machine -->\n<!-- /machine -->\n"
    once = filled(text, results)
    assert "| tiny | 16 | float32 | 1 | step |" in once
    assert "old" not in once
    assert "code path “def”" in once
    assert filled(once, results) == once
    assert all(blocks(results).values())


def test_the_chart_is_drawn_and_names_do_not_lie_on_one_another(results, tmp_path):
    case = {**results["cases"][0], "case": {**results["cases"][0]["case"], "graph": "cora"}}
    draw(results | {"cases": [case]}, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 5_000
    placed = spread([0.1, 0.11, 0.12, 0.5], 0.05)
    assert np.diff(placed).min() >= 0.05 - 1e-12
    assert placed[3] == 0.5


def test_cases_do_not_repeat():
    assert len(set(standard(2))) == len(standard(2))
    assert {case.task for case in quick(1)} == {"step", "run"}


def test_a_run_measures_at_every_depth(tmp_path):
    for contender in ("ours", "scipy"):
        runner = runners.prepare(contender, build("tiny", tmp_path), 4, "float64", 1)
        runner.tasks["run"](3)


def test_recentred_energies_are_compared_until_they_have_fallen():
    double = [(1.0, 0), (0.5, -100), (0.5, -400)]
    single = [(1.0, 0), (0.5 * (1 + 1e-6), -100), (9.0, -400)]
    told = recentred.compare(single, double)
    assert told["depth"] == 1
    assert told["worst_relative_error"] == pytest.approx(1e-6, rel=1e-6)


@pytest.mark.skipif(not (RESULTS / "versus.json").exists(), reason="nothing has been measured")
def test_the_committed_page_is_that_of_the_committed_results():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, json.loads((RESULTS / "versus.json").read_text(encoding="utf-8"))) == text
