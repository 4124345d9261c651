import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.report import figures
from spectral_smooth.report.ends import SpectrumEnds

SINGLE = (
    figures.plot_decay,
    figures.plot_collapse,
    figures.plot_spectrum,
    figures.plot_degrees,
    figures.plot_components,
)


@pytest.fixture(autouse=True)
def quiet_backend():
    mpl.use("Agg")
    yield
    plt.close("all")


def clipped(figure):
    """Artists whose ink is cut off by the edge of the figure."""
    figure.canvas.draw()
    box = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    slack = 0.02
    return box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack


@pytest.mark.parametrize("plot", SINGLE)
def test_a_plot_returns_the_axes_it_was_given(cora, plot):
    figure, ax = plt.subplots()
    assert plot(cora, ax=ax) is ax
    assert figure.axes == [ax]


@pytest.mark.parametrize("plot", SINGLE)
def test_no_label_is_clipped(analysis, plot):
    ax = plot(analysis)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert not clipped(ax.figure)


def test_no_label_of_the_small_pictures_is_clipped(make):
    axes = figures.plot_measures(make("cora"))
    assert len(axes) == 14
    assert not clipped(axes[0].figure)
    assert len(axes[0].figure.axes) == len(axes)


@pytest.mark.parametrize("name", ["cora", "hostile"])
def test_no_label_of_the_overview_is_clipped(make, name):
    assert not clipped(figures.plot_overview(make(name)))


def test_decay_is_logarithmic_and_shows_what_was_measured(cora):
    ax = figures.plot_decay(cora)
    energy = cora.measured.curve("energy")
    (points,) = [line for line in ax.lines if line.get_label() == "measured"]
    np.testing.assert_array_equal(points.get_xdata(), energy.depths)
    np.testing.assert_allclose(points.get_ydata(), energy.value / energy.value[0])
    assert ax.get_yscale() == "log"


def test_the_band_is_the_prediction(cora):
    ax = figures.plot_decay(cora, names="deviation")
    predicted, start = cora.predicted.curve("deviation"), cora.measured.curve("deviation").at(0)[0]
    (band,) = ax.collections
    drawn = band.get_paths()[0].vertices
    for depth in (0, 7, 64):
        at = drawn[drawn[:, 0] == depth][:, 1]
        low, high = predicted.at(depth)
        assert at.min() == pytest.approx(low / start)
        assert at.max() == pytest.approx(high / start)


def test_zero_is_marked_at_the_foot_of_a_log_axis(make):
    ax = figures.plot_decay(make("no-limit"))
    (zeros,) = [line for line in ax.lines if line.get_label() == "measured: zero"]
    assert len(zeros.get_xdata()) == 24
    low, high = ax.get_ylim()
    assert np.all((zeros.get_ydata() >= low) & (zeros.get_ydata() < 10 * low))
    assert high > 1


def test_trajectories_work_without_an_analysis(cora):
    ax = figures.plot_decay(cora.predicted, cora.measured, names=("energy", "deviation"), threshold=1e-3)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "energy, predicted (bracket)",
        "energy, measured",
        "deviation, predicted (bracket)",
        "deviation, measured",
    ]
    # told apart without colour
    markers = {line.get_marker() for line in ax.lines if "measured" in line.get_label()}
    assert len(markers) == 2


def test_the_safe_interval_is_shaded_where_it_is(cora):
    ax = figures.plot_collapse(cora)
    (shade,) = [patch for patch in ax.patches if patch.get_label() == "safe depth lies here: 121–134"]
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (121, 134)
    assert shade.get_hatch()


def test_every_limit_is_a_level(cora):
    ax = figures.plot_collapse(cora)
    drawn = {
        line.get_ydata()[0]
        for line in ax.lines
        if len(set(line.get_ydata())) == 1 and len(line.get_ydata()) == 2
    }
    assert {limit.threshold for limit in cora.safe_depth.limits} <= drawn
    low, high = ax.get_ylim()
    assert all(low < limit.threshold < high for limit in cora.safe_depth.limits)


def test_a_safe_depth_beyond_the_picture_is_said(make):
    ax = figures.plot_collapse(make("no-limit"))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "safe depth: > 1,024 (not in this picture)" in labels


def test_both_ends_are_placed_by_artanh(cora):
    ax = figures.plot_spectrum(cora)
    (top,) = [line for line in ax.lines if line.get_label() == "largest μ"]
    np.testing.assert_allclose(np.tanh(top.get_xdata()), cora.spectrum["top"], rtol=1e-12)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "fixed space: μ = 1 (78 ×)" in labels
    assert "not computed" in labels


@pytest.mark.parametrize("top", [1 - 2.1e-10, 1.0, 0.3, -0.2])
@pytest.mark.parametrize("bottom", [-1.0, -0.99999, 0.0])
def test_the_spectrum_axis_holds_everything(top, bottom):
    ends = SpectrumEnds(np.array([top]), np.array([bottom]), max(abs(top), abs(bottom)), "1", complete=False)
    places = ends.place(np.array([top, bottom]))
    assert np.all(np.abs(places) <= ends.edge)
    ticks = [place for place, _ in ends.ticks()]
    assert ticks == sorted(ticks)
    assert ticks[-1] == ends.edge


def test_a_heavy_tail_is_log_log_and_counts_all_nodes(cora, make):
    ax = figures.plot_degrees(cora)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    light = {
        **cora.graph,
        "max_degree": 5,
        "degree_histogram": {"degree": [0, 1, 2, 3, 4, 5], "count": [1, 5, 9, 4, 0, 2]},
    }
    ax = figures.plot_degrees(make("cora", graph=light))
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "linear")
    assert sum(bar.get_height() * bar.get_width() for bar in ax.patches) == pytest.approx(21)


def test_small_multiples_use_the_axes_they_are_given(cora):
    _, grid = plt.subplots(1, 2)
    assert figures.plot_measures(cora, ["mad", "smv"], axes=list(grid)) == list(grid)
    with pytest.raises(UsageError, match="2 axes for 3 measures"):
        figures.plot_measures(cora, ["mad", "smv", "energy"], axes=list(grid))


def test_an_unknown_measure_is_refused(cora):
    with pytest.raises(UsageError, match="no curve named nothing"):
        figures.plot_decay(cora, names="nothing")
    with pytest.raises(UsageError, match="no curve named 'nothing'"):
        figures.plot_measure(cora, "nothing")


def test_a_name_with_dollars_is_no_formula():
    run = Trajectory((Curve.points("$x_$", np.arange(4), [4.0, 3.0, 2.0, 1.0]),), "gcn", "sgc", 3)
    ax = figures.plot_decay(run, names="$x_$")
    ax.figure.canvas.draw()
    assert "$" not in ax.get_ylabel()


def test_a_sampled_measurement_has_bars(cora):
    ax = figures.plot_measure(cora, "smv")
    (bars,) = ax.collections
    curve = cora.measured.curve("smv")
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, np.column_stack([curve.lower, curve.upper]))
