"""answer_depth(): how deep, and nothing else: the recommended and the safe depth without propagating to measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.analysis.clock import Clock, Progress
from spectral_smooth.analysis.plan import Plan, check_plan
from spectral_smooth.analysis.prediction import find_ends, predict_to_horizon, proven_ends
from spectral_smooth.analysis.signal import signal_of
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.recommend import recommend_depth
from spectral_smooth.depth.safe import SafeDepth, safe_depth
from spectral_smooth.depth.training import check_training
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.quadrature import Ends
from spectral_smooth.spectra.solvers.auto import DENSE_ALWAYS

KEYS = ("recommended_depth", "window", "signal_gone_at", "curve", "basis")


@dataclass(frozen=True, eq=False)
class DepthAnswer:
    """How deep one may go on one graph.

    Attributes
    ----------
    name, operator, rule : str
    advice : DepthAdvice
        From training labels; empty where there are none.
    safe_depth : SafeDepth
        From graph and features alone; nothing is measured beside it.
    notes : tuple of Note
        What was done on the way in, and to the features.
    labelled : bool
        Whether any label is known.
    """

    name: str
    operator: str
    rule: str
    advice: DepthAdvice
    safe_depth: SafeDepth
    notes: tuple[Note, ...]
    labelled: bool

    def __str__(self) -> str:
        return f"{self.advice} {self.safe_depth}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types: the advice's keys at the top, null where there are no labels."""
        advice = self.advice.to_dict()
        if not self.labelled:
            advice = {**advice, **dict.fromkeys(KEYS)}
        return {
            "graph": self.name,
            "operator": self.operator,
            "rule": self.rule,
            **{key: advice[key] for key in KEYS},
            "safe_depth": self.safe_depth.to_dict(),
            **{key: value for key, value in advice.items() if key not in KEYS},
            "notes": [vars(note) for note in self.notes],
        }


def answer_depth(data: Any, plan: Plan | None = None, *, progress: Progress | None = None) -> DepthAnswer:
    """Answer how deep one may go: the recommended depth from training labels, and the safe depth.

    What `spectral_smooth.analyze` finds as ``advice`` and ``safe_depth``, in a fraction of its time: nothing is
    propagated to be measured.

    Parameters
    ----------
    data : Dataset, Graph, or anything `as_dataset` takes
    plan : Plan, optional
        Its ``depth`` and ``dtype`` play no part.
    progress : callable, optional
        Called with (stage, share done).

    Returns
    -------
    DepthAnswer

    Raises
    ------
    InputError, UsageError
        If the data or the plan cannot be used.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> found = answer_depth(ss.load("karate"))
    >>> found.advice.recommended_depth, found.safe_depth.at_least
    (4, 40)
    """
    plan = plan or Plan()
    check_plan(plan)
    clock = Clock(progress)
    with clock.stage("audit"):
        dataset = as_dataset(data)
        check_training(dataset)
        operator = Operator(dataset.graph, loops=plan.loops, split=plan.split)
        signal, notes, _ = signal_of(dataset, plan)
    with clock.stage("prediction"):
        curves = predict_to_horizon(operator, signal, plan, _ends(operator, plan.seed), clock)[1]
    with clock.stage("advice"):
        advice = recommend_depth(
            dataset,
            operator=operator,
            rule=plan.rule,
            features=plan.features,
            rng=plan.seed,
            progress=lambda done, total: clock.tick(done / max(total, 1)),
        )
    shares = operator.fixed_space.group_shares
    return DepthAnswer(
        name=dataset.name,
        operator=operator.label,
        rule=plan.rule.name,
        advice=advice,
        safe_depth=safe_depth(curves, collapse=plan.collapse, component_shares=shares),
        notes=(*dataset.notes, *notes),
        labelled=dataset.labels is not None and bool((dataset.labels >= 0).any()),
    )


def _ends(operator: Operator, seed: int) -> Ends | None:
    """Return proven ends where dense algebra finds them; an iteration would prove nothing, and is not run."""
    if int(operator.graph.components.sizes[0]) > DENSE_ALWAYS:
        return None
    top, bottom, _ = find_ends(operator, seed)
    return proven_ends(operator, top, bottom)
