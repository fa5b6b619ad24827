"""Delimited text and ARFF."""
