"""Slices of the samples in which a model errs more often than elsewhere."""
