"""Predict, measure and explain oversmoothing of a graph before any training.

The public names below are loaded at first use: importing this package imports nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spectral_smooth import errors as errors
    from spectral_smooth.analysis.certified import Certified as Certified
    from spectral_smooth.analysis.certified import Probable as Probable
    from spectral_smooth.analysis.depth import DepthAnswer as DepthAnswer
    from spectral_smooth.analysis.depth import answer_depth as answer_depth
    from spectral_smooth.analysis.plan import Plan as Plan
    from spectral_smooth.analysis.result import Analysis as Analysis
    from spectral_smooth.analysis.run import analyze as analyze
    from spectral_smooth.depth.advice import ClassAdvice as ClassAdvice
    from spectral_smooth.depth.advice import DepthAdvice as DepthAdvice
    from spectral_smooth.depth.class_depth import ClassDepths as ClassDepths
    from spectral_smooth.depth.classes import class_depths as class_depths
    from spectral_smooth.depth.compare import Comparison as Comparison
    from spectral_smooth.depth.compare import compare as compare
    from spectral_smooth.depth.groups import GroupDepths as GroupDepths
    from spectral_smooth.depth.groups import group_depths as group_depths
    from spectral_smooth.depth.local import NodeDepths as NodeDepths
    from spectral_smooth.depth.local import node_depths as node_depths
    from spectral_smooth.depth.rate import RateFit as RateFit
    from spectral_smooth.depth.rate import fit_rate as fit_rate
    from spectral_smooth.depth.recommend import recommend_depth as recommend_depth
    from spectral_smooth.depth.safe import Limit as Limit
    from spectral_smooth.depth.safe import SafeDepth as SafeDepth
    from spectral_smooth.depth.safe import safe_depth as safe_depth
    from spectral_smooth.depth.verdict import Verdict as Verdict
    from spectral_smooth.depth.verdict import verdict as verdict
    from spectral_smooth.engines.compilation import Compilations as Compilations
    from spectral_smooth.engines.compilation import compilations as compilations
    from spectral_smooth.engines.numba_csr import Numba as Numba
    from spectral_smooth.engines.order.choose import OrderChoice as OrderChoice
    from spectral_smooth.engines.order.choose import choose_order as choose_order
    from spectral_smooth.engines.order.locality import Locality as Locality
    from spectral_smooth.engines.order.locality import estimate_locality as estimate_locality
    from spectral_smooth.engines.order.orders import find_order as find_order
    from spectral_smooth.engines.order.work import Work as Work
    from spectral_smooth.engines.reference import Reference as Reference
    from spectral_smooth.graphs.audit import audit as audit
    from spectral_smooth.graphs.catalog import embedded_names as embedded_names
    from spectral_smooth.graphs.catalog import load as load
    from spectral_smooth.graphs.convert import as_dataset as as_dataset
    from spectral_smooth.graphs.convert import as_graph as as_graph
    from spectral_smooth.graphs.dataset import Dataset as Dataset
    from spectral_smooth.graphs.dataset import Note as Note
    from spectral_smooth.graphs.families import family as family
    from spectral_smooth.graphs.features import prepare_features as prepare_features
    from spectral_smooth.graphs.formats.reader import read as read
    from spectral_smooth.graphs.formats.reader import read_graph as read_graph
    from spectral_smooth.graphs.graph import Graph as Graph
    from spectral_smooth.graphs.models import model as model
    from spectral_smooth.graphs.policies import Policies as Policies
    from spectral_smooth.measures.curve import Curve as Curve
    from spectral_smooth.measures.groups import GroupDistance as GroupDistance
    from spectral_smooth.measures.groups import group_distance_ratio as group_distance_ratio
    from spectral_smooth.measures.groups import group_distance_ratio_squared as group_distance_ratio_squared
    from spectral_smooth.measures.homophily import Homophily as Homophily
    from spectral_smooth.measures.homophily import homophily as homophily
    from spectral_smooth.measures.hops import InformationNoise as InformationNoise
    from spectral_smooth.measures.hops import information_noise_ratio as information_noise_ratio
    from spectral_smooth.measures.label_spectrum import LabelSpectrum as LabelSpectrum
    from spectral_smooth.measures.label_spectrum import label_spectrum as label_spectrum
    from spectral_smooth.measures.local_density import LocalDensity as LocalDensity
    from spectral_smooth.measures.local_density import local_density as local_density
    from spectral_smooth.measures.mad_gap import MadGap as MadGap
    from spectral_smooth.measures.mad_gap import mad_gap as mad_gap
    from spectral_smooth.measures.mad_gap import mad_gap_nonzero as mad_gap_nonzero
    from spectral_smooth.measures.scatter import ClassScatter as ClassScatter
    from spectral_smooth.measures.scatter import class_scatter as class_scatter
    from spectral_smooth.measures.trajectory import Trajectory as Trajectory
    from spectral_smooth.monitoring.attention.attention import attention as attention
    from spectral_smooth.monitoring.attention.report import AttentionReport as AttentionReport
    from spectral_smooth.monitoring.epochs.log import EpochLog as EpochLog
    from spectral_smooth.monitoring.epochs.record import EpochRecord as EpochRecord
    from spectral_smooth.monitoring.epochs.run import EpochRun as EpochRun
    from spectral_smooth.monitoring.epochs.run import read_log as read_log
    from spectral_smooth.monitoring.judging.diagnosis import Diagnosis as Diagnosis
    from spectral_smooth.monitoring.judging.diagnosis import diagnose as diagnose
    from spectral_smooth.monitoring.judging.finding import Finding as Finding
    from spectral_smooth.monitoring.judging.remedies import Remedy as Remedy
    from spectral_smooth.monitoring.judging.thresholds import Thresholds as Thresholds
    from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers as LayerNumbers
    from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES as LAYER_MEASURES
    from spectral_smooth.monitoring.measuring.registry import LayerMeasure as LayerMeasure
    from spectral_smooth.monitoring.monitor import Monitor as Monitor
    from spectral_smooth.monitoring.monitor import monitor as monitor
    from spectral_smooth.monitoring.reading.layer import Layer as Layer
    from spectral_smooth.monitoring.reading.layer_files import LayerFiles as LayerFiles
    from spectral_smooth.monitoring.reading.layer_files import read_layers as read_layers
    from spectral_smooth.monitoring.result import Monitoring as Monitoring
    from spectral_smooth.operators.operator import Operator as Operator
    from spectral_smooth.operators.operator import gcn as gcn
    from spectral_smooth.operators.operator import random_walk as random_walk
    from spectral_smooth.operators.operator import symmetric as symmetric
    from spectral_smooth.operators.rule import Rule as Rule
    from spectral_smooth.operators.rule import concat as concat
    from spectral_smooth.operators.rule import gcnii as gcnii
    from spectral_smooth.operators.rule import heat as heat
    from spectral_smooth.operators.rule import lazy as lazy
    from spectral_smooth.operators.rule import mean as mean
    from spectral_smooth.operators.rule import ppr as ppr
    from spectral_smooth.operators.rule import residual as residual
    from spectral_smooth.operators.rule import s2gc as s2gc
    from spectral_smooth.operators.rule import sgc as sgc
    from spectral_smooth.operators.rule import weighted as weighted
    from spectral_smooth.report.advice_figures import plot_advice as plot_advice
    from spectral_smooth.report.advice_figures import plot_classes as plot_classes
    from spectral_smooth.report.advice_figures import plot_recall as plot_recall
    from spectral_smooth.report.cut_figures import plot_sweep_cut as plot_sweep_cut
    from spectral_smooth.report.density_figures import plot_density as plot_density
    from spectral_smooth.report.density_figures import plot_eigenvalue_counts as plot_eigenvalue_counts
    from spectral_smooth.report.eigenvalue_figures import plot_eigenvalues as plot_eigenvalues
    from spectral_smooth.report.epoch_figures import plot_epoch_number as plot_epoch_number
    from spectral_smooth.report.epoch_figures import plot_epoch_overview as plot_epoch_overview
    from spectral_smooth.report.epoch_figures import plot_epochs as plot_epochs
    from spectral_smooth.report.figures import plot_collapse as plot_collapse
    from spectral_smooth.report.figures import plot_components as plot_components
    from spectral_smooth.report.figures import plot_decay as plot_decay
    from spectral_smooth.report.figures import plot_degrees as plot_degrees
    from spectral_smooth.report.figures import plot_measure as plot_measure
    from spectral_smooth.report.figures import plot_measures as plot_measures
    from spectral_smooth.report.figures import plot_overview as plot_overview
    from spectral_smooth.report.figures import plot_spectrum as plot_spectrum
    from spectral_smooth.report.graph_figures import plot_graph as plot_graph
    from spectral_smooth.report.graph_figures import plot_groups as plot_groups
    from spectral_smooth.report.graph_figures import plot_nodes as plot_nodes
    from spectral_smooth.report.html import render_html as render_html
    from spectral_smooth.report.label_figures import plot_label_spectrum as plot_label_spectrum
    from spectral_smooth.report.label_figures import plot_signal_noise as plot_signal_noise
    from spectral_smooth.report.monitoring.figures import plot_layer_attention as plot_layer_attention
    from spectral_smooth.report.monitoring.figures import plot_layer_classes as plot_layer_classes
    from spectral_smooth.report.monitoring.figures import plot_layer_columns as plot_layer_columns
    from spectral_smooth.report.monitoring.figures import plot_layer_components as plot_layer_components
    from spectral_smooth.report.monitoring.figures import plot_layer_cosines as plot_layer_cosines
    from spectral_smooth.report.monitoring.figures import plot_layer_distances as plot_layer_distances
    from spectral_smooth.report.monitoring.figures import plot_layer_measure as plot_layer_measure
    from spectral_smooth.report.monitoring.figures import plot_layer_ranks as plot_layer_ranks
    from spectral_smooth.report.monitoring.figures import plot_layer_sizes as plot_layer_sizes
    from spectral_smooth.report.monitoring.figures import plot_monitor_overview as plot_monitor_overview
    from spectral_smooth.report.schema import monitor_schema as monitor_schema
    from spectral_smooth.report.text import render_text as render_text
    from spectral_smooth.simulate.estimate import RunEstimate as RunEstimate
    from spectral_smooth.simulate.estimate import estimate_run as estimate_run
    from spectral_smooth.simulate.propagate import propagate as propagate
    from spectral_smooth.simulate.scatter import ScatterCurves as ScatterCurves
    from spectral_smooth.simulate.scatter import scatter_by_depth as scatter_by_depth
    from spectral_smooth.spectra.all_eigenvalues import all_eigenvalues as all_eigenvalues
    from spectral_smooth.spectra.around import eigenpairs_around as eigenpairs_around
    from spectral_smooth.spectra.certify.certificate import Certificate as Certificate
    from spectral_smooth.spectra.certify.certify import certify as certify
    from spectral_smooth.spectra.certify.certify import count_above as count_above
    from spectral_smooth.spectra.certify.counting import Budget as Budget
    from spectral_smooth.spectra.density.local import class_densities as class_densities
    from spectral_smooth.spectra.density.local import node_densities as node_densities
    from spectral_smooth.spectra.density.spikes import Spike as Spike
    from spectral_smooth.spectra.density.states import density_of_states as density_of_states
    from spectral_smooth.spectra.density.types import DensityOfStates as DensityOfStates
    from spectral_smooth.spectra.eigen import eigenpairs as eigenpairs
    from spectral_smooth.spectra.quadrature import spectral_measure as spectral_measure
    from spectral_smooth.spectra.solvers.arpack import Arpack as Arpack
    from spectral_smooth.spectra.solvers.auto import Auto as Auto
    from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov as BlockKrylov
    from spectral_smooth.spectra.solvers.dense import Dense as Dense
    from spectral_smooth.spectra.solvers.lanczos import Lanczos as Lanczos
    from spectral_smooth.spectra.solvers.lobpcg import Lobpcg as Lobpcg
    from spectral_smooth.spectra.solvers.nearest import Nearest as Nearest
    from spectral_smooth.spectra.solvers.primme import Primme as Primme
    from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert as ShiftInvert
    from spectral_smooth.spectra.structure.bipartite import Bipartiteness as Bipartiteness
    from spectral_smooth.spectra.structure.bipartite import bipartiteness as bipartiteness
    from spectral_smooth.spectra.structure.cheeger import CheegerInterval as CheegerInterval
    from spectral_smooth.spectra.structure.cheeger import cheeger_interval as cheeger_interval
    from spectral_smooth.spectra.structure.communities import Communities as Communities
    from spectral_smooth.spectra.structure.communities import communities as communities
    from spectral_smooth.spectra.structure.facts import SpectralFacts as SpectralFacts
    from spectral_smooth.spectra.structure.facts import spectral_facts as spectral_facts
    from spectral_smooth.spectra.structure.loops import LoopEffect as LoopEffect
    from spectral_smooth.spectra.structure.loops import loop_effect as loop_effect
    from spectral_smooth.spectra.structure.mixing import MixingTime as MixingTime
    from spectral_smooth.spectra.structure.mixing import mixing_time as mixing_time
    from spectral_smooth.spectra.structure.sweep import SweepCut as SweepCut
    from spectral_smooth.spectra.structure.sweep import sweep_cut as sweep_cut
    from spectral_smooth.spectra.types import Convergence as Convergence
    from spectral_smooth.spectra.types import Spectrum as Spectrum
    from spectral_smooth.theory.certified_ends import CertifiedEnds as CertifiedEnds
    from spectral_smooth.theory.certified_ends import certified_ends as certified_ends
    from spectral_smooth.theory.certified_ends import certified_factor as certified_factor
    from spectral_smooth.theory.csbm import CSBM as CSBM
    from spectral_smooth.theory.csbm_fit import CSBMFit as CSBMFit
    from spectral_smooth.theory.csbm_fit import fit_csbm as fit_csbm
    from spectral_smooth.theory.predict import predict as predict
    from spectral_smooth.theory.signal import SignalNoise as SignalNoise
    from spectral_smooth.theory.signal import signal_and_noise as signal_and_noise
    from spectral_smooth.warmup import warm_up as warm_up

__version__ = "0.1.0"

_NAMES_BY_MODULE = {
    "analysis.certified": (
        "Certified",
        "Probable",
    ),
    "analysis.depth": (
        "DepthAnswer",
        "answer_depth",
    ),
    "analysis.plan": ("Plan",),
    "analysis.result": ("Analysis",),
    "analysis.run": ("analyze",),
    "depth.advice": (
        "ClassAdvice",
        "DepthAdvice",
    ),
    "depth.class_depth": ("ClassDepths",),
    "depth.classes": ("class_depths",),
    "depth.compare": (
        "Comparison",
        "compare",
    ),
    "depth.groups": (
        "GroupDepths",
        "group_depths",
    ),
    "depth.local": (
        "NodeDepths",
        "node_depths",
    ),
    "depth.rate": (
        "RateFit",
        "fit_rate",
    ),
    "depth.recommend": ("recommend_depth",),
    "depth.safe": (
        "Limit",
        "SafeDepth",
        "safe_depth",
    ),
    "depth.verdict": (
        "Verdict",
        "verdict",
    ),
    "engines.compilation": (
        "Compilations",
        "compilations",
    ),
    "engines.numba_csr": ("Numba",),
    "engines.order.choose": (
        "OrderChoice",
        "choose_order",
    ),
    "engines.order.locality": (
        "Locality",
        "estimate_locality",
    ),
    "engines.order.orders": ("find_order",),
    "engines.order.work": ("Work",),
    "engines.reference": ("Reference",),
    "graphs.audit": ("audit",),
    "graphs.catalog": (
        "embedded_names",
        "load",
    ),
    "graphs.convert": (
        "as_dataset",
        "as_graph",
    ),
    "graphs.dataset": (
        "Dataset",
        "Note",
    ),
    "graphs.families": ("family",),
    "graphs.features": ("prepare_features",),
    "graphs.formats.reader": (
        "read",
        "read_graph",
    ),
    "graphs.graph": ("Graph",),
    "graphs.models": ("model",),
    "graphs.policies": ("Policies",),
    "measures.curve": ("Curve",),
    "measures.groups": (
        "GroupDistance",
        "group_distance_ratio",
        "group_distance_ratio_squared",
    ),
    "measures.homophily": (
        "Homophily",
        "homophily",
    ),
    "measures.hops": (
        "InformationNoise",
        "information_noise_ratio",
    ),
    "measures.label_spectrum": (
        "LabelSpectrum",
        "label_spectrum",
    ),
    "measures.local_density": (
        "LocalDensity",
        "local_density",
    ),
    "measures.mad_gap": (
        "MadGap",
        "mad_gap",
        "mad_gap_nonzero",
    ),
    "measures.scatter": (
        "ClassScatter",
        "class_scatter",
    ),
    "measures.trajectory": ("Trajectory",),
    "monitoring.attention.attention": ("attention",),
    "monitoring.attention.report": ("AttentionReport",),
    "monitoring.epochs.log": ("EpochLog",),
    "monitoring.epochs.record": ("EpochRecord",),
    "monitoring.epochs.run": (
        "EpochRun",
        "read_log",
    ),
    "monitoring.judging.diagnosis": (
        "Diagnosis",
        "diagnose",
    ),
    "monitoring.judging.finding": ("Finding",),
    "monitoring.judging.remedies": ("Remedy",),
    "monitoring.judging.thresholds": ("Thresholds",),
    "monitoring.measuring.layer_numbers": ("LayerNumbers",),
    "monitoring.measuring.registry": (
        "LAYER_MEASURES",
        "LayerMeasure",
    ),
    "monitoring.monitor": (
        "Monitor",
        "monitor",
    ),
    "monitoring.reading.layer": ("Layer",),
    "monitoring.reading.layer_files": (
        "LayerFiles",
        "read_layers",
    ),
    "monitoring.result": ("Monitoring",),
    "operators.operator": (
        "Operator",
        "gcn",
        "random_walk",
        "symmetric",
    ),
    "operators.rule": (
        "Rule",
        "concat",
        "gcnii",
        "heat",
        "lazy",
        "mean",
        "ppr",
        "residual",
        "s2gc",
        "sgc",
        "weighted",
    ),
    "report.advice_figures": (
        "plot_advice",
        "plot_classes",
        "plot_recall",
    ),
    "report.cut_figures": ("plot_sweep_cut",),
    "report.density_figures": (
        "plot_density",
        "plot_eigenvalue_counts",
    ),
    "report.eigenvalue_figures": ("plot_eigenvalues",),
    "report.epoch_figures": (
        "plot_epoch_number",
        "plot_epoch_overview",
        "plot_epochs",
    ),
    "report.figures": (
        "plot_collapse",
        "plot_components",
        "plot_decay",
        "plot_degrees",
        "plot_measure",
        "plot_measures",
        "plot_overview",
        "plot_spectrum",
    ),
    "report.graph_figures": (
        "plot_graph",
        "plot_groups",
        "plot_nodes",
    ),
    "report.html": ("render_html",),
    "report.label_figures": (
        "plot_label_spectrum",
        "plot_signal_noise",
    ),
    "report.monitoring.figures": (
        "plot_layer_attention",
        "plot_layer_classes",
        "plot_layer_columns",
        "plot_layer_components",
        "plot_layer_cosines",
        "plot_layer_distances",
        "plot_layer_measure",
        "plot_layer_ranks",
        "plot_layer_sizes",
        "plot_monitor_overview",
    ),
    "report.schema": ("monitor_schema",),
    "report.text": ("render_text",),
    "simulate.estimate": (
        "RunEstimate",
        "estimate_run",
    ),
    "simulate.propagate": ("propagate",),
    "simulate.scatter": (
        "ScatterCurves",
        "scatter_by_depth",
    ),
    "spectra.all_eigenvalues": ("all_eigenvalues",),
    "spectra.around": ("eigenpairs_around",),
    "spectra.certify.certificate": ("Certificate",),
    "spectra.certify.certify": (
        "certify",
        "count_above",
    ),
    "spectra.certify.counting": ("Budget",),
    "spectra.density.local": (
        "class_densities",
        "node_densities",
    ),
    "spectra.density.spikes": ("Spike",),
    "spectra.density.states": ("density_of_states",),
    "spectra.density.types": ("DensityOfStates",),
    "spectra.eigen": ("eigenpairs",),
    "spectra.quadrature": ("spectral_measure",),
    "spectra.solvers.arpack": ("Arpack",),
    "spectra.solvers.auto": ("Auto",),
    "spectra.solvers.block_krylov": ("BlockKrylov",),
    "spectra.solvers.dense": ("Dense",),
    "spectra.solvers.lanczos": ("Lanczos",),
    "spectra.solvers.lobpcg": ("Lobpcg",),
    "spectra.solvers.nearest": ("Nearest",),
    "spectra.solvers.primme": ("Primme",),
    "spectra.solvers.shift_invert": ("ShiftInvert",),
    "spectra.structure.bipartite": (
        "Bipartiteness",
        "bipartiteness",
    ),
    "spectra.structure.cheeger": (
        "CheegerInterval",
        "cheeger_interval",
    ),
    "spectra.structure.communities": (
        "Communities",
        "communities",
    ),
    "spectra.structure.facts": (
        "SpectralFacts",
        "spectral_facts",
    ),
    "spectra.structure.loops": (
        "LoopEffect",
        "loop_effect",
    ),
    "spectra.structure.mixing": (
        "MixingTime",
        "mixing_time",
    ),
    "spectra.structure.sweep": (
        "SweepCut",
        "sweep_cut",
    ),
    "spectra.types": (
        "Convergence",
        "Spectrum",
    ),
    "theory.certified_ends": (
        "CertifiedEnds",
        "certified_ends",
        "certified_factor",
    ),
    "theory.csbm": ("CSBM",),
    "theory.csbm_fit": (
        "CSBMFit",
        "fit_csbm",
    ),
    "theory.predict": ("predict",),
    "theory.signal": (
        "SignalNoise",
        "signal_and_noise",
    ),
    "warmup": ("warm_up",),
}
_HOME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}
_HOME["errors"] = "errors"

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'spectral_smooth' has no attribute {name!r}"
        raise AttributeError(message)
    module = import_module(f"spectral_smooth.{_HOME[name]}")
    value = module if name == _HOME[name] else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
