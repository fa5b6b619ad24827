"""Curves: ROC and precision-recall curves of probabilities that somebody sends."""

from shared.curves.inputs import CurveInputs, LabelledProbabilities, check, pack, unpack
from shared.curves.threshold_explorer import ThresholdExplorer, explore_thresholds

__all__ = ["CurveInputs", "LabelledProbabilities", "ThresholdExplorer", "check", "explore_thresholds", "pack", "unpack"]
