"""Curves: ROC and precision-recall curves of probabilities that somebody sends."""

from shared.curves.inputs import CurveInputs, Sent, check, pack, unpack

__all__ = ["CurveInputs", "Sent", "check", "pack", "unpack"]
