"""Confusion matrices over HTTP."""
