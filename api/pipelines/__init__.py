"""Pipelines, and what waits for them."""
