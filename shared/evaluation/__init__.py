"""Evaluation maths: values in, values out; no I/O and no framework."""
