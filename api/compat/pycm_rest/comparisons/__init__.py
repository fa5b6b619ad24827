"""Comparing confusion matrices over HTTP."""
