"""Use over HTTP."""
