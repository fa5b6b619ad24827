"""Curves: ROC and precision-recall curves of probabilities that somebody sends."""

from shared.curves.inputs import CurveInputs, Sent, check, pack, unpack
from shared.curves.threshold_explorer import CloseUp, close_up

__all__ = ["CloseUp", "CurveInputs", "Sent", "check", "close_up", "pack", "unpack"]
