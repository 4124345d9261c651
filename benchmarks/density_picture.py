"""Draw the picture of the documentation's page on the density of states.

Run ``python -m benchmarks.density_picture [FILE]``: the spectrum of Cora without loops,
``docs/pages/images/density.png`` by default.
"""

from __future__ import annotations

import sys
from pathlib import Path

import spectral_smooth as ss
from benchmarks.graphs import real
from spectral_smooth.report.density_figures import plot_density, plot_eigenvalue_counts
from spectral_smooth.spectra.density.states import density_of_states

PICTURE = Path(__file__).parents[1] / "docs" / "pages" / "images" / "density.png"


def main() -> int:
    """Draw and write."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    found = density_of_states(ss.symmetric(real("cora")))
    figure, axes = plt.subplot_mosaic(
        [["density"] * 2, ["all", "slow"]], figsize=(8.6, 7.2), layout="constrained"
    )
    plot_density(found, ax=axes["density"])
    plot_eigenvalue_counts(found, axes=[axes["all"], axes["slow"]])
    figure.savefig(path, dpi=110)
    print(found)
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
