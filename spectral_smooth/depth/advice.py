"""DepthAdvice: which depth to take, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spectral_smooth.measures.curve import Curve


@dataclass(frozen=True, eq=False)
class ClassAdvice:
    """What becomes of one class with depth, told from the training nodes.

    Attributes
    ----------
    label : int
    training_nodes : int
    gone_at : int or None
        First tabulated depth from which recall less false alarms, less half a standard error, is not above zero; None
        if it stays above.
    recall : Curve
        Share of its training nodes that a read-out trained without them tells right, ± 2 standard errors.
    false_alarms : Curve
        Share of the other classes' training nodes, each class alike, that is told to be of this class.
    """

    label: int
    training_nodes: int
    gone_at: int | None
    recall: Curve
    false_alarms: Curve

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**vars(self), "recall": self.recall.to_dict(), "false_alarms": self.false_alarms.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ClassAdvice:
        """Read what `to_dict` wrote."""
        curves = {name: Curve.from_dict(data[name]) for name in ("recall", "false_alarms")}
        return cls(**{**data, **curves})


@dataclass(frozen=True, eq=False, repr=False)
class DepthAdvice:
    """Which depth is best for telling classes apart by a linear read-out, from training labels alone.

    Attributes
    ----------
    recommended_depth : int or None
        None where there are no labels of two classes to learn from. 0 is a valid answer: do not smooth.
    window : tuple of int or None
        First and last tabulated depth around it at which nothing measurable is lost.
    signal_gone_at : int or None
        First tabulated depth from which the classes are not told apart measurably better than by chance; None if
        they still are at the last one.
    curve : Curve or None
        ``accuracy``: balanced accuracy on left-out training nodes by depth, ± 2 standard errors (an estimate).
    score : Curve or None
        ``depth_score``: what the depth was chosen by, the same accuracy softened, ± 2 standard errors; see
        `recommend_depth`.
    classes : tuple of ClassAdvice
    chance : float or None
        Balanced accuracy of guessing, 1/classes.
    weak : bool
        Whether labels without any signal could give this accuracy, or the depths can't be told from one another.
    basis : str
        What the advice rests on, in words.
    sentence : str
        The advice in words.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> advice = ss.recommend_depth(ss.load("csbm"), rng=0)
    >>> advice.recommended_depth, advice.window
    (12, (12, 24))
    """

    recommended_depth: int | None
    window: tuple[int, int] | None
    signal_gone_at: int | None
    curve: Curve | None
    score: Curve | None
    classes: tuple[ClassAdvice, ...]
    chance: float | None
    weak: bool
    basis: str
    sentence: str

    def __repr__(self) -> str:
        return f"DepthAdvice: {self.sentence}"

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            **vars(self),
            "window": None if self.window is None else list(self.window),
            "curve": None if self.curve is None else self.curve.to_dict(),
            "score": None if self.score is None else self.score.to_dict(),
            "classes": [c.to_dict() for c in self.classes],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DepthAdvice:
        """Read what `to_dict` wrote."""
        window = data["window"]
        return cls(
            **{
                **data,
                "window": None if window is None else (int(window[0]), int(window[1])),
                "curve": None if data["curve"] is None else Curve.from_dict(data["curve"]),
                "score": None if data["score"] is None else Curve.from_dict(data["score"]),
                "classes": tuple(ClassAdvice.from_dict(c) for c in data["classes"]),
            }
        )
