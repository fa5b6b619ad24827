"""Curves: ROC and precision-recall curves of probabilities that somebody sends."""

from shared.curves.closeup import CloseUp, close_up
from shared.curves.inputs import CurveInputs, Sent, check, pack, unpack

__all__ = ["CloseUp", "CurveInputs", "Sent", "check", "close_up", "pack", "unpack"]
