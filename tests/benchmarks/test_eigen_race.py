"""The race of eigen-solvers refuses wrong answers, climbs to the loosest right tolerance, and knows its graphs."""

import json

import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from benchmarks.eigen_race import search
from benchmarks.eigen_race.chart import draw
from benchmarks.eigen_race.contenders.ours import GraphProblem
from benchmarks.eigen_race.contenders.registry import CONTENDERS, SHOWN
from benchmarks.eigen_race.contenders.types import LADDER
from benchmarks.eigen_race.page import PAGE, TEXT, blocks, filled
from benchmarks.eigen_race.problem import Problem, largest_component
from benchmarks.eigen_race.reference import agreed
from benchmarks.eigen_race.rounds import measure, ratios
from benchmarks.eigen_race.search import Chosen, errors, tried
from benchmarks.eigen_race.table import lines
from benchmarks.eigen_race.verdicts import least_ratio, verdicts
from benchmarks.eigen_race.worker import Worker
from benchmarks.graphs import GRAPHS, grid, ring_of_cliques, rmat
from benchmarks.machine import RESULTS

PRESENT = ("ours", "ours_shift_invert", "eigsh", "shift_invert", "lobpcg")


@pytest.fixture(scope="module")
def graph():
    return grid(9, 6)


@pytest.fixture(scope="module")
def truth(graph):
    values = np.linalg.eigvalsh(ss.gcn(graph).matrix().toarray())
    return 1.0 - values[-2]


@pytest.mark.parametrize("name", PRESENT)
def test_contenders_find_the_gap(name, graph, truth):
    contender = CONTENDERS[name]
    problem = GraphProblem(graph) if name.startswith("ours") else Problem.of(graph)
    for settings in contender.variants():
        if settings.get("ncv", 0) > graph.num_nodes:
            continue
        answer = contender.solve(problem, settings, 1e-12, 0)
        assert answer.value == pytest.approx(truth, rel=1e-9)
        assert problem.quotient(answer.vector) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("name", ["pyamg", "primme", "slepc"])
def test_optional_contenders_find_the_gap(name, graph, truth):
    contender = CONTENDERS[name]
    try:
        contender.about()
    except ImportError as missing:
        pytest.skip(str(missing))
    problem = Problem.of(graph)
    answer = contender.solve(problem, contender.variants()[0], 1e-10, 0)
    assert problem.quotient(answer.vector) == pytest.approx(truth, rel=1e-8)


def test_quotient_is_that_of_the_matrix_and_ignores_the_fixed_vector():
    graph = ring_of_cliques(4, 5)
    problem, twin = Problem.of(graph), GraphProblem(graph)
    vector = np.random.default_rng(0).standard_normal(20)
    free = vector - problem.fixed * (problem.fixed @ vector)
    naive = free @ (problem.laplacian() @ free) / (free @ free)
    assert problem.quotient(vector) == pytest.approx(naive, rel=1e-12)
    assert twin.quotient(vector + 7 * problem.fixed) == pytest.approx(naive, rel=1e-12)
    assert np.isnan(problem.quotient(np.zeros(20)))


def test_ring_of_cliques_is_that_of_networkx():
    made, expected = ring_of_cliques(5, 4), nx.Graph()
    for clique in range(5):
        expected.add_edges_from(nx.complete_graph(range(4 * clique, 4 * clique + 4)).edges)
        expected.add_edge(4 * clique + 3, 4 * (clique + 1) % 20)
    edges = {(i, int(j)) for i in range(20) for j in made.indices[made.indptr[i] : made.indptr[i + 1]]}
    assert edges == {pair for a, b in expected.edges for pair in ((a, b), (b, a))}
    assert ss.Graph(made.indptr, made.indices).num_entries == made.num_entries
    with pytest.raises(ValueError, match="3 of them"):
        ring_of_cliques(2, 4)


def test_largest_component_keeps_its_edges(monkeypatch, tmp_path):
    monkeypatch.setitem(GRAPHS, "loose", lambda: rmat(7, 150, "loose"))
    found, again = largest_component("loose", tmp_path), largest_component("loose", tmp_path)
    graph = rmat(7, 150, "loose")
    pattern = nx.from_scipy_sparse_array(ss.symmetric(graph).matrix())
    largest = pattern.subgraph(max(nx.connected_components(pattern), key=len))
    assert found.num_nodes == len(largest) < graph.num_nodes
    assert sorted(np.diff(found.indptr)) == sorted(degree for _, degree in largest.degree)
    assert np.array_equal(found.indices, again.indices)
    assert found.components.count == 1


class Scripted:
    """Answers whose error and seconds are known, and which remember who was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def solve(self, contender, settings, tolerance, seed, limit):
        self.asked.append((contender, dict(settings), tolerance, limit))
        found = self.answer(contender, dict(settings), tolerance)
        if found.get("seconds", 0) > limit:
            return {"error": f"not within {limit:.0f} s", "late": True, "limit": limit}
        return {"told": "", "peak_bytes": 1 << 20, "stated": found.get("quotient")} | found

    def end(self, contender):
        pass


def test_search_takes_the_loosest_right_tolerance_of_the_fastest_setting():
    def answer(contender, settings, tolerance):
        return {"seconds": 10.0 / settings["ncv"], "quotient": 2.0 * (1 + tolerance / 10)}

    found = tried(Scripted(answer).solve, "eigsh", 2.0, 60.0, 60.0)
    assert found == Chosen({"ncv": 80}, 1e-7, 0.125)


def test_search_gives_the_whole_limit_only_where_nobody_was_quick():
    slow = Scripted(lambda contender, settings, tolerance: {"seconds": 50.0, "quotient": 2.0})
    found = tried(slow.solve, "eigsh", 2.0, 80.0, 80.0)
    assert found.seconds == 50.0
    assert [limit for *_, limit in slow.asked] == [10.0, 10.0, 10.0, 80.0, 50.0, 50.0]
    hopeless = tried(Scripted(lambda *_: {"seconds": 1e9}).solve, "eigsh", 2.0, 80.0, 0.0)
    assert hopeless == {"error": "not within 80 s", "late": True, "limit": 80.0}


def test_search_names_a_wrong_solver():
    wrong = Scripted(lambda *_: {"seconds": 1.0, "quotient": 2.1})
    found = tried(wrong.solve, "shift_invert", 2.0, 60.0, 60.0)
    assert found["error"].startswith("wrong: λ_2 is off by 5.0e-02")
    assert wrong.asked[-1][2] == LADDER[-1]
    assert "wrong" in tried(wrong.solve, "ours", 2.0, 60.0, 60.0)["error"]


def test_errors_take_the_better_of_two_and_survive_none():
    assert errors({"stated": None, "quotient": 2.0}, 2.0) == {"quotient": 0.0, "best": 0.0}
    assert errors({"stated": 2.2, "quotient": 2.02}, 2.0)["best"] == pytest.approx(0.01)
    assert errors({}, 2.0)["best"] == np.inf


def test_reference_needs_two_routes_that_agree():
    assert agreed([("a", 1.0)]) is None
    assert agreed([("a", 1.0), ("b", 1.001)]) is None
    found = agreed([("a", 1.001), ("b", 1.0), ("c", 1.0 + 1e-11)])
    assert found["value"] == 1.0
    assert found["routes"] == ["b", "c"]


@pytest.fixture(scope="module")
def found():
    times = {"ours": 1.0, "eigsh": 4.0, "lobpcg": 1e9}

    def answer(contender, settings, tolerance):
        return {"seconds": times[contender], "quotient": 0.5}

    return measure(Scripted(answer), list(times), 0.5, rounds=3, seconds=60.0)


@pytest.fixture(scope="module")
def results(found):
    case = {
        "title": "rmat",
        "nodes": 10,
        "entries": 20,
        "reference": {"value": 0.5, "routes": ["eigsh", "pyamg"], "difference": 1e-12},
        "contenders": found,
        "ratios": ratios(found),
    }
    made = {
        "machine": {"processor": "none", "cores": 1, "python": "3"},
        "settings": {"threads": 1},
        "opponents": {"eigsh": {"about": "scipy 1"}, "slepc": {"error": "ModuleNotFoundError: none"}},
        "cases": [case],
    }
    return made | {"verdicts": [one.to_dict() for one in verdicts(made)]}


def test_rounds_time_who_is_right_and_name_who_is_late(found):
    assert found["eigsh"]["seconds"] == [4.0, 4.0, 4.0]
    assert found["lobpcg"] == {"error": "not within 60 s", "late": True, "limit": 60.0}
    assert ratios(found)["best"] == {"name": "eigsh", "median": 4.0}


def test_an_answer_that_turns_wrong_loses_its_time():
    turns = iter([0.5] * 7 + [0.6] * 99)
    running = Scripted(lambda *_: {"seconds": 1.0, "quotient": next(turns)})
    assert "wrong when repeated" in measure(running, ["eigsh"], 0.5, 9, 60.0)["eigsh"]["error"]


def test_earlier_settings_are_taken(found):
    running = Scripted(lambda *_: {"seconds": 1.0, "quotient": 0.5})
    again = measure(running, ["ours", "eigsh", "lobpcg"], 0.5, 1, 60.0, known=found)
    assert again["lobpcg"]["late"]
    assert [name for name, *_ in running.asked] == ["ours", "ours", "eigsh"]


def test_who_was_stopped_is_at_least_so_many_times_slower(results):
    case = results["cases"][0]
    assert least_ratio(case, "lobpcg") == 60.0
    assert least_ratio(case, "primme") is None
    held = {one.what: one.held for one in verdicts(results)}
    assert held["rmat, SciPy eigsh"] is True
    assert held["rmat, PRIMME"] is None
    assert held["rmat, best opponent"] is True


def test_page_and_lines_and_chart(results, tmp_path):
    pytest.importorskip("matplotlib")
    text = "<!-- times -->\n<!-- /times -->\n<!-- targets -->\nold\n<!-- /targets -->\n"
    assert "| R-MAT, 2²⁰ nodes drawn | 0.5 | 1 s, 1 MiB | 4 s, 1 MiB |" in filled(text, results)
    assert "SLEPc could not be run: ModuleNotFoundError: none." in blocks(results)["machine"]
    assert any("not within 60 s" in line for line in lines(results["cases"], "rmat"))
    draw(results, tmp_path / "race.png")
    assert (tmp_path / "race.png").stat().st_size > 10_000


def test_worker_answers_with_values_and_memory(tmp_path, monkeypatch, graph, truth):
    monkeypatch.setitem(GRAPHS, "sheet", lambda: graph)
    worker = Worker("shift_invert", tmp_path)
    assert worker.prepare("sheet") == {"nodes": 54}
    answer = worker.solve({"sigma": -1e-8, "ordering": "COLAMD"}, 1e-10, 0)
    json.dumps(answer)
    assert answer["quotient"] == pytest.approx(truth, rel=1e-9)
    assert answer["seconds"] > 0
    assert "scipy" in worker.about()["about"]


def test_every_contender_has_a_name_for_the_reader():
    assert set(SHOWN) == set(CONTENDERS)
    assert search.ACCURACY == 1e-8


def test_page_is_what_was_measured():
    file = RESULTS / "eigen_race.json"
    if not file.exists() or not PAGE.exists():
        pytest.skip("the race has not been run: python -m benchmarks.eigen_race")
    text = TEXT.read_text(encoding="utf-8")
    assert filled(text, json.loads(file.read_text(encoding="utf-8"))) == PAGE.read_text(encoding="utf-8")
