"""Metrics of samples that have any number of labels."""
