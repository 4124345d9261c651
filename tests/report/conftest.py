"""Analyses made by hand: what a report meets, without computing anything."""

from __future__ import annotations

import dataclasses
import functools

import matplotlib as mpl
import numpy as np
import pytest
from scipy.sparse import csr_array

from spectral_smooth.analysis.first import FirstToGo
from spectral_smooth.analysis.labels import LabelReport
from spectral_smooth.analysis.plan import Plan
from spectral_smooth.analysis.result import Analysis
from spectral_smooth.analysis.run import analyze
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.compare import Comparison
from spectral_smooth.depth.rate import RateFit
from spectral_smooth.depth.safe import Limit, SafeDepth
from spectral_smooth.depth.verdict import Verdict
from spectral_smooth.graphs.catalog import load
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.models import csbm
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.operators.rule import concat
from spectral_smooth.report.html import render_html

mpl.use("Agg")

HOSTILE = "</script><b>x"
STATE_DEPTHS = np.array([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
STATES = {
    "edge_energy": lambda k: 900.0 * 0.8**k + 27.0,
    "normalized_energy": lambda k: 300.0 * 0.9**k,
    "edge_rayleigh": lambda k: 0.7 / (1.0 + k),
    "mean_deviation": lambda k: 50.0 * 0.95**k + 1.5,
    "mean_cosine": lambda k: 1.0 - 0.9 * 0.9**k,
    "mad": lambda k: 0.9 * 0.9**k,
    "mad_nonzero": lambda k: 0.93 * 0.95**k,
    "smv": lambda k: 0.7 * 0.95**k,
    "row_difference": lambda k: np.where(k > 40, 0.0, 1.1 * 0.8**k),
    "column_difference": lambda k: 0.4 * 0.99**k,
    "stable_rank": lambda k: 1.0 + 40.0 * 0.8**k,
    "effective_rank": lambda k: 1.0 + 800.0 * 0.8**k,
    "rank_one_distance": lambda k: 0.9 * 0.85**k,
    "column_correlation": lambda k: 1.0 - 0.95 * 0.95**k,
}


def moments(depths, bend=4.0):
    """Norms of a signal with one thousand modes, some close to the fixed space, under S^k."""
    mu = 1.0 - np.linspace(0.0036206, 1.7, 1000) ** 1.0
    share = np.exp(-bend * (1.0 - mu)) * (1.0 - mu) / 100.0
    powers = mu[None, :] ** (2 * depths[:, None])
    deviation = np.sqrt(powers @ share)
    energy = powers @ (share * (1.0 - mu))
    norm = np.sqrt(deviation**2 + 0.2)
    return {
        "energy": energy,
        "deviation": deviation,
        "norm": norm,
        "collapse": deviation / norm,
        "rayleigh_quotient": energy / norm**2,
    }


def bracketed(name, depths, values, component=None, open_from=None):
    width = 1e-3 * depths**1.2 / (1.0 + 1e-3 * depths)
    lower, upper = values / (1.0 + width), values * (1.0 + width)
    if open_from is not None:
        lower = np.where(depths >= open_from, 0.0, lower)
    return Curve(name, depths, lower, upper, "bracket", component=component)


def trajectories(depth=64, horizon=1024, groups=6):
    near = np.arange(depth + 1)
    far = np.unique(np.concatenate([near, np.geomspace(depth, horizon, 49).round().astype(np.int64)]))
    predicted = [bracketed(name, far, values) for name, values in moments(far).items()]
    measured = [Curve.points(name, near, values) for name, values in moments(near).items()]
    for group in range(groups):
        bend = 4.0 + 3.0 * group
        predicted.append(bracketed("collapse", far, moments(far, bend)["collapse"], group, open_from=50))
        measured.append(Curve.points("collapse", near, moments(near, bend)["collapse"], component=group))
    at = STATE_DEPTHS[depth >= STATE_DEPTHS]
    measured += [
        Curve.points(
            name, at, f(at), note="its kernel is not the fixed space" if name == "edge_energy" else ""
        )
        for name, f in STATES.items()
    ]
    sampled = STATES["smv"](at)
    measured = [one for one in measured if one.name not in ("smv", "effective_rank")]
    measured += [
        Curve("smv", at, 0.9 * sampled, 1.1 * sampled, "measured", note="103 of 2,708 rows sampled"),
        # an error far larger than the value, as a sketch of a flat spectrum has it
        Curve("effective_rank", at, -1500.0 + at, 2300.0 - at, "measured", note="sketched"),
    ]
    notes = ("32 products with [-1, 1] as ends",)
    return (
        Trajectory(tuple(predicted), "gcn", "sgc", 32, notes=notes),
        Trajectory(tuple(measured), "gcn", "sgc", depth, notes=("stored in float64",)),
    )


def quadratic(curves):
    """Leave the state measures out: each is one more picture, and pictures are slow."""
    return tuple(curve for curve in curves if curve.name not in STATES)


def limits():
    words = "less than 1 % of the signal still tells nodes apart"
    unresolved = "can no longer resolve what tells nodes apart"
    return (
        Limit("collapse", 1e-2, None, 121, 134, None, True, f"{words} from a depth between 122 and 134 on"),
        Limit("collapse", 1e-2, 2, 37, 38, 37, False, f"component 2: {words} from depth 38 on"),
        Limit(
            "resolution:float32",
            2**-24,
            None,
            None,
            None,
            None,
            True,
            f"float32 {unresolved}: not within 1024",
        ),
        Limit("resolution:bfloat16", 2**-8, None, 321, None, None, False, f"bfloat16 {unresolved} after 321"),
        Limit(
            "resolution:float16",
            2**-11,
            None,
            804,
            901,
            None,
            False,
            f"float16 {unresolved} from 805 to 901 on",
        ),
    )


def comparisons(measured, contained=True):
    out = []
    for curve in measured.curves:
        if curve.name not in ("energy", "deviation", "collapse", "rayleigh_quotient") or curve.component:
            continue
        fitted = RateFit(
            "exponential", 0.981, None, None, 32, 64, "falls by a factor 0.981 a layer at depths 32 to 64"
        )
        reasons = ("pre-asymptotic: at depth 64 faster patterns still carry 12 % of the energy",)
        out.append(Comparison(curve.name, curve.component, contained, 0.0213, 64, 0.99277, fitted, reasons))
    return tuple(out)


AUDIT = (
    Note("format", "read 2,708 nodes from an npz file with arrays edge_index, x and y"),
    Note("direction", "union: 10,556 entries became 5,278 undirected edges"),
    Note("features", "auto chose rows: non-negative sparse features, each row divided by its sum", "notice"),
    Note("weights", "none in the source"),
    Note(
        "components",
        "78 components: each collapses on its own, curves are also given per component",
        "warning",
    ),
    Note("self-loops", "0 in the source; the operator adds one to every node"),
)
GRAPH = {
    "num_nodes": 2708, "num_edges": 5278, "density": 0.00144, "mean_degree": 3.898, "max_degree": 168,
    "min_degree": 1, "isolated": 0, "self_loops": 0, "weighted": False, "components": 78,
    "component_sizes": [2485, 26, 20, 18, 9, 8, 7, 6, 6, *[5] * 10, *[4] * 12, *[3] * 10, *[2] * 9],
    "bipartite_components": 52, "silent": 0,
    "degree_histogram": {
        "degree": [*range(1, 66), 81, 103, 130, 164],
        "count": [
            485, 583, 553, 389, 281, 131, 82, 57, 25, 26, 18, 21, 9, 7, 4, 4, 4, *[1] * 10,
            *[0] * 38, 1, 2, 0, 1,
        ],
    },
}  # fmt: skip


def cora_like(name="cora", horizon=1024, **changes):
    predicted, measured = trajectories(horizon=horizon)
    spectrum = {
        "gap": 0.0036206, "rate": 0.9963794, "top": [1 - 0.0036206 * (i + 1) ** 1.1 for i in range(6)],
        "bottom": [-0.948, -0.951, -0.957, -0.9571, -0.964, -0.978],
        "top_residuals": [1e-13] * 6, "bottom_residuals": [2e-13] * 6, "fixed_dimension": 78,
        "alternating_dimension": 0, "complete": False, "converged": True,
        "convergence": ["arpack converged: largest residual 1.0e-13 over 6 pairs, 812 products, 3 restarts"] * 2,
    }  # fmt: skip
    analysis = Analysis(
        name=name,
        plan={
            "depth": 64, "horizon": 1024, "rule": "sgc", "operator": "gcn", "loops": 1.0, "split": 0.5,
            "features": "rows", "products": 32, "sketch": "auto", "collapse": 0.01, "dtype": "float64", "seed": 0,
            "threads": None,
        },
        provenance={
            "spectral_smooth": "0.1.0", "python": "3.11.7", "numpy": "2.4.6", "scipy": "1.17.0", "numba": "0.63.0",
            "seconds": {"audit": 0.01, "spectrum": 0.8, "prediction": 0.4, "propagation": 1.9},
        },
        audit=AUDIT,
        graph=GRAPH,
        spectrum=spectrum,
        predicted=predicted,
        measured=measured,
        comparisons=comparisons(measured),
        safe_depth=SafeDepth(
            121, 134, 1024, limits(), "bracket",
            "Safe depth at least 121, at most 134: less than 1 % of the signal still tells nodes apart from a depth "
            "between 122 and 134 on. This is where nodes can no longer be told apart, not where accuracy is best.",
        ),
        verdict=Verdict(
            "moderate",
            (
                "every limit holds down to depth 121",
                "the slowest mode keeps a factor 0.996379 per layer: it is below 0.01 after 1270 layers",
                "density 0.00144: sparse",
                "8.23 % of the nodes lie outside of the largest component; each component keeps its own mean for "
                "ever, so its nodes collapse only among themselves",
            ),
        ),
        warnings=("16 of the eigenvalues at the bottom end are not certified",),
    )  # fmt: skip
    return dataclasses.replace(analysis, **changes)


def one_node():
    """One node without edges: no gap, no decay, nothing to draw on a log axis."""
    depths = np.arange(65)
    names = ("energy", "deviation", "collapse", "rayleigh_quotient", "norm")
    flat = {name: np.full(65, 1.0 if name == "norm" else 0.0) for name in names}
    graph = {
        "num_nodes": 1, "num_edges": 0, "density": 0.0, "mean_degree": 0.0, "max_degree": 0, "min_degree": 0,
        "isolated": 1, "self_loops": 0, "weighted": False, "components": 1, "component_sizes": [1],
        "bipartite_components": 0, "silent": 0, "degree_histogram": {"degree": [0], "count": [1]},
    }  # fmt: skip
    base = cora_like()
    spectrum = {
        **base.spectrum, "top": [], "bottom": [], "top_residuals": [], "bottom_residuals": [], "gap": None,
        "rate": 0.0, "fixed_dimension": 1, "complete": True,
        "convergence": ["dense converged: largest residual 0 over 0 pairs, 0 products, 0 restarts"] * 2,
    }  # fmt: skip
    zero = RateFit("zero", None, None, None, None, None, "is zero at every depth")
    return dataclasses.replace(
        base,
        name="one-node",
        graph=graph,
        spectrum=spectrum,
        predicted=Trajectory(
            tuple(Curve.points(n, depths, v, "exact") for n, v in flat.items()), "gcn", "sgc", 0
        ),
        measured=Trajectory(tuple(Curve.points(n, depths, v) for n, v in flat.items()), "gcn", "sgc", 64),
        comparisons=tuple(Comparison(n, None, True, 0.0, None, None, zero, ()) for n in names),
        safe_depth=SafeDepth(
            -1,
            0,
            1024,
            (Limit("collapse", 1e-2, None, -1, 0, -1, True, "less than 1 % at depth 0 already"),),
            "exact",
            "There is nothing to smooth: the features already lie in the fixed space of the operator.",
        ),
        verdict=Verdict("low", ("there is nothing to smooth",)),
        audit=(),
        warnings=(),
    )


def no_limit():
    """Every limit holds at every depth; long brackets, an open one, a curve that hits zero."""
    base = cora_like(name="tolokers-like", horizon=1024)
    safe = SafeDepth(
        None, None, 1024, (Limit("collapse", 1e-2, None, None, None, None, True, "not within 1024 layers"),),
        "estimate", "No limit is reached within 1024 layers: nodes can be told apart at every depth up to 1024.",
    )  # fmt: skip
    depths = np.arange(65)
    dying = Curve.points("energy", depths, np.where(depths > 40, 0.0, 0.3**depths), floor=1e-16)
    open_above = Curve(
        "energy", depths, np.zeros(65), np.where(depths > 5, np.inf, 1.0), "bound", note="open above 5"
    )
    return dataclasses.replace(
        base,
        safe_depth=safe,
        measured=dataclasses.replace(base.measured, curves=(dying, *quadratic(base.measured.curves)[1:])),
        predicted=dataclasses.replace(base.predicted, curves=(open_above, *base.predicted.curves[1:])),
    )


def hostile():
    """Every text from outside is an attack on HTML, on a terminal, or on TeX."""
    bad = HOSTILE + "&\"'\x1b[31m\n$x_$ $$\\frac$$ {{ 7*7 }} <!-- ]]> \u2028\ud800"
    base = cora_like()
    strange = tuple(
        Curve.points(f"{bad}{i}", STATE_DEPTHS, 0.9**STATE_DEPTHS, source=source, component=i, note=bad)
        for i, source in enumerate(["measured", "measured"])
    )
    whole = Curve.points(bad, STATE_DEPTHS, 0.9**STATE_DEPTHS, note=bad)
    fit = dataclasses.replace(base.comparisons[0].fitted, sentence=bad)
    return dataclasses.replace(
        base,
        name=HOSTILE,
        plan={**base.plan, "rule": bad, "operator": bad, bad: bad},
        provenance={**base.provenance, bad: bad},
        audit=tuple(Note(bad, bad, note.severity) for note in base.audit),
        spectrum={**base.spectrum, "convergence": [bad]},
        predicted=dataclasses.replace(
            base.predicted,
            notes=(bad,),
            curves=(*base.predicted.curves, dataclasses.replace(whole, source="exact")),
        ),
        measured=dataclasses.replace(
            base.measured, notes=(bad,), curves=(*quadratic(base.measured.curves), whole, *strange)
        ),
        comparisons=tuple(dataclasses.replace(c, reasons=(bad,), fitted=fit) for c in base.comparisons),
        safe_depth=dataclasses.replace(
            base.safe_depth,
            sentence=bad,
            limits=tuple(dataclasses.replace(one, kind=bad, sentence=bad) for one in base.safe_depth.limits),
        ),
        verdict=Verdict("high", (bad,)),
        warnings=(bad,) * 9,
        incomplete=True,
        **hostile_labels(),
    )


LABELLED = {
    "two-classes": lambda: load("karate"),
    "blocks": lambda: csbm(nodes=120, inside=0.12, outside=0.03, distance=1.0, features=8, rng=0),
    "no-labels": lambda: dataclasses.replace(load("karate"), labels=None),
    "all-unknown": lambda: dataclasses.replace(load("karate"), labels=np.full(34, -1)),
    "one-class": lambda: dataclasses.replace(load("karate"), labels=np.zeros(34, dtype=np.int64)),
    "minorities": lambda: with_minorities(),
    "no-edges": lambda: Dataset(as_graph(csr_array((5, 5))), labels=np.array([0, 1, 0, 1, -1])),
    "strange-loops": lambda: csbm(nodes=60, inside=0.2, outside=0.1, features=4, rng=1),
}
# "blocks" is measured so deep that nodes are lost: there is something to draw.
PLANS = {"blocks": {"depth": 48}, "strange-loops": {"rule": concat(), "loops": 0.0}}


def with_minorities():
    """Ten classes, more than are drawn one by one, three of them minorities, some labels unknown."""
    rng = np.random.default_rng(3)
    counts = (40, 40, 30, 30, 20, 20, 20, 6, 3, 1)
    labels = np.repeat(np.arange(10), counts)
    n = len(labels)
    joined = rng.random((n, n)) < np.where(labels[:, None] == labels, 0.2, 0.01)
    graph = as_graph(csr_array(np.triu(joined, 1).astype(float)))
    features = rng.standard_normal((n, 6)) + 2.0 * rng.standard_normal((10, 6))[labels]
    return Dataset(graph, features=features, labels=np.where(rng.random(n) < 0.1, -1, labels))


@functools.cache
def labelled_analysis(name):
    """Analysis of a small graph that was really computed, with what the labels say."""
    return analyze(LABELLED[name](), plan=Plan(**{"depth": 12, "horizon": 48, **PLANS.get(name, {})}))


def replace_texts(value, bad, *, key=""):
    """Put one text in place of every text that is not a word of the format."""
    if isinstance(value, dict):
        return {name: replace_texts(item, bad, key=name) for name, item in value.items()}
    if isinstance(value, list):
        return [replace_texts(item, bad, key=key) for item in value]
    return bad if isinstance(value, str) and key not in ("source", "kind") else value


def hostile_labels():
    """What labels say, every text in it an attack."""
    bad = HOSTILE + "&\"'\x1b[31m\n$x_$ $$\\frac$$ {{ 7*7 }} <!-- \u2028\ud800"
    data = labelled_analysis("minorities").to_dict()
    parts = {name: replace_texts(data[name], bad) for name in ("advice", "labels", "first")}
    return {
        "advice": DepthAdvice.from_dict(parts["advice"]),
        "labels": LabelReport.from_dict(parts["labels"]),
        "first": FirstToGo.from_dict(parts["first"]),
    }


EXAMPLES = {"cora": cora_like, "one-node": one_node, "no-limit": no_limit, "hostile": hostile}


@pytest.fixture(params=sorted(LABELLED))
def labelled(request):
    """Each small graph with what its labels say, in turn."""
    return labelled_analysis(request.param)


@pytest.fixture
def computed():
    """Return a labelled analysis by name."""
    return labelled_analysis


@pytest.fixture(params=sorted(EXAMPLES))
def example(request):
    """Name of each example in turn."""
    return request.param


@pytest.fixture
def analysis(example):
    """Each example in turn."""
    return EXAMPLES[example]()


@pytest.fixture(scope="session")
def examples():
    """Functions that make the examples, by name."""
    return EXAMPLES


@pytest.fixture(scope="session")
def rendered():
    """Return the HTML report of an example by name, made once."""
    return functools.cache(
        lambda name: render_html(EXAMPLES[name]() if name in EXAMPLES else labelled_analysis(name))
    )


@pytest.fixture
def cora():
    return cora_like()


@pytest.fixture
def attack():
    return hostile()


@pytest.fixture
def make():
    """Make one example by name, or Cora's with changes."""
    return lambda name="cora", **changes: dataclasses.replace(EXAMPLES[name](), **changes)
