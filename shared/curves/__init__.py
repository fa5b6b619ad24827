"""Curves: ROC and precision-recall curves of probabilities that somebody sends."""

from shared.curves.inputs import CurveInputs, LabelledProbabilities, check, pack, unpack
from shared.curves.threshold_explorer import ThresholdExplorer, close_up

__all__ = ["CurveInputs", "LabelledProbabilities", "ThresholdExplorer", "check", "close_up", "pack", "unpack"]
