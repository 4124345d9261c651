"""``spectral-smooth monitor``: files in, a diagnosis out, one sentence for everything that cannot be used."""

from __future__ import annotations

import json

import numpy as np
import pytest

import spectral_smooth as ss

RNG = np.random.default_rng(0)
HEALTHY = [RNG.normal(size=(34, 8)).astype(np.float32) for _ in range(3)]
STACK = [HEALTHY[0], HEALTHY[1], 1 + 0.01 * HEALTHY[2], 1 + 0.01 * HEALTHY[0]]


@pytest.fixture
def layers(tmp_path):
    """A folder of layers that become constant from layer 2 on; names sort wrongly as text."""
    folder = tmp_path / "layers"
    folder.mkdir()
    for number, layer in zip((1, 2, 9, 10), STACK, strict=True):
        np.save(folder / f"layer_{number}.npy", layer)
    return folder


def ends():
    graph = ss.load("karate").graph
    return np.stack([graph.indices, graph.rows]).astype(np.int64)


def uniform():
    edge_index = ends()
    return edge_index, 1.0 / ss.load("karate").graph.degrees[edge_index[1]]


def test_a_folder_is_measured_in_natural_order_and_diagnosed(run, layers):
    done = run("monitor", "karate", layers)
    assert done.code == 0
    assert "smoothing" in done.out.lower()
    assert "layer_9" in done.out


def test_json_and_files_hold_the_whole_result_and_report_renders_it_again(run, layers, tmp_path):
    target, page = tmp_path / "found.json", tmp_path / "found.html"
    done = run("monitor", "karate", layers, "--json", "-o", target, "--html", page)
    assert done.code == 0
    data = json.loads(done.out)
    assert data == json.loads(target.read_text())
    found = ss.Monitoring.from_dict(data)
    assert (found.diagnosis.kind, found.diagnosis.layer, found.diagnosis.destination) == (
        "smoothing",
        2,
        "constants",
    )
    assert found.names == ("layer_1", "layer_2", "layer_9", "layer_10")
    assert page.read_text().startswith("<!DOCTYPE html>")
    again = tmp_path / "again.html"
    assert run("report", target, "--html", again).code == 0
    assert again.read_text() == page.read_text()
    assert "smoothing" in run("report", target).out.lower()


def test_labels_can_be_left_out_and_plain_smoothing_too(run, layers):
    with_labels = json.loads(run("monitor", "karate", layers, "--json").out)
    without = json.loads(run("monitor", "karate", layers, "--json", "--no-labels", "--no-plain").out)
    assert with_labels["classes"] == [0, 1]
    assert without["classes"] == []
    assert without["plain"] is None
    assert without["pace"] is None


def test_an_npz_of_layers_is_one_stack(run, tmp_path):
    np.savez(tmp_path / "layers.npz", input=STACK[0], hidden=STACK[1])
    data = json.loads(run("monitor", "karate", tmp_path / "layers.npz", "--json").out)
    assert [layer["name"] for layer in data["layers"]] == ["input", "hidden"]
    assert data["diagnosis"]["kind"] == "nothing wrong"


def test_attention_is_measured_beside(run, layers, tmp_path):
    edge_index, weights = uniform()
    np.savez(tmp_path / "attention.npz", edge_index=edge_index, attention_0=weights, attention_1=weights)
    data = json.loads(
        run("monitor", "karate", layers, "--attention", tmp_path / "attention.npz", "--json").out
    )
    assert len(data["attention"]["names"]) == 2


def test_a_log_grows_by_one_line_an_epoch_and_is_shown(run, layers, tmp_path):
    log, page = tmp_path / "run.jsonl", tmp_path / "run.html"
    for epoch in (0, 5):
        assert run("monitor", "karate", layers, "--log", log, "--epoch", epoch).code == 0
    assert run("monitor", "karate", layers, "--log", log).code == 0
    assert [json.loads(line)["epoch"] for line in log.read_text().splitlines()] == [0, 5, 6]
    shown = run("monitor", "--log", log, "--html", page)
    assert shown.code == 0
    assert page.read_text().startswith("<!DOCTYPE html>")
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 20)
    torn = run("monitor", "--log", log)
    assert torn.code == 0
    assert "last line" in torn.err
    assert json.loads(run("monitor", "--log", log, "--json").out)


def _with(folder, name, array):
    np.save(folder / name, array)


BAD = {
    "other_count": (lambda f: _with(f, "layer_11.npy", np.ones((33, 8))), ["34", "33"]),
    "nan": (lambda f: _with(f, "layer_11.npy", np.full((34, 8), np.nan)), ["layer_11", "272 NaN"]),
    "infinite": (lambda f: _with(f, "layer_11.npy", np.full((34, 2), np.inf)), ["layer_11", "68 infinite"]),
    "pickled": (
        lambda f: np.save(f / "layer_11.npy", np.array([{}], dtype=object), allow_pickle=True),
        ["layer_11", "pickle"],
    ),
    "truncated": (
        lambda f: (f / "layer_11.npy").write_bytes((f / "layer_1.npy").read_bytes()[:-40]),
        ["layer_11"],
    ),
    "no_array": (lambda f: (f / "layer_11.npy").write_bytes(b"hello"), ["layer_11"]),
}


@pytest.mark.parametrize("case", BAD)
def test_layers_that_cannot_be_used_get_one_sentence_and_no_output(refused, layers, tmp_path, case):
    make, words = BAD[case]
    make(layers)
    target, log = tmp_path / "found.json", tmp_path / "run.jsonl"
    for word in words:
        refused("monitor", "karate", layers, "-o", target, "--log", log, saying=word)


def test_layers_of_another_graph_are_refused(refused, layers):
    refused("monitor", "davis", layers, saying="has 34 rows, but the graph has 32 nodes")


def test_no_layers_are_refused(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    refused("monitor", "karate", tmp_path / "empty", saying="no layer")
    refused("monitor", "karate", tmp_path / "missing", saying="missing")


def test_attention_that_is_not_stochastic_is_refused(refused, layers, tmp_path):
    edge_index, weights = uniform()
    np.savez(tmp_path / "half.npz", edge_index=edge_index, attention_0=0.5 * weights)
    refused("monitor", "karate", layers, "--attention", tmp_path / "half.npz", saying="softmax")


def test_attention_on_a_missing_edge_is_refused(refused, layers, tmp_path):
    edge_index, weights = uniform()
    assert not np.any((edge_index == [[9], [0]]).all(axis=0))
    more = np.concatenate([edge_index, [[9], [0]]], axis=1)
    np.savez(tmp_path / "missing.npz", edge_index=more, attention_0=np.append(weights, 0.0))
    refused("monitor", "karate", layers, "--attention", tmp_path / "missing.npz", saying="not in the graph")


def test_what_belongs_together_is_asked_for(refused, layers, tmp_path):
    refused("monitor", saying="GRAPH")
    refused("monitor", "karate", saying="LAYERS")
    refused("monitor", "karate", layers, "--epoch", "3", saying="--log")
    refused("monitor", "--log", tmp_path / "run.jsonl", "--epoch", "3", saying="--epoch")
    refused("monitor", "karate", layers, "-o", "a", "--html", "a", saying="same file")


@pytest.mark.parametrize("epoch", [2**63, 99999999999999999999])
def test_an_epoch_beyond_64_bits_is_refused_before_anything_is_measured(refused, layers, tmp_path, epoch):
    log = tmp_path / "run.jsonl"
    refused("monitor", "nothing-here", layers, "--log", log, "--epoch", epoch, saying="below 2**63")
    refused("monitor", "karate", layers, "--log", log, "--epoch", epoch, saying="below 2**63")


def test_a_log_is_no_other_file_of_the_call(refused, run, layers, tmp_path):
    log, (folder, linked) = tmp_path / "run.jsonl", (tmp_path / name for name in ("sub", "linked.json"))
    folder.mkdir()
    linked.symlink_to(log)
    for _ in range(2):  # where the log does not exist yet, and where it does
        for option, other in (("-o", log), ("--html", folder / ".." / "run.jsonl"), ("-o", linked)):
            for force in ([], ["--force"]):
                refused("monitor", "karate", layers, "--log", log, option, other, *force, saying="same file")
                refused("monitor", "--log", log, option, other, *force, saying="same file")
        refused("monitor", log, layers, "--log", log, saying="--log and GRAPH name the same file")
        refused("monitor", "karate", log, "--log", log, saying="--log and LAYERS name the same file")
        refused("monitor", "karate", layers, "--attention", log, "--log", log, saying="--log and --attention")
        refused("monitor", "karate", layers, "--log", layers, saying="--log and LAYERS")
        assert run("monitor", "karate", layers, "--log", log).code == 0
    hard = tmp_path / "hard.json"
    hard.hardlink_to(log)
    refused("monitor", "karate", layers, "--log", log, "-o", hard, "--force", saying="same file")


def test_a_file_of_another_tool_is_not_shown_nor_added_to(refused, layers, tmp_path):
    log = tmp_path / "run.jsonl"
    for text in (json.dumps({"loss": 1.0}, indent=1), '{"loss": 1.0}\n{"loss": 0.5}\n'):
        log.write_text(text)
        for first in ([], ["karate", layers]):
            said = refused("monitor", *first, "--log", log, saying="is no log of spectral-smooth")
            assert "name another file" in said
            assert "delete" not in said


@pytest.mark.parametrize(
    ("y", "reason"),
    [(np.linspace(0, 1, 34), "not a whole number"), (np.eye(34, 5), "labels have shape (34, 5)")],
)
def test_a_graph_whose_labels_are_no_classes_is_monitored_without_them(
    run, refused, layers, tmp_path, y, reason
):
    graph = tmp_path / "graph.npz"
    np.savez(graph, edge_index=ends(), num_nodes=34, x=np.eye(34), y=y)
    data = json.loads(run("monitor", graph, layers, "--json").out)
    assert data["classes"] == []
    assert [note for note in data["notes"] if note.startswith("labels are ignored:") and reason in note]
    plainly = json.loads(run("monitor", graph, layers, "--json", "--no-labels").out)
    assert plainly["layers"] == data["layers"]
    assert not [note for note in plainly["notes"] if "labels" in note]
    refused("analyze", graph, saying=reason)


def test_an_existing_output_is_refused_before_anything_is_computed(refused, layers, tmp_path):
    target = tmp_path / "found.json"
    target.write_text("mine")
    refused("monitor", "karate", layers, "-o", target, saying="--force")


@pytest.mark.parametrize("option", ["-o", "--html", "--log"])
def test_a_file_of_the_layers_is_never_written_over(refused, layers, option):
    refused(
        "monitor", "karate", layers, option, layers / "layer_1.npy", "--force", saying="choose another name"
    )
