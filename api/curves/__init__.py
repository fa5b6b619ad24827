"""Curves over HTTP."""
