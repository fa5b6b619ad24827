"""Confusion matrices, and rows of totals, in tables that should hold one sample in each row."""
