import cases
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.report.density_figures import MOST_STEMS, plot_density, plot_eigenvalue_counts
from spectral_smooth.spectra.density.local import class_densities
from spectral_smooth.spectra.density.states import density_of_states


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


DENSITIES = {
    "sampled": lambda: density_of_states(symmetric(family("torus:25x26+30*star:3").graph), error=0.05),
    "kernel": lambda: density_of_states(
        gcn(family("grid:25x26").graph), method="kernel_polynomial", error=0.05
    ),
    "exact": lambda: density_of_states(cases.operator("karate", "gcn")),
    "complete": lambda: density_of_states(gcn(family("complete:90").graph)),
    "no edges": lambda: density_of_states(cases.operator("no edges", "symmetric")),
    "only fixed": lambda: density_of_states(cases.operator("no edges", "gcn")),
    "nothing": lambda: density_of_states(cases.operator("no edges", "symmetric"), features=np.ones((5, 1))),
    "class": lambda: class_densities(gcn(family("grid:25x26").graph), np.arange(650) // 325)[0],
}


@pytest.mark.parametrize("name", DENSITIES)
def test_every_density_is_drawn_with_labels_and_none_is_clipped(name):
    density = DENSITIES[name]()
    figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    assert plot_density(density, ax=ax) is ax
    assert not clipped(figure)
    assert not clipped(plot_density(density).figure)
    axes = plot_eigenvalue_counts(density)
    assert not clipped(axes[0].figure)
    assert ax.get_xlabel()
    for one in axes:
        assert one.get_xlabel()
        assert one.get_ylabel()


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_stems_are_shares_and_told_apart():
    density = DENSITIES["sampled"]()
    ax = plot_density(density)
    (beside,) = [one for one in ax.figure.axes if one is not ax]
    assert beside.get_ylabel() == "share in a spike"
    heights = np.concatenate([line.get_ydata() for line in beside.lines])
    assert sorted(heights) == pytest.approx(sorted(s.mass / density.total for s in density.spikes))
    markers = [line.get_marker() for line in beside.lines]
    assert len(set(markers)) == len(markers)
    assert any(label.startswith("fixed space") for label in labels_of(ax))


def test_only_the_largest_spikes_are_drawn():
    density = density_of_states(gcn(family("+".join(f"path:{n}" for n in range(2, 12))).graph))
    left_out = len(density.spikes) - MOST_STEMS
    assert left_out > 0
    assert f"{left_out} smaller spikes not drawn" in labels_of(plot_density(density))


def test_the_band_says_what_it_is():
    assert "95 % band" in labels_of(plot_eigenvalue_counts(DENSITIES["sampled"]())[0])
    assert "proven sides" in labels_of(plot_eigenvalue_counts(DENSITIES["class"]())[0])
    assert labels_of(plot_eigenvalue_counts(DENSITIES["exact"]())[0]) == ["exact"]


def test_the_slow_end_is_logarithmic_and_without_the_fixed_space():
    density = DENSITIES["exact"]()
    _, right = plot_eigenvalue_counts(density)
    assert right.get_xscale() == right.get_yscale() == "log"
    (line,) = right.lines
    assert line.get_ydata()[-1] == density.total - 1
    (text,) = plot_eigenvalue_counts(DENSITIES["only fixed"]())[1].texts
    assert text.get_text() == "there is nothing but the fixed space"


def test_the_number_of_axes_is_checked():
    with pytest.raises(UsageError, match="there are 1 axes; expected two"):
        plot_eigenvalue_counts(DENSITIES["exact"](), axes=[plt.gca()])
