"""Measurements, each module a table of its own."""
