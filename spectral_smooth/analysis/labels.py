"""What the labels say: how they lie on the graph and in the spectrum, and mixing against denoising."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.measures.homophily import Homophily, homophily
from spectral_smooth.measures.hops import InformationNoise, information_noise_ratio
from spectral_smooth.measures.label_spectrum import LabelSpectrum, label_spectrum
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.scatter import ScatterCurves, scatter_by_depth
from spectral_smooth.theory.csbm_fit import CSBMFit, fit_csbm
from spectral_smooth.theory.signal import SignalNoise, signal_and_noise


@dataclass(frozen=True, eq=False)
class LabelReport:
    """All that is said about labels; every known label counts here, not only those of the training mask.

    Attributes
    ----------
    homophily : Homophily
    information_noise : InformationNoise
        Share of same-class pairs by hop.
    spectrum : LabelSpectrum
        Which part of the spectrum carries the classes.
    signal : SignalNoise or None
    scatter : ScatterCurves or None
        Between- and within-class scatter, measured.
    block_model : CSBMFit
        A reading aid: its n* is no recommended depth.
    notes : tuple of str
        What could not be computed, and why.
    """

    homophily: Homophily
    information_noise: InformationNoise
    spectrum: LabelSpectrum
    signal: SignalNoise | None
    scatter: ScatterCurves | None
    block_model: CSBMFit
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        plain = {k: None if v is None else v.to_dict() for k, v in vars(self).items() if k != "notes"}
        return {**plain, "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LabelReport:
        """Read what `to_dict` wrote."""
        signal, scatter = data["signal"], data["scatter"]
        return cls(
            Homophily.from_dict(data["homophily"]),
            InformationNoise.from_dict(data["information_noise"]),
            LabelSpectrum.from_dict(data["spectrum"]),
            None if signal is None else SignalNoise.from_dict(signal),
            None if scatter is None else ScatterCurves.from_dict(scatter),
            CSBMFit.from_dict(data["block_model"]),
            tuple(data["notes"]),
        )


def report_labels(
    dataset: Dataset, operator: Operator, signal: FloatArray, depths: IntArray, rule: Rule, seed: int
) -> LabelReport | None:
    """Return what the labels say, or None where none is known.

    Parameters
    ----------
    dataset : Dataset
    operator : Operator
    signal : float array, shape (num_nodes, columns)
        Features as they are propagated.
    depths : int array
        Of the curves.
    rule : Rule
    seed : int
    """
    labels = dataset.labels
    if labels is None or not np.any(labels >= 0):
        return None
    has_features = dataset.features is not None and dataset.features.shape[1] > 0
    curves, scatter, reason = _mixing(operator, signal, labels, depths, rule, seed)
    return LabelReport(
        homophily=homophily(dataset.graph, labels),
        information_noise=information_noise_ratio(dataset.graph, labels, rng=seed),
        spectrum=label_spectrum(operator, labels, signal if has_features else None, rng=seed),
        signal=curves,
        scatter=scatter,
        block_model=fit_csbm(dataset.graph, labels, signal if has_features else None),
        notes=(reason,) if reason else (),
    )


def _mixing(
    operator: Operator, signal: FloatArray, labels: IntArray, depths: IntArray, rule: Rule, seed: int
) -> tuple[SignalNoise | None, ScatterCurves | None, str]:
    if isinstance(rule.readout, Concat):
        return None, None, "signal and noise: concatenated depths have no single state"
    try:
        curves = signal_and_noise(operator, signal, labels, depths, rule=rule, rng=seed)
    except UsageError as error:
        return None, None, f"signal and noise: {error}"
    return curves, scatter_by_depth(operator, signal, labels, depths, rule=rule), ""
