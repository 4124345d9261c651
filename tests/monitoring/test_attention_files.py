import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.attention.attention import attention
from spectral_smooth.monitoring.attention.files import read_attention

PATH = ss.as_graph(nx.path_graph(3))
ENDS = np.array([[0, 1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 1, 2, 2]])
WEIGHTS = np.array([0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.9])


def refusal(path):
    with pytest.raises(InputError) as caught:
        attention(PATH, path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_one_file_with_shared_or_own_edges(tmp_path):
    layers = {f"attention_{k}": WEIGHTS for k in range(12)}
    expected = attention(PATH, [(ENDS, WEIGHTS)] * 12)
    np.savez(tmp_path / "shared.npz", edge_index=ENDS, **layers)
    assert attention(PATH, tmp_path / "shared.npz") == expected
    own = {f"edge_index_{k}": ENDS for k in range(12)}
    np.savez_compressed(tmp_path / "own.npz", **own, **layers)
    assert attention(PATH, str(tmp_path / "own.npz")) == expected


def test_layers_of_a_file_come_in_the_order_of_their_numbers(tmp_path):
    layers = {f"attention_{k}": np.full(2, k) for k in (10, 2, 3, 4, 5, 6, 7, 8, 9)}
    np.savez(tmp_path / "a.npz", edge_index=ENDS, **layers)
    assert [name for name, _ in read_attention(tmp_path / "a.npz")] == [str(k) for k in range(2, 11)]


def test_own_edges_go_before_shared_ones(tmp_path):
    loops = np.array([[0, 1, 2], [0, 1, 2]])
    np.savez(
        tmp_path / "a.npz", edge_index=ENDS, attention_0=WEIGHTS, edge_index_1=loops, attention_1=np.ones(3)
    )
    assert attention(PATH, tmp_path / "a.npz").edges == (7, 3)


def test_a_folder_is_read_in_natural_order_and_the_rest_of_it_left_alone(tmp_path):
    for k in (10, 2, 1):
        np.savez(tmp_path / f"layer_{k}.npz", edge_index=ENDS, attention=WEIGHTS)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden.npz").write_text("x")
    assert attention(PATH, tmp_path).names == ("layer_1", "layer_2", "layer_10")
    assert attention(PATH, tmp_path / "layer_2.npz").names == ("layer_2",)


def test_files_that_cannot_be_read_have_a_sentence(tmp_path):
    assert "no such file or folder" in refusal(tmp_path / "absent.npz")
    assert "no .npz file" in refusal(tmp_path)
    (tmp_path / "model.pt").write_bytes(b"PK\x03\x04")
    assert "pickles" in refusal(tmp_path)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    assert "truncated or damaged" in refusal(broken)
    np.savez(broken, edge_index=ENDS, attention_0=WEIGHTS)
    broken.write_bytes(broken.read_bytes()[:-40])
    assert "truncated or damaged" in refusal(broken)


def test_a_damaged_array_is_named(tmp_path):
    file = tmp_path / "a.npz"
    np.savez(file, edge_index=ENDS, attention_0=WEIGHTS)
    content = file.read_bytes()
    file.write_bytes(content.replace(np.float64(0.8).tobytes(), np.float64(0.7).tobytes()))
    assert "'attention_0' is damaged" in refusal(file)


def test_pickled_arrays_are_never_opened(tmp_path):
    np.savez(tmp_path / "a.npz", edge_index=ENDS, attention_0=np.array([{}] * 7, dtype=object))
    assert "Python objects" in refusal(tmp_path / "a.npz")


def test_missing_arrays_and_layers_are_named(tmp_path):
    file = tmp_path / "a.npz"
    np.savez(file, attention_0=WEIGHTS)
    assert "no array edge_index or edge_index_0 (there are attention_0)" in refusal(file)
    np.savez(file, edge_index=ENDS)
    assert "no array attention" in refusal(file)
    np.savez(file, edge_index=ENDS, attention_0=WEIGHTS, attention_2=WEIGHTS)
    assert "after attention_0 comes attention_2" in refusal(file)
    file.unlink()
    np.savez(tmp_path / "b.npz", edge_index=ENDS)
    assert "b.npz" in refusal(tmp_path)
