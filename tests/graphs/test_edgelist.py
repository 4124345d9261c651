"""Edge lists in text: every layout that is read, and every line that is refused."""

import gzip
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.formats.edgelist import read_edgelist
from spectral_smooth.graphs.formats.reader import read, read_graph
from spectral_smooth.graphs.policies import Policies


def parse(text, **settings_):
    data = text if isinstance(text, bytes) else text.encode()
    return read_edgelist(data, "text", Policies(**settings_))


def edges(dataset):
    graph = dataset.graph
    names = dataset.node_names or [str(k) for k in range(graph.num_nodes)]
    return {frozenset((names[s], names[t])) for s, t in zip(graph.rows, graph.indices, strict=True)}


def note(dataset, topic):
    return " / ".join(n.text for n in dataset.notes if n.topic == topic)


PATH = {frozenset("01"), frozenset("12")}


@pytest.mark.parametrize(
    "text",
    [
        "0 1\n1 2\n",
        "0\t1\n1\t2",
        "0,1\n1,2\n",
        "0, 1\r\n1, 2\r\n",
        "0 1\r1 2\r",
        "\ufeff0 1\n1 2\n",
        "  0   1  \n\n\n 1\t2\n\n",
        "# comment\n% comment\n0 1 # why\n1 2 % because\n#end",
        "#\n0 1\n#0 2\n1 2",
        "source target\n0 1\n1 2\n",
        "FromNodeId\tToNodeId\n0\t1\n1\t2\n",
        "a,b\n0,1\n1,2\n",
        "# FromNodeId ToNodeId\n0 1\n1 2\n",
        "0.0 1.0\n1.0 2.0\n",
        "0 1\n1 0\n1 2\n2 1\n",
        "0 1 {}\n1 2 {}\n",
        "0 1 {'weight': 3}\n1 2 {'weight': 4}\n",
        "+0 1\n1 2e0\n",
        "id,source,target\n7,0,1\n8,1,2\n",
        "target,kind,source\n0,5,1\n1,5,2\n",
        '"0","1"\n"1","2"\n',
    ],
)
def test_the_same_path_in_every_layout(text):
    dataset = parse(text)
    assert dataset.graph.num_nodes == 3
    assert edges(dataset) == PATH
    assert dataset.graph.weights is None
    assert dataset.node_names is None


@pytest.mark.parametrize(
    "text",
    [
        "0 1 2.5\n1 2 4\n",
        "0,1,2.5\n1,2,4\n",
        "0\t1\t2.5e0\n1\t2\t4\n",
    ],
)
def test_a_third_column_is_used_when_asked_for_only(text):
    plain = parse(text)
    assert plain.graph.weights is None
    assert "ask for weight 'column3'" in note(plain, "weights")
    assert sorted(parse(text, weight="column3").graph.weights) == [2.5, 2.5, 4.0, 4.0]


@pytest.mark.parametrize("name", ["weight", "Weight", "edge_weight"])
def test_a_column_called_weight_is_used(name):
    dataset = parse(f"source,target,kind,{name}\n0,1,7,2.5\n1,2,8,4\n")
    assert sorted(dataset.graph.weights) == [2.5, 2.5, 4.0, 4.0]
    assert "column kind not used" in note(dataset, "weights")


def test_a_comment_may_name_the_columns():
    assert parse("# source target weight\n0 1 2.5\n").graph.weights.tolist() == [2.5, 2.5]


def test_any_column_may_be_asked_for():
    text = "person friend hours\nann ben 2\nben carl 3\n"
    assert sorted(parse(text, weight="hours").graph.weights) == [2, 2, 3, 3]
    assert sorted(parse(text, weight="column3").graph.weights) == [2, 2, 3, 3]


def test_weights_can_be_ignored():
    assert parse("source,target,weight\n0,1,nan\n", weight="none").graph.weights is None


def test_a_weight_that_is_not_there():
    with pytest.raises(UsageError, match="no weights called 'hours'; those it offers: column3"):
        parse("0 1 2\n", weight="hours")


def test_names():
    dataset = parse("ann ben\nben carl\nann ann\n")
    assert dataset.node_names == ("ann", "ben", "carl")
    assert edges(dataset) == {frozenset(("ann", "ben")), frozenset(("ben", "carl"))}
    assert "self-loop" in note(dataset, "self-loops")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("New York\tLos Angeles\nLos Angeles\tOslo\n", ("Los Angeles", "New York", "Oslo")),
        ("New York,Los Angeles\nLos Angeles,Oslo\n", ("Los Angeles", "New York", "Oslo")),
        ('"Smith, Jo",Ann\nAnn,Bo\n', ("Ann", "Bo", "Smith, Jo")),
        ("C# D\nD 50%\n", ("50%", "C#", "D")),
        ("Zoë Łuk\nŁuk 東京\n", ("Zoë", "Łuk", "東京")),
        ("007 x7\nx7 7\n", ("007", "7", "x7")),
        ("1_0 1\n1 2\n", ("1", "1_0", "2")),
    ],
)
def test_names_are_kept_as_written(text, names):
    dataset = parse(text)
    assert dataset.node_names == names
    assert dataset.graph.num_edges == 2


def test_a_single_odd_name_among_numbers_is_pointed_out():
    dataset = parse("0 1\n1 2\n2 x3\n0 3\n")
    assert dataset.graph.num_nodes == 5
    assert any(n.severity == "warning" and "'x3' on line 3" in n.text for n in dataset.notes)


@pytest.mark.parametrize("ids", [(3, 30, 300), (1, 2, 3), (5, 10**12, 10**17)])
def test_ids_with_gaps_are_numbered_in_order(ids):
    a, b, c = ids
    dataset = parse(f"{c} {a}\n{a} {b}\n")
    assert dataset.node_names == tuple(map(str, ids))
    assert edges(dataset) == {frozenset((str(a), str(c))), frozenset((str(a), str(b)))}
    assert "3 node ids" in note(dataset, "node ids")


def test_one_node():
    dataset = parse("0 0\n")
    assert (dataset.graph.num_nodes, dataset.graph.num_edges) == (1, 0)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "zero nodes"),
        ("# only a comment\n\n", "zero nodes"),
        ("source,target\n", "zero nodes"),
        ("0\n1\n", "line 1 has 1 column; expected at least two"),
        ("0 1\n\n# x\n2\n", "line 4 has 1 column, but line 1 has 2"),
        ("0 1\n1 2 3\n", "line 2 has 3 columns, but line 1 has 2"),
        ("0,1,1\n1,,2\n", "line 2 has an empty cell"),
        ("0,1\n1,2,\n", "line 2 has an empty cell"),
        ("a\tb\tc\nb\t\tc\n", "line 2 has an empty cell"),
        ("a,b\nb,c,d\n", "line 2 has 3 columns, but line 1 has 2"),
        ("source target weight\n0 1\n", "the header has 3 columns"),
        ("0 1\n-1 2\n", "line 2 has the node id -1, which is negative"),
        ("0 1\n1 2.5\n", "line 2 has the node id 2.5, which is not a whole number"),
        ("0 1\n1 nan\n", "line 2 has the node id nan"),
        ("0 1\n1 inf\n", "line 2 has the node id inf"),
        ("0 1\n1 99999999999999999999\n", "too large"),
        ("x,y,weight\n0,1,1\n1,2,nan\n", "line 3 has the weight nan"),
        ("x,y,weight\n0,1,1\n1,2,inf\n", "line 3 has the weight inf"),
        ("x,y,weight\n0,1,1\n1,2,-2\n", "line 3 has the weight -2"),
        ("x,y,weight\n0,1,1\n1,2,much\n", "line 3 has the weight 'much'"),
    ],
)
def test_refused_with_the_line(text, seen):
    with pytest.raises(InputError, match=seen):
        parse(text)


def test_a_header_keeps_the_line_numbers():
    with pytest.raises(InputError, match="line 5 has the node id -1"):
        parse("# a\n\nsource target\n0 1\n-1 2\n")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=15),
    st.sampled_from([" ", "\t", ",", "  ", ", "]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_separator_order_and_direction_do_not_matter(pairs, separator, header, random):
    plain = parse("".join(f"{s} {t}\n" for s, t in pairs))
    turned = [pair if random.random() < 0.5 else pair[::-1] for pair in pairs]
    random.shuffle(turned)
    first = separator.join(("source", "target")) + "\n" if header else ""
    other = parse(first + "".join(f"{s}{separator}{t}\n" for s, t in turned))
    assert other.node_names == plain.node_names
    np.testing.assert_array_equal(other.graph.indptr, plain.graph.indptr)
    np.testing.assert_array_equal(other.graph.indices, plain.graph.indices)


@given(st.text(alphabet=string.printable, max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        dataset = parse(text)
    except InputError as error:
        assert str(error)  # noqa: PT017
    else:
        assert dataset.graph.num_nodes >= 1


def test_files(tmp_path):
    plain, packed = tmp_path / "path.edges", tmp_path / "packed.txt.gz"
    plain.write_bytes(b"0 1\n1 2\n")
    packed.write_bytes(gzip.compress(b"0 1\n1 2\n"))
    assert read(plain).name == "path"
    assert read(packed).name == "packed"
    assert edges(read(packed)) == PATH
    assert read_graph(str(plain)).num_edges == 2
    # the content decides, not the extension
    packed.rename(tmp_path / "odd.npz")
    assert edges(read(tmp_path / "odd.npz")) == PATH


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1-2 3\n3 4\n", ("1-2", "3", "4")),
        ("1 --2\n1 3\n", ("--2", "1", "3")),
        ("1e5.3 .\n1 .\n", (".", "1", "1e5.3")),
        ("1.2.3.4 5.6.7.8\n5.6.7.8 9\n", ("1.2.3.4", "5.6.7.8", "9")),
    ],
)
def test_what_only_looks_like_numbers_is_a_name(text, names):
    dataset = parse(text)
    assert dataset.node_names == names
    assert dataset.graph.num_edges == 2


def test_numbers_at_the_end_of_their_range():
    largest = 2**63 - 1
    assert parse(f"0 {largest}\n").node_names == ("0", str(largest))
    with pytest.raises(InputError, match="too large"):
        parse("0 9007199254740993.0\n")


def test_a_cell_beyond_what_csv_takes():
    name = "x" * 200_000
    assert parse(f'"{name}",b\nb,c\n').graph.num_edges == 2


def test_a_tab_separated_file_with_one_line_of_spaces():
    assert edges(parse("a\tb\nb c\n")) == {frozenset("ab"), frozenset("bc")}


def test_a_single_line_of_names_is_an_edge_and_no_header():
    assert parse("ann ben").node_names == ("ann", "ben")
