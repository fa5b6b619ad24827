"""Comparing classifiers: PyCM's ranking, and the main metrics side by side."""
