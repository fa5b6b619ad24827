"""Predictions and truth of two files, joined by the ids of their samples."""
