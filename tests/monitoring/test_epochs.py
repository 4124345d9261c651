import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from epoch_runs import measured, monitoring, smoothing, write_run
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError, OutputError, UsageError
from spectral_smooth.graphs.catalog import load
from spectral_smooth.monitoring.epochs.log import EpochLog
from spectral_smooth.monitoring.epochs.record import HEAD, MAX_CLASS_VALUES, EpochRecord, is_torn
from spectral_smooth.monitoring.epochs.run import EpochRun, read_log
from spectral_smooth.monitoring.judging.destination import destinations
from spectral_smooth.monitoring.monitor import monitor


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.jsonl"


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


# records


def test_a_record_holds_what_was_measured_and_comes_back_from_its_line():
    found = measured()
    record = EpochRecord.of(found, 7, {"loss": np.float32(0.5)})
    again = EpochRecord.from_line(record.to_line(), "it")
    assert again.to_dict() == record.to_dict()
    assert record.to_line().count(b"\n") == 1
    assert record.to_line().startswith(HEAD)
    for name in found.measures:
        np.testing.assert_allclose(
            np.array(record.values[name], float), np.array(found.values(name), float), rtol=1e-8
        )
    nearest = [min(d.distance for d in destinations(layer)) for layer in found.layers]
    np.testing.assert_allclose(record.values["nearest_distance"], nearest, rtol=1e-8)
    plain = found.plain.predicted.curve("collapse").value[:2]
    np.testing.assert_allclose(record.values["plain_collapse"], plain, rtol=1e-8)
    assert again.diagnosis == found.diagnosis
    assert again.numbers == {"loss": 0.5}
    assert again.class_values["class_contrast"][0] == pytest.approx(found.layers[0].classes["class_contrast"])


def test_a_cosine_keeps_the_digits_that_tell_it_from_one():
    record = EpochRecord.of(monitoring([1e-6]), 0, {})
    assert 1.0 - record.values["mean_cosine"][0] == pytest.approx(1e-12, rel=1e-3)


def test_what_is_not_finite_is_null_and_no_line_has_a_nan():
    found = monitoring([0.5, float("inf")])
    record = EpochRecord.of(found, 0, {"loss": float("nan"), "norm": -np.inf})
    assert record.values["collapse"] == (0.5, None)
    assert record.numbers == {"loss": None, "norm": None}
    for word in (b"NaN", b"Infinity"):
        assert word not in record.to_line()
    json.loads(record.to_line(), parse_constant=pytest.fail)


def test_values_per_class_are_left_out_where_they_are_many():
    layers = MAX_CLASS_VALUES // 2
    assert EpochRecord.of(monitoring([0.5] * layers), 0, {}).class_values
    assert not EpochRecord.of(monitoring([0.5] * (layers + 1)), 0, {}).class_values
    assert not EpochRecord.of(monitoring([0.5], labels=False), 0, {}).class_values


@pytest.mark.parametrize(
    "value", ["0.3", b"1", None, [1.0, 2.0], np.zeros(2), np.zeros((1, 1)), 1j, object()]
)
def test_what_is_no_number_is_refused_by_its_name(path, value):
    with pytest.raises(UsageError, match=r"loss is .*expected one number"):
        EpochLog(path).append(measured(), loss=value)
    assert not path.exists()


NO_EPOCHS = [-1, 1.5, "3", True, np.nan, np.zeros(2), [1], 2**63, 10**30, 10**5000, -(10**5000)]


@pytest.mark.parametrize("epoch", NO_EPOCHS, ids=range(len(NO_EPOCHS)))
def test_what_is_no_epoch_is_refused(path, epoch):
    with pytest.raises(UsageError, match="expected a whole number, 0 or larger and below") as caught:
        EpochLog(path).append(measured(), epoch)
    assert "\n" not in str(caught.value)
    assert not path.exists()


def test_the_largest_epoch_is_read_again_and_has_none_after_it(path):
    log = EpochLog(path)
    log.append(measured(), np.int64(2**63 - 1))
    before = path.read_bytes()
    assert read_log(path).epochs.tolist() == [2**63 - 1]
    with pytest.raises(UsageError, match="the largest there can be; name the next with epoch="):
        log.append(measured())
    assert path.read_bytes() == before
    assert log.append(measured(), 3).epoch == 3


def test_a_line_with_an_epoch_that_fits_no_array_is_damaged(path):
    line = EpochRecord.of(measured(), 77, {}).to_line()
    for digits, words in (
        ("1" * 30, "the epoch is a number larger than 64 bits hold"),
        ("1" * 5000, "too many digits"),
    ):
        path.write_bytes(line + line.replace(b'"epoch": 77', b'"epoch": ' + digits.encode()))
        with pytest.raises(InputError, match=f"line 2 of .* is damaged: .*{words}"):
            read_log(path)


def test_only_a_monitoring_is_appended(path):
    with pytest.raises(UsageError, match=r"takes what monitor\(\) returns, got dict"):
        EpochLog(path).append({})


DAMAGE = [
    ({"epoch": -1}, "whole number"),
    ({"names": []}, "no layer"),
    ({"values": {"collapse": [0.1]}}, "1 values for 2"),
    ({"values": {"collapse": ["a", "b"]}}, "no number"),
    ({"values": {"collapse": [True, 0.1]}}, "no number"),
    ({"values": {"collapse": 0.1}}, "collapse is 0.1; expected a list"),
    ({"values": [0.1]}, "its 'values' is a list; expected an object"),
    ({"epoch": True}, "whole number"),
    ({"epoch": None}, "the epoch is None"),
    ({"epoch": 3.0}, "the epoch is 3.0"),
    ({"names": [1, 2]}, "a name of a layer is 1; expected text"),
    ({"time": None}, "its 'time' is None; expected text"),
    ({"columns": [2.5, 8]}, "columns holds 2.5, which is no whole number"),
    ({"classes": [0, 10**30]}, "classes holds a number larger than 64 bits hold"),
    ({"class_distance": [0.1, 0.2]}, "class_distance is 0.1; expected a list"),
    ({"diagnosis": {"findings": [{}]}}, "its diagnosis lacks something"),
    ({"graph": "karate"}, "its 'graph' is 'karate'; expected an object"),
    ({"numbers": {"loss": "low"}}, "no number"),
    ({"class_distance": [[0.1, 0.2]]}, "for 2 layers"),
    ({"diagnosis": {}}, "findings"),
    ({"graph": {}}, "name"),
    ({"kind": "another"}, "no epoch of a log"),
    ({"version": 9}, "version 9"),
]


@pytest.mark.parametrize(("changes", "words"), DAMAGE)
def test_a_damaged_record_is_refused_with_its_line(path, changes, words):
    good = EpochRecord.of(measured(), 3, {"loss": 1.0})
    damaged = json.dumps({**good.to_dict(), **changes}).encode()
    path.write_bytes(good.to_line() + damaged + b"\n" + good.to_line())
    with pytest.raises(InputError, match=words) as caught:
        read_log(path)
    assert "line 2 of" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Error(" not in str(caught.value)


def test_a_field_that_is_missing_is_named(path):
    good = EpochRecord.of(measured(), 3, {"loss": 1.0})
    for key in set(good.to_dict()) - {"kind", "version", "class_distance", "class_contrast"}:
        data = good.to_dict()
        del data[key]
        path.write_text(good.to_line().decode() + json.dumps(data) + "\n")
        with pytest.raises(InputError, match=f"line 2 of .* is damaged: it lacks '{key}'; delete that line"):
            read_log(path)


def test_a_number_beyond_all_floats_is_not_finite(path):
    line = EpochRecord.of(measured(), 0, {"loss": 1.0}).to_line()
    for text in (b"1" + b"0" * 400, b"1e999"):
        path.write_bytes(line.replace(b'"loss": 1.0', b'"loss": ' + text))
        assert np.isnan(read_log(path).numbers["loss"]).all()


@pytest.mark.parametrize("line", [b"[]", b"3", b"null", b'"text"', b"\xff\xfe"])
def test_a_line_that_is_no_record_is_named(path, line):
    path.write_bytes(EpochRecord.of(measured(), 0, {}).to_line() + line + b"\n")
    with pytest.raises(InputError, match="line 2 of"):
        read_log(path)


def test_a_nan_that_someone_wrote_by_hand_is_damage(path):
    line = EpochRecord.of(measured(), 0, {"loss": 1.0}).to_line().replace(b'"loss": 1.0', b'"loss": NaN')
    path.write_bytes(line)
    with pytest.raises(InputError, match="NaN is not allowed"):
        read_log(path)


# appending


def test_epochs_count_from_the_last_line_and_lines_are_only_added(path):
    log, before = EpochLog(path), b""
    for epoch, expected in ((None, 0), (None, 1), (10, 10), (None, 11)):
        assert log.append(measured(), epoch, loss=0.5).epoch == expected
        after = path.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == before.count(b"\n") + 1
        before = after
    assert read_log(path).epochs.tolist() == [0, 1, 10, 11]


def test_a_line_longer_than_a_chunk_is_found_from_the_end(path):
    long = monitoring([0.5] * 400)
    log = EpochLog(str(path))
    for _ in range(3):
        log.append(long)
    assert len(lines_of(path)[0]) > 2 * 65536
    assert log.append(long).epoch == 3


@pytest.mark.parametrize(
    "content",
    [
        b"hello\n",
        b"hello",
        b'{"kind": "spectral_smooth monitor", "version": 1}\n',
        b'{\n "kind": 1}',
        b"\n\n",
        b"PK\x03\x04" + bytes(100),
        bytes(5000),
        b"[" * 100_000 + b"\n",
        json.dumps({"kind": 1, "loss": 0.5}, indent=1).encode(),
        b'{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n',
        b"\xef\xbb\xbf" + b'{"step": 1}\n',
        '{"step": 1}\n'.encode("utf-16"),
    ],
)
def test_another_file_is_refused_and_not_touched(path, content):
    path.write_bytes(content)
    stamp = path.stat().st_mtime_ns
    with pytest.raises(InputError, match="is no log of spectral-smooth"):
        EpochLog(path).append(measured())
    assert path.read_bytes() == content
    assert path.stat().st_mtime_ns == stamp
    with pytest.raises(InputError, match=r"is no log of spectral-smooth.*; name another file$") as caught:
        read_log(path)
    assert "delete" not in str(caught.value)


def test_a_log_that_another_writer_of_json_wrote_anew_is_read_and_its_damage_named(path):
    write_run(path, 3)
    data = [json.loads(line) for line in lines_of(path)]
    for style in ({"separators": (",", ":")}, {"sort_keys": True}):
        path.write_text("\n".join(json.dumps(one, **style) for one in data))
        assert read_log(path).epochs.tolist() == [0, 1, 2]
        assert EpochLog(path).append(measured()).epoch == 3
    compact = json.dumps(data[0], separators=(",", ":"))
    path.write_text(compact[:300] + "\n" + compact + "\n")
    with pytest.raises(InputError, match=r"line 1 of .* is damaged: it is no JSON from character"):
        read_log(path)


MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_byte_order_mark_of_an_editor_does_not_matter(path, end):
    EpochLog(path).append(measured())
    path.write_bytes(MARK + path.read_bytes().rstrip() + end.encode())
    assert read_log(path).epochs.tolist() == [0]
    assert [EpochLog(path).append(measured()).epoch for _ in range(2)] == [1, 2]
    assert read_log(path).epochs.tolist() == [0, 1, 2]
    assert read_log(path).notices == ()
    assert path.read_bytes().count(MARK) == 1


def test_a_byte_order_mark_alone_or_before_a_torn_line(path):
    path.write_bytes(MARK)
    with pytest.raises(InputError, match="is empty: no epoch has been logged yet"):
        read_log(path)
    assert EpochLog(path).append(measured()).epoch == 0
    line = path.read_bytes()
    assert line.startswith(MARK + HEAD)
    for cut in (4, 40, len(line) - 20):
        path.write_bytes(line[:cut])
        with pytest.raises(InputError, match="holds only a torn line"):
            read_log(path)
        with pytest.warns(UserWarning, match="was torn"):
            assert EpochLog(path).append(measured()).epoch == 0
        assert path.read_bytes().startswith(MARK + HEAD)
        assert read_log(path).epochs.tolist() == [0]


def test_a_record_of_another_version_is_not_added_to(path):
    data = {**EpochRecord.of(measured(), 0, {}).to_dict(), "version": 2}
    path.write_text(json.dumps(data) + "\n")
    before = path.read_bytes()
    with pytest.raises(InputError, match="version 2; version 1 is read here"):
        EpochLog(path).append(measured())
    assert path.read_bytes() == before


def test_a_log_whose_last_line_is_damaged_is_not_added_to(path):
    EpochLog(path).append(measured())
    content = path.read_bytes() + b"garbage\n"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"the last line of .* is damaged"):
        EpochLog(path).append(measured())
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", [".", "no/such/folder/run.jsonl"])
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, name):
    with pytest.raises(OutputError, match="cannot be written"):
        EpochLog(tmp_path / name).append(measured())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_what_is_no_regular_file_is_refused(path):
    os.mkfifo(path)
    with pytest.raises(OutputError, match="not a regular file"):
        EpochLog(path).append(measured())


def test_a_full_disk_leaves_the_log_as_it_was(path, monkeypatch):
    log = EpochLog(path)
    log.append(measured())
    before = path.read_bytes()
    real, calls = os.write, []

    def half(handle, data):
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(handle, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OutputError, match="No space left on device"):
        log.append(measured())
    monkeypatch.undo()
    assert len(calls) == 2
    assert path.read_bytes() == before


def test_a_system_that_takes_little_at_a_time_gets_all(path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:1000]))
    EpochLog(path).append(measured())
    monkeypatch.undo()
    assert read_log(path).epochs.tolist() == [0]


# crashes


def test_a_log_cut_at_every_byte_of_its_last_line_is_read_and_goes_on(path, recwarn):
    write_run(path, 3, layers=2, labels=False)
    whole = path.read_bytes()
    start = whole.rstrip().rfind(b"\n") + 1
    log, found = EpochLog(path), monitoring([0.5, 0.5], labels=False)
    for end in range(start, len(whole) + 1):
        path.write_bytes(whole[:end])
        run = read_log(path)
        complete = end >= len(whole) - 1
        torn = start < end < len(whole) - 1
        assert run.epochs.tolist() == ([0, 1, 2] if complete else [0, 1])
        assert any("line 3) is torn" in notice for notice in run.notices) == torn
        # going on is slow, because it syncs: at some of the bytes, and at both ends
        if end % 97 == 0 or end - start < 3 or len(whole) - end < 3:
            recwarn.clear()
            assert log.append(found).epoch == (3 if complete else 2)
            assert [f"torn ({end - start:,} bytes" in str(one.message) for one in recwarn] == [True] * torn
            kept = whole if complete else whole[:start]
            assert path.read_bytes().startswith(kept)
            assert read_log(path).notices == ()


def test_the_very_first_line_may_be_torn(path):
    line = EpochRecord.of(measured(), 4, {}).to_line()
    for end in (1, 10, len(HEAD), len(HEAD) + 1, 500, len(line) - 2):
        path.write_bytes(line[:end])
        with pytest.raises(InputError, match="holds only a torn line: no epoch has been logged yet"):
            read_log(path)
        with pytest.warns(UserWarning, match="was torn"):
            record = EpochLog(path).append(measured())
        assert record.epoch == 0
        assert len(lines_of(path)) == 1


def test_an_empty_file_is_a_log_without_epochs(path):
    path.touch()
    with pytest.raises(InputError, match="is empty: no epoch has been logged yet"):
        read_log(path)
    assert EpochLog(path).append(measured()).epoch == 0
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_log(path.with_name("absent"))


def test_zero_bytes_that_a_power_cut_left_are_torn(path):
    write_run(path, 2)
    path.write_bytes(path.read_bytes() + bytes(700))
    assert any("torn" in notice for notice in read_log(path).notices)
    with pytest.warns(UserWarning, match="700 bytes"):
        EpochLog(path).append(measured())
    assert read_log(path).epochs.tolist() == [0, 1, 2]


def test_a_torn_tail_that_is_no_record_is_not_cut_off(path):
    write_run(path, 2)
    content = path.read_bytes() + b"my notes"
    path.write_bytes(content)
    with pytest.raises(InputError, match="line 3"):
        read_log(path)
    with pytest.raises(InputError, match="the last line"):
        EpochLog(path).append(measured())
    assert path.read_bytes() == content


def test_the_warning_comes_after_the_line_is_safe(path):
    write_run(path, 2)
    path.write_bytes(path.read_bytes()[:-30])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="before epoch 1 was added"):
            EpochLog(path).append(measured())
    assert read_log(path).epochs.tolist() == [0, 1]


WRITER = """
import sys
sys.path[:0] = [{tests!r}]
from epoch_runs import measured
from spectral_smooth.monitoring.epochs.log import EpochLog
log, found = EpochLog({path!r}), measured()
print("ready", flush=True)
for _ in range({count}):
    log.append(found)
"""


def start_writer(path, count):
    text = textwrap.dedent(WRITER).format(tests=str(Path(__file__).parents[1]), path=str(path), count=count)
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)


def test_a_killed_writer_leaves_a_log_that_goes_on(path):
    writer = start_writer(path, 100_000)
    assert writer.stdout.readline() == "ready\n"
    while not path.exists() or path.stat().st_size < 100_000:
        assert writer.poll() is None
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    before = read_log(path).epochs
    assert before.tolist() == list(range(len(before)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert EpochLog(path).append(measured()).epoch == len(before)
    assert read_log(path).notices == ()


@pytest.mark.skipif(sys.platform == "win32", reason="files are locked on POSIX only")
def test_writers_at_the_same_time_do_not_mix_and_share_no_epoch(path):
    processes = [start_writer(path, 12) for _ in range(2)]

    def write():
        for _ in range(12):
            EpochLog(path).append(measured())

    threads = [threading.Thread(target=write) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for one in processes:
        one.communicate()
        assert one.returncode == 0
    run = read_log(path)
    assert run.epochs.tolist() == list(range(48))
    assert run.notices == ()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40))
def test_only_beginnings_of_a_record_are_torn(tail):
    assert is_torn(HEAD + tail) == (not _is_json(HEAD + tail))
    assert is_torn(tail) == (not tail.strip(b"\0") or HEAD.startswith(tail) or tail.startswith(HEAD))


def _is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# runs


def test_a_run_is_what_was_logged(path):
    log, stacks = EpochLog(path), [monitoring(smoothing(i, 5)) for i in range(5)]
    for i, found in enumerate(stacks):
        log.append(found, 10 * i, loss=1.0 / (1 + i), **({"rare": 3.0} if i == 2 else {}))
    run = read_log(path)
    assert run.epochs.tolist() == [0, 10, 20, 30, 40]
    for name in ("collapse", "effective_rank", "class_share"):
        oracle = np.array([found.values(name) for found in stacks]).T
        np.testing.assert_allclose(run.grid(name), oracle, rtol=1e-8)
    np.testing.assert_allclose(run.numbers["loss"], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    np.testing.assert_array_equal(run.numbers["rare"], [np.nan, np.nan, 3.0, np.nan, np.nan])
    assert run.class_values["class_distance"].shape == (2, 6, 5)
    assert run.diagnoses == tuple(found.diagnosis for found in stacks)
    layers = [found.diagnosis.layer for found in stacks]
    np.testing.assert_array_equal(run.onsets(), np.array(layers, dtype=float))
    assert run.notices == ()
    with pytest.raises(UsageError, match="no epoch has a measure 'smooth'; there are: "):
        run.grid("smooth")


def test_a_run_says_since_when_and_where(path):
    for healthy in (3, 0):
        path.unlink(missing_ok=True)
        for i in range(6):
            distances = [0.9, 0.8, 0.7] if i < healthy else [0.9, 0.05, 0.01]
            EpochLog(path).append(monitoring(distances, names=["a", "b", "c"]))
        run = read_log(path)
        assert run.since == healthy
        since = "since epoch 3" if healthy else "at every epoch"
        assert f"smoothing {since}, at the last one from layer 1 (b) on, towards constants" in str(run)
    EpochLog(path).append(monitoring([0.9, 0.8, 0.7]))
    run = read_log(path)
    assert run.since == 6
    assert "nothing wrong since epoch 6" in str(run)


def test_stretches_tile_the_run(path):
    pattern = [0, 0, 1, 1, 1, 0, 1]
    for bad in pattern:
        EpochLog(path).append(monitoring([0.9, 0.05 if bad else 0.8]))
    stretches = read_log(path).stretches()
    assert [(one.first, one.last, one.count) for one in stretches] == [
        (0, 1, 2),
        (2, 4, 3),
        (5, 5, 1),
        (6, 6, 1),
    ]
    assert [one.kind for one in stretches] == ["nothing wrong", "smoothing", "nothing wrong", "smoothing"]
    assert [one.onsets for one in stretches] == [None, (1, 1), None, (1, 1)]
    assert sum(one.count for one in stretches) == len(pattern)


def test_a_resumed_run_replaces_what_came_after(path):
    log = EpochLog(path)
    for i in range(8):
        log.append(monitoring([0.9, 0.8]), loss=float(i))
    for epoch in (5, None):
        log.append(monitoring([0.9, 0.7]), epoch, loss=-1.0)
    run = read_log(path)
    assert run.epochs.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert run.numbers["loss"].tolist() == [0, 1, 2, 3, 4, -1, -1]
    assert run.notices == (
        "line 9 goes back to epoch 5, as a resumed run does: what was logged of epochs 5 to 7 before is left out",
    )
    log.append(monitoring([0.9, 0.6]), 6)
    assert any("of epoch 6 before" in notice for notice in read_log(path).notices)


def test_many_notices_of_a_sort_are_counted(path):
    for i in range(10):
        EpochLog(path).append(monitoring([0.9], names=[f"name{i}"]))
    notices = read_log(path).notices
    assert len(notices) == 4
    assert "at epoch 1 layer 0 is called 'name1', 'name0' before" in notices[0]
    assert notices[-1] == "and 6 more like the last one"


def test_layers_graphs_classes_and_measures_may_change_and_that_is_said(path):
    log = EpochLog(path)
    log.append(monitoring([0.9, 0.8, 0.7], names=["a", "b", "c"]))
    log.append(monitoring([0.6, 0.5], names=["a", "x"], labels=False))
    other = {"name": "other", "nodes": 5, "edges": 4, "left_out": 0}
    log.append(monitoring([0.4], names=["a"], graph={**measured().graph, **other}))
    run = read_log(path)
    assert run.names == ("a", "x", "c")
    expected = [[0.9, 0.6, 0.4], [0.8, 0.5, np.nan], [0.7, np.nan, np.nan]]
    np.testing.assert_array_equal(run.grid("collapse"), expected)
    said = " ".join(run.notices)
    for words in (
        "at epoch 1 the number of layers is 2, 3 before",
        "at epoch 1 layer 1 is called 'x', 'b' before",
        "at epoch 2 the graph or operator is another: other (5 nodes, 4 edges)",
        "at epoch 1 the classes are others",
        "not logged at every epoch: between_scatter, within_scatter, class_share",
    ):
        assert words in said
    assert run.graph["name"] == "other"
    np.testing.assert_array_equal(
        np.isnan(run.class_values["class_distance"][0]), np.isnan(expected) | [0, 1, 0]
    )


def test_a_measure_that_old_lines_lack_is_nan_there(path):
    write_run(path, 3)
    first, *rest = (json.loads(line) for line in lines_of(path))
    del first["values"]["smv"], first["values"]["nearest_distance"]
    path.write_text("\n".join(json.dumps(one) for one in (first, *rest)) + "\n\n")
    run = read_log(path)
    assert np.isnan(run.grid("smv")[:, 0]).all()
    assert np.isfinite(run.grid("smv")[:, 1:]).all()
    assert "not logged at every epoch: smv, nearest_distance" in " ".join(run.notices)


def test_names_from_outside_come_back_as_they_were(path):
    names = ['"}\n{', "\u2028\ud800", "</script>", "\x1b[31m", "ü" * 300]
    EpochLog(path).append(monitoring([0.9] * 5, names=names), **{"a\nb": 1.0})
    assert len(lines_of(path)) == 1
    run = read_log(path)
    assert list(run.names) == names
    assert list(run.numbers) == ["a\nb"]


def test_a_run_goes_to_json_and_back(path):
    write_run(path, 4)
    EpochLog(path).append(monitoring([0.9, 0.8], labels=False), loss=float("nan"))
    run = read_log(path)
    text = run.to_json()
    assert "NaN" not in text
    again = EpochRun.from_dict(json.loads(text))
    assert again.to_json() == text
    assert str(again) == str(run)
    for data in ({}, [], {**json.loads(text), "version": 2}):
        with pytest.raises(InputError, match="no run of epochs"):
            EpochRun.from_dict(data)
    data = json.loads(text)
    del data["names"]
    with pytest.raises(InputError, match="is damaged: it lacks 'names'"):
        EpochRun.from_dict(data)
    for key, value in (("epochs", [2**63]), ("values", 1), ("diagnoses", [3])):
        with pytest.raises(InputError, match="is damaged: a part of it is not what a run holds"):
            EpochRun.from_dict({**json.loads(text), key: value})


def test_a_damaged_line_in_the_middle_is_named(path):
    write_run(path, 5)
    lines = lines_of(path)
    path.write_bytes(b"".join([*lines[:2], lines[2][:100] + b"\n", *lines[3:]]))
    with pytest.raises(InputError, match=r"line 3 of .* is damaged: it is no JSON .*; delete that line"):
        read_log(path)


def test_a_long_run_is_read_whole(path):
    lines = lines_of(write_run(path, 2, layers=3, labels=False))
    head, tail = lines[0].split(b'"epoch": 0,')
    path.write_bytes(b"".join(head + b'"epoch": %d,' % i + tail for i in range(10_000)))
    run = read_log(path)
    assert run.grid("collapse").shape == (3, 10_000)
    assert run.epochs[-1] == 9999
    assert len(run.stretches()) == 1


def test_a_number_that_is_not_finite_is_told_from_one_that_is_absent(path):
    log = EpochLog(path)
    for loss in (1.0, float("nan"), None, float("inf")):
        log.append(measured(), **({} if loss is None else {"loss": loss}))
    run = read_log(path)
    np.testing.assert_array_equal(run.numbers["loss"], [1.0, np.nan, np.nan, np.nan])
    assert run.notices == ("loss was not finite at 2 epochs, first at epoch 1",)


def test_one_epoch_of_one_layer(path):
    EpochLog(path).append(monitoring([0.5], labels=False))
    run = read_log(path)
    assert str(run) == "EpochRun of 1 layer at 1 epoch 0 on 'karate': nothing wrong at the only epoch"
    assert run.grid("collapse").shape == (1, 1)


def test_without_plain_smoothing_there_is_none_in_the_log(path):
    rng = np.random.default_rng(0)
    EpochLog(path).append(monitor(load("karate"), [rng.normal(size=(34, 4))], plain=False))
    assert "plain_collapse" not in read_log(path).values
