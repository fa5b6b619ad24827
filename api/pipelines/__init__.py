"""Pipelines and their queues."""
