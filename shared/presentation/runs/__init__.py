"""Runs in lists, tables and trends."""
