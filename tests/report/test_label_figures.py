import dataclasses

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from spectral_smooth.errors import UsageError
from spectral_smooth.report import advice_figures, graph_figures, label_figures
from spectral_smooth.report.node_bars import node_bars
from spectral_smooth.report.node_colors import COLORS

SINGLE = (
    advice_figures.plot_advice,
    advice_figures.plot_recall,
    advice_figures.plot_classes,
    label_figures.plot_label_spectrum,
    graph_figures.plot_groups,
    graph_figures.plot_nodes,
)


@pytest.fixture(autouse=True)
def quiet_backend():
    mpl.use("Agg")
    yield
    plt.close("all")


def clipped(figure):
    """Whether ink is cut off by the edge of the figure."""
    figure.canvas.draw()
    box = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    slack = 0.02
    return box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("plot", SINGLE)
def test_every_picture_of_every_graph_has_labels_and_none_is_clipped(labelled, plot):
    figure, ax = plt.subplots(figsize=(7.2, 5.0), layout="constrained")
    assert plot(labelled, ax=ax) is ax
    assert figure.axes == [ax]
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert not clipped(figure)
    assert not clipped(plot(labelled).figure)


def test_mixing_is_drawn_or_said(labelled):
    axes = label_figures.plot_signal_noise(labelled)
    assert len(axes) == 2
    assert not clipped(axes[0].figure)
    with pytest.raises(UsageError, match="there are 1 axes; expected two"):
        label_figures.plot_signal_noise(labelled, axes=axes[:1])


@pytest.mark.parametrize("color", COLORS)
def test_the_graph_is_drawn_in_every_colour(labelled, color):
    ax = graph_figures.plot_graph(labelled, color)
    assert ax.get_title(loc="left")
    assert not clipped(ax.figure)


@pytest.mark.parametrize("plot", [*SINGLE, graph_figures.plot_graph])
def test_an_analysis_of_version_one_says_that_it_has_none(cora, plot):
    ax = plot(cora)
    (sentence,) = [text.get_text() for text in ax.texts]
    assert sentence
    assert not ax.lines


@pytest.mark.parametrize("plot", [*SINGLE, graph_figures.plot_graph])
def test_hostile_texts_are_text(attack, plot):
    figure = plot(attack).figure
    figure.canvas.draw()
    assert not clipped(figure)


def test_the_advice_is_where_the_numbers_are(computed):
    analysis = computed("two-classes")
    advice = analysis.advice
    ax = advice_figures.plot_advice(analysis)
    (mark,) = [line for line in ax.lines if line.get_label().startswith("recommended depth")]
    assert set(mark.get_xdata()) == {advice.recommended_depth}
    (window,) = [patch for patch in ax.patches if "nothing measurable is lost" in str(patch.get_label())]
    left, right = window.get_x(), window.get_x() + window.get_width()
    assert left < advice.window[0] <= advice.window[1] < right
    outside = [d for d in advice.curve.depths if not advice.window[0] <= d <= advice.window[1]]
    assert not [d for d in outside if left <= d <= right]
    (curve,) = [line for line in ax.lines if line.get_label() == "on left-out training nodes"]
    known = np.isfinite(curve.get_ydata())
    middle = 0.5 * (advice.curve.lower + advice.curve.upper)
    np.testing.assert_allclose(curve.get_ydata()[known], middle[known])
    # where a side was cut at one the middle of both is not the accuracy, and nothing is drawn
    assert np.all(advice.curve.upper[~known] == 1.0)
    assert "guessing: 50 %" in labels_of(ax)


def test_without_labels_the_pictures_say_so(computed):
    for name in ("no-labels", "all-unknown"):
        ax = advice_figures.plot_advice(computed(name))
        assert "No depth is recommended" in ax.texts[0].get_text()
        assert not ax.lines


def test_minority_classes_come_first_and_the_rest_is_grey(computed):
    analysis = computed("minorities")
    found = {one.label: one for one in analysis.first.classes.classes}
    small = sorted((c for c in found.values() if c.minority), key=lambda c: c.count)
    named = [label for label in labels_of(advice_figures.plot_classes(analysis)) if label.startswith("class")]
    assert len(named) == 8
    assert [name.split()[1] for name in named[: len(small)]] == [str(c.label) for c in small]
    assert all("minority" in name for name in named[: len(small)])
    assert f"{len(found) - 8} other classes" in labels_of(advice_figures.plot_classes(analysis))


def test_two_classes_are_one_line(computed):
    ax = advice_figures.plot_classes(computed("two-classes"))
    lines = [line for line in ax.lines if str(line.get_label()).startswith("class")]
    assert [line.get_label() for line in lines] == ["classes 0 and 1 (one contrast)"]
    curve = computed("two-classes").first.classes.classes[0].predicted
    np.testing.assert_allclose(lines[0].get_ydata(), curve.value[: len(lines[0].get_ydata())])


def test_nodes_without_a_depth_are_hollow_and_named(computed):
    analysis = computed("blocks")
    nodes = analysis.first.nodes
    beyond = int(np.count_nonzero(nodes.lost < 0))
    ax = graph_figures.plot_graph(analysis, "lost")
    hollow = [one for one in ax.collections if str(one.get_label()).startswith("not within")]
    assert sum(len(one.get_offsets()) for one in hollow) == beyond
    drawn = sum(
        len(one.get_offsets()) for one in ax.collections if hasattr(one, "get_sizes") and len(one.get_sizes())
    )
    assert drawn == nodes.num_nodes


def test_every_node_has_its_class(computed):
    analysis = computed("minorities")
    ax = graph_figures.plot_graph(analysis, "class")
    shown = {
        str(one.get_label()): len(one.get_offsets())
        for one in ax.collections
        if "class" in str(one.get_label())
    }
    labels = np.asarray(analysis.first.drawing["labels"])
    for name, count in shown.items():
        if name.startswith("class"):
            assert count == np.count_nonzero(labels == int(name.split()[1]))
    assert sum(shown.values()) == np.count_nonzero(labels >= 0)


def test_shares_of_nodes_add_up(labelled):
    bars = node_bars(labelled.first.nodes)
    for values in bars.shares.values() if bars is not None else ():
        assert values.sum() == pytest.approx(1.0)
        assert len(values) == len(bars.names)


def test_an_unknown_colour_is_refused(computed):
    with pytest.raises(UsageError, match="cannot be coloured by 'beauty'"):
        graph_figures.plot_graph(computed("two-classes"), "beauty")


def test_a_large_graph_is_not_drawn(computed):
    analysis = computed("two-classes")
    large = dataclasses.replace(analysis, first=dataclasses.replace(analysis.first, drawing=None))
    ax = graph_figures.plot_graph(large)
    assert "more than 5,000 nodes" in ax.texts[0].get_text()


def test_mixing_marks_the_depths_beside_one_another(computed):
    analysis = computed("blocks")
    bottom = label_figures.plot_signal_noise(analysis)[1]
    shown = labels_of(bottom)
    assert f"recommended depth: {analysis.advice.recommended_depth}" in shown
    assert f"n* of the block model: {analysis.labels.block_model.model.best_depth}" in shown
    assert f"largest ratio, fixed: {analysis.labels.signal.best_fixed}" in shown
