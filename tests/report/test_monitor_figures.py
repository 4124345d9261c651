from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from monitored import BAD, monitored

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.catalog import load
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.monitor import monitor
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import DASHES, MARKERS
from spectral_smooth.report.monitoring import attention_charts, charts, figures, group_charts
from spectral_smooth.report.monitoring.chart import ChartLine, LineLook, free_axis, log_axis, share_axis
from spectral_smooth.report.monitoring.painter import RANGE, ZERO, paint
from spectral_smooth.report.monitoring.plots import chart_plot
from spectral_smooth.report.monitoring.ticks import layer_ticks, short_name

MAKERS = {
    "cosine": lambda r: charts.cosine_charts(r)[0],
    "one-minus-cosine": lambda r: charts.cosine_charts(r)[1],
    "distance": charts.distance_chart,
    "rank": charts.rank_chart,
    "column": charts.column_chart,
    "size": charts.size_chart,
    "within": lambda r: group_charts.class_charts(r)[0],
    "contrast": lambda r: group_charts.class_charts(r)[1],
    "component": group_charts.component_chart,
    "measure": lambda r: charts.measure_chart(r, "edge_ratio"),
}


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
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def line_of(ax, label):
    (line,) = [one for one in ax.lines if one.get_label() == label]
    return line


def charts_of(result):
    made = [make(result) for make in MAKERS.values()]
    return made if result.attention is None else [*made, *attention_charts.attention_charts(result.attention)]


@pytest.mark.parametrize("name", ["smoothing", "deep", "one-layer", "long-names", "hostile", "unbounded"])
def test_the_overview_has_every_label_and_none_is_clipped(name):
    figure = figures.plot_monitor_overview(monitored(name))
    assert len(figure.axes) == 6
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    assert not clipped(figure)


@pytest.mark.parametrize("name", ["many-classes", "many-components", "exact-zeros", "attention"])
def test_single_pictures_take_axes_and_are_not_clipped(name):
    result = monitored(name)
    figure, axes = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
    assert figures.plot_layer_classes(result, axes=list(axes[0])) == list(axes[0])
    assert figures.plot_layer_components(result, ax=axes[1, 0]) is axes[1, 0]
    assert figures.plot_layer_measure(result, "effective_rank", ax=axes[1, 1]) is axes[1, 1]
    assert not clipped(figure)
    if result.attention is not None:
        assert not clipped(figures.plot_layer_attention(result)[0].figure)


@pytest.mark.parametrize(
    "plot",
    [
        figures.plot_layer_distances,
        figures.plot_layer_ranks,
        figures.plot_layer_columns,
        figures.plot_layer_sizes,
        figures.plot_layer_components,
    ],
)
def test_a_new_figure_holds_all_its_ink(plot):
    assert not clipped(plot(monitored("hostile")).figure)


def test_cosines_are_the_numbers_and_their_distance_to_one_is_exact():
    result = monitored("deep")
    near, far = figures.plot_layer_cosines(result)
    np.testing.assert_array_equal(line_of(near, "all pairs").get_ydata(), result.values("mean_cosine"))
    np.testing.assert_array_equal(line_of(far, "all pairs").get_ydata(), result.values("mad"))
    assert (near.get_yscale(), far.get_yscale()) == ("linear", "log")
    plain = [layer.values["mean_cosine"] for layer in result.plain.layers]
    np.testing.assert_array_equal(line_of(near, "all pairs, plain smoothing").get_ydata(), plain)


def test_labels_add_pairs_within_and_between_classes():
    with_labels, without = (figures.plot_layer_cosines(monitored(n))[0] for n in ("smoothing", "deep"))
    assert {"within classes", "between classes"} <= set(labels_of(with_labels))
    assert not {"within classes", "between classes"} & set(labels_of(without))


def test_the_threshold_is_a_level_and_the_onset_is_where_it_was_found():
    result = monitored("smoothing")
    finding = result.diagnosis.findings[0]
    ax = figures.plot_layer_distances(result)
    assert line_of(ax, f"smoothing from layer {finding.layer} on").get_xdata()[0] == finding.layer
    levels = {line.get_ydata()[0] for line in ax.lines if len(line.get_ydata()) == 2}
    assert finding.threshold in levels
    assert any("threshold 0.1" in text.get_text() for text in ax.texts)
    (span,) = [patch for patch in ax.patches if patch.get_label() == RANGE]
    assert (span.get_x(), span.get_x() + span.get_width()) == (finding.earliest, finding.latest)


@pytest.mark.parametrize("smooth", [0.1, 0.02])
def test_the_threshold_that_was_used_is_a_level(smooth):
    result = monitored("healthy")
    used = replace(result.diagnosis, thresholds=Thresholds(smooth=smooth))
    ax = figures.plot_layer_distances(replace(result, diagnosis=used))
    assert any(text.get_text() == f"threshold {smooth}" for text in ax.texts)
    assert not any("from layer" in label for label in labels_of(ax))


def test_the_eigenspace_is_drawn_as_it_was_measured():
    result = monitored("deep")
    most = charts.shown_modes(result)
    ax = figures.plot_layer_distances(result)
    drawn = line_of(ax, f"to the top-{most + 1} eigenspace").get_ydata()
    for value, layer in zip(drawn, result.layers, strict=True):
        assert value == layer.modes[most] or (np.isnan(value) and layer.modes[most] == 0)


def test_exact_zeros_are_marked_at_the_foot_of_a_log_axis():
    result = monitored("exact-zeros")
    ax = figures.plot_layer_distances(result)
    zeros = [line for line in ax.lines if line.get_label() == ZERO]
    places = {int(x) for line in zeros for x in line.get_xdata()}
    assert places == {4}
    low, high = ax.get_ylim()
    assert all(low < y < 2 * low < high for line in zeros for y in line.get_ydata())


def test_a_layer_of_zeros_is_a_gap_and_not_a_smooth_layer():
    result = monitored("exact-zeros")
    near, far = figures.plot_layer_cosines(result)
    drawn = line_of(near, "all pairs").get_ydata()
    assert np.isfinite(drawn[:5]).all()
    assert np.isnan(drawn[5])
    assert "layer 5 is zero at every node: a gap here" in near.get_xlabel()
    assert np.isnan(line_of(far, "neighbours").get_ydata()[5])
    assert charts.measure_chart(result, "collapse").notes
    middles = {name: charts.measure_chart(result, name).lines[0].middle for name in result.measures}
    assert {name for name, middle in middles.items() if np.isnan(middle).any()} >= {
        "collapse",
        "smv",
        "edge_cosine",
    }
    assert middles["dead_columns"][5] == 1.0
    assert middles["rms"][5] == middles["effective_rank"][5] == 0.0
    for chart in group_charts.class_charts(result):
        assert all(np.isnan(line.middle[5]) for line in chart.lines)
    assert not charts.measure_chart(monitored("smoothing"), "collapse").notes


def test_a_gap_in_the_middle_interrupts_the_line():
    line = ChartLine.points("x", [1.0, None, 3.0, 4.0], LineLook(), first=1).broken([2, 3])
    assert line.layers.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(line.middle, [1.0, np.nan, np.nan, 4.0])
    assert line.broken([]) is line
    np.testing.assert_array_equal(line.drawn(log_axis([line])), line.middle)


@given(
    st.lists(
        st.tuples(st.floats(1e-3, 1e3), st.floats(0.0, 3.0), st.floats(0.0, 30.0)), min_size=1, max_size=9
    )
)
def test_an_axis_holds_the_bars(rows):
    value, below, above = np.array(rows).T
    line = ChartLine(
        "x", np.arange(len(rows)), value, value / (1.0 + below), value * (1.0 + above), LineLook()
    )
    for axis in (share_axis([line]), log_axis([line]), free_axis([line])):
        assert axis.low < line.lower.min()
        assert line.upper.max() < axis.high


def test_a_bar_that_reaches_below_zero_runs_into_the_foot_of_a_log_axis():
    values = np.array([1.0, 100.0])
    line = ChartLine("x", np.arange(2), values, np.array([-3.0, 90.0]), np.array([5.0, 110.0]), LineLook())
    axis = log_axis([line])
    assert axis.log
    assert 0.1 < axis.low < 1.0


def test_heads_and_components_that_are_not_drawn_are_counted():
    found = monitored("attention").attention
    assert attention_charts.contraction_chart(found).notes == ()
    whole = found.contraction[0]
    many = replace(found, contraction=(replace(whole, heads=whole.heads * 2), *[whole] * 6))
    chart = attention_charts.contraction_chart(many)
    assert chart.notes == (
        "4 of 8 heads are drawn, the first ones",
        "3 of 6 components are drawn; the table has them all",
    )
    assert len([line for line in chart.lines if line.label.startswith("head")]) == 4


def test_what_comes_from_a_sample_of_rows_without_an_error_says_so():
    note = "ranks and columns are taken from 3,000 of 90,000 rows in at least one layer"
    result = monitored("smoothing")
    sampled = replace(result, notes=(*result.notes, note))
    for make in (charts.rank_chart, charts.column_chart):
        assert make(sampled).notes == (f"{note}; without a standard error",)
        assert make(result).notes == ()
    said = {name for name in result.measures if charts.measure_chart(sampled, name).notes}
    assert said == set(charts.OF_ROWS)
    assert "3,000 of 90,000" in figures.plot_layer_ranks(sampled).get_xlabel()


def test_small_pictures_number_their_layers():
    chart = charts.measure_chart(monitored("smoothing"), "collapse")
    small, large = chart_plot(chart, small=True), chart_plot(chart)
    assert all(text.isdigit() for text in small.xaxis[0].major_label_overrides.values())
    assert not all(text.isdigit() for text in large.xaxis[0].major_label_overrides.values())


def test_values_that_are_600_decades_apart_have_their_places():
    x = np.random.default_rng(0).normal(size=(34, 4))
    result = monitor(load("karate"), [x * 1e300, x * 1e-300, 0.0 * x], plain=False)
    plot = chart_plot(charts.measure_chart(result, "rms"), small=True)
    assert plot.y_range.end - plot.y_range.start == pytest.approx(600.0, rel=0.3)
    ticks = plot.yaxis[0].ticker.ticks
    assert 3 <= len(ticks) <= 8
    assert plot.yaxis[0].major_label_overrides[0] == "1e0"
    (points,) = [one for one in plot.renderers if "told" in getattr(one.data_source, "data", {})]
    assert points.data_source.data["told"][0] == numbers.number(result.values("rms")[0])
    places = points.data_source.data["y"]
    np.testing.assert_allclose(places[:2], np.log10(result.values("rms")[:2]))
    assert plot.y_range.start < places[2] < min(places[:2])
    ax = figures.plot_layer_measure(result, "rms")
    (zero,) = [line for line in ax.lines if line.get_label() == ZERO]
    assert 0 < zero.get_ydata()[0] < 1e-250
    assert not clipped(ax.figure)
    assert len(ax.get_yticks()) >= 5


@pytest.mark.parametrize("size", [1e304, 1e-300])
def test_values_at_the_ends_of_float64_are_drawn_with_ticks(size):
    x = np.random.default_rng(0).normal(size=(34, 4)) * size
    chart = charts.measure_chart(monitor(load("karate"), [x, x / 2], plain=False), "rms")
    figure, ax = plt.subplots(layout="constrained")
    paint(ax, replace(chart, axis=log_axis(chart.lines)))
    assert not clipped(figure)
    assert len(ax.get_yticks()) >= 1


def test_a_long_legend_makes_a_figure_taller():
    few, many = (figures.plot_layer_classes(monitored(n))[0] for n in ("smoothing", "many-classes"))
    heights = []
    for ax in (few, many):
        ax.figure.canvas.draw()
        heights.append(ax.get_window_extent().height)
    assert heights[1] > 0.9 * heights[0]


def test_sampled_values_have_bars_of_two_standard_errors():
    result = monitored("sampled")
    ax = figures.plot_layer_measure(result, "normalized_energy")
    (bars,) = [one for one in ax.collections if one.get_label() == "± 2 s.e."]
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    values = np.array(result.values("normalized_energy"))
    errors = np.array([layer.errors["normalized_energy"] for layer in result.layers])
    np.testing.assert_allclose(ends, np.column_stack([values - 2 * errors, values + 2 * errors]))
    assert "± 2 s.e." not in labels_of(figures.plot_layer_measure(result, "effective_rank"))


@pytest.mark.parametrize(
    "name", ["smoothing", "deep", "exact-zeros", "many-classes", "many-components", "attention"]
)
def test_lines_are_told_apart_without_colour(name):
    for chart in charts_of(monitored(name)):
        looks = {}
        for line in chart.lines:
            looks.setdefault(line.label, (line.look.dash, line.look.marker, line.sides, line.look.width))
        assert len(set(looks.values())) == len(looks), chart.title


@pytest.mark.parametrize("name", ["smoothing", "one-layer", "exact-zeros", "many-classes", "attention"])
def test_both_libraries_draw_the_same_lines(name):
    for chart in charts_of(monitored(name)):
        figure, ax = plt.subplots()
        shown = labels_of(paint(ax, chart, legend=2))
        plt.close(figure)
        plot = chart_plot(chart)
        if chart.empty:
            assert plot is None
            continue
        assert sorted(item.label.value for item in plot.legend[0].items) == sorted(shown)
        assert (plot.y_range.start, plot.y_range.end) == pytest.approx(ax.get_ylim())
        assert (plot.x_range.start, plot.x_range.end) == pytest.approx(ax.get_xlim())


def test_eight_classes_have_a_name_and_the_rest_is_grey():
    result = monitored("many-classes")
    within, _ = figures.plot_layer_classes(result)
    named = [label for label in labels_of(within) if label.startswith("class")]
    assert len(named) == 8
    assert "242 other classes" in labels_of(within)
    largest = max(result.class_counts)
    assert f"({largest} nodes)" in named[0]
    assert len([line for line in within.lines if line.get_label() == "242 other classes"]) == 242


def test_without_labels_the_pictures_say_so():
    for ax in figures.plot_layer_classes(monitored("deep")):
        assert [text.get_text() for text in ax.texts] == ["no node has a known label"]
        assert not ax.lines


def test_plain_smoothing_is_beside_measures_that_do_not_depend_on_size_only():
    result = monitored("smoothing")
    assert charts.plain_curve(result, "mad") is not None
    assert charts.plain_curve(result, "edge_energy") is None
    assert charts.plain_curve(monitored("one-layer"), "mad") is None


def test_a_value_that_was_not_kept_is_not_drawn():
    chart = charts.measure_chart(monitored("unbounded"), "rms")
    assert chart.lines[0].layers.tolist() == [0, 1, 2, 3, 4]
    assert np.isfinite(chart.axis.high)


def test_the_wrong_number_of_axes_and_unknown_names_are_refused():
    result = monitored("smoothing")
    _, ax = plt.subplots()
    with pytest.raises(UsageError, match="there are 1 axes; expected two"):
        figures.plot_layer_cosines(result, axes=[ax])
    with pytest.raises(UsageError, match="no layer has a measure 'beauty'"):
        figures.plot_layer_measure(result, "beauty")
    with pytest.raises(UsageError, match="'mad' is not kept by component"):
        figures.plot_layer_components(result, "mad")
    with pytest.raises(UsageError, match="no attention was measured"):
        figures.plot_layer_attention(result)
    with pytest.raises(UsageError, match="there are 1 axes; expected 4"):
        figures.plot_layer_attention(monitored("attention"), axes=[ax])


@given(st.lists(st.text(max_size=40), min_size=1, max_size=200), st.integers(10, 120), st.integers(0, 1))
def test_ticks_are_whole_numbers_of_layers_that_fit(names, room, first):
    ticks = layer_ticks(names, first=first, room=room)
    assert len(ticks.places) == len(ticks.texts) >= 1
    assert set(ticks.places) <= set(range(first, first + len(names)))
    assert not any("$" in text or "\\" in text for text in ticks.texts)
    if not ticks.named:
        assert [str(place) for place in ticks.places] == list(ticks.texts)
        assert len(ticks.places) == 1 or sum(len(text) + 1 for text in ticks.texts) <= room
    elif not ticks.slanted:
        assert sum(len(text.partition("\n")[2]) + 1 for text in ticks.texts) <= room


def test_names_are_short_harmless_and_told_only_where_they_say_more():
    assert layer_ticks(["0", "1", "2"]).texts == ("0", "1", "2")
    assert layer_ticks(["a.0.b", "a.1.b"]).texts == ("0", "1")
    long = layer_ticks([f"encoder.block{i}.attention.dense" for i in range(12)], room=40)
    assert long.slanted
    assert long.texts[11] == "11 block11"
    assert len(short_name(BAD)) <= 14
    assert not set(short_name(BAD, 200)) & set("$\\\x1b\n")


def test_a_line_leaves_out_what_is_not_there():
    line = ChartLine.points("x", [1.0, None, float("inf"), 2.0], LineLook())
    assert line.layers.tolist() == [0, 3]
    assert len(DASHES) == 6
    assert len(MARKERS) == 8
