"""Analysis: all results of one analysis, with provenance; JSON both ways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from spectral_smooth.analysis.certified import Certified
from spectral_smooth.analysis.first import FirstToGo
from spectral_smooth.analysis.labels import LabelReport
from spectral_smooth.depth.advice import DepthAdvice
from spectral_smooth.depth.compare import Comparison
from spectral_smooth.depth.safe import SafeDepth
from spectral_smooth.depth.verdict import Verdict
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.measures.trajectory import Trajectory

SCHEMA_VERSION = 2
READABLE = (1, 2)


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """All results of one analysis, with provenance.

    Attributes
    ----------
    name : str
        Name of the graph.
    plan : dict
        Settings as plain JSON types: depth, horizon, rule (name), operator (label), loops, split,
        features (policy applied), products, sketch, collapse, dtype, seed, threads.
    provenance : dict
        Versions of ``python``, ``spectral_smooth``, ``numpy``, ``scipy``, ``numba``, and ``seconds``
        (stage name to seconds).
    audit : tuple of Note
    graph : dict
        num_nodes, num_edges, density, mean_degree, max_degree, min_degree, isolated, self_loops,
        weighted, components, component_sizes (largest 50), bipartite_components, silent,
        degree_histogram {"degree": left edges, "count": counts} (log-spaced bins beyond 64 degrees).
    spectrum : dict
        ``top`` and ``bottom``: eigenvalues of both ends, descending, with ``top_residuals`` and
        ``bottom_residuals``; ``gap``, ``rate`` (None where not known), ``fixed_dimension``,
        ``alternating_dimension``, ``complete``, ``converged``, ``convergence`` (sentences).
    predicted, measured : Trajectory
        Curves named energy, deviation, norm, collapse, rayleigh_quotient (quadratic, both sides) and in
        ``measured`` all others; collapse also per row group.
    comparisons : tuple of Comparison
    safe_depth : SafeDepth
    verdict : Verdict
    warnings : tuple of str
        Everything that did not converge, or was to be certified and is not; not empty means exit code 3 only if
        ``incomplete``.
    incomplete : bool
        Whether something did not converge, or a certificate was asked for and is not all proven.
    advice : DepthAdvice or None
        Recommended depth from training labels; None only in files of schema version 1.
    labels : LabelReport or None
        What the labels say; None without labels.
    first : FirstToGo or None
        Which classes, groups and nodes go first; None only in files of schema version 1.
    certificate : Certified or None
        What is proven about both ends of the spectrum; None where that was not asked for.
    """

    name: str
    plan: dict[str, Any]
    provenance: dict[str, Any]
    audit: tuple[Note, ...]
    graph: dict[str, Any]
    spectrum: dict[str, Any]
    predicted: Trajectory
    measured: Trajectory
    comparisons: tuple[Comparison, ...]
    safe_depth: SafeDepth
    verdict: Verdict
    warnings: tuple[str, ...] = ()
    incomplete: bool = False
    advice: DepthAdvice | None = None
    labels: LabelReport | None = None
    first: FirstToGo | None = None
    certificate: Certified | None = None

    def __repr__(self) -> str:
        return f"Analysis of {self.name!r}: {self.verdict}. {self.headline}"

    @property
    def headline(self) -> str:
        """The recommended depth in words where there are training labels, otherwise the safe depth."""
        advised = self.advice is not None and self.advice.recommended_depth is not None
        return str(self.advice) if advised else str(self.safe_depth)

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as plain JSON types (schema version `SCHEMA_VERSION`)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "plan": self.plan,
            "provenance": self.provenance,
            "audit": [vars(note) for note in self.audit],
            "graph": self.graph,
            "spectrum": self.spectrum,
            "predicted": self.predicted.to_dict(),
            "measured": self.measured.to_dict(),
            "comparisons": [c.to_dict() for c in self.comparisons],
            "safe_depth": self.safe_depth.to_dict(),
            "verdict": self.verdict.to_dict(),
            "warnings": list(self.warnings),
            "incomplete": self.incomplete,
            "advice": None if self.advice is None else self.advice.to_dict(),
            "labels": None if self.labels is None else self.labels.to_dict(),
            "first": None if self.first is None else self.first.to_dict(),
            **({} if self.certificate is None else {"certificate": self.certificate.to_dict()}),
        }

    def to_json(self) -> str:
        """Return the analysis as a JSON document."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Analysis:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If the schema version is not one this package reads, or keys are missing.
        """
        version = data.get("schema_version") if isinstance(data, dict) else None
        if version not in READABLE or isinstance(version, bool):
            raise InputError(
                f"this is not an analysis of schema version {' or '.join(map(str, READABLE))} (found {version!r})"
            )
        advice, labels, first = (_later(data, key, version) for key in ("advice", "labels", "first"))
        try:
            return cls(
                name=data["name"],
                plan=data["plan"],
                provenance=data["provenance"],
                audit=tuple(Note(**note) for note in data["audit"]),
                graph=data["graph"],
                spectrum=data["spectrum"],
                predicted=Trajectory.from_dict(data["predicted"]),
                measured=Trajectory.from_dict(data["measured"]),
                comparisons=tuple(Comparison.from_dict(c) for c in data["comparisons"]),
                safe_depth=SafeDepth.from_dict(data["safe_depth"]),
                verdict=Verdict.from_dict(data["verdict"]),
                warnings=tuple(data["warnings"]),
                incomplete=data["incomplete"],
                advice=None if advice is None else DepthAdvice.from_dict(advice),
                labels=None if labels is None else LabelReport.from_dict(labels),
                first=None if first is None else FirstToGo.from_dict(first),
                certificate=Certified.from_dict(data["certificate"]) if data.get("certificate") else None,
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"the analysis file is damaged: {error!r}") from error


def _later(data: dict[str, Any], key: str, version: int) -> Any:
    """Return what files of version 1 did not have yet."""
    if version > 1 and key not in data:
        raise InputError(f"the analysis file is damaged: {key!r} is missing")
    return data.get(key)
